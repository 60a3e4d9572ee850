"""The slow lane: strawberry's own execution, field by field, over when it is over."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

# When a field fails, graphql-core cancels those beside it, and what these had not begun to wait for is never awaited.
warnings.filterwarnings("ignore", r"coroutine '(GraphQLCoreConverter|Executor)\..*' was never awaited", RuntimeWarning)


class Running(Protocol):
    """What a context must know for the end of an operation to be waited for."""

    running: set[asyncio.Future[Any]]


class Execution(StrawberryGraphQLCoreExecutionContext):
    """One operation under way. What still runs beside a field that failed is known to the context."""

    def settle_in_background(self, awaitables: list[Awaitable[Any]]) -> None:
        """graphql-core goes on with its answer meanwhile."""
        super().settle_in_background(awaitables)
        self.context_value.running = self.background_futures


async def executed(
    schema: GraphQLSchema,
    tree: DocumentNode,
    context: Running,
    variables: Mapping[str, Any],
    operation_name: str | None,
    middleware: Any = None,
    root: Any = None,
) -> ExecutionResult:
    """The result of an operation, when nothing of it runs any more: nothing reads or writes after the answer."""
    result = execute(
        schema,
        tree,
        root,
        context_value=context,
        variable_values=dict(variables),
        operation_name=operation_name,
        middleware=middleware,
        executor_class=Execution,
    )
    if not isinstance(result, ExecutionResult):
        result = await result
    while context.running:
        await asyncio.wait(list(context.running))
    return result
