"""Fiscal years of companies, and how they changed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import strawberry

from domain.fiscal_year import FiscalCalendar
from persistence.fiscal_years import fiscal_calendars
from schema.context import Context


@strawberry.type(description="The first day of a fiscal year, from which on they begin on its anniversaries.")
class FiscalYearChange:
    """A change of the fiscal calendar."""

    from_: date = strawberry.field(name="from", description="The day, the first of a month.")
    long_year: bool = strawberry.field(
        description="Whether the fiscal year before lasts longer than twelve months; otherwise a shorter one comes"
        " between."
    )


@strawberry.type(description="A fiscal year of a company, which may be a short or a long one.")
class FiscalYear:
    """The year of a day, with the one closed before it."""

    from_: date = strawberry.field(name="from", description="The first day.")
    until: date = strawberry.field(description="The last day.")
    closed_from: date | None = strawberry.field(
        description="The first day of the fiscal year closed before it; null: there is none."
    )
    closed_until: date | None = strawberry.field(
        description="The last day of the fiscal year closed before it; null: there is none."
    )


async def fiscal_year(context: Context, company: UUID, day: date) -> FiscalYear:
    """The fiscal year of a company on a day."""

    async def fetch(companies: list[UUID]) -> list[FiscalCalendar]:
        async with context.house.pool.acquire() as conn:
            calendars = await fiscal_calendars(conn, companies)
        return [calendars[key] for key in companies]

    calendar: FiscalCalendar = await context.loader("fiscal calendars", fetch).load(company)
    year, closed = calendar.year_of(day), calendar.closed_before(day)
    return FiscalYear(
        from_=year.first,
        until=year.last,
        closed_from=None if closed is None else closed.first,
        closed_until=None if closed is None else closed.last,
    )
