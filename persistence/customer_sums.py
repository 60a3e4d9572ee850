"""What single customers owe and what secures it, for sums over the customers of a party, a group or a company.

Like `facts`, it looks past the grant of the caller: only totals of what it gives may leave (decision 10).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.collateral import Collateral
from domain.exposure import Balance, Category, CountingPolicy
from domain.money import Money
from persistence import fact_statements as sql
from persistence.closed_days import moved_dues
from persistence.facts import Moment, collateral_of
from persistence.receipts import Receipts, receipts_of
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import customer


@dataclass(frozen=True)
class CustomerSums:
    """One customer; `day` is that of its company, and its balances carry it. `receipts`: those that cover something."""

    id: UUID
    company: UUID
    day: date
    balances: tuple[Balance, ...]
    collaterals: tuple[Collateral, ...]
    receipts: Receipts

    def owing(self, policy: CountingPolicy) -> tuple[Balance, ...]:
        """Its balances with what receipts cover, by what counts for whoever it is added to."""
        return (*self.balances, *self.receipts.cover(self.balances, policy, self.day, dated=True))


_CUSTOMERS = Statement(
    sa.select(
        customer.c.id,
        customer.c.company_id,
        company_table.c.time_zone,
        company_table.c.bank_days_of,
        credit_parameters.c.pending_receipt_days,
    )
    .join(company_table, company_table.c.id == customer.c.company_id)
    .outerjoin(credit_parameters, credit_parameters.c.company_id == customer.c.company_id)
    .where(any_of(customer.c.id, "customers"))
    .order_by(customer.c.id)
)

_OF_PARTIES = Statement(
    sa.select(customer.c.party_id, customer.c.id).where(any_of(customer.c.party_id, "parties")).order_by(customer.c.id)
)


async def customer_sums(
    conn: asyncpg.Connection, customers: Iterable[UUID], moment: Moment
) -> tuple[CustomerSums, ...]:
    """The sums of each of these customers, on the day of its company."""
    rows = await _CUSTOMERS.all(conn, customers=list(set(customers)))
    past = [row["id"] for row in rows if moment.past(row["time_zone"])]
    current = [row["id"] for row in rows if not moment.past(row["time_zone"])]
    days = {row["id"]: moment.day(row["time_zone"]) for row in rows}
    kept = list(await sql.BALANCES.all(conn, customers=current)) if current else []
    if past:
        kept.extend(await sql.BALANCES_AS_OF.all(conn, customers=past, day=moment.as_of))
    balances: dict[UUID, list[Balance]] = defaultdict(list)
    for row in await moved_dues(conn, kept, {row["id"]: row["bank_days_of"] for row in rows}):
        money = Money(row["amount"] * row["unit"], row["currency"])
        key = row["customer_id"]
        balances[key].append(Balance(Category(row["category"]), money, row["due_day"], days[key]))
    receipts = await receipts_of(conn, rows, moment)
    collaterals: dict[UUID, list[Collateral]] = defaultdict(list)
    for row in await sql.COLLATERALS.all(conn, customers=list(days)):
        collaterals[row["customer_id"]].append(collateral_of(row))
    return tuple(
        CustomerSums(
            id=row["id"],
            company=row["company_id"],
            day=days[row["id"]],
            balances=tuple(balances[row["id"]]),
            collaterals=tuple(collaterals[row["id"]]),
            receipts=receipts[row["id"]],
        )
        for row in rows
    )


async def customers_of_parties(conn: asyncpg.Connection, parties: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The customers of each party in all companies."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await _OF_PARTIES.all(conn, parties=list(set(parties))):
        found[row["party_id"]].append(row["id"])
    return found


async def members_of_group(conn: asyncpg.Connection, group: UUID, moment: Moment) -> list[UUID]:
    """The members of a credit group in all companies, each by its own company's day."""
    rows = await sql.MEMBERS.all(conn, group=group, as_of=moment.as_of, now=moment.now)
    return [row["customer_id"] for row in rows]
