"""What people do with credit holds: release within bounds, reject, look after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.hold import CreditHoldStatus, status_refusals
from domain.message import N_, Message
from domain.money import Money
from domain.orders import SalesOrderStatus
from domain.reason import ReasonKind
from domain.refusal import ErrorCode, Refusal, Refused
from domain.release import Release, release_refusals
from persistence.deciding import set_status
from persistence.orders import KeptOrder, orders_by_key
from persistence.reevaluating import let_go, reevaluate
from persistence.statements import Row, Statement, insert
from persistence.tables.decisions import credit_hold, credit_release
from persistence.tables.reference import reason
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.adjustment_lines import first_of_each
from persistence.writing.credit_file import LONGEST_NOTES
from persistence.writing.finding import CHANGED, text_refusals
from persistence.writing.finding_people import NO_PERSON, names_of
from persistence.writing.release_requests import Releasing, ask_for_release, beyond_who_releases, row_of
from persistence.writing.rules import percent_refusals
from persistence.writing.saving import Changes, changes, differing
from persistence.writing.saving import update as write

_ID = sa.bindparam("id", type_=sa.Uuid())

_HOLD = Statement(sa.select(credit_hold).where(credit_hold.c.id == _ID))
_REASON = Statement(
    sa.select(reason).where(
        reason.c.id == _ID,
        reason.c.active,
        sa.or_(reason.c.company_id.is_(None), reason.c.company_id == sa.bindparam("company", type_=sa.Uuid())),
    )
)
NO_HOLD = N_("There is no such credit hold. It may be another company's.")
NO_REASON = N_(
    "The reason is unknown here, not active, or of another kind. Choose one that the list of reasons offers."
)
RELEASED = N_("The credit hold of order {number} was released.")
REJECTED = N_("The credit hold of order {number} was rejected.")
OVER = N_("{day} is over: today is {today} in this company. Choose today or a later day.")
UPDATED = N_("The credit hold of order {number} was updated.")


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
    """What is to be different about a hold. `given`: its columns that were sent; the rest stays."""

    hold: UUID
    given: Mapping[str, Any]
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
    if await reason_for(tx, wanted.reason, hold["company_id"], ReasonKind.RELEASE) is None:
        refusals.append(Refusal(ErrorCode.REASON_REQUIRED, Message(NO_REASON), ("reason",)))
    if refusals:
        raise Refused(*first_of_each(refusals))
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
    await _end(tx, hold, CreditHoldStatus.RELEASED)
    await let_go(tx, order)
    _audit(tx, AuditEventKind.CREDIT_RELEASED, RELEASED, hold, order)
    await reevaluate(tx, [order.payer])


async def reject(tx: Transaction, hold_id: UUID, note: str | None, expected_version: int | None) -> Result:
    """Reject an order on hold: it takes nothing any more."""
    hold, order = await held(tx, hold_id, expected_version, CreditHoldStatus.REJECTED)
    refusals = text_refusals(note or None, ("note",), LONGEST_NOTES)
    if refusals:
        raise Refused(*refusals)
    after = order
    if order.status is SalesOrderStatus.HELD:
        after = replace(order, status=SalesOrderStatus.REJECTED, admitted=False)
    changed = await _end(tx, hold, CreditHoldStatus.REJECTED, note)
    await set_status(tx, after)
    await tx.move(order.moves_to(after, tx.today(order.company)))
    _audit(tx, AuditEventKind.HOLD_REJECTED, REJECTED, hold, order, changed)
    await reevaluate(tx, [order.payer])
    return {"credit_hold": str(hold_id)}


async def update(tx: Transaction, change: HoldChange) -> Result:
    """Say when to look at a hold again, who does, and what there is to know. What differs is on record."""
    hold, order = await held(tx, change.hold, change.expected_version, None)
    differs = differing(hold, change.given)
    person = differs.get("responsible_id")
    names = await names_of(tx.conn, (hold["responsible_id"], person) if "responsible_id" in differs else ())
    refusals = text_refusals(differs.get("notes"), ("notes",), LONGEST_NOTES)
    if person is not None and person not in names:
        refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_PERSON), ("responsible",)))
    today, day = tx.today(hold["company_id"]), differs.get("review_date")
    if day is not None and day < today:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(OVER, {"day": day, "today": today}), ("reviewDate",)))
    if refusals:
        raise Refused(*refusals)
    if differs:
        await write(tx.conn, credit_hold, {"customer_id": hold["customer_id"], "id": hold["id"]}, differs)
        _audit(tx, AuditEventKind.HOLD_UPDATED, UPDATED, hold, order, changes(hold, differs, names))
    return {"credit_hold": str(change.hold)}


async def evaluate(tx: Transaction, hold_id: UUID, done: Collection[UUID] = ()) -> Result:
    """Check one hold again now, with the others of its payer. Those of payers in `done` were just now."""
    _, order = await held(tx, hold_id, None, None)
    if order.payer not in done:
        await reevaluate(tx, [order.payer])
    return {"credit_hold": str(hold_id), "customer": str(order.payer)}


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


async def reason_for(tx: Transaction, key: UUID, company: UUID, kind: ReasonKind) -> Row | None:
    """A reason of a kind that the company may use."""
    found = await _REASON.one(tx.conn, id=key, company=company)
    return found if found is not None and found["kind"] == kind.value else None


def with_note(notes: str | None, note: str | None) -> str | None:
    """What was written about a hold, and what there is to say of it now, below."""
    return "\n".join(text for text in (notes, note) if text) or None


async def _end(tx: Transaction, hold: Mapping[str, Any], status: CreditHoldStatus, note: str | None = None) -> Changes:
    """A hold ends; what changed of it."""
    differs = {"status": status.value, "notes": with_note(hold["notes"], note)}
    await write(tx.conn, credit_hold, {"customer_id": hold["customer_id"], "id": hold["id"]}, differs)
    return changes(hold, differing(hold, differs))


def _audit(
    tx: Transaction,
    kind: AuditEventKind,
    text: str,
    hold: Mapping[str, Any],
    order: KeptOrder,
    changed: Changes | None = None,
) -> None:
    message = Message(text, {"number": order.number})
    tx.audit(kind, message, ("credit_hold", hold["id"]), order.company, changed, event="CREDIT_HOLD_CHANGED")


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
