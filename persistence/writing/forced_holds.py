"""Orders that somebody holds by hand, whatever the rules say. Only a person releases them (decision 21).

Holding is a decision: it is made on the facts of now, kept with them, and says that somebody held the order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.check import check
from domain.decision import Decision
from domain.facts import Checkpoint
from domain.hold import CreditHoldStatus, held_by_hand
from domain.message import N_, Message
from domain.money import RateMissing
from domain.orders import REFUSED, SalesOrderStatus
from domain.orders import status_refusals as order_refusals
from domain.reason import ReasonKind
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.deciding import Room, kept_reasons, new_hold, set_status, write_reasons
from persistence.decisions import decision_row
from persistence.facts import facts_of
from persistence.orders import KeptOrder, orders_by_key
from persistence.statements import Row, Statement, insert
from persistence.tables.decisions import credit_decision, credit_hold
from persistence.tables.orders import sales_order
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.credit_file import LONGEST_NOTES
from persistence.writing.finding import SALES_ORDER, UNKNOWN, text_refusals
from persistence.writing.holds import NO_REASON, reason_for, with_note
from persistence.writing.saving import Changes, update

_ID = sa.bindparam("id", type_=sa.Uuid())
_ORDER = Statement(sa.select(sales_order.c.customer_id, sales_order.c.company_id).where(sales_order.c.id == _ID))
_LAST_DECISION = Statement(
    sa.select(credit_decision.c.id, credit_decision.c.checkpoint)
    .where(credit_decision.c.sales_order_id == _ID)
    .order_by(credit_decision.c.id.desc())
    .limit(1)
)

FORCED_HOLD = N_("Order {number} was put on credit hold by hand.")


@dataclass(frozen=True)
class HoldWanted:
    """Hold an order by hand. `reason`: one of the kind HOLD."""

    order: UUID
    reason: UUID | None = None
    note: str | None = None


async def force(tx: Transaction, wanted: HoldWanted) -> Result:
    """Hold an order by hand, also one that was never submitted. A release that is being approved is not asked for any
    more.
    """
    order = await _order(tx, wanted.order)
    refusals = order_refusals(order.number, order.status, SalesOrderStatus.HELD)
    reason = None
    if wanted.reason is not None:
        reason = await reason_for(tx, wanted.reason, order.company, ReasonKind.HOLD)
        if reason is None:
            refusals += (Refusal(ErrorCode.REASON_REQUIRED, Message(NO_REASON), ("reason",)),)
    refusals += tuple(text_refusals(wanted.note or None, ("note",), LONGEST_NOTES))
    if refusals:
        raise Refused(*refusals)
    last = await _LAST_DECISION.one(tx.conn, id=order.id)
    step = Checkpoint(last["checkpoint"]) if last is not None else Checkpoint.CONFIRMATION
    decided, decision = await _decided(tx, order, step, last)
    kept = () if order.hold is None else await kept_reasons(tx.conn, order.payer, order.hold["id"])
    after = replace(order, status=SalesOrderStatus.HELD)
    await set_status(tx, after, decided)
    await tx.move(order.moves_to(after, tx.today(order.company)))
    given: dict[str, Any] = {"forced": True}
    if wanted.reason is not None:
        given["forced_reason_id"] = wanted.reason
    if order.hold is None:
        amount = order.amount if decision is None else decision.amount
        row = await new_hold(tx, order, step, decided, amount) | given | {"notes": wanted.note}
        await insert(tx.conn, credit_hold, [row])
        hold = row["id"]
    else:
        hold = order.hold["id"]
        given |= {"status": CreditHoldStatus.OPEN.value, "notes": with_note(order.hold["notes"], wanted.note)}
        await update(tx.conn, credit_hold, {"customer_id": order.payer, "id": hold}, given)
    await write_reasons(tx.conn, order.payer, order.company, hold, held_by_hand(kept, decision))
    message = Message(FORCED_HOLD, {"number": order.number})
    changed = _on_record(reason, wanted.note)
    tx.audit(AuditEventKind.CREDIT_HELD, message, ("credit_hold", hold), order.company, changed, event="CREDIT_HELD")
    return {"credit_hold": str(hold), SALES_ORDER: str(order.id)}


async def _order(tx: Transaction, key: UUID) -> KeptOrder:
    """An order under the lock of its payer, in a company the caller may act in. Raises `Refused`."""
    found = await _ORDER.one(tx.conn, id=key)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(UNKNOWN[SALES_ORDER]), ("salesOrder",))
    if found is None:
        raise Refused(unknown)
    tx.within(found["company_id"], unknown)
    await tx.lock([found["customer_id"]])
    orders = await orders_by_key(tx.conn, [(found["customer_id"], key)])
    if not orders:
        raise MovedMeanwhile  # another customer pays for it by now
    return orders[0]


async def _decided(
    tx: Transaction, order: KeptOrder, step: Checkpoint, last: Row | None
) -> tuple[UUID, Decision | None]:
    """The decision that holds the order, with its id. Where a rate is missing, somebody may hold it all the same: then
    the last decision stands, if there is one.

    Raises `Refused` at the invoice of what is delivered: that is never held (decision 19).
    """
    room = Room(await facts_of(tx.conn, {order.payer}, tx.moment, {order.amount.currency}))
    asks = replace(order.asks(step), forced=True)
    try:
        decision = check(room.facts(order.payer), asks)
    except RateMissing:
        if last is None:
            raise
        return last["id"], None
    if not decision.held:
        message = Message(REFUSED[SalesOrderStatus.DELIVERED], {"number": order.number})
        raise Refused(Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), (SALES_ORDER, order.id)))
    facts = room.facts(order.payer)
    row = decision_row(decision, facts, asks, order.id, order.company, tx.actor, tx.now, None, room.inputs)
    await insert(tx.conn, credit_decision, [row])
    return row["id"], decision


def _on_record(reason: Row | None, note: str | None) -> Changes | None:
    """Why, as it is put on record."""
    said = {"reason": reason and reason["code"], "note": note}
    return [{"field": name, "before": None, "after": value} for name, value in said.items() if value] or None
