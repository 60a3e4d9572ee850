"""Which adjustments the viewer may approve: in review, written by others, within the authority of one of its roles."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.adjustment import AdjustmentStatus
from domain.approval import authorities_of
from domain.role import Role
from persistence.shapes.job import VIEWER
from persistence.shapes.shape import today
from persistence.tables.company import approval_authority, company_table
from persistence.tables.limits import credit_limit_adjustment as adjustment
from persistence.tables.limits import credit_limit_adjustment_line as line

CLERK_IN = sa.bindparam("clerk_in", type_=sa.ARRAY(sa.Uuid()))
MANAGER_IN = sa.bindparam("manager_in", type_=sa.ARRAY(sa.Uuid()))
"""The companies in which the viewer has the role."""

MAX_AGE_DAYS = sa.literal_column("7", sa.Integer())
"""How old a rate may be, as in `domain.money.Exchange`."""

IN_REVIEW = sa.literal_column(f"'{AdjustmentStatus.IN_REVIEW.value}'", sa.Text())

OWN = sa.or_(adjustment.c.created_by_id == VIEWER, sa.func.array_position(adjustment.c.author_ids, VIEWER).is_not(None))
"""The viewer wrote, changed or submitted it."""


def _beyond(role: Role) -> sa.ColumnElement[bool]:
    """A line in review is beyond the authority of a role."""
    saved = approval_authority.alias()
    asked = line.alias()
    day = today(company_table.c.time_zone)
    rates = sa.func.exchange(asked.c.currency, saved.c.currency, day, MAX_AGE_DAYS, type_=sa.ARRAY(sa.Numeric()))
    worth = sa.func.exchanged(asked.c.amount, rates, type_=sa.Numeric())
    within = sa.case(
        (saved.c.id.is_(None), sa.true() if authorities_of({role}, ()) else sa.false()),
        (saved.c.amount.is_(None), sa.true()),
        (saved.c.currency == asked.c.currency, asked.c.amount <= saved.c.amount),
        else_=sa.func.coalesce(worth <= saved.c.amount, sa.false()),
    )
    of_role = sa.and_(
        saved.c.company_id == adjustment.c.company_id, saved.c.role == sa.literal_column(f"'{role.value}'", sa.Text())
    )
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(asked.join(company_table, company_table.c.id == adjustment.c.company_id).outerjoin(saved, of_role))
        .where(asked.c.adjustment_id == adjustment.c.id, asked.c.status == IN_REVIEW, sa.not_(within))
        .correlate(adjustment)
    )


def _as(role: Role, companies: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(adjustment.c.company_id == sa.func.any(companies), sa.not_(_beyond(role)))


MAY_DECIDE = sa.and_(
    adjustment.c.status == IN_REVIEW,
    sa.or_(_as(Role.CREDIT_CLERK, CLERK_IN), _as(Role.CREDIT_MANAGER, MANAGER_IN)),
)
"""One of the viewer's roles has the authority for every line in review."""

MAY_APPROVE = sa.and_(MAY_DECIDE, sa.not_(OWN))
"""And somebody else wrote it."""
