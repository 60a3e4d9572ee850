"""How credit groups are read: who may see one of its members, now or ever, sees a group; without members, everybody."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.exposure import CreditLimitType
from persistence.shapes.customer import member_on
from persistence.shapes.shape import COMPANIES, Filterable, Kind, Shape, record_fields, record_filters, today
from persistence.tables.customer import credit_group, credit_group_member, customer

_member = customer.alias("member")


def has_member_of(companies: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Groups with a member in some companies, now or ever, in a statement that has the group's table."""
    membership = credit_group_member.join(_member, _member.c.id == credit_group_member.c.customer_id)
    return (
        sa.select(sa.literal(1))
        .select_from(membership)
        .where(
            credit_group_member.c.credit_group_id == credit_group.c.id,
            _member.c.company_id == sa.func.any(companies),
        )
        .correlate(credit_group)
        .exists()
    )


def group_visible() -> sa.ColumnElement[bool]:
    """A credit group that the viewer may see, in a statement that has the group's table."""
    no_member = ~sa.exists().where(credit_group_member.c.credit_group_id == credit_group.c.id).correlate(credit_group)
    return sa.or_(has_member_of(COMPANIES), no_member)


def _members_now() -> sa.ColumnElement[Any]:
    """How many members of today the viewer may see."""
    return (
        sa.select(sa.func.count())
        .select_from(credit_group_member.join(_member, _member.c.id == credit_group_member.c.customer_id))
        .where(
            credit_group_member.c.credit_group_id == credit_group.c.id,
            member_on(today(credit_group.c.time_zone)),
            _member.c.company_id == sa.func.any(COMPANIES),
        )
        .correlate(credit_group)
        .scalar_subquery()
    )


CREDIT_GROUP = Shape(
    name="CreditGroup",
    prefix="grp",
    source=credit_group,
    id=credit_group.c.id,
    fields={
        "number": credit_group.c.number,
        "name": credit_group.c.name,
        "currency": credit_group.c.currency,
        "time_zone": credit_group.c.time_zone,
        "credit_limit_type": credit_group.c.credit_limit_type,
        "disputed_reduces_exposure": credit_group.c.disputed_reduces_exposure,
        "disputed_reduces_overdue": credit_group.c.disputed_reduces_overdue,
        "order_horizon_days": credit_group.c.order_horizon_days,
        "max_rate_age_days": credit_group.c.max_rate_age_days,
        "active": credit_group.c.active,
        "member_count": _members_now(),
        **record_fields(credit_group),
    },
    visible=group_visible(),
    in_companies=has_member_of,
    filters={
        "number": Filterable(Kind.TEXT, credit_group.c.number, sort=True),
        "name": Filterable(Kind.TEXT, credit_group.c.name, sort=True, spoken=credit_group.c.name),
        "currency": Filterable(Kind.TEXT, credit_group.c.currency),
        "credit_limit_type": Filterable(Kind.CODE, credit_group.c.credit_limit_type, enum=CreditLimitType),
        "active": Filterable(Kind.FLAG, credit_group.c.active),
        **record_filters(credit_group),
    },
    search=(credit_group.c.number, credit_group.c.name),
    title=credit_group.c.name,
    order=(("number", False),),
)
