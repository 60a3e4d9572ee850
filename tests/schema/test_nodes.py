"""Records by id, by number, and by a piece of text."""

from __future__ import annotations

import pytest

from schema.ids import node_id
from tests.schema.asking import Asker
from tests.schema.world import World

SEARCH = """query ($text: String!, $kinds: [SearchKind!], $companies: [String!], $first: Int) {
  search(text: $text, kinds: $kinds, companies: $companies, first: $first) {
    title company { code } node { __typename id ... on Customer { account } } } }"""


@pytest.fixture(scope="module")
async def found(world: World) -> World:
    """Customers whose numbers and names hold one another's."""
    await world.customer("SE01", "10", "Ten AB")
    await world.customer("SE01", "2110", "Zeta AB")
    await world.customer("SE01", "7", "Shop 10")
    await world.group("G10", "Ten Group", "SEK")
    return world


async def test_a_node_is_read_by_its_id_and_knows_its_type(ask: Asker, found: World) -> None:
    key = node_id("cus", found.ids["SE01/1001"])
    query = """query ($id: ID!) {
      node(id: $id) { __typename id ... on Record { version } ... on CreditHolder { displayName } } }"""
    node = (await ask(query, {"id": key})).data["node"]
    assert node == {"__typename": "Customer", "id": key, "version": 1, "displayName": "Acme Sverige AB"}


async def test_ids_nobody_knows_are_null_in_their_place(ask: Asker, found: World) -> None:
    known = node_id("com", found.ids["SE01"])
    wrong = [node_id("xyz", found.ids["SE01"]), node_id("cus", found.ids["SE01"]), "nonsense", known]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await ask(query, {"ids": wrong})).data["nodes"] == [None, None, None, {"id": known}]


async def test_a_node_of_another_company_is_null(ask: Asker, found: World) -> None:
    query = "query ($id: ID!) { node(id: $id) { id } customer(by: {id: $id}) { id } }"
    key = node_id("cus", found.ids["SE01/1001"])
    assert (await ask(query, {"id": key}, companies=["FI01"])).data == {"node": None, "customer": None}


async def test_a_company_that_is_not_granted_is_not_available(ask: Asker, found: World) -> None:
    query = '{ customer(by: {number: {company: "SE01", account: "1001"}}) { id } }'
    assert (await ask(query, companies=["FI01"])).codes == ["COMPANY_NOT_AVAILABLE"]
    assert (await ask('{ customers(where: {companies: ["SE01"]}) { nodes { id } } }', companies=["FI01"])).codes == [
        "COMPANY_NOT_AVAILABLE"
    ]


async def test_a_search_gives_the_exact_number_first_then_beginnings_then_the_rest(ask: Asker, found: World) -> None:
    hits = (await ask(SEARCH, {"text": "10", "kinds": ["CUSTOMER"]})).data["search"]
    assert [hit["node"]["account"] for hit in hits][:1] == ["10"]
    assert {hit["node"]["account"] for hit in hits[1:3]} == {"1001", "1002"}
    assert {hit["node"]["account"] for hit in hits[3:]} == {"2110", "7"}


async def test_a_search_goes_over_several_kinds(ask: Asker, found: World) -> None:
    hits = (await ask(SEARCH, {"text": "ten", "kinds": ["CREDIT_GROUP", "CUSTOMER"]})).data["search"]
    assert [(hit["node"]["__typename"], hit["title"], hit["company"]) for hit in hits] == [
        ("CreditGroup", "Ten Group", None),
        ("Customer", "Ten AB", {"code": "SE01"}),
    ]


async def test_a_search_keeps_to_what_is_granted_and_asked_for(ask: Asker, found: World) -> None:
    assert (await ask(SEARCH, {"text": "10", "kinds": ["CUSTOMER"]}, companies=["FI01"])).data["search"] == []
    assert (await ask(SEARCH, {"text": "10", "companies": ["FI01"], "kinds": ["CUSTOMER"]})).data["search"] == []
    assert (await ask(SEARCH, {"text": "  ", "kinds": ["CUSTOMER"]})).data["search"] == []
    assert len((await ask(SEARCH, {"text": "1", "kinds": ["CUSTOMER"], "first": 2})).data["search"]) == 2
    assert (await ask(SEARCH, {"text": "1", "first": 101})).codes == ["BAD_USER_INPUT"]


async def test_the_installation_says_what_it_lacks(ask: Asker, found: World) -> None:
    info = (await ask("{ systemInfo { locales reportingCurrency warnings } }")).data["systemInfo"]
    assert {"en", "sv"} <= set(info["locales"])
    assert info["reportingCurrency"] == "EUR"
    assert any("SE01" in warning for warning in info["warnings"])
