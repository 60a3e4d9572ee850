"""Lists page by page: keyset cursors, filters, orders and counts."""

from __future__ import annotations

from typing import Any

import pytest

from schema.app import SCHEMA, graphql_schema
from tests.schema.asking import Asker
from tests.schema.world import World

LIST = """
query ($first: Int, $after: String, $last: Int, $before: String, $where: CustomerWhere, $orderBy: [CustomerOrder!]) {
  customers(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    edges { cursor node { account } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
COUNT = """query ($where: CustomerWhere, $limit: Int) {
  customers(where: $where) { count(limit: $limit) { value precision precisionLabel } } }"""
SCORES: dict[str, int | None] = {"A1": 5, "A2": None, "A3": 7, "A4": 5, "A5": None, "A6": 1}
BY_SCORE = [{"field": "RISK_SCORE", "direction": "ASC"}]
BY_SCORE_DOWN = [{"field": "RISK_SCORE", "direction": "DESC"}]


@pytest.fixture(scope="module")
async def scored(world: World) -> World:
    """Customers with ties and without values, in a company of their own."""
    await world.company("NO01", "Nordic AS", "SEK", "NO", "nb-NO", "Europe/Oslo")
    for account, score in SCORES.items():
        await world.customer("NO01", account, f"Customer {account}%", risk_score=score, country="NO")
    return world


async def page(ask: Asker, **variables: Any) -> Any:
    """A page of the scored customers."""
    return (await ask(LIST, variables, companies=["NO01"])).data["customers"]


def accounts(found: Any) -> list[str]:
    """Who is on a page."""
    return [edge["node"]["account"] for edge in found["edges"]]


async def walk(ask: Asker, order: list[dict[str, str]], size: int, *, backwards: bool = False) -> list[list[str]]:
    """Every page of the list, in the order they are read."""
    pages, cursor, more = [], None, True
    names = (
        ("last", "before", "hasPreviousPage", "startCursor")
        if backwards
        else ("first", "after", "hasNextPage", "endCursor")
    )
    count, beyond, has_more, edge = names
    while more:
        found = await page(ask, orderBy=order, **{count: size, beyond: cursor})
        pages.append(accounts(found))
        more, cursor = found["pageInfo"][has_more], found["pageInfo"][edge]
    return pages


async def test_pages_follow_one_another_through_ties_and_missing_values(ask: Asker, scored: World) -> None:
    assert await walk(ask, BY_SCORE, 2) == [["A6", "A1"], ["A4", "A3"], ["A2", "A5"]]
    assert await walk(ask, BY_SCORE_DOWN, 2) == [["A2", "A5"], ["A3", "A1"], ["A4", "A6"]]


@pytest.mark.parametrize("order", [BY_SCORE, BY_SCORE_DOWN])
@pytest.mark.parametrize("size", [1, 2, 4, 6, 25])
async def test_reading_backwards_is_the_mirror_of_reading_forwards(
    ask: Asker, scored: World, order: list[dict[str, str]], size: int
) -> None:
    forwards = [account for part in await walk(ask, order, size) for account in part]
    backwards = [account for part in reversed(await walk(ask, order, size, backwards=True)) for account in part]
    assert forwards == backwards
    assert sorted(forwards) == sorted(SCORES)


async def test_a_cursor_goes_on_where_it_stood_although_records_were_added_before_it(ask: Asker, scored: World) -> None:
    order = [{"field": "NAME", "direction": "ASC"}]
    first = await page(ask, first=2, orderBy=order)
    await scored.customer("NO01", "A0", "Customer A0", risk_score=99)
    rest = await page(ask, first=2, orderBy=order, after=first["pageInfo"]["endCursor"])
    assert accounts(rest) == ["A3", "A4"]
    await scored.conn.execute("delete from customer where account = 'A0'")


@pytest.mark.parametrize(
    "cursor",
    ["", "nonsense", "ö", "bnVsbA", "WzEsIjAwMDAwMDAwIiwiQTEiXQ", "WzEsbnVsbF0="],
    ids=["empty", "not base64", "not ascii", "null", "other digest", "too short"],
)
async def test_a_cursor_nobody_made_is_refused(ask: Asker, scored: World, cursor: str) -> None:
    answer = await ask(LIST, {"after": cursor}, companies=["NO01"])
    assert set(answer.codes) == {"BAD_CURSOR"}


async def test_a_cursor_of_another_order_is_refused(ask: Asker, scored: World) -> None:
    cursor = (await page(ask, first=1, orderBy=BY_SCORE))["pageInfo"]["endCursor"]
    answer = await ask(LIST, {"after": cursor, "orderBy": BY_SCORE_DOWN}, companies=["NO01"])
    assert set(answer.codes) == {"BAD_CURSOR"}


@pytest.mark.parametrize("window", [{"first": 1, "last": 1}, {"first": 1001}, {"first": -1}, {"last": -1}])
async def test_a_page_is_the_first_or_the_last_of_a_sensible_size(
    ask: Asker, scored: World, window: dict[str, int]
) -> None:
    assert (await ask(LIST, window)).codes == ["BAD_USER_INPUT"]


async def test_an_empty_page_is_a_page(ask: Asker, scored: World) -> None:
    found = await page(ask, first=0)
    assert accounts(found) == []
    assert found["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"riskScore": {"eq": 5}}, ["A1", "A4"]),
        ({"riskScore": {"in": [1, 7]}}, ["A3", "A6"]),
        ({"riskScore": {"isNull": True}}, ["A2", "A5"]),
        ({"riskScore": {"isNull": False}}, ["A1", "A3", "A4", "A6"]),
        ({"riskScore": {"range": {"from": 5}}}, ["A1", "A3", "A4"]),
        ({"riskScore": {"range": {"from": 1, "until": 5}}}, ["A1", "A4", "A6"]),
        ({"not": {"riskScore": {"eq": 5}}}, ["A2", "A3", "A5", "A6"]),
        ({"or": [{"riskScore": {"eq": 7}}, {"account": {"eq": "A1"}}]}, ["A1", "A3"]),
        ({"and": [{"riskScore": {"eq": 5}}, {"account": {"startsWith": "a4"}}]}, ["A4"]),
        ({"or": []}, []),
        ({"and": []}, list(SCORES)),
        ({"account": {"contains": "6"}}, ["A6"]),
        ({"name": {"contains": "%"}}, list(SCORES)),
        ({"name": {"contains": "_"}}, []),
        ({"search": "customer a2"}, ["A2"]),
        ({"companies": ["NO01"]}, list(SCORES)),
        ({"companies": []}, []),
        ({"unlimitedCredit": {"eq": True}}, []),
        ({"riskScore": None}, list(SCORES)),
    ],
)
async def test_filters_say_which_records_are_wanted(
    ask: Asker, scored: World, where: dict[str, Any], expected: list[str]
) -> None:
    assert accounts(await page(ask, where=where)) == expected
    assert (await ask(COUNT, {"where": where}, companies=["NO01"])).data["customers"]["count"]["value"] == len(expected)


async def test_a_reference_is_filtered_by_its_id(ask: Asker, scored: World) -> None:
    party = (await ask('{ party(number: "P-NO01-A3") { id } }')).data["party"]["id"]
    assert accounts(await page(ask, where={"party": {"eq": party}})) == ["A3"]
    answer = await ask(LIST, {"where": {"party": {"eq": "Acme"}}})
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_filter_is_compared_in_exactly_one_way(ask: Asker, scored: World) -> None:
    answer = await ask(LIST, {"where": {"riskScore": {"eq": 1, "in": [1]}}})
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_filter_cannot_be_nested_without_end(ask: Asker, scored: World) -> None:
    where: dict[str, Any] = {"account": {"eq": "A1"}}
    for _ in range(7):
        where = {"not": where}
    assert (await ask(LIST, {"where": where})).codes == ["BAD_USER_INPUT"]


async def test_a_count_says_whether_it_stopped_at_its_limit(ask: Asker, scored: World) -> None:
    exact = (await ask(COUNT, {}, companies=["NO01"])).data["customers"]["count"]
    assert exact == {"value": 6, "precision": "EXACT", "precisionLabel": exact["precisionLabel"]}
    least = (await ask(COUNT, {"limit": 4}, companies=["NO01"])).data["customers"]["count"]
    assert (least["value"], least["precision"]) == (4, "AT_LEAST")


def test_every_list_has_the_same_arguments_and_fields() -> None:
    types = graphql_schema(SCHEMA).type_map
    for name, found in types.items():
        if name.endswith("Connection"):
            assert {"edges", "nodes", "pageInfo", "count"} <= set(found.fields), name  # type: ignore[attr-defined]
        for field in getattr(found, "fields", {}).values():
            if str(field.type).rstrip("!").endswith("Connection"):
                assert {"first", "last", "after", "before"} <= set(field.args), (name, field)
