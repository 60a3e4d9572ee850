"""What became of orders: goods that left, and billing documents for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.money import Money
from domain.orders import SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.statements import Row
from persistence.take import Result, Transaction
from persistence.writing.billing_check import check_billed
from persistence.writing.finding import (
    NOT_IN_COMPANY,
    OPEN_ITEM,
    SALES_ORDER,
    RecordKey,
    few_enough,
    future_refusals,
    place_of,
    places_of,
    text_refusals,
)
from persistence.writing.ledger import KeptItem, items_by_place
from persistence.writing.order_lines import LineAmount, Steps, steps_by_place
from persistence.writing.order_rows import LINE_TWICE

DELIVERED = N_("Delivery {delivery} of order {number} was recorded.")
BILLED = N_("Billing document {billing} of order {number} was recorded.")
DIFFERS = N_("{document} of order {number} exists with other content. Use another number, or send it as it was.")
TAKEN_BACK = N_("{document} of order {number} was taken back on {day}. Use another number.")
ON_HOLD = N_("Order {number} is on hold. Its delivery was recorded all the same, since the goods have left.")
WAS_REJECTED = N_("Order {number} was rejected. Its delivery was recorded all the same, since the goods have left.")
LINE_CLOSED = N_(
    "Line {line} of order {number} is closed. Its delivery was recorded all the same, since the goods have left."
)
BEFORE_ORDER = N_("Order {number} came on {ordered}; nothing of it was delivered or billed on {day}.")
REVERSED = N_("Item {number} was reversed on {day}.")
OTHER_PAYER = N_("Item {item} and order {number} are of different payers.")
NO_LINES = N_("Name at least one line.")


@dataclass(frozen=True)
class Delivery:
    """Goods of an order that left on a packing slip."""

    order: RecordKey
    number: str
    day: date | None
    lines: tuple[LineAmount, ...]


@dataclass(frozen=True)
class Billing:
    """A billing document for lines of an order. `item`: the number of the open item it is in the ledger."""

    order: RecordKey
    number: str
    day: date | None
    lines: tuple[LineAmount, ...]
    item: str | None = None


@dataclass(frozen=True)
class Return:
    """Goods of an order that came back. `credit_note`: the number of the credit note that it is in the ledger."""

    order: RecordKey
    number: str
    day: date | None
    lines: tuple[LineAmount, ...]
    credit_note: str | None = None


async def record_delivery(tx: Transaction, wanted: Delivery) -> Result:
    """Goods left: what they are worth counts as delivered and no longer as ordered."""
    steps, day, refusals = await started(tx, wanted, "deliveredOn")
    known = [row for row in steps.deliveries if row["number"] == wanted.number]
    result = {"sales_order": str(steps.now.id)}
    if known:
        refusals = refusals or differences(steps, wanted, known, "delivered_on")
        if refusals:
            raise Refused(*refusals)
        return result
    refusals.extend(steps.status_refusals())
    for place, line in enumerate(wanted.lines):
        refusals.extend(steps.deliver(tx, line, wanted.number, day, ("lines", str(place))))
    if refusals:
        raise Refused(*refusals)
    tx.warnings.extend(_all_the_same(steps, wanted.lines))
    await steps.write(tx, day)
    message = Message(DELIVERED, {"delivery": wanted.number, "number": steps.now.number})
    tx.audit(AuditEventKind.DELIVERED, message, steps.node, steps.now.company, event="SALES_ORDER_CHANGED")
    await reevaluate(tx, [steps.now.payer])
    return result


async def record_billing(tx: Transaction, wanted: Billing) -> Result:
    """Lines were billed. Sent again with the number of its open item, the billing document is in the ledger."""
    steps, day, refusals = await started(tx, wanted, "billedOn")
    item, more = await _item(tx, wanted, steps)
    refusals.extend(more)
    known = [row for row in steps.billings if row["number"] == wanted.number]
    if known:
        refusals = refusals or differences(steps, wanted, known, "billed_on")
    else:
        refusals.extend(steps.status_refusals())
    for place, line in enumerate(wanted.lines):
        if refusals and known:
            break
        refusals.extend(steps.bill(tx, line, wanted.number, day, item.id if item else None, ("lines", str(place))))
    if refusals:
        raise Refused(*refusals)
    result = {"sales_order": str(steps.now.id), "open_item": str(item.id) if item else None}
    if steps.now == steps.before:
        return result
    await steps.write(tx, day)
    message = Message(BILLED, {"billing": wanted.number, "number": steps.now.number})
    tx.audit(AuditEventKind.BILLED, message, steps.node, steps.now.company, event="SALES_ORDER_CHANGED")
    await check_billed(tx, steps)
    await reevaluate(tx, [steps.now.payer])
    return result


def _all_the_same(steps: Steps, lines: Sequence[LineAmount]) -> list[Refusal]:
    """What should have kept goods from leaving, and did not: they count, and it is said."""
    text = {SalesOrderStatus.HELD: ON_HOLD, SalesOrderStatus.REJECTED: WAS_REJECTED}.get(steps.before.status)
    if text is not None:
        message = Message(text, {"number": steps.now.number})
        return [Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), steps.node)]
    over = steps.before.status is SalesOrderStatus.CLOSED
    closed = {
        row["line_number"] for row, line in zip(steps.lines, steps.before.lines, strict=True) if line.closed or over
    }
    return [
        Refusal(
            ErrorCode.WRONG_STATUS,
            Message(LINE_CLOSED, {"line": line.line, "number": steps.now.number}),
            ("lines", str(at)),
            steps.node,
        )
        for at, line in enumerate(lines)
        if line.line in closed
    ]


async def started(
    tx: Transaction, wanted: Delivery | Billing | Return, day_field: str
) -> tuple[Steps, date, list[Refusal]]:
    """The order under the lock of its payer, the day, and what is wrong with the document as such."""
    few_enough(wanted.lines, "lines")
    place = await place_of(tx, SALES_ORDER, wanted.order, ("salesOrder",))
    await tx.lock([place.customer])
    steps = (await steps_by_place(tx.conn, [place]))[place.id]
    day = wanted.day or tx.today(place.company)
    refusals = [*text_refusals(wanted.number, ("number",)), *future_refusals(tx, place.company, day, (day_field,))]
    if not wanted.lines:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NO_LINES), ("lines",)))
    numbers = [line.line for line in wanted.lines]
    for at, number in enumerate(numbers):
        if number in numbers[:at]:
            message = Message(LINE_TWICE, {"line": number})
            refusals.append(Refusal(ErrorCode.ALREADY_EXISTS, message, ("lines", str(at), "lineNumber")))
    if day < steps.now.ordered_on:
        values: dict[str, Value] = {"number": steps.now.number, "ordered": steps.now.ordered_on, "day": day}
        refusals.append(Refusal(ErrorCode.DATE_ORDER, Message(BEFORE_ORDER, values), (day_field,), steps.node))
    return steps, day, refusals


def differences(
    steps: Steps, wanted: Delivery | Billing | Return, known: Sequence[Row], day_column: str
) -> list[Refusal]:
    """The same number must be the same document, and stand."""
    taken_back = next((row["reversed_on"] for row in known if row.get("reversed_on")), None)
    if taken_back is not None:
        values: dict[str, Value] = {"document": wanted.number, "number": steps.now.number, "day": taken_back}
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(TAKEN_BACK, values), ("number",), steps.node)]
    lines = {row["id"]: row["line_number"] for row in steps.lines}
    before: dict[int, Decimal] = {lines[row["line_id"]]: row["amount"] for row in known}
    same_day = wanted.day is None or all(row[day_column] == wanted.day for row in known)
    same_lines = before == {line.line: line.amount.amount for line in wanted.lines}
    same_currency = {line.amount.currency for line in wanted.lines} <= {steps.now.amount.currency}
    if same_day and same_lines and same_currency:
        return []
    message = Message(DIFFERS, {"document": wanted.number, "number": steps.now.number})
    return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, ("number",), steps.node)]


async def _item(tx: Transaction, wanted: Billing, steps: Steps) -> tuple[KeptItem | None, list[Refusal]]:
    """The open item that a billing document is in the ledger: of the same payer and currency, and not reversed."""
    if wanted.item is None:
        return None, []
    path = ("openItem",)
    item, refusals = await item_of_payer(tx, wanted.item, steps, path)
    if item is None:
        return None, refusals
    return item, item_refusals(steps, item.item.amount, path, (OPEN_ITEM, item.id), item.reversed_on, wanted.item)


async def item_of_payer(
    tx: Transaction, number: str, steps: Steps, path: tuple[str, ...]
) -> tuple[KeptItem | None, list[Refusal]]:
    """An open item of the order's payer, by its number in the order's company."""
    code = tx.companies[steps.now.company]["code"]
    place = (await places_of(tx, OPEN_ITEM, [(code, number)])).get((code, number))
    if place is None:
        message = Message(NOT_IN_COMPANY[OPEN_ITEM], {"number": number, "company": code})
        return None, [Refusal(ErrorCode.NOT_FOUND, message, path)]
    if place.customer != steps.now.payer:
        message = Message(OTHER_PAYER, {"item": number, "number": steps.now.number})
        return None, [Refusal(ErrorCode.DIFFERENT_PAYER, message, path, (OPEN_ITEM, place.id))]
    return (await items_by_place(tx.conn, [place]))[place.id], []


def item_refusals(
    steps: Steps,
    amount: Money,
    path: tuple[str, ...],
    node: tuple[str, UUID] | None,
    reversed_on: date | None,
    number: str,
) -> list[Refusal]:
    """What speaks against an item of a signed amount as the posting of an order's billing."""
    if reversed_on is not None:
        message = Message(REVERSED, {"number": number, "day": reversed_on})
        return [Refusal(ErrorCode.WRONG_STATUS, message, path, node)]
    if amount.amount < 0:
        # It lowers the debt itself: counting the order as invoiced too would lower it twice.
        message = Message(N_("Item {item} lowers what the customer owes. It cannot bill an order."), {"item": number})
        return [Refusal(ErrorCode.INVALID_VALUE, message, path, node)]
    return currency_refusals(steps, amount, path, node, number)


def currency_refusals(
    steps: Steps, amount: Money, path: tuple[str, ...], node: tuple[str, UUID] | None, number: str
) -> list[Refusal]:
    """An order and its items are in one currency."""
    if amount.currency == steps.now.amount.currency:
        return []
    text = N_("Item {item} is in {currency}, order {number} in {other}.")
    other = steps.now.amount.currency
    values = {"item": number, "currency": amount.currency, "number": steps.now.number, "other": other}
    return [Refusal(ErrorCode.CURRENCY_MISMATCH, Message(text, values), path, node)]
