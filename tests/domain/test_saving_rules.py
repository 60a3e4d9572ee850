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
    DAYS,
    EXCLUDE,
    EXPIRED,
    LATE,
    LONG,
    NEW,
    ONE,
    ORDER,
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
