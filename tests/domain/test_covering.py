"""Receipts that settled nothing yet cover the oldest overdue: how long, how much, and what rules then see of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.blocking import BlockingRule, ExposureCategory, RuleKind, RuleType, ValidFor
from domain.check import CreditOutcome, CustomerFacts, Facts, Order, check
from domain.covering import Receipt, covered
from domain.debts import Debt
from domain.exposure import Balance, Category, CountingPolicy, Exposure, exposure, owed
from domain.message import Percent
from domain.party_limits import PartyLimitReaction, PartyLimits
from domain.unblock import UnblockKind, unblock
from tests.domain.situations import situations
from tests.domain.words import EXCHANGE, TODAY, customer, days, debt, itemized, money, normal, order, owes, party, rule

ALL = CountingPolicy()


def paid(amount: str, ago: int = 0) -> Receipt:
    """A receipt of so many days ago."""
    return Receipt(money(amount), days(-ago))


def shown(
    *balances: Balance, receipts: tuple[Receipt, ...], lasting: int = 3, policy: CountingPolicy = ALL, later: int = 0
) -> Exposure:
    """What is owed, so many days from now, with what receipts cover."""
    day = days(later)
    covers = covered(balances, receipts, lasting, policy, day)
    return exposure((*balances, *covers), policy, EXCHANGE, "SEK", day)


@pytest.mark.parametrize(("ago", "lasting", "overdue"), [(0, 1, "0"), (1, 1, "100"), (2, 3, "0"), (3, 3, "100")])
def test_decision_33_a_receipt_covers_on_the_day_it_came_and_so_many_days_in_all(
    ago: int, lasting: int, overdue: str
) -> None:
    found = shown(owes("100 SEK", 9), receipts=(paid("100 SEK", ago),), lasting=lasting)
    assert found.overdue == money(f"{overdue} SEK")


def test_a_receipt_that_is_still_to_come_covers_nothing() -> None:
    assert shown(owes("100 SEK", 9), receipts=(paid("100 SEK", -1),)).overdue == money("100 SEK")


def test_decision_33_the_oldest_is_covered_first_and_the_ledger_is_shown_as_it_is() -> None:
    owing = (owes("100 SEK", 5), owes("100 SEK", 9), owes("100 SEK", 7), owes("70 SEK", -2))
    on_account = Balance(Category.UNAPPLIED, money("-130 SEK"), TODAY)
    now, plain = (shown(*owing, on_account, receipts=some) for some in ((paid("130 SEK"),), ()))
    assert (now.overdue, now.oldest_due, now.days_overdue) == (money("170 SEK"), days(-7), 7)
    assert (plain.overdue, plain.oldest_due, plain.days_overdue) == (money("300 SEK"), days(-9), 9)
    for figure in ("total", "receivables", "unapplied_payments", "disputed"):
        assert getattr(now, figure) == getattr(plain, figure), figure
    everything = shown(*owing, on_account, receipts=(paid("300 SEK"),))
    assert (everything.overdue, everything.days_overdue) == (money("0 SEK"), 0)
    assert everything.oldest_due == days(2), "what is not due yet is claimed as before"
    more = shown(*owing, owes("10 SEK", 0), receipts=(paid("900 SEK"),))
    assert more.oldest_due == TODAY, "and is not covered, however much was paid"


def test_money_covers_what_is_owed_in_the_same_currency() -> None:
    owing = (owes("100 SEK", 9), owes("100 EUR", 5))
    assert shown(*owing, receipts=(paid("40 EUR"), paid("999 JPY"))).overdue == money("790 SEK")


def test_what_is_in_dispute_needs_no_receipt_where_it_is_not_claimed() -> None:
    owing = (owes("100 SEK", 9), Balance(Category.DISPUTED, money("60 SEK"), days(-9)), owes("100 SEK", 2))
    assert shown(*owing, receipts=(paid("70 SEK"),)).overdue == money("70 SEK")
    claimed = CountingPolicy(disputed_reduces_overdue=False)
    found = shown(*owing, receipts=(paid("70 SEK"),), policy=claimed)
    assert (found.overdue, found.days_overdue) == (money("130 SEK"), 9)


def test_each_member_of_a_group_is_covered_on_its_own_day() -> None:
    one = replace(owes("100 SEK", 0), company_day=days(1))
    covers = (replace(each, company_day=days(1)) for each in covered((one,), (paid("30 SEK"),), 2, ALL, days(1)))
    assert exposure((one, owes("50 SEK", 0), *covers), ALL, EXCHANGE, "SEK", TODAY).overdue == money("70 SEK")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(-8, 8), st.sampled_from(["RECEIVABLES", "DISPUTED"]))),
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5)), max_size=4),
    st.integers(1, 7),
    st.integers(0, 9),
    st.booleans(),
)
def test_as_days_go_by_receipts_cover_what_they_would_be_given_then(
    rows: list[tuple[int, int, str]], came: list[tuple[int, int]], lasting: int, later: int, disputed: bool
) -> None:
    receipts = tuple(paid(f"{amount} SEK", ago) for amount, ago in came)
    balances = tuple(Balance(Category(kind), money(f"{amount} SEK"), days(due)) for amount, due, kind in rows)
    policy = CountingPolicy(disputed_reduces_overdue=disputed)
    now = (*balances, *covered(balances, receipts, lasting, policy, TODAY))
    then = (*balances, *covered(balances, receipts, lasting, policy, days(later)))
    assert owed(now, policy, days(later)) == owed(then, policy, days(later))


@settings(max_examples=200, deadline=None)
@given(situations())
def test_what_is_covered_never_holds(situation: tuple[Facts, Order]) -> None:
    facts, asked = situation
    payer, legal = facts.customer, facts.party
    bare = replace(facts, customer=replace(payer, balances=uncovered(payer.balances)))
    if legal is not None:
        bare = replace(bare, party=replace(legal, balances=uncovered(legal.balances)))
    if check(facts, asked).held:
        assert check(bare, asked).held


def uncovered(balances: tuple[Balance, ...]) -> tuple[Balance, ...]:
    return tuple(one for one in balances if one.category is not Category.COVERED)


def itemized_and_paid(*debts: Debt, receipts: tuple[Receipt, ...], lasting: int = 3, **more: object) -> CustomerFacts:
    """A customer with room who owes these items and has paid this on account."""
    payer = itemized(*debts, **more)
    covers = covered(payer.balances, receipts, lasting, payer.policy, TODAY)
    return replace(payer, balances=(*payer.balances, *covers))


def blocking(kind: RuleKind, **threshold: object) -> BlockingRule:
    return rule(kind, RuleType.BLOCK, ValidFor.ALL, **threshold)


BY_ITEM = (
    blocking(RuleKind.OVERDUE_DAYS, days=0),
    blocking(RuleKind.OVERDUE_DAYS, days=0, minimum_items=1),
    blocking(RuleKind.OVERDUE_AMOUNT, amount=money("0 SEK"), percent=Decimal(0)),
    blocking(RuleKind.OVERDUE_PERCENT, days=0, percent=Decimal(0)),
    blocking(RuleKind.OVERDUE_PERCENT, days=0, percent=Decimal(0), ignore_items_below=money("0.01 SEK")),
    blocking(RuleKind.OLDEST_OPEN_ITEM, days=5),
    blocking(RuleKind.DUNNING_LEVEL, dunning_level=1),
    blocking(RuleKind.SUB_LIMIT_EXCEEDED, amount=money("0 SEK"), exposure_category=ExposureCategory.OVERDUE),
)


@pytest.mark.parametrize("block", BY_ITEM, ids=lambda one: f"{one.kind} {one.by_item}")
def test_decision_33_an_item_that_is_covered_whole_is_in_no_rule_and_of_another_the_rest_is(
    block: BlockingRule,
) -> None:
    owing = (debt("100 SEK", 9, 20, level=2), debt("70 SEK", -9, 3))
    for paying, held in (("99.99 SEK", True), ("100 SEK", False)):
        payer = itemized_and_paid(*owing, receipts=(paid(paying),))
        assert check(Facts(payer, rules=(block,)), order("1 SEK")).held is held, paying


def test_a_rule_says_what_is_left_of_what_is_overdue() -> None:
    owing = (debt("100 SEK", 9, 20), debt("100 SEK", 5, 20), debt("200 SEK", -1, 2))
    payer = itemized_and_paid(*owing, receipts=(paid("120 SEK"),))
    share = blocking(RuleKind.OVERDUE_PERCENT, days=0, percent=Decimal(20))
    told = check(Facts(payer, rules=(share,)), order("1 SEK")).explanation.values
    assert told["percent"] == Percent(Decimal("28.57")), "80 of 280"
    late = blocking(RuleKind.OVERDUE_DAYS, days=4)
    assert check(Facts(payer, rules=(late,)), order("1 SEK")).explanation.values == {"days": 5, "allowed": 4}
    two = replace(late, minimum_items=2)
    assert check(Facts(payer, rules=(two,)), order("1 SEK")).outcome is CreditOutcome.PASSED, "one of the two is left"


def test_of_one_due_day_the_item_that_was_written_first_is_covered_first() -> None:
    owing = (debt("50 SEK", 5, 10, level=3), debt("50 SEK", 5, 30), debt("50 SEK", 5, 40))
    old = blocking(RuleKind.OLDEST_OPEN_ITEM, days=9)
    payer = itemized_and_paid(*owing, receipts=(paid("70 SEK"),))
    assert check(Facts(payer, rules=(old,)), order("1 SEK")).explanation.values["days"] == 30
    dunned = blocking(RuleKind.DUNNING_LEVEL, dunning_level=0)
    assert check(Facts(payer, rules=(dunned,)), order("1 SEK")).held


def test_days_overdue_of_a_party_are_of_what_no_customer_of_it_has_covered() -> None:
    limits = PartyLimits(max_days_overdue=5, reaction=PartyLimitReaction.HOLD)
    here, there = replace(owes("100 SEK", 9), company_day=TODAY), replace(owes("100 SEK", 5), company_day=TODAY)
    for paying, held in (("99 SEK", True), ("100 SEK", False)):
        covers = tuple(replace(one, company_day=TODAY) for one in covered((here,), (paid(paying),), 3, ALL, TODAY))
        legal = party(limits, balances=(here, there, *covers))
        assert check(Facts(customer(normal("900 SEK")), party=legal), order("1 SEK")).held is held


def options(facts: Facts) -> dict[UnblockKind, object]:
    return {option.kind: option.amount or option.date for option in unblock(facts, order("1 SEK"))}


def test_a_payment_that_lets_an_order_pass_is_without_what_receipts_cover_already() -> None:
    late = blocking(RuleKind.OVERDUE_DAYS, days=3)
    payer = itemized_and_paid(debt("100 SEK", 9), debt("100 SEK", 5), receipts=(paid("130 SEK"),))
    assert options(Facts(payer, rules=(late,))) == {UnblockKind.PAY: money("70 SEK")}
    dunned = blocking(RuleKind.DUNNING_LEVEL, dunning_level=0)
    levels = itemized_and_paid(
        debt("80 SEK", 9, 20, level=1), debt("50 SEK", 9, 10, level=1), receipts=(paid("90 SEK"),)
    )
    assert options(Facts(levels, rules=(dunned,))) == {UnblockKind.PAY: money("40 SEK")}


def test_waiting_helps_only_while_a_receipt_covers_still() -> None:
    late = blocking(RuleKind.OVERDUE_DAYS, days=3)
    begins = (normal("0 SEK"), normal("900 SEK", days(2), id_=101))
    for ago, found in ((0, {UnblockKind.WAIT: days(2)}), (1, {})):
        payer = itemized_and_paid(debt("1 SEK", 9), receipts=(paid("1 SEK", ago),))
        facts = Facts(replace(payer, terms=customer(*begins).terms), rules=(late,))
        found_now = options(facts)
        assert found_now.get(UnblockKind.WAIT) == found.get(UnblockKind.WAIT), ago
