"""One operation, one statement: a `Selection` folded over the shapes into SQL that returns the JSON of the answer.

Every record is two steps: its rows, a subquery of base columns under a name of its own, limited and sorted where it is
a list; and the JSON of each row, with its links and figures as LATERAL joins. All of it is text: what shapes and
figures are as SQL is kept (`persistence.kept`), the rest stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from persistence import json_text
from persistence.json_text import as_text, called, joined, or_null, piece, where, where_there
from persistence.kept import SWITCHES, Joined, kept_figures, kept_shape, label
from persistence.level import Level, NotPlanned
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
from persistence.shapes.given import Parameter, bound
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Amount, Expression, Figures, LinkTo, LinkToEither, Object, Rows, Said, Worked
from persistence.shapes.worth import constant, converted, rounded
from persistence.sql import Sql, Written, in_table, written
from persistence.statements import Statement


@dataclass
class Planner:
    """Folds one operation. `finishers` are what it leaves to be finished outside SQL, in the order of their marks.

    `fixed`: the values of parameters that no call gives. `rough`: figures are read that nobody wants.
    """

    finishers: list[Chosen] = field(default_factory=list)
    fixed: dict[str, Any] = field(default_factory=dict)
    rough: bool = False
    _numbers: Iterator[int] = field(default_factory=count)

    def statement(self, chosen: Sequence[Chosen]) -> Statement:
        """The statement for a whole operation: one row with one text, as the bytes that are sent."""
        root = Level("root", self.fixed)
        sent = called("convert_to", self.object(chosen, root), piece("UTF8"))
        rows = root.joined("(SELECT 1 AS one) AS root")
        return Statement.of_text(f"SELECT {sent.text} AS json FROM {rows}", ("json",), self.fixed)

    # Objects and values -----------------------------------------------------------------------------------------------

    def object(self, chosen: Sequence[Chosen], level: Level) -> Sql:
        """The fields of one object."""
        parts: list[Sql | str] = []
        for one in chosen:
            parts.extend([f'{"," if parts else "{"}"{one.response}":', self.value(one, level)])
        return joined([*parts, "}"]) if parts else piece("{}")

    def value(self, one: Chosen, level: Level) -> Sql:
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
                money = self._expression(level, amount), self._expression(level, currency)
                return self._money(*money, one, level, level.never_null(amount), level.never_null(currency))
            case Linked(column, shape, by, seen):
                return self._link(one, level, shape, by, self._expression(level, column), seen)
            case LinkedToEither(cases, kind):
                return self._either(one, level, cases, kind)
            case Listed(shape, within):
                hangs_off = {name: self._expression(level, column) for name, column in within.items()}
                return self.list(one, level, shape, hangs_off)
            case Found(shape, hangs):
                return self._found(one, level, shape, hangs)
            case Local():
                return self._marked(one, ())
            case Itself():
                return self.object(one.under(), level)
            case Collected():
                return self._collected(one, one.reading, level)
            case WorkedOut():
                return self._worked_out(one, level)
            case Converted():
                return self._money(*self._converted(one, level), one, level)
            case Finished():
                return self._finished(one, level)
            case _:
                raise NotPlanned(one.response)

    def written(self, found: Worked | Sql, one: Chosen, level: Level, never_null: bool = False) -> Sql:
        """A figure or a stored value as JSON."""
        match found:
            case Amount(value, currency, digits):
                return self._money(level.sql(value), level.sql(currency), one, level, is_rounded=digits is not None)
            case Object(fields, present):
                json = self.object(one.under(), level.inner(fields, level.figures))
                return json if present is None else or_null(where(level.sql(present), json), one.nullable)
            case LinkTo(key, shape):
                return self._link(one, level, shape, "id", level.sql(key))
            case LinkToEither(keys):
                return self._one_of(one, level, [(shape, level.sql(key)) for key, shape in keys])
            case Rows():
                return self._rows(found, one, level)
            case Said(message):
                return self._marked(one, [called("coalesce", as_text(level.sql(message)), piece(""))])
            case _:
                text = json_text.scalar(level.sql(found))
                return text if never_null else or_null(text, one.nullable)

    def _expression(self, level: Level, name: str) -> Sql:
        found = level.find(name)
        if not isinstance(found, Sql | sa.ColumnElement):
            raise NotPlanned(name)
        return level.sql(found)

    def _money(
        self,
        value: Sql,
        currency: Sql,
        one: Chosen,
        level: Level,
        never_null: bool = False,
        of_currency: bool = False,
        is_rounded: bool = False,
    ) -> Sql:
        """An amount rounded to the digits of its currency, and what else is wanted of it."""
        amount = value if is_rounded else _rounded(value, currency)
        fields = {"exact": value, "amount": amount, "currency": currency}
        # Where there is no amount there is no money, and what is joined with nothing is nothing.
        sure = {"exact", "amount", *(("currency",) if of_currency or not one.nullable else ())}
        json = self.object(one.under(), level.inner(fields, None, frozenset(sure)))
        if never_null and of_currency:
            return json
        tells = any(child.reading == Stored("amount") for child in one.under())
        return or_null(json if tells else where_there(value, json), one.nullable)

    def _converted(self, one: Chosen, level: Level) -> tuple[Sql, Sql]:
        value, currency = self._expression(level, "exact"), self._expression(level, "currency")
        to, day = bound(one.arguments["to"], sa.Text()), bound(one.arguments["on"], sa.Date())
        worth = converted(value.column, currency.column, to, day, constant(one.arguments["max_age"]))
        return Sql(self.text(written(worth)), worth.type), Sql(self.text(written(to)))

    def _worked_out(self, one: Chosen, level: Level) -> Sql:
        reading = one.reading
        assert isinstance(reading, WorkedOut)
        whole = reading.field is None
        wanted = frozenset(_wanted(one)) if whole else None
        figures = self._figures(reading.figures, {**level.asked, **one.arguments}, level, wanted)
        tree: Object = figures.kept.tree
        found: Worked = tree if whole else tree.fields[str(reading.field)]
        return self.written(found, one, replace(level, shape=None, fields={}, figures=figures))

    def _figures(
        self, figures: Figures, arguments: Mapping[str, Any], level: Level, wanted: frozenset[str] | None = None
    ) -> Joined:
        """The figures of the row, worked out once for the same arguments."""
        known = {name: value for name, value in arguments.items() if value is not None}
        kept, exact = kept_figures(figures, known, wanted)
        self.rough = self.rough or not exact
        key = (id(kept), *sorted((name, id(value)) for name, value in known.items()))
        if key not in level.worked:
            given = {name: self._parameter(value) for name, value in known.items() if name not in SWITCHES}
            level.worked[key] = Joined.over(kept, level.source, f"{self.name('w')}_", given)
        return level.worked[key]

    def _parameter(self, value: Any) -> str:
        """The name of the parameter by which a value is given."""
        if isinstance(value, Parameter):
            return value.name
        name = self.name("fixed_here_")
        self.fixed[name] = value
        return name

    def _finished(self, one: Chosen, level: Level) -> Sql:
        reading = one.reading
        assert isinstance(reading, Finished)
        if reading.figures is None:
            values = [self._expression(level, name) for name in reading.fields]
            sure = [level.never_null(name) for name in reading.fields]
        else:
            figures = self._figures(reading.figures, {}, level)
            values = [level.sql(figures.kept.tree.fields[name], figures) for name in reading.fields]
            sure = [False for _ in values]
        if "labels" in one.arguments:
            labels = Sql(self.text(written(bound(one.arguments["labels"], JSONB()))))
            return self._label(values[0], labels, one.nullable and not sure[0])
        texts = [
            as_text(value) if never_null else called("coalesce", as_text(value), piece(""))
            for value, never_null in zip(values, sure, strict=True)
        ]
        marked = self._marked(one, texts)
        if reading.fields and one.nullable and (reading.figures or not level.never_null(reading.fields[0])):
            return or_null(where_there(values[0], marked), nullable=True)
        return marked

    def _label(self, code: Sql, labels: Sql, nullable: bool) -> Sql:
        """What a code is called, out of all labels in the reader's language; a code without one is a fault."""
        label = or_null(Sql(f"{labels.inside} ->> {as_text(code).text}"), nullable=False)
        return or_null(where_there(code, label), nullable=True) if nullable else label

    def _marked(self, one: Chosen, texts: Sequence[Sql]) -> Sql:
        """What is finished outside SQL: which finisher, and what it is made of."""
        self.finishers.append(one)
        before, after = json_text.around(len(self.finishers) - 1)
        parts: list[Sql | str] = [before]
        for place, text in enumerate(texts):
            parts.extend([json_text.BETWEEN if place else "", text])
        return joined([*parts, after])

    # Records ----------------------------------------------------------------------------------------------------------

    def name(self, letter: str) -> str:
        """A name that no other subquery of the statement has."""
        return f"{letter}{next(self._numbers)}"

    def text(self, kept: Written) -> str:
        """A text for this statement."""
        self.fixed.update(kept.fixed)
        return kept.text

    def selected(self, shape: Shape, columns: Mapping[str, str], *conditions: str, seen: bool = False) -> str:
        """Rows of a shape that the viewer may see and that meet all conditions. `columns`: by their labels.

        `seen`: that the viewer may see them is known.
        """
        kept = kept_shape(shape)
        listed = ", ".join(f"{text} AS {name}" for name, text in columns.items())
        visible = () if seen else (self.text(kept.visible),)
        met = " AND ".join(f"({condition})" for condition in (*visible, *conditions))
        return f"SELECT {listed} FROM {self.text(kept.source)} WHERE {met}"

    def columns_of(self, shape: Shape, chosen: Sequence[Chosen]) -> dict[str, str]:
        """The base columns that some fields need, by their labels."""
        return {**kept_shape(shape).field("id").columns, **dict(self._needs(shape, chosen))}

    def _needs(self, shape: Shape, chosen: Sequence[Chosen]) -> Iterator[tuple[str, str]]:
        for one in chosen:
            match one.reading:
                case WorkedOut(figures) | Finished(figures=Figures() as figures):
                    yield from ((label(column), in_table(column)) for column in figures.needs)
                case Itself():
                    yield from self._needs(shape, one.under())
                case _:
                    for name in _names(one.reading):
                        if name != "id":
                            if name not in shape.fields:
                                raise NotPlanned(f"{shape.name}.{name}")
                            yield from kept_shape(shape).field(name).columns.items()

    def _record(
        self, shape: Shape, chosen: Sequence[Chosen], *conditions: str, limit: str = "", seen: bool = False
    ) -> str:
        """The JSON of the one row that meets the conditions, as a select."""
        level = Level(self.name("r"), self.fixed, shape)
        rows = self.selected(shape, self.columns_of(shape, chosen), *conditions, seen=seen) + limit
        json = self.object(chosen, level)
        return f"SELECT {json.text} AS json FROM {level.joined(f'({rows}) AS {level.source}')}"

    def _link(self, one: Chosen, level: Level, shape: Shape, by: str, key: Sql, seen: bool = False) -> Sql:
        same = f"{self.text(kept_shape(shape).key(by))} = {key.inside}"
        # Looked up for each row of the level: with the key alone to go by, PostgreSQL would read all of them.
        limit = " LIMIT 1" if seen else ""
        return self._joined(one, level, self._record(shape, one.under(shape.name), same, limit=limit, seen=seen))

    def _joined(self, one: Chosen, level: Level, record: str) -> Sql:
        return or_null(Sql(f"{level.lateral(self.name('l'), record)}.json"), one.nullable)

    def _either(self, one: Chosen, level: Level, cases: Sequence[tuple[Shape, str]], kind: str | None) -> Sql:
        keys = [(shape, self._expression(level, column)) for shape, column in cases]
        return self._one_of(one, level, keys, None if kind is None else self._expression(level, kind))

    def _one_of(self, one: Chosen, level: Level, keys: Sequence[tuple[Shape, Sql]], kind: Sql | None = None) -> Sql:
        """A record of the shape that a kind tells, or whose key is not null. All are branches of one lateral: joins of
        many would be planned in every order."""
        if not keys:
            return piece("null" if one.nullable else json_text.FAULT)
        found = []
        for shape, key in keys:
            of_kind = () if kind is None else (f"{kind.inside} = {piece(shape.table).text}",)
            same = f"{self.text(kept_shape(shape).key('id'))} = {key.inside}"
            found.append(self._record(shape, one.under(shape.name), *of_kind, same))
        return self._joined(one, level, f"{' UNION ALL '.join(found)} LIMIT 1")

    def _found(self, one: Chosen, level: Level, shape: Shape, hangs: Mapping[str, Any]) -> Sql:
        same = self.text(kept_shape(shape).over_tables(shape.hanging_off(hangs)))
        return self._joined(one, level, self._record(shape, one.under(shape.name), same, limit=" LIMIT 1"))

    def _collected(self, one: Chosen, reading: Collected, level: Level) -> Sql:
        """A list of the records of some keys, sorted."""
        shape, kept = reading.shape, kept_shape(reading.shape)
        wanted = self.text(written(bound(reading.keys, sa.ARRAY(sa.Uuid()))))
        columns = self.columns_of(shape, one.under()) | {"sorted_by": self.text(kept.key(reading.order))}
        rows = self.selected(shape, columns, f"{self.text(kept.key('id'))} = any({wanted})")
        inner = Level(self.name("r"), self.fixed, shape, asked=one.arguments)
        array = json_text.array(self.object(one.under(), inner), [f'{inner.source}.sorted_by COLLATE "C"'])
        listed = f"SELECT {array.text} AS json FROM {inner.joined(f'({rows}) AS {inner.source}')}"
        return Sql(f"{level.lateral(self.name('l'), listed)}.json")

    def _rows(self, rows: Rows, one: Chosen, level: Level) -> Sql:
        """A list of objects or records out of a select of figures."""
        assert level.figures is not None
        taken, kept = level.figures.kept.listed(rows)
        level.join(level.figures, taken.laterals)
        inner = Level(self.name("r"), self.fixed)
        inner.figures = level.figures.within(kept, inner.source)
        found = kept.tree
        if isinstance(found, Mapping):
            inner.fields = found
            json = self.object(one.under(), inner)
        else:
            json = self.written(found, replace(one, nullable=True), inner)
        array = json_text.array(json, [f"{inner.source}.{name}" for name in rows.order])
        select = inner.figures.filled(self.text(taken.written))
        name = level.lateral(self.name("l"), f"SELECT {array.text} AS json FROM {inner.joined(select)}")
        listed = Sql(f"{name}.json")
        return or_null(listed if rows.present is None else where(level.sql(rows.present), listed), one.nullable)

    def list(self, one: Chosen, level: Level, shape: Shape, hangs_off: Mapping[str, Sql]) -> Sql:
        """A connection; see `persistence.planned_list`."""
        from persistence.planned_list import connection

        return connection(self, one, level, shape, hangs_off)


def _template(expression: Expression) -> str:
    return written(expression).text


_ROUNDED = _template(rounded(sa.literal_column("{value}", sa.Numeric()), sa.literal_column("{currency}", sa.Text())))


def _rounded(value: Sql, currency: Sql) -> Sql:
    """An amount rounded to the digits of its currency."""
    text = _ROUNDED.replace("{value}", value.text).replace("{currency}", currency.inside)
    return Sql(text, sa.Numeric())


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
