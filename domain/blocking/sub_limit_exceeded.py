"""Holds orders while one part of the exposure is above an amount of its own (OCA: sub-limits of a customer's risk).

The part is the payer's own figure, as its exposure shows it, in whatever is counted against its limit. Open orders
have the order in them; the other parts are what they are, since an order becomes them only later.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, ExposureCategory, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.exposure import Category, within_horizon
from domain.message import N_, Message
from domain.money import Money


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """The figure in the rule's currency against the rule's amount. Raises `RateMissing`."""
    assert rule.amount is not None
    figure = _figure(rule, situation)
    return figure > rule.amount or (rule.at_or_above and figure == rule.amount)


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says which part it is, and what it comes to."""
    assert rule.amount is not None
    assert rule.exposure_category is not None
    figure = _figure(rule, situation)
    sentence = WITH_ORDER if rule.exposure_category is ExposureCategory.OPEN_ORDERS else FIGURE
    return Message(sentence, {"category": rule.exposure_category, "figure": figure, "allowed": rule.amount})


def _figure(rule: BlockingRule, situation: Situation) -> Money:
    assert rule.amount is not None
    return situation.exchange.total(_parts(rule.exposure_category, situation), rule.amount.currency)


def _parts(category: ExposureCategory | None, situation: Situation) -> Iterable[Money]:
    match category:
        case None:
            return ()
        case ExposureCategory.OVERDUE:
            return situation.overdue
        case ExposureCategory.OPEN_ORDERS:
            return (*_kept(Category.OPEN_ORDERS, situation), *situation.adds)
    return _kept(Category(category.value), situation)


def _kept(category: Category, situation: Situation) -> Iterable[Money]:
    return (
        balance.amount
        for balance in situation.balances
        if balance.category is category and within_horizon(balance, situation.policy, situation.day)
    )


FIGURE = N_("{category}: {figure}; the threshold is {allowed}.")
WITH_ORDER = N_("{category}: {figure} with the order; the threshold is {allowed}.")

CONDITION = Condition(
    RuleKind.SUB_LIMIT_EXCEEDED, beyond, reason, frozenset({ValueType.AMOUNT, ValueType.EXPOSURE_CATEGORY})
)
