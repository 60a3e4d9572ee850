"""Deciding on an order inside its payer's lock: what is written for each outcome, and what the next order then sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.check import check
from domain.decision import BlockReason, Decision
from domain.exposure import Balance
from domain.facts import Checkpoint, Facts, Order
from domain.hold import CreditHoldStatus, Hold, evaluated
from domain.message import N_, Message
from domain.money import Money
from domain.orders import SalesOrderStatus
from domain.release_request import GREW
from persistence.asked_releases import still_asked
from persistence.decision_inputs import Inputs
from persistence.decisions import decision_row, reason_of
from persistence.frozen import freeze_message
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.orders import ENDED, KeptOrder
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.company import credit_parameters
from persistence.tables.customer import customer
from persistence.tables.decisions import credit_decision, credit_hold, hold_reason
from persistence.tables.orders import sales_order
from persistence.take import Transaction

PASSED = N_("Order {number} of {amount} passed the credit check.")
HELD = N_("Order {number} of {amount} was put on credit hold.")

_UPDATE_ORDER = Statement(
    sa.update(sales_order)
    .where(
        sales_order.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        sales_order.c.id == sa.bindparam("order", type_=sa.Uuid()),
    )
    .values(
        status=sa.bindparam("new_status", type_=sa.Text()),
        admitted=sa.bindparam("new_admitted", type_=sa.Boolean()),
        latest_decision_id=sa.func.coalesce(
            sa.bindparam("decision", type_=sa.Uuid()), sales_order.c.latest_decision_id
        ),
        payment_terms_id=sa.bindparam("new_terms", type_=sa.Uuid()),
        cash_discount_id=sa.bindparam("new_discount", type_=sa.Uuid()),
        version=sales_order.c.version + 1,
        updated_at=sa.func.now(),
    )
)
_UPDATE_HOLD = Statement(
    sa.update(credit_hold)
    .where(
        credit_hold.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        credit_hold.c.id == sa.bindparam("hold", type_=sa.Uuid()),
    )
    .values(
        status=sa.bindparam("new_status", type_=sa.Text()),
        amount=sa.bindparam("new_amount", type_=credit_hold.c.amount.type),
        currency=sa.bindparam("new_currency", type_=sa.Text()),
        end_reason_id=sa.bindparam("new_end_reason", type_=sa.Uuid()),
        version=credit_hold.c.version + 1,
        updated_at=sa.func.now(),
    )
)
END_REASONS = Statement(
    sa.select(
        credit_parameters.c.reason_when_ready_id.label("ready"),
        credit_parameters.c.reason_when_changed_id.label("changed"),
        credit_parameters.c.reason_when_cancelled_id.label("cancelled"),
    ).where(credit_parameters.c.company_id == sa.bindparam("company", type_=sa.Uuid()))
)
"""Why holds of a company end without anybody deciding on them: nothing holds any more, or the order is called off."""

_FORGET_REASONS = Statement(
    sa.delete(hold_reason).where(
        hold_reason.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        hold_reason.c.hold_id == sa.bindparam("hold", type_=sa.Uuid()),
    )
)
_REASONS = Statement(
    sa.select(hold_reason)
    .where(any_of(hold_reason.c.customer_id, "customers"), any_of(hold_reason.c.hold_id, "holds"))
    .order_by(hold_reason.c.place)
)


_REPRESENTATIVE = Statement(
    sa.select(customer.c.credit_representative_id).where(customer.c.id == sa.bindparam("customer", type_=sa.Uuid()))
)


async def _representative_of(conn: asyncpg.Connection, payer: UUID) -> UUID | None:
    """Who looks after a payer's credit, and so after a new hold of it."""
    found: UUID | None = await _REPRESENTATIVE.value(conn, customer=payer)
    return found


class Room:
    """The facts of the payers that are locked, kept true while one order after another is decided.

    `inputs` writes them down with each decision.
    """

    def __init__(self, facts: Mapping[UUID, Facts]) -> None:
        self._customers = {payer: one.customer for payer, one in facts.items()}
        self._groups = {one.group.id: one.group for one in facts.values() if one.group is not None}
        self._group_of = {payer: one.group.id for payer, one in facts.items() if one.group is not None}
        self._rules = {payer: one.rules for payer, one in facts.items()}
        self._terms_days = {payer: one.terms_days for payer, one in facts.items()}
        self._parties = {one.party.id: one.party for one in facts.values() if one.party is not None}
        self._party_of = {payer: one.party.id for payer, one in facts.items() if one.party is not None}
        self.inputs = Inputs()

    def facts(self, payer: UUID) -> Facts:
        """The facts of a payer as they are by now."""
        group = self._group_of.get(payer)
        shared = None if group is None else self._groups[group]
        party = None if payer not in self._party_of else self._parties[self._party_of[payer]]
        return Facts(self._customers[payer], shared, self._rules[payer], self._terms_days[payer], party)

    def take(self, moved: Sequence[Moved]) -> None:
        """What was just reserved or freed counts for the next order."""
        for one in moved:
            customer = self._customers.get(one.customer)
            if customer is None:
                continue
            balance = Balance(one.movement.category, one.movement.amount, one.movement.due)
            self._customers[one.customer] = replace(customer, balances=_with(customer.balances, balance))
            balance = replace(balance, company_day=customer.day)
            group, party = self._group_of.get(one.customer), self._party_of.get(one.customer)
            if group is not None:
                shared = self._groups[group]
                self._groups[group] = replace(shared, balances=_with(shared.balances, balance))
            if party is not None:
                legal = self._parties[party]
                self._parties[party] = replace(legal, balances=_with(legal.balances, balance))


def _with(balances: tuple[Balance, ...], more: Balance) -> tuple[Balance, ...]:
    """Balances with one more, added to the one of its kind."""
    for place, one in enumerate(balances):
        same = one.category is more.category and one.due == more.due and one.company_day == more.company_day
        if same and one.amount.currency == more.amount.currency:
            return (*balances[:place], replace(one, amount=one.amount + more.amount), *balances[place + 1 :])
    return (*balances, more)


@dataclass
class Decided:
    """What became of one order. `rows`: the records that were appended, by their ids."""

    order: KeptOrder
    decision: Decision
    decision_id: UUID
    hold_id: UUID | None
    rows: dict[UUID, Row]


def asked(room: Room, order: KeptOrder, checkpoint: Checkpoint) -> tuple[Order, Decision]:
    """The order as the rules are asked about it, and their answer. Raises `RateMissing`: then nothing is written."""
    facts, asks = room.facts(order.payer), order.asks(checkpoint)
    return asks, check(facts, asks)


async def record(
    tx: Transaction,
    room: Room,
    order: KeptOrder,
    asks: Order,
    decision: Decision,
    override_reason: str | None = None,
    *,
    enter: Callable[[KeptOrder, UUID], Awaitable[Row]] | None = None,
) -> Decided:
    """Append a decision with its hold or reservation. `order` is as it was before.

    `enter` writes down an order that was not known before, as it is after the decision, and gives its row.
    """
    facts = room.facts(order.payer)
    row = decision_row(decision, facts, asks, order.id, order.company, tx.actor, tx.now, override_reason, room.inputs)
    after = _after(order, decision)
    await tx.insert(credit_decision, [row])
    rows: dict[UUID, Row] = {row["id"]: row}
    if enter is None:
        await set_status(tx, after, row["id"])
    else:
        rows[order.id] = await enter(after, row["id"])
    moved = order.moves_to(after, tx.today(order.company))
    await tx.move(moved)
    room.take(moved)
    hold = await _hold(tx, order, decision, row["id"], asks)
    if hold is not None:
        after = replace(after, hold=None if hold["status"] in ENDED else hold)
        if order.hold is None:
            rows[hold["id"]] = hold
    message = Message(HELD if decision.held else PASSED, {"number": order.number, "amount": order.amount})
    tx.audit(AuditEventKind.ORDER_SUBMITTED, message, ("sales_order", order.id), order.company)
    return Decided(after, decision, row["id"], hold["id"] if hold else None, rows)


async def set_status(tx: Transaction, after: KeptOrder, decision: UUID | None = None) -> None:
    """Write where an order stands, and how it is paid for."""
    await _UPDATE_ORDER.run(
        tx.conn,
        customer=after.payer,
        order=after.id,
        new_status=after.status.value,
        new_admitted=after.admitted,
        new_terms=after.own.payment_terms_id,
        new_discount=after.own.cash_discount_id,
        decision=decision,
    )


def _after(order: KeptOrder, decision: Decision) -> KeptOrder:
    if decision.held:
        return replace(order, status=SalesOrderStatus.HELD)
    after = replace(order, status=SalesOrderStatus.APPROVED, admitted=True)
    return replace(after, status=after.stands)


async def _hold(
    tx: Transaction, order: KeptOrder, decision: Decision, decision_id: UUID, asks: Order
) -> Mapping[str, Any] | None:
    """Open a hold, or bring the open one up to date; the hold as it then is."""
    if order.hold is not None:
        status = await reconsider(tx, order, decision, releases_itself=not asks.forced)
        return {**order.hold, "status": status or order.hold["status"]}
    if not decision.held:
        return None
    hold = await new_hold(tx, order, decision.checkpoint, decision_id, decision.amount) | {"forced": False}
    await tx.insert(credit_hold, [hold])
    await tx.insert(hold_reason, _reason_rows(order.payer, order.company, hold["id"], decision.reasons))
    subject = ("credit_hold", hold["id"])
    tx.audit(AuditEventKind.CREDIT_HELD, decision.explanation, subject, order.company, event="CREDIT_HELD")
    return hold


async def new_hold(
    tx: Transaction, order: KeptOrder, step: Checkpoint, decision_id: UUID, amount: Money
) -> dict[str, Any]:
    """A hold as it begins, for its table, looked after by who looks after the customer. `amount`: of the order."""
    return {
        "customer_id": order.payer,
        "id": new_key(),
        "company_id": order.company,
        "sales_order_id": order.id,
        "decision_id": decision_id,
        "checkpoint": step.value,
        "amount": amount.amount,
        "currency": amount.currency,
        "status": CreditHoldStatus.OPEN.value,
        "held_at": tx.now,
        "responsible_id": await _representative_of(tx.conn, order.payer),
    }


async def reconsider(
    tx: Transaction, order: KeptOrder, decision: Decision, *, releases_itself: bool
) -> CreditHoldStatus | None:
    """A hold after a new check of its order: its new status, None where nothing about it changed. Its amount follows
    the order.

    Where the order comes to more than the release that is being approved, that is not asked for any more.
    """
    assert order.hold is not None
    hold_id = order.hold["id"]
    reasons = await kept_reasons(tx.conn, order.payer, hold_id)
    before = Hold(CreditHoldStatus(order.hold["status"]), reasons, order.hold["forced"])
    asked_anew = before.status is CreditHoldStatus.IN_APPROVAL and not await still_asked(tx.conn, order)
    begins = replace(before, status=CreditHoldStatus.OPEN) if asked_anew else before
    after = evaluated(begins, decision, releases_itself)
    held_for = Money(order.hold["amount"], order.hold["currency"])
    if after == before and decision.amount == held_for:
        return None
    await write_reasons(tx.conn, order.payer, order.company, hold_id, after.reasons)
    reason = None
    if after.status is CreditHoldStatus.RELEASED:
        reasons_of = await END_REASONS.one(tx.conn, company=order.company)
        assert reasons_of is not None, "every company has parameters"
        reason = reasons_of["ready" if decision.amount == held_for else "changed"]
    await _UPDATE_HOLD.run(
        tx.conn,
        customer=order.payer,
        hold=hold_id,
        new_status=after.status.value,
        new_amount=decision.amount.amount,
        new_currency=decision.amount.currency,
        new_end_reason=reason,
    )
    tx.audit(
        AuditEventKind.HOLDS_EVALUATED,
        _evaluated(order, after.status, asked_anew),
        ("credit_hold", hold_id),
        order.company,
        _what_changed(tx, before, after, held_for, decision.amount),
        event="CREDIT_HOLD_CHANGED",
    )
    return after.status


def _what_changed(
    tx: Transaction, before: Hold, after: Hold, held_for: Money, amount: Money
) -> list[dict[str, str]] | None:
    """Status and amount before and after, as they are put on record; None where they are the same."""
    was_for, is_for = (f"{each.amount:.{tx.digits[each.currency]}f} {each.currency}" for each in (held_for, amount))
    said = (("status", before.status.value, after.status.value), ("amount", was_for, is_for))
    return [{"field": field, "before": was, "after": now} for field, was, now in said if was != now] or None


def _evaluated(order: KeptOrder, status: CreditHoldStatus, asked_anew: bool) -> Message:
    if asked_anew and status is CreditHoldStatus.OPEN:
        return Message(GREW, {"number": order.number, "amount": order.amount})
    return Message(EVALUATED[status], {"number": order.number})


EVALUATED = {
    CreditHoldStatus.OPEN: N_("The credit hold of order {number} was evaluated and stays."),
    CreditHoldStatus.IN_APPROVAL: N_("The credit hold of order {number} was evaluated while its release is approved."),
    CreditHoldStatus.READY_TO_RELEASE: N_("No reason holds order {number} any more: it is ready to be released."),
    CreditHoldStatus.RELEASED: N_("No reason holds order {number} any more: it was released."),
}


async def kept_reasons(conn: asyncpg.Connection, payer: UUID, hold: UUID) -> tuple[BlockReason, ...]:
    """The reasons of a hold as they are kept, most serious first."""
    return tuple(reason_of(row) for row in await _REASONS.all(conn, customers=[payer], holds=[hold]))


async def write_reasons(
    conn: asyncpg.Connection, payer: UUID, company: UUID, hold: UUID, reasons: Sequence[BlockReason]
) -> None:
    """The reasons of a hold, most serious first, instead of those it had."""
    await _FORGET_REASONS.run(conn, customer=payer, hold=hold)
    await insert(conn, hold_reason, _reason_rows(payer, company, hold, reasons))


def _reason_rows(payer: UUID, company: UUID, hold: UUID, reasons: Sequence[BlockReason]) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": payer,
            "id": new_key(),
            "company_id": company,
            "hold_id": hold,
            "place": place,
            "code": reason.code.value,
            "message": freeze_message(reason.message),
            "active": reason.active,
            "rule_id": reason.rule,
        }
        for place, reason in enumerate(reasons)
    ]
