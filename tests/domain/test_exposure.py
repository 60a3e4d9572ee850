"""What counts, counted once, and what stands beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.exposure import Balance, Category, CountingPolicy, CreditLimitType, Exposure, exposure
from domain.money import Exchange, Money, Rate, RateMissing
from domain.orders import OrderLine, SalesOrderStatus, order_balances
from tests.domain.words import EXCHANGE, TODAY, days, money, ordered, owes, policy

ALL_COUNTS = CountingPolicy()


def of(*balances: Balance, counting: CountingPolicy = ALL_COUNTS, currency: str = "SEK") -> Exposure:
    return exposure(balances, counting, EXCHANGE, currency, TODAY)


def some(category: Category, amount: str, due: int | None = None) -> Balance:
    return Balance(category, money(amount), None if due is None else days(due))


EVERYTHING = (
    some(Category.RECEIVABLES, "1000 SEK", -10),
    some(Category.DISPUTED, "100 SEK", -10),
    some(Category.UNAPPLIED, "-20 SEK"),
    some(Category.SPECIAL_LIABILITIES, "-3 SEK"),
    some(Category.OPEN_ORDERS, "10000 SEK", 5),
    some(Category.OPEN_DELIVERIES, "200000 SEK"),
    some(Category.OPEN_BILLING, "3000000 SEK"),
    some(Category.HELD_ORDERS, "40000000 SEK"),
    some(Category.SALES, "500000000 SEK"),
)


def test_decision_11_the_total_is_made_of_these_and_nothing_else() -> None:
    shown = of(*EVERYTHING)
    assert shown.total == money("3210877 SEK")
    assert shown.total == (
        shown.receivables
        - shown.disputed
        - shown.unapplied_payments
        + shown.special_liabilities
        + shown.open_orders
        + shown.open_deliveries
        + shown.open_billing
    )
    assert (shown.held_orders, shown.overdue) == (money("40000000 SEK"), money("900 SEK"))


@pytest.mark.parametrize(
    ("limit_type", "total"),
    [
        (CreditLimitType.NONE, "877 SEK"),
        (CreditLimitType.BALANCE, "877 SEK"),
        (CreditLimitType.BALANCE_AND_DELIVERIES, "3200877 SEK"),
        (CreditLimitType.ALL, "3210877 SEK"),
    ],
)
def test_decision_11_the_credit_limit_type_says_which_count_and_all_are_shown(
    limit_type: CreditLimitType, total: str
) -> None:
    shown = of(*EVERYTHING, counting=CountingPolicy(limit_type))
    assert shown.total == money(total)
    assert shown.open_orders == money("10000 SEK")


def test_decision_11_two_switches_say_where_a_dispute_counts() -> None:
    kept = of(*EVERYTHING, counting=CountingPolicy(disputed_reduces_exposure=False, disputed_reduces_overdue=False))
    assert (kept.total, kept.overdue) == (money("3210977 SEK"), money("1000 SEK"))
    assert (kept.receivables, kept.disputed) == (of(*EVERYTHING).receivables, money("100 SEK"))


def test_an_item_disputed_in_full_is_not_overdue() -> None:
    shown = of(
        some(Category.RECEIVABLES, "5 SEK", -40),
        some(Category.DISPUTED, "5 SEK", -40),
        some(Category.RECEIVABLES, "1 SEK", -2),
    )
    assert (shown.days_overdue, shown.oldest_due, shown.overdue) == (2, days(-2), money("1 SEK"))


@pytest.mark.parametrize(("due", "overdue", "by"), [(1, "0 SEK", 0), (0, "0 SEK", 0), (-1, "7 SEK", 1)])
def test_decision_23_overdue_is_due_before_today(due: int, overdue: str, by: int) -> None:
    shown = of(some(Category.RECEIVABLES, "7 SEK", due))
    assert (shown.overdue, shown.days_overdue, shown.oldest_due) == (money(overdue), by, days(due))


def test_decision_11_an_unapplied_receipt_lowers_exposure_at_once_and_overdue_only_by_settlement() -> None:
    shown = of(owes("100 SEK", overdue=10), some(Category.UNAPPLIED, "-100 SEK"))
    assert (shown.total, shown.overdue, shown.unapplied_payments) == (
        money("0 SEK"),
        money("100 SEK"),
        money("100 SEK"),
    )


def test_decision_11_the_horizon_leaves_out_later_orders() -> None:
    orders = (ordered("1 SEK", 10), ordered("20 SEK", 11), ordered("300 SEK"))
    shown = of(*orders, counting=CountingPolicy(order_horizon_days=10))
    assert (shown.open_orders, shown.total) == (money("301 SEK"), money("301 SEK"))


def test_decision_13_sums_per_currency_are_converted_added_and_rounded_once() -> None:
    shown = of(owes("0.01 EUR"), some(Category.OPEN_ORDERS, "0.03 EUR"), owes("0.004 SEK"))
    assert shown.receivables == money("0.12 SEK")
    assert shown.open_orders == money("0.35 SEK")
    assert shown.total == money("0.46 SEK")


def test_decision_15_each_member_is_overdue_by_its_own_company_day() -> None:
    tokyo, stockholm = owes("10 SEK", overdue=0), owes("5 SEK", overdue=0)
    shown = of(replace(tokyo, company_day=days(1)), replace(stockholm, company_day=TODAY))
    assert (shown.overdue, shown.days_overdue) == (money("10 SEK"), 1)


def test_decision_4_insured_is_what_others_answer_for_at_most_the_exposure() -> None:
    insured = (policy("60 SEK", "0"), policy("10 EUR", "0", until=days(-1)))
    shown = exposure((owes("100 SEK"),), CountingPolicy(), EXCHANGE, "SEK", TODAY, insured)
    assert (shown.insured, shown.net) == (money("60 SEK"), money("40 SEK"))
    little = exposure((owes("50 SEK"),), CountingPolicy(), EXCHANGE, "SEK", TODAY, insured)
    assert (little.insured, little.net) == (money("50 SEK"), money("0 SEK"))
    owed_to = exposure((owes("-5 SEK"),), CountingPolicy(), EXCHANGE, "SEK", TODAY, insured)
    assert (owed_to.insured, owed_to.net) == (money("0 SEK"), money("-5 SEK"))


# Counted once along the chain: acceptance cases


def chain(status: SalesOrderStatus = SalesOrderStatus.APPROVED, admitted: bool = True, **steps: object) -> Exposure:
    line = OrderLine(**{"amount": money("1,000 SEK"), **steps})
    posted = (owes(f"{line.posted} SEK"),) if line.posted else ()
    return of(*order_balances((line,), status, admitted), *posted)


STEPS = [
    ("ordered", {}, (1000, 0, 0, 0)),
    ("delivered in part", {"delivered": 400}, (600, 400, 0, 0)),
    ("delivered", {"delivered": 1000}, (0, 1000, 0, 0)),
    ("billed in part", {"delivered": 1000, "billed": 300}, (0, 700, 300, 0)),
    ("AC-42 invoiced from the shipment", {"delivered": 1000, "billed": 1000}, (0, 0, 1000, 0)),
    ("AC-21 one of two units posted", {"delivered": 500, "billed": 500, "posted": 500}, (500, 0, 0, 500)),
    ("AC-35 half paid in advance by an invoice", {"posted": 500}, (500, 0, 0, 500)),
    ("posted without billing", {"delivered": 1000, "posted": 1000}, (0, 0, 0, 1000)),
]


@pytest.mark.parametrize(("name", "steps", "figures"), STEPS)
def test_decision_11_each_step_takes_its_amount_from_the_one_before(
    name: str, steps: dict[str, int], figures: tuple[int, ...]
) -> None:
    shown = chain(**steps)
    assert (shown.open_orders, shown.open_deliveries, shown.open_billing, shown.receivables) == tuple(
        money(f"{figure} SEK") for figure in figures
    )
    assert shown.total == money("1,000 SEK"), "never doubled, never lost"


def test_closing_a_line_frees_what_was_not_delivered() -> None:
    assert chain(delivered=400, closed=True).total == money("400 SEK")


def test_a_prepayment_tied_to_a_line_lowers_it_and_no_further_than_to_nothing() -> None:
    assert chain(prepaid=300).total == money("700 SEK")
    assert chain(prepaid=1300).total == money("0 SEK")


@pytest.mark.parametrize(
    ("status", "admitted", "counts", "held"),
    [
        (SalesOrderStatus.ENTERED, False, "400 SEK", "0 SEK"),
        (SalesOrderStatus.APPROVED, True, "1,000 SEK", "0 SEK"),
        (SalesOrderStatus.HELD, False, "400 SEK", "600 SEK"),
        (SalesOrderStatus.HELD, True, "1,000 SEK", "0 SEK"),
        (SalesOrderStatus.REJECTED, True, "400 SEK", "0 SEK"),
        (SalesOrderStatus.DELIVERED, True, "400 SEK", "0 SEK"),
        (SalesOrderStatus.INVOICED, True, "400 SEK", "0 SEK"),
        (SalesOrderStatus.CLOSED, True, "400 SEK", "0 SEK"),
        (SalesOrderStatus.CANCELLED, True, "400 SEK", "0 SEK"),
    ],
)
def test_decision_12_when_an_order_counts_and_delivered_goods_always_do(
    status: SalesOrderStatus, admitted: bool, counts: str, held: str
) -> None:
    shown = chain(status, admitted, delivered=400)
    assert (shown.total, shown.held_orders) == (money(counts), money(held))


def test_the_last_rate_of_a_pair_counts_in_whichever_direction_it_was_published() -> None:
    day = date(2026, 11, 23)
    older = Rate("EUR", "SEK", Decimal("11"), day - timedelta(days=3))
    newer = Rate("SEK", "EUR", Decimal("0.08"), day - timedelta(days=1))
    exchange = Exchange(day, {"EUR": 2, "SEK": 2}, (older, newer))
    assert exchange.convert(Money(Decimal(100), "SEK"), "EUR") == Money(Decimal("8.00"), "EUR")
    assert exchange.convert(Money(Decimal(8), "EUR"), "SEK") == Money(Decimal("100.00"), "SEK")


def test_a_figure_that_nobody_asks_for_needs_no_rate() -> None:
    held = Balance(Category.HELD_ORDERS, money("5 KWD"), TODAY)
    shown = exposure((owes("100 SEK"), held), CountingPolicy(), EXCHANGE, "SEK", TODAY)
    assert (shown.total, shown.net) == (money("100 SEK"), money("100 SEK"))
    with pytest.raises(RateMissing):
        shown.held_orders  # noqa: B018
