"""Orders that change: written, and checked again where they take more than they did (decisions 12 and 20).

What raises an order is checked again at the step where it was checked last, in the same transaction; what lowers it
only moves, and gives its room to those who wait. An order that takes nothing any more and is opened again, and one that
gets another payer, is decided on as if it were new: what admitted or released it before counts no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.exposure import ships_later
from domain.facts import Checkpoint
from domain.hold import CreditHoldStatus
from domain.message import N_, Message
from domain.orders import REFUSED, SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.deciding import END_REASONS, Room, asked, record, set_status
from persistence.facts import facts_of
from persistence.orders import KeptOrder
from persistence.payment_conditions import CONDITIONS, Codes
from persistence.reevaluating import reevaluate
from persistence.statements import Statement, any_of
from persistence.submission import SAVED
from persistence.tables.company import credit_parameters
from persistence.tables.decisions import credit_decision, credit_hold
from persistence.tables.orders import sales_order
from persistence.take import Result, Transaction
from persistence.writing.finding import (
    SALES_ORDER,
    Place,
    RecordKey,
    customer_of,
    few_enough,
    findable,
    place_of,
    version_refusals,
)
from persistence.writing.order_lines import Steps, steps_by_place
from persistence.writing.order_payer import MOVING, give_payer, payer_refusals, staying
from persistence.writing.order_rows import (
    Changed,
    LineToSave,
    OrderToSave,
    changed,
    line_refusals,
    write_change,
)
from persistence.writing.saving import update

_LAST_CHECKED = Statement(
    sa.select(credit_decision.c.sales_order_id, credit_decision.c.checkpoint)
    .where(any_of(credit_decision.c.customer_id, "customers"), any_of(credit_decision.c.sales_order_id, "orders"))
    .order_by(credit_decision.c.id)
)

_LETS_GO = Statement(
    sa.select(credit_parameters.c.release_when_ready).where(
        credit_parameters.c.company_id == sa.bindparam("company", type_=sa.Uuid())
    )
)

COUNTING = frozenset({SalesOrderStatus.APPROVED, SalesOrderStatus.HELD, SalesOrderStatus.DELIVERED})
"""An order in one of these is checked again when it comes to more."""

ENDED = frozenset({SalesOrderStatus.INVOICED, SalesOrderStatus.CLOSED, SalesOrderStatus.CANCELLED})
"""An order in one of these is not changed any more."""

OTHER_PAYER = N_("Order {number} of {amount} has another payer.")
HOLD_CANCELLED = N_("The credit hold of order {number} was cancelled with the order.")


@dataclass(frozen=True)
class OrderChange:
    """What is to change about one order; None leaves it as it is, and so is every line that is not named.

    A line in `lines` that is not known is added, a closed one is opened again.
    """

    order: RecordKey
    lines: tuple[LineToSave, ...] = ()
    ship_date: date | None = None
    payment_terms: str | None = None
    cash_discount: str | None = None
    payer: RecordKey | None = None
    expected_version: int | None = None


async def change_order(tx: Transaction, wanted: OrderChange) -> Result:
    """Change one order, or let another customer of the company pay for it."""
    few_enough(wanted.lines, "saveLines")
    place = await place_of(tx, SALES_ORDER, wanted.order, ("salesOrder",))
    payer = place.customer
    if wanted.payer is not None:
        payer, _ = await customer_of(tx, wanted.payer, ("payer",))
    await tx.lock({place.customer, payer})
    steps = (await steps_by_place(tx.conn, [place]))[place.id]
    refusals = version_refusals(steps.version, wanted.expected_version, steps.node)
    status = steps.before.status
    if status not in MOVING:
        message = Message(REFUSED[status], {"number": steps.before.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), steps.node))
    if payer != place.customer:
        refusals.extend(await payer_refusals(tx, steps.before, payer, ("payer",)))
    if refusals:
        raise Refused(*refusals)
    change = await _wanted(tx, wanted, steps)
    result = {"sales_order": str(place.id)}
    if payer != place.customer:
        change = await give_payer(tx, change or _unchanged(steps), payer)
    if change is None:
        return result
    await write_changes(tx, [change], SAVED if payer == place.customer else OTHER_PAYER)
    await reevaluate(tx, {place.customer, payer})
    return result


async def move_orders(tx: Transaction, places: Sequence[Place], payer: UUID) -> None:
    """Orders go to another payer and are checked there, oldest first; those partly invoiced or prepaid stay, with a
    warning. The locks of both payers are held.
    """
    moved = []
    for steps in (await steps_by_place(tx.conn, places)).values():
        stays = staying(steps.before, ("moveOrders",))
        tx.warnings.extend(stays)
        if not stays:
            moved.append(await give_payer(tx, _unchanged(steps), payer))
    await write_changes(tx, moved, OTHER_PAYER)
    await reevaluate(tx, {place.customer for place in places} | {payer})


async def _wanted(tx: Transaction, wanted: OrderChange, steps: Steps) -> Changed | None:
    """The order with what is to change. Raises `Refused`."""
    kept, before = steps.lines, steps.before
    named = {line.number for line in wanted.lines}
    others = [
        LineToSave(row["line_number"], line.amount, row["description"])
        for row, line in zip(kept, before.lines, strict=True)
        if row["line_number"] not in named and not line.closed
    ]
    codes = Codes(wanted.payment_terms, wanted.cash_discount)
    rows = await CONDITIONS.all(
        tx.conn,
        codes=findable(code for code in (codes.payment_terms,) if code is not None),
        discounts=findable(code for code in (codes.cash_discount,) if code is not None),
    )
    found, refusals = codes.found(rows, before.company)
    own = codes.instead_of(before.own, found)
    row = OrderToSave("", "", before.number, (*wanted.lines, *others), ship_date=wanted.ship_date or before.ship_date)
    if wanted.lines:
        refusals.extend(line_refusals(tx, row, (), "saveLines"))
    if refusals:
        raise Refused(*refusals)
    if not row.lines:
        after = replace(before, ship_date=row.ship_date, own=own)
        return None if after == before else Changed(steps, after, described(steps))
    change, refusals = changed(steps, row, own, (), "saveLines")
    if refusals:
        raise Refused(*refusals)
    return change


def _unchanged(steps: Steps) -> Changed:
    return Changed(steps, steps.before, described(steps))


def described(steps: Steps) -> tuple[tuple[int, str | None], ...]:
    """An order's lines as they are kept, for a change that adds none."""
    return tuple((row["line_number"], row["description"]) for row in steps.lines)


async def write_changes(tx: Transaction, changes: Sequence[Changed], text: str = SAVED) -> None:
    """Write changed orders; those that take more are checked again, each after what the ones before took.

    `text`: what is put on record.
    """
    counting = [one for one in changes if one.before.status in COUNTING or one.as_new]
    asking = [one for one in counting if one.asks_again or one.ships_sooner or one.as_new]
    payers = {one.after.payer for one in changes} if asking else set()
    room = Room(await facts_of(tx.conn, payers, tx.moment, {one.after.amount.currency for one in asking}))
    again = [one for one in asking if one.asks_again or one.as_new or _enters_horizon(room, one)]
    steps = await last_checked(tx, [one.before for one in again])
    for one in changes:
        moved = await write_change(tx, one, edited=one not in again)
        if again:
            room.take(moved)
        saved(tx, one.after, text)
        if one in again:
            asks, decision = asked(room, one.after, steps.get(one.after.id, Checkpoint.CONFIRMATION))
            if not decision.held and await _waits_for_a_person(tx, one):
                await set_status(tx, one.after)
                continue
            decided = await record(tx, room, one.after, asks, decision)
            if one.as_new:
                key = {"customer_id": one.after.payer, "id": one.after.id}
                values = {"admitting_decision_id": decided.decision_id}
                await update(tx.conn, sales_order, key, values, edited=False)


async def _waits_for_a_person(tx: Transaction, one: Changed) -> bool:
    """Whether an order on hold that passes by now waits, ready, as one does that comes to less. What is asked as new is
    decided as new.
    """
    if one.after.hold is None or one.as_new:
        return False
    return not await _LETS_GO.value(tx.conn, company=one.after.company)


async def check_again(tx: Transaction, order: KeptOrder) -> None:
    """Decide anew on an order that was decided on, at the step where it was checked last."""
    step = (await last_checked(tx, [order])).get(order.id)
    if step is not None:
        room = Room(await facts_of(tx.conn, {order.payer}, tx.moment, {order.amount.currency}))
        await record(tx, room, order, *asked(room, order, step))


def _enters_horizon(room: Room, one: Changed) -> bool:
    """It did not count since it was to ship late, for the payer or its group, and counts now."""
    facts = room.facts(one.after.payer)
    return any(
        ships_later(one.before.ship_date, holder.policy, holder.day)
        and not ships_later(one.after.ship_date, holder.policy, holder.day)
        for holder in (facts.customer, facts.group)
        if holder is not None
    )


def saved(tx: Transaction, order: KeptOrder, text: str = SAVED) -> None:
    """Put on record that an order was saved."""
    message = Message(text, {"number": order.number, "amount": order.amount})
    tx.audit(AuditEventKind.ORDER_SAVED, message, (SALES_ORDER, order.id), order.company, event="SALES_ORDER_CHANGED")


async def last_checked(tx: Transaction, orders: Sequence[KeptOrder]) -> dict[UUID, Checkpoint]:
    """The step at which each order was checked last, for those that were."""
    if not orders:
        return {}
    given = {"customers": [order.payer for order in orders], "orders": [order.id for order in orders]}
    return {row["sales_order_id"]: Checkpoint(row["checkpoint"]) for row in await _LAST_CHECKED.all(tx.conn, **given)}


async def end_hold(tx: Transaction, order: KeptOrder) -> None:
    """An open hold ends with its order."""
    if order.hold is None:
        return
    key = {"customer_id": order.payer, "id": order.hold["id"]}
    reasons = await END_REASONS.one(tx.conn, company=order.company)
    ended = {"status": CreditHoldStatus.CANCELLED.value, "end_reason_id": reasons and reasons["cancelled"]}
    await update(tx.conn, credit_hold, key, ended)
    message = Message(HOLD_CANCELLED, {"number": order.number})
    subject = ("credit_hold", order.hold["id"])
    tx.audit(AuditEventKind.HOLD_UPDATED, message, subject, order.company, event="CREDIT_HOLD_CHANGED")
