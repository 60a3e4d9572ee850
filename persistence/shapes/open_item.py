"""How open items are read, and how much of each is open on a day."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from domain.receivables import OpenItemKind
from persistence.shapes.falling_due import moved_due
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, today
from persistence.shapes.terms import KEPT_APART
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import ZERO, constant
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
        "tax_amount": open_item.c.tax_amount,
        "document_date": open_item.c.document_date,
        "due_date": open_item.c.due_date,
        "disputed": open_item.c.disputed,
        "dunning_level": open_item.c.dunning_level,
        "reversed_on": open_item.c.reversed_on,
        "transferred_from_id": open_item.c.transferred_from_id,
        "transferred_on": open_item.c.transferred_on,
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
        "transferred_from": Filterable(Kind.ID, open_item.c.transferred_from_id),
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
            open_item.c.transferred_on,
            sa.func.coalesce(AS_OF, today(company_table.c.time_zone)).label("day"),
            moved_due(open_item.c.due_date, company_table.c.bank_days_of).label("due_day"),
        )
        .join(company_table, company_table.c.id == open_item.c.company_id)
        .where(
            any_of(open_item.c.customer_id, "customers"),
            any_of(open_item.c.id, "items"),
            seen(open_item.c.company_id),
        )
        .subquery("item")
    )
    return Statement(
        sa.select(
            day.c.id,
            open_amount_on(dict(day.c.items()), day.c.day, day).label("open_amount"),
            day.c.day,
            day.c.due_day,
        )
    )


def open_amount_on(item: Mapping[str, Expression], day: Expression, *of: sa.FromClause) -> Expression:
    """What is open of an item at the end of a day; both speak of `of`."""
    same_payer = settlement.c.customer_id == item["customer_id"]
    left = (
        item["amount"]
        - settled_until(sa.and_(same_payer, settlement.c.item_id == item["id"]), day, *of)
        + settled_until(sa.and_(same_payer, settlement.c.credit_item_id == item["id"]), day, *of)
    )
    stands = sa.and_(
        sa.func.coalesce(item["transferred_on"], item["document_date"]) <= day,
        sa.or_(item["reversed_on"].is_(None), item["reversed_on"] > day),
    )
    return sa.case((stands, left), else_=ZERO)


OPEN_AMOUNTS = _open_amounts()
"""For `items` of `customers`: what is open of each at the end of the day `as_of`, that day, and when it falls due.

The amount less the settlements up to that day, never from another day's future; zero before its document date, before
it came to its payer by a transfer, and from the day it was reversed.
"""


_NEEDS = (
    "id",
    "company_id",
    "customer_id",
    "amount",
    "currency",
    "document_date",
    "due_date",
    "reversed_on",
    "transferred_on",
)


def day_at(company: Expression, asked: Asked, *before: sa.FromClause) -> sa.FromClause:
    """The `day` that is asked for, or today at a company, and its `bank_days_of`: a lateral.

    The company's key speaks of `before`.
    """
    at = company_table.alias()
    here = today(at.c.time_zone)
    day = here if asked.as_of is None else sa.func.coalesce(asked.as_of, here, type_=sa.Date())
    found = sa.select(day.label("day"), at.c.bank_days_of).where(at.c.id == company)
    return found.offset(KEPT_APART).correlate(*before).lateral()


def _ledger(row: Row, asked: Asked) -> Object:
    item = {name: row[open_item.c[name]] for name in _NEEDS}
    day = day_at(item["company_id"], asked, row.source)
    before = (row.source, day)
    left = sa.select(open_amount_on(item, day.c.day, *before).label("amount"))
    kept = left.offset(KEPT_APART).correlate(*before).lateral()
    due = moved_due(item["due_date"], day.c.bank_days_of)
    late = sa.func.greatest(day.c.day - due, constant(0), type_=sa.Integer())
    return Object(
        {
            "open_amount": Amount(kept.c.amount, item["currency"]),
            "days_overdue": sa.case((kept.c.amount > ZERO, late), else_=constant(0)),
        }
    )


ITEM_LEDGER = Figures(tuple(open_item.c[name] for name in _NEEDS), _ledger)
"""What is open of an item on a day, and for how many days it is overdue then: 0 when nothing owed is open."""
