"""How companies are read."""

from __future__ import annotations

from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen
from persistence.tables.company import company_table as company

COMPANY = Shape(
    name="Company",
    prefix="com",
    source=company,
    id=company.c.id,
    fields={
        "code": company.c.code,
        "name": company.c.name,
        "country": company.c.country,
        "currency": company.c.currency,
        "locale": company.c.locale,
        "time_zone": company.c.time_zone,
        **record_fields(company),
    },
    visible=seen(company.c.id),
    company=company.c.id,
    filters={
        "code": Filterable(Kind.TEXT, company.c.code, sort=True),
        "name": Filterable(Kind.TEXT, company.c.name, sort=True, spoken=company.c.name),
        "country": Filterable(Kind.TEXT, company.c.country, sort=True),
        "currency": Filterable(Kind.TEXT, company.c.currency),
        **record_filters(company),
    },
    search=(company.c.code, company.c.name),
    title=company.c.name,
    order=(("code", False),),
)
