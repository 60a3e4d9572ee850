"""The ways a field of a type is read, so that a type is a list of names and descriptions.

A type holds its row: a stored field is read from it by name (`read_field`), the others are made here.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, TypeVar

import strawberry
from graphql import GraphQLField
from strawberry.types.field import StrawberryField

from persistence.selection import Finished, InMoney, Linked, Stored
from persistence.shapes.shape import Shape
from schema.context import Info

T = TypeVar("T", bound="Shaped")
R = TypeVar("R", bound="Reckoned")
E = TypeVar("E", bound=type[Enum])


class Shaped:
    """A GraphQL type whose stored fields come from a row of its shape."""

    row: Mapping[str, Any]
    shape: ClassVar[Shape]

    @classmethod
    def of(cls: type[T], row: Mapping[str, Any]) -> T:
        """The record in a row."""
        made = cls.__new__(cls)
        made.row = row
        return made

    @classmethod
    def maybe(cls: type[T], row: Mapping[str, Any] | None) -> T | None:
        """The record in a row, if there is one."""
        return None if row is None else cls.of(row)


TYPES: dict[str, type[Shaped]] = {}
"""Every record type by the name of its shape, for links and `node`."""


def shaped(shape: Shape, description: str) -> Callable[[type[T]], type[T]]:
    """A GraphQL type of a shape's name."""

    def decorate(cls: type[T]) -> type[T]:
        cls.shape = shape
        made: type[T] = strawberry.type(cls, name=shape.name, description=description)
        TYPES[shape.name] = made
        return made

    return decorate


class Reckoned:
    """A GraphQL type whose fields come from a value of the domain."""

    facts: Any

    @classmethod
    def of(cls: type[R], facts: Any) -> R:
        """The type of a value."""
        made = cls.__new__(cls)
        made.facts = facts
        return made


GIVEN: dict[type, Callable[[Any], Any]] = {}
"""How values of the domain are given, by their class."""


def reckoned(facts: type, description: str) -> Callable[[type[R]], type[R]]:
    """A GraphQL type for a class of the domain: wherever a field gives such a value, it is given as this type."""

    def decorate(cls: type[R]) -> type[R]:
        made: type[R] = strawberry.type(cls, description=description)
        GIVEN[facts] = made.of
        return made

    return decorate


def given(value: Any) -> Any:
    """A value of the domain as the graph gives it."""
    if isinstance(value, tuple):
        return [given(one) for one in value]
    return GIVEN[type(value)](value) if type(value) in GIVEN else value


def coded(enum: E, description: str, **values: str) -> E:
    """An enum of codes as GraphQL knows it, with what the enum and each of its values mean.

    It may already be known without words: filters are made of the enums that shapes name, before the types are read.
    """
    if "__strawberry_definition__" not in vars(enum):
        strawberry.enum(enum, name=enum.__name__)
    missing = {member.name for member in enum} ^ set(values)
    if missing:
        raise ValueError(f"{enum.__name__} describes too much or too little: {sorted(missing)}")
    known: Any = vars(enum)["__strawberry_definition__"]
    known.description = description
    for value in known.values:
        value.description = values[value.name]
    return enum


def read_field(source: Any, name: str) -> Any:
    """A field that is read by its name: from a row, from a value of the domain, or from any other object."""
    if isinstance(source, Shaped):
        return source.row[name]
    if isinstance(source, Reckoned):
        return given(getattr(source.facts, name))
    return getattr(source, name)


READING, BY_NAME = "reading", "by its name"
"""Under what a field's metadata say how the fast lane reads it."""


def field_of(field: GraphQLField) -> StrawberryField:
    """How a field was declared."""
    found: StrawberryField = field.extensions["strawberry-definition"]
    return found


def reading_in(field: StrawberryField) -> Any:
    """How the fast lane reads a field: as it is declared, or by its name when it has no resolver. None: it cannot."""
    reading = field.metadata.get(READING, None if field.base_resolver else BY_NAME)
    return Stored(field.python_name) if reading is BY_NAME else reading


def read_as(reading: Any) -> dict[str, Any]:
    """The metadata of a field with a resolver, by which the fast lane reads it without."""
    return {READING: reading}


def stored(description: str, name: str | None = None) -> Any:
    """A field read as it is kept; `name` where GraphQL's is a word of Python."""
    return strawberry.field(name=name, description=description)


def told(attribute: str, description: str) -> Any:
    """A field read from another name of a value of the domain."""

    def resolve(self: Any) -> Any:
        return given(getattr(self.facts, attribute))

    return _read_by(resolve, description, BY_NAME)


def link(column: str, shape: Shape, description: str, *, seen: bool = False) -> Any:
    """A record that a column points at; null where it points nowhere or the viewer may not see it.

    `seen`: whoever sees the row may see the record (the slow lane looks all the same, and the lanes are compared).
    """

    async def resolve(self: Any, info: Info) -> Any:
        return TYPES[shape.name].maybe(await info.context.load(shape, self.row[column]))

    return _read_by(resolve, description, Linked(column, shape, seen=seen))


def money(description: str, amount: str, currency: str = "currency") -> Any:
    """An amount with its currency, from two columns."""
    from schema.types.money import Money

    def resolve(self: Any) -> Any:
        value: Decimal | None = self.row[amount]
        return None if value is None else Money(exact=value, currency=self.row[currency])

    return _read_by(resolve, description, InMoney(amount, currency))


def labelled(field: str, enum: type[Enum], description: str | None = None) -> Any:
    """The name of a code in the reader's language, beside the field that gives the code."""

    def resolve(self: Any, info: Info) -> Any:
        code = read_field(self, field)
        return None if code is None else info.context.label(enum.__name__, code)

    described = description or f"What `{_camel(field)}` is called in your language."
    return _read_by(resolve, described, Finished("label", (field,), enum.__name__))


def _read_by(resolve: Callable[..., Any], description: str, reading: Any) -> Any:
    """The type of the field stands where it is declared, not here."""
    del resolve.__annotations__["return"]
    return strawberry.field(resolver=resolve, description=description, metadata=read_as(reading))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
