"""Holds orders whose payment terms are more than so many days longer than insurance covers (maximum terms of payment).

The order's own terms, or else its payer's, against the shortest of what anything valid today covers at most. Where
nothing is said of terms, or the terms have no days, nothing is compared.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """By how many days the terms are longer than what is covered, against the rule's days."""
    if situation.terms_days is None or situation.covered is None:
        return None
    longer, allowed = situation.terms_days - situation.covered.days, rule.days or 0
    return longer > allowed or (rule.at_or_above and longer == allowed)


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Names both numbers of days, and who covers no more."""
    assert situation.terms_days is not None
    assert situation.covered is not None
    covered = situation.covered
    return Message(LONGER, {"days": situation.terms_days, "covered": covered.days, "provider": covered.provider})


LONGER = N_("The payment terms of the order, in days, are {days}; {provider} covers at most {covered}.")

CONDITION = Condition(RuleKind.COLLATERAL_TERMS, beyond, reason, frozenset({ValueType.DAYS}))
