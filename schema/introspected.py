"""What introspection costs: something for each value that it gives, counted with the sizes of the schema itself.

The types that describe a schema are in no schema file, so this is the one cost that nobody works out from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    GraphQLWrappingType,
)

META: Mapping[str, str] = {"__schema": "__Schema", "__type": "__Type"}
"""The fields that lead there, and their types."""

EACH = 1
"""What a value costs. It takes 8 µs, so four units would be its due; but the usual query must remain within what one
operation may cost, and the same asked for twice must not."""

OF_ONE = 100
"""`__type` is taken for so many types: whoever names one may name the largest."""

Sizes = Mapping[str, float]
"""How many there are of a field, by its type and name; one where it is not said. `FURTHER` goes before those of a type
that another type leads to."""

FURTHER = "further "


def sizes_of(schema: GraphQLSchema) -> Sizes:
    """On average over all types, so that asking everything of all of them costs what it gives; but of a type that
    another leads to, over those that have any: it is asked of the same few again and again."""
    types = list(schema.type_map.values())
    described = [one for one in types if isinstance(one, GraphQLObjectType | GraphQLInterfaceType)]
    objects = [one for one in types if isinstance(one, GraphQLInputObjectType)]
    enums = [one for one in types if isinstance(one, GraphQLEnumType)]
    abstract = [one for one in types if isinstance(one, GraphQLInterfaceType | GraphQLUnionType)]
    fields = [field for one in described for field in one.fields.values()]
    arguments = [argument for field in fields for argument in field.args.values()]
    inputs = [given for one in objects for given in one.fields.values()]
    told = [one.type for one in (*fields, *arguments, *inputs)]
    wrapped = sum(map(_wrappings, told))
    lists: Mapping[str, tuple[int, Sequence[object]]] = {
        "fields": (len(fields), described),
        "interfaces": (sum(len(one.interfaces) for one in described), described),
        "inputFields": (len(inputs), objects),
        "enumValues": (sum(len(one.values) for one in enums), enums),
        "possibleTypes": (sum(len(schema.get_possible_types(one)) for one in abstract), abstract),
    }
    return {
        "__Schema.types": len(types),
        "__Schema.directives": len(schema.directives),
        **{f"__Type.{name}": many / len(types) for name, (many, _) in lists.items()},
        **{f"{FURTHER}__Type.{name}": many / max(1, len(having)) for name, (many, having) in lists.items()},
        "__Type.ofType": wrapped / (wrapped + len(told)),
        "__Field.args": len(arguments) / len(fields),
    }


def _wrappings(kind: object) -> int:
    """How many lists and non-nulls are around a type."""
    found = 0
    while isinstance(kind, GraphQLWrappingType):
        kind, found = kind.of_type, found + 1
    return found
