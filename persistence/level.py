"""Where a planned statement stands: the rows of a record or list, what names give there, and what joins them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from persistence.kept import Joined, KeptField, KeptLateral, kept_shape
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Worked
from persistence.sql import ROW, Sql


class NotPlanned(Exception):
    """Something that the planner does not know how to read: the operation is none for the fast lane."""


@dataclass
class Level:
    """Rows under a name, `source`, and what is joined to them. `fields` finds what a name gives there, `sure` names
    those that are never null where they are read.

    `figures`: as what the figures among the fields stand in the statement. `fixed`: the values of parameters that no
    call gives, of the whole statement.
    """

    source: str
    fixed: dict[str, Any]
    shape: Shape | None = None
    fields: Mapping[str, Worked | Sql] = field(default_factory=dict)
    figures: Joined | None = None
    joins: dict[str, str] = field(default_factory=dict)
    worked: dict[Any, Joined] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()

    def inner(
        self, fields: Mapping[str, Worked | Sql], figures: Joined | None, sure: frozenset[str] = frozenset()
    ) -> Level:
        """Other names in the same rows."""
        return Level(self.source, self.fixed, None, fields, figures, self.joins, self.worked, sure=sure)

    def find(self, name: str) -> Worked | Sql:
        """What a field is."""
        if name in self.fields:
            return self.fields[name]
        if self.shape is None:
            raise NotPlanned(name)
        if name != "id" and name not in self.shape.fields:
            raise NotPlanned(f"{self.shape.name}.{name}")
        return self._stored(kept_shape(self.shape).field(name))

    def _stored(self, kept: KeptField) -> Sql:
        self.fixed.update(kept.written.fixed)
        return Sql(kept.written.text.replace(f"{ROW}0", self.source), kept.type, kept.code)

    def sql(self, found: sa.ColumnElement[Any] | Sql, figures: Joined | None = None) -> Sql:
        """What was found as text, the laterals it speaks of joined. `figures`: where it was found, if not here."""
        if isinstance(found, Sql):
            return found
        stands = figures or self.figures
        assert stands is not None
        taken = stands.kept.take(found)
        self.join(stands, taken.laterals)
        self.fixed.update(taken.written.fixed)
        return Sql(stands.filled(taken.written.text), found.type, taken.code)

    def never_null(self, name: str) -> bool:
        """Whether the database itself keeps a field from being null."""
        if name in self.fields:
            return name in self.sure
        if self.shape is None:
            return False
        found = self.shape.id if name == "id" else self.shape.fields[name]
        return isinstance(found, sa.Column) and not found.nullable and found.table is self.shape.id.table

    def join(self, stands: Joined, laterals: Iterable[KeptLateral]) -> None:
        """Join laterals of figures that are not joined yet."""
        for lateral in laterals:
            name = stands.filled(lateral.name)
            if name not in self.joins:
                self.fixed.update(lateral.written.fixed)
                self.joins[name] = stands.filled(lateral.written.text)

    def lateral(self, name: str, select: str) -> str:
        """Join a select that speaks of these rows and of what is joined so far."""
        self.joins[name] = f"LATERAL ({select}) AS {name}"
        return name

    def joined(self, rows: str) -> str:
        """`rows`, the select or what else they come from, with everything joined."""
        return "".join([rows, *(f" LEFT OUTER JOIN {lateral} ON true" for lateral in self.joins.values())])
