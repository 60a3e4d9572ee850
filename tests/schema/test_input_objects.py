"""Inputs become the very objects that strawberry would make of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument

from schema.app import SCHEMA, graphql_schema
from schema.input_objects import build_ourselves

TYPES = [one for one in graphql_schema(SCHEMA).type_map.values() if isinstance(one, GraphQLInputObjectType)]


def values(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    """What graphql-core may read for a type: leaves are taken as they are, so any value does."""
    if not isinstance(kind, GraphQLNonNull):
        return st.none() | values(GraphQLNonNull(kind), depth)
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        return st.lists(values(inner.of_type, depth), max_size=2)
    return objects(inner, depth - 1) if isinstance(inner, GraphQLInputObjectType) else st.sampled_from(["a", 1, "ö"])


def objects(kind: GraphQLInputObjectType, depth: int = 3) -> st.SearchStrategy[Any]:
    """An input, what it need not have left out sometimes, and always where it would become too deep."""
    fields: dict[str, GraphQLInputField] = dict(kind.fields)
    must = {name: values(one.type, depth) for name, one in fields.items() if isinstance(one.type, GraphQLNonNull)}
    may = {name: values(one.type, depth) for name, one in fields.items() if name not in must and depth > 0}
    return st.fixed_dictionaries(must, optional=may)


@contextmanager
def by_strawberry() -> Iterator[None]:
    """Strawberry's own way, for a while."""
    for one in TYPES:
        one.extensions["strawberry-definition"].from_input = None
    try:
        yield
    finally:
        build_ourselves(graphql_schema(SCHEMA), SCHEMA.config.name_converter)


@given(st.data())
def test_an_input_becomes_what_strawberry_makes_of_it(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(TYPES))
    read = data.draw(objects(kind))
    cls = kind.extensions["strawberry-definition"].origin

    def made() -> Any:
        return convert_argument(read, cls, SCHEMA.schema_converter.scalar_registry, SCHEMA.config)

    ours = made()
    with by_strawberry():
        theirs = made()

    assert isinstance(ours, cls)
    assert repr(ours) == repr(theirs)
