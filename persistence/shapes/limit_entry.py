"""How posted limits are read: of customers the viewer may see, and of their credit groups."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.limits import AdjustmentKind, LimitAction
from persistence.shapes.credit_group import group_visible, has_member_of
from persistence.shapes.margins import lasts
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy, today
from persistence.shapes.worth import constant
from persistence.tables.company import company_table
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

_TODAY = today(sa.func.coalesce(company_table.c.time_zone, credit_group.c.time_zone))
"""Where its holder is."""


_HOLDERS = (company_table, credit_group)


def _in_force() -> sa.ColumnElement[bool]:
    """The one of its kind in force today: `domain.limits.normal_on`, `temporary_on` and `margin_on`."""
    same, permanent, temporary = entry.alias("same"), AdjustmentKind.PERMANENT, AdjustmentKind.TEMPORARY
    begun = sa.case((same.c.kind != constant(temporary), same.c.from_day))
    last = (
        sa.select(same.c.id)
        .where(
            same.c.holder_id == entry.c.holder_id,
            same.c.kind == entry.c.kind,
            same.c.from_day <= _TODAY,
            sa.or_(same.c.kind == constant(permanent), lasts(same, _TODAY, *_HOLDERS)),
        )
        .order_by(begun.desc(), same.c.id.desc())
        .limit(sa.literal_column("1", sa.Integer()))
        .correlate(entry, *_HOLDERS)
        .scalar_subquery()
    )
    stands = sa.or_(entry.c.kind != constant(permanent), entry.c.amount.is_not(None))
    return sa.and_(entry.c.from_day <= _TODAY, stands, sa.func.coalesce(entry.c.id == last, sa.false()))


_IN_FORCE = _in_force()


def _of_companies(companies: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Of their customers, and of the credit groups that they have members in, now or ever."""
    return sa.or_(customer.c.company_id == sa.func.any(companies), has_member_of(companies))


LIMIT_ENTRY = Shape(
    name="CreditLimitEntry",
    prefix="lim",
    source=entry.outerjoin(customer, customer.c.id == entry.c.customer_id)
    .outerjoin(company_table, company_table.c.id == customer.c.company_id)
    .outerjoin(credit_group, credit_group.c.id == entry.c.credit_group_id),
    id=entry.c.id,
    fields={
        "holder_id": entry.c.holder_id,
        "customer_id": entry.c.customer_id,
        "credit_group_id": entry.c.credit_group_id,
        "kind": entry.c.kind,
        "amount": entry.c.amount,
        "currency": entry.c.currency,
        "percent": tidy(entry.c.percent),
        "tolerance": entry.c.tolerance,
        "from_": entry.c.from_day,
        "until": entry.c.until_day,
        "action": _ACTION,
        "in_force": _IN_FORCE,
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
    in_companies=_of_companies,
    filters={
        "holder": Filterable(Kind.ID, entry.c.holder_id),
        "kind": Filterable(Kind.CODE, entry.c.kind, enum=AdjustmentKind),
        "limit": Filterable(
            Kind.MONEY,
            in_reporting_currency(entry.c.amount, entry.c.currency, entry.c.from_day, entry),
            sort=True,
        ),
        "in_force": Filterable(Kind.FLAG, _IN_FORCE),
        "from_": Filterable(Kind.DAY, entry.c.from_day, sort=True),
        "until": Filterable(Kind.DAY, entry.c.until_day, sort=True),
        **record_filters(entry),
    },
    order=(("from_", True),),
)
