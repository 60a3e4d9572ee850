"""What is overdue and for how long, where due days move to banking days.

Moving a due day keeps the order of due days. So instead of every item's due day the day that is compared with is moved,
once for each company: what fell due on or before it is more than so many days past. Where nothing moves, no closed day
is looked up.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.exposure import Category
from persistence.shapes.worked import Expression
from persistence.shapes.worth import constant, equals_one_of
from persistence.tables.company import closed_day, company_table

CLAIMED = (Category.RECEIVABLES, Category.DISPUTED)
"""What is claimed from customers; due days of everything else are other days."""

MOST_DAYS = 1_700_000
"""More days than there are between two due days; a day less so many is still one that PostgreSQL knows."""


def past_due(day: Expression, days: int | Expression, bank_days_of: Expression) -> Expression:
    """The last due day that is more than so many days past on a day. `bank_days_of` as companies keep it."""
    if isinstance(days, int):
        last = day - constant(days + 1)
    else:
        last = day - sa.func.least(sa.func.greatest(days, constant(-MOST_DAYS)), constant(MOST_DAYS)) - constant(1)
    closed = closed_day.alias()
    return _moved(sa.type_coerce(last, sa.Date()), closed, closed.c.open_before, bank_days_of)


def moved_due(due: Expression, bank_days_of: Expression) -> Expression:
    """The day on which something is to be paid: its due day, or the next on which banks are open."""
    closed = closed_day.alias()
    return _moved(due, closed, closed.c.open_after, bank_days_of)


def _moved(day: Expression, closed: sa.FromClause, to: Expression, bank_days_of: Expression) -> Expression:
    found = sa.select(to).where(closed.c.country == bank_days_of, closed.c.day == day).correlate_except(closed)
    moved = sa.func.coalesce(found.scalar_subquery(), day, type_=sa.Date())
    return sa.case((bank_days_of.is_(None), day), else_=moved)


def bank_days_of(fact: Any) -> Expression:
    """Whose banking days move the due days of a fact's company, looked up for that row alone."""
    found = sa.select(company_table.c.bank_days_of).where(company_table.c.id == fact.c.company_id)
    return found.correlate_except(company_table).scalar_subquery()


def claimed_due(kept: Any, bank_days_of: Expression) -> Expression:
    """The due day of balances or movements: of what is claimed from customers moved, of everything else as kept."""
    claimed = equals_one_of(kept.c.category, CLAIMED)
    return sa.case((claimed, moved_due(kept.c.due_day, bank_days_of)), else_=kept.c.due_day)
