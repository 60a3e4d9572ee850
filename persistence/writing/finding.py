"""What a caller names and says, before anything is decided: customers by account, documents by number or id, texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.statements import Statement, any_of
from persistence.tables.customer import customer
from persistence.tables.orders import sales_order
from persistence.tables.receivables import document_number, open_item, payment
from persistence.take import Transaction

OPEN_ITEM = "open_item"
PAYMENT = "payment"
SALES_ORDER = "sales_order"

LONGEST = 100
"""Characters of a number, a code or a name; texts that are written to be read may be longer."""

MOST_ROWS = 250
"""Rows of one list of an input."""

_COMPANY = sa.bindparam("company", type_=sa.Uuid())
_ACCOUNTS = Statement(
    sa.select(customer.c.id, customer.c.account).where(
        customer.c.company_id == _COMPANY, any_of(customer.c.account, "accounts")
    )
)
_NUMBERS = Statement(
    sa.select(document_number).where(
        document_number.c.company_id == _COMPANY,
        document_number.c.document == sa.bindparam("document", type_=sa.Text()),
        any_of(document_number.c.number, "numbers"),
    )
)
_ID = sa.bindparam("id", type_=sa.Uuid())
_BY_ID = {
    table.name: Statement(sa.select(table.c.customer_id, table.c.id, table.c.company_id).where(table.c.id == _ID))
    for table in (open_item, payment, sales_order)
}
_CUSTOMER = Statement(sa.select(customer.c.id, customer.c.company_id).where(customer.c.id == _ID))

NO_SUCH_CUSTOMER = N_("There is no such customer. It may be another company's.")
NO_CUSTOMER = N_("Customer {account} does not exist in company {company}. Send the customer first.")
UNKNOWN = {
    OPEN_ITEM: N_("There is no such open item. It may be another company's."),
    PAYMENT: N_("There is no such payment. It may be another company's."),
    SALES_ORDER: N_("There is no such sales order. It may be another company's."),
}
NOT_IN_COMPANY = {
    OPEN_ITEM: N_("Open item {number} does not exist in company {company}."),
    PAYMENT: N_("Payment {number} does not exist in company {company}."),
    SALES_ORDER: N_("Sales order {number} does not exist in company {company}."),
}
CHANGED = N_("The record was changed by somebody else. Look at it as it is now and decide again.")
IN_FUTURE = N_("{day} is in the future: today is {today} in this company.")
NO_TEXT = N_("A value is needed here, of at most {longest} characters.")
TOO_MANY = N_("Send at most {most} rows at a time.")
TWICE = N_("{number} is named twice. Send each once.")


@dataclass(frozen=True)
class RecordKey:
    """A record as a caller names it: by its id, or by company code and number there (a customer's: its account)."""

    id: UUID | None = None
    company: str | None = None
    number: str | None = None

    @property
    def natural(self) -> tuple[str, str]:
        """Company code and number."""
        return self.company or "", self.number or ""


@dataclass(frozen=True)
class Place:
    """Where a fact is kept: under which payer, in which company."""

    customer: UUID
    id: UUID
    company: UUID


async def customers_of(tx: Transaction, accounts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Customers by company code and account, those that exist. Raises `Refused` COMPANY_NOT_AVAILABLE."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for code, account in accounts:
        wanted[code].add(account)
    found = {}
    for code in sorted(wanted):
        company = tx.company(code)["id"]
        for row in await _ACCOUNTS.all(tx.conn, company=company, accounts=findable(wanted[code])):
            found[code, row["account"]] = row["id"]
    return found


async def customer_of(tx: Transaction, key: RecordKey, path: tuple[str, ...]) -> tuple[UUID, UUID]:
    """A customer and its company. Raises `Refused` where there is none or nothing may be done in its company."""
    if key.id is not None:
        row = await _CUSTOMER.one(tx.conn, id=key.id)
        if row is None:
            raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(NO_SUCH_CUSTOMER), path))
        return key.id, tx.within(row["company_id"])["id"]
    company, account = key.natural
    found = (await customers_of(tx, [key.natural])).get(key.natural)
    if found is None:
        raise Refused(no_customer(company, account, path))
    return found, tx.company(company)["id"]


def no_customer(company: str, account: str, path: tuple[str, ...]) -> Refusal:
    """What to say of a customer nobody has sent."""
    return Refusal(ErrorCode.NOT_FOUND, Message(NO_CUSTOMER, {"account": account, "company": company}), path)


async def places_of(tx: Transaction, document: str, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Place]:
    """Documents of a kind by company code and number, those that exist. Raises `Refused` COMPANY_NOT_AVAILABLE."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for code, number in numbers:
        wanted[code].add(number)
    found = {}
    for code in sorted(wanted):
        company = tx.company(code)["id"]
        for row in await _NUMBERS.all(tx.conn, company=company, document=document, numbers=findable(wanted[code])):
            found[code, row["number"]] = Place(row["customer_id"], row["document_id"], company)
    return found


async def place_of(tx: Transaction, document: str, key: RecordKey, path: tuple[str, ...]) -> Place:
    """One document. Raises `Refused` where there is none or nothing may be done in its company."""
    if key.id is not None:
        row = await _BY_ID[document].one(tx.conn, id=key.id)
        if row is not None:
            tx.within(row["company_id"])
            return Place(row["customer_id"], row["id"], row["company_id"])
    else:
        found = (await places_of(tx, document, [key.natural])).get(key.natural)
        if found is not None:
            return found
    raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(UNKNOWN[document]), path))


def few_enough(rows: Sequence[object], *path: str) -> None:
    """All or nothing has its limits. Raises `Refused` TOO_MANY_ROWS."""
    if len(rows) > MOST_ROWS:
        raise Refused(Refusal(ErrorCode.TOO_MANY_ROWS, Message(TOO_MANY, {"most": MOST_ROWS}), path))


def version_refusals(version: int, expected: int | None, node: tuple[str, UUID]) -> list[Refusal]:
    """Somebody else was faster; without an expectation the last one wins."""
    if expected is None or expected == version:
        return []
    return [Refusal(ErrorCode.VERSION_CONFLICT, Message(CHANGED), ("expectedVersion",), node)]


def future_refusals(tx: Transaction, company: UUID, day: date, path: tuple[str, ...]) -> list[Refusal]:
    """What happened cannot lie in the company's future."""
    today = tx.today(company)
    if day <= today:
        return []
    return [Refusal(ErrorCode.DAY_IN_FUTURE, Message(IN_FUTURE, {"day": day, "today": today}), path)]


def findable(texts: Iterable[str]) -> list[str]:
    """Texts that the database can be asked for, each once: PostgreSQL keeps none with a NUL in it."""
    return sorted({text for text in texts if "\0" not in text})


def text_refusals(value: str | None, path: tuple[str, ...], longest: int = LONGEST) -> list[Refusal]:
    """A text that must be there: not blank, not too long, and something the database can keep."""
    if value is None or (value.strip() and len(value) <= longest and "\0" not in value):
        return []
    return [Refusal(ErrorCode.INVALID_VALUE, Message(NO_TEXT, {"longest": longest}), path)]


def twice_refusals(keys: Sequence[tuple[str, str]], rows: str, field: str) -> list[Refusal]:
    """Rows that name what an earlier row of the same call named: which of them would be meant?"""
    first = {key: place for place, key in reversed([*enumerate(keys)])}
    return [
        Refusal(ErrorCode.ALREADY_EXISTS, Message(TWICE, {"number": key[1]}), (rows, str(place), field))
        for place, key in enumerate(keys)
        if first[key] < place
    ]
