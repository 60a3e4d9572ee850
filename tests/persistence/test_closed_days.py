"""Days on which banks are closed: what the library says, how it is kept, and how it is brought up to date."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from persistence import embedded, migrate
from persistence.closed_days import YEARS, closed_days_of
from persistence.database import driver_url

KEPT = "select day, open_before, open_after from closed_day where country = 'SE' order by day"


def weekdays(country: str, year: int) -> list[date]:
    """The days other than Saturdays and Sundays on which banks are closed."""
    return [one.day for one in closed_days_of(country) if one.day.year == year and one.day.weekday() < 5]


def test_swedish_banks_are_closed_on_these_days_of_2026() -> None:
    """Lagen (1989:253) and (1930:173); the national day and Boxing Day are Saturdays."""
    expected = ["01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "06-19", "12-24", "12-25", "12-31"]
    assert weekdays("SE", 2026) == [date.fromisoformat(f"2026-{day}") for day in expected]


@pytest.mark.parametrize(
    ("country", "due", "moved"),
    [
        ("SE", date(2026, 11, 14), date(2026, 11, 16)),
        ("SE", date(2026, 12, 24), date(2026, 12, 28)),
        ("SE", date(2026, 12, 31), date(2027, 1, 4)),
        ("NO", date(2026, 4, 2), date(2026, 4, 7)),
        ("DK", date(2026, 6, 5), date(2026, 6, 8)),
        ("FI", date(2026, 12, 6), date(2026, 12, 7)),
        ("JP", date(2026, 12, 31), date(2027, 1, 4)),
        ("SA", date(2026, 11, 13), date(2026, 11, 15)),
    ],
)
def test_what_falls_due_on_a_closed_day_is_due_on_the_next_open_one(country: str, due: date, moved: date) -> None:
    assert {one.day: one.open_after for one in closed_days_of(country)}[due] == moved


def test_a_country_that_the_library_does_not_know_has_weekends_only() -> None:
    assert weekdays("XX", 2026) == []
    assert {one.day.year for one in closed_days_of("XX")} == set(YEARS)


def test_migrating_brings_the_calendars_in_use_up_to_date(server: embedded.Server) -> None:
    with migrate.passing_database(server) as url:
        migrate.upgrade(url)
        wrong = "insert into closed_day values ('SE', '2026-11-23', '2026-11-20', '2026-11-24')"
        engine = sa.create_engine(driver_url(url), poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(wrong)
        migrate.upgrade(url)
        with engine.connect() as connection:
            kept = connection.exec_driver_sql(KEPT).all()
            assert [tuple(row) for row in kept] == [
                (one.day, one.open_before, one.open_after) for one in closed_days_of("SE")
            ]
            assert connection.exec_driver_sql("select count(distinct country) from closed_day").scalar() == 1
