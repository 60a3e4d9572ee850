"""Days overdue, months back, banking days."""

from __future__ import annotations

from datetime import date

import pytest

from domain.calendar import bank_day, days_overdue, easter_sunday, months_back, swedish_bank_holidays


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


@pytest.mark.parametrize(
    ("year", "day"),
    [(2000, (4, 23)), (2008, (3, 23)), (2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))],
)
def test_easter_is_where_the_almanac_has_it(year: int, day: tuple[int, int]) -> None:
    assert easter_sunday(year) == date(year, *day)


def test_swedish_banks_are_closed_on_these_days_of_2026() -> None:
    assert sorted(swedish_bank_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 6, 6),
        date(2026, 6, 19),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2026, 12, 31),
    ]


@pytest.mark.parametrize(
    ("country", "due", "moved"),
    [
        ("SE", date(2026, 11, 13), date(2026, 11, 13)),
        ("SE", date(2026, 11, 14), date(2026, 11, 16)),
        ("SE", date(2026, 12, 24), date(2026, 12, 28)),
        ("SE", date(2026, 12, 31), date(2027, 1, 4)),
        ("FI", date(2026, 12, 24), date(2026, 12, 24)),
        ("FI", date(2026, 11, 14), date(2026, 11, 16)),
        (None, date(2026, 11, 14), date(2026, 11, 14)),
    ],
)
def test_a_due_day_moves_to_the_next_day_banks_are_open(country: str | None, due: date, moved: date) -> None:
    assert bank_day(due, country) == moved
