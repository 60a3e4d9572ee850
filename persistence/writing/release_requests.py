"""Releases in a company that approves them: who lets an order go by themselves, and what is asked of others instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from domain.approval import NONE
from domain.audit import AuditEventKind
from domain.hold import CreditHoldStatus
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from domain.release import Release
from domain.release_request import vouched_for
from persistence.keys import new_key
from persistence.orders import KeptOrder
from persistence.statements import Row, Statement, insert
from persistence.tables.approval import release_request
from persistence.tables.company import credit_parameters
from persistence.tables.decisions import credit_hold
from persistence.take import Transaction
from persistence.writing.reach import Roles, own_reaching
from persistence.writing.saving import update

if TYPE_CHECKING:
    from persistence.writing.holds import ReleaseWanted

ASKED = N_("The release of order {number} up to {amount} waits for approval.")

_APPROVES = Statement(
    sa.select(credit_parameters.c.approve_releases).where(
        credit_parameters.c.company_id == sa.bindparam("company", type_=sa.Uuid())
    )
)


@dataclass(frozen=True)
class Releasing:
    """Who releases. `roles_in`: what they are in a company. `free`: where they release as they see fit, as long as the
    company does not approve releases.
    """

    roles_in: Roles
    free: Collection[UUID]


async def approves_releases(tx: Transaction, company: UUID) -> bool:
    """Whether releases of a company are measured by authority."""
    return bool(await _APPROVES.value(tx.conn, company=company))


async def beyond_who_releases(
    tx: Transaction, who: Releasing, hold: Mapping[str, Any], asked: Release
) -> Refusal | None:
    """Why a release must be asked for; None: whoever wants it gives it. Raises `Refused` where it cannot be asked for.

    Only one's own authority counts: what others lent is for what somebody else asks. A hold that was set by hand goes
    through no approval; somebody whose authority reaches it must release it.
    """
    company = hold["company_id"]
    if not await approves_releases(tx, company):
        if company not in who.free:
            raise Refused(Refusal(ErrorCode.AUTHORITY_EXCEEDED, Message(NONE), ("creditHold",)))
        return None
    amount = vouched_for(asked)
    reaching = await own_reaching(tx, company, who.roles_in(company), {amount.currency})
    refusal = reaching.refusal(amount, ("creditHold",))
    if refusal is not None and hold["forced"]:
        raise Refused(refusal)
    return refusal


async def ask_for_release(
    tx: Transaction, hold: Mapping[str, Any], order: KeptOrder, wanted: ReleaseWanted, asked: Release
) -> None:
    """Keep what is asked for; the hold waits for somebody who may approve it."""
    highest = vouched_for(asked)
    row = {
        "customer_id": order.payer,
        "id": new_key(),
        "company_id": order.company,
        "hold_id": hold["id"],
        "sales_order_id": order.id,
        "reason_id": wanted.reason,
        "with_posting": wanted.with_posting,
        "amount": order.amount.amount,
        "highest": highest.amount,
        "ceiling": wanted.ceiling.amount if wanted.ceiling else None,
        "currency": order.amount.currency,
        "deviation_percent": wanted.deviation_percent,
        "last_date": wanted.last_date,
        "note": wanted.note,
        "asked_at": tx.now,
        "asked_by_id": tx.actor,
    }
    await insert(tx.conn, release_request, [row])
    values = {"status": CreditHoldStatus.IN_APPROVAL.value, "release_request_id": row["id"]}
    await update(tx.conn, credit_hold, {"customer_id": order.payer, "id": hold["id"]}, values)
    message = Message(ASKED, {"number": order.number, "amount": highest})
    changed = [{"field": "status", "before": hold["status"], "after": values["status"]}]
    if wanted.note:
        changed.append({"field": "note", "before": None, "after": wanted.note})
    subject = ("credit_hold", hold["id"])
    tx.audit(AuditEventKind.RELEASE_ASKED, message, subject, order.company, changed, event="CREDIT_HOLD_CHANGED")


def asked_release(request: Row, now: Money, today: date) -> Release:
    """What was asked for, given today to an order that comes to `now`.

    It may have grown within the bounds by then: a share on top is reckoned from what was asked, not from what it grew
    to, so that no more is given than was approved.
    """
    currency = request["currency"]
    return Release(
        released_value=min(now, Money(request["amount"], currency)),
        released_on=today,
        ceiling=None if request["ceiling"] is None else Money(request["ceiling"], currency),
        deviation_percent=request["deviation_percent"],
        last_date=request["last_date"],
    )
