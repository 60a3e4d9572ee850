"""What a mutation answers, through the fast lane: it is carried out by its resolver, and its payload is one statement.

Whether there is a plan is known before anything is written. A payload with errors or warnings, or one that cannot be
told without an error, is told field by field, of the very same call: nothing is carried out twice.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    MiddlewareManager,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
    get_operation_ast,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from persistence.selection import Chosen, Finished
from schema.context import Context
from schema.documents import Asked
from schema.fast import FastLane, Ran
from schema.finishing import Finish, finisher, json
from schema.given import Call

_TYPENAME = SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")),))


async def _keep(next_: Any, root: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
    """Keeps what a root field gives; what it gave before is not asked for again."""
    name = info.path.key
    written = info.context.written
    if name not in written:
        given = next_(root, info, **arguments)
        written[name] = await given if inspect.isawaitable(given) else given
    return written[name]


def _at_the_root(next_: Any, root: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
    """Only fields of the mutation itself are kept."""
    if info.path.prev is None and info.field_name != "__typename":
        return _keep(next_, root, info, **arguments)
    return next_(root, info, **arguments)


KEEPING = MiddlewareManager(_at_the_root)
"""Executed with it, a mutation's root fields are carried out once for a context."""


class Payloads:
    """Carries out mutations of one schema whose payloads the fast lane can tell."""

    def __init__(self, schema: GraphQLSchema, fast: FastLane) -> None:
        self._schema = schema
        self._fast = fast

    async def answer(
        self,
        asked: Asked,
        tree: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        raw: Mapping[str, Any],
        context: Context,
    ) -> tuple[str, Ran] | ExecutionResult | None:
        """The JSON of `data`; errors as they are; None when there is no plan or it must be told field by field.

        Whatever was carried out by then is kept in the context, for who executes the document with `KEEPING`.
        """
        call = Call(variables, asked.literals, context, context.written)
        planned = self._fast.planned(asked.document, operation, call)
        if planned is None or not all(isinstance(one, FieldNode) for one in operation.selection_set.selections):
            return None
        result = execute(
            self._schema,
            _carried_out(_operation_in(tree, operation)),
            context_value=context,
            variable_values=dict(raw),
            operation_name=operation.name.value if operation.name else None,
            middleware=KEEPING,
            executor_class=StrawberryGraphQLCoreExecutionContext,
        )
        result = result if isinstance(result, ExecutionResult) else await result
        if result.errors:
            return result
        if any(one.errors or one.warnings for one in context.written.values()):
            return None
        return await self._fast.run(planned, call)


def _operation_in(tree: DocumentNode, operation: OperationDefinitionNode) -> OperationDefinitionNode:
    """The same operation as it was written in the very text that was sent, with its own literals."""
    found = get_operation_ast(tree, operation.name.value if operation.name else None)
    assert found is not None
    return found


def _carried_out(operation: OperationDefinitionNode) -> DocumentNode:
    """The same mutation, of whose payloads nothing is told."""
    fields = tuple(
        FieldNode(
            alias=one.alias,
            name=one.name,
            arguments=one.arguments,
            directives=one.directives,
            selection_set=_TYPENAME,
            loc=one.loc,
        )
        for one in operation.selection_set.selections
        if isinstance(one, FieldNode)
    )
    alone = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=fields),
    )
    return DocumentNode(definitions=(alone,))


@finisher("replayed")
def _replayed(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """Whether the mutation of a root field was asked before."""
    assert isinstance(one.reading, Finished)
    root = one.reading.constant
    return lambda values: json(bool(call.written[root].replayed))
