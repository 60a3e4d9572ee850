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
from domain.orders import (
    WITHOUT_ORDER,
    OrderLine,
    SalesDocumentKind,
    SalesOrderStatus,
    order_balances,
    prepaid_lines,
    standing,
)
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
    prepaid: Decimal = Decimal(0)
    kind: SalesDocumentKind = SalesDocumentKind.SALES_ORDER

    @property
    def counted(self) -> tuple[Balance, ...]:
        """What it takes among the balances, by the day it ships."""
        return self._counted(self.lines)

    def _counted(self, lines: Sequence[OrderLine]) -> tuple[Balance, ...]:
        due = self.ship_date or self.ordered_on
        balances = order_balances(prepaid_lines(lines, self.prepaid), self.status, self.admitted)
        return tuple(balance if balance.due else replace(balance, due=due) for balance in balances)

    @property
    def stands(self) -> SalesOrderStatus:
        """Where it stands by what became of its lines."""
        return standing(self.status, self.lines, self.admitted)

    @property
    def came_to(self) -> Money:
        """What its lines come to."""
        return Money(sum((line.comes_to for line in self.lines), Decimal(0)), self.amount.currency)

    @property
    def asked_for(self) -> Decimal:
        """What of it is to come or to be posted: the rest is among the open items already, or will never be."""
        return sum((line.asked for line in self.lines), Decimal(0))

    def asks(self, checkpoint: Checkpoint) -> Order:
        """The order as the rules are asked about it: what is posted as open items is among the receivables already.

        Goods that came back are no part of what it asks for: they lower the debt, whatever becomes of it.
        """
        rest = [line.rest for line in self.lines]
        gone = sum((line.delivered for line in self.lines), Decimal(0))
        return Order(
            amount=Money(self.asked_for, self.amount.currency),
            checkpoint=checkpoint,
            number=self.number,
            excluded=self.excluded,
            ship_date=self.ship_date,
            counted=self._counted([replace(line, returned=Decimal(0), credited=Decimal(0)) for line in self.lines]),
            delivered=gone > 0 and not any(rest),
            release=self.release,
            forced=self.hold is not None and self.hold["forced"],
            payment_terms=self.own.payment_terms_id,
            own=self.own,
            without_order=self.kind in WITHOUT_ORDER,
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
    orders = await _ORDERS.all(conn, **given)
    # What was released before an order was rejected, reopened or given another payer is not released any more.
    since = {row["id"]: row["admitting_decision_id"] for row in orders if row["admitting_decision_id"] is not None}
    for key, row in rejected.items():
        since[key] = max(row["id"], since.get(key, row["id"]))
    releases = {
        row["sales_order_id"]: release_of(row)
        for row in await _RELEASES.all(conn, **given)
        if row["sales_order_id"] not in since or row["id"] > since[row["sales_order_id"]]
    }
    return [
        _order(row, tuple(lines[row["id"]]), releases.get(row["id"]), holds.get(row["id"]), rejected.get(row["id"]))
        for row in orders
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
        prepaid=row["prepaid"],
        kind=SalesDocumentKind(row["kind"]),
    )


def _line(row: Row) -> OrderLine:
    return OrderLine(
        amount=Money(row["amount"], ""),
        delivered=row["delivered"],
        billed=row["billed"],
        posted=row["invoiced"],
        returned=row["returned"],
        credited=row["credited"],
        closed=row["closed"],
        consumed_more=row["consumed_more"],
        never_billed=row["never_billed"],
    )
