"""An order is excluded from credit management, or is not any more: decision 7 leaves that to who may change credit.

An exclusion has no bound, as a release has: where a company approves releases only those exclude whose authority has
none either. An order that was checked before is checked again at once, so that its hold ends, or begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.approval import beyond
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.orders import REFUSED
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.tables.orders import sales_order
from persistence.take import Result, Transaction
from persistence.writing.finding import SALES_ORDER, RecordKey, place_of, text_refusals, version_refusals
from persistence.writing.order_changes import check_again
from persistence.writing.order_lines import Steps, steps_by_place
from persistence.writing.order_payer import MOVING
from persistence.writing.reach import Roles, own_reaching
from persistence.writing.release_requests import approves_releases
from persistence.writing.saving import changes, update

LONGEST_REASON = 500

EXCLUDED = N_("Order {number} was excluded from credit management: {reason}")
INCLUDED = N_("Order {number} is checked for credit again: {reason}")

COLUMN = "excluded_from_credit_management"


@dataclass(frozen=True)
class Exclusion:
    """Whether no rule and no limit is to hold an order, and why."""

    order: RecordKey
    excluded: bool
    reason: str
    expected_version: int | None = None


async def exclude_order(tx: Transaction, wanted: Exclusion, roles_in: Roles) -> Result:
    """Exclude an order from credit management, or check it again. One that stands so already is left alone."""
    place = await place_of(tx, SALES_ORDER, wanted.order, ("salesOrder",))
    await tx.lock([place.customer])
    steps = (await steps_by_place(tx.conn, [place]))[place.id]
    refusals = [
        *await _refusals(tx, steps, wanted, roles_in),
        *text_refusals(wanted.reason, ("reason",), LONGEST_REASON),
    ]
    if refusals:
        raise Refused(*refusals)
    before = steps.now
    result = {"sales_order": str(before.id)}
    if before.excluded is wanted.excluded:
        return result
    after = replace(before, excluded=wanted.excluded)
    key = {"customer_id": after.payer, "id": after.id}
    await update(tx.conn, sales_order, key, {COLUMN: after.excluded})
    message = Message(EXCLUDED if after.excluded else INCLUDED, {"number": after.number, "reason": wanted.reason})
    differs = changes({COLUMN: before.excluded}, {COLUMN: after.excluded})
    kind = AuditEventKind.ORDER_EXCLUDED
    tx.audit(kind, message, steps.node, after.company, differs, event="SALES_ORDER_CHANGED")
    await check_again(tx, after)
    await reevaluate(tx, [after.payer])
    return result


async def _refusals(tx: Transaction, steps: Steps, wanted: Exclusion, roles_in: Roles) -> list[Refusal]:
    order = steps.now
    refusals = version_refusals(steps.version, wanted.expected_version, steps.node)
    if order.status not in MOVING:
        message = Message(REFUSED[order.status], {"number": order.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), steps.node))
    if wanted.excluded and await approves_releases(tx, order.company):
        reaching = await own_reaching(tx, order.company, roles_in(order.company), {order.amount.currency})
        if all(one.bounds for one in reaching.reaches):
            refusals.append(beyond(order.amount, reaching.reaches, reaching.exchange, ("salesOrder",)))
    return refusals
