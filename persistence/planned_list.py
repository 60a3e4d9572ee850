"""A list in a planned statement: one page, its cursors, where it stands, and a count, out of one limited select."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from domain.counting import CountPrecision
from persistence import json_text
from persistence.json_text import Text, joined, piece
from persistence.level import Level
from persistence.selection import Chosen, ListAsked
from persistence.shapes.filters import condition
from persistence.shapes.given import Parameter, bound
from persistence.shapes.keyset import VERSION, after, decode, digest, sort_keys
from persistence.shapes.shape import Shape

if TYPE_CHECKING:
    from persistence.planner import Planner


def connection(
    planner: Planner, one: Chosen, level: Level, shape: Shape, hangs_off: Mapping[str, sa.ColumnElement[Any]]
) -> Text:
    """A connection: `nodes`, `edges`, `page_info` from one select; `count` from another."""
    asked: ListAsked = one.arguments["asked"]
    parts: list[Text | str] = []
    page = None
    for child in one.under():
        parts.append(f'{"," if parts else "{"}"{child.response}":')
        if child.name in _OF_THE_PAGE:
            page = page or _Page(planner, one, level, shape, asked, hangs_off)
            parts.append(page.part(child))
        elif child.name == "count":
            parts.append(_count(planner, child, level, shape, asked, hangs_off))
        else:
            parts.append(planner.value(child, level))
    if page is not None:
        level.joins.append(page.lateral())
    return joined([*parts, "}"])


_OF_THE_PAGE = ("nodes", "edges", "page_info")


class _Page:
    """The rows of one page, numbered from where the reading began, and what is made of all of them."""

    def __init__(
        self,
        planner: Planner,
        one: Chosen,
        level: Level,
        shape: Shape,
        asked: ListAsked,
        hangs_off: Mapping[str, sa.ColumnElement[Any]],
    ) -> None:
        self._planner, self._outer, self._asked, self._shape = planner, level, asked, shape
        self._keys = sort_keys(shape, asked.order)
        self._size = asked.last if asked.last is not None else asked.first or 0
        self._backwards = asked.last is not None
        for value in hangs_off.values():
            level.use(value)
        rows, labels = planner.rows_of(
            shape, list(_records(one)), self._select(hangs_off), level, *self._labelled_keys()
        )
        keys = [rows.c[f"key_{place}"] for place in range(len(self._keys))]
        self._order = [
            key.desc() if sort.descending != self._backwards else key.asc()
            for key, sort in zip(keys, self._keys, strict=True)
        ]
        place = sa.func.row_number().over(order_by=self._order).label("place")
        numbered = sa.select(rows, place).correlate(level.source, *level.joins).subquery(planner.name("n"))
        columns = {column: numbered.c[name] for column, name in labels.items()}
        self._level = Level(numbered, shape, {}, columns)
        self._numbered = numbered
        self._parts: list[Text] = []
        self._name = planner.name("p")

    def _select(self, hangs_off: Mapping[str, Any]) -> sa.Select[Any]:
        """The rows that are asked for, one more than the page so that it is known whether others follow."""
        statement = rows_asked_for(self._shape, self._asked, hangs_off)
        for cursor, which, reverse in (
            (self._asked.after, self._asked.after_nulls, False),
            (self._asked.before, self._asked.before_nulls, True),
        ):
            if cursor is not None:
                statement = statement.where(after(self._keys, self._values(cursor, which), reverse))
        ordered = statement.order_by(*(key.ordered(self._backwards) for key in self._keys))
        return ordered.limit(sa.literal_column(str(self._size + 1)))

    def _values(self, cursor: Parameter, which: Sequence[bool]) -> list[Any]:
        """The keys in a cursor; which of them are null is known to the plan."""
        decoded = cursor.then(lambda text: decode(self._shape, self._keys, text))
        return [None if null else decoded.then(itemgetter(place)) for place, null in enumerate(which)]

    def _labelled_keys(self) -> Iterator[sa.ColumnElement[Any]]:
        for place, key in enumerate(self._keys):
            yield key.expression.label(f"key_{place}")

    def _cursor(self, at: sa.ColumnElement[int] | None = None) -> Text:
        """The cursor of each row, or of the one at a place. Collecting its keys out of all rows is cheap: there need be
        no second pass over them that knows how many there were."""
        keys: list[sa.ColumnElement[Any]] = [self._numbered.c[f"key_{place}"] for place in range(len(self._keys))]
        if at is not None:
            keys = [_collected(key, self._numbered.c.place)[at] for key in keys]
        return json_text.cursor(VERSION, digest(self._shape, self._keys), keys)

    def part(self, child: Chosen) -> Text:
        """One of `nodes`, `edges` and `page_info`, as a column of the page's lateral."""
        match child.name:
            case "nodes":
                json = self._array(self._planner.object(child.under(self._shape.name), self._level))
            case "edges":
                json = self._array(self._edge(child))
            case _:
                json = self._page_info(child)
        self._parts.append(json)
        return sa.literal_column(f"{self._name}.part_{len(self._parts) - 1}", sa.Text())

    def _array(self, json: Text) -> Text:
        place = self._numbered.c.place
        return json_text.array(json, [place.desc() if self._backwards else place], place <= self._size_literal)

    @property
    def _size_literal(self) -> sa.ColumnElement[int]:
        return sa.literal_column(str(self._size), sa.Integer())

    def _edge(self, child: Chosen) -> Text:
        parts: list[Text | str] = []
        for field in child.under():
            parts.append(f'{"," if parts else "{"}"{field.response}":')
            match field.name:
                case "cursor":
                    parts.append(self._cursor())
                case "node":
                    parts.append(self._planner.object(field.under(self._shape.name), self._level))
                case _:
                    parts.append(self._planner.value(field, self._level))
        return joined([*parts, "}"])

    def _page_info(self, child: Chosen) -> Text:
        found = sa.func.count()
        more = found > self._size_literal
        last = sa.func.least(found, self._size_literal, type_=sa.Integer())
        first = sa.literal_column("1", sa.Integer())
        start, end = (last, first) if self._backwards else (first, last)
        fields: dict[str, sa.ColumnElement[Any]] = {
            "has_next_page": _flag(self._asked.before is not None) if self._backwards else more,
            "has_previous_page": more if self._backwards else _flag(self._asked.after is not None),
            "start_cursor": self._cursor(start),
            "end_cursor": self._cursor(end),
        }
        parts: list[Text | str] = []
        for field in child.under():
            parts.append(f'{"," if parts else "{"}"{field.response}":')
            if field.name not in fields:
                parts.append(self._planner.value(field, self._level))
            elif field.name.endswith("cursor"):
                parts.append(sa.case((last > sa.literal_column("0"), fields[field.name]), else_=piece("null")))
            else:
                parts.append(sa.cast(fields[field.name], sa.Text()))
        return joined([*parts, "}"])

    def lateral(self) -> sa.FromClause:
        """Everything that is wanted of the page, in one row."""
        for part in self._parts:
            self._level.use(part)
        columns = [part.label(f"part_{place}") for place, part in enumerate(self._parts)]
        # Counting makes it one row, also of no rows and where nothing else sums them up.
        selected = sa.select(sa.func.count().label("rows"), *columns).select_from(self._level.joined())
        return selected.correlate(self._outer.source, *self._outer.joins).lateral(self._name)


def rows_asked_for(shape: Shape, asked: ListAsked, hangs_off: Mapping[str, Any]) -> sa.Select[Any]:
    """The rows that a list is about, in no order and without end."""
    return (
        sa.select()
        .select_from(shape.source)
        .where(shape.visible, shape.hanging_off(hangs_off), condition(shape, asked.where))
    )


def _records(one: Chosen) -> Iterator[Chosen]:
    """Every field that is wanted of the records in a list, wherever it stands."""
    shape = one.reading.shape  # type: ignore[union-attr]
    for child in one.under():
        if child.name == "nodes":
            yield from child.under(shape.name)
        elif child.name == "edges":
            for field in child.under():
                if field.name == "node":
                    yield from field.under(shape.name)


def _count(
    planner: Planner,
    child: Chosen,
    level: Level,
    shape: Shape,
    asked: ListAsked,
    hangs_off: Mapping[str, sa.ColumnElement[Any]],
) -> Text:
    """How many there are, counted no further than one past the limit."""
    limit = bound(child.arguments["limit"], sa.Integer())
    for value in hangs_off.values():
        level.use(value)
    inner = (
        rows_asked_for(shape, asked, hangs_off)
        .with_only_columns(sa.literal_column("1").label("one"))
        .limit(limit + sa.literal_column("1"))
        .correlate(level.source, *level.joins)
        .subquery(planner.name("c"))
    )
    counted = sa.select(sa.func.count().label("counted")).select_from(inner)
    lateral = counted.correlate(level.source, *level.joins).lateral(planner.name("l"))
    level.joins.append(lateral)
    precise = sa.case(
        (lateral.c.counted > limit, piece(CountPrecision.AT_LEAST.value)), else_=piece(CountPrecision.EXACT.value)
    )
    value = sa.cast(sa.func.least(lateral.c.counted, limit), sa.Integer())
    return planner.object(child.under(), Level(lateral, None, {"value": value, "precision": precise}))


def _collected(key: sa.ColumnElement[Any], place: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """The values of a key in all rows, as an array in the order of the rows."""
    return sa.func.array_agg(aggregate_order_by(key, place), type_=sa.ARRAY(key.type))


def _flag(value: bool) -> sa.ColumnElement[bool]:
    return sa.true() if value else sa.false()
