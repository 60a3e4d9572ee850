"""How open items are read, and how much of each is open on a day."""

from __future__ import annotations

import sqlalchemy as sa

from domain.receivables import OpenItemKind
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, today
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table
from persistence.tables.receivables import open_item, settlement

AS_OF = sa.bindparam("as_of", type_=sa.Date())
"""The business day asked for; null: today at each record's company."""

OPEN_ITEM = Shape(
    name="OpenItem",
    prefix="itm",
    source=open_item,
    id=open_item.c.id,
    fields={
        "company_id": open_item.c.company_id,
        "customer_id": open_item.c.customer_id,
        "kind": open_item.c.kind,
        "number": open_item.c.number,
        "amount": open_item.c.amount,
        "currency": open_item.c.currency,
        "booked_amount": open_item.c.booked_amount,
        "document_date": open_item.c.document_date,
        "due_date": open_item.c.due_date,
        "disputed": open_item.c.disputed,
        "reversed_on": open_item.c.reversed_on,
        **record_fields(open_item),
    },
    visible=seen(open_item.c.company_id),
    company=open_item.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, open_item.c.customer_id),
        "kind": Filterable(Kind.CODE, open_item.c.kind, enum=OpenItemKind),
        "number": Filterable(Kind.TEXT, open_item.c.number, sort=True),
        "amount": Filterable(
            Kind.MONEY,
            in_reporting_currency(open_item.c.amount, open_item.c.currency, open_item.c.document_date, open_item),
            sort=True,
        ),
        "document_date": Filterable(Kind.DAY, open_item.c.document_date, sort=True),
        "due_date": Filterable(Kind.DAY, open_item.c.due_date, sort=True),
        "reversed_on": Filterable(Kind.DAY, open_item.c.reversed_on),
        **record_filters(open_item),
    },
    search=(open_item.c.number,),
)


def settled_until(
    amount: sa.ColumnElement[bool], day: sa.ColumnElement[object], *of: sa.FromClause
) -> sa.ColumnElement[object]:
    """The sum of the settlements that match and stood at the end of a day."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(settlement.c.amount), 0))
        .where(
            amount,
            settlement.c.settled_on <= day,
            sa.or_(settlement.c.reversed_on.is_(None), settlement.c.reversed_on > day),
        )
        .correlate(*of)
        .scalar_subquery()
    )


def _open_amounts() -> Statement:
    day = (
        sa.select(
            open_item.c.id,
            open_item.c.customer_id,
            open_item.c.amount,
            open_item.c.document_date,
            open_item.c.reversed_on,
            sa.func.coalesce(AS_OF, today(company_table.c.time_zone)).label("day"),
        )
        .join(company_table, company_table.c.id == open_item.c.company_id)
        .where(
            any_of(open_item.c.customer_id, "customers"),
            any_of(open_item.c.id, "items"),
            seen(open_item.c.company_id),
        )
        .subquery("item")
    )
    same_payer = settlement.c.customer_id == day.c.customer_id
    left = (
        day.c.amount
        - settled_until(sa.and_(same_payer, settlement.c.item_id == day.c.id), day.c.day, day)
        + settled_until(sa.and_(same_payer, settlement.c.credit_item_id == day.c.id), day.c.day, day)
    )
    stands = sa.and_(
        day.c.document_date <= day.c.day,
        sa.or_(day.c.reversed_on.is_(None), day.c.reversed_on > day.c.day),
    )
    return Statement(sa.select(day.c.id, sa.case((stands, left), else_=0).label("open_amount"), day.c.day))


OPEN_AMOUNTS = _open_amounts()
"""For `items` of `customers`: what is open of each at the end of the day `as_of`, and that day.

The amount less the settlements up to that day, never from another day's future; zero before its document date and from
the day it was reversed.
"""
