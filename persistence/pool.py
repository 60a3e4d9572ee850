"""A pool of raw asyncpg connections that keep no state, the last returned first.

asyncpg's own pool wraps every connection in a proxy and looks after it in a task of its own when it comes back: on a
point lookup that costs as much as the statement. Here a connection is handed over as it is and put back with two
questions that need no round trip.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, TypeAlias

import asyncpg

# The name by which other rooms know the driver's type, which they may not import.
Connection: TypeAlias = asyncpg.Connection

MENDING = 10.0
"""Seconds in which a connection whose user gave up must be usable again; after that another takes its place."""


class PoolState(NamedTuple):
    """How many connections of a pool are in use and idle, how many there may be, and how many wait for one."""

    used: int
    idle: int
    most: int
    waiting: int


class PoolClosed(asyncpg.InterfaceError):  # type: ignore[misc]
    """The pool has been closed; there are no connections any more."""


class Pool:
    """At most `most` connections, opened when needed. Who finds none waits; the first to wait is the first to get one.

    A connection may hold nothing for its next user: settings only inside transactions, no temporary tables, no
    listening. An open transaction is rolled back when its user leaves it behind.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], most: int) -> None:
        self._connect = connect
        self._most = most
        self._open = 0
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._mending: set[asyncio.Task[None]] = set()
        self._opening: set[asyncio.Future[Connection]] = set()
        self._all_back: asyncio.Event | None = None

    def acquire(self) -> Borrowed:
        """`async with pool.acquire() as connection`. Raises `PoolClosed`, and what connecting raises."""
        return Borrowed(self)

    def state(self) -> PoolState:
        """How busy it is. Connections that are being opened or mended count as used."""
        waiting = sum(not turn.done() for turn in self._waiting)
        return PoolState(self._open - len(self._idle), len(self._idle), self._most, waiting)

    async def take(self) -> Connection:
        """A connection, to be given back with `put`; `acquire` does both."""
        while True:
            if self._all_back is not None:
                raise PoolClosed("the pool is closed")
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._gone()
            if self._open < self._most:
                return await self._another()
            found = await self._turn()
            if found is not None:
                return found

    def put(self, connection: Connection, given_up: bool = False) -> None:
        """Give a connection back. `given_up`: its user was cancelled, so a statement may still be running."""
        if connection.is_closed():
            # The connection may have ended without asyncpg having tidied up after it.
            connection.terminate()
            self._gone()
        elif given_up or connection.is_in_transaction():
            task = asyncio.create_task(self._mend(connection))
            self._mending.add(task)
            task.add_done_callback(self._mending.discard)
        else:
            self._back(connection)

    async def close(self) -> None:
        """Close all connections, those in use when they come back."""
        if self._all_back is None:
            self._all_back = asyncio.Event()
            idle, self._idle = self._idle, []
            while self._waiting:
                self._wake(None)
            for connection in idle:
                await connection.close()
                self._gone()
            if self._opening:
                _, late = await asyncio.wait(self._opening, timeout=MENDING)
                for opening in late:
                    opening.cancel()
        if self._open:
            await self._all_back.wait()

    async def __aenter__(self) -> Pool:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def fetch(self, query: str, *arguments: Any) -> Sequence[Any]:
        """The rows of one statement."""
        async with Borrowed(self) as connection:
            rows: Sequence[Any] = await connection.fetch(query, *arguments)
            return rows

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        """The first row, or None."""
        async with Borrowed(self) as connection:
            return await connection.fetchrow(query, *arguments)

    async def fetchval(self, query: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        async with Borrowed(self) as connection:
            return await connection.fetchval(query, *arguments)

    async def execute(self, query: str, *arguments: Any) -> str:
        """The tag of a command."""
        async with Borrowed(self) as connection:
            tag: str = await connection.execute(query, *arguments)
            return tag

    async def executemany(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """One command for many rows."""
        async with Borrowed(self) as connection:
            await connection.executemany(query, rows)

    async def _another(self) -> Connection:
        self._open += 1
        opening = asyncio.ensure_future(self._connect())
        try:
            # Who gives up leaves it to the next. Given up itself while the server is asked for TLS, asyncpg's attempt
            # leaves an error behind that nobody hears until it is collected: then it is somebody else's.
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            self._opening.add(opening)
            opening.add_done_callback(self._opened)
            raise
        except BaseException:
            self._gone()
            raise

    def _opened(self, opening: asyncio.Future[Connection]) -> None:
        """A connection whose taker gave up before it was open."""
        self._opening.discard(opening)
        if opening.cancelled() or opening.exception() is not None:
            self._gone()
        else:
            self._back(opening.result())

    async def _turn(self) -> Connection | None:
        """Wait for a connection, or for the news that one may be opened (None)."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It came at the moment its taker gave up: the next in line gets it.
                connection = turn.result()
                if connection is None:
                    self._wake(None)
                else:
                    self.put(connection)
            raise

    def _wake(self, connection: Connection | None) -> bool:
        """Hand a connection to the first who still waits; False when nobody does."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _back(self, connection: Connection) -> None:
        if self._all_back is not None:
            connection.terminate()
            self._gone()
        elif not self._waiting or not self._wake(connection):
            self._idle.append(connection)

    def _gone(self) -> None:
        """One connection less: somebody who waits may open another."""
        self._open -= 1
        self._wake(None)
        if self._all_back is not None and self._open == 0:
            self._all_back.set()

    async def _mend(self, connection: Connection) -> None:
        """Wait until a given-up statement has ended, and roll back what was begun."""
        try:
            async with asyncio.timeout(MENDING):
                if not connection.is_in_transaction():
                    await connection.execute("select")
                # What was given up may have begun a transaction after all.
                if connection.is_in_transaction():
                    await connection.execute("rollback")
                # The driver still remembers a transaction whose beginning was given up: the next would only be a
                # savepoint in it.
                await connection.reset()
        except (Exception, asyncio.CancelledError):
            connection.terminate()
        if connection.is_closed():
            self._gone()
        else:
            self._back(connection)


class Borrowed:
    """A connection for the length of an `async with`."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._connection: Connection = None

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # A coroutine that is closed or cancelled may leave its statement running.
        self._pool.put(self._connection, kind is not None and not issubclass(kind, Exception))
