"""The descriptions in the schema, to be translated: `python -m schema.descriptions update|check`.

A text that describes several things is translated once; its place is where it stands first.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from locales import catalog
from locales.extract import Found
from locales.sentences import DESCRIPTIONS
from schema.export import sdl


def described() -> list[Found]:
    """Every text that describes something of the schema file, once, in the order of the types' names.

    The file has directives that introspection does not list, since no document may use them.
    """
    first: dict[str, str] = {}
    for text, place in texts(build_schema(sdl())):
        first.setdefault(text, place)
    return [Found(text, "schema/schema.graphql", note=place) for text, place in first.items()]


def texts(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Descriptions and reasons of deprecation of what is ours, each with where it stands: `Customer.credit(asOf:)`."""
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield from _said(directive, f"@{directive.name}")
            for name, argument in directive.args.items():
                yield from _said(argument, f"@{directive.name}({name}:)")
    for name, kind in sorted(schema.type_map.items()):
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield from _said(kind, name)
        if isinstance(kind, GraphQLEnumType):
            for value, member in kind.values.items():
                yield from _said(member, f"{name}.{value}")
        elif isinstance(kind, GraphQLInputObjectType):
            for given, its in kind.fields.items():
                yield from _said(its, f"{name}.{given}")
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, its_field in kind.fields.items():
                yield from _said(its_field, f"{name}.{field}")
                for given, argument in its_field.args.items():
                    yield from _said(argument, f"{name}.{field}({given}:)")


def _said(one: object, place: str) -> Iterator[tuple[str, str]]:
    for text in (getattr(one, "description", None), getattr(one, "deprecation_reason", None)):
        if text:
            yield text, place


if __name__ == "__main__":
    raise SystemExit(catalog.main(asked=described, book=DESCRIPTIONS, program="schema.descriptions"))
