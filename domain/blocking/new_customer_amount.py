"""Holds orders of more than an amount while a customer is new (SAP: maximum document value for new customers).

A customer is new for so many days, from the first day of business with it. One whose first day is unknown is not new.
"""

from __future__ import annotations

from domain.blocking import order_amount
from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.calendar import days_after
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Is the customer new, and the order in the rule's currency above the amount? Raises `RateMissing`."""
    if situation.customer_since is None:
        return None
    age = (situation.day - situation.customer_since).days
    return age < (rule.days or 0) and bool(order_amount.beyond(rule, situation))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says what the order comes to, and how long the customer is new."""
    assert rule.amount is not None
    assert situation.customer_since is not None
    last = days_after(situation.customer_since, (rule.days or 0) - 1)
    return Message(COMES_TO, {"amount": situation.amount, "allowed": rule.amount, "last": last})


COMES_TO = N_("The order comes to {amount}; the threshold is {allowed} while the customer is new, through {last}.")

CONDITION = Condition(RuleKind.NEW_CUSTOMER_AMOUNT, beyond, reason, frozenset({ValueType.AMOUNT, ValueType.DAYS}))
