"""Finding records of several kinds by a piece of text: a number that is exactly it first, then what begins with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from persistence.reader import Reader
from persistence.shapes.company import COMPANY
from persistence.shapes.filters import contains, of_companies, starts_with
from persistence.shapes.given import Parameter, bound, changed
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Asked, Figures, LinkTo, LinkToEither, Object, Row, Rows
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
    found = _best(shapes, wanted, companies, first)
    rows = await reader.run(Statement(found))
    return [Hit(row["shape"], row["key"], row["title"], row["company"]) for row in rows]


def hits(shapes: Sequence[Shape], text: Parameter, companies: Parameter | None, first: Parameter) -> Figures:
    """The best hits as a list: for each its `title`, its `company` and its `node`. `text`: without blanks around it."""

    def build(row: Row, asked: Asked) -> Object:
        return Object({"hits": Rows(_best(shapes, text, companies, first), _ORDER, _hit_of(shapes))})

    return Figures((), build, of_a_call=True)


def _hit_of(shapes: Sequence[Shape]) -> Callable[[sa.FromClause], Mapping[str, Any]]:
    def hit(row: sa.FromClause) -> Mapping[str, Any]:
        keys = ((sa.case((row.c.place == place, row.c.key)), shape) for place, shape in enumerate(shapes))
        return {"title": row.c.title, "company": LinkTo(row.c.company, COMPANY), "node": LinkToEither(tuple(keys))}

    return hit


def _best(shapes: Sequence[Shape], text: Any, companies: Any, first: Any) -> sa.Select[tuple[Any, ...]]:
    """The best hits; values as `persistence.shapes.given` takes them. Nothing is found by an empty text."""
    parts = [_best_of(shape, place, text, companies, first) for place, shape in enumerate(shapes)]
    found = sa.union_all(*parts).subquery("found")
    return (
        sa.select(found)
        .where(bound(text, sa.Text()) != sa.literal_column("''", sa.Text()))
        .order_by(*(found.c[name] for name in _ORDER))
        .limit(bound(first, sa.Integer()))
    )


_ORDER = ("rank", "place", "title", "key")


def _best_of(shape: Shape, place: int, text: Any, companies: Any, first: Any) -> sa.Select[tuple[Any, ...]]:
    number = shape.search[0]
    title = number if shape.title is None else shape.title
    rank = sa.case(
        (sa.func.lower(number) == bound(changed(text, str.lower), sa.Text()), 0),
        (sa.or_(*(starts_with(column, text) for column in shape.search)), 1),
        else_=2,
    )
    company = sa.null() if shape.company is None else shape.company
    within = sa.true() if companies is None else of_companies(shape, changed(companies, list))
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
        .limit(bound(first, sa.Integer()))
        .subquery()
    )
    return sa.select(inner)
