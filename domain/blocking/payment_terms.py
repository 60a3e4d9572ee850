"""Holds orders with certain payment terms (D365: terms of payment): the order's own, or else its payer's."""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Has the order the terms that the rule names?"""
    return rule.payment_terms is not None and rule.payment_terms.id == situation.payment_terms


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Names the terms."""
    assert rule.payment_terms is not None
    return Message(TERMS, {"terms": rule.payment_terms.code})


TERMS = N_("The payment terms of the order are {terms}.")

CONDITION = Condition(RuleKind.PAYMENT_TERMS, beyond, reason, frozenset({ValueType.PAYMENT_TERMS}), equals=True)
