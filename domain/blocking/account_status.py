"""Holds orders of customers who have a certain account status (D365: account status)."""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Has the customer the status that the rule names?"""
    return rule.account_status is not None and rule.account_status.id == situation.account_status


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Names the status."""
    assert rule.account_status is not None
    return Message(STATUS, {"status": rule.account_status.code})


STATUS = N_("The account status of the customer is {status}.")

CONDITION = Condition(RuleKind.ACCOUNT_STATUS, beyond, reason, frozenset({ValueType.ACCOUNT_STATUS}), equals=True)
