"""What seasonal factors and tolerances add to limits, exactly as `domain.limits` says: of one holder, and of many."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from domain.limits import MARGINS, AdjustmentKind
from persistence.shapes.terms import Terms
from persistence.shapes.worked import Expression
from persistence.shapes.worth import constant, equals_one_of
from persistence.tables.limits import credit_limit_entry

_HUNDREDTH = sa.literal_column("0.01", sa.Numeric())
"""To multiply with: a division has no more digits than PostgreSQL likes."""

_ZERO = sa.literal_column("0", sa.Numeric())
_ONE = sa.literal_column("1", sa.Integer())


def has_margins(holder: Expression, terms: Terms, before: tuple[sa.FromClause, ...]) -> sa.ColumnElement[bool]:
    """Whether a holder has ever had one. Few have, and an index of those few answers; whether anybody has is asked
    first, once for all rows of a statement: that costs a list of customers 2 % instead of 14 %.
    """
    entry, anybodys = credit_limit_entry.alias(), credit_limit_entry.alias()
    some = sa.select(sa.literal_column("true", sa.Boolean())).where(_is_margin(anybodys)).limit(_ONE).scalar_subquery()
    own = (entry.c.holder_id == holder, _is_margin(entry), entry.c.from_day <= terms["day"])
    return sa.and_(some, sa.select(entry.c.id).where(*own).correlate(*before).exists())


def margins(posted: sa.FromClause, holder: Expression, terms: Terms) -> dict[AdjustmentKind, sa.Select[Any]]:
    """What is added to the posted limit in force, a select of one row or none each: `kind`, `id`, `amount`,
    `currency`.
    """
    before = (*terms.before, posted)
    season, tolerance = (_margin_on(kind, holder, terms, before) for kind in MARGINS)
    factor = sa.select(season.c.percent).correlate(*before).scalar_subquery()
    added = {
        AdjustmentKind.SEASONAL: (season, seasonal_part(posted.c.amount, season), posted.c.currency),
        AdjustmentKind.TOLERANCE: (
            tolerance,
            *tolerated_part(posted.c.amount, posted.c.currency, factor, tolerance),
        ),
    }
    return {
        kind: sa.select(
            constant(kind).label("kind"), margin.c.id, amount.label("amount"), currency.label("currency")
        ).where(posted.c.amount.is_not(None))
        for kind, (margin, amount, currency) in added.items()
    }


def margins_of_many(
    holders: sa.FromClause, day: Expression, before: tuple[sa.FromClause, ...]
) -> sa.CompoundSelect[Any]:
    """What is added to the limits of many: `id`, `currency` and `amount` of each margin. `holders`: `id`, with the
    `amount` and `currency` posted (null: none).
    """
    season, tolerance = (_margin_of_many(kind, day, before) for kind in MARGINS)
    posted = holders.c.amount.is_not(None)
    seasonal = sa.select(
        holders.c.id, holders.c.currency, seasonal_part(holders.c.amount, season).label("amount")
    ).select_from(holders.join(season, season.c.holder_id == holders.c.id))
    amount, currency = tolerated_part(holders.c.amount, holders.c.currency, season.c.percent, tolerance)
    tolerated = sa.select(holders.c.id, currency.label("currency"), amount.label("amount")).select_from(
        holders.join(tolerance, tolerance.c.holder_id == holders.c.id).outerjoin(
            season, season.c.holder_id == holders.c.id
        )
    )
    return sa.union_all(*(one.where(posted).correlate(*before) for one in (seasonal, tolerated)))


def seasonal_part(amount: Expression, season: sa.FromClause) -> Expression:
    """What a seasonal factor adds to a posted limit."""
    return amount * season.c.percent * _HUNDREDTH


def tolerated_part(
    amount: Expression, currency: Expression, season: Expression, tolerance: sa.FromClause
) -> tuple[Expression, Expression]:
    """What a tolerance adds to a posted limit after its `season` (percent; null: none), and in which currency."""
    seasonal = amount + amount * sa.func.coalesce(season, _ZERO, type_=sa.Numeric()) * _HUNDREDTH
    by_amount = tolerance.c.tolerance.is_not(None)
    added = sa.case((by_amount, tolerance.c.tolerance), else_=seasonal * tolerance.c.percent * _HUNDREDTH)
    return added, sa.case((by_amount, tolerance.c.currency), else_=currency)


def lasts(entry: sa.FromClause, day: Expression, *outside: sa.FromClause) -> sa.ColumnElement[bool]:
    """A limit, a season or a tolerance that has begun is not over on a day, nor has it been ended or replaced by then.
    `outside`: what else the day is read from.
    """
    later = credit_limit_entry.alias()
    ended = sa.select(later.c.id).where(
        later.c.holder_id == entry.c.holder_id, later.c.replaces_id == entry.c.id, later.c.from_day <= day
    )
    in_time = sa.or_(entry.c.until_day.is_(None), entry.c.until_day >= day)
    return sa.and_(in_time, sa.not_(ended.correlate(entry, *outside).exists()))


def _is_margin(entry: sa.FromClause) -> sa.ColumnElement[bool]:
    return equals_one_of(entry.c.kind, MARGINS)


def _margin_on(
    kind: AdjustmentKind, holder: Expression, terms: Terms, before: tuple[sa.FromClause, ...]
) -> sa.FromClause:
    """The margin of a kind in force, `domain.limits.margin_on`: one row or none."""
    entry = credit_limit_entry.alias()
    return (
        sa.select(entry.c.id, entry.c.percent, entry.c.tolerance, entry.c.currency)
        .where(
            entry.c.holder_id == holder,
            entry.c.kind == constant(kind),
            entry.c.from_day <= terms["day"],
            lasts(entry, terms["day"], *before),
        )
        .order_by(entry.c.from_day.desc(), entry.c.id.desc())
        .limit(_ONE)
        .correlate(*before)
        .subquery()
    )


def _margin_of_many(kind: AdjustmentKind, day: Expression, before: tuple[sa.FromClause, ...]) -> sa.FromClause:
    """The margin of a kind in force, of everybody who has one."""
    entry = credit_limit_entry.alias()
    return (
        sa.select(entry.c.holder_id, entry.c.percent, entry.c.tolerance, entry.c.currency)
        .where(entry.c.kind == constant(kind), entry.c.from_day <= day, lasts(entry, day, *before))
        .ext(distinct_on(entry.c.holder_id))
        .order_by(entry.c.holder_id, entry.c.from_day.desc(), entry.c.id.desc())
        .correlate(*before)
        .subquery()
    )
