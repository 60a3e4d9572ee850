"""Rules about single items, shares, levels and reviews, early warnings, and what rules leave out as too small."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.blocking import BlockingRule
from domain.check import CreditOutcome, CustomerFacts, Facts, check
from domain.exposure import Balance, Category, CountingPolicy
from domain.message import Percent
from tests.domain.test_blocking import (
    ALL,
    BLOCK,
    DAYS,
    DUNNED,
    EARLY,
    EXCLUDE,
    LATE,
    OLD,
    ONE,
    REVIEW,
    SHARE,
    USED,
    WARN,
    held,
)
from tests.domain.words import customer, days, debt, itemized, money, normal, order, owes, rule


def said(*rules: BlockingRule, payer: CustomerFacts, asked: str = "1 SEK") -> list[str]:
    """The reasons that an order is given."""
    return [reason.code.value for reason in check(Facts(payer, rules=rules), order(asked)).reasons]


def test_sap_a_share_is_of_what_is_claimed_in_whatever_currency() -> None:
    block = rule(SHARE, BLOCK, ALL, days=30, percent=Decimal(25))
    debts = (owes("251 SEK", 31), owes("749 SEK", 30))
    decision = check(Facts(customer(normal("9,000 SEK"), balances=debts), rules=(block,)), order("1 SEK"))
    assert [reason.code.value for reason in decision.reasons] == ["OVERDUE_PERCENT"]
    values = {"percent": Percent(Decimal("25.10")), "days": 30, "allowed": Percent(Decimal(25))}
    assert decision.explanation.values == values
    disputed = Balance(Category.DISPUTED, money("2 SEK"), days(-31))
    for more in (owes("100 EUR"), owes("4 SEK", -5), disputed):
        assert said(block, payer=customer(normal("9,000 SEK"), balances=(*debts, more))) == []
    on_account = Balance(Category.UNAPPLIED, money("-900 SEK"), days(0))
    exactly = (owes("250 SEK", 31), owes("750 SEK", 30), on_account)
    assert said(block, payer=customer(normal("9,000 SEK"), balances=exactly)) == []
    assert not held(replace(block, percent=Decimal(0), at_or_above=True), overdue=30)
    assert held(replace(block, percent=Decimal(0)), overdue=31)


def test_sap_the_oldest_open_item_counts_from_its_document_and_what_is_in_dispute_does_not() -> None:
    block = rule(OLD, BLOCK, ALL, days=60)
    payer = itemized(debt("10 SEK", -5, old=61), debt("5 SEK", 40, old=45))
    decision = check(Facts(payer, rules=(block,)), order("1 SEK"))
    assert decision.explanation.values == {"days": 61, "allowed": 60}
    assert said(block, payer=itemized(debt("10 SEK", -5, old=60))) == []
    in_dispute = debt("10 SEK", 30, old=90, disputed="10")
    assert said(block, payer=itemized(in_dispute)) == []
    counting = CountingPolicy(disputed_reduces_overdue=False)
    assert said(block, payer=itemized(in_dispute, policy=counting)) == ["OLDEST_OPEN_ITEM"]
    assert said(block, payer=itemized(debt("10 SEK", 30, old=90, disputed="9"))) == ["OLDEST_OPEN_ITEM"]


def test_sap_the_highest_dunning_level_of_what_is_claimed_holds() -> None:
    block = rule(DUNNED, BLOCK, ALL, dunning_level=1)
    payer = itemized(debt("10 SEK", 20, level=1), debt("5 SEK", 40, level=3))
    decision = check(Facts(payer, rules=(block,)), order("1 SEK"))
    assert decision.explanation.values == {"level": 3, "allowed": 1}
    assert said(block, payer=itemized(debt("10 SEK", 20, level=1))) == []
    assert said(block, payer=itemized(debt("10 SEK", 20, level=3, disputed="10"))) == []
    never = rule(DUNNED, BLOCK, ALL, dunning_level=0, at_or_above=True)
    assert said(never, payer=itemized(debt("10 SEK", 20))) == [], "what is not dunned has no level"


def test_sap_a_review_is_late_after_its_day_and_who_is_never_reviewed_is_not() -> None:
    block = rule(REVIEW, BLOCK, ALL, days=0)
    for due, reasons in ((days(1), []), (days(0), []), (days(-1), ["REVIEW_DUE"]), (None, [])):
        assert said(block, payer=customer(normal("10 SEK"), next_review_date=due)) == reasons, due
    late = customer(normal("10 SEK"), next_review_date=days(-8))
    assert check(Facts(late, rules=(block,)), order("1 SEK")).explanation.values == {"due": days(-8)}
    for tolerance, reasons in ((7, ["REVIEW_DUE"]), (8, [])):
        lifts = rule(REVIEW, EXCLUDE, ONE, days=tolerance)
        assert said(block, lifts, payer=late) == reasons


def test_an_early_warning_is_beside_rules_that_hold_and_has_exclusions_of_its_own() -> None:
    warning, block = rule(EARLY, WARN, ALL, percent=Decimal(80)), rule(USED, BLOCK, ALL, percent=Decimal(100))
    payer = customer(normal("1,000 SEK"))
    for asked, outcome in (("800 SEK", CreditOutcome.PASSED), ("800.01 SEK", CreditOutcome.WARNED)):
        assert check(Facts(payer, rules=(warning, block)), order(asked)).outcome is outcome
    assert said(warning, block, payer=payer, asked="900 SEK") == ["EARLY_WARNING"]
    assert said(warning, block, payer=payer, asked="1,001 SEK") == ["CREDIT_LIMIT_EXCEEDED", "CREDIT_LIMIT_USED"]
    assert said(warning, rule(USED, EXCLUDE, ONE, percent=Decimal(95)), payer=payer, asked="900 SEK") == [
        "EARLY_WARNING"
    ]
    assert said(warning, rule(EARLY, EXCLUDE, ONE, percent=Decimal(95)), payer=payer, asked="900 SEK") == []


TWO = itemized(debt("100 SEK", 50, level=2), debt("40 SEK", 80, level=3), debt("10 EUR", 40, level=1))


@pytest.mark.parametrize(
    "block",
    [
        rule(DAYS, BLOCK, ALL, days=30),
        rule(LATE, BLOCK, ALL, amount=money("50 SEK"), percent=Decimal(0)),
        rule(SHARE, BLOCK, ALL, days=30, percent=Decimal(10)),
        rule(OLD, BLOCK, ALL, days=30),
        rule(DUNNED, BLOCK, ALL, dunning_level=0),
    ],
    ids=lambda block: block.kind.value,
)
def test_small_items_and_too_few_of_them_are_left_out(block: BlockingRule) -> None:
    reasons = [block.kind.value]
    for small, count, expected in (
        ("1 SEK", 1, reasons),
        ("1 SEK", 3, reasons),
        ("1 SEK", 4, []),
        ("40.01 SEK", 2, reasons),
        ("40.01 SEK", 3, []),
        ("115 SEK", 1, reasons),
        ("115.01 SEK", 1, []),
        ("10 EUR", 1, reasons),
    ):
        material = replace(block, ignore_items_below=money(small), minimum_items=count)
        assert said(material, payer=TWO) == expected, (small, count)
    assert said(replace(block, minimum_items=3), payer=TWO) == reasons


def test_what_is_left_out_is_left_out_of_the_figures_too() -> None:
    block = rule(DAYS, BLOCK, ALL, days=30, ignore_items_below=money("41 SEK"))
    decision = check(Facts(TWO, rules=(block,)), order("1 SEK"))
    assert decision.explanation.values == {"days": 50, "allowed": 30}, "not the 80 of the small one"
    assert said(replace(block, days=45, minimum_items=2), payer=TWO) == [], "only one of the two is later than 45"
    share = rule(SHARE, BLOCK, ALL, days=45, percent=Decimal(39), ignore_items_below=money("41 SEK"))
    assert said(share, payer=TWO) == ["OVERDUE_PERCENT"], "100 of 255"
    assert said(replace(share, percent=Decimal(40)), payer=TWO) == []
    lifts = rule(DAYS, EXCLUDE, ONE, days=60, ignore_items_below=money("41 SEK"))
    assert said(rule(DAYS, BLOCK, ALL, days=30), lifts, payer=TWO) == [], "without the small one none is later than 60"


def test_dynamics_small_balances_and_small_orders_are_left_alone() -> None:
    on_account = Balance(Category.UNAPPLIED, money("-100 SEK"))
    owing = customer(normal("9,000 SEK"), balances=(owes("600 SEK", 45), on_account))
    for below, reasons in (("500 SEK", ["OVERDUE_DAYS"]), ("500.01 SEK", [])):
        assert said(rule(DAYS, BLOCK, ALL, days=30, ignore_balance_below=money(below)), payer=owing) == reasons
    small = rule(DAYS, BLOCK, ALL, days=30, ignore_orders_below=money("10 EUR"))
    for asked, reasons in (("115 SEK", ["OVERDUE_DAYS"]), ("114.94 SEK", [])):
        assert said(small, payer=owing, asked=asked) == reasons
