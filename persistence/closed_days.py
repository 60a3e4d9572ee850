"""Days on which banks are closed, kept for countries whose banking days move due days (parameter dueRollsToBankDay).

They come from the library `holidays` and are kept in the database, so that whoever reads, checks or decides needs no
calendar: 11 MB and a fifth of a second for each process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.calendar import DAY, ClosedDay, closed_days
from persistence.shapes.falling_due import CLAIMED
from persistence.statements import Row, Statement, any_of
from persistence.tables.company import closed_day, company_table
from persistence.writing.saving import update

YEARS = range(2000, 2100)
"""The years whose due days move; older ones and later ones stay where they are."""

BANKS = {"AT": "bank", "BE": "bank", "DK": "optional", "JP": "bank", "SE": "de_facto"}
"""Where banks are closed on more days than public holidays: as what the library knows those days."""

WEEKEND = frozenset({5, 6})

_COUNTRY = sa.bindparam("country", type_=sa.Text())
_KEPT = Statement(sa.select(closed_day.c.day).where(closed_day.c.country == _COUNTRY).limit(1))
_CLOSED = Statement(
    sa.select(closed_day.c.country, closed_day.c.day, closed_day.c.open_after).where(
        any_of(closed_day.c.country, "countries"), any_of(closed_day.c.day, "days")
    )
)
_NAMES = ("day", "open_before", "open_after")
_GIVEN = (
    sa.func.unnest(*(sa.bindparam(name, type_=sa.ARRAY(sa.Date())) for name in _NAMES))
    .table_valued(*(sa.column(name, sa.Date()) for name in _NAMES))
    .render_derived(name="given")
)
_KEEP = Statement(
    insert(closed_day)
    .from_select(["country", *_NAMES], sa.select(_COUNTRY, *(_GIVEN.c[name] for name in _NAMES)))
    .on_conflict_do_nothing()
)


def closed_days_of(country: str) -> list[ClosedDay]:
    """When banks are closed in a country (ISO 3166). One that the library does not know has weekends only."""
    import holidays  # rarely needed, and slow to import

    years, public = list(YEARS), holidays.PUBLIC
    weekend = WEEKEND
    closed: set[date] = set()
    if country in holidays.list_supported_countries(include_aliases=False):
        categories = {public, BANKS[country]} if country in BANKS else {public}
        known = holidays.country_holidays(country, years=years, categories=categories)
        closed, weekend = {day for day in known if day.year in YEARS}, frozenset(known.weekend)
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    every = (first + number * DAY for number in range((last - first).days + 1))
    return list(closed_days({*closed, *(day for day in every if day.weekday() in weekend)}))


async def move_due_days(conn: asyncpg.Connection, company: UUID, country: str | None) -> None:
    """From now on the company's due days move to banking days of a country; None: they stay where they are."""
    if country is not None and await _KEPT.one(conn, country=country) is None:
        found = await asyncio.to_thread(closed_days_of, country)
        columns = {name: [getattr(one, name) for one in found] for name in _NAMES}
        await _KEEP.run(conn, country=country, **columns)
    await update(conn, company_table, {"id": company}, {"bank_days_of": country}, edited=False)


async def moved_dues(
    conn: asyncpg.Connection, kept: Sequence[Row], countries: Mapping[UUID, str | None]
) -> Sequence[Row]:
    """Balances of customers with the due days of what is claimed from them moved; as they are where none move.

    `countries`: by customer whose banking days move them.
    """
    moving = {country for country in countries.values() if country is not None}
    if not moving or not kept:
        return kept
    rows = await _CLOSED.all(conn, countries=list(moving), days=list({row["due_day"] for row in kept}))
    after = {(row["country"], row["day"]): row["open_after"] for row in rows}
    return [
        {**row, "due_day": after.get((countries[row["customer_id"]], row["due_day"]), row["due_day"])}
        if row["category"] in CLAIMED
        else row
        for row in kept
    ]


def renew_closed_days(connection: sa.Connection) -> None:
    """Bring what is kept up to date with the library: laws change. Only where banks are closed on other days."""
    for (country,) in connection.execute(sa.select(closed_day.c.country).distinct()).all():
        rows = [
            {"country": country, **{name: getattr(one, name) for name in _NAMES}} for one in closed_days_of(country)
        ]
        columns = [closed_day.c[name] for name in ("country", *_NAMES)]
        kept = connection.execute(sa.select(*columns).where(closed_day.c.country == country)).mappings().all()
        if {tuple(row.values()) for row in kept} != {tuple(row.values()) for row in rows}:
            connection.execute(sa.delete(closed_day).where(closed_day.c.country == country))
            connection.execute(sa.insert(closed_day), rows)
