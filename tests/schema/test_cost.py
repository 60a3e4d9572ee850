"""What operations cost: as anybody can work it out from the schema, with what their variables say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
    build_schema,
    get_directive_values,
    get_introspection_query,
    get_named_type,
    graphql_sync,
    is_leaf_type,
    parse,
)

from bench.questions import ITEMS, MANY, ONE
from bench.questions.companies import BY_COMPANY
from bench.questions.orders import HOT
from bench.questions.question import CREDITGRAPH
from schema.app import SCHEMA, graphql_schema
from schema.cost import Pricer
from schema.documents import Documents
from schema.export import FILE
from schema.guard import Limits
from schema.introspected import EACH
from schema.throttle import COST_PER_MINUTE, Budget
from tests.schema.asking import Asker, house, token
from tests.schema.screens import _DOCUMENTS
from tests.schema.world import World

SERVED = graphql_schema(SCHEMA)
PUBLISHED = build_schema(FILE.read_text("utf-8"))
PRICER, READ = Pricer(SERVED), Documents(SERVED)
SIZED = "query ($n: Int) { customers(%s) { nodes { id } } }"
UPSERT = "mutation ($input: UpsertPartiesInput!) { upsertParties(input: $input) { parties { id } } }"
RELEASE = """mutation ($input: ReleaseCreditHoldsInput!) {
  releaseCreditHolds(input: $input) { errors { code } } }"""
PARTIES = "mutation (%s) { upsertParties(input: {parties: %s}) { warnings { code } } }"
ONE_OF = '{ node(id: "a") { id %s } }'


def cost(query: str, variables: Mapping[str, Any] | None = None) -> int:
    """What we say a query costs."""
    asked = READ.read(query)
    operation = asked.document.operation(None)
    assert operation is not None
    price = PRICER.price(operation, asked.document.fragments, asked.document.order)
    return price.of(variables or {}, asked.literals)


class ByHand:
    """What anybody works out with `@cost` and `@listSize` of the published schema, for operations without fragments
    for several types, without one field asked for twice and without introspection, whose types no schema file has."""

    def __init__(self, query: str, variables: Mapping[str, Any]) -> None:
        self.variables = variables
        definitions = parse(query).definitions
        self.fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        (operation,) = (one for one in definitions if isinstance(one, OperationDefinitionNode))
        root = PUBLISHED.get_root_type(operation.operation)
        self.cost = self.under(root, operation.selection_set.selections, {})

    def under(self, of: Any, selections: Iterable[Any], sized: Mapping[str, int]) -> int:
        total = 0
        for node in selections:
            match node:
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    inner = PUBLISHED.type_map[fragment.type_condition.name.value]
                    total += self.under(inner, fragment.selection_set.selections, sized)
                case InlineFragmentNode():
                    inner = PUBLISHED.type_map[node.type_condition.name.value]
                    total += self.under(inner, node.selection_set.selections, sized)
                case _ if node.name.value != "__typename":
                    total += self.field(of.fields[node.name.value], node, sized)
        return total

    def field(self, field: Any, node: Any, sized: Mapping[str, int]) -> int:
        kind = get_named_type(field.type)
        size, under = sized.get(node.name.value, 1), {}
        listed = get_directive_values(PUBLISHED.get_directive("listSize"), field.ast_node)
        if listed:
            given = {one.name.value: self.value(one.value) for one in node.arguments or ()}
            asked = [given[name] for name in listed.get("slicingArguments", ()) if given.get(name) is not None]
            size = asked[0] if asked else listed["assumedSize"]
            under, size = (dict.fromkeys(listed["sizedFields"], size), 1) if "sizedFields" in listed else ({}, size)
        inner = self.under(kind, node.selection_set.selections, under) if node.selection_set else 0
        return size * (self.weight(field, kind) + inner) + self.rows(field, node)

    def rows(self, field: Any, node: Any) -> int:
        """What the rows cost that stand in variables: in an input's lists with `@cost`."""
        total = 0
        for argument in node.arguments or ():
            of = get_named_type(field.args[argument.name.value].type)
            given = self.value(argument.value)
            for name in of.fields if isinstance(of, GraphQLInputObjectType) and isinstance(given, Mapping) else ():
                told = get_directive_values(PUBLISHED.get_directive("cost"), of.fields[name].ast_node)
                total += int(told["weight"]) * len(given.get(name) or ()) if told else 0
        return total

    def value(self, node: Any) -> Any:
        if isinstance(node, VariableNode):
            return self.variables.get(node.name.value)
        return int(node.value) if node.kind == "int_value" else None

    def weight(self, field: Any, kind: Any) -> int:
        published = PUBLISHED.get_directive("cost")
        own = get_directive_values(published, field.ast_node)
        if own is None and isinstance(kind, GraphQLObjectType):
            own = get_directive_values(published, kind.ast_node)
        return int(own["weight"]) if own else 0 if is_leaf_type(kind) else 1


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        *((question.sides[CREDITGRAPH].document, {}) for question in (ONE, MANY, ITEMS, BY_COMPANY, HOT)),
        *((query, {"first": 7}) for query in _DOCUMENTS.values()),
        (
            "query ($n: Int) { customers(last: $n) { nodes { openItems(first: 3) { edges { node { id } } } } } }",
            {"n": 9},
        ),
        ('{ exposureReport(groupBy: [COMPANY], currency: "SEK") { nodes { total } } }', {}),
        *(
            (UPSERT, {"input": {"parties": [{"number": str(at), "name": "x"} for at in range(many)]}})
            for many in (1, 250)
        ),
        (RELEASE, {"input": {"creditHolds": ["a", "b"]}}),
    ],
)
def test_the_cost_can_be_worked_out_from_the_published_schema(query: str, variables: Mapping[str, Any]) -> None:
    assert cost(query, variables) == ByHand(query, variables).cost


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("{ viewer { locale } }", {}, 1),
        ("{ customers { nodes { id } } }", {}, 1 + 25),
        ("{ customers(first: 100) { nodes { id } } }", {}, 1 + 100),
        ("{ customers(last: 3) { edges { node { id } } } }", {}, 1 + 3),
        ("{ customers(first: 0) { nodes { company { id } } } }", {}, 1),
        (SIZED % "first: $n", {"n": 40}, 1 + 40),
        (SIZED % "first: $n", {"n": None}, 1 + 25),
        (SIZED % "first: $n", {}, 1 + 25),
        (SIZED % "first: $n, last: 2", {}, 1 + 2),
        ('{ customers(first: #\r 100 after: #\r"""\n 0 """) { nodes { id } } }', {}, 1 + 100),
        ("{ customers(first: 2) { nodes { openItems(first: 3) { nodes { company { id } } } } } }", {}, 17),
        ("{ customers(first: 2) { nodes { id } edges { node { id } } count { value } } }", {}, 1 + 2 + 2 + 10),
        ("{ customers(first: 2) { nodes { id } } customers(first: 2) { nodes { name } } }", {}, 1 + 2),
        ("{ a: customers(first: 2) { nodes { id } } b: customers(first: 2) { nodes { name } } }", {}, 2 * (1 + 2)),
        ("{ ...F ...F } fragment F on Query { customers(first: 2) { nodes { id } } }", {}, 1 + 2),
        ('{ nodes(ids: ["a", "b"]) { id } }', {}, 2),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", "b", "c"]}, 3),
        (ONE_OF % "... on Customer { company { id } } ... on CreditHold { company { id } order { id } }", {}, 1 + 2),
        (
            ONE_OF % "... on Customer { ... on Node { id ... on Party { registrationNumber } } company { id } }",
            {},
            1 + 1,
        ),
        (ONE_OF % "... on Customer { ... on Record { timeline(first: 4) { nodes { id } } } }", {}, 1 + 1 + 4),
        (ONE_OF % "... on Record { timeline(first: 4) { nodes { id } } } ... on Customer { name }", {}, 1 + 1 + 4),
        (UPSERT, {"input": {"parties": [{}] * 250}}, 10 + 250 * 10 + 25),
        (UPSERT, {"input": {"parties": [{}]}}, 10 + 10 + 25),
        (UPSERT, {"input": {"parties": None}}, 10 + 25),
        (UPSERT, {}, 10 + 25),
        (PARTIES % ("$p: [PartyInput!]!", "$p"), {"p": [{}] * 7}, 10 + 7 * 10 + 5),
        (PARTIES % ("$n: String!", '[{number: $n, name: "a"}, {number: "2", name: "b"}]'), {"n": "1"}, 10 + 2 * 10 + 5),
        (PARTIES % ("$n: String!", '{number: $n, name: "a"}'), {"n": "1"}, 10 + 10 + 5),
        ('{ openItems(first: 5) { nodes { amount { amount converted(to: "EUR") { amount } } } } }', {}, 1 + 5 * 2),
    ],
)
def test_what_an_operation_costs(query: str, variables: Mapping[str, Any], expected: int) -> None:
    assert cost(query, variables) == expected


WHOLE = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


def test_introspection_as_every_tool_asks_for_it_passes_with_room() -> None:
    assert cost(WHOLE) < 0.8 * Limits().cost


@pytest.mark.parametrize(
    ("times", "query", "part"),
    [
        (11, "{ __schema { %s } }", "types { fields { name description type { kind name } } }"),
        (40, "{ __schema { %s } }", "types { name kind description }"),
        (45, "{ __schema { types { fields { type { %s } } } } }", "ofType { kind name }"),
        (45, "{ __schema { types { interfaces { %s } } } }", "possibleTypes { name description }"),
    ],
)
def test_the_same_of_introspection_again_and_again_is_too_dear(times: int, query: str, part: str) -> None:
    assert cost(query % " ".join(f"a{at}: {part}" for at in range(times))) > Limits().cost


def test_introspection_costs_about_what_it_gives() -> None:
    result = graphql_sync(SERVED, WHOLE)
    assert 0.8 < cost(WHOLE) / (EACH * values_in(result.data)) < 1.2


def values_in(answer: Any) -> int:
    """How many values an answer has that are no objects."""
    if isinstance(answer, Mapping | list):
        return sum(map(values_in, answer.values() if isinstance(answer, Mapping) else answer))
    return 1


def test_clients_that_write_their_sizes_into_documents_pay_for_their_own() -> None:
    asked = [READ.read(f"{{ customers(first: {size}) {{ nodes {{ id }} }} }}") for size in (3, 5)]
    assert asked[0].document is asked[1].document, "they are one document that was read once"
    assert [cost(one.text) for one in asked] == [4, 6]


async def refused(ask: Asker, query: str, **more: Any) -> Any:
    answer = await ask(query, **more)
    assert answer.codes == ["OPERATION_TOO_COMPLEX"]
    assert "data" not in answer.body
    return answer.body["errors"][0]


async def test_what_costs_too_much_is_refused_with_its_three_dearest_paths(pool: Any, world: World) -> None:
    ask = Asker(house(pool, limits=Limits(cost=100)))
    query = """{ all: customers(first: 20) { nodes {
      company { id } credit { usedPercent } openItems(first: 3) { nodes { id } } } } }"""
    error = await refused(ask, query, language="sv")
    assert error["message"] == (
        "Operationen kostar 321; högst 100 besvaras. Mest kostar all.nodes.credit (200), "
        "all.nodes.openItems.nodes (60), all.nodes (20). Fråga efter mindre sidor eller färre fält."
    )
    assert {name: error["extensions"][name] for name in ("limit", "cost", "value", "maximum", "dearestPaths")} == {
        "limit": "cost",
        "cost": 321,
        "value": 321,
        "maximum": 100,
        "dearestPaths": [
            {"path": "all.nodes.credit", "cost": 200},
            {"path": "all.nodes.openItems.nodes", "cost": 60},
            {"path": "all.nodes", "cost": 20},
        ],
    }


async def test_the_reader_of_the_operation_is_told_in_its_language(pool: Any, world: World) -> None:
    ask = Asker(house(pool, limits=Limits(cost=10)))
    error = await refused(ask, 'query @inContext(locale: "sv") { customers { nodes { id } } }')
    assert error["message"].startswith("Operationen kostar 26;")


async def test_a_page_that_is_too_large_is_told_as_that(ask: Asker, world: World) -> None:
    answer = await ask("{ customers(first: 100000) { nodes { id } } }")
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_load_of_as_many_rows_as_one_call_may_bring_is_far_from_any_limit(ask: Asker, world: World) -> None:
    rows = [{"number": f"L-{at}", "name": "Loaded"} for at in range(250)]
    answer = await ask(UPSERT, {"input": {"parties": rows}}, as_="INTEGRATION")
    assert len(answer.data["upsertParties"]["parties"]) == 250
    paid = answer.body["extensions"]["cost"]["requestedQueryCost"]
    assert paid == 10 + 250 * 10 + 25
    assert paid < Limits().cost / 10
    assert paid * 1000 < COST_PER_MINUTE


async def test_every_answer_says_what_it_cost_and_what_is_left(pool: Any, world: World) -> None:
    ask = Asker(house(pool, budget=Budget(6000)))
    status = {"maximumAvailable": 6000, "restoreRate": 100}
    fast = await ask("{ customers(first: 3) { nodes { id } } }")
    left = status | {"currentlyAvailable": 5996}
    assert fast.body["extensions"]["cost"] == {"requestedQueryCost": 4, "throttleStatus": left}
    slow = await ask('{ customers(first: 3) { nodes { id } } node(id: "no") { id } }')
    left = status | {"currentlyAvailable": 5991}
    assert slow.body["extensions"]["cost"] == {"requestedQueryCost": 5, "throttleStatus": left}


async def test_an_answer_by_get_may_be_kept_and_does_not_say_what_is_left(pool: Any, world: World) -> None:
    ask = Asker(house(pool, budget=Budget(6000)))
    headers = {"Authorization": token("VIEWER", ["*"]), "GraphQL-Require-Preflight": "1"}
    answers = [await ask.raw("GET", params={"query": "{ viewer { locale } }"}, headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["extensions"]["cost"] == {"requestedQueryCost": 1}
