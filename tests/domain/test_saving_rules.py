"""Which blocking rules can be saved, and why others are refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from domain.blocking import BlockingRule
from domain.blocking.saving import rule_refusals
from domain.refusal import ErrorCode
from tests.domain.test_blocking import (
    ALL,
    BLOCK,
    COVERED,
    DAYS,
    DUNNED,
    EARLY,
    EXCLUDE,
    EXPIRED,
    LATE,
    LONG,
    NEW,
    OLD,
    ONE,
    ORDER,
    REVIEW,
    SHARE,
    SOME,
    STATUS,
    TERMS,
    USED,
    WARN,
    WATCHED,
)
from tests.domain.words import ACME, SOUTH, money, rule

GOOD = (
    rule(DAYS, BLOCK, ALL, days=0),
    rule(DAYS, EXCLUDE, ONE, days=10),
    rule(DAYS, WARN, ALL, days=10),
    rule(EXPIRED, BLOCK, SOME, days=5),
    rule(USED, BLOCK, SOME, percent=Decimal(120), risk_group=UUID(int=7)),
    rule(USED, EXCLUDE, SOME, percent=Decimal(50)),
    rule(ORDER, BLOCK, ALL, amount=money("0 SEK")),
    rule(STATUS, BLOCK, ALL, account_status=WATCHED),
    rule(STATUS, EXCLUDE, ONE, account_status=WATCHED),
    rule(LATE, BLOCK, ALL, amount=money("1 SEK"), percent=Decimal(0)),
    rule(NEW, BLOCK, ALL, amount=money("0 SEK"), days=90),
    rule(TERMS, BLOCK, ALL, payment_terms=LONG),
    rule(SHARE, BLOCK, ALL, days=30, percent=Decimal("99.99")),
    rule(SHARE, BLOCK, ALL, days=0, percent=Decimal(100), at_or_above=True),
    rule(SHARE, EXCLUDE, ONE, days=30, percent=Decimal(100)),
    rule(OLD, BLOCK, ALL, days=0, at_or_above=True),
    rule(OLD, EXCLUDE, ONE, days=100_000),
    rule(DUNNED, BLOCK, ALL, dunning_level=8),
    rule(DUNNED, BLOCK, ALL, dunning_level=9, at_or_above=True),
    rule(DUNNED, EXCLUDE, ONE, dunning_level=0),
    rule(REVIEW, BLOCK, ALL, days=36_500),
    rule(COVERED, BLOCK, ALL, days=0),
    rule(COVERED, EXCLUDE, ONE, days=0, at_or_above=True),
    rule(EARLY, WARN, ALL, percent=Decimal(80)),
    rule(EARLY, EXCLUDE, ONE, percent=Decimal(90)),
    rule(NEW, BLOCK, ALL, amount=money("0 SEK"), days=100_000),
    rule(DAYS, BLOCK, ALL, days=30, ignore_items_below=money("1 SEK"), minimum_items=2),
    rule(DAYS, EXCLUDE, ONE, days=30, ignore_items_below=money("1 SEK"), minimum_items=1),
    rule(STATUS, BLOCK, ALL, account_status=WATCHED, ignore_balance_below=money("1 SEK")),
    rule(STATUS, WARN, ALL, account_status=WATCHED, ignore_orders_below=money("1 SEK")),
    rule(ORDER, EXCLUDE, ONE, amount=money("1 SEK"), at_or_above=True),
)
BAD = [
    ("no threshold", rule(DAYS, BLOCK, ALL), ErrorCode.INVALID_VALUE, "days"),
    ("two thresholds", rule(DAYS, BLOCK, ALL, days=1, percent=Decimal(1)), ErrorCode.INVALID_VALUE, "days"),
    ("days where percent belongs", rule(USED, BLOCK, ALL, days=1), ErrorCode.INVALID_VALUE, "percent"),
    ("a block by amount", rule(DAYS, BLOCK, ALL, amount=money("1 SEK")), ErrorCode.INVALID_VALUE, "days"),
    ("no amount of an order", rule(ORDER, BLOCK, ALL), ErrorCode.INVALID_VALUE, "amount"),
    ("days of an order", rule(ORDER, EXCLUDE, ONE, days=1), ErrorCode.INVALID_VALUE, "amount"),
    (
        "orders of less than nothing",
        rule(ORDER, BLOCK, ALL, amount=money("-1 SEK")),
        ErrorCode.AMOUNT_NEGATIVE,
        "amount",
    ),
    (
        "an exclusion of orders below nothing",
        rule(ORDER, EXCLUDE, ONE, amount=money("0 SEK"), at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    ("no status", rule(STATUS, BLOCK, ALL), ErrorCode.INVALID_VALUE, "accountStatus"),
    (
        "a status where days belong",
        rule(DAYS, BLOCK, ALL, days=1, account_status=WATCHED),
        ErrorCode.INVALID_VALUE,
        "days",
    ),
    (
        "a status that is reached",
        rule(STATUS, BLOCK, ALL, account_status=WATCHED, at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    ("no terms", rule(TERMS, BLOCK, ALL, account_status=WATCHED), ErrorCode.INVALID_VALUE, "paymentTerms"),
    ("an amount without a share", rule(LATE, BLOCK, ALL, amount=money("1 SEK")), ErrorCode.INVALID_VALUE, "amount"),
    (
        "a negative share",
        rule(LATE, BLOCK, ALL, amount=money("1 SEK"), percent=Decimal(-1)),
        ErrorCode.INVALID_VALUE,
        "percent",
    ),
    ("new for no days", rule(NEW, BLOCK, ALL, amount=money("1 SEK"), days=0), ErrorCode.INVALID_VALUE, "days"),
    ("an amount without days", rule(NEW, BLOCK, ALL, amount=money("1 SEK")), ErrorCode.INVALID_VALUE, "amount"),
    ("a share without days", rule(SHARE, BLOCK, ALL, percent=Decimal(25)), ErrorCode.INVALID_VALUE, "days"),
    (
        "more than all is overdue",
        rule(SHARE, BLOCK, ALL, days=1, percent=Decimal(100)),
        ErrorCode.INVALID_VALUE,
        "percent",
    ),
    (
        "more than all is reached",
        rule(SHARE, WARN, ALL, days=1, percent=Decimal("100.01"), at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "percent",
    ),
    (
        "a share below nothing",
        rule(SHARE, EXCLUDE, ONE, days=1, percent=Decimal(0), at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    ("older than anything", rule(OLD, BLOCK, ALL, days=36_501), ErrorCode.INVALID_VALUE, "days"),
    ("later than anything", rule(DAYS, BLOCK, ALL, days=36_501), ErrorCode.INVALID_VALUE, "days"),
    ("expired for ever", rule(EXPIRED, WARN, ALL, days=36_501), ErrorCode.INVALID_VALUE, "days"),
    ("reviewed never", rule(REVIEW, BLOCK, ALL, days=36_501), ErrorCode.INVALID_VALUE, "days"),
    ("late for ever", rule(SHARE, BLOCK, ALL, days=36_501, percent=Decimal(1)), ErrorCode.INVALID_VALUE, "days"),
    ("above the highest level", rule(DUNNED, BLOCK, ALL, dunning_level=9), ErrorCode.INVALID_VALUE, "dunningLevel"),
    ("no such level", rule(DUNNED, BLOCK, ALL, dunning_level=10), ErrorCode.INVALID_VALUE, "dunningLevel"),
    ("a level below nothing", rule(DUNNED, BLOCK, ALL, dunning_level=-1), ErrorCode.INVALID_VALUE, "dunningLevel"),
    ("no level", rule(DUNNED, BLOCK, ALL), ErrorCode.INVALID_VALUE, "dunningLevel"),
    (
        "an exclusion below level 0",
        rule(DUNNED, EXCLUDE, ONE, dunning_level=0, at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    (
        "an exclusion of less than 0 days",
        rule(DAYS, EXCLUDE, ONE, days=0, at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    (
        "an exclusion of little overdue below nothing",
        rule(LATE, EXCLUDE, ONE, amount=money("0 SEK"), percent=Decimal(1), at_or_above=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    ("an early warning that holds", rule(EARLY, BLOCK, ALL, percent=Decimal(80)), ErrorCode.INVALID_VALUE, "type"),
    ("no percent of a warning", rule(EARLY, WARN, ALL, days=80), ErrorCode.INVALID_VALUE, "percent"),
    ("no days of covered terms", rule(COVERED, BLOCK, ALL, percent=Decimal(1)), ErrorCode.INVALID_VALUE, "days"),
    ("no days of a review", rule(REVIEW, BLOCK, ALL), ErrorCode.INVALID_VALUE, "days"),
    (
        "items of a kind that has none",
        rule(USED, BLOCK, ALL, percent=Decimal(1), ignore_items_below=money("1 SEK")),
        ErrorCode.INVALID_VALUE,
        "ignoreItemsBelow",
    ),
    (
        "a count of items of a kind that has none",
        rule(REVIEW, BLOCK, ALL, days=1, minimum_items=1),
        ErrorCode.INVALID_VALUE,
        "minimumItems",
    ),
    ("no items at all", rule(DAYS, BLOCK, ALL, days=1, minimum_items=0), ErrorCode.INVALID_VALUE, "minimumItems"),
    (
        "small orders of a rule for orders",
        rule(ORDER, BLOCK, ALL, amount=money("9 SEK"), ignore_orders_below=money("1 SEK")),
        ErrorCode.INVALID_VALUE,
        "ignoreOrdersBelow",
    ),
    (
        "an exclusion that spares small orders",
        rule(DAYS, EXCLUDE, ONE, days=1, ignore_orders_below=money("1 SEK")),
        ErrorCode.INVALID_VALUE,
        "ignoreOrdersBelow",
    ),
    (
        "an exclusion that spares small balances",
        rule(DAYS, EXCLUDE, ONE, days=1, ignore_balance_below=money("1 SEK")),
        ErrorCode.INVALID_VALUE,
        "ignoreBalanceBelow",
    ),
    ("negative days", rule(DAYS, BLOCK, ALL, days=-1), ErrorCode.INVALID_VALUE, "days"),
    ("negative percent", rule(USED, BLOCK, ALL, percent=Decimal(-1)), ErrorCode.INVALID_VALUE, "percent"),
    ("no customer", replace(rule(DAYS, BLOCK, ONE, days=1), customer=None), ErrorCode.INVALID_VALUE, "customer"),
    (
        "a customer and a group",
        rule(DAYS, BLOCK, ONE, days=1, credit_management_group=SOUTH),
        ErrorCode.INVALID_VALUE,
        "customer",
    ),
    (
        "a risk group without a group",
        rule(DAYS, BLOCK, SOME, days=1, credit_management_group=None, risk_group=UUID(int=7)),
        ErrorCode.INVALID_VALUE,
        "creditManagementGroup",
    ),
    ("all and a customer", rule(DAYS, BLOCK, ALL, days=1, customer=ACME), ErrorCode.INVALID_VALUE, "validFor"),
    ("a block that releases", rule(DAYS, BLOCK, ALL, days=1, release_all=True), ErrorCode.INVALID_VALUE, "releaseAll"),
    ("a warning that releases", rule(DAYS, WARN, ALL, days=1, release_all=True), ErrorCode.INVALID_VALUE, "releaseAll"),
    ("a warning by amount", rule(DAYS, WARN, ALL, amount=money("1 SEK")), ErrorCode.INVALID_VALUE, "days"),
    ("an exclusion with nothing wider", rule(DAYS, EXCLUDE, ALL, days=1), ErrorCode.INVALID_VALUE, "validFor"),
    (
        "an exclusion by amount that lifts nothing",
        rule(DAYS, EXCLUDE, ONE, amount=money("1 SEK")),
        ErrorCode.INVALID_VALUE,
        "releaseAll",
    ),
    (
        "an exclusion below nothing",
        rule(DAYS, EXCLUDE, ONE, amount=money("0 SEK"), at_or_above=True, release_all=True),
        ErrorCode.INVALID_VALUE,
        "atOrAbove",
    ),
    (
        "a negative amount",
        rule(DAYS, EXCLUDE, ONE, amount=money("-1 SEK"), release_all=True),
        ErrorCode.AMOUNT_NEGATIVE,
        "amount",
    ),
]


@pytest.mark.parametrize("good", GOOD)
def test_rules_that_can_be_meant_are_saved(good: BlockingRule) -> None:
    assert rule_refusals(good, confirmed=False) == ()


@pytest.mark.parametrize(("name", "bad", "code", "field"), BAD, ids=[row[0] for row in BAD])
def test_rules_that_cannot_be_meant_are_refused(name: str, bad: BlockingRule, code: ErrorCode, field: str) -> None:
    assert [(refusal.code, refusal.path) for refusal in rule_refusals(bad, confirmed=True)] == [(code, (field,))]


def test_decision_16_an_exclusion_that_waives_limits_needs_a_confirmation() -> None:
    releasing = rule(DAYS, EXCLUDE, ONE, days=10, release_all=True)
    assert [refusal.code for refusal in rule_refusals(releasing, confirmed=False)] == [ErrorCode.CONFIRMATION_REQUIRED]
    assert rule_refusals(releasing, confirmed=True) == ()
