"""How parties are read: who may see a customer of a party sees the party; one without customers is everybody's."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from persistence.shapes.shape import COMPANIES, Filterable, Kind, Shape, record_fields, record_filters
from persistence.tables.customer import customer, party

_own = customer.alias("own")


def _in_companies(companies: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return (
        sa.exists().where(_own.c.party_id == party.c.id, _own.c.company_id == sa.func.any(companies)).correlate(party)
    )


PARTY = Shape(
    name="Party",
    prefix="par",
    source=party,
    id=party.c.id,
    fields={
        "number": party.c.number,
        "name": party.c.name,
        "registration_number": party.c.registration_number,
        "country": party.c.country,
        "blocked": party.c.blocked,
        "limits_id": party.c.limits_id,
        **record_fields(party),
    },
    visible=sa.or_(
        _in_companies(COMPANIES),
        sa.not_(sa.exists().where(_own.c.party_id == party.c.id).correlate(party)),
    ),
    in_companies=_in_companies,
    filters={
        "number": Filterable(Kind.TEXT, party.c.number, sort=True),
        "name": Filterable(Kind.TEXT, party.c.name, sort=True, spoken=party.c.name),
        "registration_number": Filterable(Kind.TEXT, party.c.registration_number),
        "country": Filterable(Kind.TEXT, party.c.country),
        "blocked": Filterable(Kind.FLAG, party.c.blocked),
        **record_filters(party),
    },
    search=(party.c.number, party.c.name, party.c.registration_number),
    title=party.c.name,
    order=(("number", False),),
)
