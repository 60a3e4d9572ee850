"""Rows for many tables, appended in one statement: one round trip for an order with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
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
        values: list[Any] = []
        for (table, names), (_, rows) in zip(shape, self._rows.values(), strict=True):
            for name, is_json in zip(names, _json(table, names), strict=True):
                column = [row[name] for row in rows]
                values.append([_dumped(value) for value in column] if is_json else column)
        for _, columns in self._also:
            values.extend(columns)
        await conn.execute(text, *values)
        self._rows, self._also = {}, []


def _dumped(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


@cache
def _json(table: sa.Table, names: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(_is_json(table, name) for name in names)


@cache
def _append(tables: tuple[tuple[sa.Table, tuple[str, ...]], ...], also: tuple[tuple[str, int], ...]) -> str:
    written, before = [], 0
    for table, names in tables:
        given = ", ".join(f"${before + n}::{_type(table, name)}[]" for n, name in enumerate(names, 1))
        taken = ", ".join(f"{name}::jsonb" if _is_json(table, name) else name for name in names)
        columns = ", ".join(names)
        written.append(f"insert into {table.name} ({columns}) select {taken} from unnest({given}) as given ({columns})")
        before += len(names)
    for text, size in also:
        written.append(moved_on(text, before))
        before += size
    parts = ", ".join(f"part_{n} as ({text})" for n, text in enumerate(written))
    return f"with {parts} select"


def _is_json(table: sa.Table, name: str) -> bool:
    return isinstance(table.c[name].type, JSONB)


def _type(table: sa.Table, name: str) -> str:
    return "text" if _is_json(table, name) else table.c[name].type.compile(dialect=_DIALECT)
