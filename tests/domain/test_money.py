"""Exact money and rates that keep their direction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.collateral import warnings
from domain.money import Exchange, Money, Rate, RateMissing, per_currency
from tests.domain.words import DIGITS, EXCHANGE, RATES, TODAY, money, policy


def test_currencies_are_never_mixed_without_a_rate() -> None:
    with pytest.raises(ValueError, match="cannot be mixed"):
        money("1 SEK") + money("1 EUR")
    with pytest.raises(ValueError, match="cannot be mixed"):
        money("1 SEK") < money("1 EUR")  # noqa: B015


@pytest.mark.parametrize(
    ("amount", "to", "converted"),
    [
        ("10 EUR", "SEK", "115.00 SEK"),
        ("115 SEK", "EUR", "10.00 EUR"),
        ("1 PLN", "SEK", "2.71 SEK"),
        ("100 JPY", "SEK", "6.97 SEK"),
        ("1 SEK", "JPY", "14 JPY"),
        ("-1 PLN", "SEK", "-2.71 SEK"),
    ],
)
def test_decision_13_the_other_way_divides_and_crosses_go_through_the_euro(
    amount: str, to: str, converted: str
) -> None:
    assert EXCHANGE.convert(money(amount), to) == money(converted)


@pytest.mark.parametrize(
    ("exact", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("-0.0049", "0.00")]
)
def test_decision_13_rounded_half_away_from_zero_to_the_digits_of_the_currency(exact: str, rounded: str) -> None:
    assert str(EXCHANGE.rounded(Decimal(exact), "SEK").amount) == rounded
    assert str(EXCHANGE.rounded(Decimal("1234.5"), "JPY").amount) == "1235"
    assert str(EXCHANGE.rounded(Decimal("1"), "KWD").amount) == "1.000"


def test_a_direct_rate_goes_before_a_cross_and_all_rates_used_are_named() -> None:
    direct = Rate("PLN", "SEK", Decimal("3"), TODAY)
    exchange = replace(EXCHANGE, rates=(*RATES, direct))
    assert exchange.convert(money("1 PLN"), "SEK") == money("3 SEK")
    used = EXCHANGE.rates_used(["PLN", "SEK", "EUR"], "SEK")
    assert [(rate.from_, rate.to) for rate in used] == [("EUR", "PLN"), ("EUR", "SEK")]
    assert used[1].rate == Decimal("11.50")


def test_irrevocable_rates_never_grow_too_old_and_others_after_seven_days() -> None:
    kuna = Rate("EUR", "HRK", Decimal("7.53450"), date(2023, 1, 1), irrevocable=True)
    exchange = Exchange(date(2026, 11, 20), {**DIGITS, "HRK": 2}, (*RATES, kuna))
    assert exchange.convert(Money(Decimal("7.5345"), "HRK"), "EUR") == money("1 EUR")
    assert exchange.convert(money("1 EUR"), "SEK") == money("11.50 SEK"), "7 days"
    with pytest.raises(RateMissing) as missing:
        replace(exchange, day=date(2026, 11, 21)).convert(money("1 EUR"), "SEK")
    assert missing.value.too_old == RATES[0]


def test_what_sums_to_nothing_needs_no_rate() -> None:
    lone = Exchange(TODAY, DIGITS)
    assert lone.total((money("5 EUR"), money("-5 EUR"), money("1 SEK")), "SEK") == money("1 SEK")
    assert per_currency((money("5 EUR"), money("-5 EUR"), money("1 SEK"))) == (money("1 SEK"),)


def test_decision_4_a_flagged_policy_that_leaves_less_than_none_warns() -> None:
    warned = warnings(policy("50,000 SEK", "50", flagged=True))
    assert [message.values for message in warned] == [{"value": money("50,000 SEK"), "added": money("25,000 SEK")}]
    assert warnings(policy("50,000 SEK", "100", flagged=True)) == ()
    assert warnings(policy("50,000 SEK", "50")) == ()
