"""Editing a record: only what differs is written, and only then does its version rise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from persistence.statements import Row, Statement, arrays, from_arrays

Changes = list[dict[str, str | None]]
"""What an edit changed, as it is put on record: field, before, after."""

_UPDATES: dict[tuple[str, tuple[str, ...], tuple[str, ...], bool], Statement] = {}


def differing(row: Row, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of the wanted values differs from a row."""
    return {name: value for name, value in wanted.items() if row[name] != value}


def changes(row: Row, differs: Mapping[str, Any], names: Mapping[UUID, str] | None = None) -> Changes:
    """The differences in words of the API; `names` gives the codes of references."""
    return [
        {
            "field": _field(name),
            "before": _said(row[name], names or {}),
            "after": _said(value, names or {}),
        }
        for name, value in differs.items()
    ]


async def update(
    conn: asyncpg.Connection,
    table: sa.Table,
    key: Mapping[str, UUID],
    values: Mapping[str, Any],
    *,
    edited: bool = True,
) -> None:
    """Write values to the row of a key. `edited`: its version rises; otherwise it only counts as changed."""
    await update_many(conn, table, [(key, values)], edited=edited)


async def update_many(
    conn: asyncpg.Connection,
    table: sa.Table,
    rows: Sequence[tuple[Mapping[str, UUID], Mapping[str, Any]]],
    *,
    edited: bool = True,
) -> None:
    """The same for rows of different keys that all give the same columns; many in one statement."""
    if not rows:
        return
    keys, columns = tuple(sorted(rows[0][0])), tuple(sorted(rows[0][1]))
    if len(rows) > 1:
        given_rows = [{**key, **values} for key, values in rows]
        await conn.execute(_update_many(table, keys, columns, edited), *arrays(table, keys + columns, given_rows))
        return
    name = (table.name, keys, columns, edited)
    if name not in _UPDATES:
        _UPDATES[name] = _update(table, keys, columns, edited)
    given = ({**key, **{f"new_{column}": value for column, value in values.items()}} for key, values in rows)
    await _UPDATES[name].many(conn, given)


def _update(table: sa.Table, keys: Sequence[str], columns: Sequence[str], edited: bool) -> Statement:
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    if edited:
        values["version"] = table.c.version + 1
    found = sa.and_(*(table.c[name] == sa.bindparam(name, type_=table.c[name].type) for name in keys))
    return Statement(sa.update(table).where(found).values(**values, updated_at=sa.func.now()))


@cache
def _update_many(table: sa.Table, keys: tuple[str, ...], columns: tuple[str, ...], edited: bool) -> str:
    new = [f"{name} = given.{name}" for name in columns] + ["updated_at = now()"]
    if edited:
        new.append(f"version = {table.name}.version + 1")
    found = " and ".join(f"{table.name}.{name} = given.{name}" for name in keys)
    given = from_arrays(table, keys + columns)
    return f"update {table.name} set {', '.join(new)} from ({given}) as given where {found}"


def _field(column: str) -> str:
    first, *others = column.removesuffix("_id").split("_")
    return first + "".join(word.capitalize() for word in others)


def _said(value: Any, names: Mapping[UUID, str]) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case UUID():
            return names.get(value, str(value))
    return str(value)
