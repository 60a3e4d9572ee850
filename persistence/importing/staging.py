"""Temporary tables that a file is copied into, and the connection that has them. All of it ends with the connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from persistence.database import plain_url
from persistence.frozen import freeze_message
from persistence.importing.declaration import Noun
from persistence.importing.layout import Layout, rows_sql
from persistence.importing.nouns import NOUNS
from persistence.importing.reading import Batch

Connection = psycopg.Connection[tuple[object, ...]]

REJECTED = """
create temp table rejected (
  file integer, line integer, noun text, field text, column_name text, value text, code text, message jsonb,
  together text, fatal boolean
)
"""

# UUIDv7 (RFC 9562): milliseconds since 1970 in the first 48 bits, version and variant, the rest random. The numbers of
# random() need no call of the operating system, as those of gen_random_uuid() and uuidv7() do: a tenth of the time.
NEW_KEY = """
create function pg_temp.new_key() returns uuid language sql volatile as $$
  select encode(
    int8send((date_part('epoch', clock_timestamp()) * 1000)::bigint << 16 | 28672 | (random() * 4095)::bigint)
    || int8send((-2)::bigint << 62 | ((random() * 2147483647)::bigint << 31) | (random() * 2147483647)::bigint),
    'hex')::uuid
$$
"""


@contextmanager
def connected(url: str, now: datetime, actor: UUID) -> Iterator[Connection]:
    """A connection with an empty staging area, its statements each a transaction unless one is opened."""
    with psycopg.connect(plain_url(url), autocommit=True, application_name="creditgraph import") as conn:
        for statement in (
            "set temp_buffers = '64MB'",
            "set work_mem = '256MB'",
            "set client_min_messages = 'warning'",
            "set jit = off",
            REJECTED,
            NEW_KEY,
            "create temp table this_import (now timestamptz, actor uuid)",
        ):
            run(conn, statement)
        conn.execute("insert into this_import values (%s, %s)", (now, actor))
        run(conn, "analyze this_import")
        yield conn


def run(conn: Connection, text: str) -> int:
    """Run a statement that this package wrote; how many rows it touched."""
    return conn.execute(text.encode()).rowcount


def rows_of(conn: Connection, text: str) -> list[tuple[object, ...]]:
    """The rows of a select that this package wrote."""
    return conn.execute(text.encode()).fetchall()


def staged_table(source: int) -> str:
    """The table that a file is copied into."""
    return f"staged_{source}"


def make(conn: Connection, source: int, layout: Layout) -> None:
    """A table with a column for each column that is read."""
    columns = ", ".join(f"{layout.staged(name)} {field.sql_type}" for name, field in layout.columns.items())
    run(conn, f"create temp table {staged_table(source)} (line integer, {columns})")


def copy(conn: Connection, source: int, batch: Batch) -> None:
    """Copy a batch into the staging table, and what was wrong with it beside."""
    if batch.records:
        with conn.cursor().copy(f"copy {staged_table(source)} from stdin".encode()) as copying:
            for record in batch.records:
                copying.write_row(record)
    if batch.rejects:
        with conn.cursor().copy(
            "copy rejected (file, line, column_name, value, code, message, together, fatal) from stdin"
        ) as copying:
            for one in batch.rejects:
                message = orjson.dumps(freeze_message(one.message)).decode()
                value = None if one.value is None else one.value.replace("\x00", "\ufffd")
                copying.write_row(
                    (source, one.line, one.column, value, one.code.value, message, one.together, batch.fatal)
                )


def gather(conn: Connection, noun: Noun, layouts: Sequence[Layout]) -> bool:
    """The rows of a noun out of all staging tables; False when no file has any."""
    selects = [
        f"({rows_sql(layout, rows, source, staged_table(source))})"
        for source, layout in enumerate(layouts)
        for rows in layout.format.rows
        if rows.noun == noun.name
    ]
    if not selects:
        return False
    run(conn, f"create temp table {noun.rows} on commit drop as {' union all '.join(selects)}")
    run(conn, f"analyze {noun.rows}")
    return True


def in_order(layouts: Iterable[Layout]) -> list[Noun]:
    """The nouns that these files are of, in the order in which they speak of each other."""
    wanted = {rows.noun for layout in layouts for rows in layout.format.rows}
    return [noun for noun in NOUNS.values() if noun.name in wanted]
