"""One operation, one statement: a `Selection` folded over the shapes into SQL that returns the JSON of the answer.

Every record is two steps: its rows, a subquery of base columns under a name of its own, limited and sorted where it is
a list; and the JSON of each row, with its links and figures as LATERAL joins. What a step needs of the one around it is
correlated by name, since nested subqueries lose their correlation silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from persistence import json_text
from persistence.json_text import Text, joined, or_null, piece
from persistence.level import Level, NotPlanned, base_columns
from persistence.selection import (
    Chosen,
    Collected,
    Constant,
    Converted,
    Finished,
    Found,
    Identity,
    InMoney,
    Itself,
    Linked,
    LinkedToEither,
    Listed,
    Local,
    Nothing,
    Stored,
    WorkedOut,
)
from persistence.shapes.given import bound
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Amount, Figures, LinkTo, LinkToEither, Object, Row, Rows, Said, Worked
from persistence.shapes.worked import Asked as SumAsked
from persistence.shapes.worth import DIGITS, USUAL_DIGITS, constant, converted, digits, one_of, rounded_to

UNUSUAL = frozenset(code for codes in DIGITS.values() for code in codes.split())
"""Currencies whose minor unit has not two decimals."""


@dataclass
class Planner:
    """Folds one operation. `finishers` are what it leaves to be finished outside SQL, in the order of their marks."""

    finishers: list[Chosen] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def statement(self, chosen: Sequence[Chosen]) -> sa.Select[Any]:
        """The statement for a whole operation: one row with one text, as the bytes that are sent."""
        root = Level(sa.select(sa.literal_column("1").label("one")).subquery("root"))
        json = self.object(chosen, root)
        root.use(json)
        sent = sa.func.convert_to(json, piece("UTF8"), type_=sa.LargeBinary())
        return sa.select(sent.label("json")).select_from(root.joined())

    # Objects and values -----------------------------------------------------------------------------------------------

    def object(self, chosen: Sequence[Chosen], level: Level) -> Text:
        """The fields of one object."""
        parts: list[Text | str] = []
        for one in chosen:
            parts.extend([f'{"," if parts else "{"}"{one.response}":', self.value(one, level)])
        return joined([*parts, "}"]) if parts else piece("{}")

    def value(self, one: Chosen, level: Level) -> Text:
        """The value of one field, never NULL."""
        match one.reading:
            case Constant(value):
                return piece(json_text.constant(value))
            case Nothing():
                return piece("null" if one.nullable else json_text.FAULT)
            case Identity():
                assert level.shape is not None
                return json_text.node_id(level.shape.prefix, self._expression(level, "id"))
            case Stored(name):
                return self.written(level.find(name), one, level, level.never_null(name))
            case InMoney(amount, currency):
                money = Amount(self._expression(level, amount), self._expression(level, currency))
                return self._money(money, one, level, level.never_null(amount), level.never_null(currency))
            case Linked(column, shape, by):
                return self._link(one, level, shape, by, self._expression(level, column))
            case LinkedToEither(cases, kind):
                return self._either(one, level, cases, kind)
            case Listed(shape, within):
                hangs_off = {name: self._expression(level, column) for name, column in within.items()}
                return self.list(one, level, shape, hangs_off)
            case Found(shape, where):
                return self._found(one, level, shape, where)
            case Local():
                return self._marked(one, ())
            case Itself():
                return self.object(one.under(), level)
            case Collected():
                return self._collected(one, one.reading, level)
            case WorkedOut():
                return self._worked_out(one, level)
            case Converted():
                return self.written(self._converted(one, level), one, level)
            case Finished():
                return self._finished(one, level)
            case _:
                raise NotPlanned(one.response)

    def written(self, found: Worked, one: Chosen, level: Level, never_null: bool = False) -> Text:
        """A figure or a stored value as JSON."""
        match found:
            case Amount():
                return self._money(found, one, level)
            case Object(fields, present):
                inner = Level(level.source, None, fields, level.columns, level.joins, level.worked)
                json = self.object(one.under(), inner)
                if present is None:
                    return json
                return or_null(sa.case((present, json), else_=sa.null()), one.nullable)
            case LinkTo(key, shape):
                return self._link(one, level, shape, "id", key)
            case LinkToEither(keys):
                return self._one_of(one, level, [(shape, key) for key, shape in keys])
            case Rows():
                return self._rows(found, one, level)
            case Said(message):
                return self._marked(one, [sa.func.coalesce(sa.cast(message, sa.Text()), piece(""))])
            case _:
                text = json_text.scalar(found)
                return text if never_null else or_null(text, one.nullable)

    def _expression(self, level: Level, name: str) -> sa.ColumnElement[Any]:
        found = level.find(name)
        if not isinstance(found, sa.ColumnElement):
            raise NotPlanned(name)
        return found

    def _money(
        self, money: Amount, one: Chosen, level: Level, never_null: bool = False, of_currency: bool = False
    ) -> Text:
        """An amount rounded to the digits of its currency, and what else is wanted of it."""
        value, currency = money.value, money.currency
        # Most currencies have two decimals: that is looked up once and not in a list for each other number.
        decimals = sa.case((one_of(currency, UNUSUAL), digits(currency)), else_=constant(USUAL_DIGITS))
        fields: dict[str, Worked] = {"exact": value, "amount": rounded_to(value, decimals), "currency": currency}
        sure = never_null and of_currency
        inner = Level(level.source, None, fields, level.columns, level.joins, level.worked, sure=sure)
        json = self.object(one.under(), inner)
        if never_null:
            return json
        return or_null(sa.case((value.is_not(None), json), else_=sa.null()), one.nullable)

    def _converted(self, one: Chosen, level: Level) -> Amount:
        value, currency = self._expression(level, "exact"), self._expression(level, "currency")
        to, day = bound(one.arguments["to"], sa.Text()), bound(one.arguments["on"], sa.Date())
        return Amount(converted(value, currency, to, day, constant(one.arguments["max_age"])), to)

    def _worked_out(self, one: Chosen, level: Level) -> Text:
        reading = one.reading
        assert isinstance(reading, WorkedOut)
        whole = reading.field is None
        wanted = frozenset(_wanted(one)) if whole else None
        figures = self._figures(reading.figures, {**level.asked, **one.arguments}, level, wanted)
        found: Worked = figures if whole else figures.fields[str(reading.field)]
        return self.written(found, one, level)

    def _figures(
        self, figures: Figures, arguments: Mapping[str, Any], level: Level, wanted: frozenset[str] | None = None
    ) -> Object:
        """The figures of the row, worked out once for the same arguments."""
        key = (figures, wanted, *sorted((name, id(value)) for name, value in arguments.items()))
        if key not in level.worked:
            row = Row(level.source, {column: level.columns[column] for column in figures.needs})
            asked = {name: bound(value, _SUM_TYPES[name]) for name, value in arguments.items() if value is not None}
            level.worked[key] = figures.build(row, SumAsked(**asked, names=wanted))
        return level.worked[key]

    def _finished(self, one: Chosen, level: Level) -> Text:
        reading = one.reading
        assert isinstance(reading, Finished)
        if reading.figures is None:
            values = [self._expression(level, name) for name in reading.fields]
            sure = [level.never_null(name) for name in reading.fields]
        else:
            worked = self._figures(reading.figures, {}, level).fields
            values = [worked[name] for name in reading.fields]
            sure = [False for _ in values]
        if "labels" in one.arguments:
            labels = bound(one.arguments["labels"], JSONB())
            return self._label(values[0], labels, one.nullable and not sure[0])
        texts = [
            sa.cast(value, sa.Text()) if never_null else sa.func.coalesce(sa.cast(value, sa.Text()), piece(""))
            for value, never_null in zip(values, sure, strict=True)
        ]
        marked = self._marked(one, texts)
        if reading.fields and one.nullable and (reading.figures or not level.never_null(reading.fields[0])):
            return or_null(sa.case((values[0].is_not(None), marked), else_=sa.null()), nullable=True)
        return marked

    def _label(self, code: sa.ColumnElement[Any], labels: sa.ColumnElement[Any], nullable: bool) -> Text:
        """What a code is called, out of all labels in the reader's language; a code without one is a fault."""
        label = or_null(labels[sa.cast(code, sa.Text())].astext, nullable=False)
        return or_null(sa.case((code.is_not(None), label), else_=sa.null()), nullable=True) if nullable else label

    def _marked(self, one: Chosen, texts: Sequence[sa.ColumnElement[Any]]) -> Text:
        """What is finished outside SQL: which finisher, and what it is made of."""
        self.finishers.append(one)
        before, after = json_text.around(len(self.finishers) - 1)
        parts: list[Text | str] = [before]
        for place, text in enumerate(texts):
            parts.extend([json_text.BETWEEN if place else "", text])
        return joined([*parts, after])

    # Records ----------------------------------------------------------------------------------------------------------

    def name(self, letter: str) -> str:
        """A name that no other subquery of the statement has."""
        return f"{letter}{next(self._numbers)}"

    def rows_of(
        self, shape: Shape, chosen: Sequence[Chosen], rows: sa.Select[Any], parent: Level, *more: sa.ColumnElement[Any]
    ) -> tuple[sa.Subquery, dict[sa.Column[Any], str]]:
        """The base columns that some fields need, out of rows that are already chosen, sorted and limited."""
        wanted = dict.fromkeys([*base_columns(shape.id), *self._needs(shape, chosen)])
        tables = set(_tables_of(shape.source))
        labels = {column: f"{column.table.name}_{column.name}" for column in wanted if column.table in tables}
        selected = [column.label(name) for column, name in labels.items()]
        found = rows.with_only_columns(*selected, *more).correlate(parent.source, *parent.joins)
        return found.subquery(self.name("r")), labels

    def _needs(self, shape: Shape, chosen: Sequence[Chosen]) -> Iterator[sa.Column[Any]]:
        for one in chosen:
            match one.reading:
                case WorkedOut(figures) | Finished(figures=Figures() as figures):
                    yield from figures.needs
                case Itself():
                    yield from self._needs(shape, one.under())
                case _:
                    for name in _names(one.reading):
                        if name != "id":
                            if name not in shape.fields:
                                raise NotPlanned(f"{shape.name}.{name}")
                            yield from base_columns(shape.fields[name])

    def _record(self, shape: Shape, chosen: Sequence[Chosen], rows: sa.Select[Any], parent: Level) -> sa.Select[Any]:
        """The JSON of the one row of `rows`."""
        source, labels = self.rows_of(shape, chosen, rows, parent)
        level = Level(source, shape, {}, {column: source.c[name] for column, name in labels.items()})
        json = self.object(chosen, level)
        level.use(json)
        return sa.select(json.label("json")).select_from(level.joined()).correlate(parent.source, *parent.joins)

    def _link(self, one: Chosen, level: Level, shape: Shape, by: str, key: sa.ColumnElement[Any]) -> Text:
        level.use(key)
        column = shape.id if by == "id" else shape.fields[by]
        rows = sa.select().select_from(shape.source).where(shape.visible, column == key)
        lateral = self._record(shape, one.under(shape.name), rows, level).lateral(self.name("l"))
        level.joins.append(lateral)
        return or_null(lateral.c.json, one.nullable)

    def _either(self, one: Chosen, level: Level, cases: Sequence[tuple[Shape, str]], kind: str | None) -> Text:
        keys = [(shape, self._expression(level, column)) for shape, column in cases]
        return self._one_of(one, level, keys, None if kind is None else self._expression(level, kind))

    def _one_of(
        self,
        one: Chosen,
        level: Level,
        keys: Sequence[tuple[Shape, sa.ColumnElement[Any]]],
        kind: sa.ColumnElement[Any] | None = None,
    ) -> Text:
        """A record of the shape that a kind tells, or whose key is not null. All are branches of one lateral: joins of
        many would be planned in every order."""
        if not keys:
            return piece("null" if one.nullable else json_text.FAULT)
        level.use(sa.tuple_(*(key for _, key in keys), *(() if kind is None else (kind,))))
        found = []
        for shape, key in keys:
            of_kind = sa.true() if kind is None else kind == piece(shape.table)
            rows = sa.select().select_from(shape.source).where(of_kind, shape.visible, shape.id == key)
            found.append(self._record(shape, one.under(shape.name), rows, level))
        lateral = sa.union_all(*found).limit(sa.literal_column("1")).lateral(self.name("l"))
        level.joins.append(lateral)
        return or_null(lateral.c.json, one.nullable)

    def _found(self, one: Chosen, level: Level, shape: Shape, where: Mapping[str, Any]) -> Text:
        rows = (
            sa.select()
            .select_from(shape.source)
            .where(shape.visible, shape.hanging_off(where))
            .limit(sa.literal_column("1"))
        )
        lateral = self._record(shape, one.under(shape.name), rows, level).lateral(self.name("l"))
        level.joins.append(lateral)
        return or_null(lateral.c.json, one.nullable)

    def _collected(self, one: Chosen, reading: Collected, level: Level) -> Text:
        """A list of the records of some keys, sorted."""
        shape = reading.shape
        wanted = bound(reading.keys, sa.ARRAY(sa.Uuid()))
        rows = sa.select().select_from(shape.source).where(shape.visible, shape.id == sa.func.any(wanted))
        order = shape.fields[reading.order].label("sorted_by")
        source, labels = self.rows_of(shape, one.under(), rows, level, order)
        columns = {column: source.c[name] for column, name in labels.items()}
        inner = Level(source, shape, {}, columns, asked=one.arguments)
        json = self.object(one.under(), inner)
        inner.use(json)
        array = json_text.array(json, [source.c.sorted_by.collate("C")])
        selected = sa.select(array.label("json")).select_from(inner.joined()).correlate(level.source, *level.joins)
        lateral = selected.lateral(self.name("l"))
        level.joins.append(lateral)
        return lateral.c.json

    def _rows(self, rows: Rows, one: Chosen, level: Level) -> Text:
        """A list of objects or records out of a select of figures."""
        level.use(rows.select)
        source = rows.select.correlate(level.source, *level.joins).subquery(self.name("r"))
        found = rows.fields(source)
        if isinstance(found, Mapping):
            inner = Level(source, None, found)
            json = self.object(one.under(), inner)
        else:
            inner = Level(source)
            json = self.written(found, replace(one, nullable=True), inner)
        inner.use(json)
        array = json_text.array(json, [source.c[name] for name in rows.order])
        selected = sa.select(array.label("json")).select_from(inner.joined()).correlate(level.source, *level.joins)
        lateral = selected.lateral(self.name("l"))
        level.joins.append(lateral)
        if rows.present is not None:
            return or_null(sa.case((rows.present, lateral.c.json), else_=sa.null()), one.nullable)
        return or_null(lateral.c.json, one.nullable)

    def list(self, one: Chosen, level: Level, shape: Shape, hangs_off: Mapping[str, sa.ColumnElement[Any]]) -> Text:
        """A connection; see `persistence.planned_list`."""
        from persistence.planned_list import connection

        return connection(self, one, level, shape, hangs_off)


_SUM_TYPES: Mapping[str, sa.types.TypeEngine[Any]] = {
    "as_of": sa.Date(),
    "currency": sa.Text(),
    "definition": sa.Text(),
    "months": sa.Integer(),
}


def _wanted(one: Chosen) -> Iterator[str]:
    """The figures that are read somewhere under a field."""
    for child in one.under():
        yield from _names(child.reading)
        yield from _wanted(child)


def _names(reading: Any) -> tuple[str, ...]:
    """The fields of the shape that a reading reads."""
    match reading:
        case Stored(name):
            return (name,)
        case InMoney(amount, currency):
            return (amount, currency)
        case Linked(column, _, _):
            return (column,)
        case LinkedToEither(cases, kind):
            return (*(column for _, column in cases), *(() if kind is None else (kind,)))
        case Listed(_, within):
            return tuple(within.values())
        case Finished(fields=fields, figures=None):
            return fields
        case _:
            return ()


def _tables_of(source: sa.FromClause) -> Iterator[sa.FromClause]:
    if isinstance(source, sa.Join):
        yield from _tables_of(source.left)
        yield from _tables_of(source.right)
    else:
        yield source
