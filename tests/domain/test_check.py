"""The decision list: a healthy customer passes; spoil one thing, and that thing alone is the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.blocking import RuleKind, RuleType, ValidFor
from domain.check import BlockReasonCode, Checkpoint, CreditOutcome, Decision, Facts, Order, check
from domain.exposure import Balance, Category, CountingPolicy, CreditLimitType
from domain.limits import LimitTerms
from domain.money import Exchange, RateMissing
from domain.release import Release
from tests.domain.words import (
    ACME,
    DIGITS,
    GROUP,
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
    policy,
    rule,
    temporary,
    with_customer,
    with_group,
)

ORDER = order("50,000 SEK")
HELD, PASSED = CreditOutcome.HELD, CreditOutcome.PASSED
EXEMPT, NOT_CHECKED, WARNED = CreditOutcome.EXEMPT, CreditOutcome.NOT_CHECKED, CreditOutcome.WARNED


def overdue(by: int) -> Facts:
    return with_customer(balances=(owes("40,000 SEK", overdue=by),))


def expired(since: int) -> Facts:
    return with_customer(terms=LimitTerms((normal("100,000 SEK", until=days(-since)),)))


def group_uses(amount: str) -> Facts:
    return with_group(balances=(owes(amount),))


SPOILED = with_group(
    with_customer(
        on_hold=True,
        terms=LimitTerms((normal("100,000 SEK", until=days(-6)),)),
        balances=(owes("60,000 SEK", overdue=31),),
    ),
    balances=(owes("960,000 SEK"),),
)

TABLE = [
    ("healthy", HEALTHY, ORDER, PASSED, []),
    ("the customer is on hold", with_customer(on_hold=True), ORDER, HELD, ["CUSTOMER_ON_HOLD"]),
    ("held by hand", HEALTHY, replace(ORDER, forced=True), HELD, ["FORCED"]),
    ("the group's limit is reached", group_uses("950,000 SEK"), ORDER, PASSED, []),
    ("the group's limit is passed", group_uses("950,000.01 SEK"), ORDER, HELD, ["GROUP_LIMIT_EXCEEDED"]),
    ("the limit is reached", replace(HEALTHY, rules=()), order("60,000 SEK"), PASSED, []),
    ("the limit is passed", replace(HEALTHY, rules=()), order("60,000.01 SEK"), HELD, ["CREDIT_LIMIT_EXCEEDED"]),
    ("the limit expired 5 days ago", expired(5), ORDER, PASSED, []),
    ("the limit expired 6 days ago", expired(6), ORDER, HELD, ["CREDIT_LIMIT_EXPIRED"]),
    ("90 % is used", HEALTHY, order("50,000 SEK"), PASSED, []),
    ("more than 90 % is used", HEALTHY, order("50,000.01 SEK"), HELD, ["CREDIT_LIMIT_USED"]),
    ("30 days overdue", overdue(30), ORDER, PASSED, []),
    ("31 days overdue", overdue(31), ORDER, HELD, ["OVERDUE_DAYS"]),
    ("everything at once", SPOILED, replace(ORDER, forced=True), HELD, [code.value for code in BlockReasonCode]),
]


@pytest.mark.parametrize(
    ("facts", "asked", "outcome", "reasons"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_spoiling_one_thing_gives_that_reason_and_all_are_listed_most_serious_first(
    facts: Facts, asked: Order, outcome: CreditOutcome, reasons: list[str]
) -> None:
    decision = check(facts, asked)
    assert (decision.outcome, codes(decision)) == (outcome, reasons)
    assert all(reason.active for reason in decision.reasons)


def test_every_reason_stands_alone_somewhere_in_the_table() -> None:
    alone = {row[4][0] for row in TABLE if len(row[4]) == 1}
    assert alone == {code.value for code in BlockReasonCode}


def codes(decision: Decision) -> list[str]:
    return [reason.code.value for reason in decision.reasons]


def exempting(facts: Facts) -> Facts:
    exclusion = rule(RuleKind.OVERDUE_DAYS, RuleType.EXCLUDE, ValidFor.CUSTOMER, days=100, release_all=True)
    return replace(facts, rules=(*facts.rules, exclusion))


RELEASED = Release(money("50,000 SEK"), TODAY)
ROADS = [
    ("an excluded order", SPOILED, replace(ORDER, excluded=True), EXEMPT),
    ("an excluded customer", with_customer(SPOILED, excluded=True), ORDER, EXEMPT),
    ("an exclusion that releases orders", exempting(SPOILED), ORDER, EXEMPT),
    ("a step without a tick", SPOILED, replace(ORDER, checkpoint=Checkpoint.PICKING_LIST), NOT_CHECKED),
    ("a released order", SPOILED, replace(ORDER, release=RELEASED), NOT_CHECKED),
    ("an order above its release", SPOILED, order("50,000.01 SEK", release=RELEASED), HELD),
    ("an order in another currency than its release", SPOILED, order("50,000 EUR", release=RELEASED), HELD),
    ("an excluded order that is held by hand", SPOILED, replace(ORDER, excluded=True, forced=True), HELD),
    ("a released order that is held by hand again", SPOILED, replace(ORDER, release=RELEASED, forced=True), HELD),
]


@pytest.mark.parametrize(("facts", "asked", "outcome"), [row[1:] for row in ROADS], ids=[r[0] for r in ROADS])
def test_roads_past_the_rules(facts: Facts, asked: Order, outcome: CreditOutcome) -> None:
    decision = check(facts, asked)
    assert decision.outcome is outcome
    assert (decision.reasons == ()) == (outcome is not HELD)
    assert len(decision.tests) == 2


def test_an_invoice_of_delivered_goods_is_warned_never_held() -> None:
    facts = with_customer(SPOILED, checkpoints=frozenset(Checkpoint))
    delivered = order("50,000 SEK", checkpoint=Checkpoint.INVOICE, delivered=True)
    assert check(facts, delivered).outcome is WARNED
    assert len(check(facts, delivered).reasons) == 6
    assert check(facts, replace(delivered, forced=True)).outcome is WARNED
    assert check(facts, replace(delivered, delivered=False)).outcome is HELD, "a free-text invoice can be held"
    assert check(facts, replace(delivered, checkpoint=Checkpoint.PACKING_SLIP)).outcome is HELD


# The seed and the acceptance cases of other systems


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
    later = with_customer(SPOILED, day=days(day - 1), grace_days={Checkpoint.CONFIRMATION: 2})
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


# Decisions by number


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
    untested = with_customer(expired(60), policy=CountingPolicy(CreditLimitType.NONE))
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


def test_a_message_names_every_value_its_sentence_needs() -> None:
    for _, facts, asked, _ in ROADS:
        decision = check(facts, asked)
        for message in (decision.explanation, *(reason.message for reason in decision.reasons)):
            assert message.text.format(**message.values)
