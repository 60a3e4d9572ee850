"""What this product decided where others are silent or disagree, by the numbers of the decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.blocking import RuleKind, RuleType, ValidFor
from domain.check import CreditOutcome, Decision, Facts, check
from domain.exposure import Balance, Category, CountingPolicy, CreditLimitType
from domain.limits import LimitTerms
from domain.money import Exchange, RateMissing
from domain.release import Release
from tests.domain.words import (
    DIGITS,
    HEALTHY,
    TODAY,
    customer,
    days,
    group,
    money,
    normal,
    order,
    ordered,
    owes,
    rule,
    temporary,
    with_customer,
    with_group,
)

ORDER = order("50,000 SEK")
HELD, PASSED = CreditOutcome.HELD, CreditOutcome.PASSED
EXEMPT, NOT_CHECKED, WARNED = CreditOutcome.EXEMPT, CreditOutcome.NOT_CHECKED, CreditOutcome.WARNED


def codes(decision: Decision) -> list[str]:
    return [reason.code.value for reason in decision.reasons]


def test_decision_2_both_tests_and_both_reasons_are_listed() -> None:
    facts = Facts(customer(normal("100 SEK")), group(normal("50 SEK")))
    decision = check(facts, order("101 SEK"))
    assert codes(decision) == ["GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED"]
    assert [test.holder[0] for test in decision.tests] == ["credit_group", "customer"]
    assert decision.explanation.values["excess"] == money("1.00 SEK")
    assert decision.explanation.values["group_excess"] == money("51.00 SEK")


def test_decision_2_a_company_that_does_not_test_groups_tests_the_customer_alone() -> None:
    facts = Facts(customer(normal("100 SEK"), check_groups=False), group(normal("0 SEK")))
    decision = check(facts, order("100 SEK"))
    assert decision.outcome is PASSED
    assert [test.holder[0] for test in decision.tests] == ["customer"]
    no_own_limit = with_customer(facts, terms=LimitTerms(()))
    assert codes(check(no_own_limit, order("1 SEK"))) == ["CREDIT_LIMIT_EXCEEDED"]


def test_decision_2_what_counts_for_the_group_is_set_on_the_group() -> None:
    balances = (ordered("80 SEK"),)
    facts = Facts(
        customer(normal("100 SEK"), balances=balances, policy=CountingPolicy(CreditLimitType.BALANCE)),
        group(normal("100 SEK"), balances=balances),
    )
    assert codes(check(facts, order("21 SEK"))) == ["GROUP_LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("limit_type", "used"),
    [
        (CreditLimitType.BALANCE, "470,000.00 SEK"),
        (CreditLimitType.BALANCE_AND_DELIVERIES, "530,000.00 SEK"),
        (CreditLimitType.ALL, "620,000.00 SEK"),
    ],
)
def test_dynamics_22_the_credit_limit_type_says_what_counts(limit_type: CreditLimitType, used: str) -> None:
    balances = (owes("420,000 SEK"), Balance(Category.OPEN_DELIVERIES, money("60,000 SEK")), ordered("90,000 SEK"))
    facts = Facts(customer(normal("600,000 SEK"), balances=balances, policy=CountingPolicy(limit_type)))
    test = check(facts, order("50,000 SEK")).tests[0]
    assert test.exposure + test.amount == money(used)
    assert test.passed is (limit_type is not CreditLimitType.ALL)


def test_decision_1_limit_type_none_tests_only_mandatory_limits() -> None:
    none = customer(normal("10 SEK"), policy=CountingPolicy(CreditLimitType.NONE))
    assert check(Facts(none), order("11 SEK")).outcome is PASSED
    assert check(Facts(none), order("11 SEK")).tests[0].limit is None
    mandatory = replace(none, terms=replace(none.terms, mandatory=True))
    assert check(Facts(mandatory), order("11 SEK")).outcome is HELD


def test_dynamics_23_a_group_over_two_companies_and_two_currencies() -> None:
    finnish = customer(
        normal("100,000 EUR"), balances=(owes("30,000 EUR"),), currency="EUR", company="FI01", account="2001"
    )
    both = group(normal("1,000,000 SEK"), balances=(owes("400,000 SEK"), ordered("100,000 SEK"), owes("30,000 EUR")))
    held = check(Facts(finnish, both), order("15,000 EUR"))
    assert codes(held) == ["GROUP_LIMIT_EXCEEDED"]
    assert held.tests[0].exposure == money("845,000.00 SEK")
    assert held.tests[0].amount == money("172,500.00 SEK")
    assert held.tests[1].available == money("70,000.00 EUR")
    assert check(Facts(finnish, both), order("13,000 EUR")).outcome is PASSED


def test_dynamics_23_a_member_without_own_limit_is_measured_on_the_group() -> None:
    rules = (rule(RuleKind.CREDIT_LIMIT_USED, RuleType.BLOCK, ValidFor.ALL, percent=Decimal(100), at_or_above=True),)
    facts = Facts(customer(), group(normal("10,000 SEK"), balances=(owes("8,000 SEK"),)), rules)
    assert check(facts, order("1,999 SEK")).outcome is PASSED
    assert codes(check(facts, order("2,000 SEK"))) == ["CREDIT_LIMIT_USED"]
    above = replace(facts, rules=(replace(rules[0], at_or_above=False),))
    assert check(above, order("2,000 SEK")).outcome is PASSED


def test_decision_5_the_expiry_of_the_group_is_tested_too() -> None:
    facts = with_group(terms=LimitTerms((normal("1,000,000 SEK", until=days(-6)),)))
    decision = check(facts, ORDER)
    assert codes(decision) == ["CREDIT_LIMIT_EXPIRED"]
    assert decision.reasons[0].message.values == {"group": "Acme Group", "expiry": days(-6)}


def test_decision_3_while_a_temporary_limit_is_active_the_expiry_does_not_matter() -> None:
    entries = (normal("100,000 SEK", until=days(-60)), temporary("100,000 SEK", days(-1), days(1)))
    assert check(with_customer(terms=LimitTerms(entries)), ORDER).outcome is PASSED


def test_decision_5_a_blank_expiry_never_expires_unless_the_company_says_so() -> None:
    blank = with_customer(terms=LimitTerms((normal("100,000 SEK"),)))
    assert check(blank, ORDER).outcome is PASSED
    strict = with_customer(blank, blank_expiry_means_expired=True)
    assert codes(check(strict, ORDER)) == ["CREDIT_LIMIT_EXPIRED"]


def test_decision_5_a_limit_that_does_not_bind_does_not_expire_either() -> None:
    unlimited = with_group(
        with_customer(terms=LimitTerms((normal("1 SEK", until=days(-60)),), unlimited=True)),
        terms=LimitTerms((normal("1 SEK", until=days(-60)),)),
    )
    assert check(unlimited, ORDER).outcome is PASSED
    expired = LimitTerms((normal("100,000 SEK", until=days(-60)),))
    assert check(with_customer(terms=expired), ORDER).outcome is HELD
    untested = with_customer(terms=expired, policy=CountingPolicy(CreditLimitType.NONE))
    assert check(untested, ORDER).outcome is PASSED


def test_decision_13_without_a_rate_there_is_no_decision() -> None:
    facts = with_customer(exchange=Exchange(TODAY, DIGITS))
    with pytest.raises(RateMissing):
        check(facts, order("1 EUR"))


def test_decision_13_a_rate_that_is_too_old_is_no_rate() -> None:
    assert check(HEALTHY, order("1 EUR")).outcome is PASSED
    exchange = replace(HEALTHY.customer.exchange, day=TODAY + timedelta(days=5))
    with pytest.raises(RateMissing) as missing:
        check(with_customer(exchange=exchange), order("1 EUR"))
    assert missing.value.too_old is not None


def test_decision_13_parts_are_rounded_once_so_the_figures_shown_are_those_compared() -> None:
    thirds = (owes("0.005 SEK"), owes("0.005 SEK"))
    test = check(Facts(customer(normal("1 SEK"), balances=thirds)), order("0.99 SEK")).tests[0]
    assert test.exposure == money("0.01 SEK")
    assert test.passed


def test_decision_15_each_holder_is_asked_on_its_own_day() -> None:
    facts = with_group(day=days(1), terms=LimitTerms((normal("1,000,000 SEK"), temporary("1 SEK", days(1), days(1)))))
    decision = check(facts, ORDER)
    assert codes(decision) == ["GROUP_LIMIT_EXCEEDED"]
    assert [test.day for test in decision.tests] == [days(1), TODAY]
    assert decision.as_of == TODAY


def test_decision_20_the_company_says_how_long_a_release_without_a_last_day_stands() -> None:
    released = replace(ORDER, release=Release(money("50,000 SEK"), days(-20)))
    over = with_customer(terms=LimitTerms((normal("1 SEK"),)))
    assert check(over, released).outcome is HELD
    assert check(with_customer(over, release_valid_days=20), released).outcome is NOT_CHECKED
