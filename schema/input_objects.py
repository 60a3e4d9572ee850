"""Inputs as objects, by what is worked out once for each input type.

Strawberry works out the names and types of all fields anew for every value that it is given, which cost a third of
what an order costs before it is decided on. Its hook for types that build themselves is used here; what is built is
what strawberry itself builds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.name_converter import NameConverter
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.lazy_type import LazyType

Convert = Callable[[Any], Any]
"""From what graphql-core read to what a resolver is given."""

_DEFINITION = "__strawberry_definition__"


def build_ourselves(schema: GraphQLSchema, names: NameConverter) -> None:
    """Every input type of a schema is built here from now on."""
    for found in schema.type_map.values():
        if isinstance(found, GraphQLInputObjectType):
            definition = found.extensions["strawberry-definition"]
            builder = _Builder(definition, names)
            definition.from_input = builder.build


class _Builder:
    """Builds the objects of one input type. Its fields are looked at when it is first used: types name each other."""

    def __init__(self, definition: Any, names: NameConverter) -> None:
        self._definition = definition
        self._names = names
        self._fields: list[tuple[str, str, Convert | None]] | None = None
        self._left_out: Mapping[str, None] = {}

    def build(self, cls: type, given: Mapping[str, Any], _: InputContext | None = None) -> Any:
        """The object for what was given. A field without a default that was left out is None."""
        if self._fields is None:
            self._look()
        values: dict[str, Any] = dict(self._left_out)
        for name, own, convert in self._fields or ():
            if name in given:
                value = given[name]
                values[own] = value if convert is None or value is None else convert(value)
        return cls(**values)

    def _look(self) -> None:
        definition = self._definition
        self._left_out = dict.fromkeys(
            field.python_name
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        )
        self._fields = [
            (self._names.from_field(field), field.python_name, _convert(field.resolve_type(type_definition=definition)))
            for field in definition.fields
        ]


def _convert(kind: Any) -> Convert | None:
    """How a value of a type is converted; None where it is taken as it is. Nulls are never converted."""
    if isinstance(kind, StrawberryOptional):
        return _convert(kind.of_type)
    if isinstance(kind, LazyType):
        return _convert(kind.resolve_type())
    if isinstance(kind, StrawberryList):
        one = _convert(kind.of_type)
        return list if one is None else lambda values: [value if value is None else one(value) for value in values]
    definition = getattr(kind, _DEFINITION, None)
    build = getattr(definition, "from_input", None)
    return None if build is None else lambda value: build(kind, value)
