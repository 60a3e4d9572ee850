"""Many rows that are written in one statement are what they would be written one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from persistence.database import Connection
from persistence.keys import new_key
from persistence.statements import insert
from persistence.tables import metadata
from persistence.tables.movements import movement_tail
from persistence.tables.reference import exchange_rate
from persistence.tables.running import outbox
from persistence.writing.saving import update_many

DAY = date(2026, 3, 2)
DOCUMENTS: list[Any] = [
    None,
    [],
    [{"a": [1, "}"]}, None],
    {"said": '"Å\\n", {1,2}'},
    "text",
    0,
    {"deep": [[1], [2, 3]]},
]
LISTS = [None, [], [new_key()], [new_key(), new_key()]]


@pytest.fixture
async def conn(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction that is undone."""
    async with pool.acquire() as connection:
        doing = connection.transaction()
        await doing.start()
        yield connection
        await doing.rollback()


async def read(conn: Connection, table: sa.Table, column: str, order: str) -> list[Any]:
    return [row[column] for row in await conn.fetch(f"select {column} from {table.name} order by {order}")]


async def test_documents_are_kept_as_they_are(conn: Connection) -> None:
    kept = [{"kind": "TESTED", "subject_id": new_key(), "company_id": None, "payload": one} for one in DOCUMENTS[1:]]
    await insert(conn, outbox, kept)
    await insert(conn, outbox, kept[:1])
    assert await read(conn, outbox, "payload", "sequence") == [*DOCUMENTS[1:], DOCUMENTS[1]]


async def test_nothing_is_kept_as_nothing_and_lists_as_lists(conn: Connection) -> None:
    company = await conn.fetchval(
        "insert into company (id, code, name, country, currency, locale, time_zone)"
        " values (gen_random_uuid(), 'XX01', 'X', 'SE', 'SEK', 'sv-SE', 'UTC') returning id"
    )
    said = {"company_id": company, "category": "RECEIVABLES", "currency": "SEK", "amount": -(10**15)}
    rows = [said | {"id": new_key(), "due_day": DAY, "customers": one} for one in LISTS]
    await insert(conn, movement_tail, rows)
    assert [found and list(found) for found in await read(conn, movement_tail, "customers", "id")] == LISTS
    assert await read(conn, movement_tail, "amount", "id") == [-(10**15)] * len(LISTS)


@pytest.mark.parametrize("edited", [True, False])
async def test_each_row_is_changed_to_its_own_values_and_no_other_row_is(conn: Connection, edited: bool) -> None:
    rows = [
        {"id": new_key(), "base": "EUR", "quote": "SEK", "day": date(1901, 1, n), "rate": Decimal(n), "source": "test"}
        for n in range(1, 5)
    ]
    await insert(conn, exchange_rate, rows)
    new = [({"id": row["id"]}, {"rate": row["rate"] * 10, "source": f"by {row['rate']}"}) for row in rows[:3]]
    await update_many(conn, exchange_rate, new, edited=edited)
    found = await conn.fetch("select rate, source, version from exchange_rate where day < '1902-01-01' order by day")
    version = 2 if edited else 1
    assert [tuple(row) for row in found] == [
        *((Decimal(10 * n), f"by {n}", version) for n in (1, 2, 3)),
        (Decimal(4), "test", 1),
    ]


def test_lists_in_tables_are_of_ids() -> None:
    lists = [column for table in metadata.tables.values() for column in table.c if isinstance(column.type, sa.ARRAY)]
    assert lists
    assert {type(column.type.item_type) for column in lists} == {sa.Uuid}
