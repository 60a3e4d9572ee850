"""What waits for the viewer's approval, as one list: limit adjustments, releases of orders, and changes of credit.

Each is a row as long as the viewer may approve it now, by the conditions of its own shape.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from domain.approval import CHANGE_LIMITS, RELEASE_ORDER, ApprovalKind
from persistence.shapes import approving, credit_change, release_approving
from persistence.shapes.adjustment import CREDIT_LIMIT_ADJUSTMENT, CREDIT_LIMIT_ADJUSTMENT_LINE
from persistence.shapes.credit_change import CREDIT_CHANGE_REQUEST
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.reaching import code
from persistence.shapes.shape import Filterable, Kind, Shape
from persistence.tables.approval import credit_change_request, release_request
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group, customer
from persistence.tables.decisions import credit_hold
from persistence.tables.limits import credit_limit_adjustment as adjustment
from persistence.tables.limits import credit_limit_adjustment_line as line
from persistence.tables.orders import sales_order

Expression = sa.ColumnElement[Any]

_asked = release_request.alias("asked")
_company = company_table.alias("its_own_company")


def _said(text: str, number: Expression) -> Expression:
    """A sentence about a number of a company, as `persistence.frozen` keeps sentences."""
    values = sa.func.jsonb_build_object(code("number"), number, code("company"), _company.c.code)
    return sa.func.jsonb_build_object(code("text"), code(text), code("values"), values, type_=JSONB())


def _of_the_only_line(value: Expression) -> Expression:
    """A value of the line in review, where there is one alone and the viewer sees whose limit it is."""
    lines = line.outerjoin(customer, customer.c.id == line.c.customer_id).outerjoin(
        credit_group, credit_group.c.id == line.c.credit_group_id
    )
    return (
        sa.select(sa.func.max(value))
        .select_from(lines)
        .where(line.c.adjustment_id == adjustment.c.id, line.c.status == approving.IN_REVIEW)
        .having(sa.func.count() == sa.literal_column("1"), sa.func.bool_and(CREDIT_LIMIT_ADJUSTMENT_LINE.visible))
        .correlate(adjustment)
        .scalar_subquery()
    )


def _kind(kind: ApprovalKind) -> Expression:
    return code(kind.value).label("kind")


_NO_RECORD: Expression = sa.cast(sa.null(), sa.Uuid())

_CHANGES = sa.select(
    # First: its columns say which may be null.
    credit_change_request.c.id,
    _kind(ApprovalKind.CREDIT_CHANGE),
    credit_change_request.c.company_id,
    credit_change_request.c.message,
    credit_change_request.c.asked_by_id,
    credit_change_request.c.created_at.label("asked_at"),
    sa.cast(sa.null(), release_request.c.highest.type).label("amount"),
    sa.cast(sa.null(), sa.Text()).label("currency"),
    credit_change.ESCALATED.label("escalated"),
    _NO_RECORD.label("adjustment_id"),
    _NO_RECORD.label("hold_id"),
    credit_change_request.c.id.label("change_id"),
).where(CREDIT_CHANGE_REQUEST.visible, credit_change.MAY_APPROVE)

_RELEASES = (
    sa.select(
        credit_hold.c.id,
        _kind(ApprovalKind.RELEASE),
        credit_hold.c.company_id,
        _said(RELEASE_ORDER, sales_order.c.number),
        _asked.c.asked_by_id,
        _asked.c.asked_at,
        _asked.c.highest,
        _asked.c.currency,
        release_approving.ESCALATED,
        _NO_RECORD,
        credit_hold.c.id,
        _NO_RECORD,
    )
    .select_from(
        credit_hold.join(
            _asked,
            sa.and_(_asked.c.customer_id == credit_hold.c.customer_id, _asked.c.id == credit_hold.c.release_request_id),
        )
        .join(
            sales_order,
            sa.and_(
                sales_order.c.customer_id == credit_hold.c.customer_id, sales_order.c.id == credit_hold.c.sales_order_id
            ),
        )
        .join(_company, _company.c.id == credit_hold.c.company_id)
    )
    .where(CREDIT_HOLD.visible, release_approving.MAY_APPROVE)
)

_ADJUSTMENTS = (
    sa.select(
        adjustment.c.id,
        _kind(ApprovalKind.LIMIT_ADJUSTMENT),
        adjustment.c.company_id,
        _said(CHANGE_LIMITS, adjustment.c.number),
        adjustment.c.created_by_id,
        adjustment.c.submitted_at,
        _of_the_only_line(CREDIT_LIMIT_ADJUSTMENT_LINE.fields["amount"]),
        _of_the_only_line(line.c.currency),
        approving.ESCALATED,
        adjustment.c.id,
        _NO_RECORD,
        _NO_RECORD,
    )
    .select_from(adjustment.join(_company, _company.c.id == adjustment.c.company_id))
    .where(CREDIT_LIMIT_ADJUSTMENT.visible, approving.MAY_APPROVE)
)

_waiting = sa.union_all(_CHANGES, _RELEASES, _ADJUSTMENTS).subquery("waiting")


def _in_companies(companies: Expression) -> Expression:
    """It is of a company of some; about a whole group or party, it concerns one."""
    shared = (
        sa.select(sa.literal(1))
        .select_from(credit_change_request)
        .where(credit_change_request.c.id == _waiting.c.change_id, credit_change.in_companies(companies))
        .correlate(_waiting)
    )
    return sa.or_(
        _waiting.c.company_id == sa.func.any(companies), sa.and_(_waiting.c.company_id.is_(None), sa.exists(shared))
    )


APPROVAL_WAITING = Shape(
    name="ApprovalWaiting",
    prefix="apw",
    source=_waiting,
    id=_waiting.c.id,
    fields={name: column for name, column in _waiting.c.items() if name != "id"},
    visible=sa.true(),
    in_companies=_in_companies,
    filters={
        "kind": Filterable(Kind.CODE, _waiting.c.kind, enum=ApprovalKind),
        "asked_by": Filterable(Kind.ID, _waiting.c.asked_by_id),
        "asked_at": Filterable(Kind.INSTANT, _waiting.c.asked_at, sort=True),
        "escalated": Filterable(Kind.FLAG, _waiting.c.escalated),
    },
    order=(("asked_at", False),),
)
"""One row for each, under the key of its record: only of what the viewer may see and approve."""
