"""The ways a field of a type is read, so that a type is a list of names and descriptions.

A type holds its row: a stored field is read from it by name (`read_field`), the others are made here.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, TypeVar

import strawberry

from persistence.shapes.shape import Shape
from schema.context import Info

T = TypeVar("T", bound="Shaped")
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


def coded(enum: E, description: str, **values: str) -> E:
    """An enum of codes as GraphQL knows it, with what the enum and each of its values mean."""
    strawberry.enum(enum, name=enum.__name__, description=description)
    missing = {member.name for member in enum} ^ set(values)
    if missing:
        raise ValueError(f"{enum.__name__} describes too much or too little: {sorted(missing)}")
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return enum


def read_field(source: Any, name: str) -> Any:
    """A stored field: from the row of a shaped type, from the attribute of any other."""
    if isinstance(source, Shaped):
        return source.row[name]
    return getattr(source, name)


def stored(description: str) -> Any:
    """A field read as it is kept."""
    return strawberry.field(description=description)


def link(column: str, shape: Shape, description: str) -> Any:
    """A record that a column points at; null where it points nowhere or the viewer may not see it."""

    async def resolve(self: Any, info: Info) -> Any:
        return TYPES[shape.name].maybe(await info.context.load(shape, self.row[column]))

    return _read_by(resolve, description)


def money(description: str, amount: str, currency: str = "currency") -> Any:
    """An amount with its currency, from two columns."""
    from schema.types.money import Money

    def resolve(self: Any) -> Any:
        value: Decimal | None = self.row[amount]
        return None if value is None else Money(exact=value, currency=self.row[currency])

    return _read_by(resolve, description)


def labelled(field: str, enum: type[Enum], description: str | None = None) -> Any:
    """The name of a code in the reader's language, beside the field that gives the code."""

    def resolve(self: Any, info: Info) -> Any:
        code = read_field(self, field)
        return None if code is None else info.context.label(enum.__name__, code)

    return _read_by(resolve, description or f"What `{_camel(field)}` is called in your language.")


def _read_by(resolve: Callable[..., Any], description: str) -> Any:
    """The type of the field stands where it is declared, not here."""
    del resolve.__annotations__["return"]
    return strawberry.field(resolver=resolve, description=description)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
