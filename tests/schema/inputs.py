"""Inputs written from the schema: everything that is required, and the way to any leaf one wants to fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)

Path = tuple[str, ...]
Leaf = Callable[[Path, str, Any], Any]
"""The value of a leaf: its path, the name of the input it stands in, and its type."""


def leaves(kind: GraphQLInputType, path: Path = (), within: str = "") -> Iterator[tuple[Path, str, Any]]:
    """Every leaf of an input: its path, the input it stands in, and its type. Filters are not nested in filters."""
    named = get_named_type(kind)
    if not isinstance(named, GraphQLInputObjectType):
        yield path, within, named
        return
    for name, field in named.fields.items():
        if get_named_type(field.type) is not named:
            yield from leaves(field.type, (*path, name), named.name)


def filled(kind: GraphQLInputType, leaf: Leaf, *wanted: Path, path: Path = (), within: str = "") -> Any:
    """An input with what is required and what leads to the wanted leaves; a list holds one."""
    if isinstance(kind, GraphQLNonNull):
        return filled(kind.of_type, leaf, *wanted, path=path, within=within)
    if isinstance(kind, GraphQLList):
        return [filled(kind.of_type, leaf, *wanted, path=path, within=within)]
    if not isinstance(kind, GraphQLInputObjectType):
        return leaf(path, within, kind)
    chosen = [name for name, field in kind.fields.items() if is_required_input_field(field)]
    chosen += [one[len(path)] for one in wanted if one[: len(path)] == path and len(one) > len(path)]
    if kind.is_one_of:
        chosen = chosen[:1] or list(kind.fields)[:1]
    return {
        name: filled(kind.fields[name].type, leaf, *wanted, path=(*path, name), within=kind.name)
        for name in dict.fromkeys(chosen)
    }


def plain(kind: Any, currency: str, day: str, text: str) -> Any:
    """A value of a leaf that names nothing."""
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    known = {
        "Boolean": False,
        "Int": 1,
        "Decimal": "10.00",
        "CurrencyCode": currency,
        "CountryCode": "SE",
        "Date": day,
        "Locale": "en",
        "TimeZone": "Europe/Stockholm",
    }
    return known.get(kind.name, text)
