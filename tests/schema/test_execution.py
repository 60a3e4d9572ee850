"""An operation of the slow lane is over when nothing of it runs any more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString, parse

from schema.execution import executed


@dataclass
class Told:
    """A context that is told what was done."""

    running: set[asyncio.Future[Any]] = field(default_factory=set)
    done: list[str] = field(default_factory=list)


async def slowly(source: None, info: Any) -> str:
    """Takes a few turns of the loop."""
    for _ in range(5):
        await asyncio.sleep(0)
    info.context.done.append("slowly")
    return "done"


def refused(source: None, info: Any) -> str:
    """Fails at once."""
    raise LookupError("refused")


async def test_the_answer_waits_for_what_runs_beside_a_field_that_failed() -> None:
    text = GraphQLNonNull(GraphQLString)
    fields = {"slowly": GraphQLField(text, resolve=slowly), "refused": GraphQLField(text, resolve=refused)}
    told = Told()
    result = await executed(
        GraphQLSchema(GraphQLObjectType("Query", fields)), parse("{ slowly refused }"), told, {}, None
    )
    assert [error.message for error in result.errors or ()] == ["refused"]
    assert told.done == ["slowly"]
