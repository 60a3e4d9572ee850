"""How credit holds are read, with the reasons that hold and the release that ended one.

What they are filtered by of their orders and payers is looked up for each: the holds that wait are few, and found by
company and status.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from domain.decision import BlockReasonCode
from domain.facts import Checkpoint
from domain.hold import CreditHoldStatus
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.release_approving import ESCALATED, MAY_APPROVE, MAY_REJECT, WORKFLOW
from persistence.shapes.rule import BLOCKING_RULE
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy
from persistence.shapes.worked import Asked, Figures, LinkTo, Object, Row, Rows, Said
from persistence.statements import Statement, any_of
from persistence.tables.customer import customer
from persistence.tables.decisions import credit_hold, credit_release, hold_reason
from persistence.tables.orders import sales_order


def _of_order(value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A value of its order."""
    return (
        sa.select(value)
        .where(sales_order.c.customer_id == credit_hold.c.customer_id, sales_order.c.id == credit_hold.c.sales_order_id)
        .correlate(credit_hold)
        .scalar_subquery()
    )


def _of_payer(value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A value of who pays."""
    found = sa.select(value).where(customer.c.id == credit_hold.c.customer_id)
    return found.correlate(credit_hold).scalar_subquery()


def _for_a_reason(compared: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Held for a reason that is still true."""
    found = sa.select(sa.literal(1)).where(
        hold_reason.c.customer_id == credit_hold.c.customer_id,
        hold_reason.c.hold_id == credit_hold.c.id,
        hold_reason.c.active,
        compared,
    )
    return found.correlate(credit_hold).exists()


_ORDER_NUMBER = _of_order(sales_order.c.number)
_TERMS = sa.func.coalesce(_of_order(sales_order.c.payment_terms_id), _of_payer(customer.c.payment_terms_id))
"""The order's own payment terms, otherwise those its payer usually has."""

_HELD_ON = sa.cast(sa.func.timezone("UTC", credit_hold.c.held_at), sa.Date())

CREDIT_HOLD = Shape(
    name="CreditHold",
    prefix="hld",
    source=credit_hold,
    id=credit_hold.c.id,
    fields={
        "company_id": credit_hold.c.company_id,
        "customer_id": credit_hold.c.customer_id,
        "sales_order_id": credit_hold.c.sales_order_id,
        "decision_id": credit_hold.c.decision_id,
        "checkpoint": credit_hold.c.checkpoint,
        "amount": credit_hold.c.amount,
        "currency": credit_hold.c.currency,
        "status": credit_hold.c.status,
        "forced": credit_hold.c.forced,
        "forced_reason_id": credit_hold.c.forced_reason_id,
        "held_at": credit_hold.c.held_at,
        "review_date": credit_hold.c.review_date,
        "notes": credit_hold.c.notes,
        "responsible_id": credit_hold.c.responsible_id,
        "release_request_id": credit_hold.c.release_request_id,
        "workflow": WORKFLOW,
        "may_approve": MAY_APPROVE,
        "may_reject": MAY_REJECT,
        "escalated": ESCALATED,
        "end_reason_id": credit_hold.c.end_reason_id,
        **record_fields(credit_hold),
    },
    visible=seen(credit_hold.c.company_id),
    company=credit_hold.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, credit_hold.c.customer_id),
        "order": Filterable(Kind.ID, credit_hold.c.sales_order_id),
        "checkpoint": Filterable(Kind.CODE, credit_hold.c.checkpoint, enum=Checkpoint),
        "amount": Filterable(
            Kind.MONEY,
            in_reporting_currency(credit_hold.c.amount, credit_hold.c.currency, _HELD_ON, credit_hold),
            sort=True,
        ),
        "status": Filterable(Kind.CODE, credit_hold.c.status, enum=CreditHoldStatus, sort=True),
        "forced": Filterable(Kind.FLAG, credit_hold.c.forced),
        "reason": Filterable(Kind.CODE, hold_reason.c.code, enum=BlockReasonCode, of_any=_for_a_reason),
        "ship_date": Filterable(Kind.DAY, _of_order(sales_order.c.ship_date), sort=True),
        "payment_terms": Filterable(Kind.ID, _TERMS),
        "credit_management_group": Filterable(Kind.ID, _of_payer(customer.c.credit_management_group_id)),
        "risk_group": Filterable(Kind.ID, _of_payer(customer.c.risk_group_id)),
        "credit_representative": Filterable(Kind.ID, _of_payer(customer.c.credit_representative_id)),
        "held_at": Filterable(Kind.INSTANT, credit_hold.c.held_at, sort=True),
        "review_date": Filterable(Kind.DAY, credit_hold.c.review_date, sort=True),
        "responsible": Filterable(Kind.ID, credit_hold.c.responsible_id),
        "viewer_may_approve": Filterable(Kind.FLAG, MAY_APPROVE),
        "escalated": Filterable(Kind.FLAG, ESCALATED),
        **record_filters(credit_hold),
    },
    search=(_ORDER_NUMBER, credit_hold.c.notes),
    order=(("held_at", True),),
)

_REASON = (hold_reason.c.code, hold_reason.c.message, hold_reason.c.active, hold_reason.c.rule_id)

REASONS = Statement(
    sa.select(hold_reason.c.hold_id, *_REASON)
    .where(
        any_of(hold_reason.c.customer_id, "customers"),
        any_of(hold_reason.c.hold_id, "holds"),
        seen(hold_reason.c.company_id),
    )
    .order_by(hold_reason.c.hold_id, hold_reason.c.place)
)
"""Why `holds` of `customers` were held, most serious first."""

_RELEASE = (
    *(column for column in credit_release.c if column.name != "deviation_percent"),
    tidy(credit_release.c.deviation_percent).label("deviation_percent"),
)

RELEASES = Statement(
    sa.select(*_RELEASE)
    .ext(distinct_on(credit_release.c.hold_id))
    .where(
        any_of(credit_release.c.customer_id, "customers"),
        any_of(credit_release.c.hold_id, "holds"),
        seen(credit_release.c.company_id),
    )
    .order_by(credit_release.c.hold_id, credit_release.c.id.desc())
)
"""The last release of each of `holds` of `customers`, where somebody released it."""


def _worked_out(row: Row, asked: Asked) -> Object:
    hold, payer = row[credit_hold.c.id], row[credit_hold.c.customer_id]
    last = (
        sa.select(*_RELEASE)
        .where(
            credit_release.c.customer_id == payer,
            credit_release.c.hold_id == hold,
            seen(credit_release.c.company_id),
        )
        .order_by(credit_release.c.id.desc())
        .limit(sa.literal_column("1"))
        .correlate(row.source)
        .lateral()
    )
    reasons = (
        sa.select(hold_reason.c.place, *_REASON)
        .where(hold_reason.c.customer_id == payer, hold_reason.c.hold_id == hold, seen(hold_reason.c.company_id))
        .correlate(row.source)
    )
    return Object(
        {
            "reasons": Rows(reasons, ("place",), _reason),
            "release": Object(dict(last.c.items()), present=last.c.id.is_not(None)),
        }
    )


def _reason(found: sa.FromClause) -> dict[str, object]:
    """A `domain.decision.BlockReason`."""
    return {
        "code": found.c.code,
        "message": Said(found.c.message),
        "active": found.c.active,
        "rule": LinkTo(found.c.rule_id, BLOCKING_RULE),
    }


HOLD_FIGURES = Figures((credit_hold.c.id, credit_hold.c.customer_id), _worked_out)
"""The reasons of a hold, most serious first, and its last release, as `REASONS` and `RELEASES` read them."""
