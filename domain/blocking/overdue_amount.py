"""Holds orders while more than an amount is overdue and more than a share of the limit is used (D365: overdue amount).

Both must be so: a little that is overdue is of no account, and more is forgiven while much of the limit is free.
"""

from __future__ import annotations

from domain.blocking import credit_limit_used
from domain.blocking.condition import Condition
from domain.blocking.materiality import overdue as material
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import N_, Message, Percent


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """The total overdue in the rule's currency, and exposure and order against the limit. Raises `RateMissing`."""
    assert rule.amount is not None
    used = credit_limit_used.beyond(rule, situation)
    if used is None:
        return None
    overdue = situation.exchange.total(material(rule, situation), rule.amount.currency)
    late = overdue > rule.amount or (rule.at_or_above and overdue == rule.amount)
    return used and late and overdue.amount > 0


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says how much is overdue and how much is used."""
    assert rule.amount is not None
    assert rule.percent is not None
    assert situation.used is not None
    return Message(
        OVERDUE,
        {
            "overdue": situation.exchange.total(material(rule, situation), rule.amount.currency),
            "used": situation.used.used,
            "limit": situation.used.limit,
            "allowed": rule.amount,
            "share": Percent(rule.percent),
        },
    )


OVERDUE = N_(
    "{overdue} is overdue, and with the order {used} of the credit limit of {limit} is used; "
    "the thresholds are {allowed} and {share}."
)

CONDITION = Condition(RuleKind.OVERDUE_AMOUNT, beyond, reason, frozenset({ValueType.AMOUNT, ValueType.PERCENT}))
