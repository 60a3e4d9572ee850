"""How limits of parties and of customers beside the credit limit are read: who sees the holder sees them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from domain.party_limits import PartyLimitReaction
from persistence.shapes.party import PARTY
from persistence.shapes.shape import Filterable, Kind, Shape, seen, tidy
from persistence.shapes.terms import Terms
from persistence.statements import Statement, any_of
from persistence.tables.customer import customer, party
from persistence.tables.party_limits import party_limits

PARTY_LIMITS = Shape(
    name="PartyLimits",
    prefix="pli",
    source=party_limits.outerjoin(party, party.c.id == party_limits.c.party_id).outerjoin(
        customer, customer.c.id == party_limits.c.customer_id
    ),
    id=party_limits.c.id,
    fields={
        "holder_id": party_limits.c.holder_id,
        "reaction": party_limits.c.reaction,
        "ceiling": party_limits.c.ceiling,
        "currency": party_limits.c.currency,
        "turnover_percent": tidy(party_limits.c.turnover_percent),
        "turnover_rolling": party_limits.c.turnover_rolling,
        "turnover_net_of_tax": party_limits.c.turnover_net_of_tax,
        "turnover_with_orders": party_limits.c.turnover_with_orders,
        "max_days_overdue": party_limits.c.max_days_overdue,
        "from_": party_limits.c.from_day,
        "saved_by_id": party_limits.c.saved_by_id,
        "saved_at": party_limits.c.created_at,
        "version": party_limits.c.version,
    },
    visible=sa.or_(
        sa.and_(party_limits.c.party_id.is_not(None), PARTY.visible),
        sa.and_(party_limits.c.customer_id.is_not(None), seen(customer.c.company_id)),
    ),
    company=customer.c.company_id,
    filters={
        "reaction": Filterable(Kind.CODE, party_limits.c.reaction, enum=PartyLimitReaction),
        "from_": Filterable(Kind.DAY, party_limits.c.from_day, sort=True),
        "version": Filterable(Kind.WHOLE, party_limits.c.version, sort=True),
    },
    order=(("version", True),),
)

CEILINGS = Statement(
    sa.select(
        party_limits.c.id,
        party_limits.c.party_id,
        party_limits.c.ceiling,
        party_limits.c.currency,
        party_limits.c.from_day,
    )
    .where(
        any_of(party_limits.c.holder_id, "parties"),
        party_limits.c.from_day <= sa.bindparam("day", type_=sa.Date()),
    )
    .ext(distinct_on(party_limits.c.holder_id))
    .order_by(party_limits.c.holder_id, party_limits.c.version.desc())
)
"""The ceiling of each of these `parties` on a `day`; null: none."""


def ceiling_on(of: sa.ColumnElement[Any], terms: Terms) -> sa.FromClause:
    """The ceiling of a party on the day of its terms: a lateral of one row or none."""
    found = party_limits.alias()
    return (
        sa.select(found.c.ceiling, found.c.currency)
        .where(found.c.holder_id == of, found.c.from_day <= terms["day"])
        .order_by(found.c.version.desc())
        .limit(sa.literal_column("1", sa.Integer()))
        .correlate(*terms.before)
        .lateral()
    )
