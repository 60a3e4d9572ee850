"""A payment is taken back: a returned direct debit, a bounced check, a receipt posted by mistake."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.receivables import PaymentKind, PaymentStatus, payment_posted, reversed_on
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.movements import Moved
from persistence.reevaluating import reevaluate
from persistence.tables.receivables import payment
from persistence.take import Result, Transaction
from persistence.writing.finding import PAYMENT, Place, RecordKey, future_refusals, place_of, version_refusals
from persistence.writing.ledger import KeptPayment, items_by_place, payments_by_place, settlements_of
from persistence.writing.payments import WAS_REVERSED
from persistence.writing.prepayments import count_again
from persistence.writing.saving import update
from persistence.writing.settlements import undo, undo_refusals

REVERSED = N_("Payment {number} of {amount} was reversed.")
BEFORE_PAID = N_("Payment {number} came on {paid} and cannot be reversed on {day}.")


async def reverse_payment(tx: Transaction, key: RecordKey, day: date | None, expected_version: int | None) -> Result:
    """Take a payment back, from a day on: a returned debit, a bounced check. What it settled is open again."""
    place = await place_of(tx, PAYMENT, key, ("payment",))
    await tx.lock([place.customer])
    kept = (await payments_by_place(tx.conn, [place]))[place.id]
    on = day or tx.today(kept.company)
    rows = [row for row in await settlements_of(tx.conn, place) if row["reversed_on"] is None]
    refusals = [*_reversal_refusals(tx, kept, on, expected_version), *undo_refusals(rows, on)]
    if refusals:
        raise Refused(*refusals)
    items = await items_by_place(tx.conn, [Place(kept.payer, row["item_id"], kept.company) for row in rows])
    await undo(tx, [(row, items[row["item_id"]], kept) for row in rows], on)
    await update(tx.conn, payment, {"customer_id": kept.payer, "id": kept.id}, _reversed(kept, on))
    back = reversed_on(payment_posted(kept.payment), on)
    await tx.move(Moved(kept.payer, kept.company, movement) for movement in back)
    await count_again(tx, [kept])
    message = Message(REVERSED, {"number": kept.number, "amount": kept.payment.amount})
    tx.audit(AuditEventKind.REVERSED, message, (PAYMENT, kept.id), kept.company, event="PAYMENT_CHANGED")
    await reevaluate(tx, [kept.payer])
    return {"payment": str(kept.id)}


def _reversal_refusals(tx: Transaction, kept: KeptPayment, on: date, expected_version: int | None) -> list[Refusal]:
    node = (PAYMENT, kept.id)
    refusals = [
        *version_refusals(kept.version, expected_version, node),
        *future_refusals(tx, kept.company, on, ("day",)),
    ]
    if kept.reversed_on is not None:
        message = Message(WAS_REVERSED, {"number": kept.number, "day": kept.reversed_on})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("payment",), node))
    elif on < kept.payment.paid_on and kept.payment.status is not PaymentStatus.PENDING:
        values: dict[str, Value] = {"number": kept.number, "paid": kept.payment.paid_on, "day": on}
        refusals.append(Refusal(ErrorCode.DATE_ORDER, Message(BEFORE_PAID, values), ("day",), node))
    return refusals


def _reversed(kept: KeptPayment, on: date) -> dict[str, Any]:
    """A collected debit is returned; one that never was collected stays pending and is no longer expected."""
    returned = kept.payment.kind is PaymentKind.DIRECT_DEBIT and kept.payment.status is PaymentStatus.COLLECTED
    status = PaymentStatus.RETURNED if returned else kept.payment.status
    return {"reversed_on": on, "status": status.value}
