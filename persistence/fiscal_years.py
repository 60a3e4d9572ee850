"""The fiscal calendars of companies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.fiscal_year import FiscalCalendar, FiscalYearChange
from persistence.statements import Row, Statement, any_of
from persistence.tables.company import credit_parameters, fiscal_year_change

_CALENDARS = Statement(
    sa.select(
        credit_parameters.c.company_id,
        credit_parameters.c.fiscal_year_start,
        fiscal_year_change.c.from_day,
        fiscal_year_change.c.long_year,
    )
    .select_from(
        credit_parameters.outerjoin(
            fiscal_year_change, fiscal_year_change.c.company_id == credit_parameters.c.company_id
        )
    )
    .where(any_of(credit_parameters.c.company_id, "companies"))
    .order_by(credit_parameters.c.company_id, fiscal_year_change.c.from_day)
)


async def fiscal_calendars(conn: asyncpg.Connection, companies: Iterable[UUID]) -> dict[UUID, FiscalCalendar]:
    """The calendar of each of these companies; one without parameters has the usual one."""
    keys = sorted(set(companies))
    kept: dict[UUID, list[Row]] = defaultdict(list)
    for row in await _CALENDARS.all(conn, companies=keys):
        kept[row["company_id"]].append(row)
    return {key: _calendar(kept[key]) if key in kept else FiscalCalendar() for key in keys}


def _calendar(rows: list[Row]) -> FiscalCalendar:
    changes = (FiscalYearChange(row["from_day"], row["long_year"]) for row in rows if row["from_day"] is not None)
    return FiscalCalendar(rows[0]["fiscal_year_start"], tuple(changes))
