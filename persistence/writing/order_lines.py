"""Orders under the lock with their lines, taken one step after another: delivered, billed, posted to the ledger.

Each step takes its amount from the one before, by line (decision 11), so that nothing counts twice; taken back, it
gives it back. Goods that came back count against the debt until their credit note does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.message import N_, Message, Value
from domain.money import Money
from domain.orders import REFUSED, OrderLine, SalesOrderStatus
from domain.refusal import ErrorCode, Refusal
from persistence.deciding import set_status
from persistence.keys import new_key
from persistence.orders import KeptOrder, orders_by_key
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.movements import movement
from persistence.tables.orders import billing, delivery, goods_return, sales_order, sales_order_line
from persistence.take import MovedMeanwhile, Transaction
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
        (goods_return, goods_return.c.id),
    )
}
_HEADS = Statement(
    sa.select(sales_order.c.id, sales_order.c.version).where(
        any_of(sales_order.c.customer_id, "customers"), any_of(sales_order.c.id, "orders")
    )
)
_LAST_MOVED = Statement(
    sa.select(movement.c.source_id, sa.func.max(movement.c.day).label("day"))
    .where(any_of(movement.c.customer_id, "customers"), any_of(movement.c.source_id, "orders"))
    .group_by(movement.c.source_id)
)

TABLES = {"delivery": delivery, "billing": billing, "goods_return": goods_return}
"""Where the steps of lines are kept."""

NO_LINE = N_("Order {number} has no line {line}.")
LINE_CURRENCY = N_("Order {number} is in {currency}, the amount in {other}.")
MORE_THAN_LINE = N_(
    "Of line {line} of order {number} only {open} is left, less than {amount}. Send the change of the order first."
)
MORE_THAN_BILLABLE = N_(
    "Of line {line} of order {number} only {open} is left, less than {amount}. Say how much of the line the billing"
    " document takes (consumes), or send the change of the order first."
)
BILLING_DIFFERS = N_(
    "Billing document {number} of line {line} exists with other content. Use another number, or send it as it was."
)
BILLED = N_("Of line {line} of order {number} {billed} is billed. Cancel the billing document first.")
CAME_BACK = N_("Of line {line} of order {number} {returned} came back already, so that it must have left.")
MORE_THAN_LEFT = N_("Of line {line} of order {number} only {open} is with the customer, less than {amount}.")
NO_RETURN = N_(
    "Return {number} of line {line} is not known with this amount, or has a credit note already. Record it first."
)


@dataclass(frozen=True)
class LineAmount:
    """A part of an order's line, tax included, in the order's currency.

    `consumes`: what a billing document takes of the line; None: as much as it bills.
    """

    line: int
    amount: Money
    consumes: Money | None = None


@dataclass
class Steps:
    """One order: as it was, as it is after the steps so far, and the rows to write."""

    before: KeptOrder
    now: KeptOrder
    version: int
    lines: tuple[Row, ...]
    deliveries: tuple[Row, ...]
    billings: tuple[Row, ...]
    returns: tuple[Row, ...]
    last_moved: date | None
    added: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    altered: dict[tuple[str, UUID], dict[str, Any]] = field(default_factory=dict)

    @property
    def node(self) -> tuple[str, UUID]:
        """The order, for refusals."""
        return SALES_ORDER, self.now.id

    def status_refusals(self, path: tuple[str, ...] = ("salesOrder",)) -> list[Refusal]:
        """An order that was called off takes no further step. Goods of one that is over may have left all the same."""
        if self.now.status is not SalesOrderStatus.CANCELLED:
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
        refusals = self._too_much(MORE_THAN_LINE, wanted, line.deliverable, path)
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
        known = self._known(billing, place, number)
        if known is not None:
            if (
                (known["amount"], known["reversed_on"]) != (amount, None)
                or (item is not None and known["item_id"] not in (None, item))
                or (wanted.consumes is not None and wanted.consumes.amount != consumed_by(known))
            ):
                message = Message(BILLING_DIFFERS, {"number": number, "line": wanted.line})
                return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, path, self.node)]
            if item is not None and known["item_id"] is None:
                self.altered[billing.name, known["id"]] = {"item_id": item}
                self._step(place, replace(line, posted=line.posted + amount))
            return []
        takes, of_takes = (wanted.amount, "amount") if wanted.consumes is None else (wanted.consumes, "consumes")
        refusals = self._too_much(MORE_THAN_BILLABLE, replace(wanted, amount=takes), line.billable, path, of_takes)
        if not refusals:
            row = self._row(place, wanted, number) | {"billed_on": day, "item_id": item, "reversed_on": None}
            self.added[billing.name].append(row | {"consumes": wanted.consumes.amount if wanted.consumes else None})
            posted_now = line.posted if item is None else line.posted + amount
            more = line.consumed_more + takes.amount - amount
            self._step(place, replace(line, billed=line.billed + amount, posted=posted_now, consumed_more=more))
        return refusals

    def give_back(
        self, tx: Transaction, wanted: LineAmount, number: str, day: date, path: tuple[str, ...]
    ) -> list[Refusal]:
        """Goods of a line came back."""
        place, refusals = self._line(tx, wanted, path)
        if place is None or refusals:
            return refusals
        line = self.now.lines[place]
        refusals = self._too_much(MORE_THAN_LEFT, wanted, line.delivered - line.returned, path)
        if not refusals:
            row = self._row(place, wanted, number) | {"returned_on": day, "item_id": None}
            self.added[goods_return.name].append(row)
            self._step(place, replace(line, returned=line.returned + wanted.amount.amount))
        return refusals

    def credit(
        self, tx: Transaction, wanted: LineAmount, number: str, item: UUID, path: tuple[str, ...]
    ) -> list[Refusal]:
        """A return is on a credit note of the ledger, which lowers the debt from then on."""
        place, refusals = self._line(tx, wanted, path)
        if place is None or refusals:
            return refusals
        known = self._known(goods_return, place, number)
        if known is None or known["amount"] != wanted.amount.amount or known["item_id"] not in (None, item):
            message = Message(NO_RETURN, {"number": number, "line": wanted.line})
            return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, path, self.node)]
        if known["item_id"] is None:
            self.altered[goods_return.name, known["id"]] = {"item_id": item}
            line = self.now.lines[place]
            self._step(place, replace(line, credited=line.credited + known["amount"]))
        return []

    def unpost(self, item: UUID) -> None:
        """An item of the ledger is reversed: what it billed, and what it gave credit for, waits again."""
        for table, rows, step in ((billing, self.billings, "posted"), (goods_return, self.returns, "credited")):
            for row in rows:
                if row["item_id"] == item:
                    place = self._place(row)
                    self.altered[table.name, row["id"]] = {"item_id": None}
                    line = self.now.lines[place]
                    self._step(place, replace(line, **{step: getattr(line, step) - row["amount"]}))

    def undeliver(self, row: Row, day: date) -> list[Refusal]:
        """The goods of a delivery had not left after all: what they were worth is to come again."""
        place = self._place(row)
        line, left = self.now.lines[place], self.now.lines[place].delivered - row["amount"]
        values: dict[str, Value] = {"line": self.lines[place]["line_number"], "number": self.now.number}
        if line.returned > left:
            returned = Money(line.returned, self.now.amount.currency)
            message = Message(CAME_BACK, {**values, "returned": returned})
            return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), self.node)]
        gone = line.consumed
        if left < gone <= line.delivered:  # what was billed in advance stays billed in advance
            message = Message(BILLED, {**values, "billed": Money(gone, self.now.amount.currency)})
            return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), self.node)]
        self.altered[delivery.name, row["id"]] = {"reversed_on": day}
        unbilled = max(left - gone, Decimal(0))
        self._step(place, replace(line, delivered=left, never_billed=min(line.never_billed, unbilled)))
        return []

    def unbill(self, row: Row, day: date) -> None:
        """A billing document is cancelled: what it billed waits as delivered, or is to come again."""
        place = self._place(row)
        line = self.now.lines[place]
        self.altered[billing.name, row["id"]] = {"reversed_on": day}
        more = line.consumed_more - (consumed_by(row) - row["amount"])
        self._step(place, replace(line, billed=line.billed - row["amount"], consumed_more=more))

    def _known(self, table: sa.Table, place: int, number: str) -> dict[str, Any] | None:
        """A step of a line by its number, as it now is: kept, or just added."""
        kept = {billing.name: self.billings, goods_return.name: self.returns}[table.name]
        for row in (*(dict(row) for row in kept), *self.added[table.name]):
            if row["line_id"] == self.lines[place]["id"] and row["number"] == number:
                return {**row, **self.altered.get((table.name, row["id"]), {})}
        return None

    def _place(self, row: Row) -> int:
        return next(n for n, line in enumerate(self.lines) if line["id"] == row["line_id"])

    def _line(self, tx: Transaction, wanted: LineAmount, path: tuple[str, ...]) -> tuple[int | None, list[Refusal]]:
        place = next((n for n, row in enumerate(self.lines) if row["line_number"] == wanted.line), None)
        if place is None:
            message = Message(NO_LINE, {"number": self.now.number, "line": wanted.line})
            return None, [Refusal(ErrorCode.NOT_FOUND, message, (*path, "lineNumber"), self.node)]
        currency, refusals = self.now.amount.currency, []
        for name, amount in (("amount", wanted.amount), ("consumes", wanted.consumes)):
            if amount is None:
                continue
            if amount.currency != currency:
                values = {"number": self.now.number, "currency": currency, "other": amount.currency}
                message = Message(LINE_CURRENCY, values)
                return None, [Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*path, name), self.node)]
            refusals.extend(tx.amount_refusals(amount, (*path, name), positive=name == "amount"))
        return place, refusals

    def _too_much(
        self, text: str, wanted: LineAmount, left: Decimal, path: tuple[str, ...], field: str = "amount"
    ) -> list[Refusal]:
        if wanted.amount.amount <= left:
            return []
        rest = Money(left, wanted.amount.currency)
        message = Message(text, {"line": wanted.line, "number": self.now.number, "open": rest, "amount": wanted.amount})
        return [Refusal(ErrorCode.MORE_THAN_OPEN, message, (*path, field), self.node, rest, wanted.amount)]

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
        self.now = replace(after, status=after.stands, amount=after.came_to)

    async def write(self, tx: Transaction, day: date) -> None:
        """Append the steps and what they move, no earlier than what the order moved before."""
        for name, added in self.added.items():
            await insert(tx.conn, TABLES[name], added)
        for (name, key), values in self.altered.items():
            await update(tx.conn, TABLES[name], {"customer_id": self.now.payer, "id": key}, values, edited=False)
        rows = [
            ({"customer_id": self.now.payer, "id": row["id"]}, _columns(line))
            for row, line, before in zip(self.lines, self.now.lines, self.before.lines, strict=True)
            if line != before
        ]
        await update_many(tx.conn, sales_order_line, rows, edited=False)
        head = {"customer_id": self.now.payer, "id": self.now.id}
        if self.now.status is not self.before.status:
            await set_status(tx, self.now)
        if rows:  # what a closed line comes to is what was taken of it
            await update(tx.conn, sales_order, head, {"amount": self.now.amount.amount}, edited=False)
        await tx.move(self.before.moves_to(self.now, max(day, self.last_moved or day)))


def consumed_by(row: Mapping[str, Any]) -> Decimal:
    """What a billing document takes of its line."""
    found: Decimal = row["amount"] if row["consumes"] is None else row["consumes"]
    return found


async def steps_by_place(conn: asyncpg.Connection, places: Iterable[Place]) -> dict[UUID, Steps]:
    """Orders by id, under the lock of their payers, ready to be taken further. Raises `MovedMeanwhile`."""
    keys = sorted({(place.customer, place.id) for place in places})
    if not keys:
        return {}
    given = {"customers": sorted({payer for payer, _ in keys}), "orders": sorted(order for _, order in keys)}
    rows = {name: _by_order(await statement.all(conn, **given)) for name, statement in _OF_ORDERS.items()}
    heads = {row["id"]: row for row in await _HEADS.all(conn, **given)}
    if heads.keys() != {order for _, order in keys}:
        raise MovedMeanwhile  # another customer pays for it by now
    last = {row["source_id"]: row["day"] for row in await _LAST_MOVED.all(conn, **given)}
    return {
        order.id: Steps(
            before=order,
            now=order,
            version=heads[order.id]["version"],
            lines=rows[sales_order_line.name].get(order.id, ()),
            deliveries=rows[delivery.name].get(order.id, ()),
            billings=rows[billing.name].get(order.id, ()),
            returns=rows[goods_return.name].get(order.id, ()),
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
    return {
        "delivered": line.delivered,
        "billed": line.billed,
        "invoiced": line.posted,
        "returned": line.returned,
        "credited": line.credited,
        "consumed_more": line.consumed_more,
        "never_billed": line.never_billed,
    }
