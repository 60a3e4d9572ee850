"""How exchange rates are read: as published, in their published direction."""

from __future__ import annotations

import sqlalchemy as sa

from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, tidy
from persistence.tables.reference import exchange_rate as rate

EXCHANGE_RATE = Shape(
    name="ExchangeRate",
    prefix="fxr",
    source=rate,
    id=rate.c.id,
    fields={
        "from_": rate.c.base,
        "to": rate.c.quote,
        "rate": tidy(rate.c.rate),
        "date": rate.c.day,
        "irrevocable": rate.c.irrevocable,
        "source": rate.c.source,
        **record_fields(rate),
    },
    visible=sa.true(),
    filters={
        "from_": Filterable(Kind.TEXT, rate.c.base, sort=True),
        "to": Filterable(Kind.TEXT, rate.c.quote, sort=True),
        "date": Filterable(Kind.DAY, rate.c.day, sort=True),
        "irrevocable": Filterable(Kind.FLAG, rate.c.irrevocable),
        "source": Filterable(Kind.TEXT, rate.c.source),
        **record_filters(rate),
    },
    order=(("date", True), ("from_", False), ("to", False)),
)
