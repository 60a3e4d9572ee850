"""Coded names that people give: made and changed by their code, and said in other languages.

One without a company is every company's: only who may name things in all of them changes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.orders import ENDED
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement, insert, none_of
from persistence.tables.customer import customer
from persistence.tables.decisions import credit_hold
from persistence.tables.orders import sales_order
from persistence.tables.reference import NAMED, account_status, cash_discount, payment_terms, translation
from persistence.take import Result, Transaction
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.holders import everywhere
from persistence.writing.records import locked
from persistence.writing.saving import changes, differing, update

NO_NAME = N_("There is no such name. It may be another company's.")
NEW_HAS_NO_VERSION = N_("No name has this code yet. Leave the expected version out.")
EVERYBODYS = N_("Names that all companies share can be changed only with that right in every company. Ask for it.")
NOT_TRANSLATED = N_("Only the field name is translated.")
SAVED = N_("{code} {name} was saved.")
TRANSLATED = N_("{code} is called {value} in the language {locale}.")
NOT_TRANSLATED_ANY_MORE = N_("{code} has no name of its own in the language {locale} any more.")

FIELD = "name"
"""The only text of a name that is said in other languages."""

LONGEST_CODE = 40

_BY_CODE = {
    name: Statement(
        sa.select(table).where(
            table.c.code == sa.bindparam("code", type_=sa.Text()),
            table.c.company_id.is_not_distinct_from(sa.bindparam("company", type_=sa.Uuid())),
        )
    )
    for name, table in NAMED.items()
}
_NAMED = sa.bindparam("named", type_=sa.Uuid())
_ITS_ORDER = sa.and_(
    sales_order.c.customer_id == credit_hold.c.customer_id, sales_order.c.id == credit_hold.c.sales_order_id
)


def _waiting_for(*named: sa.Column[Any]) -> Statement:
    """Whose orders are on hold and name something, by themselves or through their payer."""
    return Statement(
        sa.select(credit_hold.c.customer_id)
        .join(customer, customer.c.id == credit_hold.c.customer_id)
        .join(sales_order, _ITS_ORDER)
        .where(sa.or_(*(column == _NAMED for column in named)), none_of(credit_hold.c.status, ENDED))
        .distinct()
    )


_WAITING = {
    account_status.name: _waiting_for(customer.c.account_status_id),
    payment_terms.name: _waiting_for(customer.c.payment_terms_id, sales_order.c.payment_terms_id),
    cash_discount.name: _waiting_for(customer.c.cash_discount_id, sales_order.c.cash_discount_id),
}
"""Names of which something decides: what an account status does, where terms and discounts rank."""
_SUBJECT = sa.bindparam("subject", type_=sa.Uuid())
_FIELD = sa.bindparam("field", type_=sa.Text())
_LOCALE = sa.bindparam("locale", type_=sa.Text())
_VALUE = sa.bindparam("value", type_=sa.Text())
_HERE = (translation.c.subject_id == _SUBJECT, translation.c.field == _FIELD, translation.c.locale == _LOCALE)
_SAID = Statement(sa.select(translation.c.value).where(*_HERE))
_UNSAY = Statement(sa.delete(translation).where(*_HERE))
_SAY = Statement(
    insert_or(translation)
    .values(subject_id=_SUBJECT, field=_FIELD, locale=_LOCALE, value=_VALUE)
    .on_conflict_do_update(
        index_elements=[translation.c.subject_id, translation.c.field, translation.c.locale],
        set_={"value": _VALUE, "version": translation.c.version + 1, "updated_at": sa.func.now()},
    )
)


@dataclass(frozen=True)
class NameToSave:
    """A name of one of the tables of names. `values`: what its table has beside code, name and active.

    `company` None: every company's. `active` None: as it is; a new one is.
    """

    table: str
    code: str
    name: str
    company: str | None = None
    active: bool | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True)
class Said:
    """A name in one language. `subject`: its table and id. `value` None: no longer said in that language."""

    subject: tuple[str, UUID]
    locale: str
    value: str | None
    field: str = FIELD


async def save_name(tx: Transaction, wanted: NameToSave, refusals: Sequence[Refusal] = ()) -> Result:
    """Make a name or change it. `refusals`: what is wrong with its other values."""
    table = NAMED[wanted.table]
    company = None if wanted.company is None else tx.company(wanted.company)["id"]
    if company is None:
        _everybodys(tx)
    texts = [*text_refusals(wanted.code, ("code",), LONGEST_CODE), *text_refusals(wanted.name, ("name",))]
    before = await _BY_CODE[wanted.table].one(tx.conn, code=wanted.code, company=company)
    payers = await _waiting(tx, table, before)
    if before is not None:
        before = await locked(tx.conn, table, before["id"])
    found = [*texts, *refusals, *_version_refusals(wanted, before)]
    if found:
        raise Refused(*found)
    values = {"name": wanted.name, **wanted.values}
    values |= {} if wanted.active is None else {"active": wanted.active}
    key: UUID = before["id"] if before is not None else new_key()
    differs = values if before is None else differing(before, values)
    if before is None:
        await insert(tx.conn, table, [values | {"id": key, "code": wanted.code, "company_id": company}])
    elif differs:
        await update(tx.conn, table, {"id": key}, differs)
    if before is None or differs:
        message = Message(SAVED, {"code": wanted.code, "name": wanted.name})
        changed = changes(before or dict.fromkeys(values), differs)
        tx.audit(AuditEventKind.NAME_SAVED, message, (wanted.table, key), company, changed)
        await reevaluate(tx, payers)
    return {wanted.table: str(key)}


async def translate(tx: Transaction, wanted: Said) -> Result:
    """Say a name in a language, or no longer. Asked again, nothing changes."""
    table, key = wanted.subject
    row = await locked(tx.conn, NAMED[table], key)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_NAME), ("subject",))
    if row is None:
        raise Refused(unknown)
    if row["company_id"] is not None:
        tx.within(row["company_id"], unknown)
    else:
        _everybodys(tx)
    refusals = text_refusals(wanted.value, ("value",))
    if wanted.field != FIELD:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_TRANSLATED), ("field",)))
    if refusals:
        raise Refused(*refusals)
    where = {"subject": key, "field": wanted.field, "locale": wanted.locale}
    before = await _SAID.value(tx.conn, **where)
    if before != wanted.value:
        await _UNSAY.run(tx.conn, **where) if wanted.value is None else await _SAY.run(
            tx.conn, **where, value=wanted.value
        )
        await update(tx.conn, NAMED[table], {"id": key}, {})
        _put_on_record(tx, wanted, row, before)
    return {"named": [table, str(key)]}


def _put_on_record(tx: Transaction, wanted: Said, row: Row, before: str | None) -> None:
    kind, text = AuditEventKind.TRANSLATION_SET, TRANSLATED
    values = {"code": row["code"], "locale": wanted.locale}
    if wanted.value is None:
        kind, text = AuditEventKind.TRANSLATION_REMOVED, NOT_TRANSLATED_ANY_MORE
    else:
        values["value"] = wanted.value
    changed = [{"field": f"{wanted.field} ({wanted.locale})", "before": before, "after": wanted.value}]
    tx.audit(kind, Message(text, values), wanted.subject, row["company_id"], changed)


def _everybodys(tx: Transaction) -> None:
    """A name without a company is changed by those alone who may in every company. Raises `Refused` FORBIDDEN."""
    if not everywhere(tx):
        raise Refused(Refusal(ErrorCode.FORBIDDEN, Message(EVERYBODYS)))


def _version_refusals(wanted: NameToSave, before: Row | None) -> list[Refusal]:
    if before is not None:
        return version_refusals(before["version"], wanted.expected_version, (wanted.table, before["id"]))
    if wanted.expected_version is None:
        return []
    return [Refusal(ErrorCode.NOT_FOUND, Message(NEW_HAS_NO_VERSION), ("code",))]


async def _waiting(tx: Transaction, table: sa.Table, before: Row | None) -> list[UUID]:
    """Whose orders are on hold and may go on when the name decides something else; their rooms are locked."""
    if table.name not in _WAITING or before is None:
        return []
    payers = [row["customer_id"] for row in await _WAITING[table.name].all(tx.conn, named=before["id"])]
    await tx.lock(payers)
    return payers
