"""Receipts that have settled nothing yet, read where a company lets them cover what is overdue (pendingReceiptDays).

Where it does not, nothing is read. Of a day in the past they are as they were at its end; the parameter is today's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.calendar import DAY
from domain.covering import Receipt, covered
from domain.exposure import Balance, Category, CountingPolicy
from domain.money import Money
from persistence.moment import Moment
from persistence.statements import Row, Statement
from persistence.tables.movements import movement
from persistence.tables.receivables import payment
from persistence.tables.reference import currency_table


@dataclass(frozen=True)
class Receipts:
    """What one customer has paid and nothing was settled with yet, which covers for so many `days`."""

    days: int
    found: tuple[Receipt, ...] = ()

    def cover(
        self, balances: Iterable[Balance], policy: CountingPolicy, day: date, *, dated: bool = False
    ) -> tuple[Balance, ...]:
        """What they cover of what the customer owes. `dated`: its balances carry the day of its company, this one."""
        found = covered(balances, self.found, self.days, policy, day) if self.found else ()
        return tuple(replace(one, company_day=day) for one in found) if dated else tuple(found)


NO_RECEIPTS = Receipts(0)


def _receipts() -> Statement:
    """By day, of each customer on its day."""
    days = (sa.bindparam(name, type_=sa.ARRAY(sa.Date())) for name in ("befores", "days"))
    asked = (
        sa.func.unnest(
            sa.bindparam("customers", type_=sa.ARRAY(sa.Uuid())),
            *days,
            sa.bindparam("pasts", type_=sa.ARRAY(sa.Boolean())),
        )
        .table_valued(
            sa.column("customer_id", sa.Uuid()),
            sa.column("before", sa.Date()),
            sa.column("day", sa.Date()),
            sa.column("past", sa.Boolean()),
        )
        .render_derived(name="asked")
    )
    came = sa.and_(
        payment.c.customer_id == asked.c.customer_id,
        payment.c.paid_on > asked.c.before,
        payment.c.paid_on <= asked.c.day,
        payment.c.sales_order_id.is_(None),
    )
    moved = sa.and_(
        movement.c.customer_id == payment.c.customer_id,
        movement.c.source_id == payment.c.id,
        movement.c.category == Category.UNAPPLIED.value,
        sa.or_(movement.c.day <= asked.c.day, sa.not_(asked.c.past)),
    )
    unapplied = sa.func.sum(movement.c.amount)
    return Statement(
        sa.select(
            payment.c.customer_id,
            payment.c.paid_on,
            payment.c.currency,
            (sa.cast(-unapplied, sa.BigInteger()) * currency_table.c.unit).label("amount"),
        )
        .select_from(
            asked.join(payment, came)
            .join(movement, moved)
            .join(currency_table, currency_table.c.code == payment.c.currency)
        )
        .group_by(payment.c.customer_id, payment.c.id, payment.c.paid_on, payment.c.currency, currency_table.c.unit)
        .having(unapplied < 0)
        .order_by(payment.c.customer_id, payment.c.paid_on, payment.c.id)
    )


_RECEIPTS = _receipts()


async def receipts_of(
    conn: asyncpg.Connection, customers: Iterable[Row], moment: Moment, key: str = "id"
) -> Mapping[UUID, Receipts]:
    """The receipts of customers, by their `key`, that cover something today at their companies: `NO_RECEIPTS` of most.

    `customers`: rows with the `time_zone` and the `pending_receipt_days` of their companies.
    """
    found: dict[UUID, Receipts] = defaultdict(lambda: NO_RECEIPTS)
    asked = {row[key]: row for row in customers if row["pending_receipt_days"]}
    if not asked:
        return found
    days = {customer: moment.day(row["time_zone"]) for customer, row in asked.items()}
    receipts: dict[UUID, list[Receipt]] = defaultdict(list)
    for row in await _RECEIPTS.all(
        conn,
        customers=list(asked),
        befores=[days[customer] - row["pending_receipt_days"] * DAY for customer, row in asked.items()],
        days=list(days.values()),
        pasts=[moment.past(row["time_zone"]) for row in asked.values()],
    ):
        receipts[row["customer_id"]].append(Receipt(Money(row["amount"], row["currency"]), row["paid_on"]))
    for customer, some in receipts.items():
        found[customer] = Receipts(asked[customer]["pending_receipt_days"], tuple(some))
    return found
