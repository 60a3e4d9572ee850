"""How the release that was asked for last of a credit hold is read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.hold import CreditHoldStatus
from domain.release_request import ReleaseRequestStatus
from persistence.shapes.shape import seen, tidy
from persistence.shapes.worked import Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import constant
from persistence.statements import Statement, any_of
from persistence.tables.approval import release_request
from persistence.tables.decisions import credit_hold


def _status(of_hold: Expression) -> Expression:
    """What was decided; undecided it waits as long as its hold is in approval."""
    waits = of_hold == constant(CreditHoldStatus.IN_APPROVAL.value)
    undecided = sa.case(
        (waits, constant(ReleaseRequestStatus.WAITING.value)), else_=constant(ReleaseRequestStatus.ENDED.value)
    )
    return sa.func.coalesce(release_request.c.decision, undecided, type_=sa.Text())


def _fields(of_hold: Expression) -> list[Any]:
    apart = ("deviation_percent", "decision")
    return [
        *(column for column in release_request.c if column.name not in apart),
        tidy(release_request.c.deviation_percent).label("deviation_percent"),
        _status(of_hold).label("status"),
    ]


REQUESTS = Statement(
    sa.select(*_fields(credit_hold.c.status))
    .select_from(
        release_request.join(
            credit_hold,
            sa.and_(
                credit_hold.c.customer_id == release_request.c.customer_id,
                credit_hold.c.release_request_id == release_request.c.id,
            ),
        )
    )
    .where(
        any_of(release_request.c.customer_id, "customers"),
        any_of(release_request.c.hold_id, "holds"),
        seen(release_request.c.company_id),
    )
)
"""The release that was asked for last of each of `holds` of `customers`."""

_OF_HOLD = (credit_hold.c.customer_id, credit_hold.c.release_request_id, credit_hold.c.status)


def _worked_out(row: Row, asked: Asked) -> Object:
    payer, request, status = (row[column] for column in _OF_HOLD)
    last = (
        sa.select(*_fields(status))
        .where(
            release_request.c.customer_id == payer,
            release_request.c.id == request,
            seen(release_request.c.company_id),
        )
        .correlate(row.source)
        .lateral()
    )
    return Object({"release_request": Object(dict(last.c.items()), present=last.c.id.is_not(None))})


HOLD_REQUEST = Figures(_OF_HOLD, _worked_out)
"""The release that was asked for last of a hold, as `REQUESTS` reads it."""
