"""Deciding about releases that somebody asked for: approved, the order goes on at once; rejected, it stays on hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.approval import own_refusals
from domain.audit import AuditEventKind
from domain.hold import CreditHoldStatus, status_refusals
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from domain.release import release_refusals
from domain.release_request import GREW, NOT_ASKED, OWN_REQUEST, ReleaseRequestStatus, still_asks_for
from persistence.asked_releases import request_of
from persistence.orders import KeptOrder
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement
from persistence.tables.approval import release_request
from persistence.tables.decisions import credit_hold
from persistence.take import Result, Transaction
from persistence.writing.holds import ReleaseWanted, held, let_order_go
from persistence.writing.reach import Reaching, Roles, names_of, reaching_in
from persistence.writing.release_requests import asked_release
from persistence.writing.saving import update

_PATH = ("creditHold",)
_APPROVED, _REJECTED = ReleaseRequestStatus.APPROVED, ReleaseRequestStatus.REJECTED
_DONE = {
    _APPROVED: (AuditEventKind.RELEASE_APPROVED, N_("The release of order {number} was approved.")),
    _REJECTED: (AuditEventKind.RELEASE_REJECTED, N_("The release of order {number} was rejected.")),
}

_DECIDED = ("decision", "decided_at", "decided_by_id", "decided_for_id", "decision_note")
_DECIDE = Statement(
    sa.update(release_request)
    .where(*(release_request.c[name] == sa.bindparam(f"of_{name}", type_=sa.Uuid()) for name in ("customer_id", "id")))
    .values({name: sa.bindparam(name, type_=release_request.c[name].type) for name in _DECIDED})
)


@dataclass(frozen=True)
class ReleaseDecision:
    """What is decided about the release of a hold. `note` is kept on record."""

    hold: UUID
    note: str | None = None
    expected_version: int | None = None


async def approve_release(tx: Transaction, wanted: ReleaseDecision, roles_in: Roles) -> Result:
    """Approve what somebody else asked for: the order goes on within the bounds that were asked for."""
    hold, order, request = await _waiting(tx, wanted)
    node = ("credit_hold", hold["id"])
    asker, highest = request["asked_by_id"], Money(request["highest"], request["currency"])
    refusals = list(own_refusals(tx.actor, [asker], _PATH, OWN_REQUEST))
    if not still_asks_for(order.amount, highest):
        message = Message(GREW, {"number": order.number, "amount": order.amount})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, _PATH))
    if refusals:
        raise Refused(*(replace(one, node=node) for one in refusals))
    bounds = asked_release(request, order.amount, tx.today(order.company))
    refusals = [replace(one, path=_PATH, node=node) for one in release_refusals(bounds)]
    reaching = await _reaching(tx, order, roles_in, asker, highest)
    beyond = reaching.refusal(highest, _PATH)
    if beyond is not None:
        refusals.append(beyond)
    if refusals:
        raise Refused(*refusals)
    await _decide(tx, order, request, _APPROVED, wanted.note, reaching.lenders([highest]))
    await let_order_go(tx, hold, order, _wanted(hold["id"], request), bounds)
    return {"credit_hold": str(wanted.hold)}


async def reject_release(tx: Transaction, wanted: ReleaseDecision, roles_in: Roles) -> Result:
    """Reject a release: the order stays on hold. Whoever might approve it may, and who asked may take it back so."""
    hold, order, request = await _waiting(tx, wanted)
    asker, highest = request["asked_by_id"], Money(request["highest"], request["currency"])
    lenders: Sequence[UUID] = ()
    if tx.actor != asker:
        reaching = await _reaching(tx, order, roles_in, asker, highest)
        beyond = reaching.refusal(highest, _PATH)
        if beyond is not None:
            raise Refused(beyond)
        lenders = reaching.lenders([highest])
    await _decide(tx, order, request, _REJECTED, wanted.note, lenders)
    key = {"customer_id": order.payer, "id": hold["id"]}
    await update(tx.conn, credit_hold, key, {"status": CreditHoldStatus.OPEN.value})
    await reevaluate(tx, [order.payer])
    return {"credit_hold": str(wanted.hold)}


async def _waiting(tx: Transaction, wanted: ReleaseDecision) -> tuple[Mapping[str, Any], KeptOrder, Row]:
    """A hold in approval, its order, and the release that is asked for, under the lock of their room."""
    hold, order = await held(tx, wanted.hold, wanted.expected_version, None)
    status = CreditHoldStatus(hold["status"])
    if status is not CreditHoldStatus.IN_APPROVAL:
        ended = status_refusals(status, CreditHoldStatus.IN_APPROVAL)
        refusals = ended or (Refusal(ErrorCode.WRONG_STATUS, Message(NOT_ASKED), _PATH),)
        raise Refused(*(replace(one, node=("credit_hold", hold["id"])) for one in refusals))
    return hold, order, await request_of(tx.conn, hold)


async def _reaching(tx: Transaction, order: KeptOrder, roles_in: Roles, asker: UUID, highest: Money) -> Reaching:
    return await reaching_in(tx, order.company, roles_in(order.company), {highest.currency}, [asker])


async def _decide(
    tx: Transaction,
    order: KeptOrder,
    request: Row,
    decision: ReleaseRequestStatus,
    note: str | None,
    lenders: Sequence[UUID],
) -> None:
    """Write what was decided, by whom and for whom, and put it on record with the amount it is about."""
    values = {
        "decision": decision.value,
        "decided_at": tx.now,
        "decided_by_id": tx.actor,
        "decided_for_id": lenders[0] if lenders else None,
        "decision_note": note,
    }
    key = {"customer_id": request["customer_id"], "id": request["id"]}
    await _DECIDE.run(tx.conn, **{f"of_{name}": value for name, value in key.items()}, **values)
    highest = f"{request['highest']:f} {request['currency']}"
    changed: list[dict[str, str | None]] = [{"field": "highest", "before": highest, "after": highest}]
    changed += [{"field": "decidedFor", "before": None, "after": name} for name in await names_of(tx, lenders)]
    if note:
        changed.append({"field": "note", "before": None, "after": note})
    kind, text = _DONE[decision]
    message, subject = Message(text, {"number": order.number}), ("credit_hold", request["hold_id"])
    event = "CREDIT_HOLD_CHANGED" if decision is _REJECTED else None
    tx.audit(kind, message, subject, order.company, changed, event=event)


def _wanted(hold: UUID, request: Row) -> ReleaseWanted:
    """The release as it was asked for."""
    ceiling = None if request["ceiling"] is None else Money(request["ceiling"], request["currency"])
    return ReleaseWanted(
        hold=hold,
        reason=request["reason_id"],
        with_posting=request["with_posting"],
        ceiling=ceiling,
        deviation_percent=request["deviation_percent"],
        last_date=request["last_date"],
        note=request["note"],
    )
