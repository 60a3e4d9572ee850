"""What a release allows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.refusal import ErrorCode
from domain.release import Release, covers, release_refusals
from tests.domain.words import TODAY, days, money

RELEASE = Release(money("1,000 SEK"), TODAY)
TEN_PERCENT = replace(RELEASE, deviation_percent=Decimal(10))


@pytest.mark.parametrize(
    ("release", "amount", "covered"),
    [
        (TEN_PERCENT, "1,100 SEK", True),
        (TEN_PERCENT, "1,100.01 SEK", False),
        (replace(RELEASE, deviation_percent=Decimal(0)), "1,000 SEK", True),
        (replace(RELEASE, deviation_percent=Decimal(0)), "1,000.01 SEK", False),
        (RELEASE, "1,000 SEK", True),
        (RELEASE, "1,000.01 SEK", False),
        (replace(TEN_PERCENT, ceiling=money("1,050 SEK")), "1,050.01 SEK", False),
        (replace(TEN_PERCENT, ceiling=money("1,200 SEK")), "1,100.01 SEK", False),
        (replace(RELEASE, ceiling=money("1,200 SEK")), "1,200 SEK", True),
        (replace(RELEASE, ceiling=money("800 SEK")), "1,000 SEK", False),
        (RELEASE, "900 EUR", False),
    ],
)
def test_ac61_decision_20_up_to_its_bound_a_released_order_is_left_alone(
    release: Release, amount: str, covered: bool
) -> None:
    assert covers(release, money(amount), TODAY) is covered


@pytest.mark.parametrize(
    ("release", "grace", "last"),
    [
        (RELEASE, None, 14),
        (replace(RELEASE, last_date=days(3)), None, 3),
        (replace(RELEASE, last_date=days(30)), None, 30),
        (RELEASE, 2, 2),
        (RELEASE, 0, 0),
        (replace(RELEASE, last_date=days(1)), 2, 1),
        (replace(RELEASE, last_date=days(30)), 2, 2),
    ],
)
def test_decision_18_and_20_until_its_last_day_inclusive(release: Release, grace: int | None, last: int) -> None:
    assert covers(release, money("1,000 SEK"), days(last), grace)
    assert not covers(release, money("1,000 SEK"), days(last + 1), grace)


def test_a_company_may_let_releases_stand_longer() -> None:
    assert covers(RELEASE, money("1 SEK"), days(60), valid_days=60)


def test_bounds_that_cannot_be_meant_are_refused_all_at_once() -> None:
    assert release_refusals(replace(TEN_PERCENT, ceiling=money("1,200 SEK"), last_date=TODAY)) == ()
    wrong = replace(RELEASE, ceiling=money("1 EUR"), deviation_percent=Decimal(-1), last_date=days(-1))
    assert [(r.code, r.path) for r in release_refusals(wrong)] == [
        (ErrorCode.CURRENCY_MISMATCH, ("ceiling",)),
        (ErrorCode.INVALID_VALUE, ("deviationPercent",)),
        (ErrorCode.DATE_ORDER, ("lastDate",)),
    ]
    negative = release_refusals(replace(RELEASE, ceiling=money("-1 SEK")))
    assert [refusal.code for refusal in negative] == [ErrorCode.AMOUNT_NEGATIVE]


def test_a_ceiling_below_the_order_is_refused_and_one_that_equals_it_is_not() -> None:
    (refusal,) = release_refusals(replace(RELEASE, ceiling=money("999.99 SEK")))
    assert (refusal.code, refusal.path) == (ErrorCode.INVALID_VALUE, ("ceiling",))
    assert (refusal.limit, refusal.actual) == (money("999.99 SEK"), money("1,000 SEK"))
    assert release_refusals(replace(RELEASE, ceiling=money("1,000 SEK"))) == ()


def test_a_deviation_of_more_than_1000_percent_is_refused() -> None:
    assert release_refusals(replace(RELEASE, deviation_percent=Decimal(1000))) == ()
    (refusal,) = release_refusals(replace(RELEASE, deviation_percent=Decimal("1000.01")))
    assert (refusal.code, refusal.path) == (ErrorCode.INVALID_VALUE, ("deviationPercent",))
