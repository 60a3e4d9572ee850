"""Holds orders while an open item is dunned beyond a level (SAP: highest dunning level).

The level is posted with the item by whoever sends the letters.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.materiality import enough, items
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.debts import Claim
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """The dunning levels of the items that are open. Nothing dunned is never beyond. Raises `RateMissing`."""
    return enough(rule, _dunned(rule, situation))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says the highest level."""
    highest = max(one.dunning_level for one in _dunned(rule, situation))
    return Message(HIGHEST, {"level": highest, "allowed": rule.dunning_level or 0})


def _dunned(rule: BlockingRule, situation: Situation) -> tuple[Claim, ...]:
    allowed = max((rule.dunning_level or 0) - rule.at_or_above, 0)
    return tuple(one for one in items(rule, situation) if one.dunning_level > allowed)


HIGHEST = N_("The highest dunning level of an open item is {level}; the threshold is {allowed}.")

CONDITION = Condition(RuleKind.DUNNING_LEVEL, beyond, reason, frozenset({ValueType.DUNNING_LEVEL}))
