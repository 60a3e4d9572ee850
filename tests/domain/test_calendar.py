"""Days overdue, months back, days on which banks are closed."""

from __future__ import annotations

from datetime import date

import pytest

from domain.calendar import ClosedDay, closed_days, days_overdue, months_back


@pytest.mark.parametrize(("today", "overdue"), [(9, 0), (10, 0), (11, 1), (20, 10)])
def test_decision_23_days_overdue_are_today_less_the_due_day(today: int, overdue: int) -> None:
    assert days_overdue(date(2026, 11, 10), date(2026, 11, today)) == overdue


@pytest.mark.parametrize(
    ("day", "months", "back"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 15), 12, date(2025, 12, 15)),
        (date(2026, 5, 31), 18, date(2024, 11, 30)),
    ],
)
def test_a_month_back_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int, back: date) -> None:
    assert months_back(day, months) == back


def test_a_closed_day_names_the_open_days_around_it() -> None:
    eve, day, weekend = date(2026, 12, 24), date(2026, 12, 25), [date(2026, 12, 26), date(2026, 12, 27)]
    before, after = date(2026, 12, 23), date(2026, 12, 28)
    assert list(closed_days([*weekend, day, eve])) == [ClosedDay(one, before, after) for one in (eve, day, *weekend)]
