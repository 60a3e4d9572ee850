"""Holds orders when a limit expired more than so many days ago (D365: credit limit expired).

An expiry date alone never blocks. Tested for the limit of the customer and of its group, where they bind and no
temporary limit stands in their place.
"""

from __future__ import annotations

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Expiry, Situation
from domain.calendar import days_past
from domain.message import N_, Message


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """Is any of the limits expired for longer than the rule allows?"""
    if not situation.expiries:
        return None
    return any(_expired(rule, expiry) for expiry in situation.expiries)


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Names the limit that expired, the customer's first."""
    found = next(expiry for expiry in situation.expiries if _expired(rule, expiry))
    if found.expiry is None:
        return Message(BLANK)
    if found.group is None:
        return Message(EXPIRED, {"expiry": found.expiry})
    return Message(GROUP_EXPIRED, {"expiry": found.expiry, "group": found.group})


def _expired(rule: BlockingRule, expiry: Expiry) -> bool:
    if expiry.expiry is None:
        return True
    days, allowed = days_past(expiry.expiry, expiry.day), rule.days or 0
    return days > allowed or (rule.at_or_above and days == allowed)


EXPIRED = N_("The credit limit expired on {expiry}.")
GROUP_EXPIRED = N_("The credit limit of credit group {group} expired on {expiry}.")
BLANK = N_("The credit limit has no expiry date, and such limits count as expired.")

CONDITION = Condition(RuleKind.CREDIT_LIMIT_EXPIRED, beyond, reason, frozenset({ValueType.DAYS}))
