"""The credit limits that an exposure report adds up, and the customers whose exposure is above theirs.

What a limit is made of is said by `domain.limits.limit_on`; here it becomes SQL, for many customers at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from domain.limits import MARGINS, AdjustmentKind
from persistence.exposure_dimensions import Dimensions, ExposureDimension, key_columns, scope, who, written
from persistence.exposure_sums import narrowed, used_of, valid
from persistence.shapes.margins import lasts, seasonal_part, tolerated_part
from persistence.shapes.worth import constant
from persistence.statements import Statement
from persistence.tables.customer import credit_group_member, customer
from persistence.tables.limits import collateral, credit_limit_entry


@cache
def limits(dimensions: Dimensions, *, intercompany: bool) -> Statement:
    """The sum of the limits of the customers of a group that have one (AMOUNT), exactly, by currency."""
    customers = who(dimensions, intercompany=intercompany)
    few = ExposureDimension.CUSTOMER in dimensions
    normal, temporary = _normal(customers, few=few), _temporary(customers, few=few)
    keys = [written(customers.c[name]).label(name) for name in key_columns(dimensions)]
    limited = sa.not_(customers.c.unlimited_credit)
    in_force = (
        sa.select(
            customers.c.id,
            customers.c.day,
            *keys,
            sa.func.coalesce(temporary.c.currency, normal.c.currency).label("currency"),
            sa.func.coalesce(temporary.c.amount, normal.c.amount, type_=sa.Numeric()).label("amount"),
        )
        .select_from(customers.join(normal, _of(normal, customers)).outerjoin(temporary, _of(temporary, customers)))
        .where(limited, normal.c.amount.is_not(None))
    )
    secured = (
        sa.select(*keys, collateral.c.currency, _added().label("amount"))
        .select_from(customers.join(collateral, valid(customers)).join(normal, _of(normal, customers)))
        .where(limited, normal.c.amount.is_not(None))
    )
    posted = narrowed(in_force, dimensions, customers).cte("in_force")
    mine = [posted.c[key.name] for key in keys]
    parts = sa.union_all(
        sa.select(*mine, posted.c.currency, posted.c.amount),
        narrowed(secured, dimensions, customers),
        *(
            sa.select(*mine, currency, amount).select_from(joined)
            for amount, currency, joined in _margins(posted, posted.c.amount, posted.c.currency, few=few)
        ),
    ).subquery("parts")
    known = [parts.c[name] for name in key_columns(dimensions)]
    return Statement(
        sa.select(*known, parts.c.currency, sa.func.sum(parts.c.amount).label("amount"))
        .group_by(*known, parts.c.currency)
        .order_by(*known, parts.c.currency)
    )


@cache
def compared(*, past: bool, intercompany: bool) -> Statement:
    """What customers use and what their limits come to, as lists of amounts, of those who may be above their limits.

    Only limits that bind. A customer all of whose amounts are in the company's currency is compared at once, and left
    out when it uses no more than its limit. The others are for the domain to convert and compare.
    """
    customers = who((), intercompany=intercompany)
    normal, temporary = _normal(customers, few=False), _temporary(customers, few=False)
    binding = (
        sa.select(
            customers,
            sa.func.coalesce(temporary.c.amount, normal.c.amount, 0).label("limit_amount"),
            sa.func.coalesce(temporary.c.currency, normal.c.currency, customers.c.company_currency).label(
                "limit_currency"
            ),
            sa.func.coalesce(temporary.c.amount, normal.c.amount).is_not(None).label("posted"),
        )
        .select_from(
            customers.outerjoin(normal, _of(normal, customers)).outerjoin(temporary, _of(temporary, customers))
        )
        .where(sa.not_(customers.c.unlimited_credit), _binds(customers, normal, temporary))
        .cte("binding")
    )
    nothing = sa.literal(0, sa.Numeric())
    used = used_of(binding, past=past)
    more = (
        sa.select(binding.c.id, currency, nothing, amount).select_from(joined).where(binding.c.posted)
        for amount, currency, joined in _margins(binding, binding.c.limit_amount, binding.c.limit_currency, few=False)
    )
    rows = sa.union_all(
        sa.select(used.c.id, used.c.currency, used.c.used, nothing.label("allowed")),
        sa.select(binding.c.id, binding.c.limit_currency, nothing, binding.c.limit_amount),
        sa.select(binding.c.id, collateral.c.currency, nothing, _added()).select_from(
            binding.join(collateral, valid(binding))
        ),
        *more,
    ).subquery("part")
    foreign = sa.func.bool_or(rows.c.currency != binding.c.company_currency)
    above = sa.func.sum(rows.c.used - rows.c.allowed) > 0
    return Statement(
        sa.select(
            binding.c.id,
            binding.c.company_id,
            *(sa.func.array_agg(rows.c[name]).label(name) for name in ("currency", "used", "allowed")),
        )
        .select_from(rows.join(binding, binding.c.id == rows.c.id))
        .group_by(binding.c.id, binding.c.company_id)
        .having(sa.or_(foreign, above))
    )


def _margins(
    posted: sa.FromClause, amount: sa.ColumnElement[Any], currency: sa.ColumnElement[Any], *, few: bool
) -> Iterator[tuple[sa.ColumnElement[Any], sa.ColumnElement[Any], sa.FromClause]]:
    """What seasonal factor and tolerance add to posted limits, in which currency, and where that is read from.

    `posted`: the customers by `id`, with the `day` of each.
    """
    entry = credit_limit_entry
    begun, day = (entry.c.from_day.desc(), entry.c.id.desc()), _day(posted, few=few)
    season, tolerance = (_in_force(posted, kind, begun, lasts(entry, day, day.table), few=few) for kind in MARGINS)
    yield seasonal_part(amount, season), currency, posted.join(season, _of(season, posted))
    joined = posted.join(tolerance, _of(tolerance, posted))
    added = tolerated_part(amount, currency, season.c.percent, tolerance)
    yield *added, joined.outerjoin(season, _of(season, posted))


def _of(entry: sa.FromClause, customers: sa.FromClause) -> sa.ColumnElement[bool]:
    return entry.c.holder_id == customers.c.id


def _normal(customers: sa.Subquery, *, few: bool) -> sa.FromClause:
    """`domain.limits.normal_on`."""
    entry = credit_limit_entry
    latest = (entry.c.from_day.desc(), entry.c.id.desc())
    return _in_force(customers, AdjustmentKind.PERMANENT, latest, few=few)


def _temporary(customers: sa.Subquery, *, few: bool) -> sa.FromClause:
    """`domain.limits.temporary_on`."""
    entry, day = credit_limit_entry, _day(customers, few=few)
    latest = (entry.c.id.desc(), entry.c.from_day.desc())
    return _in_force(customers, AdjustmentKind.TEMPORARY, latest, lasts(entry, day, day.table), few=few)


def _day(customers: sa.FromClause, *, few: bool) -> Any:
    """The column of the day that limits are asked for: of each of a few customers, or of its company."""
    return customers.c.day if few else scope().c.day


def _in_force(
    customers: sa.FromClause,
    kind: AdjustmentKind,
    latest: Sequence[sa.ColumnElement[Any]],
    *conditions: sa.ColumnElement[bool],
    few: bool,
) -> sa.FromClause:
    """The last limit of a kind that has begun: looked up for each of a few customers, or sorted out for all at once."""
    entry = credit_limit_entry
    also = (entry.c.percent, entry.c.tolerance) if kind in MARGINS else ()
    found = sa.select(entry.c.holder_id, entry.c.amount, entry.c.currency, *also).where(
        entry.c.kind == constant(kind), *conditions
    )
    if few:
        return (
            found.where(entry.c.holder_id == customers.c.id, entry.c.from_day <= customers.c.day)
            .order_by(*latest)
            .limit(1)
            .correlate(customers)
            .lateral(kind.value.lower())
        )
    companies = scope()
    return (
        found.select_from(
            entry.join(customer, customer.c.id == entry.c.holder_id).join(
                companies, companies.c.id == customer.c.company_id
            )
        )
        .where(entry.c.from_day <= companies.c.day)
        .ext(distinct_on(entry.c.holder_id))
        .order_by(entry.c.holder_id, *latest)
        .subquery(kind.value.lower())
    )


def _binds(customers: sa.Subquery, normal: sa.FromClause, temporary: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a limit has a total; a limit that was never set is 0 unless the group decides or the company says so."""
    member = (
        sa.exists()
        .where(
            credit_group_member.c.customer_id == customers.c.id,
            credit_group_member.c.from_day <= customers.c.day,
            sa.or_(credit_group_member.c.until_day.is_(None), credit_group_member.c.until_day >= customers.c.day),
        )
        .correlate(customers)
    )
    in_group = sa.and_(customers.c.check_credit_groups, member)
    return sa.or_(
        normal.c.amount.is_not(None),
        temporary.c.amount.is_not(None),
        customers.c.mandatory_credit_limit,
        sa.not_(sa.or_(in_group, customers.c.unset_limit_means_unlimited)),
    )


def _added() -> sa.ColumnElement[Any]:
    """What a policy adds to a limit, less its full value when it is included in exposure."""
    flagged = sa.case((collateral.c.included_in_exposure, collateral.c.value), else_=0)
    return collateral.c.value * collateral.c.percent / 100 - flagged
