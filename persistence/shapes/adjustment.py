"""How limit adjustments and their lines are read.

A line is seen by who sees its adjustment and its holder: a line for a customer or a group of other companies only stays
with them.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.adjustment import AdjustmentStatus
from domain.amounts import LARGEST
from domain.limits import AdjustmentKind, LimitAction
from persistence.shapes.approving import ESCALATED, MAY_APPROVE, MAY_DECIDE, OWN
from persistence.shapes.credit_group import group_visible
from persistence.shapes.limit import in_force
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy, today
from persistence.shapes.terms import KEPT_APART, Terms
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import credit_group, customer
from persistence.tables.limits import credit_limit_adjustment as adjustment
from persistence.tables.limits import credit_limit_adjustment_line as line
from persistence.tables.limits import credit_limit_entry

_WORKFLOW = sa.exists(
    sa.select(sa.literal(1))
    .where(
        credit_parameters.c.company_id == adjustment.c.company_id,
        credit_parameters.c.approve_limit_adjustments,
    )
    .correlate(adjustment)
)

CREDIT_LIMIT_ADJUSTMENT = Shape(
    name="CreditLimitAdjustment",
    prefix="adj",
    source=adjustment,
    id=adjustment.c.id,
    fields={
        "company_id": adjustment.c.company_id,
        "number": adjustment.c.number,
        "kind": adjustment.c.kind,
        "description": adjustment.c.description,
        "status": adjustment.c.status,
        "created_by_id": adjustment.c.created_by_id,
        "posted_at": adjustment.c.posted_at,
        "workflow": _WORKFLOW,
        "may_approve": MAY_APPROVE,
        "may_reject": sa.or_(MAY_DECIDE, OWN),
        "own": OWN,
        "escalated": ESCALATED,
        "submitted_at": adjustment.c.submitted_at,
        **record_fields(adjustment),
    },
    visible=seen(adjustment.c.company_id),
    company=adjustment.c.company_id,
    filters={
        "number": Filterable(Kind.TEXT, adjustment.c.number, sort=True),
        "kind": Filterable(Kind.CODE, adjustment.c.kind, enum=AdjustmentKind),
        "status": Filterable(Kind.CODE, adjustment.c.status, enum=AdjustmentStatus, sort=True),
        "created_by": Filterable(Kind.ID, adjustment.c.created_by_id),
        "viewer_may_approve": Filterable(Kind.FLAG, MAY_APPROVE),
        "escalated": Filterable(Kind.FLAG, ESCALATED),
        "submitted_at": Filterable(Kind.INSTANT, adjustment.c.submitted_at, sort=True),
        "posted_at": Filterable(Kind.INSTANT, adjustment.c.posted_at, sort=True),
        **record_filters(adjustment),
    },
    search=(adjustment.c.number, adjustment.c.description),
    title=adjustment.c.number,
    order=(("created_at", True),),
)

_NONE_LEFT = sa.or_(line.c.action == LimitAction.UNSET.value, line.c.amount >= LARGEST)
"""No limit of the holder's own is left: what is kept then is what it takes to approve that."""

_FROM = sa.func.coalesce(line.c.from_day, sa.cast(sa.func.timezone("UTC", line.c.updated_at), sa.Date()))

CREDIT_LIMIT_ADJUSTMENT_LINE = Shape(
    name="CreditLimitAdjustmentLine",
    prefix="adl",
    source=line.join(adjustment, adjustment.c.id == line.c.adjustment_id)
    .outerjoin(customer, customer.c.id == line.c.customer_id)
    .outerjoin(credit_group, credit_group.c.id == line.c.credit_group_id),
    id=line.c.id,
    fields={
        "adjustment_id": line.c.adjustment_id,
        "line_number": line.c.line_number,
        "customer_id": line.c.customer_id,
        "credit_group_id": line.c.credit_group_id,
        "kind": adjustment.c.kind,
        "current_amount": line.c.current_amount,
        "current_currency": line.c.current_currency,
        "action": line.c.action,
        "replaces_id": line.c.replaces_id,
        "amount": sa.case((_NONE_LEFT, sa.null()), else_=line.c.amount),
        "currency": line.c.currency,
        "percent": tidy(line.c.percent),
        "tolerance": line.c.tolerance,
        "from_": line.c.from_day,
        "until": line.c.until_day,
        "status": line.c.status,
        **record_fields(line),
    },
    visible=sa.and_(
        seen(adjustment.c.company_id),
        sa.or_(
            sa.and_(line.c.customer_id.is_not(None), seen(customer.c.company_id)),
            sa.and_(line.c.credit_group_id.is_not(None), group_visible()),
        ),
    ),
    company=adjustment.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, line.c.customer_id),
        "credit_group": Filterable(Kind.ID, line.c.credit_group_id),
        "action": Filterable(Kind.CODE, line.c.action, enum=LimitAction),
        "new_limit": Filterable(Kind.MONEY, in_reporting_currency(line.c.amount, line.c.currency, _FROM, line)),
        "from_": Filterable(Kind.DAY, line.c.from_day),
        "until": Filterable(Kind.DAY, line.c.until_day),
        "status": Filterable(Kind.CODE, line.c.status, enum=AdjustmentStatus),
        "line_number": Filterable(Kind.WHOLE, line.c.line_number, sort=True),
        **record_filters(line),
    },
    order=(("line_number", False),),
)

LIMITS_NOW = Statement(
    sa.select(
        credit_limit_entry,
        today(sa.func.coalesce(company_table.c.time_zone, credit_group.c.time_zone)).label("today"),
    )
    .select_from(
        credit_limit_entry.outerjoin(customer, customer.c.id == credit_limit_entry.c.customer_id)
        .outerjoin(company_table, company_table.c.id == customer.c.company_id)
        .outerjoin(credit_group, credit_group.c.id == credit_limit_entry.c.credit_group_id)
    )
    .where(
        any_of(credit_limit_entry.c.holder_id, "holders"),
        sa.or_(
            sa.and_(customer.c.id.is_not(None), seen(customer.c.company_id)),
            sa.and_(credit_group.c.id.is_not(None), group_visible()),
        ),
    )
    .order_by(credit_limit_entry.c.holder_id, credit_limit_entry.c.id)
)
"""Every limit that was posted for `holders`, each with what day it is where its holder is."""

_OF_LINE = ("customer_id", "credit_group_id", "status", "current_amount", "current_currency")


def _limits(row: Row, asked: Asked) -> Object:
    customer_id, group_id, status, amount, currency = (row[line.c[name]] for name in _OF_LINE)
    now = Terms(_today_at(customer_id, group_id, row), (row.source,))
    current = in_force(sa.func.coalesce(customer_id, group_id), now)
    posted = status == AdjustmentStatus.POSTED.value
    return Object(
        {
            "current_limit": Amount(
                sa.case((posted, amount), else_=current.c.amount),
                sa.case((posted, currency), else_=current.c.currency),
            )
        }
    )


def _today_at(customer_id: Expression, group_id: Expression, row: Row) -> sa.FromClause:
    """The `day` it is where a customer or a credit group is: a lateral."""
    whose, at, group = customer.alias(), company_table.alias(), credit_group.alias()
    zones = sa.union_all(
        sa.select(at.c.time_zone)
        .select_from(whose.join(at, at.c.id == whose.c.company_id))
        .where(whose.c.id == customer_id)
        .correlate(row.source),
        sa.select(group.c.time_zone).where(group.c.id == group_id).correlate(row.source),
    ).subquery()
    found = sa.select(today(zones.c.time_zone).label("day")).select_from(zones)
    return found.offset(KEPT_APART).correlate(row.source).lateral()


CURRENT_LIMIT = Figures(tuple(line.c[name] for name in _OF_LINE), _limits)
"""The limit in force of the holder of a line: when it was posted, or now, as `LIMITS_NOW` and the domain find it."""
