"""Core statements, compiled once and run on raw asyncpg.

SQLAlchemy writes the SQL; asyncpg runs it, since a session costs several times what the statement does. Values are
passed as they are (UUID, Decimal, date, datetime, list, or what the JSON codec takes), so only native types are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module

from persistence.database import json_of
from persistence.sql import numbered

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]

Row = Mapping[str, Any]

REQUIRED = object()
"""The value of a parameter that every run must give."""


class Statement:
    """One statement with named parameters."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement: sa.Executable | None = statement
        self._text: str | None = None
        self._names: Sequence[str] = ()
        self._fixed: Mapping[str, Any] = {}
        self._columns: Sequence[str] = ()

    @classmethod
    def of_text(cls, text: str, columns: Sequence[str], fixed: Mapping[str, Any]) -> Statement:
        """A select that was written as text with marked parameters. `fixed`: the values that no run gives."""
        made = cls.__new__(cls)
        made._statement, made._columns = None, columns
        made._text, made._names = numbered(text)
        made._fixed = {name: fixed[name] for name in made._names if name in fixed}
        return made

    def _compile(self) -> str:
        if self._text is None:
            statement: Any = self._statement
            compiled = statement.compile(dialect=_DIALECT)
            self._names = tuple(compiled.positiontup or ())
            values = compiled.construct_params(_check=False)
            self._fixed = {name: values[name] for name in self._names if not compiled.binds[name].required}
            if isinstance(statement, sa.SelectBase):
                self._columns = tuple(statement.selected_columns.keys())
            self._text = str(compiled)
            self._statement = None  # its tree is many times the size of its text
        return self._text

    @property
    def text(self) -> str:
        """The SQL."""
        return self._compile()

    @property
    def columns(self) -> Sequence[str]:
        """The names of what a select gives."""
        self._compile()
        return self._columns

    @property
    def size(self) -> int:
        """How many values the SQL wants."""
        self._compile()
        return len(self._names)

    def slots(self) -> list[tuple[str, Any]]:
        """Its parameters in the order the SQL wants them, each with its fixed value or `REQUIRED`."""
        self._compile()
        return [(name, self._fixed.get(name, REQUIRED)) for name in self._names]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """The values in the order the SQL wants them."""
        self._compile()
        unknown = [name for name in self._names if name not in given and name not in self._fixed]
        if unknown:
            raise TypeError(f"no value for {unknown} in {self.text}")
        return [given[name] if name in given else self._fixed[name] for name in self._names]

    async def all(self, conn: asyncpg.Connection, **given: Any) -> list[Row]:
        """Every row."""
        rows: list[Row] = await conn.fetch(self.text, *self.arguments(given))
        return rows

    async def one(self, conn: asyncpg.Connection, **given: Any) -> Row | None:
        """The first row, if any."""
        row: Row | None = await conn.fetchrow(self.text, *self.arguments(given))
        return row

    async def value(self, conn: asyncpg.Connection, **given: Any) -> Any:
        """The first column of the first row."""
        return await conn.fetchval(self.text, *self.arguments(given))

    async def run(self, conn: asyncpg.Connection, **given: Any) -> str:
        """Run it and give the command tag."""
        tag: str = await conn.execute(self.text, *self.arguments(given))
        return tag

    async def many(self, conn: asyncpg.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it for many rows in one round trip."""
        await conn.executemany(self.text, [self.arguments(row) for row in rows])


_INSERTS: dict[tuple[str, tuple[str, ...]], Statement] = {}


async def insert(conn: asyncpg.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows that all give the same columns; many in one statement, which costs half as much as one for each."""
    if not rows:
        return
    names = tuple(sorted(rows[0]))
    if len(rows) > 1:
        await conn.execute(_insert_many(table, names), *arrays(table, names, rows))
        return
    key = (table.name, names)
    if key not in _INSERTS:
        _INSERTS[key] = Statement(
            sa.insert(table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in names})
        )
    await _INSERTS[key].many(conn, rows)


@cache
def _insert_many(table: sa.Table, names: tuple[str, ...]) -> str:
    return f"insert into {table.name} ({', '.join(names)}) {from_arrays(table, names)}"


def from_arrays(table: sa.Table, names: Sequence[str]) -> str:
    """A select of rows of a table that come as one array for each column (`arrays`)."""
    types = {name: table.c[name].type.compile(dialect=_DIALECT) for name in names}
    texts = {name for name in names if isinstance(table.c[name].type, (sa.JSON, sa.ARRAY))}
    given = (f"${n}::{'text' if name in texts else types[name]}[]" for n, name in enumerate(names, start=1))
    values = (f"{name}::{types[name]}" if name in texts else name for name in names)
    return f"select {', '.join(values)} from unnest({', '.join(given)}) as given ({', '.join(names)})"


def arrays(table: sa.Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The values of rows by column. Lists, and documents that may be some, come as texts: PostgreSQL takes arrays of
    arrays for one array of more dimensions."""
    return [_texts(table.c[name].type, [row[name] for row in rows]) for name in names]


def _texts(kind: sa.types.TypeEngine[Any], values: list[Any]) -> list[Any]:
    match kind:
        case sa.JSON():
            return [None if value is None else json_of(value) for value in values]
        case sa.ARRAY():
            # Lists in tables are of ids; nothing in them is to be quoted.
            return [None if value is None else f"{{{','.join(map(str, value))}}}" for value in values]
    return values


def any_of(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """`column = any(:name)`: one plan for any number of values."""
    return column == sa.func.any(sa.bindparam(name, type_=sa.ARRAY(column.type)))


def none_of(column: sa.ColumnElement[Any], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """`column <> all(values)`."""
    return column != sa.func.all(sa.literal(list(values), sa.ARRAY(column.type)))
