"""What currencies are worth on a day, as the domain wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import asyncpg
import sqlalchemy as sa

from domain.money import EURO, Exchange, Rate
from persistence.statements import Row, Statement
from persistence.tables.reference import currency_table, exchange_rate

_DAYS = sa.bindparam("days", type_=sa.ARRAY(sa.Date()))
_CURRENCIES = sa.bindparam("currencies", type_=sa.ARRAY(sa.Text()))

_DIGITS = Statement(sa.select(currency_table.c.code, currency_table.c.digits))


def _last_rates() -> Statement:
    """For each day and published pair of the currencies asked for, the last rate on or before it.

    Each pair is looked up by itself: reading which pairs there are would read every rate ever published of them.
    """
    asked = sa.func.unnest(_DAYS).table_valued(sa.column("day", sa.Date())).render_derived(name="asked")
    any_base = sa.func.unnest(_CURRENCIES).table_valued(sa.column("code", sa.Text())).render_derived(name="any_base")
    published = sa.select(exchange_rate.c.base).where(exchange_rate.c.base == any_base.c.code).exists()
    # Nearly everything is published of the euro alone: which are bases at all is asked once each, not for every pair.
    base = sa.select(any_base.c.code).where(published).cte("of_base").prefix_with("MATERIALIZED")
    quote = sa.func.unnest(_CURRENCIES).table_valued(sa.column("code", sa.Text())).render_derived(name="of_quote")
    inner = (
        sa.select(
            exchange_rate.c.base,
            exchange_rate.c.quote,
            exchange_rate.c.day,
            exchange_rate.c.rate,
            exchange_rate.c.irrevocable,
        )
        .where(
            exchange_rate.c.base == base.c.code,
            exchange_rate.c.quote == quote.c.code,
            exchange_rate.c.day <= asked.c.day,
        )
        .order_by(exchange_rate.c.day.desc())
        .limit(1)
        .correlate(asked, base, quote)
        .lateral("last")
    )
    pairs = asked.join(base, sa.true()).join(quote, base.c.code != quote.c.code).join(inner, sa.true())
    return Statement(sa.select(asked.c.day.label("asked"), inner).select_from(pairs))


LAST_RATES = _last_rates()


_known: dict[str, int] = {}


async def digits(conn: asyncpg.Connection) -> dict[str, int]:
    """Every currency with the decimals of its minor unit."""
    return {row["code"]: row["digits"] for row in await _DIGITS.all(conn)}


async def known_digits(conn: asyncpg.Connection) -> Mapping[str, int]:
    """The same, read once by a process: they are those of ISO 4217, and only a migration changes them."""
    if not _known:
        _known.update(await digits(conn))
    return _known


async def exchange_on(conn: asyncpg.Connection, day: date, currencies: Iterable[str]) -> Exchange:
    """The worth of these currencies on a day; the euro is always among them, since crosses go through it."""
    wanted = sorted({EURO, *currencies})
    rows = await LAST_RATES.all(conn, days=[day], currencies=wanted) if len(wanted) > 1 else []
    return exchange_of(rows, day, wanted, await known_digits(conn))


def exchange_of(rows: Iterable[Row], day: date, currencies: Iterable[str], digits: Mapping[str, int]) -> Exchange:
    """The same out of the rows of `LAST_RATES`, which may be of other days and currencies too."""
    wanted = sorted(currencies)
    rates = tuple(
        Rate(row["base"], row["quote"], row["rate"], row["day"], row["irrevocable"])
        for row in sorted(rows, key=lambda row: (row["base"], row["quote"]))
        if row["asked"] == day and row["base"] in wanted and row["quote"] in wanted
    )
    return Exchange(day, {code: digits[code] for code in wanted if code in digits}, rates)


def with_age(exchange: Exchange, max_age_days: int) -> Exchange:
    """The same with another opinion of how old a rate may be."""
    return replace(exchange, max_age_days=max_age_days)
