"""Seasonal factors and tolerances: more or less of whichever limit is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.adjustment import AdjustmentLine, AdjustmentStatus, comes_to, post_refusals
from domain.limits import AdjustmentKind, CreditLimitPartKind, LimitEntry, LimitTerms, limit_on
from domain.money import Money
from tests.domain.words import ACME, EXCHANGE, TODAY, days, margin, money, normal, policy, temporary

HOLDER = ("customer", ACME)
SEASON = AdjustmentLine(
    UUID(int=1), HOLDER, AdjustmentKind.SEASONAL, money("0 SEK"), "SEK", days(0), days(9), percent=money("5 SEK").amount
)
TOLERANCE = replace(SEASON, kind=AdjustmentKind.TOLERANCE, until=None)


def total(*entries: LimitEntry, day: date = TODAY, **more: bool) -> Money | None:
    return limit_on(LimitTerms(entries, **more), day, EXCHANGE, "SEK").total


@pytest.mark.parametrize(
    ("factor", "limit"), [("5", "10500 SEK"), ("-5", "9500 SEK"), ("-100", "0 SEK"), ("0", "10000 SEK")]
)
def test_ac_09_a_seasonal_factor_raises_or_lowers_the_limit(factor: str, limit: str) -> None:
    assert total(normal("10000 SEK"), margin("SEASONAL", factor)) == money(limit)


def test_it_holds_from_its_first_to_its_last_day() -> None:
    entries = (normal("100 SEK"), margin("SEASONAL", "10", days(0), days(1)))
    assert [total(*entries, day=days(n)) for n in (-1, 0, 1, 2)] == [money(f"{n} SEK") for n in (100, 110, 110, 100)]


def test_whichever_limit_is_in_force_is_changed_and_insurance_is_not() -> None:
    entries = (normal("100 SEK"), temporary("200 SEK", days(0), days(1)), margin("SEASONAL", "10"))
    limit = limit_on(LimitTerms(entries, (policy("100 SEK", "50"),)), TODAY, EXCHANGE, "SEK")
    assert (limit.total, limit.base) == (money("270 SEK"), money("100 SEK"))
    assert [(part.kind, part.amount) for part in limit.parts] == [
        (CreditLimitPartKind.TEMPORARY, money("200 SEK")),
        (CreditLimitPartKind.SEASONAL, money("20 SEK")),
        (CreditLimitPartKind.INSURANCE, money("50 SEK")),
    ]
    assert limit.insurance_and_guarantees == money("50 SEK")


def test_a_tolerance_is_of_what_the_season_leaves() -> None:
    season = margin("SEASONAL", "-50")
    assert total(normal("100 SEK"), season, margin("TOLERANCE", "10", id_=251)) == money("55 SEK")
    assert total(normal("100 SEK"), season, margin("TOLERANCE", "1 EUR", id_=251)) == money("61.50 SEK")


def test_the_one_that_began_last_stands_to_its_last_day_and_the_one_around_it_goes_on() -> None:
    first = margin("TOLERANCE", "10", days(-9))
    second = margin("TOLERANCE", "20", days(-5), days(0), posted=1, id_=251)
    third = margin("TOLERANCE", "0", days(-5), posted=2, id_=252)
    assert [total(normal("100 SEK"), first, second, day=days(n)) for n in (-10, -9, -6, -5, 0, 1)] == [
        money(f"{n} SEK") for n in (100, 110, 110, 120, 120, 110)
    ]
    assert total(normal("100 SEK"), first, second, third) == money("100 SEK"), "one of nothing takes its place"


def test_a_season_within_a_season_counts_on_its_days_alone() -> None:
    outer = margin("SEASONAL", "10", date(2026, 11, 1), date(2026, 12, 24))
    inner = margin("SEASONAL", "20", date(2026, 12, 1), date(2026, 12, 10), posted=1, id_=251)
    limits = {
        (10, 31): "100000",
        (11, 1): "110000",
        (11, 30): "110000",
        (12, 1): "120000",
        (12, 10): "120000",
        (12, 11): "110000",
        (12, 15): "110000",
        (12, 24): "110000",
        (12, 25): "100000",
    }
    for entries in ((outer, inner), (replace(inner, posted=0), replace(outer, posted=1))):
        found = {(day.month, day.day): total(normal("100000 SEK"), *entries, day=day) for day in _days(limits)}
        assert found == {day: money(f"{limit} SEK") for day, limit in limits.items()}


def test_of_two_seasons_that_cross_the_later_one_counts_where_both_do() -> None:
    first = margin("SEASONAL", "10", days(0), days(5))
    second = margin("SEASONAL", "-20", days(3), days(8), posted=1, id_=251)
    assert [total(normal("100 SEK"), first, second, day=days(n)) for n in (-1, 0, 2, 3, 5, 6, 8, 9)] == [
        money(f"{n} SEK") for n in (100, 110, 110, 80, 80, 80, 80, 100)
    ]


def _days(wanted: dict[tuple[int, int], str]) -> list[date]:
    return [date(2026, month, day) for month, day in wanted]


def test_where_there_is_no_limit_there_is_nothing_to_change() -> None:
    entries = (margin("SEASONAL", "10"), margin("TOLERANCE", "10 SEK", id_=251))
    assert total(*entries) == money("0 SEK"), "a limit that was never set counts as 0"
    assert total(*entries, in_group=True) is None
    assert total(normal("10 SEK"), *entries, unlimited=True) is None


@given(st.decimals(0, 10**6, places=2), st.decimals(-100, 1000, places=4), st.decimals(0, 1000, places=4))
def test_parts_add_up_and_no_tolerance_narrows(limit: object, season: object, tolerance: object) -> None:
    base = replace(normal("0 SEK"), limit=Money(limit, "SEK"))
    seasonal = margin("SEASONAL", str(season))
    alone, both = (
        limit_on(LimitTerms(entries), TODAY, EXCHANGE, "SEK")
        for entries in ((base, seasonal), (base, seasonal, margin("TOLERANCE", str(tolerance), id_=251)))
    )
    assert money("0 SEK") <= alone.total <= both.total
    exact = sum(part.exact.amount for part in both.parts)
    assert both.total == EXCHANGE.rounded(exact, "SEK")


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        (replace(SEASON, percent=None), "INVALID_VALUE", "percent"),
        (replace(SEASON, percent=None, tolerance=money("1 SEK")), "INVALID_VALUE", "tolerance"),
        (replace(SEASON, percent=money("-101 SEK").amount), "INVALID_VALUE", "percent"),
        (replace(SEASON, percent=money("1001 SEK").amount), "INVALID_VALUE", "percent"),
        (replace(SEASON, until=None), "INVALID_VALUE", "until"),
        (replace(SEASON, replaces=UUID(int=9)), "NOT_FOUND", "replaces"),
        (replace(SEASON, kind=AdjustmentKind.TEMPORARY), "INVALID_VALUE", "percent"),
        (replace(TOLERANCE, tolerance=money("1 SEK")), "INVALID_VALUE", "percent"),
        (replace(TOLERANCE, percent=money("-1 SEK").amount), "INVALID_VALUE", "percent"),
        (replace(TOLERANCE, percent=None, tolerance=money("-1 SEK")), "AMOUNT_NEGATIVE", "tolerance"),
        (replace(TOLERANCE, percent=None, tolerance=money("1 EUR")), "CURRENCY_MISMATCH", "tolerance"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_with_its_place(line: AdjustmentLine, code: str, path: str) -> None:
    entries = {HOLDER: (margin("SEASONAL", "1", id_=9),)}
    found = post_refusals([line], entries, AdjustmentStatus.DRAFT, TODAY)
    assert [(one.code.value, one.path) for one in found] == [(code, ("lines", "0", path))]
    assert post_refusals([SEASON, TOLERANCE], entries, AdjustmentStatus.DRAFT, TODAY) == ()


def test_what_the_limit_comes_to_is_worked_out_for_its_first_day() -> None:
    entries = (normal("100 SEK"), normal("200 SEK", days(5), id_=101), margin("SEASONAL", "50", days(-9), posted=7))
    assert comes_to(SEASON, entries, EXCHANGE, TODAY) == money("105 SEK")
    assert comes_to(replace(SEASON, from_=days(5)), entries, EXCHANGE, TODAY) == money("210 SEK")
    assert comes_to(TOLERANCE, entries, EXCHANGE, TODAY) == money("157.50 SEK")
    assert comes_to(SEASON, (), EXCHANGE, TODAY) is None
