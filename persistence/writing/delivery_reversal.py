"""Deliveries, billing documents and returns that are taken back: what they took goes back to where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.orders import SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.statements import Row
from persistence.take import Result, Transaction
from persistence.writing.deliveries import TAKEN_BACK
from persistence.writing.finding import SALES_ORDER, RecordKey, future_refusals, place_of
from persistence.writing.order_changes import check_again
from persistence.writing.order_lines import Steps, steps_by_place

REVERSED = N_("Delivery {document} of order {number} was reversed.")
CANCELLED = N_("Billing document {document} of order {number} was cancelled.")
NO_DELIVERY = N_("Order {number} has no delivery {document}.")
NO_BILLING = N_("Order {number} has no billing document {document}.")
TOO_EARLY = N_("{document} is of {earliest} and cannot be taken back on {day}.")
RETURN_REVERSED = N_("Return {document} of order {number} was reversed.")
NO_RETURN = N_("Order {number} has no return {document}.")
CREDITED = N_("Return {document} has a credit note in the ledger. Reverse the credit note first.")
IN_LEDGER = N_("Billing document {document} is in the ledger. Reverse its open item first.")


_DAYS = ("delivered_on", "billed_on", "returned_on")


@dataclass(frozen=True)
class TakeBack:
    """A delivery, a billing document or a return, whole, by its number and its order."""

    order: RecordKey
    number: str
    day: date | None = None


async def reverse_delivery(tx: Transaction, wanted: TakeBack) -> Result:
    """The goods of a packing slip had not left, or came back unwanted: the order is to be delivered again."""

    def undo(steps: Steps, rows: Sequence[Row], day: date) -> list[Refusal]:
        return [refusal for row in rows for refusal in steps.undeliver(row, day)]

    return await _take_back(tx, wanted, "deliveries", NO_DELIVERY, REVERSED, undo)


async def cancel_billing(tx: Transaction, wanted: TakeBack) -> Result:
    """A billing document that is not in the ledger goes: what it billed waits as delivered, or is to come again."""

    def undo(steps: Steps, rows: Sequence[Row], day: date) -> list[Refusal]:
        if any(row["item_id"] is not None for row in rows):
            message = Message(IN_LEDGER, {"document": wanted.number})
            return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), steps.node)]
        for row in rows:
            steps.unbill(row, day)
        return []

    return await _take_back(tx, wanted, "billings", NO_BILLING, CANCELLED, undo)


async def reverse_return(tx: Transaction, wanted: TakeBack) -> Result:
    """The goods of a return did not come back: they are owed again. What is still to come of their order is checked
    again, since that was let through while less was owed (decision 20).
    """

    def undo(steps: Steps, rows: Sequence[Row], day: date) -> list[Refusal]:
        if any(row["item_id"] is not None for row in rows):
            message = Message(CREDITED, {"document": wanted.number})
            return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), steps.node)]
        for row in rows:
            steps.unreturn(row, day)
        return []

    return await _take_back(tx, wanted, "returns", NO_RETURN, RETURN_REVERSED, undo)


async def _take_back(
    tx: Transaction,
    wanted: TakeBack,
    which: str,
    missing: str,
    done: str,
    undo: Callable[[Steps, Sequence[Row], date], list[Refusal]],
) -> Result:
    place = await place_of(tx, SALES_ORDER, wanted.order, ("salesOrder",))
    await tx.lock([place.customer])
    steps = (await steps_by_place(tx.conn, [place]))[place.id]
    rows = [row for row in getattr(steps, which) if row["number"] == wanted.number]
    day = wanted.day or tx.today(place.company)
    refusals = [*future_refusals(tx, place.company, day, ("day",)), *_refusals(steps, wanted, rows, missing, day)]
    if not refusals:
        refusals = undo(steps, rows, day)
    if refusals:
        raise Refused(*refusals)
    await steps.write(tx, day)
    if which == "returns" and steps.now.status is SalesOrderStatus.APPROVED:
        await check_again(tx, steps.now)
    message = Message(done, {"document": wanted.number, "number": steps.now.number})
    tx.audit(AuditEventKind.REVERSED, message, steps.node, steps.now.company, event="SALES_ORDER_CHANGED")
    await reevaluate(tx, [steps.now.payer])
    return {"sales_order": str(steps.now.id)}


def _refusals(steps: Steps, wanted: TakeBack, rows: Sequence[Row], missing: str, day: date) -> list[Refusal]:
    """What is wrong with the document: it is not there, taken back already, or later than that."""
    values: dict[str, Value] = {"document": wanted.number, "number": steps.now.number}
    if not rows:
        return [Refusal(ErrorCode.NOT_FOUND, Message(missing, values), ("number",), steps.node)]
    if rows[0]["reversed_on"] is not None:
        message = Message(TAKEN_BACK, {**values, "day": rows[0]["reversed_on"]})
        return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), steps.node)]
    earliest = max(row[day_of] for row in rows for day_of in _DAYS if day_of in row)
    if day < earliest:
        message = Message(TOO_EARLY, {**values, "earliest": earliest, "day": day})
        return [Refusal(ErrorCode.DATE_ORDER, message, ("day",), steps.node)]
    return []
