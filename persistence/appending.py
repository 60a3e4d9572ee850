"""Rows for many tables, appended in one statement: one round trip for an order with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module

from persistence.together import moved_on

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]


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
        shape = tuple((table, tuple(rows[0])) for table, rows in self._rows.values())
        text = _append(shape, tuple((text, len(columns)) for text, columns in self._also))
        also = (column for _, columns in self._also for column in columns)
        await conn.execute(text, *(rows for _, rows in self._rows.values()), *also)
        self._rows, self._also = {}, []


@cache
def _append(tables: tuple[tuple[sa.Table, tuple[str, ...]], ...], also: tuple[tuple[str, int], ...]) -> str:
    written, before = [], len(tables)
    for place, (table, names) in enumerate(tables, 1):
        given = ", ".join(f"{name} {_type(table, name)}" for name in names)
        columns = ", ".join(names)
        written.append(
            f"insert into {table.name} ({columns})"
            f" select {columns} from json_to_recordset(${place}::json) as given ({given})"
        )
    for text, size in also:
        written.append(moved_on(text, before))
        before += size
    parts = ", ".join(f"part_{n} as ({text})" for n, text in enumerate(written))
    return f"with {parts} select"


def _type(table: sa.Table, name: str) -> str:
    return table.c[name].type.compile(dialect=_DIALECT)
