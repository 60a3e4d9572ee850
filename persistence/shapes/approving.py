"""Which adjustments the viewer may approve: in review, written by others, within an authority it has or was lent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.adjustment import AdjustmentStatus
from persistence.shapes.job import VIEWER
from persistence.shapes.reaching import code, long_asked, reaches
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.limits import credit_limit_adjustment as adjustment
from persistence.tables.limits import credit_limit_adjustment_line as line

IN_REVIEW = code(AdjustmentStatus.IN_REVIEW.value)

_WITH_COMPANY = company_table.join(credit_parameters, credit_parameters.c.company_id == company_table.c.id)


def _author(person: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Somebody wrote, changed or submitted it."""
    among = sa.func.array_position(adjustment.c.author_ids, person).is_not(None)
    return sa.or_(adjustment.c.created_by_id == person, among)


def _decidable() -> sa.ColumnElement[bool]:
    asked = line.alias()
    reached = reaches(asked.c.amount, asked.c.currency, _author, asked, adjustment)
    beyond = sa.exists(
        sa.select(sa.literal(1))
        .select_from(asked.join(_WITH_COMPANY, company_table.c.id == adjustment.c.company_id))
        .where(asked.c.adjustment_id == adjustment.c.id, asked.c.status == IN_REVIEW, sa.not_(reached))
        .correlate(adjustment)
    )
    return sa.and_(adjustment.c.status == IN_REVIEW, sa.not_(beyond))


OWN = _author(VIEWER)
"""The viewer wrote, changed or submitted it."""

MAY_DECIDE = _decidable()
"""For every line in review the viewer has an authority that reaches it."""

MAY_APPROVE = sa.and_(MAY_DECIDE, sa.not_(OWN))
"""And somebody else wrote it."""

ESCALATED = sa.and_(
    adjustment.c.status == IN_REVIEW,
    sa.exists(
        sa.select(sa.literal(1))
        .select_from(_WITH_COMPANY)
        .where(company_table.c.id == adjustment.c.company_id, long_asked(adjustment.c.submitted_at))
        .correlate(adjustment)
    ),
)
"""It waits for longer than the company lets it."""
