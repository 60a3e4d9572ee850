"""What currencies are worth on a day, as the domain wants it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import asyncpg
import sqlalchemy as sa

from domain.money import EURO, Exchange, Rate
from persistence.statements import Statement
from persistence.tables.reference import currency_table, exchange_rate

_DAY = sa.bindparam("day", type_=sa.Date())
_CURRENCIES = sa.bindparam("currencies", type_=sa.ARRAY(sa.Text()))

_DIGITS = Statement(sa.select(currency_table.c.code, currency_table.c.digits))


def _last_rates() -> Statement:
    """For each published pair of the currencies asked for, the last rate on or before the day."""
    pair = (
        sa.select(exchange_rate.c.base, exchange_rate.c.quote)
        .where(
            exchange_rate.c.base == sa.func.any(_CURRENCIES),
            exchange_rate.c.quote == sa.func.any(_CURRENCIES),
        )
        .distinct()
        .subquery("pair")
    )
    inner = (
        sa.select(exchange_rate)
        .where(
            exchange_rate.c.base == pair.c.base,
            exchange_rate.c.quote == pair.c.quote,
            exchange_rate.c.day <= _DAY,
        )
        .order_by(exchange_rate.c.day.desc())
        .limit(1)
        .correlate(pair)
        .lateral("last")
    )
    return Statement(sa.select(inner).select_from(pair.join(inner, sa.true())))


_LAST = _last_rates()


async def digits(conn: asyncpg.Connection) -> dict[str, int]:
    """Every currency with the decimals of its minor unit."""
    return {row["code"]: row["digits"] for row in await _DIGITS.all(conn)}


async def exchange_on(conn: asyncpg.Connection, day: date, currencies: Iterable[str]) -> Exchange:
    """The worth of these currencies on a day; the euro is always among them, since crosses go through it."""
    wanted = sorted({EURO, *currencies})
    rows = await _LAST.all(conn, day=day, currencies=wanted) if len(wanted) > 1 else []
    rates = tuple(
        Rate(row["base"], row["quote"], row["rate"], row["day"], row["irrevocable"])
        for row in sorted(rows, key=lambda row: (row["base"], row["quote"]))
    )
    known = await digits(conn)
    return Exchange(day, {code: known[code] for code in wanted if code in known}, rates)


def with_age(exchange: Exchange, max_age_days: int) -> Exchange:
    """The same with another opinion of how old a rate may be."""
    return replace(exchange, max_age_days=max_age_days)
