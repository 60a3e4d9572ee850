"""Receivables by age, and how long sales stay outstanding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.aging import DEFAULT_AGING, AgingBucketDefinition, AgingDefinition, aging
from domain.exposure import Balance, Category
from domain.metrics.dso import DsoMethod, dso
from tests.domain.words import EXCHANGE, TODAY, days, money, owes


def columns(*balances: Balance, definition: AgingDefinition = DEFAULT_AGING) -> list[Decimal]:
    return [bucket.amount.amount for bucket in aging(balances, definition, EXCHANGE, "SEK", TODAY).buckets]


@pytest.mark.parametrize(
    ("overdue", "column"),
    [(-30, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (5000, 4)],
)
def test_every_day_belongs_to_one_bucket(overdue: int, column: int) -> None:
    assert columns(owes("7 SEK", overdue)) == [Decimal(7 if place == column else 0) for place in range(5)]


def test_disputed_amounts_are_in_and_unapplied_payments_have_their_own_column() -> None:
    shown = aging(
        (
            owes("100 SEK", 40),
            Balance(Category.DISPUTED, money("30 SEK"), days(-40)),
            Balance(Category.UNAPPLIED, money("-20 SEK"), days(-1)),
            Balance(Category.OPEN_ORDERS, money("999 SEK"), days(-1)),
        ),
        DEFAULT_AGING,
        EXCHANGE,
        "SEK",
        TODAY,
    )
    assert [bucket.amount for bucket in shown.buckets][2] == money("100 SEK")
    assert (shown.unapplied, shown.total) == (money("20 SEK"), money("80 SEK"))


def test_a_definition_may_have_any_number_of_buckets_with_titles_that_name_their_days() -> None:
    bounds = [(None, -11), (-10, 0), (1, 180), (181, None)]
    definition = AgingDefinition(tuple(AgingBucketDefinition(*pair) for pair in bounds))
    assert columns(owes("1 SEK", -11), owes("2 SEK", -10), owes("4 SEK", 181), definition=definition) == [1, 2, 0, 4]
    titles = [bucket.title for bucket in (*DEFAULT_AGING.buckets, *definition.buckets)]
    assert [title.text.format(**title.values) for title in titles] == [
        "Not due",
        "1–30 days",
        "31–60 days",
        "61–90 days",
        "Over 90 days",
        "Up to -11 days",
        "-10–0 days",
        "1–180 days",
        "Over 180 days",
    ]


def test_aging_counts_each_members_own_company_day() -> None:
    tomorrow_there = replace(owes("5 SEK", 0), company_day=days(1))
    assert columns(owes("3 SEK", 0), tomorrow_there) == [3, 5, 0, 0, 0]


def sold(amount: str, on: date) -> Balance:
    return Balance(Category.SALES, money(amount), on)


LEDGER = (owes("50,000 SEK", 5), sold("100,000 SEK", date(2022, 10, 12)), sold("50,000 SEK", date(2023, 9, 1)))


def test_ac103_receivables_over_sales_of_the_window_times_its_days() -> None:
    year = dso(LEDGER, EXCHANGE, "SEK", date(2023, 10, 11))
    assert (year.days, year.window_days) == (Decimal("121.67"), 365)
    assert (year.receivables, year.sales) == (money("50,000 SEK"), money("150,000 SEK"))
    assert year.method is DsoMethod.STANDARD
    half = dso(
        (owes("50,000 SEK"), sold("150,000 SEK", date(2023, 9, 1))), EXCHANGE, "SEK", date(2023, 10, 11), months=6
    )
    assert (half.days, half.window_days) == (Decimal("61.00"), 183)


def test_the_window_begins_no_earlier_than_the_customer() -> None:
    since = dso(
        (owes("50,000 SEK"), sold("150,000 SEK", date(2023, 9, 1))),
        EXCHANGE,
        "SEK",
        date(2023, 10, 11),
        customer_since=date(2023, 1, 2),
    )
    assert (since.days, since.window_days) == (Decimal("94.00"), 282), "counted exclusively, unlike D365's own 283"


def test_without_sales_there_is_no_dso() -> None:
    assert dso((owes("50,000 SEK"),), EXCHANGE, "SEK", TODAY).days is None
    returned = (owes("50,000 SEK"), sold("-1 SEK", days(-1)))
    assert dso(returned, EXCHANGE, "SEK", TODAY).days is None
    assert dso(LEDGER, EXCHANGE, "SEK", date(2023, 10, 11), customer_since=date(2023, 10, 11)).days is None


def test_sales_of_the_first_day_are_outside_the_window_and_those_of_today_inside() -> None:
    edge = (sold("1 SEK", date(2022, 10, 11)), sold("2 SEK", date(2023, 10, 11)), sold("4 SEK", date(2023, 10, 12)))
    assert dso(edge, EXCHANGE, "SEK", date(2023, 10, 11)).sales == money("2 SEK")
