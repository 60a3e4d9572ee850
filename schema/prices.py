"""What fields cost, as the schema publishes it: `@cost` and `@listSize` of IBM's GraphQL Cost Directives.

A unit is about what one row of a list takes to read, 2 µs of the database. What is not listed here costs 1 if it is an
object and nothing if it is a scalar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from strawberry.schema_directive import Location

from schema.fields import field_of
from schema.lists import DEFAULT_PAGE, LARGEST_PAGE

OBJECT, MUTATION, ROW = 1, 10, 10
"""An object; a mutation; each row that a mutation is sent beside that."""

TYPES: Mapping[str, int] = {
    "Money": 0,
    "PageInfo": 0,
    "Count": 10,
    "CreditPosition": 10,
    "Aging": 20,
    "DaysSalesOutstanding": 20,
    "GroupShare": 10,
    "CompanyExposure": 100,
    "UnblockOption": 10,
}
"""What objects cost that take less or more than a row. Amounts stand in the row of what they belong to."""

FIELDS: Mapping[str, int] = {
    "Company.exposure": 50,
    "Company.overLimitCustomers": 100,
    "Query.checkCredit": 20,
    "CreditHold.check": 20,
    "Query.exposureReport": 500,
    "Query.search": 5,
    "Money.converted": 1,
    "Mutation.generateCreditLimitAdjustment": 5000,
}
"""What fields cost beside what their type says."""

LIST = 5
LISTS: Mapping[str, int] = {
    "Query.currencies": 180,
    "Query.enumLabels": 100,
    "Query.exposureByCompany": 20,
    "Viewer.companies": 20,
    "CreditGroup.byCompany": 10,
    "AuditEvent.changes": 10,
}
"""How many there are taken to be in a list that is not read page by page; 5 unless said."""

PAYLOAD_LIST = 25
"""Records that a mutation of many rows gives back."""

PAGE_ARGUMENTS = ("first", "last")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION, Location.OBJECT],
    name="cost",
    description="What a field or an object costs, instead of 1 for an object and 0 for a scalar.",
)
class Cost:
    """IBM's `@cost`."""

    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many a list is taken to have: what the first slicing argument given says, or else assumedSize.",
)
class ListSize:
    """IBM's `@listSize`. `sizedFields`: fields of the field's type that are as long."""

    assumed_size: int | None = strawberry.directive_field(name="assumedSize", default=strawberry.UNSET)
    slicing_arguments: list[str] | None = strawberry.directive_field(name="slicingArguments", default=strawberry.UNSET)
    sized_fields: list[str] | None = strawberry.directive_field(name="sizedFields", default=strawberry.UNSET)
    require_one_slicing_argument: bool = strawberry.directive_field(name="requireOneSlicingArgument", default=True)


@dataclass(frozen=True)
class Price:
    """What a field costs: its weight, for each of `assumed` or as many as its `slicing` arguments say.

    `sized`: not the field itself is that long, but these fields of it. `rows`: each row in these lists costs `ROW`
    beside that; they are named by the argument and the field of its input.
    """

    weight: int
    assumed: int = 1
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


Prices = Mapping[tuple[str, str], Price]
"""By the names of a type and its field."""


def publish(schema: GraphQLSchema) -> None:
    """Write the prices to the declarations of fields and types, from which the SDL is printed."""
    prices = prices_of(schema)
    for kind, name, field in _fields(schema):
        declared, price = field_of(field), prices[kind.name, name]
        others = [one for one in declared.directives if not isinstance(one, Cost | ListSize)]
        declared.directives = [*others, *_directives(kind, name, field, price)]
        for argument, rows in price.rows:
            of: Any = get_named_type(field.args[argument].type)
            given = of.fields[rows].extensions["strawberry-definition"]
            others = [one for one in given.directives if not isinstance(one, Cost)]
            given.directives = [*others, Cost(weight=str(ROW))]
    for found in schema.type_map.values():
        weight = _of_type(found.name)
        if isinstance(found, GraphQLObjectType) and weight != OBJECT and not found.name.startswith("__"):
            definition = found.extensions["strawberry-definition"]
            others = [one for one in definition.directives or () if not isinstance(one, Cost)]
            definition.directives = [*others, Cost(weight=str(weight))]


def prices_of(schema: GraphQLSchema) -> Prices:
    """The prices of every field."""
    return {(kind.name, name): _price(schema, kind, name, field) for kind, name, field in _fields(schema)}


def _fields(schema: GraphQLSchema) -> Iterator[tuple[Any, str, GraphQLField]]:
    """Every field but those of introspection, which `schema.introspected` prices."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield kind, name, field


def _price(schema: GraphQLSchema, kind: Any, name: str, field: GraphQLField) -> Price:
    weight, is_list = _weight(schema, kind, name, field), _is_list(field)
    if kind.name.endswith("Connection") and name in ("edges", "nodes"):
        return Price(weight)  # the field that gives the connection says how many
    if get_named_type(field.type).name.endswith("Connection"):
        return Price(weight, DEFAULT_PAGE, PAGE_ARGUMENTS, ("edges", "nodes"))
    if is_list and "first" in field.args:
        return Price(weight, DEFAULT_PAGE, ("first",))
    if is_list and "ids" in field.args:
        return Price(weight, 1, ("ids",))
    if kind is schema.mutation_type:
        return Price(weight, rows=tuple(_rows(field)))
    if is_list and not is_leaf_type(get_named_type(field.type)):
        usual = PAYLOAD_LIST if kind.name.endswith("Payload") and name not in ("errors", "warnings") else LIST
        return Price(weight, LISTS.get(f"{kind.name}.{name}", usual))
    return Price(weight)


def _weight(schema: GraphQLSchema, kind: Any, name: str, field: GraphQLField) -> int:
    own = FIELDS.get(f"{kind.name}.{name}")
    if own is not None:
        return own
    of = get_named_type(field.type)
    if kind is schema.mutation_type:
        return MUTATION
    if is_leaf_type(of):
        return 0
    if is_abstract_type(of):
        return max(_of_type(possible.name) for possible in schema.get_possible_types(of))
    return _of_type(of.name)


def _rows(field: GraphQLField) -> Iterator[tuple[str, str]]:
    """The lists of a mutation's inputs: each holds rows, or the ids of records to do something with."""
    for argument, given in field.args.items():
        if isinstance(kind := get_named_type(given.type), GraphQLInputObjectType):
            yield from ((argument, name) for name, one in kind.fields.items() if _is_list(one))


def _of_type(name: str) -> int:
    return 0 if name.endswith("Edge") else TYPES.get(name, OBJECT)


def _is_list(field: GraphQLField | GraphQLInputField) -> bool:
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(kind, GraphQLList)


def _directives(kind: Any, name: str, field: GraphQLField, price: Price) -> Iterator[Cost | ListSize]:
    of = get_named_type(field.type)
    usual = 0 if is_leaf_type(of) else OBJECT if is_abstract_type(of) else _of_type(of.name)
    if price.weight != usual:
        yield Cost(weight=str(price.weight))
    if price.assumed == 1 and not price.slicing:
        return
    yield ListSize(
        assumed_size=price.assumed,
        slicing_arguments=list(price.slicing) if price.slicing else strawberry.UNSET,
        sized_fields=list(price.sized) if price.sized else strawberry.UNSET,
        require_one_slicing_argument=False,
    )


def most_of_a_page(price: Price) -> int:
    """How many a list may be asked for at most; for more it is refused where it is read, with a sentence of its own."""
    return LARGEST_PAGE if price.slicing else price.assumed
