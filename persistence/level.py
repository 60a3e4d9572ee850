"""Where a planned statement stands: the rows of a record or list, what names give there, and what joins them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Rows and what is joined to them. `fields` finds what a name gives there, `sure` that none of them is null."""

    source: sa.FromClause
    shape: Shape | None = None
    fields: Mapping[str, Worked] = field(default_factory=dict)
    columns: Mapping[sa.Column[Any], sa.ColumnElement[Any]] = field(default_factory=dict)
    joins: list[sa.FromClause] = field(default_factory=list)
    worked: dict[Any, Object] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    sure: bool = False

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
        if name in self.fields:
            return self.sure
        if self.shape is None:
            return False
        found = self.shape.id if name == "id" else self.shape.fields[name]
        return isinstance(found, sa.Column) and not found.nullable and found.table is self.shape.id.table

    def use(self, expression: Any) -> None:
        """Join the laterals an expression speaks of, those first that they speak of themselves."""
        self._join(laterals_in(expression))

    def _join(self, laterals: Iterable[sa.Lateral]) -> None:
        for lateral in laterals:
            if lateral is not self.source and lateral not in self.joins:
                self._join(_laterals_of(lateral))
                if lateral not in self.joins:
                    self.joins.append(lateral)

    def joined(self) -> sa.FromClause:
        """The rows with everything joined."""
        found = self.source
        for lateral in self.joins:
            found = found.join(lateral, sa.true(), isouter=True)
        return found


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


def base_columns(expression: Any) -> list[sa.Column[Any]]:
    """The columns of tables that an expression uses."""
    if isinstance(expression, sa.Column):
        return [expression]
    return [element for element in visitors.iterate(expression) if isinstance(element, sa.Column)]
