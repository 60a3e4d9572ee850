"""The schema as a document: described, labelled, of the settled shape, and committed as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from schema.app import SCHEMA, graphql_schema
from schema.export import FILE, sdl
from schema.fields import TYPES

TYPE_MAP = {name: found for name, found in graphql_schema(SCHEMA).type_map.items() if not name.startswith("__")}
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}


def composite() -> Iterator[tuple[str, Any]]:
    """Object types and interfaces."""
    for name, found in TYPE_MAP.items():
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            yield name, found


def silent(found: GraphQLNamedType) -> Iterator[str]:
    """What of a type has no description."""
    if not found.description:
        yield found.name
    for name, field in getattr(found, "fields", {}).items():
        if not field.description:
            yield f"{found.name}.{name}"
        for argument, declared in getattr(field, "args", {}).items():
            if not declared.description:
                yield f"{found.name}.{name}({argument})"
    for name, value in getattr(found, "values", {}).items():
        if not value.description:
            yield f"{found.name}.{name}"


@pytest.mark.parametrize("name", sorted(set(TYPE_MAP) - BUILT_IN))
def test_every_type_field_argument_and_value_is_described(name: str) -> None:
    assert list(silent(TYPE_MAP[name])) == []


def test_every_code_that_is_given_has_its_label_beside_it() -> None:
    for type_name, found in composite():
        for name, field in found.fields.items():
            if not isinstance(get_named_type(field.type), GraphQLEnumType):
                continue
            many = is_list_type(field.type.of_type if is_non_null_type(field.type) else field.type)
            label = found.fields.get(f"{name}Labels" if many else f"{name}Label")
            assert label is not None, f"{type_name}.{name} has no label"
            assert isinstance(label.type, GraphQLNonNull) == isinstance(field.type, GraphQLNonNull), (type_name, name)


def test_ids_of_every_type_begin_in_their_own_way() -> None:
    prefixes = [cls.shape.prefix for cls in TYPES.values()]
    assert len(set(prefixes)) == len(prefixes)
    assert all(len(prefix) == 3 and prefix.isalpha() for prefix in prefixes)


def test_every_record_type_is_a_node() -> None:
    for name in TYPES:
        interfaces = {interface.name for interface in TYPE_MAP[name].interfaces}  # type: ignore[attr-defined]
        assert "Node" in interfaces, name


@pytest.mark.parametrize(
    ("interface", "types"),
    [
        ("CreditHolder", {"Customer", "CreditGroup", "Party"}),
        (
            "Named",
            {
                "Reason",
                "AccountStatus",
                "PaymentTerms",
                "CashDiscount",
                "CustomerGroup",
                "CreditManagementGroup",
                "RiskGroup",
                "CollateralType",
                "CoverageType",
                "AgingDefinition",
            },
        ),
    ],
)
def test_types_have_their_interfaces(interface: str, types: set[str]) -> None:
    found = {
        name
        for name, kind in composite()
        if isinstance(kind, GraphQLObjectType) and interface in {one.name for one in kind.interfaces}
    }
    assert found == types


def test_no_number_is_a_float() -> None:
    floats = [
        f"{name}.{field}"
        for name, found in TYPE_MAP.items()
        for field, declared in getattr(found, "fields", {}).items()
        if get_named_type(declared.type).name == "Float"
    ]
    assert floats == []


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert FILE.read_text("utf-8") == sdl()
