"""Customers: parties as customers of a company, and who pays for them.

Credit attributes come once, in an initial load with the customer (decision 7): INTEGRATION never changes them later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.amounts import UNKNOWN_CURRENCY
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.reason import ReasonKind
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.payment_conditions import NO_DISCOUNT, NO_TERMS
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.customer import customer, customer_payer, party
from persistence.tables.reference import (
    account_status,
    cash_discount,
    credit_management_group,
    customer_group,
    payment_terms,
    reason,
    risk_group,
)
from persistence.take import Result, Transaction
from persistence.writing.credit_file import file_refusals
from persistence.writing.finding import customers_of, few_enough, findable, text_refusals, twice_refusals
from persistence.writing.saving import changes, differing, update

CODED = {
    "customer_group_id": customer_group,
    "credit_management_group_id": credit_management_group,
    "account_status_id": account_status,
    "status_reason_id": reason,
    "payment_terms_id": payment_terms,
    "cash_discount_id": cash_discount,
    "risk_group_id": risk_group,
}
"""Columns that are sent as the code of a name that people gave."""

CREDIT = {
    "unlimited_credit": "unlimitedCredit",
    "mandatory_credit_limit": "mandatoryCreditLimit",
    "excluded_from_credit_management": "excludedFromCreditManagement",
    "credit_management_group_id": "creditManagementGroup",
    "account_status_id": "accountStatus",
    "status_reason_id": "statusReason",
    "party_id": "party",
    "excluded_until": "excludedUntil",
    "credit_rating": "creditRating",
    "eligible_limit": "eligibleLimit",
    "eligible_limit_currency": "eligibleLimit",
    "eligible_limit_date": "eligibleLimitDate",
    "last_review_date": "lastReviewDate",
    "next_review_date": "nextReviewDate",
    "with_agency": "withAgency",
    "title_held": "titleHeld",
    "notes": "notes",
}
"""Columns that decide on credit or are its credit file, with their names in the input."""

DECIDING = ("risk_group_id", "payment_terms_id", "cash_discount_id", "customer_since", "intercompany")
"""Columns that an ERP changes and that rules look at."""

NOTHING = (None, False)
"""Credit attributes that say nothing need no right of their own."""

_PARTIES = Statement(sa.select(party.c.id, party.c.number).where(any_of(party.c.number, "numbers")))
_CUSTOMERS = Statement(sa.select(customer).where(any_of(customer.c.id, "customers")))
_NAMES = {
    column: Statement(
        sa.select(table.c.id, table.c.code, table.c.company_id).where(
            any_of(table.c.code, "codes"), *([table.c.kind == ReasonKind.STATUS.value] if table is reason else [])
        )
    )
    for column, table in CODED.items()
}
_CODES = {
    column: Statement(sa.select(table.c.id, table.c.code).where(any_of(table.c.id, "ids")))
    for column, table in CODED.items()
}

SAVED = N_("Customer {account} of company {company} was saved.")
NO_PARTY = N_("Party {number} does not exist. Send the party first.")
UNKNOWN_CODE = {
    customer_group.name: N_("Customer group {code} is unknown."),
    credit_management_group.name: N_("Credit management group {code} is unknown."),
    account_status.name: N_("Account status {code} is unknown."),
    reason.name: N_("There is no reason {code} for an account status."),
    payment_terms.name: NO_TERMS,
    cash_discount.name: NO_DISCOUNT,
    risk_group.name: N_("Risk group {code} is unknown."),
}
CREDIT_ATTRIBUTE = N_(
    "{field} of customer {account} is kept by the credit office. It came with the customer; now people change it."
)
NEEDS_INITIAL_LOAD = N_(
    "{field} of customer {account} is kept by the credit office. Only an initial load may bring it; leave it out."
)
OTHER_PAYER = N_("Sending customer {account} again does not change its payer. Use changePayer.")
NO_PAYER = N_("Customer {account} does not exist in company {company}, so it cannot pay. Send it too.")
PAYER_CHAIN = N_("Somebody else pays for customer {account}, so it cannot pay for others.")


@dataclass(frozen=True)
class CustomerToSave:
    """A customer as an ERP sends it. `given` holds the optional columns that were sent, names by their codes.

    The columns that were not sent stay as they are. `payer` is an account of the same company.
    """

    company: str
    account: str
    party: str
    name: str
    currency: str
    given: dict[str, Any]
    payer: str | None = None


@dataclass
class _Saving:
    """What is known of the rows of one call, under the lock."""

    tx: Transaction
    loading: frozenset[UUID]
    parties: Mapping[str, UUID]
    accounts: Mapping[tuple[str, str], UUID]
    kept: Mapping[UUID, Row]
    payers: Mapping[UUID, UUID]
    names: Mapping[str, Sequence[Row]]
    rows: Mapping[tuple[str, str], CustomerToSave]
    values: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def take(self, row: CustomerToSave, place: int) -> list[Refusal]:
        """One row: its columns, or what is in the way."""
        path = ("customers", str(place))
        values: dict[str, Any] = {"name": row.name, "currency": row.currency, **row.given}
        refusals = [*text_refusals(row.account, (*path, "account")), *text_refusals(row.name, (*path, "name"))]
        if row.currency not in self.tx.digits:
            message = Message(UNKNOWN_CURRENCY, {"currency": row.currency})
            refusals.append(Refusal(ErrorCode.CURRENCY_UNKNOWN, message, (*path, "currency")))
        if row.party in self.parties:
            values["party_id"] = self.parties[row.party]
        else:
            message = Message(NO_PARTY, {"number": row.party})
            refusals.append(Refusal(ErrorCode.NOT_FOUND, message, (*path, "party")))
        for column in CODED.keys() & values.keys():
            refusals.extend(self._name(row, column, values, path))
        refusals.extend(file_refusals(self.tx, self.tx.company(row.company)["id"], values, path))
        if refusals:
            return refusals
        self.values[row.company, row.account] = values
        before = self.before(row)
        return [*self._credit(row, before, values, path), *self._payer(row, before, path)]

    def before(self, row: CustomerToSave) -> Row | None:
        """The customer as it is kept."""
        return self.kept.get(self.accounts.get((row.company, row.account), UUID(int=0)))

    def decided_otherwise(self) -> list[UUID]:
        """Customers whose class of risk, way of paying or first day changed: other rules may now hold their orders."""
        befores = ((self.before(row), self.values[key]) for key, row in self.rows.items())
        return [row["id"] for row, values in befores if row and any(values.get(c, row[c]) != row[c] for c in DECIDING)]

    def _name(self, row: CustomerToSave, column: str, values: dict[str, Any], path: tuple[str, ...]) -> list[Refusal]:
        """Replace the code of a name by its id: the company's own before one that all companies share."""
        code, company = values[column], self.tx.company(row.company)["id"]
        if code is None:
            return []
        found = {name["company_id"]: name["id"] for name in self.names[column] if name["code"] == code}
        key = found.get(company, found.get(None))
        if key is not None:
            values[column] = key
            return []
        message = Message(UNKNOWN_CODE[CODED[column].name], {"code": code})
        return [Refusal(ErrorCode.NOT_FOUND, message, (*path, _input(column)))]

    def _credit(
        self, row: CustomerToSave, before: Row | None, values: Mapping[str, Any], path: tuple[str, ...]
    ) -> list[Refusal]:
        sent = {column: values[column] for column in CREDIT if column in values}
        if before is None:
            loads = self.tx.company(row.company)["id"] in self.loading
            wrong = [] if loads else [c for c, value in sent.items() if c != "party_id" and value not in NOTHING]
            text, code, node = NEEDS_INITIAL_LOAD, ErrorCode.INVALID_VALUE, None
        else:
            wrong = list(differing(before, sent))
            text, code, node = CREDIT_ATTRIBUTE, ErrorCode.DOCUMENT_DIFFERS, ("customer", before["id"])
        fields = dict.fromkeys(CREDIT[column] for column in wrong)
        return [
            Refusal(code, Message(text, {"field": field, "account": row.account}), (*path, field), node)
            for field in fields
        ]

    def _payer(self, row: CustomerToSave, before: Row | None, path: tuple[str, ...]) -> list[Refusal]:
        """Who pays comes with a new customer too; it pays itself, as nobody pays for it."""
        path = (*path, "payer")
        if before is not None:
            payer = self.accounts.get((row.company, row.payer)) if row.payer else None
            if row.payer is None or payer == self.payers[before["id"]]:
                return []
            message = Message(OTHER_PAYER, {"account": row.account})
            return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, path, ("customer", before["id"]))]
        if row.payer is None or row.payer == row.account:
            return []
        with_it = self.rows.get((row.company, row.payer))
        payer = self.accounts.get((row.company, row.payer))
        if payer is None and with_it is None:
            message = Message(NO_PAYER, {"account": row.payer, "company": row.company})
            return [Refusal(ErrorCode.NOT_FOUND, message, path)]
        chained = (
            with_it is not None and with_it.payer not in (None, row.payer)
            if payer is None
            else (self.payers[payer] != payer)
        )
        if chained:
            return [Refusal(ErrorCode.INVALID_VALUE, Message(PAYER_CHAIN, {"account": row.payer}), path)]
        return []


async def save_customers(tx: Transaction, rows: Sequence[CustomerToSave], loading: Iterable[UUID]) -> Result:
    """Make or change customers; sent again as they are, they stay untouched. `loading`: companies of initial loads."""
    few_enough(rows, "customers")
    keys = [(row.company, row.account) for row in rows]
    for code in sorted({row.company for row in rows}):
        tx.company(code)
    accounts = await customers_of(tx, [*keys, *((row.company, row.payer) for row in rows if row.payer)])
    payers = await tx.lock(accounts.values())
    saving = _Saving(
        tx,
        frozenset(loading),
        parties={
            row["number"]: row["id"] for row in await _PARTIES.all(tx.conn, numbers=findable(r.party for r in rows))
        },
        accounts=accounts,
        kept={row["id"]: row for row in await _CUSTOMERS.all(tx.conn, customers=list(accounts.values()))},
        payers=payers,
        names={
            column: await statement.all(tx.conn, codes=findable(r.given[column] for r in rows if r.given.get(column)))
            for column, statement in _NAMES.items()
        },
        rows=dict(zip(keys, rows, strict=True)),
    )
    refusals = twice_refusals(keys, "customers", "account")
    for place, row in enumerate(rows):
        refusals.extend(saving.take(row, place))
    if refusals:
        raise Refused(*refusals)
    ids = await _write(tx, rows, saving)
    await reevaluate(tx, saving.decided_otherwise())
    return {"customers": [str(ids[key]) for key in keys]}


async def _write(tx: Transaction, rows: Sequence[CustomerToSave], saving: _Saving) -> dict[tuple[str, str], UUID]:
    ids = dict(saving.accounts)
    for row in rows:
        before, values = saving.before(row), saving.values[row.company, row.account]
        company = tx.company(row.company)
        message = Message(SAVED, {"account": row.account, "company": row.company})
        if before is not None:
            differs = differing(before, values)
            if differs:
                await update(tx.conn, customer, {"id": before["id"]}, differs)
                what = changes(before, differs, await _codes(tx, before, differs))
                subject = ("customer", before["id"])
                tx.audit(AuditEventKind.CUSTOMER_SAVED, message, subject, company["id"], what, event="CUSTOMER_SAVED")
            continue
        key = ids[row.company, row.account] = new_key()
        own = {"id": key, "company_id": company["id"], "account": row.account, "locale": company["locale"]}
        given = {name: value for name, value in values.items() if value is not None}
        await insert(tx.conn, customer, [own | given])
        tx.audit(AuditEventKind.CUSTOMER_SAVED, message, ("customer", key), company["id"], event="CUSTOMER_SAVED")
    paid = [
        {
            "customer_id": ids[row.company, row.account],
            "from_day": _since(tx, row),
            "payer_id": ids[row.company, row.payer],
            "recorded_at": tx.now,
        }
        for row in rows
        if row.payer not in (None, row.account) and saving.before(row) is None
    ]
    await insert(tx.conn, customer_payer, paid)
    return ids


def _since(tx: Transaction, row: CustomerToSave) -> date:
    """From when somebody else pays: since it is a customer, at the latest from today."""
    today = tx.today(tx.company(row.company)["id"])
    return min(row.given.get("customer_since") or today, today)


async def _codes(tx: Transaction, before: Row, differs: Mapping[str, Any]) -> dict[UUID, str]:
    """The codes of the names that a change is about."""
    found = {}
    for column in CODED.keys() & differs.keys():
        ids = [key for key in (before[column], differs[column]) if key is not None]
        found.update({row["id"]: row["code"] for row in await _CODES[column].all(tx.conn, ids=ids)})
    return found


def _input(column: str) -> str:
    first, *others = column.removesuffix("_id").split("_")
    return first + "".join(word.capitalize() for word in others)
