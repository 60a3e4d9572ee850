"""Orders under the lock with their lines, taken one step after another: delivered, billed, posted to the ledger.

Each step takes its amount from the one before, by line (decision 11), so that nothing counts twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.message import N_, Message
from domain.money import Money
from domain.orders import REFUSED, OrderLine, SalesDocumentKind, SalesOrderStatus
from domain.refusal import ErrorCode, Refusal
from persistence.deciding import set_status
from persistence.keys import new_key
from persistence.orders import KeptOrder, orders_by_key
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.movements import movement
from persistence.tables.orders import billing, delivery, sales_order, sales_order_line
from persistence.take import Transaction
from persistence.writing.finding import SALES_ORDER, Place
from persistence.writing.saving import update, update_many

_OF_ORDERS = {
    table.name: Statement(
        sa.select(table)
        .where(any_of(table.c.customer_id, "customers"), any_of(table.c.sales_order_id, "orders"))
        .order_by(order)
    )
    for table, order in (
        (sales_order_line, sales_order_line.c.line_number),
        (delivery, delivery.c.id),
        (billing, billing.c.id),
    )
}
_HEADS = Statement(
    sa.select(sales_order.c.id, sales_order.c.kind, sales_order.c.version).where(
        any_of(sales_order.c.customer_id, "customers"), any_of(sales_order.c.id, "orders")
    )
)
_LAST_MOVED = Statement(
    sa.select(movement.c.source_id, sa.func.max(movement.c.day).label("day"))
    .where(any_of(movement.c.customer_id, "customers"), any_of(movement.c.source_id, "orders"))
    .group_by(movement.c.source_id)
)

OVER = frozenset({SalesOrderStatus.REJECTED, SalesOrderStatus.CLOSED, SalesOrderStatus.CANCELLED})
"""Nothing leaves for an order in one of these."""

NO_LINE = N_("Order {number} has no line {line}.")
LINE_CURRENCY = N_("Order {number} is in {currency}, the amount in {other}.")
MORE_THAN_LINE = N_(
    "Of line {line} of order {number} only {open} is left, less than {amount}. Send the change of the order first."
)
BILLING_DIFFERS = N_(
    "Billing document {number} of line {line} exists with other content. Use another number, or send it as it was."
)


@dataclass(frozen=True)
class LineAmount:
    """A part of an order's line, tax included, in the order's currency."""

    line: int
    amount: Money


@dataclass
class Steps:
    """One order: as it was, as it is after the steps so far, and the rows to write."""

    before: KeptOrder
    now: KeptOrder
    kind: SalesDocumentKind
    version: int
    lines: tuple[Row, ...]
    deliveries: tuple[Row, ...]
    billings: tuple[Row, ...]
    last_moved: date | None
    added: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    posted: dict[UUID, UUID | None] = field(default_factory=dict)

    @property
    def node(self) -> tuple[str, UUID]:
        """The order, for refusals."""
        return SALES_ORDER, self.now.id

    def status_refusals(self, path: tuple[str, ...] = ("salesOrder",)) -> list[Refusal]:
        """An order that is over takes no further step."""
        if self.now.status not in OVER:
            return []
        message = Message(REFUSED[self.now.status], {"number": self.now.number})
        return [Refusal(ErrorCode.WRONG_STATUS, message, path, self.node)]

    def deliver(
        self, tx: Transaction, wanted: LineAmount, number: str, day: date, path: tuple[str, ...]
    ) -> list[Refusal]:
        """Goods of a line leave."""
        place, refusals = self._line(tx, wanted, path)
        if place is None or refusals:
            return refusals
        line = self.now.lines[place]
        refusals = self._too_much(wanted, line.amount.amount - line.delivered, path)
        if not refusals:
            self.added[delivery.name].append(self._row(place, wanted, number) | {"delivered_on": day})
            self._step(place, replace(line, delivered=line.delivered + wanted.amount.amount))
        return refusals

    def bill(
        self, tx: Transaction, wanted: LineAmount, number: str, day: date, item: UUID | None, path: tuple[str, ...]
    ) -> list[Refusal]:
        """A line is billed, and with an `item` posted to the ledger; so is a billing document that was waiting."""
        place, refusals = self._line(tx, wanted, path)
        if place is None or refusals:
            return refusals
        line, amount = self.now.lines[place], wanted.amount.amount
        known = next((row for row in self._billed(place) if row["number"] == number), None)
        if known is not None:
            posted = self.posted.get(known["id"], known["item_id"])
            if known["amount"] != amount or (item is not None and posted not in (None, item)):
                message = Message(BILLING_DIFFERS, {"number": number, "line": wanted.line})
                return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, path, self.node)]
            if item is not None and posted is None:
                self.posted[known["id"]] = item
                self._step(place, replace(line, posted=line.posted + amount))
            return []
        refusals = self._too_much(wanted, line.amount.amount - max(line.billed, line.posted), path)
        if not refusals:
            row = self._row(place, wanted, number) | {"billed_on": day, "item_id": item}
            self.added[billing.name].append(row)
            posted_now = line.posted if item is None else line.posted + amount
            self._step(place, replace(line, billed=line.billed + amount, posted=posted_now))
        return refusals

    def unpost(self, item: UUID) -> None:
        """An item of the ledger is reversed: what it billed waits as a billing document again."""
        for row in self.billings:
            if row["item_id"] == item:
                place = next(n for n, line in enumerate(self.lines) if line["id"] == row["line_id"])
                self.posted[row["id"]] = None
                line = self.now.lines[place]
                self._step(place, replace(line, posted=line.posted - row["amount"]))

    def _billed(self, place: int) -> Iterable[dict[str, Any]]:
        """Billing rows of a line: those kept and those just added."""
        rows = (*(dict(row) for row in self.billings), *self.added[billing.name])
        return (row for row in rows if row["line_id"] == self.lines[place]["id"])

    def _line(self, tx: Transaction, wanted: LineAmount, path: tuple[str, ...]) -> tuple[int | None, list[Refusal]]:
        place = next((n for n, row in enumerate(self.lines) if row["line_number"] == wanted.line), None)
        if place is None:
            message = Message(NO_LINE, {"number": self.now.number, "line": wanted.line})
            return None, [Refusal(ErrorCode.NOT_FOUND, message, (*path, "lineNumber"), self.node)]
        currency = self.now.amount.currency
        if wanted.amount.currency != currency:
            values = {"number": self.now.number, "currency": currency, "other": wanted.amount.currency}
            message = Message(LINE_CURRENCY, values)
            return None, [Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*path, "amount"), self.node)]
        return place, tx.amount_refusals(wanted.amount, (*path, "amount"))

    def _too_much(self, wanted: LineAmount, left: Decimal, path: tuple[str, ...]) -> list[Refusal]:
        if wanted.amount.amount <= left:
            return []
        rest = Money(left, wanted.amount.currency)
        message = Message(
            MORE_THAN_LINE,
            {"line": wanted.line, "number": self.now.number, "open": rest, "amount": wanted.amount},
        )
        return [Refusal(ErrorCode.MORE_THAN_OPEN, message, (*path, "amount"), self.node, rest, wanted.amount)]

    def _row(self, place: int, wanted: LineAmount, number: str) -> dict[str, Any]:
        return {
            "customer_id": self.now.payer,
            "id": new_key(),
            "company_id": self.now.company,
            "sales_order_id": self.now.id,
            "line_id": self.lines[place]["id"],
            "number": number,
            "amount": wanted.amount.amount,
        }

    def _step(self, place: int, line: OrderLine) -> None:
        lines = list(self.now.lines)
        lines[place] = line
        after = replace(self.now, lines=tuple(lines))
        self.now = replace(after, status=status_of(after))

    async def write(self, tx: Transaction, day: date) -> None:
        """Append the steps and what they move, no earlier than what the order moved before."""
        await insert(tx.conn, delivery, self.added[delivery.name])
        await insert(tx.conn, billing, self.added[billing.name])
        for key, item in self.posted.items():
            await update(tx.conn, billing, {"customer_id": self.now.payer, "id": key}, {"item_id": item}, edited=False)
        rows = [
            ({"customer_id": self.now.payer, "id": row["id"]}, _columns(line))
            for row, line, before in zip(self.lines, self.now.lines, self.before.lines, strict=True)
            if line != before
        ]
        await update_many(tx.conn, sales_order_line, rows, edited=False)
        if self.now.status is not self.before.status:
            await set_status(tx, self.now)
        elif rows:
            await update(tx.conn, sales_order, {"customer_id": self.now.payer, "id": self.now.id}, {}, edited=False)
        await tx.move(self.before.moves_to(self.now, max(day, self.last_moved or day)))


def status_of(order: KeptOrder) -> SalesOrderStatus:
    """Where an order stands by what became of its lines. A partly delivered one stays where it is."""
    gone = [line for line in order.lines if line.delivered or line.billed or line.posted]
    if order.status in OVER or not gone or any(line.open_order.amount for line in order.lines):
        return order.status
    waiting = any(line.open_deliveries.amount or line.open_billing.amount for line in order.lines)
    if order.status is SalesOrderStatus.HELD:
        return order.status
    return SalesOrderStatus.DELIVERED if waiting else SalesOrderStatus.INVOICED


async def steps_by_place(conn: asyncpg.Connection, places: Iterable[Place]) -> dict[UUID, Steps]:
    """Orders by id, under the lock of their payers, ready to be taken further."""
    keys = sorted({(place.customer, place.id) for place in places})
    if not keys:
        return {}
    given = {"customers": sorted({payer for payer, _ in keys}), "orders": sorted(order for _, order in keys)}
    rows = {name: _by_order(await statement.all(conn, **given)) for name, statement in _OF_ORDERS.items()}
    heads = {row["id"]: row for row in await _HEADS.all(conn, **given)}
    last = {row["source_id"]: row["day"] for row in await _LAST_MOVED.all(conn, **given)}
    return {
        order.id: Steps(
            before=order,
            now=order,
            kind=SalesDocumentKind(heads[order.id]["kind"]),
            version=heads[order.id]["version"],
            lines=rows[sales_order_line.name].get(order.id, ()),
            deliveries=rows[delivery.name].get(order.id, ()),
            billings=rows[billing.name].get(order.id, ()),
            last_moved=last.get(order.id),
        )
        for order in await orders_by_key(conn, keys)
    }


def _by_order(rows: Sequence[Row]) -> dict[UUID, tuple[Row, ...]]:
    found: dict[UUID, tuple[Row, ...]] = {}
    for row in rows:
        found[row["sales_order_id"]] = (*found.get(row["sales_order_id"], ()), row)
    return found


def _columns(line: OrderLine) -> dict[str, Any]:
    return {"delivered": line.delivered, "billed": line.billed, "invoiced": line.posted}
