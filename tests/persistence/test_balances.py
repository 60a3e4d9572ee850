"""Sums of movements are kept exactly, by many writers at once, and folded so that nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from persistence import balances
from persistence.keys import new_key

DAY, LATER = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
async def customer(pool: asyncpg.Pool) -> AsyncIterator[tuple[UUID, UUID]]:
    company, party, found = new_key(), new_key(), new_key()
    async with pool.acquire() as conn:
        await conn.execute(
            "insert into company (id, code, name, country, currency, locale, time_zone)"
            " values ($1, $2, 'Nordvik AB', 'SE', 'SEK', 'sv-SE', 'Europe/Stockholm')",
            company,
            str(company),
        )
        await conn.execute("insert into party (id, number, name) values ($1, $2, 'Berg')", party, str(party))
        await conn.execute(
            "insert into customer (id, company_id, account, party_id, name, currency, locale)"
            " values ($1, $2, '1001', $3, 'Berg', 'SEK', 'sv-SE')",
            found,
            company,
            party,
        )
        yield found, company
        await conn.execute("delete from balance")
        await conn.execute("delete from company_balance")
        await conn.execute("delete from movement_tail")


async def test_changes_of_the_same_key_add_up_within_one_call_and_over_calls(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    receivables = (*customer, "RECEIVABLES", "SEK", DAY)
    await balances.add_to_balances(pool, [(*receivables, 100), (*receivables, -30), (*receivables[:4], LATER, 5)])
    await balances.add_to_balances(pool, [(*receivables, 7)])
    await balances.add_to_balances(pool, [])
    rows = await pool.fetch("select due_day, amount from balance order by due_day")
    assert [tuple(row) for row in rows] == [(DAY, 77), (LATER, 5)]


async def test_writers_of_the_same_keys_in_any_order_do_not_deadlock(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    keys = [(*customer, category, "SEK", DAY) for category in ("OPEN_ORDERS", "RECEIVABLES", "UNAPPLIED", "SALES")]
    forwards, backwards = [(*key, 1) for key in keys], [(*key, 1) for key in reversed(keys)]
    await asyncio.gather(*(balances.add_to_balances(pool, sums) for sums in [forwards, backwards] * 40))
    assert [row["amount"] for row in await pool.fetch("select amount from balance")] == [80] * 4


async def test_keys_are_written_in_their_order_whatever_order_they_come_in(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    categories = ("UNAPPLIED", "SALES", "RECEIVABLES", "OPEN_ORDERS", "DISPUTED")
    days = (LATER, DAY)
    await balances.add_to_balances(
        pool, [(*customer, category, "SEK", day, 1) for category in categories for day in days]
    )
    written = await pool.fetch("select category, due_day from balance order by ctid")
    assert [tuple(row) for row in written] == [
        (category, day) for category in sorted(categories) for day in sorted(days)
    ]
    await pool.executemany(
        "insert into movement_tail (id, company_id, category, currency, due_day, amount)"
        " values ($1, $2, $3, 'SEK', $4, 1)",
        [(new_key(), customer[1], category, day) for category in categories for day in days],
    )
    assert await balances.fold(pool) == 10
    folded = await pool.fetch("select category, due_day from company_balance order by ctid")
    assert folded == written


async def test_a_folder_leaves_what_another_has_taken_up(pool: asyncpg.Pool, customer: tuple[UUID, UUID]) -> None:
    await pool.executemany(
        "insert into movement_tail (id, company_id, category, currency, due_day, amount)"
        " values ($1, $2, 'SALES', 'SEK', $3, 1)",
        [(new_key(), customer[1], DAY) for _ in range(5)],
    )
    async with pool.acquire() as other, other.transaction():
        await other.execute("select id from movement_tail order by id limit 2 for update")
        async with asyncio.timeout(10):
            assert await balances.fold(pool) == 3
    assert await balances.fold(pool) == 2


async def test_folders_at_work_at_once_count_every_movement_of_the_tail_once(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    _, company = customer
    await pool.executemany(
        "insert into movement_tail (id, company_id, category, currency, due_day, amount)"
        " values ($1, $2, $3, 'SEK', $4, $5)",
        [(new_key(), company, ("SALES", "RECEIVABLES")[n % 2], (DAY, LATER)[n % 3 % 2], n) for n in range(1000)],
    )
    moved: list[int] = []

    async def folder() -> None:
        while found := await balances.fold(pool, limit=37):
            moved.append(found)

    await asyncio.gather(*(folder() for _ in range(6)))
    assert sum(moved) == 1000
    assert max(moved) == 37
    assert await pool.fetchval("select count(*) from movement_tail") == 0
    assert await pool.fetchval("select sum(amount) from company_balance") == sum(range(1000))
    assert await pool.fetchval("select count(*) from company_balance") == 4


async def test_a_sum_that_comes_to_zero_is_deleted_and_may_come_again(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    receivables, orders = ((*customer, category, "SEK", DAY) for category in ("RECEIVABLES", "OPEN_ORDERS"))
    await pool.execute("insert into balance values ($1, $2, 'UNAPPLIED', 'SEK', $3, 0)", *customer, DAY)
    await balances.add_to_balances(pool, [(*receivables, 100), (*orders, 5)])
    assert await kept(pool) == [("OPEN_ORDERS", 5), ("RECEIVABLES", 100), ("UNAPPLIED", 0)]
    await balances.add_to_balances(pool, [(*receivables, -100)])
    assert await kept(pool) == [("OPEN_ORDERS", 5)]
    await balances.add_to_balances(pool, [(*receivables, 30)])
    assert await kept(pool) == [("OPEN_ORDERS", 5), ("RECEIVABLES", 30)]


async def kept(pool: asyncpg.Pool, table: str = "balance") -> list[tuple[str, int]]:
    return [tuple(row) for row in await pool.fetch(f"select category, amount from {table} order by category")]


async def test_writers_who_bring_a_sum_to_zero_and_back_lose_nothing(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    receivables = (*customer, "RECEIVABLES", "SEK", DAY)

    async def write(change: int) -> None:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("select id from customer where id = $1 for no key update", customer[0])
            await balances.add_to_balances(conn, [(*receivables, change)])

    await asyncio.gather(*(write(change) for change in [1, -1, 1, -1, 2, -2] * 20))
    assert await kept(pool) == []
    await asyncio.gather(*(write(change) for change in [1, -1, 1] * 20))
    assert await kept(pool) == [("RECEIVABLES", 20)]


async def test_a_company_keeps_no_sum_of_zero_once_its_tail_is_folded(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    async def move(**changes: int) -> None:
        await pool.executemany(
            "insert into movement_tail (id, company_id, category, currency, due_day, amount)"
            " values ($1, $2, $3, 'SEK', $4, $5)",
            [(new_key(), customer[1], category, DAY, change) for category, change in changes.items()],
        )
        await balances.fold(pool)

    await move(RECEIVABLES=7, SALES=7)
    await move(RECEIVABLES=-7)
    assert await kept(pool, "company_balance") == [("SALES", 7)]
    await move(RECEIVABLES=3)
    assert await kept(pool, "company_balance") == [("RECEIVABLES", 3), ("SALES", 7)]


async def test_a_sum_of_zero_that_another_folder_has_in_hand_stays(
    pool: asyncpg.Pool, customer: tuple[UUID, UUID]
) -> None:
    _, company = customer
    await pool.execute("insert into company_balance values ($1, 'RECEIVABLES', 'SEK', $2, 0)", company, DAY)
    settled = ([company], ["RECEIVABLES"], ["SEK"], [DAY])
    async with pool.acquire() as other, asyncio.timeout(10):
        async with other.transaction():
            await other.execute("update company_balance set amount = amount + 9")
            await pool.execute(balances.FOLDED_TO_ZERO, *settled)
        await pool.execute(balances.FOLDED_TO_ZERO, *settled)
    assert await kept(pool, "company_balance") == [("RECEIVABLES", 9)]
