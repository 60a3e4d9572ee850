"""What an amount is worth in another currency, in SQL: as `domain.money` says, and never less than a rate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest
import sqlalchemy as sa

from domain.money import Money
from persistence.database import Connection
from persistence.rates import exchange_on, with_age
from persistence.shapes.worth import RATE_MISSING, digits, unit
from persistence.statements import Statement
from persistence.tables.reference import currency_table
from tests.persistence.shapes.firms import undone
from tests.schema.world import World

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
CONVERTED = "select converted($1, $2, $3, $4, $5)"


@pytest.fixture
async def world(pool: asyncpg.Pool) -> AsyncIterator[World]:
    async with undone(pool) as conn:
        yield World(conn)


async def converted(conn: Connection, amount: str, base: str, quote: str, day: date = TODAY, age: int = 7) -> Decimal:
    found: Decimal = await conn.fetchval(CONVERTED, Decimal(amount), base, quote, day, age)
    rates = with_age(await exchange_on(conn, day, (base, quote)), age)
    assert abs(found - rates.exactly(Money(Decimal(amount), base), quote)) < Decimal("1e-40")
    return found


async def test_the_last_rate_counts_in_whichever_direction_it_was_published(world: World) -> None:
    await world.rate("EUR", "SEK", "11.5", TODAY - 2 * DAY)
    assert await converted(world.conn, "2", "EUR", "SEK") == 23
    assert await converted(world.conn, "23", "SEK", "EUR") == 2
    await world.rate("SEK", "EUR", "0.1", TODAY - DAY)
    assert await converted(world.conn, "2", "EUR", "SEK") == 20
    await world.rate("EUR", "SEK", "12", TODAY - DAY)
    assert await converted(world.conn, "2", "EUR", "SEK") == 24
    await world.rate("EUR", "SEK", "13", TODAY + DAY)
    assert await converted(world.conn, "2", "EUR", "SEK") == 24


async def test_crosses_go_through_the_euro_and_keep_their_decimals(world: World) -> None:
    await world.rate("EUR", "SEK", "7", TODAY)
    await world.rate("EUR", "USD", "1.0837", TODAY)
    await converted(world.conn, "1000000.01", "SEK", "USD")
    await world.rate("USD", "SEK", "10", TODAY)
    assert await converted(world.conn, "50", "SEK", "USD") == 5


async def test_an_irrevocable_rate_never_grows_too_old(world: World) -> None:
    assert await converted(world.conn, "1.95583", "DEM", "EUR") == 1


@pytest.mark.parametrize(("base", "quote", "age"), [("SEK", "EUR", 7), ("EUR", "SEK", 7), ("SEK", "USD", 30)])
async def test_without_a_rate_young_enough_it_raises(world: World, base: str, quote: str, age: int) -> None:
    await world.rate("EUR", "SEK", "11.5", TODAY - 8 * DAY)
    with pytest.raises(asyncpg.PostgresError) as raised:
        await converted(world.conn, "1", base, quote, age=age)
    assert raised.value.sqlstate == RATE_MISSING


async def test_no_rate_is_needed_for_nothing_and_for_the_same_currency(world: World) -> None:
    assert await world.conn.fetchval(CONVERTED, Decimal(0), "SEK", "USD", TODAY, 7) == 0
    assert await world.conn.fetchval(CONVERTED, Decimal(5), "SEK", "SEK", TODAY, 7) == 5


async def test_it_finds_the_rates_wherever_a_session_looks_for_tables(world: World) -> None:
    await world.rate("EUR", "SEK", "11.5", TODAY)
    await world.conn.execute("set local search_path = pg_catalog")
    assert await world.conn.fetchval("select public.converted(1, 'EUR', 'SEK', $1, 7)", TODAY) == Decimal("11.5")


async def test_the_scoped_role_may_convert(scoped_url: str) -> None:
    conn = await asyncpg.connect(scoped_url)
    try:
        assert await conn.fetchval(CONVERTED, Decimal("1.95583"), "DEM", "EUR", TODAY, 7) == 1
    finally:
        await conn.close()


async def test_the_digits_of_every_currency_are_those_of_the_table(pool: asyncpg.Pool) -> None:
    code = currency_table.c.code
    every = sa.select(
        currency_table, digits(code).label("found"), (unit(code) == currency_table.c.unit).label("same_unit")
    )
    async with pool.acquire() as conn:
        rows = await Statement(every).all(conn)
    assert len(rows) > 150
    assert [row["code"] for row in rows if row["found"] != row["digits"] or not row["same_unit"]] == []
