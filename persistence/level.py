"""Where a planned statement stands: the rows of a record or list, what names give there, and what joins them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from persistence.shapes.shape import Shape
from persistence.shapes.worked import Object, Worked


class NotPlanned(Exception):
    """Something that the planner does not know how to read: the operation is none for the fast lane."""


@dataclass
class Level:
    """Rows and what is joined to them. `fields` finds what a name gives there."""

    source: sa.FromClause
    shape: Shape | None = None
    fields: Mapping[str, Worked] = field(default_factory=dict)
    columns: Mapping[sa.Column[Any], sa.ColumnElement[Any]] = field(default_factory=dict)
    joins: list[sa.FromClause] = field(default_factory=list)
    worked: dict[Any, Object] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)

    def adapted(self, expression: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """An expression over base tables, over these rows."""
        if isinstance(expression, sa.Column):
            return self.columns[expression]
        found: sa.ColumnElement[Any] = ClauseAdapter(self.source).traverse(expression)
        return found

    def find(self, name: str) -> Worked:
        """What a field is."""
        if name in self.fields:
            return self.fields[name]
        if self.shape is None:
            raise NotPlanned(name)
        if name == "id":
            return self.adapted(self.shape.id)
        if name not in self.shape.fields:
            raise NotPlanned(f"{self.shape.name}.{name}")
        return self.adapted(self.shape.fields[name])

    def never_null(self, name: str) -> bool:
        """Whether the database itself keeps a field from being null."""
        if self.shape is None or name in self.fields:
            return False
        found = self.shape.id if name == "id" else self.shape.fields[name]
        return isinstance(found, sa.Column) and not found.nullable and found.table is self.shape.id.table

    def use(self, expression: Any) -> None:
        """Join the laterals an expression speaks of, those first that they speak of themselves."""
        for lateral in laterals_in(expression):
            if lateral is not self.source and lateral not in self.joins:
                self.use(lateral.element)
                if lateral not in self.joins:
                    self.joins.append(lateral)

    def joined(self) -> sa.FromClause:
        """The rows with everything joined."""
        found = self.source
        for lateral in self.joins:
            found = found.join(lateral, sa.true(), isouter=True)
        return found


def laterals_in(expression: Any) -> Iterator[sa.Lateral]:
    """The laterals whose columns an expression uses."""
    for element in visitors.iterate(expression):
        table = getattr(element, "table", None)
        if isinstance(table, sa.Lateral):
            yield table


def base_columns(expression: Any) -> list[sa.Column[Any]]:
    """The columns of tables that an expression uses."""
    if isinstance(expression, sa.Column):
        return [expression]
    return [element for element in visitors.iterate(expression) if isinstance(element, sa.Column)]
