"""Limits generated from limits: the formula of Dynamics 365 (2.11), its days, and who is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.limit_generation import (
    Candidate,
    Generated,
    LeftOut,
    LimitChange,
    LimitDays,
    RoundingDirection,
    asked_refusals,
    generated,
)
from domain.limits import AdjustmentKind
from tests.domain.words import ACME, DIGITS, EXCHANGE, TODAY, days, money, normal, temporary

PERMANENT, TEMPORARY = AdjustmentKind.PERMANENT, AdjustmentKind.TEMPORARY
UP, DOWN = RoundingDirection.UP, RoundingDirection.DOWN
RELATIVE = LimitDays(relative=True)
HOLDER = Candidate(("customer", ACME), "SEK", TODAY, (normal("83333 SEK", until=days(60)),))
SAME = LimitChange(percent=Decimal(0))

AMOUNTS = st.decimals(0, 10**9, places=2)
PERCENTS = st.decimals(-100, 1000, places=3)
UNITS = st.sampled_from([Decimal(text) for text in ("0.01", "0.03", "0.5", "1", "7", "500", "1000")])


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        (LimitChange(percent=Decimal(10), unit=Decimal(500)), "92000 SEK"),
        (LimitChange(percent=Decimal(10), unit=Decimal(500), direction=DOWN), "91500 SEK"),
        (LimitChange(amount=money("-5000 SEK"), unit=Decimal(1000)), "79000 SEK"),
        (LimitChange(amount=money("1000 EUR")), "94833 SEK"),
        (LimitChange(amount=money("-90000 SEK"), unit=Decimal(1000)), "0 SEK"),
        (LimitChange(percent=Decimal("0.001")), "83333.83 SEK"),
    ],
)
def test_a_limit_is_changed_then_rounded(change: LimitChange, limit: str) -> None:
    assert change.of(money("83333 SEK"), EXCHANGE) == money(limit)


@given(AMOUNTS, PERCENTS, UNITS)
def test_the_result_is_the_multiple_next_to_the_exact_amount(amount: Decimal, percent: Decimal, unit: Decimal) -> None:
    limit, exact = replace(money("0 SEK"), amount=amount), amount * (100 + percent) / 100
    up, down = (LimitChange(percent=percent, unit=unit, direction=way).of(limit, EXCHANGE).amount for way in (UP, DOWN))
    assert up % unit == down % unit == 0
    assert exact - unit < down <= exact <= up < exact + unit


@given(AMOUNTS, st.decimals(-(10**9), 10**9, places=2), UNITS, st.sampled_from(RoundingDirection))
def test_a_limit_is_never_below_nothing_and_more_never_gives_less(
    amount: Decimal, added: Decimal, unit: Decimal, way: RoundingDirection
) -> None:
    limit = replace(money("0 SEK"), amount=amount)
    less, more = (
        LimitChange(amount=replace(limit, amount=added + step), unit=unit, direction=way).of(limit, EXCHANGE)
        for step in (Decimal(0), Decimal("0.01"))
    )
    assert 0 <= less.amount <= more.amount


@given(AMOUNTS, PERCENTS, UNITS, st.sampled_from(RoundingDirection))
def test_what_is_rounded_already_stays(
    amount: Decimal, percent: Decimal, unit: Decimal, way: RoundingDirection
) -> None:
    once = LimitChange(percent=percent, unit=unit, direction=way).of(replace(money("0 SEK"), amount=amount), EXCHANGE)
    assume(once.amount < 10**12)
    assert LimitChange(percent=Decimal(0), unit=unit, direction=way).of(once, EXCHANGE) == once


def made(kind: AdjustmentKind, dates: LimitDays, of: Candidate = HOLDER) -> tuple[date | None, date | None]:
    line = generated(of, kind, SAME, dates, EXCHANGE)
    assert isinstance(line, Generated)
    return line.from_, line.until


def test_days_are_given_or_moved() -> None:
    assert made(PERMANENT, LimitDays(days(1), days(9))) == (days(1), days(9))
    assert made(PERMANENT, LimitDays()) == (None, None)
    assert made(PERMANENT, RELATIVE) == (None, days(60))
    assert made(PERMANENT, replace(RELATIVE, from_days=3, until_days=30)) == (days(3), days(90))
    assert made(PERMANENT, replace(RELATIVE, until_days=30), replace(HOLDER, entries=(normal("1 SEK"),))) == (
        None,
        None,
    )
    assert made(TEMPORARY, replace(RELATIVE, from_days=3, until_days=30)) == (days(3), days(33))


def test_a_temporary_limit_in_force_is_moved_and_replaced() -> None:
    active = temporary("200 SEK", days(-9), days(9))
    holder = replace(HOLDER, entries=(normal("100 SEK"), active))
    more = LimitChange(percent=Decimal(10))
    line = generated(holder, TEMPORARY, more, replace(RELATIVE, until_days=5), EXCHANGE)
    assert line == Generated(money("220 SEK"), None, days(14), active)
    assert generated(holder, TEMPORARY, more, LimitDays(None, days(14)), EXCHANGE) is LeftOut.OVERLAPS
    after = generated(holder, TEMPORARY, more, LimitDays(days(10), days(14)), EXCHANGE)
    assert after == Generated(money("110 SEK"), days(10), days(14)), "the normal limit is what is changed"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"excluded": True}, LeftOut.EXCLUDED),
        ({"unlimited": True}, LeftOut.UNLIMITED),
        ({"entries": ()}, LeftOut.NO_LIMIT),
        ({"entries": (normal("1 SEK", days(1)),)}, LeftOut.NO_LIMIT),
        ({"entries": (normal("1 SEK", until=days(-1)),)}, LeftOut.NO_DAYS),
    ],
)
def test_who_gets_no_line_is_left_out_for_a_reason(other: dict[str, Any], why: LeftOut) -> None:
    assert generated(replace(HOLDER, **other), PERMANENT, SAME, RELATIVE, EXCHANGE) is why


def test_a_limit_in_another_currency_is_changed_in_the_holders() -> None:
    holder = replace(HOLDER, entries=(normal("100 EUR"),))
    assert generated(holder, PERMANENT, SAME, RELATIVE, EXCHANGE) == Generated(money("1150 SEK"), None, None)


@pytest.mark.parametrize(
    ("kind", "change", "dates", "path"),
    [
        (PERMANENT, LimitChange(percent=Decimal("-100.1")), RELATIVE, "change.percent"),
        (PERMANENT, LimitChange(amount=money("1.001 SEK")), RELATIVE, "change.amount"),
        (PERMANENT, LimitChange(amount=money("-1 XQQ")), RELATIVE, "change.amount"),
        (PERMANENT, replace(SAME, unit=Decimal(0)), RELATIVE, "rounding.unit"),
        (PERMANENT, SAME, replace(RELATIVE, from_days=36_501), "dates.relative.fromDays"),
        (PERMANENT, SAME, LimitDays(days(2), days(1)), "dates.absolute.until"),
        (TEMPORARY, SAME, LimitDays(days(2)), "dates.absolute.until"),
        (TEMPORARY, SAME, RELATIVE, "dates.relative.untilDays"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    kind: AdjustmentKind, change: LimitChange, dates: LimitDays, path: str
) -> None:
    assert [".".join(one.path) for one in asked_refusals(kind, change, dates, DIGITS)] == [path]


def test_days_stay_within_the_calendar() -> None:
    eternal = replace(HOLDER, entries=(normal("1 SEK", until=date.max),))
    assert made(PERMANENT, replace(RELATIVE, until_days=36_500), eternal) == (None, date.max)
