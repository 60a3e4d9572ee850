"""How posted limits are read: of customers the viewer may see, and of their credit groups."""

from __future__ import annotations

import sqlalchemy as sa

from domain.limits import AdjustmentKind
from persistence.shapes.credit_group import group_visible
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy
from persistence.tables.customer import credit_group, customer
from persistence.tables.limits import credit_limit_entry as entry

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
        **record_fields(entry),
    },
    visible=sa.or_(
        sa.and_(entry.c.customer_id.is_not(None), seen(customer.c.company_id)),
        sa.and_(entry.c.credit_group_id.is_not(None), group_visible()),
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
