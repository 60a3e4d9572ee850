"""A small composer: the leaves of worked-out figures for some rows, with exactly the laterals that they speak of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from persistence.database import Connection
from persistence.shapes.worked import Amount, Asked, Figures, LinkTo, LinkToEither, Object, Row, Rows, Said
from persistence.statements import Statement

AS_OF = sa.bindparam("as_of", type_=sa.Date())
CURRENCY = sa.bindparam("currency", type_=sa.Text())

Path = tuple[str, ...]


class Composed:
    """A statement that gives figures of the rows `keys`, one column for each leaf, all of them unless `only` some."""

    def __init__(self, figures: Figures, asked: Asked, only: Sequence[Path] = ()) -> None:
        key = figures.needs[0]
        asked_for = key == sa.func.any(sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid())))
        self.source = sa.select(*figures.needs).where(asked_for).subquery("asked_for")
        tree = figures.build(Row(self.source, {column: self.source.c[column.name] for column in figures.needs}), asked)
        self.leaves = {path: leaf for path, leaf in leaves(tree) if not only or path in only}
        self.laterals: list[sa.Lateral] = []
        for leaf in self.leaves.values():
            self._join(leaf)
        joined: sa.FromClause = self.source
        for lateral in self.laterals:
            joined = joined.outerjoin(lateral, sa.true())
        columns = [self._written(leaf).label(".".join(path)) for path, leaf in self.leaves.items()]
        self.statement = Statement(sa.select(self.source.c[key.name].label("key"), *columns).select_from(joined))

    async def of(self, conn: Connection, keys: Sequence[UUID], **given: Any) -> dict[UUID, dict[Path, Any]]:
        """The figures of each key under their paths."""
        rows = await self.statement.all(conn, keys=list(keys), **given)
        return {row["key"]: {path: row[".".join(path)] for path in self.leaves} for row in rows}

    def _join(self, leaf: Any) -> None:
        for lateral in _spoken(leaf):
            if lateral not in self.laterals:
                self._join(lateral.element)
                self.laterals.append(lateral)

    def _written(self, leaf: Any) -> sa.ColumnElement[Any]:
        match leaf:
            case Amount(value, _):
                return value
            case LinkTo(key, _):
                return key
            case LinkToEither(cases):
                return sa.func.coalesce(*(key for key, _ in cases))
            case Said(message):
                return sa.cast(message, sa.Text())
            case Rows(select, order, fields):
                rows = select.correlate(self.source, *self.laterals).subquery()
                inner = [leaf for _, leaf in leaves(Object(fields(rows)))]
                joined, known = rows, list(self.laterals)
                for one in inner:
                    for lateral in _spoken(one):
                        if lateral not in known:
                            joined, known = joined.outerjoin(lateral, sa.true()), [*known, lateral]
                texts = [sa.cast(self._written(one), sa.Text()) for one in inner]
                sorted_texts = aggregate_order_by(sa.func.concat_ws("|", *texts), *(rows.c[name] for name in order))
                listed = sa.select(sa.func.array_agg(sorted_texts)).select_from(joined)
                return listed.correlate(self.source, *self.laterals).scalar_subquery()
        found: sa.ColumnElement[Any] = leaf
        return found


def leaves(tree: Object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf under its path."""
    for name, value in tree.fields.items():
        if isinstance(value, Object):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def _spoken(leaf: Any) -> Iterator[sa.Lateral]:
    """The laterals that a leaf speaks of."""
    match leaf:
        case Amount(value, currency):
            yield from (*_spoken(value), *_spoken(currency))
        case LinkTo(one, _) | Said(one) | Rows(one, _, _):
            yield from _spoken(one)
        case LinkToEither(cases):
            for key, _ in cases:
                yield from _spoken(key)
        case _:
            yield from _laterals(leaf)


def _laterals(leaf: Any) -> Iterator[sa.Lateral]:
    """The laterals whose columns stand in an expression. What it says many times is looked through once: written out,
    an expression over expressions over expressions is a million elements."""
    seen, waiting = {id(leaf): leaf}, deque([leaf])
    while waiting:
        element = waiting.popleft()
        table = getattr(element, "table", None)
        if isinstance(table, sa.Lateral):
            yield table
        for child in element.get_children():
            if id(child) not in seen:
                seen[id(child)] = child
                waiting.append(child)
