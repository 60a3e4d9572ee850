"""What a mutation answers, through the fast lane: it is carried out by its resolver, and its payload is one statement.

Whether there is a plan is known before anything is written. A payload with errors or warnings, or one that cannot be
told without an error, is told field by field, of the very same call: nothing is carried out twice.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    MiddlewareManager,
    OperationDefinitionNode,
    get_operation_ast,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path

from persistence.selection import Chosen, Finished
from schema.context import Context
from schema.documents import Asked
from schema.fast import FastLane, Ran
from schema.finishing import Finish, finisher, json
from schema.given import Call

_NO_HELP: Any = None
"""No resolver of ours lets work go on beside it."""

_is_awaitable: Any = inspect.isawaitable


@dataclass(frozen=True)
class Failed:
    """What a root field raised. It is raised again where the document is executed, which says where it was."""

    error: Exception


async def _keep(next_: Any, root: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
    """Keeps what a root field gives; what it gave before is not asked for again."""
    name = info.path.key
    written = info.context.written
    if name not in written:
        given = next_(root, info, **arguments)
        written[name] = await given if inspect.isawaitable(given) else given
    if isinstance(written[name], Failed):
        raise written[name].error
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
        variables: VariableValues,
        context: Context,
        *,
        reading: bool = False,
    ) -> tuple[bytes, Ran | None] | None:
        """The JSON of `data`; None when there is no plan, or something failed, or it must be told field by field.

        Where the rows that were just written say all of it nothing is read, unless that is wanted (`reading`).
        Whatever was carried out by then is kept in the context, for who executes the document with `KEEPING`.
        """
        call = Call(variables.coerced, asked.literals, context, context.written)
        planned = self._fast.planned(asked.document, operation, call)
        exact = _operation_in(tree, operation)
        fields = _apart(exact)
        if planned is None or fields is None:
            return None
        for name, node in fields.items():
            try:
                context.written[name] = await self._carry_out(name, node, exact, variables, context)
            except Exception as error:
                context.written[name] = Failed(error)
                return None
        if any(one.errors or one.warnings for one in context.written.values()):
            return None
        if planned.telling is not None and not reading:
            text = planned.telling.text(call)
            if text is not None:
                return text.encode(), None
        return await self._fast.run(planned, call)

    async def _carry_out(
        self,
        name: str,
        node: FieldNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        context: Context,
    ) -> Any:
        """What the resolver of a root field gives, called as graphql-core calls it. Raises what the resolver raises."""
        mutation = self._schema.mutation_type
        assert mutation is not None, "the operation is valid"
        defined = mutation.fields[node.name.value]
        assert defined.resolve is not None, "every mutation has its resolver"
        info = GraphQLResolveInfo(
            field_name=node.name.value,
            field_nodes=[node],
            return_type=defined.type,
            parent_type=mutation,
            path=Path(None, name, mutation.name),
            schema=self._schema,
            fragments={},
            root_value=None,
            operation=operation,
            variable_values=variables,
            context=context,
            is_awaitable=_is_awaitable,
            abort_signal=None,
            async_helpers=_NO_HELP,
        )
        given = defined.resolve(None, info, **get_argument_values(defined, node, variables))
        return await given if inspect.isawaitable(given) else given


def _apart(operation: OperationDefinitionNode) -> Mapping[str, FieldNode] | None:
    """The root fields by their names in the answer; None where some are conditional, merged or within a fragment."""
    selections: Sequence[Any] = operation.selection_set.selections
    if not all(isinstance(one, FieldNode) and not one.directives for one in selections):
        return None
    found = {(one.alias or one.name).value: one for one in selections}
    if len(found) < len(selections):
        return None
    return {name: one for name, one in found.items() if one.name.value != "__typename"}


def _operation_in(tree: DocumentNode, operation: OperationDefinitionNode) -> OperationDefinitionNode:
    """The same operation as it was written in the very text that was sent, with its own literals."""
    found = get_operation_ast(tree, operation.name.value if operation.name else None)
    assert found is not None
    return found


@finisher("replayed")
def _replayed(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """Whether the mutation of a root field was asked before."""
    assert isinstance(one.reading, Finished)
    root = one.reading.constant
    return lambda values: json(bool(call.written[root].replayed))
