"""Holds orders while an item is overdue for more than so many days (D365: days overdue).

An exclusion may name days, or an amount: the customer's total overdue, which lifts no block by days (other value type)
and so is of use only together with release_all.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import NN_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Days of the oldest overdue item, or the total overdue in the rule's currency. Raises `RateMissing`."""
    if rule.amount is not None:
        overdue = situation.exchange.total(situation.overdue, rule.amount.currency)
        return overdue > rule.amount or (rule.at_or_above and overdue == rule.amount)
    days, allowed = situation.days_overdue, rule.days or 0
    return days > 0 and (days > allowed or (rule.at_or_above and days == allowed))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says how long the oldest item is overdue."""
    values = {"days": situation.days_overdue, "allowed": rule.days or 0}
    return Message(OVERDUE[0], values, plural=OVERDUE[1], count="days")


OVERDUE = NN_(
    "The oldest unpaid item is {days} day overdue; the threshold is {allowed}.",
    "The oldest unpaid item is {days} days overdue; the threshold is {allowed}.",
)

CONDITION = Condition(RuleKind.OVERDUE_DAYS, beyond, reason, frozenset({ValueType.DAYS}), frozenset({ValueType.AMOUNT}))
