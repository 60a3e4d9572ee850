"""Root fields that no single table answers, in the fast lane as in the slow one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from graphql import parse, print_ast, separate_operations

from persistence import database
from schema.ids import node_id
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import OPERATIONS
from tests.schema.two_companies import GROUP, OTHER, OWN, PARTY, two_companies
from tests.schema.world import TODAY, World


@pytest.fixture(scope="module")
async def firms(database_url: str) -> AsyncIterator[World]:
    """Two companies with everything in them."""
    connection = await asyncpg.connect(database.plain_url(database_url))
    try:
        await database.set_codecs(connection)
        yield await two_companies(connection)
    finally:
        await connection.close()


@pytest.fixture
def both(pool: asyncpg.Pool, firms: World) -> BothLanes:
    """Both lanes over them."""
    return BothLanes(house(pool))


VIEWER = """{ viewer { __typename actor { id name } roles rolesLabels locale
  companies { id code currency customers(first: 1) { nodes { account } } } } }"""


@pytest.mark.parametrize("companies", [("*",), (OTHER.code,), (OTHER.code, OWN.code), ()])
@pytest.mark.parametrize("language", ["en", "sv-SE", None])
async def test_the_viewer_is_told_who_it_is_and_what_is_granted(
    both: BothLanes, companies: tuple[str, ...], language: str | None
) -> None:
    answer, fast = await both(VIEWER, companies=companies, language=language, as_="AUDITOR")
    viewer = answer["data"]["viewer"]
    granted = [OTHER.code, OWN.code] if companies == ("*",) else sorted(companies)
    assert fast
    assert [one["code"] for one in viewer["companies"]] == granted
    assert viewer["roles"] == (["AUDITOR"] if companies else [])
    assert viewer["actor"]["name"] == "Tester"


@pytest.mark.parametrize(("language", "krona"), [("en", "Swedish Krona"), ("sv", "svensk krona")])
async def test_currencies_and_labels_come_in_the_readers_language(both: BothLanes, language: str, krona: str) -> None:
    query = """query ($names: [String!], $locale: Locale) {
      currencies { code name digits __typename }
      some: enumLabels(names: $names, locale: $locale) { enum value label }
      all: enumLabels { enum value label } systemInfo { locales reportingCurrency warnings }
    }"""
    for given in ({"names": ["Checkpoint", "Nothing", "Checkpoint"], "locale": "sv"}, {"names": []}, {}):
        answer, fast = await both(query, given, language=language)
        assert fast
        names = {one["code"]: one["name"] for one in answer["data"]["currencies"]}
        assert names["SEK"] == krona
        assert len({one["enum"] for one in answer["data"]["all"]}) > 10
        assert bool(answer["data"]["some"]) is (given != {"names": []})


SEARCH = """query ($text: String!, $kinds: [SearchKind!], $companies: [String!], $first: Int) {
  search(text: $text, kinds: $kinds, companies: $companies, first: $first) {
    __typename title company { id code } node { __typename id
      ... on Customer { account name credit { available { amount } } } ... on SalesOrder { number }
      ... on CreditGroup { number } ... on OpenItem { number openAmount { amount } } } } }"""


@pytest.mark.parametrize(
    "given",
    [
        {"text": OWN.text("1")},
        {"text": " own-ITEM "},
        {"text": "-", "first": 100},
        {"text": "o", "kinds": ["SALES_ORDER", "CUSTOMER"], "first": 3},
        {"text": "share", "kinds": ["CREDIT_GROUP", "PARTY", "CREDIT_GROUP"]},
        {"text": "2", "companies": [OWN.code]},
        {"text": "%"},
        {"text": "nowhere to be found"},
        {"text": "  "},
    ],
)
@pytest.mark.parametrize("companies", [("*",), (OWN.code,)])
async def test_what_a_search_finds_is_found_in_the_same_order(
    both: BothLanes, given: dict[str, Any], companies: tuple[str, ...]
) -> None:
    answer, fast = await both(SEARCH, given, companies=companies)
    assert fast
    hits = answer["data"]["search"]
    assert bool(hits) is (given["text"] not in ("%", "nowhere to be found", "  "))
    if companies == (OWN.code,):
        assert OTHER.code not in {hit["company"] and hit["company"]["code"] for hit in hits}


@pytest.mark.parametrize(
    "given", [{"text": "o", "first": 101}, {"text": "o", "companies": ["NONE"]}, {"text": "o", "kinds": []}]
)
async def test_a_search_that_is_a_mistake_or_empty_is_left_to_the_slow_lane(
    both: BothLanes, given: dict[str, Any]
) -> None:
    answer, fast = await both(SEARCH, given)
    assert not fast
    assert ("errors" in answer) is ("kinds" not in given)


async def test_nodes_come_in_the_order_of_their_ids_and_null_where_there_is_none_to_see(
    both: BothLanes, firms: World
) -> None:
    ids = [
        node_id("cus", firms.ids[OTHER.account(1)]),
        node_id("grp", firms.ids[GROUP]),
        "nonsense",
        node_id("cus", firms.ids[OWN.account(1)]),
        node_id("ord", firms.ids[OWN.account(1)]),
        node_id("xyz", firms.ids[OWN.account(1)]),
        node_id("cus", firms.ids[OWN.account(1)]),
    ]
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) {
      __typename id ... on Customer { account } ... on CreditHolder { displayName } } }"""
    for chosen in (ids, ids[2:3], [], ids[::-1]):
        answer, fast = await both(query, {"ids": chosen}, companies=[OWN.code])
        assert fast
        unseen = (*ids[:1], "nonsense", *ids[4:6])
        told = [one and one["id"] for one in answer["data"]["nodes"]]
        assert told == [None if one in unseen else one for one in chosen]
    written = f'{{ nodes(ids: ["{ids[3]}", "{ids[1]}"]) {{ id }} one: nodes(ids: "{ids[3]}") {{ __typename id }} }}'
    answer, fast = await both(written, companies=[OWN.code])
    assert fast
    assert [one["id"] for one in answer["data"]["nodes"]] == [ids[3], ids[1]]
    _, fast = await both(query, {"ids": ["cus_" + "0" * 32] * 1001})
    assert not fast


REPORT = """
query ($by: [ExposureDimension!]!, $subtotals: Boolean, $asOf: Date, $first: Int, $last: Int, $after: String,
  $where: ExposureRowWhere, $limit: Int) {
  exposureReport(groupBy: $by, currency: "SEK", subtotals: $subtotals, asOf: $asOf, first: $first, last: $last,
                 after: $after, where: $where) {
    __typename edges { cursor node { level customerAccount total } __typename }
    nodes { level asOf currency customers creditLimits total receivables specialLiabilities openOrders openDeliveries
      openBilling unappliedPayments disputed overdue heldOrders insured net notDue days1To30 days31To60 days61To90
      over90 companyCode companyName customerId customerAccount customerName customerGroup creditGroup riskGroup
      country }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    count(limit: $limit) { value precision precisionLabel } all: count { value }
  }
}"""


@pytest.mark.parametrize(
    "given",
    [
        {"by": []},
        {"by": ["COMPANY", "CUSTOMER"], "subtotals": True, "limit": 3},
        {"by": ["COMPANY", "CUSTOMER"], "first": 2, "limit": 2},
        {"by": ["CREDIT_GROUP"], "last": 2, "asOf": TODAY.isoformat()},
        {"by": ["COUNTRY", "RISK_GROUP"], "asOf": "2026-11-16", "subtotals": True},
        {"by": ["CUSTOMER_GROUP"], "where": {"companies": [OWN.code]}},
        {"by": ["CUSTOMER"], "first": 0},
    ],
)
@pytest.mark.parametrize("companies", [("*",), (OWN.code,)])
async def test_a_report_is_written_as_the_slow_lane_writes_it(
    both: BothLanes, given: dict[str, Any], companies: tuple[str, ...]
) -> None:
    answer, fast = await both(REPORT, given, companies=companies, language="sv")
    assert fast
    assert bool(answer["data"]["exposureReport"]["nodes"]) is (given.get("first") != 0)


async def test_a_report_goes_on_after_a_cursor_of_either_lane(both: BothLanes) -> None:
    seen: list[str] = []
    after = None
    for _ in range(10):
        given = {"by": ["COMPANY", "CUSTOMER"], "first": 2, "after": after}
        answer, fast = await both(REPORT, given)
        assert fast
        found = answer["data"]["exposureReport"]
        seen += [row["customerAccount"] for row in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "given",
    [
        {"by": ["COMPANY", "COMPANY"]},
        {"by": [], "after": "nonsense"},
        {"by": [], "where": {"companies": ["NONE"]}},
        {"by": [], "first": 1, "last": 1},
        {"by": [], "limit": 10_001},
    ],
)
async def test_a_report_that_cannot_be_given_is_left_to_the_slow_lane(both: BothLanes, given: dict[str, Any]) -> None:
    answer, fast = await both(REPORT, given)
    assert not fast
    assert "errors" in answer


async def test_a_report_in_a_currency_without_rates_is_left_to_the_slow_lane(both: BothLanes) -> None:
    answer, fast = await both('{ exposureReport(groupBy: [], currency: "USD") { nodes { total } } }')
    assert not fast
    assert answer["errors"][0]["extensions"]["code"] == "RATE_MISSING"


SCREENS: dict[str, dict[str, Any]] = {
    "DropDowns": {"locale": "sv-SE", "companies": [OWN.code]},
    "SearchBox": {"text": OWN.text("1")},
    "AdjustmentEditor": {},
    "OpenItemsIncremental": {"since": "2020-01-01T00:00:00Z"},
    "ExposureFlat": {"asOf": TODAY.isoformat(), "currency": "EUR"},
}


@pytest.mark.skipif(not OPERATIONS.exists(), reason="operations.graphql is not there")
@pytest.mark.parametrize("name", SCREENS)
async def test_an_operation_of_the_front_ends_is_answered_by_the_fast_lane(
    both: BothLanes, firms: World, name: str
) -> None:
    text = print_ast(separate_operations(parse(OPERATIONS.read_text()))[name])
    given = {"id": node_id("adj", firms.ids[f"adjustment {OWN.code}"])} if name == "AdjustmentEditor" else {}
    answer, fast = await both(text, SCREENS[name] | given)
    assert fast
    assert all(answer["data"].values())


@pytest.mark.parametrize(
    "asked", ["", '(currency: "EUR")', '(asOf: "2026-11-16")', '(asOf: "2019-06-01", currency: "SEK")']
)
async def test_the_ceiling_of_a_party_is_its_limit_in_both_lanes(both: BothLanes, firms: World, asked: str) -> None:
    number = f"P-{OWN.text('2')}"
    query = """query ($number: String!) { party(number: $number) { displayName partyLimits { turnoverPercent version }
      credit%s { limit { kind kindLabel total { formatted } base { amount }
        parts { kind amount { amount } source { id } }
        temporary { id } insuranceAndGuarantees { amount } expiryDate }
      available { amount currency } usedPercent effectiveAvailable { amount } exposure { total { amount } } } } }"""
    answer, fast = await both(query % asked, {"number": number})
    assert fast
    limit = answer["data"]["party"]["credit"]["limit"]
    assert (limit is None) == ("2019" in asked)


@pytest.mark.parametrize("number", [PARTY, f"P-{OWN.text('3')}"])
async def test_without_a_ceiling_the_slow_lane_asks_for_the_currency_of_a_party(both: BothLanes, number: str) -> None:
    answer, fast = await both("query ($n: String!) { party(number: $n) { credit { usedPercent } } }", {"n": number})
    assert not fast
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["CURRENCY_REQUIRED"]


async def test_a_party_has_no_limit_whatever_is_asked_of_it(both: BothLanes) -> None:
    query = """query ($number: String!) { party(number: $number) { credit(currency: "SEK") {
      limit { kind total { formatted } parts { kind } temporary { id } } available { amount }
      exposure { total { amount } } } } }"""
    answer, fast = await both(query, {"number": PARTY})
    assert fast
    assert answer["data"]["party"]["credit"]["limit"] is None


async def test_how_a_figure_was_worked_out_is_named(both: BothLanes) -> None:
    query = "{ customers(first: 1) { nodes { dso(method: STANDARD, months: 3) { method methodLabel asOf } } } }"
    _, fast = await both(query)
    assert fast
