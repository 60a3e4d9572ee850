"""How insurance, guarantees and collateral are read."""

from __future__ import annotations

import sqlalchemy as sa

from domain.collateral import CollateralKind
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import ZERO
from persistence.tables.limits import collateral

COLLATERAL = Shape(
    name="Collateral",
    prefix="col",
    source=collateral,
    id=collateral.c.id,
    fields={
        "company_id": collateral.c.company_id,
        "customer_id": collateral.c.customer_id,
        "kind": collateral.c.kind,
        "provider": collateral.c.provider,
        "number": collateral.c.number,
        "value": collateral.c.value,
        "currency": collateral.c.currency,
        "percent": tidy(collateral.c.percent),
        "from_": collateral.c.from_day,
        "until": collateral.c.until_day,
        "included_in_exposure": collateral.c.included_in_exposure,
        "type_id": collateral.c.type_id,
        "coverage_type_id": collateral.c.coverage_type_id,
        "maximum_terms_days": collateral.c.maximum_terms_days,
        "declare_within_days": collateral.c.declare_within_days,
        **record_fields(collateral),
    },
    visible=seen(collateral.c.company_id),
    company=collateral.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, collateral.c.customer_id),
        "kind": Filterable(Kind.CODE, collateral.c.kind, enum=CollateralKind),
        "provider": Filterable(Kind.TEXT, collateral.c.provider, sort=True),
        "number": Filterable(Kind.TEXT, collateral.c.number, sort=True),
        "from_": Filterable(Kind.DAY, collateral.c.from_day, sort=True),
        "until": Filterable(Kind.DAY, collateral.c.until_day, sort=True),
        "included_in_exposure": Filterable(Kind.FLAG, collateral.c.included_in_exposure),
        "type": Filterable(Kind.ID, collateral.c.type_id),
        "coverage_type": Filterable(Kind.ID, collateral.c.coverage_type_id),
        **record_filters(collateral),
    },
    search=(collateral.c.number, collateral.c.provider),
    order=(("from_", True),),
)

_PERCENT = sa.literal_column("0.01", sa.Numeric())


def added(value: Expression, percent: Expression) -> Expression:
    """What a policy adds to the limit: `domain.collateral.Collateral.addition`."""
    return value * percent * _PERCENT


def change(value: Expression, percent: Expression, included_in_exposure: Expression) -> Expression:
    """What a policy changes in the limit: what it adds, less its value when it is included in exposure."""
    return added(value, percent) - sa.case((included_in_exposure, value), else_=ZERO)


_OF_LIMIT = (collateral.c.value, collateral.c.percent, collateral.c.included_in_exposure, collateral.c.currency)


def _limit_part(row: Row, asked: Asked) -> Object:
    value, percent, included, currency = (row[column] for column in _OF_LIMIT)
    return Object({"limit_part": Amount(change(value, percent, included), currency)})


LIMIT_PART = Figures(_OF_LIMIT, _limit_part)
"""What a policy changes in the limit while it is valid."""
