"""What shapes and figures are as SQL, written once for all statements: a new one only joins the texts.

Building and writing the tree of one customer's credit takes SQLAlchemy 20 ms; filling names into what it wrote takes
less than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import count
from typing import Any, TypeAlias, TypeGuard

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from persistence.recent import Recent
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Asked, Figures, Row, Rows
from persistence.sql import LATERAL, ROW, Written, in_table, marked, unquoted, written
from persistence.tables.columns import is_code

MOST_FIGURES = 128
"""How many figures are kept, each for its arguments and for a set of names that are wanted of it: 100 MB at worst."""

ASKED: Mapping[str, sa.types.TypeEngine[Any]] = {
    "as_of": sa.Date(),
    "currency": sa.Text(),
    "definition": sa.Text(),
    "months": sa.Integer(),
}
"""The arguments of figures that calls give."""

SWITCHES = frozenset({"intercompany"})
"""Arguments of figures that are true, or not given: they change the SQL and are no parameters of it."""


# Shapes ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeptField:
    """A field of a shape over a row with the columns it needs, by their labels. `code`: it is one of a closed list."""

    written: Written
    type: sa.types.TypeEngine[Any]
    columns: Mapping[str, str]
    code: bool


class KeptShape:
    """The texts of a shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.tables = frozenset(_tables_of(shape.source))
        self._fields: dict[str, KeptField] = {}
        self._keys: dict[str, Written] = {}

    @cached_property
    def source(self) -> Written:
        """What its rows are selected from."""
        return written(self._shape.source, asfrom=True)

    @cached_property
    def visible(self) -> Written:
        """Which of them the viewer may see."""
        return self.over_tables(self._shape.visible)

    def over_tables(self, expression: sa.ColumnElement[Any]) -> Written:
        """An expression in a select from its tables."""
        if isinstance(expression, sa.Column):
            return Written(in_table(expression))
        return written(expression, self.tables)

    def key(self, name: str) -> Written:
        """A field in a select from its tables."""
        if name not in self._keys:
            self._keys[name] = self.over_tables(self._expression(name))
        return self._keys[name]

    def field(self, name: str) -> KeptField:
        """A field over a row of base columns."""
        if name not in self._fields:
            self._fields[name] = self._field(self._expression(name))
        return self._fields[name]

    def _expression(self, name: str) -> sa.ColumnElement[Any]:
        return self._shape.id if name == "id" else self._shape.fields[name]

    def _field(self, expression: sa.ColumnElement[Any]) -> KeptField:
        used = dict.fromkeys(base_columns(expression))
        columns = [column for column in used if column.table in self.tables]
        row = row_of(columns, 0)
        over = (
            row.c[label(expression)] if isinstance(expression, sa.Column) else ClauseAdapter(row).traverse(expression)
        )
        text = written(over, (row,))
        labels = {label(column): in_table(column) for column in columns}
        return KeptField(text, expression.type, labels, _is_code(expression))


_SHAPES: dict[int, tuple[Shape, KeptShape]] = {}


def kept_shape(shape: Shape) -> KeptShape:
    """The texts of a shape."""
    found = _SHAPES.get(id(shape))
    if found is None:
        found = _SHAPES[id(shape)] = (shape, KeptShape(shape))
    return found[1]


@lru_cache(4096)
def label(column: sa.Column[Any]) -> str:
    """What a base column is called in a row."""
    table: Any = column.table
    return f"{table.name}_{column.name}"


def row_of(columns: Iterable[sa.Column[Any]], depth: int) -> sa.Subquery:
    """A row of base columns, with a mark for its name."""
    return sa.select(*(column.label(label(column)) for column in columns)).subquery(unquoted(f"{ROW}{depth}"))


def base_columns(expression: Any) -> list[sa.Column[Any]]:
    """The columns of tables, and of subqueries that stand for one, that an expression uses."""
    if isinstance(expression, sa.Column):
        return [expression]
    return [element for element in visitors.iterate(expression) if _in_a_table(element)]


def _in_a_table(element: Any) -> TypeGuard[sa.Column[Any]]:
    return isinstance(element, sa.ColumnClause) and element.table is not None


def _is_code(expression: sa.ColumnElement[Any]) -> bool:
    """Whether it is a column of a closed list of codes, however many subqueries it came through."""
    return all(isinstance(base, sa.Column) and is_code(base) for base in expression.base_columns)


def _tables_of(source: sa.FromClause) -> Iterator[sa.FromClause]:
    if isinstance(source, sa.Join):
        yield from _tables_of(source.left)
        yield from _tables_of(source.right)
    else:
        yield source


# Figures --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeptLateral:
    """A lateral that figures are read from. `name` is marked."""

    name: str
    written: Written


@dataclass(frozen=True)
class Taken:
    """A text with the laterals that must be joined for it, those first that others speak of.

    `code`: what it gives is one of a closed list.
    """

    written: Written
    laterals: Sequence[KeptLateral]
    code: bool = False


@dataclass
class Kept:
    """Figures of a row, and the texts of those that were taken. `rows`: what they stand in, the outermost first."""

    tree: Any
    rows: tuple[sa.FromClause, ...] = ()
    _laterals: dict[sa.Lateral, KeptLateral] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)
    _texts: dict[Any, Taken] = field(default_factory=dict)
    _lists: dict[int, tuple[Rows, Taken, Kept]] = field(default_factory=dict)

    def take(self, expression: sa.ColumnElement[Any]) -> Taken:
        """The text of a figure."""
        found = self._texts.get(expression)
        if found is None:
            laterals = self._needed(expression)
            text = written(expression, (*self.rows, *laterals))
            found = self._texts[expression] = Taken(text, tuple(laterals.values()), _is_code(expression))
        return found

    def listed(self, rows: Rows) -> tuple[Taken, Kept]:
        """The select of a list, and the figures of each of its rows."""
        found = self._lists.get(id(rows))
        if found is None:
            laterals = self._needed(rows.select)
            around = (*self.rows, *laterals)
            source = rows.select.correlate(*around).subquery(unquoted(f"{ROW}{len(self.rows)}"))
            text = written(source, around, beside=False, asfrom=True)
            inner = Kept(rows.fields(source), (*self.rows, source), self._laterals, self._numbers)
            found = self._lists[id(rows)] = (rows, Taken(text, tuple(laterals.values())), inner)
        return found[1:]

    def _needed(self, expression: Any) -> dict[sa.Lateral, KeptLateral]:
        """The laterals an expression speaks of, after those that they speak of themselves."""
        found: dict[sa.Lateral, KeptLateral] = {}
        for lateral in laterals_in(expression):
            self._need(lateral, found)
        return found

    def _need(self, lateral: sa.Lateral, found: dict[sa.Lateral, KeptLateral]) -> None:
        if lateral in found:
            return
        before: dict[sa.Lateral, KeptLateral] = {}
        for other in _laterals_of(lateral):
            self._need(other, before)
        for other, kept in before.items():
            found.setdefault(other, kept)
        if lateral not in self._laterals:
            # Nobody else has it: it takes the name that statements know it by.
            lateral.name = unquoted(f"{LATERAL}{next(self._numbers)}")
            text = written(lateral, (*self.rows, *before), asfrom=True)
            self._laterals[lateral] = KeptLateral(lateral.name, text)
        found[lateral] = self._laterals[lateral]


def kept_figures(figures: Figures, arguments: Iterable[str], wanted: frozenset[str] | None) -> tuple[Kept, bool]:
    """Figures over a row with the base columns they need. `arguments`: which of `ASKED` are given, as parameters, and
    which of `SWITCHES`.

    The first time that something is wanted which never was, all figures do as well, which are written already: then the
    second, whether they are exactly what is wanted, is false.
    """
    given = tuple(sorted(arguments))
    matters = figures.names & wanted if figures.names and wanted is not None else None
    if figures.of_a_call:
        return _build(figures, given, matters), True
    key = (figures, given, matters)
    found = _KEPT.get(key)
    if found is None and matters is not None and _WANTED.get(key) is None:
        _WANTED.put(key, True)
        return kept_figures(figures, given, None)[0], False
    return found or _KEPT.put(key, _build(figures, given, matters)), True


def _build(figures: Figures, arguments: tuple[str, ...], wanted: frozenset[str] | None) -> Kept:
    source = row_of(figures.needs, 0)
    row = Row(source, {column: source.c[label(column)] for column in figures.needs})
    asked: dict[str, Any] = {
        name: name in SWITCHES or sa.bindparam(asked_name(name), type_=ASKED[name]) for name in arguments
    }
    return Kept(figures.build(row, Asked(**asked, names=wanted)), (source,))


_Key: TypeAlias = tuple[Figures, tuple[str, ...], frozenset[str] | None]

_KEPT: Recent[_Key, Kept] = Recent(MOST_FIGURES)
_WANTED: Recent[_Key, bool] = Recent(2 * MOST_FIGURES)


def asked_name(argument: str) -> str:
    """An argument of figures as a parameter of their texts."""
    return f"asked_{argument}"


@dataclass
class Joined:
    """Figures as they stand in one statement: the names of their rows and laterals, and the parameters they take."""

    kept: Kept
    names: tuple[tuple[str, str], ...]

    @classmethod
    def over(cls, kept: Kept, row: str, prefix: str, parameters: Mapping[str, str]) -> Joined:
        """The figures of a row. `prefix` begins the names of laterals, `parameters` are the names of arguments."""
        given = ((marked(asked_name(name)), marked(known)) for name, known in parameters.items())
        return cls(kept, ((f"{ROW}0", row), (LATERAL, prefix), *given))

    def within(self, kept: Kept, row: str) -> Joined:
        """The figures of the rows of a list."""
        return Joined(kept, (*self.names, (f"{ROW}{len(kept.rows) - 1}", row)))

    def filled(self, text: str) -> str:
        """A text with names instead of marks."""
        for mark, name in self.names:
            text = text.replace(mark, name)
        return text


def laterals_in(expression: Any) -> tuple[sa.Lateral, ...]:
    """The laterals whose columns an expression uses."""
    found: dict[sa.Lateral, None] = {}
    walked = set()
    ahead = [expression]
    while ahead:
        element = ahead.pop()
        if element in walked:  # what is used twice is walked once: trees of figures would be walked for ever
            continue
        walked.add(element)
        table = getattr(element, "table", None)
        if isinstance(table, sa.Lateral):
            found[table] = None
        ahead.extend(element.get_children())
    return tuple(found)


def _laterals_of(lateral: sa.Lateral) -> Iterable[sa.Lateral]:
    """Those a lateral is correlated to: walking through it would cost more than all else that is planned."""
    element: Any = lateral.element
    select = element.element if isinstance(element, sa.Subquery) else element
    correlated = getattr(select, "_correlate", ())
    if correlated:
        return [table for table in correlated if isinstance(table, sa.Lateral)]
    return laterals_in(element)
