"""Amounts of different currencies made comparable: in the reporting currency, at the rate of the record's day.

For sorting and comparing only. A figure that is shown is converted by the domain, with the age of its rate minded.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.money import EURO
from persistence.shapes.shape import REPORTING
from persistence.tables.reference import exchange_rate

_EURO = sa.literal(EURO, sa.Text())


def in_reporting_currency(
    amount: sa.ColumnElement[Any], currency: sa.ColumnElement[Any], day: sa.ColumnElement[Any], *of: sa.FromClause
) -> sa.ColumnElement[Any]:
    """The amount in the reporting currency by the last rates on or before a day; null where no rate leads there.

    `of`: the tables the three come from, which every subquery is correlated to by name.
    """

    def times(base: sa.ColumnElement[Any], quote: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """What one unit of a currency is worth in another: as published, or one divided by the other direction."""
        return sa.case(
            (base == quote, sa.literal(1, sa.Numeric())),
            else_=sa.func.coalesce(_last(base, quote, day, of), 1 / _last(quote, base, day, of)),
        )

    worth = sa.func.coalesce(
        times(currency, REPORTING),
        times(currency, _EURO) * times(_EURO, REPORTING),
    )
    return sa.cast(amount * worth, sa.Numeric())


def _last(
    base: sa.ColumnElement[Any], quote: sa.ColumnElement[Any], day: sa.ColumnElement[Any], of: tuple[sa.FromClause, ...]
) -> sa.ColumnElement[Any]:
    rate = exchange_rate.alias()
    return (
        sa.select(rate.c.rate)
        .where(rate.c.base == base, rate.c.quote == quote, rate.c.day <= day)
        .order_by(rate.c.day.desc())
        .limit(1)
        .correlate(*of)
        .scalar_subquery()
    )
