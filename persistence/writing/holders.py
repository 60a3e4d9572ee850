"""Whose limit something is about: customers and credit groups, as callers name them, and who may touch them.

A customer must be of a company the caller was granted. A credit group belongs to no company: whoever may act in the
company of a member may act on it, and so may who made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.adjustment import Holder
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal
from persistence.statements import Row, Statement, any_of
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group, credit_group_member, customer
from persistence.tables.running import audit_event
from persistence.take import Transaction
from persistence.writing.finding import NO_SUCH_CUSTOMER

CUSTOMER, GROUP = "customer", "credit_group"
"""The kinds of holder: the tables they are kept in."""

NO_GROUP = N_("There is no such credit group, or none of its members is a customer of yours.")
NO_HOLDER = N_("Say whose limit it is: a customer or a credit group.")

_CUSTOMER_FIELDS = (
    customer.c.id,
    customer.c.account,
    customer.c.name,
    customer.c.company_id,
    company_table.c.code.label("company_code"),
    company_table.c.currency.label("company_currency"),
    company_table.c.time_zone,
)
_CUSTOMERS = sa.select(*_CUSTOMER_FIELDS).join(company_table, company_table.c.id == customer.c.company_id)

_BY_ID = Statement(_CUSTOMERS.where(any_of(customer.c.id, "ids"), any_of(customer.c.company_id, "companies")))
_BY_ACCOUNT = Statement(
    _CUSTOMERS.where(
        customer.c.company_id == sa.bindparam("company", type_=sa.Uuid()), any_of(customer.c.account, "accounts")
    )
)
_GROUPS = Statement(
    sa.select(credit_group).where(sa.or_(any_of(credit_group.c.id, "ids"), any_of(credit_group.c.number, "numbers")))
)


def _in_credit_group(companies: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The group has a member, now or soon, in a company of some."""
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(credit_group_member.join(customer, customer.c.id == credit_group_member.c.customer_id))
        .where(
            credit_group_member.c.credit_group_id == credit_group.c.id,
            sa.or_(
                credit_group_member.c.until_day.is_(None),
                credit_group_member.c.until_day >= sa.bindparam("day", type_=sa.Date()),
            ),
            companies,
        )
        .correlate(credit_group)
    )


_MADE = sa.exists(
    sa.select(sa.literal(1))
    .where(
        audit_event.c.subject_id == credit_group.c.id,
        audit_event.c.kind == AuditEventKind.GROUP_SAVED.value,
        audit_event.c.actor_id == sa.bindparam("actor", type_=sa.Uuid()),
        sa.not_(audit_event.c.refused),
    )
    .correlate(credit_group)
)
_OPEN = Statement(
    sa.select(credit_group.c.id).where(
        any_of(credit_group.c.id, "groups"),
        sa.or_(
            _in_credit_group(any_of(customer.c.company_id, "companies")),
            _MADE,
            sa.and_(sa.bindparam("everywhere", type_=sa.Boolean()), sa.not_(_in_credit_group(sa.true()))),
        ),
    )
)


@dataclass(frozen=True)
class CustomerNamed:
    """A customer by its id, or by company code and account."""

    id: UUID | None = None
    company: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class HolderNamed:
    """A customer, or a credit group by its id or number."""

    customer: CustomerNamed | None = None
    group: UUID | None = None
    group_number: str | None = None


@dataclass(frozen=True)
class FoundHolder:
    """Who it is. `currency` is that of its limit, `time_zone` where its days begin; a group has no company."""

    holder: Holder
    name: str
    currency: str
    time_zone: str
    company: UUID | None


async def customers_named(tx: Transaction, wanted: Iterable[CustomerNamed]) -> dict[CustomerNamed, Row]:
    """Customers in companies the caller may act in.

    Raises `Refused`: COMPANY_NOT_AVAILABLE for a code not granted, FORBIDDEN for a customer that may only be read.
    """
    asked = set(wanted)
    ids = [one.id for one in asked if one.id is not None]
    companies = sorted({*tx.granted.values(), *tx.readable})
    by_id = {row["id"]: row for row in await _BY_ID.all(tx.conn, ids=ids, companies=companies)}
    for row in by_id.values():
        tx.within(row["company_id"], no_customer(()))
    found = {one: by_id[one.id] for one in asked if one.id in by_id}
    for code in sorted({one.company for one in asked if one.company is not None}):
        accounts = {one.account: one for one in asked if one.company == code and one.account is not None}
        rows = await _BY_ACCOUNT.all(tx.conn, company=tx.company(code)["id"], accounts=sorted(accounts))
        found |= {accounts[row["account"]]: row for row in rows}
    return found


async def customer_named(tx: Transaction, wanted: CustomerNamed) -> Row | None:
    """One customer, or None."""
    return (await customers_named(tx, [wanted])).get(wanted)


async def holders_named(
    tx: Transaction, wanted: Iterable[HolderNamed], companies: Iterable[UUID]
) -> dict[HolderNamed, FoundHolder]:
    """Customers, and credit groups with a member in one of the companies or made by the caller."""
    asked = set(wanted)
    customers = await customers_named(tx, [one.customer for one in asked if one.customer is not None])
    rows = await _GROUPS.all(
        tx.conn,
        ids=[one.group for one in asked if one.group is not None],
        numbers=[one.group_number for one in asked if one.group_number is not None],
    )
    open_ = await groups_open_to(tx, [row["id"] for row in rows], companies)
    groups = {key: row for row in rows if row["id"] in open_ for key in (row["id"], row["number"])}
    found: dict[HolderNamed, FoundHolder] = {}
    for one in asked:
        group = groups.get(one.group or one.group_number)
        if one.customer in customers:
            found[one] = customer_holder(customers[one.customer])
        elif group is not None:
            found[one] = group_holder(group)
    return found


async def groups_open_to(tx: Transaction, groups: Iterable[UUID], companies: Iterable[UUID]) -> frozenset[UUID]:
    """Which credit groups the caller may act on: with a member in one of the companies, or made by the caller.

    One without members is also open to who may do this in every company.
    """
    rows = await _OPEN.all(
        tx.conn,
        groups=sorted(set(groups)),
        companies=sorted(set(companies)),
        actor=tx.actor,
        day=tx.now.date(),
        everywhere=everywhere(tx),
    )
    return frozenset(row["id"] for row in rows)


def everywhere(tx: Transaction) -> bool:
    """Whether the caller may do this in every company there is."""
    return tx.companies.keys() <= set(tx.granted.values())


async def groups_by_id(conn: asyncpg.Connection, groups: Iterable[UUID]) -> dict[UUID, Row]:
    """Credit groups, whoever may see them."""
    return {row["id"]: row for row in await _GROUPS.all(conn, ids=list(groups), numbers=[])}


def group_holder(row: Row) -> FoundHolder:
    """A credit group as the holder of a limit."""
    return FoundHolder((GROUP, row["id"]), row["name"], row["currency"], row["time_zone"], None)


def no_holder(wanted: HolderNamed | None, path: tuple[str, ...]) -> Refusal:
    """What to say when nobody was named, or nobody the caller may act on."""
    if wanted is None:
        return Refusal(ErrorCode.INVALID_VALUE, Message(NO_HOLDER), path)
    text = NO_GROUP if wanted.customer is None else NO_SUCH_CUSTOMER
    return Refusal(ErrorCode.NOT_FOUND, Message(text), path)


def no_customer(path: tuple[str, ...]) -> Refusal:
    """What to say of a customer that is unknown, or of a company the caller may not act in."""
    return Refusal(ErrorCode.NOT_FOUND, Message(NO_SUCH_CUSTOMER), path)


def customer_holder(row: Any) -> FoundHolder:
    """A customer as the holder of a limit."""
    return FoundHolder((CUSTOMER, row["id"]), row["name"], row["company_currency"], row["time_zone"], row["company_id"])
