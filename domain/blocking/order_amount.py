"""Holds orders of more than an amount (D365: sales order amount; SAP: maximum document value).

The order is compared with what it asks for, tax included and without what has become open items already.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """The order in the rule's currency against the rule's amount. Raises `RateMissing`."""
    assert rule.amount is not None
    amount = situation.exchange.convert(situation.amount, rule.amount.currency)
    return amount > rule.amount or (rule.at_or_above and amount == rule.amount)


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says what the order comes to."""
    assert rule.amount is not None
    return Message(COMES_TO, {"amount": situation.amount, "allowed": rule.amount})


COMES_TO = N_("The order comes to {amount}; the threshold is {allowed}.")

CONDITION = Condition(RuleKind.ORDER_AMOUNT, beyond, reason, frozenset({ValueType.AMOUNT}))
