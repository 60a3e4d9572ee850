"""Orders out of their tables, and what they move when they change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.exposure import Balance, Category
from domain.facts import Checkpoint, Order
from domain.hold import CreditHoldStatus
from domain.money import Money
from domain.orders import OrderLine, SalesOrderStatus, order_balances
from domain.ranks import UNSAID, Conditions
from domain.receivables import Movement
from domain.release import Agreed, Release
from persistence.movements import Moved
from persistence.payment_conditions import conditions_of
from persistence.statements import Row, Statement, any_of, none_of
from persistence.tables.decisions import credit_hold, credit_release
from persistence.tables.orders import sales_order, sales_order_line
from persistence.tables.reference import cash_discount, payment_terms

_RANKED = ("code", "rank")

ENDED = ("RELEASED", "REJECTED", "CANCELLED")
"""Final statuses of a hold."""

_ORDERS = Statement(
    sa.select(
        sales_order,
        *(table.c[name].label(f"{table.name}_{name}") for table in (payment_terms, cash_discount) for name in _RANKED),
    )
    .outerjoin(payment_terms, payment_terms.c.id == sales_order.c.payment_terms_id)
    .outerjoin(cash_discount, cash_discount.c.id == sales_order.c.cash_discount_id)
    .where(any_of(sales_order.c.customer_id, "customers"), any_of(sales_order.c.id, "orders"))
)
_LINES = Statement(
    sa.select(sales_order_line)
    .where(any_of(sales_order_line.c.customer_id, "customers"), any_of(sales_order_line.c.sales_order_id, "orders"))
    .order_by(sales_order_line.c.line_number)
)
_RELEASES = Statement(
    sa.select(credit_release)
    .where(any_of(credit_release.c.customer_id, "customers"), any_of(credit_release.c.sales_order_id, "orders"))
    .order_by(credit_release.c.id)
)
_HOLDS = Statement(
    sa.select(credit_hold)
    .where(
        any_of(credit_hold.c.customer_id, "customers"),
        any_of(credit_hold.c.sales_order_id, "orders"),
        none_of(credit_hold.c.status, ENDED),
    )
    .order_by(credit_hold.c.id)
)
# What was released before an order was rejected is not released any more.
_REJECTED = Statement(
    sa.select(credit_hold.c.sales_order_id, credit_hold.c.id, credit_hold.c.checkpoint)
    .where(
        any_of(credit_hold.c.customer_id, "customers"),
        any_of(credit_hold.c.sales_order_id, "orders"),
        credit_hold.c.status == CreditHoldStatus.REJECTED.value,
    )
    .order_by(credit_hold.c.id)
)


@dataclass(frozen=True)
class KeptOrder:
    """An order as it is kept, with what was decided about it so far."""

    id: UUID
    payer: UUID
    buyer: UUID
    company: UUID
    number: str
    status: SalesOrderStatus
    amount: Money
    ordered_on: date
    ship_date: date | None
    excluded: bool
    admitted: bool
    lines: tuple[OrderLine, ...]
    own: Conditions = UNSAID
    release: Release | None = None
    hold: Mapping[str, Any] | None = None
    rejected_at: Checkpoint | None = None

    @property
    def counted(self) -> tuple[Balance, ...]:
        """What it takes among the balances, by the day it ships."""
        due = self.ship_date or self.ordered_on
        balances = order_balances(self.lines, self.status, self.admitted)
        return tuple(balance if balance.due else replace(balance, due=due) for balance in balances)

    @property
    def posted(self) -> Decimal:
        """What of it is among the open items already."""
        return sum((line.posted for line in self.lines), Decimal(0))

    def asks(self, checkpoint: Checkpoint) -> Order:
        """The order as the rules are asked about it: what is posted as open items is among the receivables already."""
        rest = [line.open_order.amount for line in self.lines]
        gone = sum((line.delivered for line in self.lines), Decimal(0))
        return Order(
            amount=Money(self.amount.amount - self.posted, self.amount.currency),
            checkpoint=checkpoint,
            number=self.number,
            excluded=self.excluded,
            ship_date=self.ship_date,
            counted=self.counted,
            delivered=gone > 0 and not any(rest),
            release=self.release,
            forced=self.hold is not None and self.hold["forced"],
            payment_terms=self.own.payment_terms_id,
            own=self.own,
            held_at=self.rejected_at if self.hold is None else Checkpoint(self.hold["checkpoint"]),
        )

    def moves_to(self, after: KeptOrder, day: date) -> tuple[Moved, ...]:
        """What changes when it becomes `after`: the difference between what both take."""
        sums: dict[tuple[Category, str, date], Decimal] = defaultdict(Decimal)
        for sign, order in ((-1, self), (1, after)):
            for balance in order.counted:
                assert balance.due is not None, "an order counts by a day"
                sums[balance.category, balance.amount.currency, balance.due] += sign * balance.amount.amount
        return tuple(
            Moved(self.payer, self.company, Movement(category, Money(amount, currency), day, due, self.id))
            for (category, currency, due), amount in sums.items()
            if amount
        )


async def orders_by_key(conn: asyncpg.Connection, keys: Sequence[tuple[UUID, UUID]]) -> list[KeptOrder]:
    """Orders by payer and id."""
    if not keys:
        return []
    given = {"customers": [customer for customer, _ in keys], "orders": [order for _, order in keys]}
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for row in await _LINES.all(conn, **given):
        lines[row["sales_order_id"]].append(_line(row))
    holds = {row["sales_order_id"]: row for row in await _HOLDS.all(conn, **given)}
    rejected = {row["sales_order_id"]: row for row in await _REJECTED.all(conn, **given)}
    releases = {
        row["sales_order_id"]: release_of(row)
        for row in await _RELEASES.all(conn, **given)
        if row["sales_order_id"] not in rejected or row["id"] > rejected[row["sales_order_id"]]["id"]
    }
    return [
        _order(row, tuple(lines[row["id"]]), releases.get(row["id"]), holds.get(row["id"]), rejected.get(row["id"]))
        for row in await _ORDERS.all(conn, **given)
    ]


def release_of(row: Row) -> Release:
    """A release as the rules know it."""
    currency = row["currency"]
    return Release(
        released_value=Money(row["released_amount"], currency),
        released_on=row["released_on"],
        ceiling=None if row["ceiling"] is None else Money(row["ceiling"], currency),
        deviation_percent=row["deviation_percent"],
        last_date=row["last_date"],
        agreed=Agreed(row["payment_terms_id"], row["cash_discount_id"]),
    )


def _order(
    row: Row, lines: tuple[OrderLine, ...], release: Release | None, hold: Row | None, rejected: Row | None
) -> KeptOrder:
    return KeptOrder(
        id=row["id"],
        payer=row["customer_id"],
        buyer=row["buyer_id"],
        company=row["company_id"],
        number=row["number"],
        status=SalesOrderStatus(row["status"]),
        amount=Money(row["amount"], row["currency"]),
        ordered_on=row["ordered_on"],
        ship_date=row["ship_date"],
        excluded=row["excluded_from_credit_management"],
        admitted=row["admitted"],
        lines=tuple(replace(line, amount=Money(line.amount.amount, row["currency"])) for line in lines),
        own=conditions_of(row),
        release=release,
        hold=hold,
        rejected_at=Checkpoint(rejected["checkpoint"]) if rejected and row["status"] == "REJECTED" else None,
    )


def _line(row: Row) -> OrderLine:
    return OrderLine(
        amount=Money(row["amount"], ""),
        delivered=row["delivered"],
        billed=row["billed"],
        posted=row["invoiced"],
        closed=row["closed"],
    )
