"""How memberships in credit groups are read: who was in which group, from when until when."""

from __future__ import annotations

import sqlalchemy as sa

from persistence.shapes.shape import Filterable, Kind, Shape, seen
from persistence.tables.customer import credit_group_member as member
from persistence.tables.customer import customer

CREDIT_GROUP_MEMBERSHIP = Shape(
    name="CreditGroupMembership",
    prefix="mem",
    source=member.join(customer, customer.c.id == member.c.customer_id),
    id=member.c.id,
    fields={
        "company_id": customer.c.company_id,
        "customer_id": member.c.customer_id,
        "credit_group_id": member.c.credit_group_id,
        "from_": member.c.from_day,
        "until": member.c.until_day,
        "recorded_at": member.c.recorded_at,
    },
    # One that was ended before it began never was.
    visible=sa.and_(
        seen(customer.c.company_id), sa.or_(member.c.until_day.is_(None), member.c.until_day >= member.c.from_day)
    ),
    company=customer.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, member.c.customer_id),
        "credit_group": Filterable(Kind.ID, member.c.credit_group_id),
        "from_": Filterable(Kind.DAY, member.c.from_day, sort=True),
        "until": Filterable(Kind.DAY, member.c.until_day, sort=True),
    },
    order=(("from_", True),),
)
