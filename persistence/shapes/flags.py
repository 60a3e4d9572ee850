"""The credit flags of a customer on a day: those of now, or those that were kept when they changed."""

from __future__ import annotations

import sqlalchemy as sa

from persistence.shapes.worked import Expression
from persistence.tables.customer import customer_flags

_ONE = sa.literal_column("1", sa.Integer())


def flag_on(
    now: Expression,
    name: str,
    key: Expression,
    day: Expression,
    past: Expression,
    before: tuple[sa.FromClause, ...],
) -> sa.ColumnElement[bool]:
    """A flag of a customer by the name of its column, `now` as it stands at the customer.

    `past`: whether the day is over; `before`: what these speak of.
    """
    kept = customer_flags.alias()
    was = (
        sa.select(kept.c[name])
        .where(kept.c.customer_id == key, kept.c.until_day >= day)
        .order_by(kept.c.until_day)
        .limit(_ONE)
        .correlate(*before)
        .scalar_subquery()
    )
    return sa.case((past, sa.func.coalesce(was, now, type_=sa.Boolean())), else_=now)
