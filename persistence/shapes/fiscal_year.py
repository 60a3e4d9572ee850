"""The fiscal year of a company on a day and the one closed before it, exactly as `domain.fiscal_year` says."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from domain.fiscal_year import MONTHS
from persistence.shapes.terms import KEPT_APART, days
from persistence.shapes.worked import Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import constant
from persistence.tables.company import company_table, credit_parameters, fiscal_year_change

_FIRST, _LAST = (sa.literal_column(f"date '{day.isoformat()}'", sa.Date()) for day in (date.min, date.max))
_ONE, _YEAR = constant(1), constant(MONTHS)


def _company(row: Row, asked: Asked) -> Object:
    own, parameters = company_table.alias(), credit_parameters.alias()
    day, _ = days(own.c.time_zone, asked)
    known = (
        sa.select(own.c.id, day.label("day"), sa.func.coalesce(parameters.c.fiscal_year_start, _ONE).label("month"))
        .select_from(own.outerjoin(parameters, parameters.c.company_id == own.c.id))
        .where(own.c.id == row[company_table.c.id])
        .offset(KEPT_APART)
        .correlate(row.source)
        .lateral()
    )
    year = _year_of(known.c.day, known, (known,))
    closed = _year_of(sa.func.greatest(year.c.first - _ONE, _FIRST, type_=sa.Date()), known, (known, year))
    there = year.c.first > _FIRST
    return Object(
        {
            "from_": year.c.first,
            "until": year.c.last,
            "closed_from": sa.case((there, closed.c.first)),
            "closed_until": sa.case((there, closed.c.last)),
        }
    )


FISCAL_YEAR = Figures((company_table.c.id,), _company)
"""The fiscal year of the day that is asked for, today unless said, with the one closed before it."""


def _year_of(day: Expression, known: sa.FromClause, before: tuple[sa.FromClause, ...]) -> sa.FromClause:
    """The first and the last day of the fiscal year of a day: a lateral of one row. Months are counted, as there."""
    since, after = fiscal_year_change.alias(), fiscal_year_change.alias()
    month = (
        sa.select(sa.cast(sa.extract("month", since.c.from_day), sa.Integer()))
        .where(since.c.company_id == known.c.id, since.c.from_day <= day)
        .order_by(since.c.from_day.desc())
    )
    coming = (
        sa.select(after.c.from_day, after.c.long_year)
        .where(after.c.company_id == known.c.id, after.c.from_day > day)
        .order_by(after.c.from_day)
    )
    turns, long = (
        coming.with_only_columns(column).limit(_ONE).correlate(*before).scalar_subquery()
        for column in (_counted(after.c.from_day), after.c.long_year)
    )
    named = sa.func.coalesce(month.limit(_ONE).correlate(*before).scalar_subquery(), known.c.month, type_=sa.Integer())
    around = sa.select(_counted(day).label("of"), named.label("month"), turns.label("turns"), long.label("long"))
    told = around.offset(KEPT_APART).correlate(*before).subquery()
    began, last = _latest(told.c.month, told.c.of), _latest(told.c.month, told.c.turns - _ONE)
    lasts = sa.select(told, began.label("began"), last.label("last")).subquery()
    goes_on = sa.and_(lasts.c.long, lasts.c.began >= lasts.c.last - _YEAR)
    first = sa.case((goes_on, lasts.c.last - _YEAR), else_=lasts.c.began)
    ends = sa.case((goes_on, lasts.c.turns), else_=sa.func.least(lasts.c.began + _YEAR, lasts.c.turns))
    days_of = (_day(first).label("first"), sa.func.least(_day(ends) - _ONE, _LAST, type_=sa.Date()).label("last"))
    return sa.select(*days_of).offset(KEPT_APART).correlate(*before).lateral()


def _counted(day: Expression) -> Expression:
    year, month = (sa.cast(sa.extract(part, day), sa.Integer()) for part in ("year", "month"))
    return year * _YEAR + month - _ONE


def _latest(month: Expression, of: Expression) -> Expression:
    """The latest month of a name up to one."""
    return of - sa.func.mod(of - (month - _ONE), _YEAR, type_=sa.Integer())


def _day(month: Expression) -> Expression:
    """The first day of a month; of one before there are any the first there is."""
    made = sa.func.make_date(month // _YEAR, sa.func.mod(month, _YEAR) + _ONE, _ONE)
    return sa.case((month < _YEAR, _FIRST), else_=sa.type_coerce(made, sa.Date()))
