"""What tests of keeping share: files to import, and the proof that nothing that is kept differs from the facts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psycopg
import pytest

from persistence.database import Pool
from persistence.reconcile import Finding, reconcile
from tests.persistence.loading import Ledger, empty
from tests.persistence.room import Group


async def findings(url: str) -> list[Finding]:
    """Everything in a database that does not agree with its facts."""
    conn = await asyncpg.connect(url)
    try:
        return await reconcile(conn)
    finally:
        await conn.close()


@pytest.fixture
def reconciled(database_url: str) -> Iterator[None]:
    """After the test, everything that is kept as a sum is what the facts come to."""
    yield
    assert asyncio.run(findings(database_url)) == []


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger to import into."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Ledger(database_url, empty(conn), tmp_path, conn)


@pytest.fixture
async def group(pool: Pool) -> Group:
    """A credit group of its own with companies to order in."""
    async with pool.acquire() as conn:
        made = await Group.make(conn)
    made.conn = pool
    return made
