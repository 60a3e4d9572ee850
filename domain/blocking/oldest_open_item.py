"""Holds orders while an item is open for more than so many days (SAP: oldest open item).

Counted from its document date, whatever was agreed on payment; by the due day it is days overdue. Credit notes and
what is in dispute as a whole are left out.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.materiality import enough, items
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.debts import Claim
from domain.message import NN_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Days since the document date of the items that are open. Raises `RateMissing`."""
    return enough(rule, _old(rule, situation))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says how old the oldest item is."""
    values = {"days": max(one.days_old for one in _old(rule, situation)), "allowed": rule.days or 0}
    return Message(OLD[0], values, plural=OLD[1], count="days")


def _old(rule: BlockingRule, situation: Situation) -> tuple[Claim, ...]:
    allowed = (rule.days or 0) - rule.at_or_above
    return tuple(one for one in items(rule, situation) if one.days_old > allowed)


OLD = NN_(
    "The oldest open item is {days} day old; the threshold is {allowed}.",
    "The oldest open item is {days} days old; the threshold is {allowed}.",
)

CONDITION = Condition(RuleKind.OLDEST_OPEN_ITEM, beyond, reason, frozenset({ValueType.DAYS}))
