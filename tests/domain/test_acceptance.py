"""The seed of the project and the acceptance cases of other systems, by their numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.blocking import RuleKind, RuleType, ValidFor
from domain.check import Checkpoint, CreditOutcome, Decision, Facts, Order, check
from domain.exposure import Balance, Category, CountingPolicy
from domain.limits import LimitTerms
from domain.release import Release
from tests.domain.words import (
    ACME,
    GROUP,
    TODAY,
    customer,
    days,
    group,
    money,
    normal,
    order,
    ordered,
    owes,
    policy,
    rule,
    temporary,
    with_customer,
)

ORDER = order("50,000 SEK")
HELD, PASSED = CreditOutcome.HELD, CreditOutcome.PASSED
EXEMPT, NOT_CHECKED, WARNED = CreditOutcome.EXEMPT, CreditOutcome.NOT_CHECKED, CreditOutcome.WARNED


def codes(decision: Decision) -> list[str]:
    return [reason.code.value for reason in decision.reasons]


def seed() -> Facts:
    return Facts(customer(normal("100,000 SEK")), group(normal("1,000,000 SEK"), balances=(ordered("500,000 SEK"),)))


def test_ac08_the_group_has_room_the_customer_has_not() -> None:
    decision = check(seed(), order("110,000 SEK"))
    assert decision.outcome is HELD
    assert codes(decision) == ["CREDIT_LIMIT_EXCEEDED"]
    group_test, customer_test = decision.tests
    assert (group_test.holder, group_test.passed, group_test.available) == (
        ("credit_group", GROUP),
        True,
        money("500,000.00 SEK"),
    )
    assert (customer_test.holder, customer_test.passed, customer_test.excess) == (
        ("customer", ACME),
        False,
        money("10,000.00 SEK"),
    )
    assert customer_test.used_percent == Decimal("110.00")
    assert decision.explanation.values["amount"] == money("110,000 SEK")
    assert decision.explanation.values["available"] == money("100,000.00 SEK")
    assert decision.explanation.values["excess"] == money("10,000.00 SEK")


def test_ac08_with_a_temporary_limit_it_passes() -> None:
    entries = (normal("100,000 SEK"), temporary("120,000 SEK", TODAY, TODAY))
    assert check(with_customer(seed(), terms=LimitTerms(entries)), order("110,000 SEK")).outcome is PASSED


@pytest.mark.parametrize(
    ("case", "terms", "largest", "reason"),
    [
        ("AC-01", LimitTerms((normal("10,000 SEK"),)), "10,000 SEK", "CREDIT_LIMIT_EXCEEDED"),
        ("AC-02", LimitTerms((normal("20,000 SEK"),)), "15,000 SEK", "GROUP_LIMIT_EXCEEDED"),
        ("AC-05", LimitTerms(()), "15,000 SEK", "GROUP_LIMIT_EXCEEDED"),
        ("mandatory", LimitTerms((), mandatory=True), "0 SEK", "CREDIT_LIMIT_EXCEEDED"),
        ("a real zero", LimitTerms((normal("0 SEK"),)), "0 SEK", "CREDIT_LIMIT_EXCEEDED"),
    ],
)
def test_ac01_02_05_the_smaller_of_group_and_customer_decides(
    case: str, terms: LimitTerms, largest: str, reason: str
) -> None:
    facts = Facts(customer(terms=terms), group(normal("15,000 SEK")))
    assert check(facts, order(largest)).outcome is PASSED
    above = Order(replace(money(largest), amount=money(largest).amount + Decimal("0.01")))
    assert codes(check(facts, above)) == [reason]


def test_ac04_unlimited_skips_both_limits_but_not_the_other_rules() -> None:
    terms = LimitTerms((normal("0 SEK"),), unlimited=True)
    facts = Facts(customer(terms=terms), group(normal("15,000 SEK"), balances=(owes("15,000 SEK"),)))
    decision = check(facts, order("1,000,000 SEK"))
    assert decision.outcome is PASSED
    assert [(test.passed, test.limit, test.available) for test in decision.tests] == [(True, None, None)] * 2
    late = replace(
        with_customer(facts, balances=(owes("1 SEK", overdue=2),)),
        rules=(rule(RuleKind.OVERDUE_DAYS, RuleType.BLOCK, ValidFor.ALL, days=1),),
    )
    assert codes(check(late, order("1 SEK"))) == ["OVERDUE_DAYS"]


def test_ac06_insurance_adds_to_the_limit() -> None:
    terms = LimitTerms((normal("100,000 SEK"),), (policy("50,000 SEK", "50"),))
    assert check(Facts(customer(terms=terms)), order("125,000 SEK")).outcome is PASSED
    assert check(Facts(customer(terms=terms)), order("125,000.01 SEK")).outcome is HELD


@pytest.mark.parametrize(
    ("case", "limit", "owed", "asked", "outcome"),
    [
        ("AC-17 ok", "200 SEK", "100 SEK", "1 SEK", PASSED),
        ("AC-17 equal", "200 SEK", "100 SEK", "100 SEK", PASSED),
        ("AC-17 above", "200 SEK", "100 SEK", "150 SEK", HELD),
        ("AC-53", "50,000 SEK", "48,000 SEK", "5,000 SEK", HELD),
        ("AC-16 limit 0", "0 SEK", "100 SEK", "1 SEK", HELD),
    ],
)
def test_ac16_17_53_strictly_above_blocks(case: str, limit: str, owed: str, asked: str, outcome: CreditOutcome) -> None:
    assert check(Facts(customer(normal(limit), balances=(owes(owed),))), order(asked)).outcome is outcome


def test_ac15_a_blank_limit_outside_a_group_is_no_credit_unless_the_company_says_otherwise() -> None:
    owing = (owes("100 SEK"),)
    assert check(Facts(customer(balances=owing)), order("1 SEK")).outcome is HELD
    lenient = LimitTerms((), unset_means_unlimited=True)
    assert check(Facts(customer(terms=lenient, balances=owing)), order("1 SEK")).outcome is PASSED
    in_group = Facts(customer(terms=lenient, balances=owing), group(normal("0 SEK")))
    assert codes(check(in_group, order("1 SEK"))) == ["GROUP_LIMIT_EXCEEDED"], "in a group the group decides"


def test_ac33_a_limit_in_one_currency_and_an_order_in_another() -> None:
    facts = Facts(customer(normal("100 EUR"), currency="EUR"))
    decision = check(facts, order("101 PLN"))
    assert decision.outcome is PASSED
    assert decision.tests[0].amount == money("23.76 EUR")
    assert [(r.from_, r.to, r.rate) for r in decision.tests[0].rates] == [("EUR", "PLN", Decimal("4.25"))]


def test_ac37_an_order_at_two_to_one() -> None:
    facts = Facts(customer(normal("50 EUR"), currency="EUR"))
    assert check(facts, order("45 USD")).tests[0].amount == money("22.50 EUR")
    assert check(facts, order("45 USD")).outcome is PASSED
    assert check(facts, order("110 USD")).tests[0].excess == money("5.00 EUR")


def test_ac55_orders_beyond_the_horizon_do_not_count() -> None:
    balances = (owes("500 SEK"), ordered("700 SEK", ships_in=20))
    horizon = customer(normal("1,000 SEK"), balances=balances, policy=CountingPolicy(order_horizon_days=10))
    soon = order("400 SEK", ship_date=days(5))
    decision = check(Facts(horizon), soon)
    assert decision.outcome is PASSED
    assert decision.tests[0].exposure + decision.tests[0].amount == money("900.00 SEK")
    assert check(Facts(replace(horizon, policy=CountingPolicy())), soon).tests[0].excess == money("600.00 SEK")
    later = order("9,999 SEK", ship_date=days(11))
    assert check(Facts(horizon), later).outcome is PASSED, "it is tested when it comes nearer"
    assert check(Facts(horizon), replace(later, checkpoint=Checkpoint.PACKING_SLIP)).outcome is HELD


@pytest.mark.parametrize(("by", "outcome"), [(50, PASSED), (80, PASSED), (100, PASSED), (101, HELD)])
def test_ac56_a_group_exclusion_lifts_the_block_for_all_up_to_its_days(by: int, outcome: CreditOutcome) -> None:
    rules = (
        rule(RuleKind.OVERDUE_DAYS, RuleType.BLOCK, ValidFor.ALL, days=61),
        rule(RuleKind.OVERDUE_DAYS, RuleType.EXCLUDE, ValidFor.GROUP, days=100),
    )
    owing = (owes("10 SEK", overdue=by),)
    member = Facts(customer(normal("100 SEK"), balances=owing), rules=rules)
    assert check(member, order("1 SEK")).outcome is outcome
    other = with_customer(member, credit_management_group=None)
    assert check(other, order("1 SEK")).outcome is (HELD if by > 61 else PASSED)


@pytest.mark.parametrize(("day", "outcome"), [(2, NOT_CHECKED), (3, NOT_CHECKED), (4, HELD)])
def test_ac59_grace_days_count_from_the_release(day: int, outcome: CreditOutcome) -> None:
    released = replace(ORDER, release=Release(money("50,000 SEK"), days(0)))
    over = with_customer(terms=LimitTerms((normal("1 SEK"),)))
    later = with_customer(over, day=days(day - 1), grace_days={Checkpoint.CONFIRMATION: 2})
    assert check(later, released).outcome is outcome


def test_ac64_limit_and_overdue_are_both_listed() -> None:
    late = Facts(
        customer(normal("100 SEK"), balances=(owes("100 SEK", overdue=40),)),
        rules=(rule(RuleKind.OVERDUE_DAYS, RuleType.BLOCK, ValidFor.ALL, days=30),),
    )
    assert codes(check(late, order("1 SEK"))) == ["CREDIT_LIMIT_EXCEEDED", "OVERDUE_DAYS"]


def test_ac127_the_second_of_two_orders_sees_the_first() -> None:
    facts = Facts(customer(normal("100 SEK")))
    assert check(facts, order("60 SEK")).outcome is PASSED
    assert check(with_customer(facts, balances=(ordered("60 SEK"),)), order("60 SEK")).outcome is HELD


def test_ac45_an_order_is_never_counted_twice() -> None:
    itself = (Balance(Category.OPEN_DELIVERIES, money("60 SEK")),)
    facts = Facts(customer(normal("100 SEK"), balances=itself))
    assert check(facts, order("60 SEK")).outcome is HELD
    decision = check(facts, order("60 SEK", counted=itself))
    assert decision.outcome is PASSED
    assert decision.tests[0].exposure == money("0.00 SEK")
