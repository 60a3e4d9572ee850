"""Limits of a party over all its customers, or of one customer, saved by people who may change credit in all of them.

Each saving is on record, and the orders on hold that they decide on are checked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.amounts import UNKNOWN_CURRENCY
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.party_limits import PartyLimits, TurnoverShare, party_limit_refusals
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.party_facts import limits_of
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement, insert
from persistence.tables.customer import customer, party
from persistence.tables.party_limits import party_limits
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.asked_limits import limits_asked
from persistence.writing.below_used import warn_below_ceiling
from persistence.writing.credit_changes import with_asker
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.records import locked
from persistence.writing.saving import changes, differing, update

PARTY, CUSTOMER = "party", "customer"
"""The kinds of holder: the tables they are kept in, and the fields of the payload."""

NO_PARTY = N_("There is no such party, or it is no customer of yours.")
NOT_ALL_YOURS = N_(
    "The limits of a party bind every company of which it is a customer. You may not change credit in all."
)
NO_CURRENCY = N_("Say in which currency the turnover is counted.")
ONLY_PARTIES = N_("Only a party is blocked. To stop a customer, give it an account status.")
SAVED = N_("The limits of party {number} were saved.")
SAVED_OF_CUSTOMER = N_("The limits of customer {account} of company {company} were saved.")

_PARTY = Statement(
    sa.select(party).where(
        sa.or_(
            party.c.id == sa.bindparam("id", type_=sa.Uuid()), party.c.number == sa.bindparam("number", type_=sa.Text())
        )
    )
)
_CUSTOMERS = Statement(
    sa.select(customer.c.id, customer.c.company_id)
    .where(customer.c.party_id == sa.bindparam("party", type_=sa.Uuid()))
    .order_by(customer.c.id)
)
_LAST = Statement(
    sa.select(party_limits)
    .where(party_limits.c.holder_id == sa.bindparam("holder", type_=sa.Uuid()))
    .order_by(party_limits.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True)
class PartyNamed:
    """A party by its id or its number in the group of companies."""

    id: UUID | None = None
    number: str | None = None


@dataclass(frozen=True)
class PartyLimitsToSave:
    """All limits of a holder: what is not set does not limit it any more. Each of `limits` and `blocked` that is None
    stays as it is.

    A share of turnover without a currency is in that of the ceiling, and of a customer else in its company's.
    """

    holder: PartyNamed | CustomerNamed
    limits: PartyLimits | None
    blocked: bool | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class _Holder:
    """Whose limits they are, with the customers whose orders they decide on. `currency`: where none is said."""

    table: sa.Table
    key: UUID
    customers: tuple[UUID, ...]
    message: Message
    company: UUID | None = None
    currency: str | None = None


async def save_party_limits(tx: Transaction, wanted: PartyLimitsToSave, asked_by: str | None = None) -> Result:
    """Save them; saved again, nothing changes. `asked_by`: who asked for what somebody else approved."""
    holder = await _holder(tx, wanted.holder)
    parties = [holder.key] if holder.table is party else []
    await tx.lock(holder.customers, parties=parties)
    if parties and tuple(row["id"] for row in await _CUSTOMERS.all(tx.conn, party=holder.key)) != holder.customers:
        raise MovedMeanwhile
    row = await locked(tx.conn, holder.table, holder.key)
    assert row is not None, "neither parties nor customers are deleted"
    last = await _LAST.one(tx.conn, holder=holder.key)
    kept = PartyLimits() if last is None else limits_of(last)
    limits = kept if wanted.limits is None else _with_currency(wanted.limits, holder.currency)
    refusals = [
        *version_refusals(
            0 if last is None else last["version"], wanted.expected_version, (holder.table.name, holder.key)
        ),
        *_refusals(tx, limits),
    ]
    if wanted.blocked is not None and not parties:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(ONLY_PARTIES), ("blocked",)))
    if refusals:
        raise Refused(*refusals)
    blocked = {} if wanted.blocked is None else differing(row, {"blocked": wanted.blocked})
    differs = limits != kept
    if (differs or blocked) and asked_by is None:
        asked = await _asked(tx, holder, row, last, limits, blocked)
        if asked is not None:
            return asked
    if differs or blocked:
        changed = await _save(tx, holder, limits, last) if differs else []
        if blocked:
            await update(tx.conn, holder.table, {"id": holder.key}, blocked)
        subject = (holder.table.name, holder.key)
        kind, event = AuditEventKind.PARTY_LIMITS_SAVED, f"{holder.table.name.upper()}_SAVED"
        what = with_asker(changed + changes(row, blocked), asked_by)
        tx.audit(kind, holder.message, subject, holder.company, what, event=event)
        await reevaluate(tx, holder.customers)
    if wanted.limits is not None and limits.ceiling is not None:
        await warn_below_ceiling(tx, (holder.table.name, holder.key), holder.customers)
    return {holder.table.name: str(holder.key)}


async def _asked(
    tx: Transaction, holder: _Holder, row: Row, last: Row | None, limits: PartyLimits, blocked: dict[str, Any]
) -> Result | None:
    """What waits for somebody else; None: nothing has to."""
    before, values = last or _values(PartyLimits()), _values(limits)
    return await limits_asked(
        tx,
        (holder.table.name, holder.key),
        holder.message.values,
        await _companies(tx, holder),
        (PartyLimits() if last is None else limits_of(last), limits),
        blocked.get("blocked"),
        changes(before, differing(before, values)) + changes(row, blocked),
        0 if last is None else last["version"],
    )


async def _save(tx: Transaction, holder: _Holder, limits: PartyLimits, last: Row | None) -> list[dict[str, Any]]:
    """Append them and let the holder point at them; what changed."""
    key, values = new_key(), _values(limits)
    day = max((tx.today(company) for company in await _companies(tx, holder)), default=tx.now.date())
    of = {f"{kind}_id": holder.key if holder.table.name == kind else None for kind in (PARTY, CUSTOMER)}
    saved = {"id": key, "holder_id": holder.key, **of, **values, "from_day": day, "saved_by_id": tx.actor}
    await insert(tx.conn, party_limits, [{**saved, "version": 1 if last is None else last["version"] + 1}])
    points = {"limits_id": key if limits.limits else None}
    await update(tx.conn, holder.table, {"id": holder.key}, points, edited=False)
    before = last or _values(PartyLimits())
    return list(changes(before, differing(before, values)))


async def _companies(tx: Transaction, holder: _Holder) -> list[UUID]:
    if holder.company is not None:
        return [holder.company]
    return [row["company_id"] for row in await _CUSTOMERS.all(tx.conn, party=holder.key)]


def _values(limits: PartyLimits) -> dict[str, Any]:
    ceiling, share = limits.ceiling, limits.turnover
    currency = ceiling.currency if ceiling is not None else share.currency if share is not None else None
    return {
        "reaction": limits.reaction.value,
        "ceiling": None if ceiling is None else ceiling.amount,
        "turnover_percent": None if share is None else share.percent,
        "currency": currency,
        "turnover_rolling": share is not None and share.rolling,
        "turnover_net_of_tax": share is not None and share.net_of_tax,
        "turnover_with_orders": share is not None and share.with_orders,
        "max_days_overdue": limits.max_days_overdue,
    }


def _with_currency(limits: PartyLimits, default: str | None) -> PartyLimits:
    share = limits.turnover
    if share is None or share.currency:
        return limits
    currency = default if limits.ceiling is None else limits.ceiling.currency
    return replace(limits, turnover=replace(share, currency=currency or ""))


def _refusals(tx: Transaction, limits: PartyLimits) -> list[Refusal]:
    refusals = []
    if limits.ceiling is not None:
        refusals += tx.amount_refusals(limits.ceiling, ("ceiling",), positive=False)
    if limits.turnover is not None:
        refusals += _currency_refusals(limits.turnover, tx.digits)
    return refusals + ([] if refusals else party_limit_refusals(limits))


def _currency_refusals(share: TurnoverShare, digits: Mapping[str, int]) -> list[Refusal]:
    if share.currency in digits:
        return []
    path = ("turnover", "currency")
    if not share.currency:
        return [Refusal(ErrorCode.CURRENCY_REQUIRED, Message(NO_CURRENCY), path)]
    return [Refusal(ErrorCode.CURRENCY_UNKNOWN, Message(UNKNOWN_CURRENCY, {"currency": share.currency}), path)]


async def _holder(tx: Transaction, named: PartyNamed | CustomerNamed) -> _Holder:
    if isinstance(named, CustomerNamed):
        found = await customer_named(tx, named)
        if found is None:
            raise Refused(no_customer(("holder",)))
        message = Message(SAVED_OF_CUSTOMER, {"account": found["account"], "company": found["company_code"]})
        company, currency = found["company_id"], found["company_currency"]
        return _Holder(customer, found["id"], (found["id"],), message, company, currency)
    refusals = text_refusals(named.number, ("holder", "party"))
    if refusals:
        raise Refused(*refusals)
    row = await _PARTY.one(tx.conn, id=named.id, number=named.number)
    customers = [] if row is None else await _CUSTOMERS.all(tx.conn, party=row["id"])
    mine = set(tx.granted.values())
    of: Sequence[UUID] = [one["company_id"] for one in customers] or list(tx.companies)
    if row is None or not mine & set(of):
        raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(NO_PARTY), ("holder",)))
    if not mine >= set(of):
        raise Refused(Refusal(ErrorCode.FORBIDDEN, Message(NOT_ALL_YOURS), ("holder",), (PARTY, row["id"])))
    message = Message(SAVED, {"number": row["number"]})
    return _Holder(party, row["id"], tuple(one["id"] for one in customers), message)
