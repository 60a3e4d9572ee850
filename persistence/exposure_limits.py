"""The credit limits that an exposure report adds up, and the customers whose exposure is above theirs.

What a limit is made of is said by `domain.limits.limit_on`; here it becomes SQL, for many customers at a time.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.limits import AdjustmentKind
from persistence.exposure_dimensions import Dimensions, key_columns, who, written
from persistence.exposure_sums import narrowed, used_of, valid
from persistence.statements import Statement
from persistence.tables.customer import credit_group_member
from persistence.tables.limits import collateral, credit_limit_entry


@cache
def limits(dimensions: Dimensions) -> Statement:
    """The sum of the limits of the customers of a group that have one (AMOUNT), exactly, by currency."""
    customers = who(dimensions)
    normal, temporary = _normal(customers), _temporary(customers)
    keys = [written(customers.c[name]).label(name) for name in key_columns(dimensions)]
    limited = sa.not_(customers.c.unlimited_credit)
    in_force = (
        sa.select(
            *keys,
            sa.func.coalesce(temporary.c.currency, normal.c.currency).label("currency"),
            sa.func.coalesce(temporary.c.amount, normal.c.amount).label("amount"),
        )
        .select_from(customers.join(normal, sa.true()).outerjoin(temporary, sa.true()))
        .where(limited)
    )
    secured = (
        sa.select(*keys, collateral.c.currency, _added().label("amount"))
        .select_from(customers.join(collateral, valid(customers)).join(normal, sa.true()))
        .where(limited)
    )
    parts = sa.union_all(*(narrowed(part, dimensions, customers) for part in (in_force, secured))).subquery("parts")
    known = [parts.c[name] for name in key_columns(dimensions)]
    return Statement(
        sa.select(*known, parts.c.currency, sa.func.sum(parts.c.amount).label("amount"))
        .group_by(*known, parts.c.currency)
        .order_by(*known, parts.c.currency)
    )


@cache
def compared(*, past: bool) -> Statement:
    """What customers use and what their limits come to, by currency, of those who may be above their limits.

    Only limits that bind. A customer all of whose amounts are in the company's currency is compared at once, and left
    out when it uses no more than its limit. The others are for the domain to convert and compare.
    """
    customers = who(())
    normal, temporary = _normal(customers), _temporary(customers)
    binding = (
        sa.select(
            customers,
            sa.func.coalesce(temporary.c.amount, normal.c.amount, 0).label("limit_amount"),
            sa.func.coalesce(temporary.c.currency, normal.c.currency, customers.c.company_currency).label(
                "limit_currency"
            ),
        )
        .select_from(customers.outerjoin(normal, sa.true()).outerjoin(temporary, sa.true()))
        .where(sa.not_(customers.c.unlimited_credit), _binds(customers, normal, temporary))
        .cte("binding")
    )
    nothing = sa.literal(0, sa.Numeric())
    owner = [binding.c.id, binding.c.company_id, binding.c.company_currency]
    used = used_of(binding, past=past)
    of_limit = sa.select(*owner, binding.c.limit_currency, nothing, binding.c.limit_amount)
    secured = sa.select(*owner, collateral.c.currency, nothing, _added()).select_from(
        binding.join(collateral, valid(binding))
    )
    rows = sa.union_all(
        sa.select(
            used.c.id,
            used.c.company_id,
            used.c.company_currency,
            used.c.currency,
            used.c.used.label("used"),
            nothing.label("allowed"),
        ),
        of_limit,
        secured,
    ).subquery("rows")
    mine = rows.c.id
    summed = (
        sa.select(
            mine,
            rows.c.company_id,
            rows.c.currency,
            sa.func.sum(rows.c.used).label("used"),
            sa.func.sum(rows.c.allowed).label("allowed"),
            sa.func.bool_and(sa.func.bool_and(rows.c.currency == rows.c.company_currency))
            .over(partition_by=mine)
            .label("same_currency"),
            sa.func.sum(sa.func.sum(rows.c.used) - sa.func.sum(rows.c.allowed))
            .over(partition_by=mine)
            .label("difference"),
        )
        .group_by(mine, rows.c.company_id, rows.c.currency)
        .subquery("summed")
    )
    return Statement(
        sa.select(summed.c.id, summed.c.company_id, summed.c.currency, summed.c.used, summed.c.allowed)
        .where(sa.or_(sa.not_(summed.c.same_currency), summed.c.difference > 0))
        .order_by(summed.c.id, summed.c.currency)
    )


def _normal(customers: sa.Subquery) -> sa.FromClause:
    """`domain.limits.normal_on`."""
    return (
        sa.select(credit_limit_entry.c.amount, credit_limit_entry.c.currency)
        .where(
            credit_limit_entry.c.holder_id == customers.c.id,
            credit_limit_entry.c.kind == AdjustmentKind.PERMANENT.value,
            credit_limit_entry.c.from_day <= customers.c.day,
        )
        .order_by(credit_limit_entry.c.from_day.desc(), credit_limit_entry.c.id.desc())
        .limit(1)
        .correlate(customers)
        .lateral("normal")
    )


def _temporary(customers: sa.Subquery) -> sa.FromClause:
    """`domain.limits.temporary_on`."""
    successor = credit_limit_entry.alias("successor")
    replaced = (
        sa.select(1)
        .where(
            successor.c.holder_id == credit_limit_entry.c.holder_id,
            successor.c.replaces_id == credit_limit_entry.c.id,
            successor.c.from_day <= customers.c.day,
        )
        .correlate(credit_limit_entry, customers)
    )
    return (
        sa.select(credit_limit_entry.c.amount, credit_limit_entry.c.currency)
        .where(
            credit_limit_entry.c.holder_id == customers.c.id,
            credit_limit_entry.c.kind == AdjustmentKind.TEMPORARY.value,
            credit_limit_entry.c.from_day <= customers.c.day,
            sa.or_(credit_limit_entry.c.until_day.is_(None), credit_limit_entry.c.until_day >= customers.c.day),
            sa.not_(sa.exists(replaced)),
        )
        .order_by(credit_limit_entry.c.id.desc(), credit_limit_entry.c.from_day.desc())
        .limit(1)
        .correlate(customers)
        .lateral("temporary")
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
