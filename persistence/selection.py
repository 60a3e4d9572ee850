"""What an operation wants, without GraphQL: names of the answer, how each is read, and the values each call gives.

`schema/selection.py` fills it from an operation; `persistence/planner.py` folds it over the shapes into one statement.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from persistence.shapes.given import Parameter
from persistence.shapes.keyset import SILENT, Speech
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Figures

# How a field is read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """A field of the shape, or of figures, written as its SQL type is."""

    name: str


@dataclass(frozen=True)
class Identity:
    """The node id."""


@dataclass(frozen=True)
class Constant:
    """The same for every row: `__typename`."""

    value: Any


@dataclass(frozen=True)
class InMoney:
    """An amount with its currency, from two fields of the shape."""

    amount: str
    currency: str = "currency"


@dataclass(frozen=True)
class Linked:
    """The record that a field of the shape points at, if the viewer may see it; `by` names what it points at there.

    `seen`: whoever sees the row may see the record, so that nobody looks whether.
    """

    column: str
    shape: Shape
    by: str = "id"
    seen: bool = False


@dataclass(frozen=True)
class LinkedToEither:
    """A record of one of several shapes: each with the field that holds its key.

    `kind`: the field that names the table of the record; without it the first key that is not null decides.
    """

    cases: tuple[tuple[Shape, str], ...]
    kind: str | None = None


@dataclass(frozen=True)
class Listed:
    """A list of a shape's records that hang off this one: names of its `within`, each with the field that gives it.

    `need`: what the caller must be permitted; whoever runs the plan sees to it.
    """

    shape: Shape
    within: Mapping[str, str] = field(default_factory=dict)
    need: Any = None


@dataclass(frozen=True)
class WorkedOut:
    """Figures that SQL works out for the row."""

    figures: Figures
    field: str | None = None


@dataclass(frozen=True)
class Finished:
    """What is finished outside SQL from some fields of the row, or of `figures`. The name tells which finisher."""

    finisher: str
    fields: tuple[str, ...] = ()
    constant: str = ""
    figures: Figures | None = None


@dataclass(frozen=True)
class Converted:
    """The same money in another currency: arguments `to`, and `on`, the day of the rate."""


@dataclass(frozen=True)
class Counted:
    """How many a list holds: argument `limit`."""


@dataclass(frozen=True)
class Itself:
    """The record of the row, under a field of something that is worked out for it."""


# The whole of an operation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A root record: the one whose fields have these values."""

    shape: Shape
    where: Mapping[str, Any]


@dataclass(frozen=True)
class Collected:
    """A root list that is no connection: the records whose key is one of `keys`, sorted by a field.

    Its arguments are those of the figures under it, too.
    """

    shape: Shape
    keys: Parameter
    order: str


@dataclass(frozen=True)
class Nothing:
    """Null, whatever the database holds: the id of no type."""


@dataclass(frozen=True)
class Local:
    """A root field that is answered beside the statement: from a call, the field as it was chosen and its arguments, to
    its JSON."""

    answer: Callable[[Any, Chosen, Mapping[str, Any]], Awaitable[str]]


Reading = (
    Stored
    | Identity
    | Constant
    | InMoney
    | Linked
    | LinkedToEither
    | Listed
    | WorkedOut
    | Finished
    | Converted
    | Counted
    | Found
    | Collected
    | Itself
    | Nothing
    | Local
)


@dataclass(frozen=True)
class ListAsked:
    """What is asked of a list; values may be parameters. `first` xor `last`, known to the plan.

    `cursor`: which of the keys in the cursor are null, since that changes the comparison.
    """

    first: int | None = None
    last: int | None = None
    after: Parameter | None = None
    before: Parameter | None = None
    after_nulls: tuple[bool, ...] = ()
    before_nulls: tuple[bool, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[tuple[str, bool], ...] = ()
    speech: Speech = SILENT


@dataclass(frozen=True)
class Chosen:
    """One field of the answer.

    `nullable`: whether the schema lets it be null; where it does not, a null ends the fast lane. `children` are per
    name of the shape the record turns out to be, "" where there is only one kind.
    """

    response: str
    reading: Reading
    nullable: bool = True
    arguments: Mapping[str, Any] = field(default_factory=dict)
    children: Mapping[str, Sequence[Chosen]] = field(default_factory=dict)
    name: str = ""

    def under(self, shape: str = "") -> Sequence[Chosen]:
        """What is wanted of the record, when it is of this shape."""
        return self.children.get(shape, self.children.get("", ()))
