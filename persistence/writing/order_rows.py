"""An order's rows: what is wrong with them as they were sent, what differs from what is kept, and writing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.message import N_, Message, Value
from domain.money import Money
from domain.orders import OrderLine, SalesDocumentKind, SalesOrderStatus
from domain.ranks import Conditions
from domain.refusal import ErrorCode, Refusal
from persistence.deciding import set_status
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.orders import KeptOrder
from persistence.payment_conditions import Codes
from persistence.statements import insert
from persistence.tables.orders import sales_order, sales_order_line
from persistence.tables.receivables import document_number
from persistence.take import Transaction
from persistence.writing.finding import SALES_ORDER, text_refusals
from persistence.writing.order_lines import Steps
from persistence.writing.saving import update, update_many

LONGEST_DESCRIPTION = 500

NO_LINES = N_("An order has at least one line.")
LINE_TWICE = N_("Line {line} is named twice. Send each once.")
LINE_NUMBER = N_("Lines are numbered from 1.")
MIXED = N_("The lines of an order are in one currency, here {currency}.")
LESS_THAN_TAKEN = N_("Of line {line} of order {number} {taken} is delivered or billed already, more than {amount}.")
CURRENCY_FIXED = N_("Part of order {number} is delivered or billed in {currency}. It stays in that currency.")


@dataclass(frozen=True)
class LineToSave:
    """A line as an ERP sends it, tax included."""

    number: int
    amount: Money
    description: str | None = None


@dataclass(frozen=True)
class OrderToSave:
    """An order as an ERP sends it, whole: a line that is not sent any more will not come.

    `approved`: it passed elsewhere, in an initial load.
    """

    company: str
    account: str
    number: str
    lines: tuple[LineToSave, ...]
    kind: SalesDocumentKind = SalesDocumentKind.SALES_ORDER
    ordered_on: date | None = None
    ship_date: date | None = None
    payment_terms: str | None = None
    cash_discount: str | None = None
    approved: bool = False

    @property
    def conditions(self) -> Codes:
        """How it is paid for."""
        return Codes(self.payment_terms, self.cash_discount)

    @property
    def in_order(self) -> tuple[LineToSave, ...]:
        """Its lines by their numbers."""
        return tuple(sorted(self.lines, key=lambda line: line.number))

    @property
    def amount(self) -> Money:
        """What it comes to."""
        return Money(sum((line.amount.amount for line in self.lines), Decimal(0)), self.lines[0].amount.currency)


@dataclass(frozen=True)
class Changed:
    """An order before and after a change; `lines` are those of `after`, with number and description, by number.

    `as_new`: it is decided on as if it had never been, whatever it was admitted to before.
    """

    steps: Steps
    after: KeptOrder
    lines: tuple[tuple[int, str | None], ...]
    as_new: bool = False

    @property
    def before(self) -> KeptOrder:
        """As it was."""
        return self.steps.before

    @property
    def asks_again(self) -> bool:
        """It comes to more, is in another currency, or is paid for otherwise: then it is checked again.

        A closed line comes to what was taken of it.
        """
        before, after = self.before.amount, self.after.amount
        return before.currency != after.currency or after > before or self.before.own != self.after.own

    @property
    def ships_sooner(self) -> bool:
        """It ships before the day it was to ship, so that a horizon may not leave it out any more."""
        before, after = self.before.ship_date, self.after.ship_date
        return before is not None and (after is None or after < before)


def line_refusals(tx: Transaction, row: OrderToSave, path: tuple[str, ...], lines: str = "lines") -> list[Refusal]:
    """What is wrong with the lines as such. `lines`: the field of the input that they stand in."""
    if not row.lines:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(NO_LINES), (*path, lines))]
    currency, seen, refusals = row.lines[0].amount.currency, set[int](), list[Refusal]()
    for at, line in enumerate(row.lines):
        of_line = (*path, lines, str(at))
        refusals.extend(tx.amount_refusals(line.amount, (*of_line, "amount"), positive=False))
        refusals.extend(text_refusals(line.description, (*of_line, "description"), LONGEST_DESCRIPTION))
        if line.amount.currency != currency:
            message = Message(MIXED, {"currency": currency})
            refusals.append(Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*of_line, "amount")))
        if line.number < 1:
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(LINE_NUMBER), (*of_line, "lineNumber")))
        if line.number in seen:
            message = Message(LINE_TWICE, {"line": line.number})
            refusals.append(Refusal(ErrorCode.ALREADY_EXISTS, message, (*of_line, "lineNumber")))
        seen.add(line.number)
    return refusals or tx.amount_refusals(row.amount, (*path, lines), positive=False)


def changed(
    steps: Steps, row: OrderToSave, own: Conditions, path: tuple[str, ...], field: str = "lines"
) -> tuple[Changed | None, list[Refusal]]:
    """What a row changes about an order: None where it says what is kept already. `field`: where its lines stand."""
    before = steps.before
    currency = row.amount.currency
    if currency != before.amount.currency and any(line.taken for line in before.lines):
        message = Message(CURRENCY_FIXED, {"number": before.number, "currency": before.amount.currency})
        return None, [Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*path, field), steps.node)]
    sent = {line.number: line for line in row.lines}
    lines: dict[int, tuple[OrderLine, str | None]] = {}
    refusals = []
    for kept, line in zip(steps.lines, before.lines, strict=True):
        number = kept["line_number"]
        wanted = sent.pop(number, None)
        if wanted is None:
            closed = replace(line, amount=Money(line.amount.amount, currency), closed=True)
            lines[number] = (closed, kept["description"])
            continue
        if wanted.amount.amount < line.taken:
            at = row.lines.index(wanted)
            refusals.append(_less_than_taken(steps, wanted, line, (*path, field, str(at), "amount")))
        opened = replace(line, amount=wanted.amount, closed=False, never_billed=Decimal(0))
        lines[number] = (opened, wanted.description)
    for number, wanted in sent.items():
        lines[number] = (OrderLine(wanted.amount), wanted.description)
    if refusals:
        return None, refusals
    in_order = sorted(lines.items())
    after = replace(
        before,
        lines=tuple(line for _, (line, _) in in_order),
        amount=Money(sum((line.comes_to for _, (line, _) in in_order), Decimal(0)), currency),
        ordered_on=row.ordered_on or before.ordered_on,
        ship_date=row.ship_date,
        own=own,
    )
    described = tuple((number, description) for number, (_, description) in in_order)
    if after == before and described == tuple((kept["line_number"], kept["description"]) for kept in steps.lines):
        return None, []
    return Changed(steps, replace(after, status=after.stands), described), []


async def enter(tx: Transaction, new: Sequence[tuple[OrderToSave, KeptOrder]]) -> None:
    """Write new orders down. One that comes approved counts from the day it came."""
    numbers, heads = [], []
    lines: list[dict[str, Any]] = []
    moved: list[Moved] = []
    for row, order in new:
        own = {"customer_id": order.payer, "company_id": order.company, "number": order.number}
        numbers.append(own | {"document": SALES_ORDER, "document_id": order.id})
        heads.append(
            own
            | {
                "id": order.id,
                "buyer_id": order.buyer,
                "kind": row.kind.value,
                "status": order.status.value,
                "admitted": order.admitted,
                **_head(order),
            }
        )
        lines.extend(_new_line(order, line.number, line.description, line.amount) for line in row.in_order)
        entered = replace(order, status=SalesOrderStatus.ENTERED, admitted=False)
        moved.extend(entered.moves_to(order, order.ordered_on))
    await insert(tx.conn, document_number, numbers)
    await insert(tx.conn, sales_order, heads)
    await insert(tx.conn, sales_order_line, lines)
    await tx.move(moved)


async def write_change(tx: Transaction, change: Changed, *, edited: bool) -> tuple[Moved, ...]:
    """Write a changed order and what it moves. `edited` is False where a new check will raise its version."""
    before, after = change.before, change.after
    other_status = after.status is not before.status
    await update(
        tx.conn,
        sales_order,
        {"customer_id": after.payer, "id": after.id},
        _head(after),
        edited=edited and not other_status,
    )
    if edited and other_status:
        await set_status(tx, after)
    kept = {row["line_number"]: row for row in change.steps.lines}
    new, old = [], []
    for (number, description), line in zip(change.lines, after.lines, strict=True):
        if number in kept:
            values = {
                "amount": line.amount.amount,
                "closed": line.closed,
                "never_billed": line.never_billed,
                "description": description,
            }
            if any(kept[number][name] != value for name, value in values.items()):
                old.append(({"customer_id": after.payer, "id": kept[number]["id"]}, values))
        else:
            new.append(_new_line(after, number, description, line.amount))
    await update_many(tx.conn, sales_order_line, old)
    await insert(tx.conn, sales_order_line, new)
    today = tx.today(after.company)
    moved = before.moves_to(after, max(today, change.steps.last_moved or today))
    await tx.move(moved)
    return moved


def _head(order: KeptOrder) -> dict[str, Any]:
    return {
        "amount": order.amount.amount,
        "currency": order.amount.currency,
        "ordered_on": order.ordered_on,
        "ship_date": order.ship_date,
        "payment_terms_id": order.own.payment_terms_id,
        "cash_discount_id": order.own.cash_discount_id,
    }


def _new_line(order: KeptOrder, number: int, description: str | None, amount: Money) -> dict[str, Any]:
    return {
        "customer_id": order.payer,
        "id": new_key(),
        "company_id": order.company,
        "sales_order_id": order.id,
        "line_number": number,
        "description": description,
        "amount": amount.amount,
    }


def _less_than_taken(steps: Steps, wanted: LineToSave, line: OrderLine, path: tuple[str, ...]) -> Refusal:
    taken = Money(line.taken, wanted.amount.currency)
    values: dict[str, Value] = {
        "line": wanted.number,
        "number": steps.before.number,
        "taken": taken,
        "amount": wanted.amount,
    }
    return Refusal(ErrorCode.MORE_THAN_OPEN, Message(LESS_THAN_TAKEN, values), path, steps.node, taken, wanted.amount)
