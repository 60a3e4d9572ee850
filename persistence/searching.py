"""Finding records of several kinds by a piece of text: a number that is exactly it first, then what begins with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from persistence.reader import Reader
from persistence.shapes.filters import contains, of_companies, starts_with
from persistence.shapes.shape import Shape
from persistence.statements import Statement


@dataclass(frozen=True)
class Hit:
    """A record that was found: its shape's name, its key, what it is called, and its company if it has one."""

    shape: str
    key: UUID
    title: str
    company: UUID | None


async def search(
    reader: Reader, shapes: Sequence[Shape], text: str, companies: Sequence[UUID] | None, first: int
) -> list[Hit]:
    """The best hits among the records that may be seen, of some companies or of all."""
    wanted = text.strip()
    if not wanted or not shapes:
        return []
    parts = [_best_of(shape, place, wanted, companies, first) for place, shape in enumerate(shapes)]
    found = sa.union_all(*parts).subquery("found")
    statement = sa.select(found).order_by(found.c.rank, found.c.place, found.c.title, found.c.key).limit(first)
    rows = await reader.run(Statement(statement))
    return [Hit(row["shape"], row["key"], row["title"], row["company"]) for row in rows]


def _best_of(
    shape: Shape, place: int, text: str, companies: Sequence[UUID] | None, first: int
) -> sa.Select[tuple[Any, ...]]:
    number = shape.search[0]
    title = number if shape.title is None else shape.title
    rank = sa.case(
        (sa.func.lower(number) == sa.literal(text.lower(), sa.Text()), 0),
        (sa.or_(*(starts_with(column, text) for column in shape.search)), 1),
        else_=2,
    )
    company = sa.null() if shape.company is None else shape.company
    within = sa.true() if companies is None else of_companies(shape, [*companies])
    inner = (
        sa.select(
            sa.literal(shape.name, sa.Text()).label("shape"),
            sa.literal(place, sa.Integer()).label("place"),
            shape.id.label("key"),
            sa.cast(title, sa.Text()).label("title"),
            sa.cast(company, sa.Uuid()).label("company"),
            rank.label("rank"),
        )
        .select_from(shape.source)
        .where(shape.visible, within, sa.or_(*(contains(column, text) for column in shape.search)))
        .order_by(rank, title, shape.id)
        .limit(first)
        .subquery()
    )
    return sa.select(inner)
