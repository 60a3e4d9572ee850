"""Blocking rules: one file per kind, and the order in which they are asked.

Kind by kind; within a kind from narrow to wide, customer → credit management group → all; at each level blocking before
exclusion. An exclusion lifts only blocks of its own kind and value type, and only at wider levels (D365 since 10.0.21).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from domain.blocking import (
    account_status,
    collateral_terms,
    credit_limit_expired,
    credit_limit_used,
    dunning_level,
    early_warning,
    new_customer_amount,
    oldest_open_item,
    order_amount,
    overdue_amount,
    overdue_days,
    overdue_percent,
    payment_terms,
    review_due,
    sub_limit_exceeded,
)
from domain.blocking.condition import Condition
from domain.blocking.rule import BlockingRule, Coded, ExposureCategory, RuleKind, RuleType, ValidFor, ValueType
from domain.blocking.situation import Expiry, Situation, Used
from domain.message import Message

__all__ = [
    "POLICY",
    "BlockingRule",
    "Coded",
    "Condition",
    "Expiry",
    "ExposureCategory",
    "RuleKind",
    "RuleType",
    "Situation",
    "Used",
    "ValidFor",
    "ValueType",
    "blocks",
    "exempts",
    "matches",
    "warns",
]

POLICY: tuple[Condition, ...] = (
    account_status.CONDITION,
    sub_limit_exceeded.CONDITION,
    credit_limit_expired.CONDITION,
    credit_limit_used.CONDITION,
    overdue_days.CONDITION,
    overdue_amount.CONDITION,
    overdue_percent.CONDITION,
    oldest_open_item.CONDITION,
    order_amount.CONDITION,
    new_customer_amount.CONDITION,
    payment_terms.CONDITION,
    dunning_level.CONDITION,
    review_due.CONDITION,
    collateral_terms.CONDITION,
    early_warning.CONDITION,
)
"""Most serious first. A new kind of rule is a file beside this one and a line here."""


def exempts(rules: Iterable[BlockingRule], situation: Situation) -> BlockingRule | None:
    """The exclusion that releases the order from everything, limits included, whatever its kind and level."""
    releasing = [r for r in rules if r.type is RuleType.EXCLUDE and r.release_all and concerns(r, situation)]
    conditions = {condition.kind: condition for condition in POLICY}
    return next((r for r in _in_order(releasing) if conditions[r.kind].met(r, situation)), None)


def blocks(rules: Iterable[BlockingRule], situation: Situation) -> tuple[tuple[BlockingRule, Message], ...]:
    """Of every kind, the first rule that holds the order, with its reason."""
    return _found(RuleType.BLOCK, rules, situation)


def warns(rules: Iterable[BlockingRule], situation: Situation) -> tuple[tuple[BlockingRule, Message], ...]:
    """Of every kind, the first rule that warns of the order, with its reason. They are asked as blocks are."""
    rules = tuple(rules)
    return _found(RuleType.WARN, rules, situation) if any(rule.type is RuleType.WARN for rule in rules) else ()


def _found(
    wanted: RuleType, rules: Iterable[BlockingRule], situation: Situation
) -> tuple[tuple[BlockingRule, Message], ...]:
    concerned = _in_order(rule for rule in rules if concerns(rule, situation))
    found = ((condition, _first(wanted, condition, concerned, situation)) for condition in POLICY)
    return tuple((rule, condition.reason(rule, situation)) for condition, rule in found if rule is not None)


def concerns(rule: BlockingRule, situation: Situation) -> bool:
    """Is the rule for this customer: by name, by its credit management group (and risk group), or for all?"""
    if rule.valid_for is ValidFor.CUSTOMER:
        return rule.customer == situation.customer
    if rule.valid_for is ValidFor.GROUP:
        same_group = rule.credit_management_group == situation.credit_management_group
        return same_group and rule.risk_group in (None, situation.risk_group)
    return True


def matches(rule: BlockingRule, situation: Situation) -> bool:
    """Is the rule for this customer, and is its condition met? One that does not match decides nothing."""
    condition = next(one for one in POLICY if one.kind is rule.kind)
    return concerns(rule, situation) and condition.met(rule, situation)


def _first(
    wanted: RuleType, condition: Condition, rules: Iterable[BlockingRule], situation: Situation
) -> BlockingRule | None:
    """The walk through one kind: level by level, blocking before exclusion."""
    of_kind = [rule for rule in rules if rule.kind is condition.kind]
    lifted: set[tuple[frozenset[ValueType], ExposureCategory | None]] = set()
    for level in ValidFor:
        here = [rule for rule in of_kind if rule.valid_for is level]
        for rule in here:
            if rule.type is wanted and rule.lifts not in lifted and condition.met(rule, situation):
                return rule
        for rule in here:
            if rule.type is RuleType.EXCLUDE and condition.met(rule, situation):
                lifted.add(rule.lifts)
    return None


def _in_order(rules: Iterable[BlockingRule]) -> list[BlockingRule]:
    """Strictest first, so that a decision never depends on the order in which rules were loaded."""

    def strictness(rule: BlockingRule) -> tuple[int, Decimal, Decimal, int, str]:
        amount = rule.amount.amount if rule.amount else Decimal(0)
        return rule.days or 0, rule.percent or Decimal(0), amount, rule.dunning_level or 0, rule.id.hex

    return sorted(rules, key=strictness)
