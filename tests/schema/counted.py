"""Asking on connections that tell what they are sent: which lane answers, and in how many statements."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg

from persistence.database import plain_url, set_codecs
from schema.context import House
from schema.remembered import Remembered
from schema.throttle import Budget
from tests.schema.asking import authenticate
from tests.schema.both_lanes import Asking, runner_of
from tests.schema.world import NOW


class Timeless(House):
    """Companies are read again after a second. Here no second passes, so that no count depends on it."""

    @cached_property
    def remembered(self) -> Remembered:
        """Who asked before, and which companies there are."""
        return Remembered(self.pool, clock=lambda: 0.0)


@dataclass(frozen=True)
class Counted:
    """A way to ask, and every statement that the database was sent since it was last cleared."""

    asking: Asking
    statements: list[str]

    async def once_known(self, query: str, variables: Mapping[str, Any], **asked: Any) -> tuple[Any, Any, int | None]:
        """What the fast lane answers to what it was asked before, in how many statements; and what the slow one says.

        None statements: the fast lane did not answer.
        """
        await self.asking.ask(query, variables, **asked)
        self.statements.clear()
        fast, was_fast = await self.asking.ask(query, variables, **asked)
        count = len(self.statements)
        slow, _ = await self.asking.ask(query, variables, lane="slow", **asked)
        return fast, slow, count if was_fast else None


@asynccontextmanager
async def counting(url: str) -> AsyncIterator[Counted]:
    """Asking over a database of the tests."""
    statements: list[str] = []

    async def listen(connection: asyncpg.Connection) -> None:
        await set_codecs(connection)
        connection.add_query_logger(lambda sent: statements.append(sent.query))

    async with asyncpg.create_pool(plain_url(url), min_size=1, max_size=8, init=listen, reset=_left_alone) as pool:
        yield Counted(runner_of(Timeless(pool, authenticate, lambda: NOW, budget=Budget(0))), statements)


async def _left_alone(connection: asyncpg.Connection) -> None:
    """Connections of the product keep no state, so nothing is reset between requests."""
