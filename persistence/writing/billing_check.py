"""A billing document for more than it takes of its order raises what the order asks for, so it is checked again.

Goods that were delivered are invoiced whatever comes of it: then it is warned, and never held (decision 19). What is
billed in advance is checked as every other change that raises an order is (decision 20).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from domain.check import check
from domain.decision import CreditOutcome
from domain.facts import Checkpoint
from domain.money import RateMissing
from domain.orders import SalesOrderStatus
from domain.refusal import ErrorCode, Refusal
from persistence.deciding import Room, asked, record
from persistence.facts import facts_of
from persistence.take import Transaction
from persistence.writing.order_changes import last_checked
from persistence.writing.order_lines import Steps

_GOES_ON = frozenset({SalesOrderStatus.APPROVED, SalesOrderStatus.DELIVERED})
"""Orders that go on. What waits on hold is looked at again anyway, and nothing but goods counts of what is over."""


async def check_billed(tx: Transaction, steps: Steps) -> None:
    """Check an order that billing documents just raised, after they were written; others are left alone."""
    order = steps.now
    if order.status not in _GOES_ON or order.asked_for <= steps.before.asked_for:
        return
    step = (await last_checked(tx, [order])).get(order.id, Checkpoint.CONFIRMATION)
    room = Room(await facts_of(tx.conn, [order.payer], tx.moment, [order.amount.currency]))
    if not _left(steps):
        asks, decision = asked(room, order, step)
        await record(tx, room, order, asks, decision)
        return
    asks = replace(order.asks(step), billed=True)
    with suppress(RateMissing):  # the goods have left, so nothing waits for a rate
        decision = check(room.facts(order.payer), asks)
        await record(tx, room, order, asks, decision)
        if decision.outcome is CreditOutcome.WARNED:
            warning = Refusal(ErrorCode.CREDIT_WARNED, decision.explanation, ("salesOrder",), steps.node)
            tx.warnings.append(warning)


def _left(steps: Steps) -> bool:
    """Whether the goods of every line that was billed have left."""
    lines = zip(steps.before.lines, steps.now.lines, strict=True)
    return all(now.consumed <= now.delivered for before, now in lines if now != before)
