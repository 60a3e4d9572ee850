"""Asks for everything a type gives: every field that needs no argument, and what hangs off it, some steps deep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from schema.app import SCHEMA, graphql_schema

QUERY = graphql_schema(SCHEMA).query_type
assert QUERY is not None
ROOTS: dict[str, GraphQLField] = dict(QUERY.fields)


def connections() -> list[str]:
    """The lists of `Query` that can be read as they are."""
    return [
        name
        for name, field in ROOTS.items()
        if get_named_type(field.type).name.endswith("Connection") and not _needs_more(field.args)
    ]


def selection(kind: Any, depth: int) -> str:
    """Everything of a type, `depth` steps of records away."""
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    return "{ __typename " + " ".join(_fields(kind, depth)) + " }"


def orders(root: str) -> list[str]:
    """The names of what a list can be sorted by."""
    argument = ROOTS[root].args.get("orderBy")
    kind = None if argument is None else get_named_type(argument.type)
    if not isinstance(kind, GraphQLInputObjectType):
        return []
    fields = get_named_type(kind.fields["field"].type)
    assert isinstance(fields, GraphQLEnumType)
    return list(fields.values)


def named(root: str) -> Any:
    """The type that a field of `Query` gives."""
    return get_named_type(ROOTS[root].type)


def _fields(kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> Iterator[str]:
    for name, field in kind.fields.items():
        found = get_named_type(field.type)
        if _needs_more(field.args):
            continue
        if is_leaf_type(found):
            yield name
        elif not _is_record(found) or depth > 0:
            yield f"{name} {selection(found, depth - _is_record(found))}"


def _is_record(kind: Any) -> bool:
    """Records are a step away; lists, amounts, limits and figures belong to what gives them."""
    return kind.name == "Node" or any(interface.name == "Node" for interface in getattr(kind, "interfaces", ()))


def _needs_more(arguments: dict[str, GraphQLArgument]) -> bool:
    return any(is_required_argument(argument) for argument in arguments.values())
