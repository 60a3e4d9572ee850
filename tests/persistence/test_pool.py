"""The pool: bounded, the last returned first, waiters in order, and no connection is lost or left dirty."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from persistence.database import Connection, connect
from persistence.pool import Pool, PoolClosed

Of = Callable[[int], Pool]


@pytest.fixture
async def of(database_url: str) -> AsyncIterator[Of]:
    """Pools of so many connections."""
    made: list[Pool] = []

    def make(most: int) -> Pool:
        made.append(Pool(lambda: connect(database_url), most))
        return made[-1]

    yield make
    async with asyncio.timeout(20):
        for pool in made:
            await pool.close()


@pytest.fixture
async def watcher(database_url: str) -> AsyncIterator[Connection]:
    """A connection that is in no pool."""
    found = await connect(database_url)
    yield found
    await found.close()


async def settled() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def waits_for_a_lock(watcher: Connection, pid: int) -> None:
    """Return once a connection waits for a lock."""
    async with asyncio.timeout(20):
        while not await watcher.fetchval("select count(*) from pg_locks where pid = $1 and not granted", pid):
            pass


async def test_the_last_returned_is_taken_first(of: Of) -> None:
    pool = of(3)
    async with pool.acquire() as first:
        async with pool.acquire() as second:
            pass
        async with pool.acquire() as third:
            assert third is second
    async with pool.acquire() as fourth:
        assert fourth is first


async def test_no_more_are_opened_than_allowed_and_the_first_to_wait_is_the_first_to_get_one(of: Of) -> None:
    pool = of(2)
    served: list[int] = []

    async def use(number: int) -> int:
        async with pool.acquire() as connection:
            served.append(number)
            found: int = await connection.fetchval("select pg_backend_pid()")
            return found

    held = [await pool.take(), await pool.take()]
    tasks = [asyncio.create_task(use(number)) for number in range(8)]
    await settled()
    assert served == []
    for connection in held:
        pool.put(connection)
    assert len(set(await asyncio.gather(*tasks))) <= 2
    assert served == list(range(8))


async def test_who_gives_up_waiting_takes_nothing_from_the_next(of: Of) -> None:
    pool = of(1)
    held = await pool.take()
    early, late, next_ = (asyncio.create_task(pool.take()) for _ in range(3))
    await settled()
    early.cancel()
    await settled()
    pool.put(held)
    late.cancel()  # handed over a moment ago, and not taken yet
    assert await next_ is held
    assert early.cancelled()
    assert late.cancelled()
    pool.put(held)


async def test_a_connection_that_was_lost_is_replaced(of: Of, watcher: Connection) -> None:
    pool = of(1)
    lost = asyncio.Event()
    async with pool.acquire() as connection:
        connection.add_termination_listener(lambda _: lost.set())
        pid = await connection.fetchval("select pg_backend_pid()")
    await watcher.execute("select pg_terminate_backend($1)", pid)
    async with asyncio.timeout(20):
        await lost.wait()
    assert await pool.fetchval("select pg_backend_pid()") != pid


async def test_a_connection_lost_in_use_lets_who_waits_open_another(of: Of) -> None:
    pool = of(1)
    held = await pool.take()
    waiting = asyncio.create_task(pool.fetchval("select 1"))
    await settled()
    with pytest.raises(asyncpg.PostgresError):
        await held.execute("select pg_terminate_backend(pg_backend_pid())")
    pool.put(held)
    assert await waiting == 1


async def test_connecting_that_fails_takes_no_place(of: Of, database_url: str) -> None:
    failures = [OSError("away"), OSError("still away")]

    async def open_at_third_try() -> Connection:
        if failures:
            raise failures.pop()
        return await connect(database_url)

    async with Pool(open_at_third_try, 1) as pool:
        for _ in range(2):
            with pytest.raises(OSError, match="away"):
                await pool.take()
        assert await pool.fetchval("select 1") == 1


async def test_who_gives_up_while_a_connection_is_opened_leaves_it_to_the_next(database_url: str) -> None:
    opened, may_open = list[Connection](), asyncio.Event()

    async def open_late() -> Connection:
        await may_open.wait()
        opened.append(await connect(database_url))
        return opened[-1]

    async with Pool(open_late, 1) as pool:
        early, next_ = asyncio.create_task(pool.take()), asyncio.create_task(pool.take())
        await settled()
        early.cancel()
        with pytest.raises(asyncio.CancelledError):
            await early
        meanwhile = pool.state()
        may_open.set()
        async with asyncio.timeout(20):
            pool.put(await next_)
        assert meanwhile == (1, 0, 1, 1), "it is still being opened, and the next waits for it"
        assert pool.state() == (0, 1, 1, 0)
    assert [connection.is_closed() for connection in opened] == [True]


async def test_who_gives_up_before_a_connection_fails_lets_the_next_try(database_url: str) -> None:
    failures, may_fail = [OSError("away")], asyncio.Event()

    async def open_at_second_try() -> Connection:
        if failures:
            await may_fail.wait()
            raise failures.pop()
        return await connect(database_url)

    async with Pool(open_at_second_try, 1) as pool:
        early, next_ = asyncio.create_task(pool.take()), asyncio.create_task(pool.fetchval("select 1"))
        await settled()
        early.cancel()
        may_fail.set()
        async with asyncio.timeout(20):
            assert await next_ == 1


async def test_a_connection_given_up_at_any_step_of_its_opening_leaves_no_error_behind(of: Of) -> None:
    left, loop = list[object](), asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: left.append(context))
    try:
        for steps in range(12):
            pool = of(1)
            taking = asyncio.create_task(pool.take())
            for _ in range(steps):
                await asyncio.sleep(0)
            taking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await taking
            await pool.close()
        gc.collect()
        await settled()
    finally:
        loop.set_exception_handler(before)
    assert left == []


async def test_the_statement_of_one_who_was_cancelled_ends_and_the_connection_serves_the_next(
    of: Of, watcher: Connection
) -> None:
    pool = of(1)
    pid = await pool.fetchval("select pg_backend_pid()")
    async with watcher.transaction():
        await watcher.execute("lock table company")
        stuck = asyncio.create_task(pool.execute("update company set name = name"))
        await waits_for_a_lock(watcher, pid)
        stuck.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stuck
        async with asyncio.timeout(5):  # with the lock still held: the statement has ended on the server
            assert await pool.fetchval("select pg_backend_pid()") == pid


async def test_who_is_cancelled_while_a_transaction_begins_leaves_none_behind(of: Of) -> None:
    pool = of(1)
    held = await pool.take()

    async def begin() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await asyncio.Event().wait()

    begun = asyncio.create_task(begin())
    await settled()
    pool.put(held)
    await asyncio.sleep(0)  # it has the connection, and has not heard yet that the transaction began
    begun.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begun
    async with pool.acquire() as again, again.transaction():
        assert again is held
        assert again.is_in_transaction()


async def test_a_transaction_left_open_is_rolled_back(of: Of) -> None:
    pool = of(1)
    async with pool.acquire() as connection:
        await connection.execute("begin; create table left_open (word text)")
    async with pool.acquire() as again:
        assert again is connection
        assert not again.is_in_transaction()
        assert await again.fetchval("select to_regclass('left_open')") is None


async def test_closing_waits_for_connections_in_use_and_then_there_are_none(of: Of) -> None:
    pool = of(1)
    held = await pool.take()
    waiting = asyncio.create_task(pool.take())
    await settled()
    closing = asyncio.create_task(pool.close())
    with pytest.raises(PoolClosed):
        await waiting
    assert await held.fetchval("select 1") == 1
    assert not closing.done()
    pool.put(held)
    await closing
    assert held.is_closed()
    with pytest.raises(PoolClosed):
        await pool.take()
