"""Values in statements: known when a statement is written, or given anew by every call of a planned one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, eq=False)
class Parameter:
    """A value that every call gives anew. `read` may raise: the call is then none for the plan.

    `single`: it is a list, and of one value in every call of the plan.
    """

    name: str
    read: Callable[[Any], Any]
    kept_in: Parameters = field(repr=False)
    single: bool = False

    def then(self, change: Callable[[Any], Any]) -> Parameter:
        """What becomes of the value."""
        read = self.read
        return self.kept_in.add(lambda call: change(read(call)), single=self.single)


@dataclass
class Parameters:
    """The parameters of one plan."""

    known: dict[str, Parameter] = field(default_factory=dict)
    minded: list[Parameter] = field(default_factory=list)

    def add(self, read: Callable[[Any], Any], *, single: bool = False) -> Parameter:
        """One more."""
        made = Parameter(f"given_{len(self.known)}", read, self, single)
        self.known[made.name] = made
        return made

    def minded_always(self, read: Callable[[Any], Any], *, single: bool = False) -> Parameter:
        """One more, whose reading may refuse the call: it is read even where the statement does not need it."""
        made = self.add(read, single=single)
        self.minded.append(made)
        return made


def bound(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A value as a parameter of the statement."""
    if isinstance(value, Parameter):
        return sa.bindparam(value.name, type_=kind)
    return sa.literal(value, kind)


def among(column: sa.ColumnElement[Any], values: Any) -> sa.ColumnElement[bool]:
    """The column is one of some values; where it is always one, that is an equality, by which an index is ordered."""
    if isinstance(values, Parameter) and values.single:
        return column == bound(values.then(itemgetter(0)), column.type)
    return column == sa.func.any(bound(values, sa.ARRAY(column.type)))


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """What becomes of a value, now or at every call."""
    return value.then(change) if isinstance(value, Parameter) else change(value)
