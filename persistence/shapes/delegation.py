"""How delegations of approval authority are read: who stands in for whom."""

from __future__ import annotations

import sqlalchemy as sa

from persistence.shapes.reaching import in_force
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen
from persistence.tables.approval import delegation
from persistence.tables.company import company_table

_IN_FORCE = sa.exists(
    sa.select(sa.literal(1))
    .where(company_table.c.id == delegation.c.company_id, in_force(delegation))
    .correlate(delegation)
)

DELEGATION = Shape(
    name="Delegation",
    prefix="dlg",
    source=delegation,
    id=delegation.c.id,
    fields={
        "company_id": delegation.c.company_id,
        "lender_id": delegation.c.lender_id,
        "delegate_id": delegation.c.delegate_id,
        "role": delegation.c.role,
        "amount": delegation.c.amount,
        "currency": delegation.c.currency,
        "from_": delegation.c.from_day,
        "until": delegation.c.until_day,
        "note": delegation.c.note,
        "in_force": _IN_FORCE,
        "ended_at": delegation.c.ended_at,
        "ended_by_id": delegation.c.ended_by_id,
        **record_fields(delegation),
    },
    visible=seen(delegation.c.company_id),
    company=delegation.c.company_id,
    filters={
        "lender": Filterable(Kind.ID, delegation.c.lender_id),
        "delegate": Filterable(Kind.ID, delegation.c.delegate_id),
        "from_": Filterable(Kind.DAY, delegation.c.from_day, sort=True),
        "until": Filterable(Kind.DAY, delegation.c.until_day, sort=True),
        "in_force": Filterable(Kind.FLAG, _IN_FORCE),
        "ended_at": Filterable(Kind.INSTANT, delegation.c.ended_at),
        **record_filters(delegation),
    },
    search=(delegation.c.note,),
    order=(("from_", True),),
)
