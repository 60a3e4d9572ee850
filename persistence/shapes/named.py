"""How the coded names that people give are read: in the reader's language, otherwise as they were first given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from domain.reason import AccountStatusEffect, ReasonKind
from persistence.shapes.shape import COMPANIES, LOCALES, Filterable, Kind, Shape, record_fields, record_filters
from persistence.shapes.worked import Asked, Figures, Object, Row, Rows
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table
from persistence.tables.reference import (
    account_status,
    aging_definition,
    cash_discount,
    collateral_type,
    coverage_type,
    credit_management_group,
    customer_group,
    payment_terms,
    reason,
    risk_group,
    translation,
)


def localized(table: sa.Table, field: str) -> sa.ColumnElement[Any]:
    """A text in the reader's languages, best first, then in its company's, otherwise as it stands in the record."""
    said, company = translation.alias(), company_table.alias()
    companys = sa.select(company.c.locale).where(company.c.id == table.c.company_id).correlate(table).scalar_subquery()
    languages = sa.func.array_cat(
        LOCALES, array([companys, sa.func.split_part(companys, "-", 1)]), type_=sa.ARRAY(sa.Text())
    )
    best = (
        sa.select(said.c.value)
        .where(said.c.subject_id == table.c.id, said.c.field == field, said.c.locale == sa.func.any(languages))
        .order_by(sa.func.array_position(languages, said.c.locale))
        .limit(1)
        .correlate(table)
        .scalar_subquery()
    )
    return sa.func.coalesce(best, table.c[field])


def _named(
    name: str, prefix: str, table: sa.Table, filters: Mapping[str, Filterable] | None = None, *more: str
) -> Shape:
    mine = table.c.company_id == sa.func.any(COMPANIES)
    return Shape(
        name=name,
        prefix=prefix,
        source=table,
        id=table.c.id,
        fields={
            "company_id": table.c.company_id,
            "code": table.c.code,
            "name": localized(table, "name"),
            "active": table.c.active,
            **{field: table.c[field] for field in more},
            **record_fields(table),
        },
        visible=sa.or_(table.c.company_id.is_(None), mine),
        company=table.c.company_id,
        filters={
            "code": Filterable(Kind.TEXT, table.c.code, sort=True),
            "name": Filterable(Kind.TEXT, table.c.name, sort=True, spoken=localized(table, "name")),
            "active": Filterable(Kind.FLAG, table.c.active),
            **(filters or {}),
            **record_filters(table),
        },
        search=(table.c.code, table.c.name),
        order=(("code", False),),
    )


_REASON_KIND = {"kind": Filterable(Kind.CODE, reason.c.kind, enum=ReasonKind)}
_EFFECT = {"effect": Filterable(Kind.CODE, account_status.c.effect, enum=AccountStatusEffect)}

REASON = _named("Reason", "rea", reason, _REASON_KIND, "kind")
ACCOUNT_STATUS = _named("AccountStatus", "acs", account_status, _EFFECT, "effect")
PAYMENT_TERMS = _named("PaymentTerms", "ptm", payment_terms, None, "days", "rank")
CASH_DISCOUNT = _named("CashDiscount", "csd", cash_discount, None, "rank")
CUSTOMER_GROUP = _named("CustomerGroup", "cug", customer_group)
CREDIT_MANAGEMENT_GROUP = _named("CreditManagementGroup", "cmg", credit_management_group)
RISK_GROUP = _named("RiskGroup", "rig", risk_group)
COLLATERAL_TYPE = _named("CollateralType", "cot", collateral_type)
COVERAGE_TYPE = _named("CoverageType", "cov", coverage_type)
AGING_DEFINITION = _named("AgingDefinition", "agd", aging_definition, None, "buckets")

TRANSLATIONS = Statement(
    sa.select(translation.c.subject_id, translation.c.locale, translation.c.value)
    .where(any_of(translation.c.subject_id, "subjects"), translation.c.field == "name")
    .order_by(translation.c.subject_id, translation.c.locale)
)
"""Every translation of the names of `subjects`."""


def _translated(table: sa.Table) -> Figures:
    def build(row: Row, asked: Asked) -> Object:
        said = translation.alias()
        texts = (
            sa.select(said.c.locale, said.c.value)
            .where(said.c.subject_id == row[table.c.id], said.c.field == sa.literal_column("'name'", sa.Text()))
            .correlate(row.source)
        )
        found = Rows(texts, ("locale",), lambda one: {"locale": one.c.locale, "value": one.c.value})
        return Object({"translations": found})

    return Figures((table.c.id,), build)


_SHAPES = (
    REASON,
    ACCOUNT_STATUS,
    PAYMENT_TERMS,
    CASH_DISCOUNT,
    CUSTOMER_GROUP,
    CREDIT_MANAGEMENT_GROUP,
    RISK_GROUP,
    COLLATERAL_TYPE,
    COVERAGE_TYPE,
    AGING_DEFINITION,
)

TRANSLATED: Mapping[str, Figures] = {shape.name: _translated(shape.id.table) for shape in _SHAPES}
"""The translations of a name, by the names of the shapes."""
