"""`@inContext`: an operation says in which language, time zone and currency it wants to be answered.

It is read from the operation before it runs. (Strawberry would ask a directive at every field.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import strawberry
from graphql import GraphQLSchema, OperationDefinitionNode, get_directive_values
from graphql.execution.values import VariableValues
from strawberry.directive import DirectiveLocation

from schema.scalars import CurrencyCode, Locale, TimeZone

NAME = "inContext"


@strawberry.directive(
    name=NAME,
    locations=[DirectiveLocation.QUERY, DirectiveLocation.MUTATION, DirectiveLocation.SUBSCRIPTION],
    description="In which language, time zone and currency the whole operation is answered.",
)
def in_context(
    locale: Annotated[Locale | None, strawberry.argument(description="Goes before Accept-Language.")] = None,
    time_zone: Annotated[
        TimeZone | None, strawberry.argument(description="Of the reader, for moments in sentences.")
    ] = None,
    currency: Annotated[
        CurrencyCode | None, strawberry.argument(description="Where a `currency` argument is not given.")
    ] = None,
) -> None:
    """Declared for the schema; what it says is read by `asked`."""


@dataclass(frozen=True)
class AskedContext:
    """What an operation asks to be answered in."""

    locale: str | None = None
    time_zone: str | None = None
    currency: str | None = None


def asked(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: VariableValues) -> AskedContext:
    """What the operation's directive says."""
    directive = schema.get_directive(NAME)
    values = None if directive is None else get_directive_values(directive, operation, variables)
    if not values:
        return AskedContext()
    return AskedContext(values.get("locale"), values.get("timeZone"), values.get("currency"))
