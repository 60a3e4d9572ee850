"""Blocking rules: kind by kind, narrow before wide, blocking before exclusion."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest

from domain.blocking import POLICY, BlockingRule, Coded, ExposureCategory, RuleKind, RuleType, ValidFor
from domain.check import CreditOutcome, Facts, check
from domain.exposure import Balance, Category
from domain.limits import LimitTerms
from tests.domain.words import (
    ACME,
    HEALTHY,
    SOUTH,
    covered,
    customer,
    days,
    debt,
    group,
    itemized,
    money,
    normal,
    order,
    owes,
    policy,
    rule,
    with_customer,
)

DAYS, USED, EXPIRED = RuleKind.OVERDUE_DAYS, RuleKind.CREDIT_LIMIT_USED, RuleKind.CREDIT_LIMIT_EXPIRED
ORDER, STATUS, TERMS = RuleKind.ORDER_AMOUNT, RuleKind.ACCOUNT_STATUS, RuleKind.PAYMENT_TERMS
LATE, NEW = RuleKind.OVERDUE_AMOUNT, RuleKind.NEW_CUSTOMER_AMOUNT
SHARE, OLD, DUNNED = RuleKind.OVERDUE_PERCENT, RuleKind.OLDEST_OPEN_ITEM, RuleKind.DUNNING_LEVEL
REVIEW, EARLY, COVERED = RuleKind.REVIEW_DUE, RuleKind.EARLY_WARNING, RuleKind.COLLATERAL_TERMS
PART = RuleKind.SUB_LIMIT_EXCEEDED
WATCHED, LONG = Coded(UUID(int=500), "WATCH"), Coded(UUID(int=510), "N120")
BLOCK, WARN, EXCLUDE = RuleType.BLOCK, RuleType.WARN, RuleType.EXCLUDE
ONE, SOME, ALL = ValidFor.CUSTOMER, ValidFor.GROUP, ValidFor.ALL
ABOVE_61 = rule(DAYS, BLOCK, ALL, days=61)


def held(*rules: BlockingRule, overdue: int = 0, owed: str = "600 SEK", asked: str = "1 SEK") -> bool:
    facts = Facts(customer(normal("10,000 SEK"), balances=(owes(owed, overdue),)), rules=rules)
    return check(facts, order(asked)).outcome is CreditOutcome.HELD


@pytest.mark.parametrize(
    ("name", "rules", "overdue", "expected"),
    [
        ("D365 example 1", (ABOVE_61, rule(DAYS, EXCLUDE, ONE, days=100)), 50, False),
        ("D365 example 1", (ABOVE_61, rule(DAYS, EXCLUDE, ONE, days=100)), 80, False),
        ("D365 example 1", (ABOVE_61, rule(DAYS, EXCLUDE, ONE, days=100)), 120, True),
        ("D365 example 1, somebody else", (ABOVE_61,), 80, True),
        ("D365 example 2, no release", (ABOVE_61, rule(DAYS, EXCLUDE, ONE, amount=money("1,000 SEK"))), 80, True),
        (
            "D365 example 2, with release",
            (ABOVE_61, rule(DAYS, EXCLUDE, ONE, amount=money("1,000 SEK"), release_all=True)),
            80,
            False,
        ),
        (
            "same level: blocking first",
            (rule(DAYS, BLOCK, SOME, days=30), rule(DAYS, EXCLUDE, SOME, days=90)),
            45,
            True,
        ),
        ("a narrower block stands", (rule(DAYS, BLOCK, ONE, days=30), rule(DAYS, EXCLUDE, SOME, days=90)), 45, True),
        (
            "an exclusion lifts wider levels",
            (rule(DAYS, BLOCK, SOME, days=30), rule(DAYS, EXCLUDE, ONE, days=90)),
            45,
            False,
        ),
        (
            "an exclusion for all lifts nothing",
            (rule(DAYS, BLOCK, ALL, days=30), rule(DAYS, EXCLUDE, ALL, days=90)),
            45,
            True,
        ),
        ("another kind is not lifted", (ABOVE_61, rule(USED, EXCLUDE, ONE, percent=Decimal(99))), 80, True),
        ("several blocks: any", (rule(DAYS, BLOCK, ALL, days=90), rule(DAYS, BLOCK, ALL, days=30)), 45, True),
    ],
)
def test_decision_16_levels_and_exclusions(
    name: str, rules: tuple[BlockingRule, ...], overdue: int, expected: bool
) -> None:
    for order_of_loading in permutations(rules):
        assert held(*order_of_loading, overdue=overdue) is expected


def test_an_exclusion_by_amount_compares_the_total_overdue() -> None:
    exclusion = rule(DAYS, EXCLUDE, ONE, amount=money("1,000 SEK"), release_all=True)
    assert not held(ABOVE_61, exclusion, overdue=80, owed="1,000 SEK")
    assert held(ABOVE_61, exclusion, overdue=80, owed="1,000.01 SEK")
    below = replace(exclusion, at_or_above=True)
    assert held(ABOVE_61, below, overdue=80, owed="1,000 SEK")
    assert not held(ABOVE_61, below, overdue=80, owed="999.99 SEK")
    in_euro = replace(exclusion, amount=money("100 EUR"))
    assert not held(ABOVE_61, in_euro, overdue=80, owed="1,150 SEK")
    assert held(ABOVE_61, in_euro, overdue=80, owed="1,151 SEK")


@pytest.mark.parametrize("kind", [condition.kind for condition in POLICY if not condition.equals])
def test_decision_8_strictly_above_blocks_and_equal_only_when_the_rule_says_so(kind: RuleKind) -> None:
    edge = {
        DAYS: (with_customer(balances=(owes("1 SEK", 30),)), {"days": 30}),
        USED: (with_customer(balances=(owes("79,999 SEK"),)), {"percent": Decimal(80)}),
        EXPIRED: (with_customer(terms=LimitTerms((normal("100,000 SEK", until=days(-30)),))), {"days": 30}),
        ORDER: (HEALTHY, {"amount": money("1 SEK")}),
        NEW: (with_customer(customer_since=days(-9)), {"amount": money("1 SEK"), "days": 10}),
        LATE: (
            with_customer(balances=(owes("49,999 SEK", 1),)),
            {"amount": money("49,999 SEK"), "percent": Decimal(50)},
        ),
        SHARE: (with_customer(balances=(owes("25 SEK", 31), owes("75 SEK", 30))), {"days": 30, "percent": Decimal(25)}),
        OLD: (Facts(itemized(debt("1 SEK", -60, 30))), {"days": 30}),
        DUNNED: (Facts(itemized(debt("1 SEK", 30, level=2))), {"dunning_level": 2}),
        REVIEW: (with_customer(next_review_date=days(-30)), {"days": 30}),
        COVERED: (covered(60, 90), {"days": 30}),
        EARLY: (with_customer(balances=(owes("79,999 SEK"),)), {"percent": Decimal(80)}),
        PART: (
            with_customer(balances=(owes("5 SEK", 1),)),
            {"amount": money("5 SEK"), "exposure_category": ExposureCategory.RECEIVABLES},
        ),
    }
    facts, threshold = edge[kind]
    strict = rule(kind, WARN if kind is EARLY else BLOCK, ALL, **threshold)
    assert check(replace(facts, rules=(strict,)), order("1 SEK")).outcome is CreditOutcome.PASSED
    loose = check(replace(facts, rules=(replace(strict, at_or_above=True),)), order("1 SEK"))
    assert [reason.code.value for reason in loose.reasons] == [kind.value]


@pytest.mark.parametrize("stands", [Category.OPEN_ORDERS, Category.HELD_ORDERS])
def test_what_is_prepaid_of_an_order_is_no_part_of_the_open_orders(stands: Category) -> None:
    """As the exposure shows it once the order counts: 70 of 100, of which 30 are paid in advance."""
    taken = (Balance(stands, money("70 SEK")), Balance(Category.UNAPPLIED, money("30 SEK")))
    received = Balance(Category.UNAPPLIED, money("-30 SEK"))
    part = rule(PART, BLOCK, ALL, amount=money("70 SEK"), exposure_category=ExposureCategory.OPEN_ORDERS)
    facts = Facts(customer(normal("100 SEK"), balances=(*taken, received)), rules=(part,))
    assert check(facts, order("100 SEK", counted=taken)).outcome is CreditOutcome.PASSED
    assert check(facts, order("100.01 SEK", counted=taken)).reasons[-1].code.value == PART.value


def test_the_percentage_compares_exactly_not_as_it_is_shown() -> None:
    facts = Facts(customer(normal("30,000.00 SEK")), rules=(rule(USED, BLOCK, ALL, percent=Decimal("33.33")),))
    assert check(facts, order("9,999 SEK")).outcome is CreditOutcome.PASSED
    decision = check(facts, order("9,999.01 SEK"))
    assert decision.outcome is CreditOutcome.HELD
    assert decision.tests[0].used_percent == Decimal("33.33")


def test_anything_used_of_a_limit_of_nothing_is_above_every_percentage_and_nothing_is_not() -> None:
    facts = Facts(customer(normal("0 SEK")), rules=(rule(USED, BLOCK, ALL, percent=Decimal(500), at_or_above=True),))
    assert check(facts, order("0 SEK")).outcome is CreditOutcome.PASSED
    both = check(facts, order("1 SEK"))
    assert [reason.code.value for reason in both.reasons] == ["CREDIT_LIMIT_EXCEEDED", "CREDIT_LIMIT_USED"]
    assert both.reasons[1].message.values == {"used": money("1.00 SEK"), "limit": money("0 SEK")}


def test_dynamics_112_an_order_above_the_amount_is_held_in_whatever_currency_it_comes() -> None:
    above = rule(ORDER, BLOCK, ALL, amount=money("1,150 SEK"))
    assert not held(above, asked="1,150 SEK")
    assert held(above, asked="1,150.01 SEK")
    assert not held(above, asked="100 EUR")
    assert held(above, asked="100.01 EUR")
    decision = check(Facts(customer(normal("10,000 SEK")), rules=(above,)), order("101 EUR"))
    assert [reason.code.value for reason in decision.reasons] == ["ORDER_AMOUNT"]
    assert decision.explanation.values == {"amount": money("101 EUR"), "allowed": money("1,150 SEK")}


def test_dynamics_112_a_customer_may_order_for_more_than_all_others() -> None:
    rules = (rule(ORDER, BLOCK, ALL, amount=money("1,000 SEK")), rule(ORDER, EXCLUDE, ONE, amount=money("2,000 SEK")))
    for loaded in (rules, rules[::-1]):
        assert not held(*loaded, asked="2,000 SEK")
        assert held(*loaded, asked="2,000.01 SEK")


def test_dynamics_112_a_customer_with_the_status_of_a_rule_is_held_before_limits_are_named() -> None:
    watched = rule(STATUS, BLOCK, ALL, account_status=WATCHED)
    facts = Facts(customer(normal("10 SEK"), account_status=WATCHED.id), rules=(watched,))
    decision = check(facts, order("1 SEK"))
    assert [reason.code.value for reason in decision.reasons] == ["ACCOUNT_STATUS"]
    assert decision.explanation.values == {"status": "WATCH"}
    both = check(facts, order("11 SEK"))
    assert [reason.code.value for reason in both.reasons] == ["ACCOUNT_STATUS", "CREDIT_LIMIT_EXCEEDED"]
    for other in (None, UUID(int=501)):
        assert check(with_customer(facts, account_status=other), order("1 SEK")).outcome is CreditOutcome.PASSED


def test_an_exclusion_by_status_lifts_the_block_of_that_status_only() -> None:
    block, lifts = rule(STATUS, BLOCK, ALL, account_status=WATCHED), rule(STATUS, EXCLUDE, ONE, account_status=WATCHED)
    facts = Facts(customer(normal("10 SEK"), account_status=WATCHED.id), rules=(block, lifts))
    assert check(facts, order("1 SEK")).outcome is CreditOutcome.PASSED
    of_another = replace(lifts, account_status=Coded(UUID(int=501), "NEW"))
    assert check(replace(facts, rules=(block, of_another)), order("1 SEK")).outcome is CreditOutcome.HELD
    releases = replace(of_another, release_all=True)
    assert check(replace(facts, rules=(block, releases)), order("1 SEK")).outcome is CreditOutcome.HELD
    releases = replace(lifts, release_all=True)
    assert check(replace(facts, rules=(block, releases)), order("11 SEK")).outcome is CreditOutcome.EXEMPT


def test_dynamics_112_an_order_has_its_own_payment_terms_or_else_its_payers() -> None:
    facts = Facts(customer(normal("10 SEK")), rules=(rule(TERMS, BLOCK, ALL, payment_terms=LONG),))
    decision = check(facts, order("1 SEK", payment_terms=LONG.id))
    assert [reason.code.value for reason in decision.reasons] == ["PAYMENT_TERMS"]
    assert decision.explanation.values == {"terms": "N120"}
    assert check(facts, order("1 SEK")).outcome is CreditOutcome.PASSED
    usual = with_customer(facts, payment_terms=LONG.id)
    assert check(usual, order("1 SEK")).outcome is CreditOutcome.HELD
    assert check(usual, order("1 SEK", payment_terms=UUID(int=511))).outcome is CreditOutcome.PASSED


def test_dynamics_23_much_overdue_holds_once_much_of_the_groups_limit_is_used() -> None:
    rules = (rule(LATE, BLOCK, ALL, amount=money("3,000 SEK"), percent=Decimal(70)),)
    overdue = (owes("4,000 SEK", 10),)
    facts = Facts(customer(balances=overdue), group(normal("10,000 SEK"), balances=overdue), rules)
    assert check(facts, order("2,000 SEK")).outcome is CreditOutcome.PASSED, "60 % is used"
    assert check(facts, order("3,000 SEK")).outcome is CreditOutcome.PASSED, "70 % is used"
    decision = check(facts, order("4,000 SEK"))
    assert [reason.code.value for reason in decision.reasons] == ["OVERDUE_AMOUNT"]
    assert decision.explanation.values["overdue"] == money("4,000.00 SEK")
    assert decision.explanation.values["used"] == money("8,000.00 SEK")
    little = replace(rules[0], amount=money("4,000 SEK"))
    assert check(replace(facts, rules=(little,)), order("6,000 SEK")).outcome is CreditOutcome.PASSED


def test_an_exclusion_lets_either_part_of_what_is_overdue_be_small() -> None:
    block = rule(LATE, BLOCK, ALL, amount=money("0 SEK"), percent=Decimal(0))
    lifts = rule(LATE, EXCLUDE, ONE, amount=money("500 SEK"), percent=Decimal(20))
    for overdue, asked, expected in (("500", "9,000", False), ("501", "1,499", False), ("501", "1,500", True)):
        assert held(block, lifts, overdue=1, owed=f"{overdue} SEK", asked=f"{asked} SEK") is expected
    assert held(block, overdue=1, owed="1 SEK")
    assert not held(replace(block, at_or_above=True), overdue=0, owed="1 SEK"), "nothing is overdue"


def test_where_nothing_is_limited_no_share_of_it_is_used() -> None:
    late = customer(terms=LimitTerms((), unlimited=True), balances=(owes("500 SEK", 5),))
    facts = Facts(late, rules=(rule(LATE, BLOCK, ALL, amount=money("1 SEK"), percent=Decimal(0)),))
    assert check(facts, order("1 SEK")).outcome is CreditOutcome.PASSED


def test_a_warning_says_what_a_block_says_and_holds_nothing() -> None:
    rules = (rule(DAYS, WARN, ALL, days=30), rule(ORDER, WARN, ALL, amount=money("100 SEK")))
    facts = Facts(customer(normal("1,000 SEK"), balances=(owes("1 SEK", 31),)), rules=rules)
    warned = check(facts, order("101 SEK"))
    assert warned.outcome is CreditOutcome.WARNED
    assert [reason.code.value for reason in warned.reasons] == ["OVERDUE_DAYS", "ORDER_AMOUNT"]
    assert warned.reasons[0].message.values == {"days": 31, "allowed": 30}
    assert warned.explanation.values == {"amount": money("101 SEK"), "count": 2}
    assert len(check(facts, order("100 SEK")).reasons) == 1
    exceeded = check(facts, order("1,000 SEK"))
    assert exceeded.outcome is CreditOutcome.HELD
    assert [reason.code.value for reason in exceeded.reasons] == ["CREDIT_LIMIT_EXCEEDED"], "only what holds"


def test_an_exclusion_lifts_a_warning_at_wider_levels() -> None:
    late = customer(normal("10 SEK"), balances=(owes("1 SEK", 45),))
    warning, block = rule(DAYS, WARN, ALL, days=30), rule(DAYS, BLOCK, ALL, days=60)
    assert check(Facts(late, rules=(warning, block)), order("1 SEK")).outcome is CreditOutcome.WARNED
    for days_, outcome in ((45, CreditOutcome.PASSED), (44, CreditOutcome.WARNED)):
        lifts = rule(DAYS, EXCLUDE, ONE, days=days_)
        assert check(Facts(late, rules=(warning, block, lifts)), order("1 SEK")).outcome is outcome


def test_sap_a_customer_is_new_for_its_first_days_and_not_when_nobody_knows_since_when() -> None:
    facts = Facts(customer(normal("100 SEK")), rules=(rule(NEW, BLOCK, ALL, amount=money("10 SEK"), days=10),))
    for since, asked, outcome in (
        (days(-9), "10.01 SEK", CreditOutcome.HELD),
        (days(-9), "10 SEK", CreditOutcome.PASSED),
        (days(-10), "10.01 SEK", CreditOutcome.PASSED),
        (days(3), "10.01 SEK", CreditOutcome.HELD),
        (None, "10.01 SEK", CreditOutcome.PASSED),
    ):
        decision = check(with_customer(facts, customer_since=since), order(asked))
        assert decision.outcome is outcome, (since, asked)
    held = check(with_customer(facts, customer_since=days(-9)), order("11 SEK"))
    assert held.explanation.values == {"amount": money("11 SEK"), "allowed": money("10 SEK"), "last": days(0)}
    lifts = rule(NEW, EXCLUDE, ONE, amount=money("20 SEK"), days=10)
    both = with_customer(replace(facts, rules=(*facts.rules, lifts)), customer_since=days(-9))
    assert check(both, order("20 SEK")).outcome is CreditOutcome.PASSED
    assert check(both, order("20.01 SEK")).outcome is CreditOutcome.HELD


def test_nothing_overdue_is_never_overdue_even_from_zero_days() -> None:
    assert not held(rule(DAYS, BLOCK, ALL, days=0, at_or_above=True), overdue=0)
    assert held(rule(DAYS, BLOCK, ALL, days=0), overdue=1)


def test_unlimited_credit_has_no_figure_that_an_exclusion_could_release() -> None:
    releasing = rule(USED, EXCLUDE, ONE, percent=Decimal(100), release_all=True)
    facts = Facts(
        customer(terms=LimitTerms((), unlimited=True), balances=(owes("1 SEK", 90),)), rules=(ABOVE_61, releasing)
    )
    assert check(facts, order("1 SEK")).outcome is CreditOutcome.HELD


@pytest.mark.parametrize(
    ("scope", "concerned"),
    [
        ({"valid_for": ONE, "customer": ACME}, True),
        ({"valid_for": ONE, "customer": UUID(int=9)}, False),
        ({"valid_for": SOME, "credit_management_group": SOUTH}, True),
        ({"valid_for": SOME, "credit_management_group": UUID(int=9)}, False),
        ({"valid_for": SOME, "credit_management_group": SOUTH, "risk_group": UUID(int=7)}, True),
        ({"valid_for": SOME, "credit_management_group": SOUTH, "risk_group": UUID(int=8)}, False),
        ({"valid_for": ALL}, True),
    ],
)
def test_whom_a_rule_concerns(scope: dict[str, object], concerned: bool) -> None:
    late = customer(normal("100 SEK"), balances=(owes("1 SEK", 90),), risk_group=UUID(int=7))
    facts = Facts(late, rules=(BlockingRule(UUID(int=1), DAYS, BLOCK, days=61, **scope),))
    assert (check(facts, order("1 SEK")).outcome is CreditOutcome.HELD) is concerned


def test_the_reason_names_the_strictest_rule_whichever_was_loaded_first() -> None:
    rules = (rule(DAYS, BLOCK, ALL, days=60), rule(DAYS, BLOCK, ALL, days=30))
    for loaded in (rules, rules[::-1]):
        facts = Facts(customer(normal("100 SEK"), balances=(owes("1 SEK", 90),)), rules=loaded)
        assert check(facts, order("1 SEK")).reasons[0].message.values == {"days": 90, "allowed": 30}


def test_the_policy_holds_every_kind_once() -> None:
    assert [condition.kind for condition in POLICY] == list(RuleKind)


def test_a_customers_insurance_does_not_change_what_a_rule_looks_at() -> None:
    terms = LimitTerms((normal("100 SEK"),), (policy("200 SEK", "50"),))
    facts = Facts(customer(terms=terms), rules=(rule(USED, BLOCK, ALL, percent=Decimal(50)),))
    assert check(facts, order("100 SEK")).outcome is CreditOutcome.PASSED, "50 % of 200"
