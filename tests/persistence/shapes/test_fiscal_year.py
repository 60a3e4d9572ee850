"""The fiscal year of a company, in SQL, is the one of the domain."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from domain.fiscal_year import FiscalCalendar, FiscalYearChange
from persistence.database import Connection
from persistence.fiscal_years import fiscal_calendars
from persistence.shapes.fiscal_year import FISCAL_YEAR
from persistence.shapes.worked import Asked
from tests.domain.test_fiscal_year import calendars, days, near
from tests.persistence.shapes.composing import AS_OF, Composed
from tests.persistence.shapes.firms import NOW, TODAY, undone
from tests.schema.world import World

EDGES = [date.min, date(1, 6, 30), date(1, 12, 31), date(9999, 1, 1), date.max]


async def company(conn: Connection, calendar: FiscalCalendar | None, zone: str = "Pacific/Auckland") -> UUID:
    """A company with these fiscal years; without parameters for None."""
    row = {"code": "FY", "name": "Firm", "country": "NZ", "currency": "EUR", "locale": "en", "time_zone": zone}
    world = World(conn)
    key = await world.put("company", **row)
    if calendar is not None:
        await world.put("credit_parameters", company_id=key, fiscal_year_start=calendar.month)
        for one in calendar.changes:
            await world.put("fiscal_year_change", company_id=key, from_day=one.from_, long_year=one.long_year)
    return key


def told(calendar: FiscalCalendar, day: date) -> dict[tuple[str, ...], date | None]:
    """What the domain says, under the names of the figures."""
    year, closed = calendar.year_of(day), calendar.closed_before(day)
    return {
        ("from_",): year.first,
        ("until",): year.last,
        ("closed_from",): None if closed is None else closed.first,
        ("closed_until",): None if closed is None else closed.last,
    }


@settings(suppress_health_check=list(HealthCheck))
@given(st.one_of(calendars(near), calendars(days)), st.lists(st.one_of(near, days), min_size=3, max_size=8))
async def test_the_fiscal_year_of_a_day_is_the_domains(
    pool: asyncpg.Pool, calendar: FiscalCalendar, asked: list[date]
) -> None:
    composed = Composed(FISCAL_YEAR, Asked(AS_OF))
    turns = [change.from_ for change in calendar.changes]
    async with undone(pool) as conn:
        key = await company(conn, calendar)
        assert await fiscal_calendars(conn, [key]) == {key: calendar}
        for day in (*asked, *turns, *EDGES):
            note(f"{calendar} {day}")
            assert (await composed.of(conn, [key], as_of=day, now=NOW))[key] == told(calendar, day)


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", date(2026, 3, 3)), ("Europe/Stockholm", TODAY)])
async def test_unless_a_day_is_said_it_is_today_at_the_company(pool: asyncpg.Pool, zone: str, day: date) -> None:
    calendar = FiscalCalendar(3, (FiscalYearChange(day.replace(month=4, day=1)),))
    calendar = FiscalCalendar(1, (FiscalYearChange(date(2026, 3, 1)), *calendar.changes))
    async with undone(pool) as conn:
        key = await company(conn, calendar, zone)
        for composed, asked in (
            (Composed(FISCAL_YEAR, Asked()), {}),
            (Composed(FISCAL_YEAR, Asked(AS_OF)), {"as_of": None}),
        ):
            assert (await composed.of(conn, [key], now=NOW, **asked))[key] == told(calendar, day)


async def test_a_company_without_parameters_has_calendar_years(pool: asyncpg.Pool) -> None:
    async with undone(pool) as conn:
        key = await company(conn, None)
        found = (await Composed(FISCAL_YEAR, Asked(AS_OF)).of(conn, [key], as_of=TODAY, now=NOW))[key]
        assert found == told(FiscalCalendar(), TODAY)
        assert await fiscal_calendars(conn, [key]) == {key: FiscalCalendar()}
