"""Random operations whose values stand in the document: both lanes agree, also on a plan made for other values."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from random import Random
from typing import Any

import asyncpg
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    parse,
    print_ast,
    type_from_ast,
)
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from persistence import database, embedded
from tests.schema.asking import house
from tests.schema.belonging import marks_of
from tests.schema.both_lanes import BothLanes
from tests.schema.chance import Chance
from tests.schema.everything import SCHEMA_READ, Operation
from tests.schema.pools import Pools, pools_of
from tests.schema.two_companies import OTHER, two_companies

EXAMPLES = int(os.environ.get("CREDITGRAPH_LANE_EXAMPLES", "300")) // 10
"""How many are compared, each with two sets of values; more by hand."""


@pytest.fixture(scope="module")
async def stage(server: embedded.Server, database_name: str) -> AsyncIterator[tuple[BothLanes, Pools]]:
    """Both lanes over two companies with everything in them, and values of what is there."""
    url = server.url_of(database_name)
    conn = await asyncpg.connect(database.plain_url(url))
    try:
        await database.set_codecs(conn)
        world = await two_companies(conn)
        await world.put("actor", subject="tester", name="Tester")
        pools = await pools_of(conn, SCHEMA_READ, (await marks_of(conn, world.ids[OTHER.code])).ids)
    finally:
        await conn.close()
    async with await database.open_pool(url, max_size=8) as pool:
        yield BothLanes(house(pool)), pools


@settings(deadline=None, derandomize=True, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
async def test_values_in_a_document_are_answered_alike_by_a_plan_made_for_others(
    stage: tuple[BothLanes, Pools], seed: int
) -> None:
    both, pools = stage
    random = Random(seed)
    asked = Chance(random, SCHEMA_READ, pools).operation(frozenset())
    others = Operation(asked.text, {name: other(value, random) for name, value in asked.variables.items()})
    for one in (asked, others):
        text = inlined(one)
        note(text)
        told, _ = await both(text, language="sv-SE")
        assert told.keys() & {"data", "errors"}, "both lanes say nothing"


async def test_inlined_documents_are_answered_by_the_fast_lane(stage: tuple[BothLanes, Pools]) -> None:
    both, _ = stage
    operation = Operation(
        "query ($v0: CustomerWhere, $v1: [CustomerOrder!]) { customers(where: $v0, orderBy: $v1) { nodes { name } } }",
        {"v0": {"or": [{"name": {"contains": "Own"}}, {"riskScore": {"eq": 3}}]}, "v1": [{"field": "NAME"}]},
    )
    text = inlined(operation)
    assert 'or: [{name: {contains: "Own"}}, {riskScore: {eq: 3}}]' in " ".join(text.split()).replace("{ ", "{")
    assert "orderBy: [{field: NAME}]" in text
    answer, fast = await both(text)
    assert fast
    assert [one["name"] for one in answer["data"]["customers"]["nodes"]] == [f"Own-customer {n}" for n in (1, 2, 3)]


def inlined(operation: Operation) -> str:
    """The same operation with its values written where its variables stood."""
    tree = parse(operation.text, no_location=True)
    (definition,) = tree.definitions
    assert isinstance(definition, OperationDefinitionNode)
    kinds = {
        one.variable.name.value: type_from_ast(SCHEMA_READ, one.type) for one in definition.variable_definitions or ()
    }
    written = {name: literal(value, kinds[name]) for name, value in operation.variables.items()}
    _, body = print_ast(tree).split("{", 1)
    return "{" + re.sub(r"\$(v\d+)", lambda found: written[found[1]], body)


def literal(value: Any, kind: Any) -> str:
    """A value as it is written in a document."""
    match kind:
        case _ if value is None:
            return "null"
        case GraphQLNonNull():
            return literal(value, kind.of_type)
        case GraphQLList() if isinstance(value, list):
            return f"[{', '.join(literal(one, kind.of_type) for one in value)}]"
        case GraphQLList():
            return literal(value, kind.of_type)
        case GraphQLInputObjectType():
            # What a field of another name is given is a mistake, which both lanes tell.
            kinds = {name: field.type for name, field in kind.fields.items()}
            return "{" + ", ".join(f"{name}: {literal(one, kinds.get(name))}" for name, one in value.items()) + "}"
        case GraphQLEnumType():
            return str(value)
    return json.dumps(value)


def other(value: Any, random: Random) -> Any:
    """Something of the same form that may mean something else: an earlier day, a greater number, fewer letters."""
    match value:
        case Mapping():
            return {name: other(one, random) for name, one in value.items()}
        case list():
            return [other(one, random) for one in value]
        case bool():
            return value
        case int():
            return value + random.choice([0, 1])
        case str() if re.match(r"\d{4}-\d\d-\d\d", value):
            return re.sub(r"-(\d\d)$|-(\d\d)(?=T)", "-15", value, count=1)
        case str() if re.fullmatch(r"-?\d+(\.\d+)?", value):
            return str(int(value.split(".")[0]) + 1)
        case str() if len(value) > 1 and not value.isupper() and "_" not in value and random.random() < 0.5:
            return value[:-1]
    return value
