"""What the viewer's approval reaches, as SQL: what `domain.approval` says, for lists and for `viewerMay`.

It is asked within a statement about companies: `company_table` and `credit_parameters` must be joined there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.approval import own_reach
from domain.role import Role
from persistence.shapes.job import VIEWER
from persistence.shapes.shape import today
from persistence.tables.approval import delegation
from persistence.tables.company import approval_authority, company_table, credit_parameters

Expression = sa.ColumnElement[Any]

CLERK_IN = sa.bindparam("clerk_in", type_=sa.ARRAY(sa.Uuid()))
MANAGER_IN = sa.bindparam("manager_in", type_=sa.ARRAY(sa.Uuid()))
"""The companies in which the viewer has the role."""

_ROLES = ((Role.CREDIT_CLERK, CLERK_IN), (Role.CREDIT_MANAGER, MANAGER_IN))

_NOBODY = UUID(int=0)

_TODAY = today(company_table.c.time_zone)


def code(value: str) -> Expression:
    """A code of ours, as it stands in a statement."""
    return sa.literal_column(f"'{value}'", sa.Text())


def reaches(
    amount: Expression, currency: Expression, author: Callable[[Expression], Expression], *outside: sa.FromClause
) -> Expression:
    """The viewer's own authority goes so far, or one that somebody lent who is no `author`. `outside`: what else the
    amount is read from.
    """
    around = (company_table, credit_parameters, *outside)
    return sa.or_(_own(amount, currency, around), _lent(amount, currency, author, around))


def long_asked(since: Expression) -> Expression:
    """It waits for more days than the company lets it before it is escalated."""
    asked_on = sa.cast(sa.func.timezone(company_table.c.time_zone, since), sa.Date())
    waits = _TODAY - asked_on
    return sa.and_(
        credit_parameters.c.escalate_after_days.is_not(None),
        sa.type_coerce(waits, sa.Integer()) > credit_parameters.c.escalate_after_days,
    )


def in_force(lent: sa.FromClause) -> Expression:
    """A delegation holds today, at its company."""
    return sa.and_(lent.c.from_day <= _TODAY, lent.c.until_day >= _TODAY, lent.c.ended_at.is_(None))


def _own(amount: Expression, currency: Expression, around: tuple[sa.FromClause, ...]) -> Expression:
    company = company_table.c.id
    in_role = {role: company == sa.func.any(companies) for role, companies in _ROLES}
    personal = _within(approval_authority.alias(), amount, currency)
    of_person = _saved(personal, around, lambda saved: saved.c.actor_id == VIEWER)
    of_roles = sa.or_(*(sa.and_(have, _of_role(role, amount, currency, around)) for role, have in in_role.items()))
    return sa.and_(sa.or_(*in_role.values()), sa.func.coalesce(of_person, of_roles, type_=sa.Boolean()))


def _lent(
    amount: Expression,
    currency: Expression,
    author: Callable[[Expression], Expression],
    around: tuple[sa.FromClause, ...],
) -> Expression:
    lent = delegation.alias()
    inside = (*around, lent)
    personal = _within(approval_authority.alias(), amount, currency)
    of_person = _saved(personal, inside, lambda saved: saved.c.actor_id == lent.c.lender_id)
    of_role = sa.case(
        *((lent.c.role == code(role), _of_role(role, amount, currency, inside)) for role, _ in _ROLES), else_=sa.false()
    )
    return sa.and_(
        sa.or_(*(company_table.c.id == sa.func.any(companies) for _, companies in _ROLES)),
        sa.exists(
            sa.select(sa.literal(1))
            .select_from(lent)
            .where(
                lent.c.company_id == company_table.c.id,
                lent.c.delegate_id == VIEWER,
                in_force(lent),
                sa.not_(author(lent.c.lender_id)),
                _within(lent, amount, currency)[1],
                sa.func.coalesce(of_person, of_role, type_=sa.Boolean()),
            )
            .correlate(*around)
        ),
    )


def _of_role(role: Role, amount: Expression, currency: Expression, around: tuple[sa.FromClause, ...]) -> Expression:
    """A role's authority goes so far: what was saved, or what it has where nothing was."""
    unsaved = sa.true() if own_reach(_NOBODY, {role}, ()) else sa.false()
    saved = _within(approval_authority.alias(), amount, currency)
    found = _saved(saved, around, lambda one: one.c.role == code(role))
    return sa.func.coalesce(found, unsaved, type_=sa.Boolean())


def _saved(
    within: tuple[sa.FromClause, Expression],
    around: tuple[sa.FromClause, ...],
    whose: Callable[[sa.FromClause], Expression],
) -> Expression:
    """Whether an authority that was saved goes so far; null where none was."""
    saved, covers = within
    found = sa.select(covers).where(saved.c.company_id == company_table.c.id, whose(saved))
    return found.correlate(*around).scalar_subquery()


def _within(bound: sa.FromClause, amount: Expression, currency: Expression) -> tuple[sa.FromClause, Expression]:
    """An amount is within the one of a row; null there: any is. Without a rate none is."""
    age = credit_parameters.c.max_rate_age_days
    rates = sa.func.exchange(currency, bound.c.currency, _TODAY, age, type_=sa.ARRAY(sa.Numeric()))
    worth = sa.func.exchanged(amount, rates, type_=sa.Numeric())
    covers = sa.case(
        (bound.c.amount.is_(None), sa.true()),
        (bound.c.currency == currency, amount <= bound.c.amount),
        else_=sa.func.coalesce(worth <= bound.c.amount, sa.false()),
    )
    return bound, covers
