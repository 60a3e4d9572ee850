"""Clients that write their values into documents meet the plan that is there; whatever changes the SQL has its own."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import asyncpg
import pytest

from persistence.database import STATEMENTS_KEPT, open_pool
from persistence.recent import Proven, Recent
from schema.app import SCHEMA, graphql_schema
from schema.asking import context_of
from schema.context import Claims
from schema.documents import LONGEST_TEXT, MOST_NEW_DOCUMENTS, MOST_TEXTS, Documents
from schema.fast import MOST_PLANS, FastLane
from schema.given import MOST_LOOKS, Call
from schema.in_context import AskedContext
from tests.schema.asking import house
from tests.schema.both_lanes import Asking, BothLanes, runner_of
from tests.schema.world import World

SHARED = "Both"


@pytest.fixture(scope="module")
async def people(world: World) -> World:
    """Two more customers of one name."""
    for account in ("A1", "A2"):
        await world.customer("SE01", account, SHARED, country="NO")
        await world.limit(f"SE01/{account}", "500 SEK")
    return world


@pytest.fixture
def runner(pool: asyncpg.Pool, people: World) -> Asking:
    """A server that was just started: no plan is there."""
    return runner_of(house(pool))


@pytest.fixture
def both(pool: asyncpg.Pool, people: World) -> BothLanes:
    """Both lanes, to know what is right."""
    return BothLanes(house(pool))


async def cached(runner: Asking, query: str, variables: Any = None) -> bool:
    """Whether the plan was there. The fast lane must have answered."""
    answer, fast = await runner.ask(query, variables, explain=True)
    assert fast, answer
    found: bool = answer["extensions"]["explain"]["cached"]
    return found


ACCOUNT = '{ customer(by: {number: {company: "%s", account: "%s"}}) { account name } }'
IN = "{ customers(where: {account: {in: [%s]}}, orderBy: [{field: ACCOUNT}]) { nodes { account } } }"
COUNT = "{ customers(first: 1) { count(limit: %s) { value precision } } }"
COMPANIES = '{ customers(where: {companies: ["%s"]}) { nodes { account } } }'
NESTED = """{ customers(where: {or: [{name: {contains: "%s"}}, {and: [{account: {eq: "%s"}}, {country: {eq: "%s"}}]}]},
  orderBy: [{field: ACCOUNT}]) { nodes { account } } }"""
AS_OF = """{ customer(by: {number: {company: "SE01", account: "1001"}}) {
  credit(asOf: "%s", currency: "%s") { exposure { total { amount currency } } } dso(months: %s) { days } } }"""


@pytest.mark.parametrize(
    ("document", "first", "second"),
    [
        (ACCOUNT, ("SE01", "1001"), ("FI01", "2001")),
        (IN, ('"1001", "A1"',), ('"A1", "A2"',)),
        (COUNT, ("1",), ("3",)),
        (COMPANIES, ("SE01",), ("FI01",)),
        (NESTED, ("Beta", "A1", "NO"), ("Gam", "1001", "SE")),
        (AS_OF, ("2026-11-20", "SEK", "3"), ("2026-10-01", "EUR", "12")),
    ],
    ids=["strings", "lists", "numbers", "companies", "nested filters", "days, currencies and numbers"],
)
async def test_other_values_in_the_document_meet_the_plan_that_is_there_and_are_answered_as_they_ask(
    runner: Asking, both: BothLanes, document: str, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    assert not await cached(runner, document % first)
    assert await cached(runner, document % second)
    # Each lane's own answer, of one server that has met the first document before.
    one, _ = await both(document % first)
    other, _ = await both(document % second)
    assert one["data"] != other["data"]


BY_ACCOUNT = "{ customers(%s) { nodes { account } pageInfo { hasNextPage } } }"
BY_VARIABLES = """query ($first: Int, $where: CustomerWhere, $orderBy: [CustomerOrder!], $after: String) {
  customers(first: $first, where: $where, orderBy: $orderBy, after: $after) {
    nodes { account } pageInfo { hasNextPage endCursor } } }"""


def accounts(answer: Any) -> list[str]:
    """The customers of an answer, in its order."""
    return [one["account"] for one in answer["data"]["customers"]["nodes"]]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("first: 1, orderBy: [{field: ACCOUNT}]", "first: 2, orderBy: [{field: ACCOUNT}]", ["1001", "1002"]),
        ("orderBy: [{field: ACCOUNT}]", "orderBy: [{field: ACCOUNT, direction: DESC}]", ["A2", "A1", "2002"]),
        ('where: {search: "Both"}', "where: {search: null}, orderBy: [{field: ACCOUNT}]", ["1001", "1002", "2001"]),
        ('where: {country: {eq: "SE"}}', 'where: {name: {eq: "Both"}}, orderBy: [{field: ACCOUNT}]', ["A1", "A2"]),
        ("where: {country: {isNull: false}}", "where: {country: {isNull: true}}", ["2002"]),
        ('where: {account: {in: ["A1"]}}', 'where: {account: {in: ["1001", "A1"]}}', ["1001", "A1"]),
    ],
    ids=["sizes of a page", "directions", "null or not", "fields of a filter", "whether it is null", "one or several"],
)
async def test_what_changes_the_statement_has_a_plan_of_its_own(
    runner: Asking, first: str, second: str, found: list[str]
) -> None:
    assert not await cached(runner, BY_ACCOUNT % first)
    assert not await cached(runner, BY_ACCOUNT % second)
    assert await cached(runner, BY_ACCOUNT % first)
    assert await cached(runner, BY_ACCOUNT % second)
    answer, _ = await runner.ask(BY_ACCOUNT % second)
    assert accounts(answer)[: len(found)] == found


async def test_variables_are_values_of_one_plan_until_they_change_the_statement(runner: Asking) -> None:
    order = [{"field": "ACCOUNT"}]
    given = {"first": 2, "where": {"account": {"in": ["1001", "A1", "A2"]}}, "orderBy": order}
    assert not await cached(runner, BY_VARIABLES, given)
    assert await cached(runner, BY_VARIABLES, given | {"where": {"account": {"in": ["1002", "2001"]}}})
    for changed in (
        {"first": 3},
        {"orderBy": [{"field": "ACCOUNT", "direction": "DESC"}]},
        {"orderBy": [*order, {"field": "NAME"}]},
        {"where": None},
        {"where": {"account": {"eq": "1001"}}},
    ):
        assert not await cached(runner, BY_VARIABLES, given | changed), changed
        assert await cached(runner, BY_VARIABLES, given | changed), changed


async def test_the_next_page_is_a_plan_of_its_own_and_all_that_follow_are_the_same(runner: Asking) -> None:
    given: dict[str, Any] = {"first": 1, "orderBy": [{"field": "ACCOUNT"}]}
    read, hits = [], []
    while True:
        answer, fast = await runner.ask(BY_VARIABLES, given, explain=True)
        page = answer["data"]["customers"]
        read += accounts(answer)
        hits.append(answer["extensions"]["explain"]["cached"])
        assert fast
        if not page["pageInfo"]["hasNextPage"]:
            break
        given["after"] = page["pageInfo"]["endCursor"]
    assert read == sorted(read)
    assert len(read) == len(set(read)) == 6
    assert hits == [False, False, True, True, True, True]


async def test_one_company_or_the_other_is_the_same_plan_and_each_sees_its_own(runner: Asking) -> None:
    query = "{ customers(orderBy: [{field: ACCOUNT}]) { nodes { account } } }"
    seen = {}
    for company in ("SE01", "FI01"):
        answer, _ = await runner.ask(query, companies=[company], explain=True)
        seen[company] = accounts(answer)
    assert seen == {"SE01": ["1001", "1002", "A1", "A2"], "FI01": ["2001", "2002"]}
    assert answer["extensions"]["explain"]["cached"]


async def test_what_is_included_has_plans_of_its_own(runner: Asking) -> None:
    query = """query ($named: Boolean!) { customer(by: {number: {company: "SE01", account: "1001"}}) {
      account name @include(if: $named) } }"""
    for named in (True, False, True, False):
        answer, fast = await runner.ask(query, {"named": named})
        assert fast
        assert ("name" in answer["data"]["customer"]) is named


async def test_an_operation_keeps_only_so_many_plans_and_answers_all_the_same(runner: Asking) -> None:
    for first in range(1, MOST_PLANS + 2):
        answer, fast = await runner.ask(BY_ACCOUNT % f"first: {first}, orderBy: [{{field: ACCOUNT}}]")
        assert fast
        assert len(accounts(answer)) == min(first, 6)
    assert await cached(runner, BY_ACCOUNT % f"first: {MOST_PLANS + 1}, orderBy: [{{field: ACCOUNT}}]")
    assert not await cached(runner, BY_ACCOUNT % "first: 1, orderBy: [{field: ACCOUNT}]")


async def test_only_so_many_plans_of_all_operations_are_kept(pool: asyncpg.Pool, people: World) -> None:
    graph = graphql_schema(SCHEMA)
    claims = Claims("tester", "Tester", {"*": ("CREDIT_MANAGER",)})
    context = await context_of(house(pool), claims, AskedContext(), None, "asked")
    lane, documents = FastLane(graph, most=2), Documents(graph)

    def was_there(name: str) -> bool:
        asked = documents.read(f"{{ {name}: companies {{ nodes {{ code }} }} }}")
        operation = asked.document.operation(None)
        assert operation is not None
        planned = lane.planned(asked.document, operation, Call({}, asked.literals, context))
        assert planned is not None
        return planned.cached

    assert [was_there(name) for name in ("a", "a", "b", "b", "a")] == [False, True, False, True, True]
    assert [was_there(name) for name in ("c", "b", "c", "a")] == [False, True, True, False]


async def test_the_plans_of_a_document_that_is_forgotten_go_with_it(pool: asyncpg.Pool, people: World) -> None:
    graph = graphql_schema(SCHEMA)
    context = await context_of(
        house(pool), Claims("tester", "Tester", {"*": ("VIEWER",)}), AskedContext(), None, "asked"
    )
    lane, documents = FastLane(graph), Documents(graph)
    asked = documents.read("{ once: companies { nodes { code } } }")
    operation = asked.document.operation(None)
    assert operation is not None
    assert lane.planned(asked.document, operation, Call({}, asked.literals, context)) is not None
    plans = ref(asked.document.plans[None])
    assert plans() is not None
    del asked, operation
    for number in range(MOST_NEW_DOCUMENTS):
        documents.read(f"{{ later{number}: __typename }}")
    gc.collect()
    assert plans() is None


async def test_a_call_like_no_other_costs_those_after_it_nothing(runner: Asking) -> None:
    query = "query ($where: CustomerWhere) { customers(where: $where) { nodes { account } } }"
    few, many = ({"where": {"or": [{"account": {"eq": "A1"}}] * parts}} for parts in (1, MOST_LOOKS))
    assert not await cached(runner, query, few)
    answer, fast = await runner.ask(query, many)
    assert not fast
    assert [node["account"] for node in answer["data"]["customers"]["nodes"]] == ["A1"]
    assert await cached(runner, query, few)


async def test_what_is_asked_once_is_left_prepared_nowhere_and_what_is_asked_again_is(database_url: str) -> None:
    async with await open_pool(database_url, max_size=1) as pool:
        runner = runner_of(house(pool))
        prepared = []
        for _ in range(3):
            answer, fast = await runner.ask("{ asked_once: companies { nodes { code } } }")
            assert fast, answer
            found = (
                "select count(*) from pg_prepared_statements where strpos(statement, $1) > 0 and statement !~ '^select'"
            )
            prepared.append(await pool.fetchval(found, "asked_once"))
    assert prepared == [0, 1, 1]


async def test_a_connection_keeps_only_so_many_statements_prepared(database_url: str) -> None:
    async with await open_pool(database_url, max_size=1) as pool:
        for number in range(STATEMENTS_KEPT + 5):
            await pool.fetchval(f"select {number}")
        assert await pool.fetchval("select count(*) from pg_prepared_statements") <= STATEMENTS_KEPT + 1


async def test_a_plan_made_in_haste_is_made_again_for_the_next_call(runner: Asking) -> None:
    query = (
        """{ customer(by: {number: {company: "SE01", account: "1001"}}) { credit { exposure { %s { amount } } } } }"""
    )
    texts = []
    for _ in range(3):
        answer, fast = await runner.ask(query % "openBilling", explain=True)
        assert fast, answer
        texts.append(answer["extensions"]["explain"]["sql"])
    assert ["held_orders" in text for text in texts] == [True, False, False]


def test_only_so_much_is_kept_and_what_was_used_last_stays() -> None:
    kept: Recent[int, str] = Recent(3)
    for number in range(3):
        kept.put(number, str(number))
    assert kept.get(0) == "0"
    kept.put(3, "3")
    assert [kept.get(number) for number in range(4)] == ["0", None, "2", "3"]
    assert len(kept) == 3


def test_what_is_asked_for_again_stays_and_of_the_rest_only_the_latest() -> None:
    kept: Proven[int, str] = Proven(2, 2)
    kept.put(0, "0", again=True)
    kept.put(1, "1", again=False)
    assert kept.get(1) == "1"
    for number in range(2, 5):
        kept.put(number, str(number), again=False)
    assert [kept.get(number) for number in (0, 1, 2)] == ["0", "1", None]
    assert [kept.get(number) for number in (3, 4)] == ["3", "4"]
    assert [kept.get(number) for number in range(5)] == [None, None, None, "3", "4"]


def test_a_flood_of_documents_drives_out_none_that_was_asked_again_and_is_soon_forgotten() -> None:
    documents = Documents(graphql_schema(SCHEMA))

    def flooded(name: str) -> list[Any]:
        return [documents.read(f"{{ {name}{n}: __typename }}").document for n in range(MOST_NEW_DOCUMENTS + 1)]

    once, twice = "{ once: __typename }", "{ twice: __typename }"
    forgotten, stays = documents.read(once).document, documents.read(twice).document
    assert documents.read(twice).document is stays
    flooded("a")
    assert documents.read(twice).document is stays
    back = documents.read(once).document
    assert back is not forgotten
    flooded("b")
    assert documents.read(once).document is back


def test_documents_that_differ_only_in_their_values_are_one_and_their_texts_are_not_kept_for_ever() -> None:
    documents = Documents(graphql_schema(SCHEMA))
    first = documents.read(ACCOUNT % ("SE01", "first"))
    for number in range(MOST_TEXTS + 1):
        asked = documents.read(ACCOUNT % ("SE01", number))
        assert asked.document is first.document
    assert asked.literals == ("SE01", str(MOST_TEXTS))
    assert not documents.knows(ACCOUNT % ("SE01", "first"))
    assert documents.knows(asked.text)


async def test_a_document_too_long_to_be_kept_is_planned_with_its_own_values(runner: Asking) -> None:
    document = "{" + " ".join(f"c{n}: {ACCOUNT[2:-2]}" for n in range(20)) + "}"
    padded = document % (("SE01", "1001") * 20) + " " * LONGEST_TEXT
    for query, account in ((padded, "1001"), (padded.replace("1001", "1002"), "1002")):
        answer, fast = await runner.ask(query)
        assert fast
        assert {one["account"] for one in answer["data"].values()} == {account}
