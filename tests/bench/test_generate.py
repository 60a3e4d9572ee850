"""The generated database is true: sums agree with facts, tables and indexes are those of the migrations."""

from __future__ import annotations

from datetime import UTC, date, datetime

import asyncpg
import psycopg
import pytest

from bench.generate import NoRoom, NotEmpty, ensure
from bench.sizes import size_of
from persistence import embedded, migrate
from persistence.database import Pool
from persistence.reconcile import reconcile

SMALL = size_of(2000)


@pytest.fixture(scope="module")
def defined(database_url: str) -> set[str]:
    """Every constraint and index before anything was generated."""
    return _defined(database_url)


@pytest.fixture(scope="module", autouse=True)
def generated(database_url: str, defined: set[str]) -> None:
    """The smallest size."""
    ensure(database_url, SMALL, lambda line: None)


async def test_reconcile_finds_nothing_in_what_was_generated(pool: Pool) -> None:
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def test_reconcile_would_see_a_wrong_sum(pool: Pool) -> None:
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("update balance set amount = amount + 1 where ctid = (select min(ctid) from balance)")
        assert await reconcile(conn) != []
        await transaction.rollback()


def test_keys_and_indexes_are_there_again_after_loading(database_url: str, defined: set[str]) -> None:
    assert _defined(database_url) == defined
    assert any("PRIMARY KEY" in definition for definition in defined)


async def test_there_is_what_the_size_says(pool: Pool) -> None:
    async with pool.acquire() as conn:
        assert await _count(conn, "open_item") == SMALL.items
        assert await _count(conn, "customer") == SMALL.customers
        assert await _count(conn, "company") == SMALL.companies
        assert await _count(conn, "sales_order") == SMALL.orders


async def test_one_customer_in_ten_owes_in_a_foreign_currency(pool: Pool) -> None:
    async with pool.acquire() as conn:
        share = await conn.fetchval(
            "select avg((u.currency <> c.currency)::int) from customer u join company c on c.id = u.company_id"
        )
    assert 0.05 < share < 0.15


def test_a_database_kept_from_an_earlier_day_gets_the_rates_of_today(database_url: str) -> None:
    ensure(database_url, SMALL, lambda line: None, date(2999, 1, 1))
    with psycopg.connect(database_url) as conn:
        days = {row[0] for row in conn.execute("select distinct day from exchange_rate").fetchall()}
    assert {date(2999, 1, 1), datetime.now(UTC).date()} <= days


def test_a_database_of_another_size_is_refused(database_url: str) -> None:
    with pytest.raises(NotEmpty, match="generated as"):
        ensure(database_url, size_of(20_000), lambda line: None)


def test_a_disk_that_would_be_full_is_said_before_anything_is_made(server: embedded.Server) -> None:
    with migrate.passing_database(server) as url:
        migrate.upgrade(url)
        with pytest.raises(NoRoom, match="8 GB; 1 GB are free"):
            ensure(url, size_of(2_000_000), lambda line: None, free=10**9)


async def _count(conn: asyncpg.Connection, table: str) -> int:
    counted: int = await conn.fetchval(f"select count(*) from {table}")
    return counted


def _defined(url: str) -> set[str]:
    with psycopg.connect(url) as conn:
        return {
            row[0]
            for row in conn.execute(
                "select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint"
                " where connamespace = 'public'::regnamespace"
                " union all select indexdef from pg_indexes where schemaname = 'public'"
            ).fetchall()
        }
