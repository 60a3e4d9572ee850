"""Limits of a party over all companies and of a customer: ceiling, share of turnover, days overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.check import CreditOutcome, Facts, check
from domain.decision import CUSTOMER, LimitTestKind
from domain.exposure import Balance
from domain.facts import OwnLimits
from domain.fiscal_year import FiscalCalendar
from domain.limits import LimitTerms
from domain.money import Money, RateMissing
from domain.party_check import ceiling_below_used
from domain.party_limits import (
    PARTY,
    PartyLimitReaction,
    PartyLimits,
    TurnoverShare,
    party_limit_refusals,
    turnover_window,
)
from domain.paying import paid
from domain.unblock import Raised, UnblockKind, passes, unblock, waited, with_ceiling
from tests.domain.words import (
    HEALTHY,
    LEGAL,
    TODAY,
    customer,
    days,
    money,
    normal,
    order,
    ordered,
    owes,
    party,
    temporary,
    with_customer,
)

HOLD = PartyLimitReaction.HOLD
CEILING = PartyLimits(money("100,000 SEK"), reaction=HOLD)
SHARE = PartyLimits(turnover=TurnoverShare(Decimal(10), "SEK"), reaction=HOLD)
OVERDUE = PartyLimits(max_days_overdue=30, reaction=HOLD)


def bound(limits: PartyLimits, *balances: Balance, **more: object) -> Facts:
    """A customer with a large limit of its own, and a party that owes so much everywhere."""
    everywhere = tuple(replace(balance, company_day=balance.company_day or TODAY) for balance in balances)
    return Facts(customer(normal("1,000,000 SEK")), party=party(limits, balances=everywhere, **more))


def found(facts: Facts, amount: str) -> tuple[CreditOutcome, list[str]]:
    decision = check(facts, order(amount))
    return decision.outcome, [reason.code.value for reason in decision.reasons]


def test_what_the_party_owes_everywhere_and_the_order_are_compared_with_its_ceiling() -> None:
    facts = bound(CEILING, owes("30,000 SEK"), owes("1,000 EUR"), ordered("20,000 SEK"))
    assert found(facts, "38,500 SEK") == (CreditOutcome.PASSED, [])
    assert found(facts, "38,500.01 SEK") == (CreditOutcome.HELD, ["PARTY_LIMIT_EXCEEDED"])


def test_the_test_of_the_party_is_listed_after_the_customers_with_its_kind_and_figures() -> None:
    *_, own, test = check(bound(CEILING, owes("30,000 SEK")), order("50,000 SEK")).tests
    assert (own.holder[0], own.kind) == (CUSTOMER, LimitTestKind.CREDIT_LIMIT)
    assert (test.holder, test.kind, test.passed) == ((PARTY, LEGAL), LimitTestKind.CEILING, True)
    assert (test.limit, test.exposure, test.available) == (
        money("100,000 SEK"),
        money("30,000 SEK"),
        money("70,000 SEK"),
    )
    assert test.used_percent == Decimal("80.00")


def test_limits_that_warn_let_the_order_go_on() -> None:
    warns = replace(CEILING, reaction=PartyLimitReaction.WARN, max_days_overdue=10)
    facts = bound(warns, owes("30,000 SEK", overdue=11))
    assert found(facts, "70,000.01 SEK") == (CreditOutcome.WARNED, ["PARTY_LIMIT_EXCEEDED", "OVERDUE_DAYS"])


def test_a_held_order_lists_what_holds_it_and_no_warnings_of_the_party() -> None:
    warns = replace(CEILING, reaction=PartyLimitReaction.WARN)
    facts = replace(bound(warns), customer=customer(normal("10 SEK")))
    assert found(facts, "200,000 SEK") == (CreditOutcome.HELD, ["CREDIT_LIMIT_EXCEEDED"])


def test_the_share_of_turnover_is_of_what_all_companies_sold() -> None:
    facts = bound(SHARE, owes("10,000 SEK"), turnover=(money("500,000 SEK"), money("10,000 EUR")))
    assert found(facts, "51,500 SEK") == (CreditOutcome.PASSED, [])
    assert found(facts, "51,500.01 SEK") == (CreditOutcome.HELD, ["TURNOVER_LIMIT_EXCEEDED"])


def test_without_history_no_share_is_tested_and_with_nothing_left_of_it_everything_exceeds() -> None:
    assert found(bound(SHARE, turnover=None), "999,999 SEK") == (CreditOutcome.PASSED, [])
    assert found(bound(SHARE, turnover=()), "0.01 SEK") == (CreditOutcome.HELD, ["TURNOVER_LIMIT_EXCEEDED"])


def test_orders_not_yet_invoiced_count_as_turnover_where_it_says_so_but_never_the_order_itself() -> None:
    share = replace(SHARE, turnover=TurnoverShare(Decimal(50), "SEK", with_orders=True))
    facts = bound(share, ordered("40,000 SEK"), turnover=(money("60,000 SEK"),))
    assert found(facts, "10,000 SEK") == (CreditOutcome.PASSED, [])
    assert found(facts, "10,000.01 SEK") == (CreditOutcome.HELD, ["TURNOVER_LIMIT_EXCEEDED"])
    again = replace(order("40,000 SEK"), counted=(ordered("40,000 SEK"),))
    assert check(facts, again).tests[-1].limit == money("30,000 SEK")


def test_the_oldest_item_of_any_company_counts_by_its_own_companys_day() -> None:
    late = owes("1 SEK", overdue=30)
    assert found(bound(OVERDUE, late), "1 SEK") == (CreditOutcome.PASSED, [])
    there_it_is_tomorrow = replace(late, company_day=days(1))
    assert found(bound(OVERDUE, there_it_is_tomorrow), "1 SEK") == (CreditOutcome.HELD, ["OVERDUE_DAYS"])


def test_ac_64_the_ceiling_and_the_days_overdue_are_both_listed() -> None:
    both = replace(CEILING, max_days_overdue=30)
    facts = bound(both, owes("100,000 SEK", overdue=31))
    assert found(facts, "1 SEK") == (CreditOutcome.HELD, ["PARTY_LIMIT_EXCEEDED", "OVERDUE_DAYS"])


def test_a_customers_own_limits_are_tested_beside_its_partys() -> None:
    facts = bound(CEILING)
    own = replace(facts.customer, own=OwnLimits(PartyLimits(money("50 SEK"), reaction=HOLD)))
    facts = replace(facts, customer=own)
    assert found(facts, "50 SEK") == (CreditOutcome.PASSED, [])
    decision = check(facts, order("50.01 SEK"))
    assert [(test.holder[0], test.passed) for test in decision.tests[1:]] == [(PARTY, True), (CUSTOMER, False)]


def test_unlimited_credit_does_not_lift_limits_of_the_party() -> None:
    facts = replace(bound(CEILING), customer=customer(terms=LimitTerms((), unlimited=True)))
    assert found(facts, "100,000.01 SEK") == (CreditOutcome.HELD, ["PARTY_LIMIT_EXCEEDED"])


def test_an_excluded_customer_is_exempt_from_limits_of_its_party_too() -> None:
    facts = replace(bound(CEILING), customer=customer(excluded=True))
    assert check(facts, order("100,000.01 SEK")).outcome is CreditOutcome.EXEMPT


def test_nothing_is_decided_without_a_rate() -> None:
    with pytest.raises(RateMissing):
        check(bound(CEILING, owes("1 KWD")), order("1 SEK"))


@pytest.mark.parametrize("limits", [CEILING, SHARE, OVERDUE], ids=["ceiling", "share", "overdue"])
def test_each_way_out_passes_and_one_step_short_of_it_does_not(limits: PartyLimits) -> None:
    facts = bound(limits, owes("60,000 SEK", overdue=31), owes("30,000 SEK"))
    facts = replace(facts, customer=replace(facts.customer, balances=(owes("60,000 SEK", overdue=31),)))
    asked = order("15,000 SEK")
    ways = {option.kind: option for option in unblock(facts, asked)}
    assert ways
    step = Money(Decimal("0.01"), "SEK")
    for kind, option in ways.items():
        amount = option.amount
        assert amount is not None
        match kind:
            case UnblockKind.PAY:
                assert passes(paid(facts, amount), asked)
                assert not passes(paid(facts, amount - step), asked)
            case UnblockKind.LESS:
                assert passes(facts, replace(asked, amount=amount))
                assert not passes(facts, replace(asked, amount=amount + step))
            case UnblockKind.RAISE:
                assert option.limits == (Raised((PARTY, LEGAL), amount),)
                assert passes(with_ceiling(facts, amount), asked)
                assert not passes(with_ceiling(facts, amount - step), asked)


def test_days_overdue_elsewhere_have_no_way_out_here() -> None:
    assert unblock(bound(OVERDUE, owes("1 SEK", overdue=31)), order("1 SEK")) == ()


def test_a_day_is_named_only_where_nothing_unknown_decides_on_it() -> None:
    later = customer(normal("10 SEK"), temporary("500 SEK", days(5), days(9)))
    assert [o.date for o in unblock(Facts(later, party=party(CEILING)), order("100 SEK")) if o.date] == [days(5)]
    assert not [o for o in unblock(Facts(later, party=party(SHARE)), order("100 SEK")) if o.date]


def test_waiting_moves_the_partys_days_too() -> None:
    facts = waited(bound(OVERDUE, owes("1 SEK", overdue=25)), 6)
    assert found(facts, "1 SEK") == (CreditOutcome.HELD, ["OVERDUE_DAYS"])


def test_a_ceiling_below_what_is_used_is_warned_of_in_its_currency_and_equal_is_enough() -> None:
    euro = PartyLimits(money("10,000 EUR"))
    warning = ceiling_below_used(bound(euro, owes("115,000.10 SEK")), (PARTY, LEGAL), ("ceiling",))
    assert warning is not None
    assert (warning.limit, warning.actual) == (money("10,000 EUR"), money("10,000.01 EUR"))
    assert ceiling_below_used(bound(euro, owes("115,000 SEK")), (PARTY, LEGAL), ("ceiling",)) is None
    assert ceiling_below_used(bound(SHARE, owes("115,000 SEK")), (PARTY, LEGAL), ("ceiling",)) is None


def test_the_ceiling_of_the_customer_is_compared_with_what_the_customer_uses() -> None:
    facts = bound(CEILING, owes("999,999 SEK"))
    own = replace(facts.customer, own=OwnLimits(PartyLimits(money("1 SEK"))), balances=(owes("2 SEK"),))
    warning = ceiling_below_used(replace(facts, customer=own), (CUSTOMER, own.id), ("ceiling",))
    assert warning is not None
    assert (warning.limit, warning.actual) == (money("1 SEK"), money("2 SEK"))


@pytest.mark.parametrize(
    ("rolling", "starts", "day", "window"),
    [
        (False, 1, date(2026, 11, 16), (date(2025, 1, 1), date(2025, 12, 31))),
        (False, 7, date(2026, 11, 16), (date(2025, 7, 1), date(2026, 6, 30))),
        (False, 7, date(2026, 6, 30), (date(2024, 7, 1), date(2025, 6, 30))),
        (False, 3, date(2026, 3, 1), (date(2025, 3, 1), date(2026, 2, 28))),
        (True, 1, date(2026, 11, 16), (date(2025, 11, 17), date(2026, 11, 16))),
        (True, 1, date(2028, 2, 29), (date(2027, 3, 1), date(2028, 2, 29))),
        (True, 1, date(2028, 2, 28), (date(2027, 3, 1), date(2028, 2, 28))),
    ],
)
def test_the_window_is_the_year_closed_last_or_the_twelve_months_up_to_today(
    rolling: bool, starts: int, day: date, window: tuple[date, date]
) -> None:
    assert turnover_window(rolling, FiscalCalendar(starts), day) == window


@pytest.mark.parametrize(
    ("limits", "path"),
    [
        (replace(SHARE, turnover=TurnoverShare(Decimal(0), "SEK")), ("turnover", "percent")),
        (replace(SHARE, turnover=TurnoverShare(Decimal("1000.1"), "SEK")), ("turnover", "percent")),
        (replace(SHARE, turnover=TurnoverShare(Decimal("0.00001"), "SEK")), ("turnover", "percent")),
        (replace(CEILING, turnover=TurnoverShare(Decimal(5), "EUR")), ("turnover", "currency")),
        (PartyLimits(max_days_overdue=-1), ("maxDaysOverdue",)),
        (PartyLimits(max_days_overdue=3651), ("maxDaysOverdue",)),
    ],
)
def test_figures_that_cannot_be_meant_are_refused(limits: PartyLimits, path: tuple[str, ...]) -> None:
    assert [refusal.path for refusal in party_limit_refusals(limits)] == [path]


def test_what_is_sensible_is_not_refused_and_nothing_set_limits_nothing() -> None:
    assert not party_limit_refusals(replace(CEILING, turnover=SHARE.turnover, max_days_overdue=0))
    assert (PartyLimits().limits, PartyLimits(max_days_overdue=0).limits) == (False, True)
    assert found(replace(HEALTHY, party=party(PartyLimits())), "1 SEK") == found(with_customer(), "1 SEK")
