"""What people do with credit holds: release within bounds, reject, force, look after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.decision import BlockReason, BlockReasonCode
from domain.explanation import FORCED
from domain.facts import Checkpoint
from domain.hold import CreditHoldStatus, status_refusals
from domain.message import N_, Message
from domain.money import Money
from domain.orders import SalesOrderStatus
from domain.orders import status_refusals as order_refusals
from domain.refusal import ErrorCode, Refusal, Refused
from domain.release import Release, release_refusals
from persistence.deciding import add_reason, set_status
from persistence.keys import new_key
from persistence.orders import KeptOrder, orders_by_key
from persistence.reevaluating import let_go, reevaluate
from persistence.statements import Row, Statement, insert
from persistence.tables.decisions import credit_decision, credit_hold, credit_release
from persistence.tables.orders import sales_order
from persistence.tables.reference import reason
from persistence.tables.running import actor
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.finding import CHANGED, SALES_ORDER, UNKNOWN
from persistence.writing.release_requests import Releasing, ask_for_release, beyond_who_releases, row_of
from persistence.writing.rules import percent_refusals

_ID = sa.bindparam("id", type_=sa.Uuid())

_HOLD = Statement(sa.select(credit_hold).where(credit_hold.c.id == _ID))
_ORDER = Statement(sa.select(sales_order.c.customer_id, sales_order.c.company_id).where(sales_order.c.id == _ID))
_REASON = Statement(
    sa.select(reason).where(
        reason.c.id == _ID,
        reason.c.active,
        sa.or_(reason.c.company_id.is_(None), reason.c.company_id == sa.bindparam("company", type_=sa.Uuid())),
    )
)
_ACTOR = Statement(sa.select(actor.c.id).where(actor.c.id == _ID))
_LAST_DECISION = Statement(
    sa.select(credit_decision.c.id, credit_decision.c.checkpoint)
    .where(credit_decision.c.sales_order_id == _ID)
    .order_by(credit_decision.c.id.desc())
    .limit(1)
)
_CHANGE = Statement(
    sa.update(credit_hold)
    .where(credit_hold.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()), credit_hold.c.id == _ID)
    .values(
        status=sa.bindparam("new_status", type_=sa.Text()),
        forced=sa.bindparam("new_forced", type_=sa.Boolean()),
        review_date=sa.bindparam("new_review_date", type_=sa.Date()),
        notes=sa.bindparam("new_notes", type_=sa.Text()),
        responsible_id=sa.bindparam("new_responsible", type_=sa.Uuid()),
        version=credit_hold.c.version + 1,
        updated_at=sa.func.now(),
    )
)

RELEASE = "RELEASE"
"""The kind of the reasons why holds are released."""

NO_HOLD = N_("There is no such credit hold. It may be another company's.")
NO_REASON = N_(
    "The reason is unknown here, not active, or of another kind. Choose one that the list of reasons offers."
)
RELEASED = N_("The credit hold of order {number} was released.")
REJECTED = N_("The credit hold of order {number} was rejected.")
UPDATED = N_("The credit hold of order {number} was updated.")
FORCED_HOLD = N_("Order {number} was put on credit hold by hand.")


@dataclass(frozen=True)
class ReleaseWanted:
    """Let a held order go on, within bounds. Amounts in the order's currency."""

    hold: UUID
    reason: UUID
    with_posting: bool = False
    ceiling: Money | None = None
    deviation_percent: Decimal | None = None
    last_date: date | None = None
    note: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class HoldChange:
    """What may be changed about a hold; None leaves it as it is."""

    hold: UUID
    review_date: date | None = None
    notes: str | None = None
    responsible: UUID | None = None
    expected_version: int | None = None


async def release(tx: Transaction, wanted: ReleaseWanted, who: Releasing) -> Result:
    """Release a hold, or ask for it where that is beyond the authority of `who` and the company approves releases."""
    hold, order = await held(tx, wanted.hold, wanted.expected_version, CreditHoldStatus.RELEASED)
    today = tx.today(hold["company_id"])
    bounds = Release(order.amount, today, wanted.ceiling, wanted.deviation_percent, wanted.last_date)
    refusals = list(release_refusals(bounds))
    if wanted.ceiling is not None:
        refusals = [*tx.amount_refusals(wanted.ceiling, ("ceiling",)), *refusals]
    refusals.extend(percent_refusals(wanted.deviation_percent, ("deviationPercent",)))
    if await _reason(tx, wanted.reason, hold, RELEASE) is None:
        refusals.append(Refusal(ErrorCode.REASON_REQUIRED, Message(NO_REASON), ("reason",)))
    if refusals:
        raise Refused(*refusals)
    beyond = await beyond_who_releases(tx, who, hold, bounds)
    if beyond is None:
        await let_order_go(tx, hold, order, wanted, bounds)
    else:
        await ask_for_release(tx, hold, order, wanted, bounds)
        tx.warnings.append(replace(beyond, node=("credit_hold", hold["id"])))
    return {"credit_hold": str(wanted.hold)}


async def let_order_go(
    tx: Transaction, hold: Mapping[str, Any], order: KeptOrder, wanted: ReleaseWanted, bounds: Release
) -> None:
    """The order goes on; the others of the same room are checked again in the same transaction."""
    await insert(tx.conn, credit_release, [_release_row(tx, hold, order, wanted, bounds)])
    await _change(tx, hold, status=CreditHoldStatus.RELEASED.value)
    await let_go(tx, order)
    _audit(tx, AuditEventKind.CREDIT_RELEASED, RELEASED, hold, order)
    await reevaluate(tx, [order.payer])


async def reject(tx: Transaction, hold_id: UUID, note: str | None, expected_version: int | None) -> Result:
    """Reject an order on hold: it takes nothing any more."""
    hold, order = await held(tx, hold_id, expected_version, CreditHoldStatus.REJECTED)
    after = order
    if order.status is SalesOrderStatus.HELD:
        after = replace(order, status=SalesOrderStatus.REJECTED, admitted=False)
    await _change(tx, hold, status=CreditHoldStatus.REJECTED.value, notes=note or hold["notes"])
    await set_status(tx, after)
    await tx.move(order.moves_to(after, tx.today(order.company)))
    _audit(tx, AuditEventKind.HOLD_REJECTED, REJECTED, hold, order)
    await reevaluate(tx, [order.payer])
    return {"credit_hold": str(hold_id)}


async def update(tx: Transaction, change: HoldChange) -> Result:
    """Say when to look at a hold again, who does, and what there is to know."""
    hold, order = await held(tx, change.hold, change.expected_version, None)
    if change.responsible is not None and await _ACTOR.value(tx.conn, id=change.responsible) is None:
        raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(N_("This person is unknown.")), ("responsible",)))
    given = {"review_date": change.review_date, "notes": change.notes, "responsible": change.responsible}
    await _change(tx, hold, **{name: value for name, value in given.items() if value is not None})
    _audit(tx, AuditEventKind.HOLD_UPDATED, UPDATED, hold, order)
    return {"credit_hold": str(change.hold)}


async def evaluate(tx: Transaction, hold_id: UUID) -> Result:
    """Check one hold again now, with the others of its room."""
    _, order = await held(tx, hold_id, None, None)
    await reevaluate(tx, [order.payer])
    return {"credit_hold": str(hold_id)}


async def force(tx: Transaction, order_id: UUID, note: str | None) -> Result:
    """Hold an order by hand, whatever the rules say. Only a person releases it: a release that is being approved is not
    asked for any more.
    """
    found = await _ORDER.one(tx.conn, id=order_id)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(UNKNOWN[SALES_ORDER]), ("salesOrder",))
    if found is None:
        raise Refused(unknown)
    tx.within(found["company_id"], unknown)
    await tx.lock([found["customer_id"]])
    orders = await orders_by_key(tx.conn, [(found["customer_id"], order_id)])
    if not orders:
        raise MovedMeanwhile  # another customer pays for it by now
    (order,) = orders
    refusals = order_refusals(order.number, order.status, SalesOrderStatus.HELD)
    decision = await _LAST_DECISION.one(tx.conn, id=order_id)
    if refusals or decision is None:
        text = Message(N_("Order {number} has not been submitted yet."), {"number": order.number})
        raise Refused(*(refusals or (Refusal(ErrorCode.WRONG_STATUS, text, ("salesOrder",)),)))
    hold_id = await _force(tx, order, decision, note)
    after = replace(order, status=SalesOrderStatus.HELD)
    await set_status(tx, after)
    await tx.move(order.moves_to(after, tx.today(order.company)))
    message = Message(FORCED_HOLD, {"number": order.number})
    subject = ("credit_hold", hold_id)
    tx.audit(AuditEventKind.CREDIT_HELD, message, subject, order.company, event="CREDIT_HELD")
    return {"credit_hold": str(hold_id)}


async def _force(tx: Transaction, order: KeptOrder, decision: Row, note: str | None) -> UUID:
    forced = BlockReason(BlockReasonCode.FORCED, Message(FORCED))
    if order.hold is not None:
        waits = order.hold["status"] == CreditHoldStatus.IN_APPROVAL.value
        status = CreditHoldStatus.OPEN.value if waits else order.hold["status"]
        await _change(tx, order.hold, status=status, forced=True, notes=note or order.hold["notes"])
        hold_id: UUID = order.hold["id"]
    else:
        hold_id = new_key()
        row = {
            "customer_id": order.payer,
            "id": hold_id,
            "company_id": order.company,
            "sales_order_id": order.id,
            "decision_id": decision["id"],
            "checkpoint": Checkpoint(decision["checkpoint"]).value,
            "amount": order.amount.amount,
            "currency": order.amount.currency,
            "status": CreditHoldStatus.OPEN.value,
            "forced": True,
            "held_at": tx.now,
            "notes": note,
        }
        await insert(tx.conn, credit_hold, [row])
    await add_reason(tx.conn, order.payer, order.company, hold_id, forced)
    return hold_id


async def held(
    tx: Transaction, hold_id: UUID, expected_version: int | None, wanted: CreditHoldStatus | None
) -> tuple[Mapping[str, Any], KeptOrder]:
    """A hold and its order under the lock of their room, in a company the caller may act in."""
    found = await _HOLD.one(tx.conn, id=hold_id)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_HOLD), ("creditHold",))
    if found is None:
        raise Refused(unknown)
    tx.within(found["company_id"], unknown)
    await tx.lock([found["customer_id"]])
    hold = await _HOLD.one(tx.conn, id=hold_id)
    assert hold is not None, "holds are never deleted"
    if hold["customer_id"] != found["customer_id"]:
        raise MovedMeanwhile  # another customer pays for its order by now
    node = ("credit_hold", hold_id)
    if expected_version is not None and expected_version != hold["version"]:
        raise Refused(Refusal(ErrorCode.VERSION_CONFLICT, Message(CHANGED), ("expectedVersion",), node))
    if wanted is not None:
        refusals = status_refusals(CreditHoldStatus(hold["status"]), wanted)
        if refusals:
            raise Refused(*(replace(refusal, node=node) for refusal in refusals))
    (order,) = await orders_by_key(tx.conn, [(hold["customer_id"], hold["sales_order_id"])])
    return hold, order


async def _reason(tx: Transaction, key: UUID, hold: Mapping[str, Any], kind: str) -> Row | None:
    found = await _REASON.one(tx.conn, id=key, company=hold["company_id"])
    return found if found is not None and found["kind"] == kind else None


async def _change(tx: Transaction, hold: Mapping[str, Any], **changed: Any) -> None:
    kept = {
        "status": hold["status"],
        "forced": hold["forced"],
        "review_date": hold["review_date"],
        "notes": hold["notes"],
        "responsible": hold["responsible_id"],
    }
    values = {f"new_{name}": value for name, value in (kept | changed).items()}
    await _CHANGE.run(tx.conn, customer=hold["customer_id"], id=hold["id"], **values)


def _audit(tx: Transaction, kind: AuditEventKind, text: str, hold: Mapping[str, Any], order: KeptOrder) -> None:
    message = Message(text, {"number": order.number})
    tx.audit(kind, message, ("credit_hold", hold["id"]), order.company, event="CREDIT_HOLD_CHANGED")


def _release_row(
    tx: Transaction, hold: Mapping[str, Any], order: KeptOrder, wanted: ReleaseWanted, bounds: Release
) -> dict[str, Any]:
    return row_of(hold, order, wanted) | {
        "released_amount": bounds.released_value.amount,
        "released_on": bounds.released_on,
        "released_at": tx.now,
        "released_by_id": tx.actor,
        "payment_terms_id": order.own.payment_terms_id,
        "cash_discount_id": order.own.cash_discount_id,
    }
