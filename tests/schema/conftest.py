"""What tests of the API share: a small group of companies in a migrated database, and a way to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from persistence import database
from tests.schema.asking import Asker, house
from tests.schema.world import World, nordic


@pytest.fixture(scope="module")
async def world(database_url: str) -> AsyncIterator[World]:
    """Two companies and their customers, made once for a module."""
    connection = await asyncpg.connect(database.plain_url(database_url))
    try:
        await database.set_codecs(connection)
        yield await nordic(connection)
    finally:
        await connection.close()


@pytest.fixture
def ask(pool: asyncpg.Pool, world: World) -> Asker:
    """`await ask(query, variables, as_="VIEWER", companies=["SE01"], language="sv")`."""
    return Asker(house(pool))
