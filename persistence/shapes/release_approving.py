"""Which releases wait for approval, for whom, and since when, as credit holds tell it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.hold import CreditHoldStatus
from persistence.shapes.job import VIEWER
from persistence.shapes.reaching import code, long_asked, reaches
from persistence.tables.approval import release_request
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.decisions import credit_hold

IN_APPROVAL = credit_hold.c.status == code(CreditHoldStatus.IN_APPROVAL.value)

WORKFLOW = sa.exists(
    sa.select(sa.literal(1))
    .where(credit_parameters.c.company_id == credit_hold.c.company_id, credit_parameters.c.approve_releases)
    .correlate(credit_hold)
)
"""In its company a release beyond somebody's authority is approved by somebody else."""


def _asked(*conditions: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The release that is asked for is such. Holds that wait for no approval are not looked into."""
    asked = (
        sa.select(sa.literal(1))
        .select_from(
            release_request.join(company_table, company_table.c.id == release_request.c.company_id).join(
                credit_parameters, credit_parameters.c.company_id == company_table.c.id
            )
        )
        .where(
            release_request.c.customer_id == credit_hold.c.customer_id,
            release_request.c.id == credit_hold.c.release_request_id,
            *conditions,
        )
        .correlate(credit_hold)
    )
    return sa.and_(IN_APPROVAL, sa.exists(asked))


def _author(person: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return release_request.c.asked_by_id == person


_REACHED = reaches(release_request.c.highest, release_request.c.currency, _author, release_request)

MAY_APPROVE = _asked(sa.not_(_author(VIEWER)), _REACHED)
"""The viewer has an authority that reaches it, and somebody else asked."""

MAY_REJECT = _asked(sa.or_(_author(VIEWER), _REACHED))
"""The same, or the viewer takes back what it asked for."""

ESCALATED = _asked(long_asked(release_request.c.asked_at))
"""It waits for longer than the company lets it."""
