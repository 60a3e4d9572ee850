"""Holds orders when the customer's credit should have been reviewed more than so many days ago (SAP: next review date).

Whose next review has no day is not tested.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.calendar import days_past
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Days since the review was due; on that day it is not late yet."""
    if situation.next_review_date is None:
        return None
    days, allowed = days_past(situation.next_review_date, situation.day), rule.days or 0
    return days > allowed or (rule.at_or_above and days == allowed)


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says when the review was due."""
    assert situation.next_review_date is not None
    return Message(DUE, {"due": situation.next_review_date})


DUE = N_("The customer's credit was to be reviewed by {due}.")

CONDITION = Condition(RuleKind.REVIEW_DUE, beyond, reason, frozenset({ValueType.DAYS}))
