"""Rows into tables by COPY, as text; indexes and constraints of large tables are made when the rows are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

NULL = "\\N"
AT_ONCE = 2000
"""Lines handed to the driver at a time."""

LARGE = (
    "document_number",
    "open_item",
    "payment",
    "settlement",
    "sales_order",
    "sales_order_line",
    "delivery",
    "billing",
    "movement",
    "balance",
)
"""Tables that grow with items and orders. No other table refers to them."""

_DEFINED = """
select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition, contype::text
from pg_constraint where conrelid = any(%s::regclass[]) and contype in ('p', 'u', 'f') order by contype <> 'p', conname
"""

_INDEXED = """
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
where indrelid = any(%s::regclass[])
  and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))
"""

Connection = psycopg.Connection[Any]


def copy_rows(conn: Connection, table: str, columns: str, rows: Iterable[Sequence[object]]) -> int:
    """Copy rows of plain values (None is null) into the named columns of a table; how many."""
    return copy_lines(conn, table, columns, ("\t".join(_text(value) for value in row) for row in rows))


def copy_lines(conn: Connection, table: str, columns: str, lines: Iterable[str]) -> int:
    """Copy lines that are already in COPY's text format, without their ends; how many."""
    into = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns.split()))
    )
    done = 0
    with conn.cursor() as cursor, cursor.copy(into) as copy:
        for batch in _batches(lines):
            copy.write("\n".join(batch) + "\n")
            done += len(batch)
    return done


@contextmanager
def without_indexes(conn: Connection, tables: Sequence[str] = LARGE) -> Iterator[None]:
    """Take keys, foreign keys and indexes off empty tables, and make the same again afterwards.

    Emptied in the transaction that fills them, they are written without a log where the server keeps a minimal one.
    """
    names = list(tables)
    conn.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(map(sql.Identifier, names))))
    constraints = conn.execute(_DEFINED, (names,)).fetchall()
    indexes = conn.execute(_INDEXED, (names,)).fetchall()
    for table, name, _, _ in reversed(constraints):
        conn.execute(_named("alter table {} drop constraint {}", table, name))
    for name, _ in indexes:
        conn.execute(_named("drop index {}", name))
    yield
    for table, name, definition, _ in constraints:
        conn.execute(_named("alter table {} add constraint {} ", table, name) + sql.SQL(definition))
    for _, definition in indexes:
        conn.execute(sql.SQL(definition))


def _named(text: Any, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _text(value: object) -> str:
    if value is None:
        return NULL
    return {True: "t", False: "f"}[value] if isinstance(value, bool) else str(value)


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
