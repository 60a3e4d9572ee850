"""Fiscal years follow one another without a gap, whatever a company changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.calendar import DAY
from domain.fiscal_year import FiscalCalendar, FiscalYear, FiscalYearChange
from domain.refusal import ErrorCode

JULY = FiscalCalendar(7)
SHORT = FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 1)),))
LONG = FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 1), long_year=True),))
TWICE = FiscalCalendar(1, (FiscalYearChange(date(2024, 7, 1)), FiscalYearChange(date(2026, 1, 1), long_year=True)))

months = st.integers(1, 12)
days = st.dates()
near = st.dates(date(2019, 1, 1), date(2031, 12, 31))


def changes(dates: st.SearchStrategy[date]) -> st.SearchStrategy[tuple[FiscalYearChange, ...]]:
    return st.lists(
        st.builds(FiscalYearChange, dates.map(lambda day: day.replace(day=1)), st.booleans()), max_size=4
    ).map(lambda found: tuple(sorted(found, key=lambda change: change.from_)))


@st.composite
def calendars(draw: st.DrawFn, dates: st.SearchStrategy[date] = near) -> FiscalCalendar:
    """A calendar that is not refused: of changes at random, those that can be meant."""
    calendar = FiscalCalendar(draw(months))
    for change in draw(changes(dates)):
        longer = replace(calendar, changes=(*calendar.changes, change))
        calendar = calendar if longer.refusals() else longer
    return calendar


def year(first: str, last: str) -> FiscalYear:
    return FiscalYear(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("calendar", "day", "of", "closed"),
    [
        (JULY, "2026-06-30", year("2025-07-01", "2026-06-30"), year("2024-07-01", "2025-06-30")),
        (JULY, "2026-07-01", year("2026-07-01", "2027-06-30"), year("2025-07-01", "2026-06-30")),
        (SHORT, "2025-06-30", year("2024-07-01", "2025-06-30"), year("2023-07-01", "2024-06-30")),
        (SHORT, "2025-12-31", year("2025-07-01", "2025-12-31"), year("2024-07-01", "2025-06-30")),
        (SHORT, "2026-01-01", year("2026-01-01", "2026-12-31"), year("2025-07-01", "2025-12-31")),
        (SHORT, "2027-02-28", year("2027-01-01", "2027-12-31"), year("2026-01-01", "2026-12-31")),
        (LONG, "2024-06-30", year("2023-07-01", "2024-06-30"), year("2022-07-01", "2023-06-30")),
        (LONG, "2025-12-31", year("2024-07-01", "2025-12-31"), year("2023-07-01", "2024-06-30")),
        (LONG, "2025-07-01", year("2024-07-01", "2025-12-31"), year("2023-07-01", "2024-06-30")),
        (LONG, "2026-01-01", year("2026-01-01", "2026-12-31"), year("2024-07-01", "2025-12-31")),
        (TWICE, "2024-06-30", year("2024-01-01", "2024-06-30"), year("2023-01-01", "2023-12-31")),
        (TWICE, "2025-08-01", year("2024-07-01", "2025-12-31"), year("2024-01-01", "2024-06-30")),
    ],
)
def test_a_year_ends_where_a_change_falls_or_goes_on_until_it(
    calendar: FiscalCalendar, day: str, of: FiscalYear, closed: FiscalYear
) -> None:
    assert calendar.refusals() == []
    assert calendar.year_of(date.fromisoformat(day)) == of
    assert calendar.closed_before(date.fromisoformat(day)) == closed


@given(calendars(), near)
def test_every_day_is_in_one_year_and_the_next_begins_the_day_after_its_end(
    calendar: FiscalCalendar, day: date
) -> None:
    found = calendar.year_of(day)
    assert found.first <= day <= found.last
    assert {calendar.year_of(found.first), calendar.year_of(found.last)} == {found}
    following = calendar.year_of(found.last + DAY)
    assert following.first == found.last + DAY
    assert calendar.closed_before(following.first) == calendar.closed_before(following.last) == found


@given(calendars(), near)
def test_a_year_is_whole_months_and_less_than_two_years(calendar: FiscalCalendar, day: date) -> None:
    found = calendar.year_of(day)
    after = found.last + DAY
    assert (found.first.day, after.day) == (1, 1)
    length = (after.year - found.first.year) * 12 + after.month - found.first.month
    assert 1 <= length <= 23
    ends = {change.from_: change.long_year for change in calendar.changes}
    assert length == 12 or after in ends
    assert (length > 12) == ends.get(after, False)


@given(calendars())
def test_a_year_begins_on_the_day_of_every_change_and_on_its_anniversaries(calendar: FiscalCalendar) -> None:
    for change in calendar.changes:
        assert calendar.year_of(change.from_).first == change.from_
    if calendar.changes:
        last = calendar.changes[-1].from_
        assert calendar.year_of(last.replace(year=last.year + 7)).first == last.replace(year=last.year + 7)


@given(calendars(), near)
def test_years_that_ended_before_a_change_are_what_they_were_without_it(calendar: FiscalCalendar, day: date) -> None:
    assume(calendar.changes)
    without = replace(calendar, changes=calendar.changes[:-1])
    if without.year_of(day).last < calendar.changes[-1].from_ and not calendar.changes[-1].long_year:
        assert calendar.year_of(day) == without.year_of(day)


@given(calendars(days), days)
def test_years_reach_from_the_first_day_of_the_calendar_to_its_last(calendar: FiscalCalendar, day: date) -> None:
    found = calendar.year_of(day)
    assert found.first <= day <= found.last
    assert calendar.year_of(date.min).first == date.min
    assert calendar.year_of(date.max).last == date.max
    assert (calendar.closed_before(day) is None) == (found.first == date.min)


@pytest.mark.parametrize(
    ("calendar", "code", "path"),
    [
        (FiscalCalendar(0), ErrorCode.INVALID_VALUE, ("fiscalYearStart",)),
        (FiscalCalendar(13), ErrorCode.INVALID_VALUE, ("fiscalYearStart",)),
        (
            FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 2)),)),
            ErrorCode.INVALID_VALUE,
            ("fiscalYearChanges", "0", "from"),
        ),
        (
            FiscalCalendar(7, (FiscalYearChange(date(2026, 7, 1)),)),
            ErrorCode.INVALID_VALUE,
            ("fiscalYearChanges", "0", "from"),
        ),
        (
            FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 1)), FiscalYearChange(date(2029, 1, 1)))),
            ErrorCode.INVALID_VALUE,
            ("fiscalYearChanges", "1", "from"),
        ),
        (
            FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 1)), FiscalYearChange(date(2026, 1, 1)))),
            ErrorCode.DATE_ORDER,
            ("fiscalYearChanges", "1", "from"),
        ),
        (
            FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 1)), FiscalYearChange(date(2025, 9, 1)))),
            ErrorCode.DATE_ORDER,
            ("fiscalYearChanges", "1", "from"),
        ),
        (
            FiscalCalendar(7, (FiscalYearChange(date(2026, 1, 1)), FiscalYearChange(date(2026, 12, 1), True))),
            ErrorCode.INVALID_VALUE,
            ("fiscalYearChanges", "1", "longYear"),
        ),
    ],
)
def test_years_that_cannot_follow_one_another_are_refused(
    calendar: FiscalCalendar, code: ErrorCode, path: tuple[str, ...]
) -> None:
    assert [(refusal.code, refusal.path) for refusal in calendar.refusals()] == [(code, path)]


def test_a_year_may_be_long_a_month_after_a_whole_one_and_short_any_time() -> None:
    first = FiscalYearChange(date(2026, 1, 1))
    assert FiscalCalendar(7, (first, FiscalYearChange(date(2027, 2, 1), True))).refusals() == []
    assert FiscalCalendar(7, (first, FiscalYearChange(date(2026, 2, 1)))).refusals() == []
