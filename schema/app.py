"""The schema: every type, composed once."""

from __future__ import annotations

import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
)
from strawberry.schema.config import StrawberryConfig

from schema.fields import TYPES, read_field
from schema.in_context import in_context
from schema.input_objects import build_ourselves
from schema.mutations.mutation import Mutation
from schema.prices import publish
from schema.queries.query import Query
from schema.scalars import SCALARS
from schema.types.subscription import Subscription


def built() -> strawberry.Schema:
    """The schema with all record types. An argument that may be left out is printed as such, not as `= null`."""
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        directives=(in_context,),
        types=tuple(TYPES.values()),
        config=StrawberryConfig(default_resolver=read_field, scalar_map=SCALARS),
    )
    _leave_out_null_defaults(graphql_schema(schema))
    _describe_inputs(graphql_schema(schema))
    build_ourselves(graphql_schema(schema), schema.config.name_converter)
    publish(graphql_schema(schema))
    return schema


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it."""
    found: GraphQLSchema = schema._schema
    return found


def _leave_out_null_defaults(schema: GraphQLSchema) -> None:
    """Python's default gives the None; what is left out is not passed on."""
    arguments = [argument for directive in schema.directives for argument in directive.args.values()]
    for found in schema.type_map.values():
        if isinstance(found, GraphQLInputObjectType):
            arguments.extend(found.fields.values())
        elif isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            arguments.extend(argument for field in found.fields.values() for argument in field.args.values())
    for argument in arguments:
        if argument.default is not None and argument.default.value is None:
            argument.default = None
        if argument.default_value is None:
            argument.default_value = Undefined


def _describe_inputs(schema: GraphQLSchema) -> None:
    """The one argument of every mutation is what its input type says."""
    mutations = schema.mutation_type.fields.values() if schema.mutation_type else ()
    for argument in (argument for field in mutations for argument in field.args.values()):
        argument.description = argument.description or get_named_type(argument.type).description


SCHEMA = built()
"""What is served."""
