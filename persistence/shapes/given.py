"""Values in statements: known when a statement is written, or given anew by every call of a planned one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, eq=False)
class Parameter:
    """A value that every call gives anew. `read` may raise: the call is then none for the plan."""

    name: str
    read: Callable[[Any], Any]
    kept_in: Parameters = field(repr=False)

    def then(self, change: Callable[[Any], Any]) -> Parameter:
        """What becomes of the value."""
        read = self.read
        return self.kept_in.add(lambda call: change(read(call)))


@dataclass
class Parameters:
    """The parameters of one plan."""

    known: dict[str, Parameter] = field(default_factory=dict)
    minded: list[Parameter] = field(default_factory=list)

    def add(self, read: Callable[[Any], Any]) -> Parameter:
        """One more."""
        made = Parameter(f"given_{len(self.known)}", read, self)
        self.known[made.name] = made
        return made

    def minded_always(self, read: Callable[[Any], Any]) -> Parameter:
        """One more, whose reading may refuse the call: it is read even where the statement does not need it."""
        made = self.add(read)
        self.minded.append(made)
        return made


def bound(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A value as a parameter of the statement."""
    if isinstance(value, Parameter):
        return sa.bindparam(value.name, type_=kind)
    return sa.literal(value, kind)


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """What becomes of a value, now or at every call."""
    return value.then(change) if isinstance(value, Parameter) else change(value)
