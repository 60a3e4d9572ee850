"""How posted limits are read: of customers the viewer may see, and of their credit groups."""

from __future__ import annotations

import sqlalchemy as sa

from domain.limits import AdjustmentKind, LimitAction
from persistence.shapes.credit_group import group_visible
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy
from persistence.tables.customer import credit_group, customer
from persistence.tables.limits import credit_limit_entry as entry

_later = entry.alias("later")
_after = sa.and_(_later.c.holder_id == entry.c.holder_id, _later.c.replaces_id == entry.c.id)
_ENDED_ON = (
    sa.select(sa.func.min(_later.c.from_day) - sa.literal_column("1", sa.Integer()))
    .where(_after, sa.or_(entry.c.until_day.is_(None), _later.c.from_day <= entry.c.until_day))
    .correlate(entry)
    .scalar_subquery()
)
_REPLACED_BY = (
    sa.select(_later.c.id)
    .where(_after, _later.c.amount.is_not(None))
    .order_by(_later.c.from_day, _later.c.id)
    .limit(1)
    .correlate(entry)
    .scalar_subquery()
)
_IS_LIMIT = sa.or_(entry.c.amount.is_not(None), entry.c.replaces_id.is_(None))
"""It is not only the end of another one, which tells of it."""

_ACTION = sa.case((entry.c.amount.is_(None), LimitAction.UNSET.value), else_=LimitAction.SET.value)

LIMIT_ENTRY = Shape(
    name="CreditLimitEntry",
    prefix="lim",
    source=entry.outerjoin(customer, customer.c.id == entry.c.customer_id).outerjoin(
        credit_group, credit_group.c.id == entry.c.credit_group_id
    ),
    id=entry.c.id,
    fields={
        "holder_id": entry.c.holder_id,
        "kind": entry.c.kind,
        "amount": entry.c.amount,
        "currency": entry.c.currency,
        "percent": tidy(entry.c.percent),
        "tolerance": entry.c.tolerance,
        "from_": entry.c.from_day,
        "until": entry.c.until_day,
        "action": _ACTION,
        "ended_on": _ENDED_ON,
        "replaced_by_id": _REPLACED_BY,
        **record_fields(entry),
    },
    visible=sa.and_(
        _IS_LIMIT,
        sa.or_(
            sa.and_(entry.c.customer_id.is_not(None), seen(customer.c.company_id)),
            sa.and_(entry.c.credit_group_id.is_not(None), group_visible()),
        ),
    ),
    company=customer.c.company_id,
    filters={
        "kind": Filterable(Kind.CODE, entry.c.kind, enum=AdjustmentKind),
        "from_": Filterable(Kind.DAY, entry.c.from_day, sort=True),
        "until": Filterable(Kind.DAY, entry.c.until_day, sort=True),
        **record_filters(entry),
    },
    order=(("from_", True),),
)
