"""SQL as text: what SQLAlchemy wrote once is joined many times, since writing it anew is most of what planning costs.

A text holds marks for what is only known where it is joined: parameters, and names of rows and laterals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg as PGCompiler
from sqlalchemy.sql import quoted_name

PARAMETER, LATERAL, ROW = "\x04", "\x05", "\x06"
"""Marks: around the name of a parameter, before the number of a lateral, before that of a row. `json_text.piece` writes
none of them."""

TEXT = sa.Text()
_PARAMETER = re.compile(f"{PARAMETER}([^{PARAMETER}]+){PARAMETER}")
_NAME = re.compile(r"[\w.\x05\x06]+")
_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression and its type.

    `code`: nothing in it needs an escape in JSON. `parts`: what it joins, where it joins texts.
    """

    text: str
    type: sa.types.TypeEngine[Any] = TEXT
    code: bool = False
    parts: tuple[Sql | str, ...] = ()

    @property
    def inside(self) -> str:
        """The text as part of another expression."""
        return self.text if _NAME.fullmatch(self.text) else f"({self.text})"

    @property
    def column(self) -> sa.ColumnElement[Any]:
        """The expression where SQLAlchemy wants one."""
        return sa.literal_column(self.inside, self.type)


@dataclass(frozen=True, slots=True)
class Written:
    """What SQLAlchemy wrote, with the values of parameters that no call gives."""

    text: str
    fixed: Mapping[str, Any] = field(default_factory=dict)


def written(
    element: sa.ClauseElement, around: Iterable[sa.FromClause] = (), beside: bool = True, **how: Any
) -> Written:
    """An element as text that stands in a select over the tables and subqueries `around`, to which it is correlated.

    `beside`: it may speak of them without saying so, as a lateral and an expression do and another subquery does not.
    """
    compiled = _Writer(_DIALECT, _Within(element, frozenset(around), beside, how))
    text, fixed = str(compiled), {}
    for name, parameter in compiled.binds.items():
        if not parameter.required:
            # A name that no other text has: they are joined.
            known = f"fixed_{next(_NUMBERS)}"
            text = text.replace(marked(name), marked(known))
            fixed[known] = parameter.effective_value
    return Written(text, fixed)


def marked(name: str) -> str:
    """A parameter in a text."""
    return f"{PARAMETER}{name}{PARAMETER}"


def numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as PostgreSQL takes it, and the names of its parameters in their order."""
    places: dict[str, int] = {}
    done = _PARAMETER.sub(lambda found: f"${places.setdefault(found[1], len(places) + 1)}", text)
    return done, tuple(places)


def unquoted(name: str) -> str:
    """A name with marks in it, which are no reason to quote it."""
    return quoted_name(name, quote=False)


def quoted(name: str) -> str:
    """A name of a table or column as PostgreSQL needs it."""
    found: str = _DIALECT.identifier_preparer.quote(name)
    return found


@lru_cache(4096)
def in_table(column: sa.Column[Any]) -> str:
    """A column of a table in a select from it."""
    return f"{quoted(column.table.name)}.{quoted(column.name)}"


class _Within(sa.ClauseElement):
    """An element that is written as if it stood inside a select."""

    __visit_name__ = "within"

    def __init__(
        self, element: sa.ClauseElement, around: frozenset[sa.FromClause], beside: bool, how: Mapping[str, Any]
    ) -> None:
        self.element, self.around, self.beside, self.how = element, around, beside, how


class _Writer(PGCompiler):
    """Writes PostgreSQL with marks for parameters."""

    def visit_within(self, within: _Within, **_: Any) -> str:
        """The element, with the select around it as SQLAlchemy knows the one that it is writing."""
        known = within.around if within.beside else frozenset()
        entry: Any = {"correlate_froms": within.around, "asfrom_froms": known, "selectable": within.element}
        self.stack.append(entry)
        text = self.process(within.element, **within.how)
        self.stack.pop()
        return text

    def bindparam_string(self, name: str, *how: Any, **more: Any) -> str:
        """A parameter, marked."""
        self.compilation_bindtemplate = f"{PARAMETER}%(name)s{PARAMETER}"
        return super().bindparam_string(name, *how, **more)


_DIALECT = dialect_module.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
