"""Rows for many tables, appended in one statement: one round trip for an order with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module

from persistence.database import json_of
from persistence.together import moved_on

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]

Shape = tuple[sa.Table, tuple[str, ...], tuple[str, ...]]
"""A table with the columns that are given: plain ones, and documents."""


class Appending:
    """Rows for several tables, kept until `write` appends them all in one statement.

    The rows of one table all give the same columns. Constraints hold at the end of the statement.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[sa.Table, list[Mapping[str, Any]]]] = {}
        self._also: list[tuple[str, Sequence[Sequence[Any]]]] = []

    def add(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append these rows to the table."""
        if rows:
            self._rows.setdefault(table.name, (table, []))[1].extend(rows)

    def also(self, text: str, columns: Sequence[Sequence[Any]]) -> None:
        """Run a statement on arrays with the others, by itself correct in any order with them."""
        self._also.append((text, columns))

    async def write(self, conn: asyncpg.Connection) -> None:
        """Append everything, in one round trip."""
        if not self._rows and not self._also:
            return
        shape, values = [], list[Any]()
        for table, rows in self._rows.values():
            names = tuple(rows[0])
            documents = tuple(name for name in names if isinstance(table.c[name].type, sa.JSON))
            plain = tuple(name for name in names if name not in documents)
            shape.append((table, plain, documents))
            values.append([{name: row[name] for name in plain} for row in rows] if documents else rows)
            values.extend([None if row[name] is None else json_of(row[name]) for row in rows] for name in documents)
        text = _append(tuple(shape), tuple((text, len(columns)) for text, columns in self._also))
        values.extend(column for _, columns in self._also for column in columns)
        await conn.execute(text, *values)
        self._rows, self._also = {}, []


@cache
def _append(tables: tuple[Shape, ...], also: tuple[tuple[str, int], ...]) -> str:
    written, before = [], 0
    for table, plain, documents in tables:
        given = ", ".join(f"{name} {_type(table, name)}" for name in plain)
        # Documents come as texts of their own: inside the JSON of the row they would be read twice.
        sources = [f"json_to_recordset(${before + 1}::json) as ({given})"]
        sources.extend(f"unnest(${before + place}::text[])" for place in range(2, len(documents) + 2))
        columns = ", ".join((*plain, *documents))
        selected = ", ".join((*plain, *(f"{name}::{_type(table, name)}" for name in documents)))
        written.append(
            f"insert into {table.name} ({columns}) select {selected}"
            f" from rows from ({', '.join(sources)}) as given ({columns})"
        )
        before += len(sources)
    for text, size in also:
        written.append(moved_on(text, before))
        before += size
    parts = ", ".join(f"part_{n} as ({text})" for n, text in enumerate(written))
    return f"with {parts} select"


def _type(table: sa.Table, name: str) -> str:
    return table.c[name].type.compile(dialect=_DIALECT)
