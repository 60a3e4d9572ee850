"""Reading through shapes, for one viewer: by ids, by page, by count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from persistence.shapes.filters import condition
from persistence.shapes.keyset import SILENT, BadCursor, Speech, after, decode, encode, sort_keys
from persistence.shapes.shape import Shape
from persistence.statements import Row, Statement, any_of


@dataclass(frozen=True)
class Asked:
    """What a client asks of a list. `first` xor `last`; `order` is (field, descending)."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[tuple[str, bool], ...] = ()
    speech: Speech = SILENT


@dataclass(frozen=True)
class Page:
    """One page of rows, each with its cursor."""

    rows: tuple[Row, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool


_BY_KEY: dict[tuple[str, str], Statement] = {}


@dataclass(frozen=True)
class Reader:
    """One viewer's eyes: which companies, which languages, and the moment that is now.

    `audited`: the companies whose audit trail it may read; `working`: those in which it may run jobs.
    `approving`: those in which it is a credit clerk, and those in which it is a credit manager.
    """

    pool: asyncpg.Pool
    companies: tuple[UUID, ...]
    locales: tuple[str, ...]
    now: datetime
    reporting_currency: str
    actor: UUID | None = None
    audited: tuple[UUID, ...] = ()
    working: tuple[UUID, ...] = ()
    approving: tuple[tuple[UUID, ...], tuple[UUID, ...]] = ((), ())

    def given(self, **more: Any) -> dict[str, Any]:
        """What every statement over shapes is given."""
        return {
            "companies": list(self.companies),
            "locales": list(self.locales),
            "now": self.now,
            "reporting": self.reporting_currency,
            "viewer": self.actor,
            "audited": list(self.audited),
            "working": list(self.working),
            "clerk_in": self.approving[0],
            "manager_in": self.approving[1],
            **more,
        }

    async def by_key(self, shape: Shape, column: str, keys: Iterable[Any]) -> dict[Any, Row]:
        """Rows by a unique field, those that may be seen."""
        if (shape.name, column) not in _BY_KEY:
            expression = shape.id if column == "id" else shape.fields[column]
            _BY_KEY[shape.name, column] = Statement(shape.select().where(any_of(expression, "wanted")))
        rows = await self.run(_BY_KEY[shape.name, column], wanted=list(keys))
        return {row[column]: row for row in rows}

    async def where(self, shape: Shape, where: Mapping[str, Any]) -> Row | None:
        """The one row whose fields have these values, if it may be seen: by a natural key of several fields."""
        found = await self.run(Statement(shape.select().where(shape.hanging_off(where))))
        return found[0] if found else None

    async def page(self, shape: Shape, asked: Asked, within: Mapping[str, Any] | None = None) -> Page:
        """One page, of the rows that hang off what `within` says. Raises `BadCursor`."""
        keys = sort_keys(shape, asked.order, asked.speech)
        backwards = asked.last is not None
        size = asked.last if asked.last is not None else asked.first or 0
        statement = shape.select().where(shape.hanging_off(within or {}), condition(shape, asked.where))
        for cursor, reverse in ((asked.after, False), (asked.before, True)):
            if cursor is not None:
                statement = statement.where(after(keys, decode(shape, keys, cursor), reverse))
        labelled = [key.expression.label(f"key_{place}") for place, key in enumerate(keys)]
        statement = statement.add_columns(*labelled).order_by(*(key.ordered(backwards) for key in keys)).limit(size + 1)
        try:
            found = await self.run(Statement(statement))
        except asyncpg.DataError as error:
            if asked.after is None and asked.before is None:
                raise
            raise BadCursor("a key is out of its range") from error
        more, rows = len(found) > size, found[:size]
        if backwards:
            rows = rows[::-1]
        cursors = (encode(shape, keys, [row[f"key_{place}"] for place in range(len(keys))]) for row in rows)
        return Page(
            tuple(rows),
            tuple(cursors),
            has_next=asked.before is not None if backwards else more,
            has_previous=more if backwards else asked.after is not None,
        )

    async def count(
        self, shape: Shape, where: Mapping[str, Any], limit: int, within: Mapping[str, Any] | None = None
    ) -> int:
        """How many rows, counting no further than one past `limit`."""
        inner = (
            sa.select(sa.literal(1).label("one"))
            .select_from(shape.source)
            .where(shape.visible, shape.hanging_off(within or {}), condition(shape, where))
            .limit(limit + 1)
            .subquery()
        )
        (counted,) = await self.run(Statement(sa.select(sa.func.count().label("counted")).select_from(inner)))
        found: int = counted["counted"]
        return found

    async def run(self, statement: Statement, **given: Any) -> Sequence[Row]:
        """A statement of our own over the same viewer."""
        async with self.pool.acquire() as conn:
            return await statement.all(conn, **self.given(**given))
