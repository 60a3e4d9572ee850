"""Holds orders while an item is overdue for more than so many days (D365: days overdue).

An exclusion may name days, or an amount: the customer's total overdue, which lifts no block by days (other value type)
and so is of use only together with release_all.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.materiality import items
from domain.blocking.materiality import overdue as material
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import NN_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Days of the oldest overdue item, or the total overdue in the rule's currency. Raises `RateMissing`.

    Where a rule asks for several items, the days that so many of them are overdue.
    """
    if rule.amount is not None:
        overdue = situation.exchange.total(material(rule, situation), rule.amount.currency)
        return overdue > rule.amount or (rule.at_or_above and overdue == rule.amount)
    late, wanted = _late(rule, situation), rule.minimum_items or 1
    days, allowed = late[wanted - 1] if len(late) >= wanted else 0, rule.days or 0
    return days > 0 and (days > allowed or (rule.at_or_above and days == allowed))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says how long the oldest item is overdue."""
    values = {"days": _late(rule, situation)[0], "allowed": rule.days or 0}
    return Message(OVERDUE[0], values, plural=OVERDUE[1], count="days")


def _late(rule: BlockingRule, situation: Situation) -> list[int]:
    """How many days the items that matter are overdue, longest first; of the oldest alone where no more is asked."""
    if not rule.by_item:
        return [situation.days_overdue]
    return sorted((one.days_overdue for one in items(rule, situation)), reverse=True)


OVERDUE = NN_(
    "The oldest unpaid item is {days} day overdue; the threshold is {allowed}.",
    "The oldest unpaid item is {days} days overdue; the threshold is {allowed}.",
)

CONDITION = Condition(RuleKind.OVERDUE_DAYS, beyond, reason, frozenset({ValueType.DAYS}), frozenset({ValueType.AMOUNT}))
