"""Holds orders that bring the use of the limit above a percentage (D365: credit limit used).

The limit is the customer's own; the group's where the group alone decides.
"""

from __future__ import annotations

from decimal import Decimal

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.limits import used_percent
from domain.message import N_, Message, Percent, Value
from domain.money import Money


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Exposure and order together against percent of the limit. Nothing used is never beyond, also of a limit of 0."""
    if situation.used is None:
        return None
    used, allowed = situation.used.used, _allowed(rule, situation.used.limit)
    return used.amount > 0 and (used > allowed or (rule.at_or_above and used == allowed))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says which share of which limit would be used."""
    assert situation.used is not None
    assert rule.percent is not None
    used, limit, group = situation.used.used, situation.used.limit, situation.used.group
    percent = used_percent(used, limit)
    if percent is None:
        return Message(USED_OF_NOTHING, {"used": used, "limit": limit})
    values: dict[str, Value | Percent] = {"percent": Percent(percent), "limit": limit, "allowed": Percent(rule.percent)}
    if group is None:
        return Message(USED, values)
    return Message(GROUP_USED, {**values, "group": group})


def _allowed(rule: BlockingRule, limit: Money) -> Money:
    return Money(limit.amount * (rule.percent or Decimal(0)) / 100, limit.currency)


USED = N_("With the order, {percent} of the credit limit of {limit} is used; the threshold is {allowed}.")
GROUP_USED = N_(
    "With the order, {percent} of the credit limit of {limit} of credit group {group} is used; "
    "the threshold is {allowed}."
)
USED_OF_NOTHING = N_("With the order, {used} is used against a credit limit of {limit}.")

CONDITION = Condition(RuleKind.CREDIT_LIMIT_USED, beyond, reason, frozenset({ValueType.PERCENT}))
