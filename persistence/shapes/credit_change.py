"""How changes of credit that were asked for are read, and which of them the viewer may approve."""

from __future__ import annotations

import sqlalchemy as sa

from domain.credit_change import CreditChangeStatus
from persistence.shapes.audit import field_change
from persistence.shapes.document import each
from persistence.shapes.job import VIEWER
from persistence.shapes.reaching import MANAGER_IN, code, long_asked
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen
from persistence.shapes.worked import Asked, Figures, Object, Row, Rows
from persistence.tables.approval import credit_change_request as request
from persistence.tables.company import company_table, credit_parameters

_IN_REVIEW = request.c.status == code(CreditChangeStatus.IN_REVIEW.value)

MAY_APPROVE = sa.and_(_IN_REVIEW, request.c.asked_by_id != VIEWER, request.c.company_id == sa.func.any(MANAGER_IN))
"""Somebody else asked, and the viewer may change credit there: credit managers alone may."""

ESCALATED = sa.and_(
    _IN_REVIEW,
    sa.exists(
        sa.select(sa.literal(1))
        .select_from(company_table.join(credit_parameters, credit_parameters.c.company_id == company_table.c.id))
        .where(company_table.c.id == request.c.company_id, long_asked(request.c.created_at))
        .correlate(request)
    ),
)
"""It waits for longer than the company lets it."""

CREDIT_CHANGE_REQUEST = Shape(
    name="CreditChangeRequest",
    prefix="ccr",
    source=request,
    id=request.c.id,
    fields={
        "company_id": request.c.company_id,
        "customer_id": request.c.customer_id,
        "status": request.c.status,
        "changes": request.c.changes,
        "asked_by_id": request.c.asked_by_id,
        "decided_at": request.c.decided_at,
        "decided_by_id": request.c.decided_by_id,
        "decision_note": request.c.decision_note,
        "may_approve": MAY_APPROVE,
        "escalated": ESCALATED,
        **record_fields(request),
    },
    visible=seen(request.c.company_id),
    company=request.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, request.c.customer_id),
        "status": Filterable(Kind.CODE, request.c.status, enum=CreditChangeStatus),
        "asked_by": Filterable(Kind.ID, request.c.asked_by_id),
        "viewer_may_approve": Filterable(Kind.FLAG, MAY_APPROVE),
        "escalated": Filterable(Kind.FLAG, ESCALATED),
        "decided_at": Filterable(Kind.INSTANT, request.c.decided_at),
        **record_filters(request),
    },
    search=(request.c.decision_note,),
    order=(("created_at", True),),
)


def _worked_out(row: Row, asked: Asked) -> Object:
    return Object({"changes": Rows(each(row[request.c.changes], row.source), ("place",), field_change)})


ASKED_CHANGES = Figures((request.c.changes,), _worked_out)
"""What was asked for, field by field."""
