"""Several selects in one round trip.

A round trip costs the server process more than a small statement costs the database, so the write lane makes few.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from persistence.statements import Row, Statement

_PLACE = re.compile(r"\$(\d+)")


class Together:
    """Selects that know nothing of each other, read as one statement: one snapshot, one round trip.

    Columns of JSON must be selected as text: rows travel as PostgreSQL records, in binary.
    """

    def __init__(self, **parts: Statement) -> None:
        self._parts = parts
        self._text: str | None = None
        self._columns: list[tuple[str, Sequence[str]]] = []

    async def all(self, conn: asyncpg.Connection, **given: Mapping[str, Any]) -> dict[str, list[Row]]:
        """The rows of each part. `given`: the values of each part, by its name."""
        if self._text is None:
            self._text = self._compile()
        values = [value for name, part in self._parts.items() for value in part.arguments(given[name])]
        found = await conn.fetchrow(self._text, *values)
        assert found is not None, "a select without FROM has one row"
        return {
            name: [dict(zip(columns, row, strict=True)) for row in rows] if rows else []
            for (name, columns), rows in zip(self._columns, found, strict=True)
        }

    def _compile(self) -> str:
        written, before = [], 0
        for name, part in self._parts.items():
            text = moved_on(part.text, before)
            columns = ", ".join(f'part."{column}"' for column in part.columns)
            written.append(f'array(select row({columns}) from ({text}) as part) as "{name}"')
            before += part.size
        self._columns = [(name, part.columns) for name, part in self._parts.items()]
        return "select " + ",\n".join(written)


def moved_on(text: str, by: int) -> str:
    """A statement whose first parameter is not the first of all."""
    return _PLACE.sub(lambda found: f"${int(found[1]) + by}", text) if by else text
