"""Exchange rates as published, with their direction."""

from __future__ import annotations

from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said

RATES = Noun(
    name="rates",
    about=N_("Exchange rates as published: one unit of base is worth rate units of quote from the day on."),
    fields=(
        Field("base", "what one unit is of, ISO 4217", FieldType.CURRENCY, required=True),
        Field("quote", "what it is worth in, ISO 4217", FieldType.CURRENCY, required=True),
        Field("day", "the first day it holds", FieldType.DAY, required=True),
        Field("rate", "units of quote for one unit of base", FieldType.RATE, required=True),
        Field("source", "who published it", required=True),
    ),
    key=("base", "quote", "day"),
    resolve="""
        select r.*, coalesce(k.id, pg_temp.new_key()) as id, k.id is null as fresh, k.rate as was_rate
        from {rows} r left join exchange_rate k on k.base = r.base and k.quote = r.quote and k.day = r.day
    """,
    compared=("rate",),
    checks=(
        Check(
            "quote",
            ErrorCode.INVALID_VALUE,
            N_("A rate leads from {currency} to another currency."),
            "r.base = r.quote",
            {"currency": said("r.base")},
        ),
    ),
    load=(
        """
        insert into exchange_rate (id, base, quote, day, rate, source)
        select id, base, quote, day, rate, source from {new} where fresh
        """,
    ),
)
