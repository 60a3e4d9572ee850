"""How declarations of overdue items are read: those that were made, and those that are to be made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.exposure import Category
from domain.receivables import OpenItemKind, category_of
from persistence.shapes.open_item import settled_until
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, today
from persistence.shapes.worth import constant, one_of
from persistence.tables.company import company_table
from persistence.tables.limits import collateral, collateral_declaration
from persistence.tables.movements import balance
from persistence.tables.receivables import open_item, settlement

COLLATERAL_DECLARATION = Shape(
    name="CollateralDeclaration",
    prefix="dcl",
    source=collateral_declaration,
    id=collateral_declaration.c.id,
    fields={
        "company_id": collateral_declaration.c.company_id,
        "customer_id": collateral_declaration.c.customer_id,
        "collateral_id": collateral_declaration.c.collateral_id,
        "open_item_id": collateral_declaration.c.open_item_id,
        "amount": collateral_declaration.c.amount,
        "currency": collateral_declaration.c.currency,
        "declared_on": collateral_declaration.c.declared_on,
        "reference": collateral_declaration.c.reference,
        **record_fields(collateral_declaration),
    },
    visible=seen(collateral_declaration.c.company_id),
    company=collateral_declaration.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, collateral_declaration.c.customer_id),
        "collateral": Filterable(Kind.ID, collateral_declaration.c.collateral_id),
        "open_item": Filterable(Kind.ID, collateral_declaration.c.open_item_id),
        "declared_on": Filterable(Kind.DAY, collateral_declaration.c.declared_on, sort=True),
        **record_filters(collateral_declaration),
    },
    order=(("declared_on", True),),
)

_ITEM = open_item.alias("item")
"""Not the items themselves: whose record an item is, its own shape says."""

_TODAY = today(company_table.c.time_zone)
_SOURCE = collateral.join(_ITEM, _ITEM.c.customer_id == collateral.c.customer_id).join(
    company_table, company_table.c.id == _ITEM.c.company_id
)
_CLAIMED = tuple(kind for kind in OpenItemKind if category_of(kind) is Category.RECEIVABLES)


def _open() -> sa.ColumnElement[bool]:
    """Something is open of the item today.

    Most items are long paid. Where nothing is open of all that the customer owes by a due day, none of these items is
    looked at: what is kept of balances tells at once.
    """
    owing = (
        sa.select(constant(1))
        .where(
            balance.c.customer_id == _ITEM.c.customer_id,
            balance.c.category == constant(Category.RECEIVABLES),
            balance.c.currency == _ITEM.c.currency,
            balance.c.due_day == _ITEM.c.due_date,
            balance.c.amount > constant(0),
        )
        .correlate(_ITEM)
        .exists()
    )
    its_own = sa.and_(settlement.c.customer_id == _ITEM.c.customer_id, settlement.c.item_id == _ITEM.c.id)
    settled = settled_until(its_own, _TODAY, _ITEM, company_table)
    stands = sa.or_(_ITEM.c.reversed_on.is_(None), _ITEM.c.reversed_on > _TODAY)
    return sa.and_(stands, owing, _ITEM.c.amount > settled)


def _covers(policy: Any) -> sa.ColumnElement[bool]:
    """The policy asks for declarations and was valid when the item was written, and the item was not declared to it."""
    declared = (
        sa.select(constant(1))
        .where(
            collateral_declaration.c.customer_id == _ITEM.c.customer_id,
            collateral_declaration.c.open_item_id == _ITEM.c.id,
            collateral_declaration.c.collateral_id == policy.c.id,
        )
        .correlate(_ITEM, policy)
        .exists()
    )
    return sa.and_(
        policy.c.declare_within_days.is_not(None),
        policy.c.from_day <= _ITEM.c.document_date,
        sa.or_(policy.c.until_day.is_(None), policy.c.until_day >= _ITEM.c.document_date),
        sa.not_(declared),
    )


def _an_earlier_one() -> sa.ColumnElement[bool]:
    """Another policy asks for the item earlier: an item is listed once, with what is due first."""
    other = collateral.alias("other")
    sooner = sa.tuple_(other.c.declare_within_days, other.c.id) < sa.tuple_(
        collateral.c.declare_within_days, collateral.c.id
    )
    return (
        sa.select(constant(1))
        .where(other.c.customer_id == collateral.c.customer_id, _covers(other), sooner)
        .correlate(collateral, _ITEM)
        .exists()
    )


_DECLARE_BY = _ITEM.c.due_date + collateral.c.declare_within_days

DECLARATION_DUE = Shape(
    name="DeclarationDue",
    prefix="due",
    source=_SOURCE,
    id=_ITEM.c.id,
    fields={
        "company_id": _ITEM.c.company_id,
        "customer_id": _ITEM.c.customer_id,
        "open_item_id": _ITEM.c.id,
        "collateral_id": collateral.c.id,
        "declare_by": _DECLARE_BY,
        "days_left": _DECLARE_BY - _TODAY,
    },
    visible=sa.and_(
        seen(_ITEM.c.company_id),
        _covers(collateral),
        one_of(_ITEM.c.kind, _CLAIMED),
        _ITEM.c.due_date < _TODAY,
        _open(),
        sa.not_(_an_earlier_one()),
    ),
    company=_ITEM.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, _ITEM.c.customer_id),
        "collateral": Filterable(Kind.ID, collateral.c.id),
        "declare_by": Filterable(Kind.DAY, _DECLARE_BY, sort=True),
    },
    order=(("declare_by", False),),
)
"""One row for each overdue item that is still to be declared, by the policy whose deadline comes first."""
