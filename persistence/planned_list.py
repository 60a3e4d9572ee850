"""A list in a planned statement: one page, its cursors, where it stands, and a count, out of one limited select."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.counting import CountPrecision
from persistence import json_text
from persistence.json_text import as_text, joined, piece
from persistence.kept import kept_shape
from persistence.level import Level
from persistence.selection import Chosen, ListAsked
from persistence.shapes.filters import condition
from persistence.shapes.given import Parameter, bound
from persistence.shapes.keyset import VERSION, after, decode, digest, sort_keys
from persistence.shapes.shape import Shape
from persistence.sql import Sql, written

if TYPE_CHECKING:
    from persistence.planner import Planner


def connection(planner: Planner, one: Chosen, level: Level, shape: Shape, hangs_off: Mapping[str, Sql]) -> Sql:
    """A connection: `nodes`, `edges`, `page_info` from one select; `count` from another."""
    asked: ListAsked = one.arguments["asked"]
    parts: list[Sql | str] = []
    page = None
    for child in one.under():
        parts.append(f'{"," if parts else "{"}"{child.response}":')
        if child.name in _OF_THE_PAGE:
            page = page or _Page(planner, one, shape, asked, hangs_off)
            parts.append(page.part(child))
        elif child.name == "count":
            parts.append(_count(planner, child, level, shape, asked, hangs_off))
        else:
            parts.append(planner.value(child, level))
    if page is not None:
        level.lateral(page.name, page.select())
    return joined([*parts, "}"])


_OF_THE_PAGE = ("nodes", "edges", "page_info")


class _Page:
    """The rows of one page, numbered from where the reading began, and what is made of all of them."""

    def __init__(
        self, planner: Planner, one: Chosen, shape: Shape, asked: ListAsked, hangs_off: Mapping[str, Sql]
    ) -> None:
        self._planner, self._asked, self._shape = planner, asked, shape
        self._keys = sort_keys(shape, asked.order, asked.speech)
        self._size = asked.last if asked.last is not None else asked.first or 0
        self._backwards = asked.last is not None
        rows = planner.name("r")
        self._order = [
            f"{rows}.key_{place} {_direction(sort.descending != self._backwards)}"
            for place, sort in enumerate(self._keys)
        ]
        self._rows = f"({self._select(list(_records(one)), hangs_off)}) AS {rows}"
        self._level = Level(planner.name("n"), planner.fixed, shape)
        self._parts: list[Sql] = []
        self.name = planner.name("p")

    def _select(self, records: Sequence[Chosen], hangs_off: Mapping[str, Sql]) -> str:
        """The rows that are asked for, one more than the page so that it is known whether others follow."""
        kept = kept_shape(self._shape)
        keys = [self._planner.text(kept.over_tables(key.expression)) for key in self._keys]
        columns = self._planner.columns_of(self._shape, records) | {
            f"key_{place}": key for place, key in enumerate(keys)
        }
        conditions = [_asked_for(self._planner, self._shape, self._asked, hangs_off)]
        for cursor, which, reverse in (
            (self._asked.after, self._asked.after_nulls, False),
            (self._asked.before, self._asked.before_nulls, True),
        ):
            if cursor is not None:
                beyond = after(self._keys, self._values(cursor, which), reverse)
                conditions.append(self._planner.text(kept.over_tables(beyond)))
        order = ", ".join(
            f"{text} {_direction(key.descending != self._backwards)}"
            for text, key in zip(keys, self._keys, strict=True)
        )
        rows = self._planner.selected(self._shape, columns, *conditions)
        return f"{rows} ORDER BY {order} LIMIT {self._size + 1}"

    def _values(self, cursor: Parameter, which: Sequence[bool]) -> list[Any]:
        """The keys in a cursor; which of them are null is known to the plan."""
        decoded = cursor.then(lambda text: decode(self._shape, self._keys, text))
        return [None if null else decoded.then(itemgetter(place)) for place, null in enumerate(which)]

    def _cursor(self, at: str | None = None) -> Sql:
        """The cursor of each row, or of the one at a place. Collecting its keys out of all rows is cheap: there need be
        no second pass over them that knows how many there were."""
        numbered = self._level.source
        keys = [Sql(f"{numbered}.key_{place}", key.expression.type) for place, key in enumerate(self._keys)]
        if at is not None:
            keys = [Sql(f"(array_agg({key.text} ORDER BY {numbered}.place))[{at}]", key.type) for key in keys]
        return json_text.cursor(VERSION, digest(self._shape, self._keys), keys)

    def part(self, child: Chosen) -> Sql:
        """One of `nodes`, `edges` and `page_info`, as a column of the page's lateral."""
        match child.name:
            case "nodes":
                json = self._array(self._planner.object(child.under(self._shape.name), self._level))
            case "edges":
                json = self._array(self._edge(child))
            case _:
                json = self._page_info(child)
        self._parts.append(json)
        return Sql(f"{self.name}.part_{len(self._parts) - 1}")

    def _array(self, json: Sql) -> Sql:
        place = f"{self._level.source}.place"
        return json_text.array(json, [f"{place} DESC" if self._backwards else place], f"{place} <= {self._size}")

    def _edge(self, child: Chosen) -> Sql:
        parts: list[Sql | str] = []
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

    def _page_info(self, child: Chosen) -> Sql:
        more, last = f"count(*) > {self._size}", f"CAST(least(count(*), {self._size}) AS INTEGER)"
        start, end = (last, "1") if self._backwards else ("1", last)
        fields = {
            "has_next_page": _flag(self._asked.before is not None) if self._backwards else more,
            "has_previous_page": more if self._backwards else _flag(self._asked.after is not None),
            "start_cursor": self._cursor(start).text,
            "end_cursor": self._cursor(end).text,
        }
        parts: list[Sql | str] = []
        for field in child.under():
            parts.append(f'{"," if parts else "{"}"{field.response}":')
            if field.name not in fields:
                parts.append(self._planner.value(field, self._level))
            elif field.name.endswith("cursor"):
                parts.append(Sql(f"CASE WHEN {last} > 0 THEN {fields[field.name]} ELSE 'null' END"))
            else:
                parts.append(as_text(Sql(fields[field.name])))
        return joined([*parts, "}"])

    def select(self) -> str:
        """Everything that is wanted of the page, in one row."""
        numbered = self._level.source
        place = f"row_number() OVER (ORDER BY {', '.join(self._order)}) AS place"
        rows = f"(SELECT *, {place} FROM {self._rows}) AS {numbered}"
        columns = [f"{part.text} AS part_{place}" for place, part in enumerate(self._parts)]
        # Counting makes it one row, also of no rows and where nothing else sums them up.
        return f"SELECT {', '.join(['count(*) AS rows', *columns])} FROM {self._level.joined(rows)}"


def _asked_for(planner: Planner, shape: Shape, asked: ListAsked, hangs_off: Mapping[str, Sql]) -> str:
    """What the rows of a list meet, beside that the viewer may see them."""
    hangs = shape.hanging_off({name: value.column for name, value in hangs_off.items()})
    return planner.text(kept_shape(shape).over_tables(sa.and_(hangs, condition(shape, asked.where))))


def _direction(descending: bool) -> str:
    return "DESC" if descending else "ASC"


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
    planner: Planner, child: Chosen, level: Level, shape: Shape, asked: ListAsked, hangs_off: Mapping[str, Sql]
) -> Sql:
    """How many there are, counted no further than one past the limit."""
    limit = planner.text(written(bound(child.arguments["limit"], sa.Integer())))
    inner = planner.selected(shape, {"one": "1"}, _asked_for(planner, shape, asked, hangs_off))
    name = level.lateral(
        planner.name("l"),
        f"SELECT count(*) AS counted FROM ({inner} LIMIT {limit} + 1) AS {planner.name('c')}",
    )
    precise = Sql(
        f"CASE WHEN {name}.counted > {limit} THEN {piece(CountPrecision.AT_LEAST.value).text}"
        f" ELSE {piece(CountPrecision.EXACT.value).text} END"
    )
    value = Sql(f"CAST(least({name}.counted, {limit}) AS INTEGER)", sa.Integer())
    return planner.object(child.under(), level.inner({"value": value, "precision": precise}, None))


def _flag(value: bool) -> str:
    return "true" if value else "false"
