"""Exposures by company, with how far customers are above their limits, in the fast lane as in the slow one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest
from graphql import parse, print_ast, separate_operations

from persistence import database
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import OPERATIONS
from tests.schema.two_companies import OTHER, OWN, PAST, two_companies
from tests.schema.world import TODAY, World


@pytest.fixture(scope="module")
async def firms(database_url: str) -> AsyncIterator[World]:
    """Two companies with everything in them, and some customers above their limits."""
    connection = await asyncpg.connect(database.plain_url(database_url))
    try:
        await database.set_codecs(connection)
        world = await two_companies(connection)
        for firm in (OWN, OTHER):
            await world.customer(firm.code, firm.text("8"), "Of our own group", intercompany=True)
            await world.owes(firm.account(8), "777.00 SEK", TODAY)
            await world.customer(firm.code, firm.text("9"), "Without a limit")
            await world.owes(firm.account(9), "1234.56 SEK", TODAY)
            await world.owes(firm.account(9), "0.99 EUR", TODAY)
        yield world
    finally:
        await connection.close()


@pytest.fixture
def both(pool: asyncpg.Pool, firms: World) -> BothLanes:
    """Both lanes over them."""
    return BothLanes(house(pool))


FIELDS = ("customers", "creditLimits { amount currency }", "overLimitCustomers", "overLimitAmount { amount currency }")
DAYS = (None, TODAY, PAST, TODAY + timedelta(days=3))


def by_company(*fields: str) -> str:
    """A query for some fields of every company."""
    return f"""query ($asOf: Date, $currency: CurrencyCode) {{
      exposureByCompany(asOf: $asOf, currency: $currency) {{ company {{ code }} {" ".join(fields)} }} }}"""


@pytest.mark.parametrize(("companies", "seen"), [(("*",), 2), ((OWN.code,), 1), ((), 0)])
async def test_who_is_above_the_limits_of_a_company_is_told_alike(
    both: BothLanes, companies: tuple[str, ...], seen: int
) -> None:
    for as_of in DAYS:
        for currency in ("SEK", "EUR"):
            given = {"asOf": as_of and as_of.isoformat(), "currency": currency}
            answer, fast = await both(by_company(*FIELDS), given, companies=companies)
            assert fast
            found = answer["data"]["exposureByCompany"]
            assert [one["customers"] for one in found] == [4] * seen
            assert as_of == PAST or all(one["overLimitCustomers"] > 0 for one in found)


OUR_OWN = """query ($own: Boolean, $asOf: Date) {
  exposureByCompany(asOf: $asOf, currency: "SEK", includeIntercompany: $own) {
    customers creditLimits { amount } overLimitCustomers overLimitAmount { amount }
    exposure { receivables { amount } insured { amount } } aging { total { amount } }
    company {
      left: exposure(asOf: $asOf, currency: "SEK") { receivables { amount } }
      exposure(asOf: $asOf, currency: "SEK", includeIntercompany: $own) { receivables { amount } insured { amount } }
      aging(asOf: $asOf, currency: "SEK", includeIntercompany: $own) { total { amount } buckets { amount { amount } } }
    }
  }
  exposureReport(groupBy: [COMPANY], currency: "SEK", asOf: $asOf, includeIntercompany: $own, first: 9) {
    count { value } nodes { customers receivables creditLimits insured }
  }
  one: exposureReport(groupBy: [CUSTOMER], currency: "SEK", asOf: $asOf, includeIntercompany: $own, first: 99) {
    count { value } nodes { customerName receivables }
  }
}"""


@pytest.mark.parametrize("as_of", [None, TODAY - timedelta(days=1)])
async def test_companies_of_our_own_group_count_where_they_are_asked_for(both: BothLanes, as_of: date | None) -> None:
    told = {}
    for own in (None, False, True):
        answer, fast = await both(OUR_OWN, {"own": own, "asOf": as_of and as_of.isoformat()})
        assert fast
        told[own] = answer["data"]
    assert told[None] == told[False]
    owed = Decimal("777") if as_of is None else 0
    for without, with_them in zip(told[False]["exposureByCompany"], told[True]["exposureByCompany"], strict=True):
        assert (without["customers"], with_them["customers"]) == (4, 5)
        assert with_them["overLimitCustomers"] - without["overLimitCustomers"] == (as_of is None)
        left = without["company"]["left"]["receivables"]
        assert with_them["company"]["left"]["receivables"] == left, "it is asked for by each field of its own"
        for figures in (with_them, with_them["company"]):
            amounts = figures["exposure"]["receivables"], figures["aging"]["total"]
            assert Decimal(amounts[0]["amount"]) - Decimal(left["amount"]) == owed
            assert figures["aging"]["total"] != without["aging"]["total"] or not owed
    rows = [told[own]["exposureReport"]["nodes"] for own in (False, True)]
    assert [[row["customers"] for row in some] for some in rows] == [[4, 4], [5, 5]]
    assert told[True]["one"]["count"]["value"] - told[False]["one"]["count"]["value"] == 2
    named = {row["customerName"]: Decimal(row["receivables"]) for row in told[True]["one"]["nodes"]}
    assert named["Of our own group"] == owed


@pytest.mark.parametrize("field", FIELDS)
async def test_each_of_a_companys_figures_is_told_alike_alone(both: BothLanes, field: str) -> None:
    _, fast = await both(by_company(field), {"currency": "EUR"})
    assert fast


@pytest.mark.parametrize(("field", "told"), [("customers", True), ("overLimitAmount { amount }", False)])
async def test_without_a_rate_only_what_needs_none_is_answered_by_the_fast_lane(
    both: BothLanes, field: str, told: bool
) -> None:
    answer, fast = await both(f'{{ exposureByCompany(currency: "USD") {{ {field} }} }}')
    assert fast is told
    assert ("errors" in answer) is not told


@pytest.mark.skipif(not OPERATIONS.exists(), reason="operations.graphql is not there")
async def test_the_dashboard_of_companies_is_answered_by_the_fast_lane(both: BothLanes) -> None:
    text = print_ast(separate_operations(parse(OPERATIONS.read_text()))["ExposureDashboard"])
    for as_of in DAYS:
        answer, fast = await both(text, {"currency": "EUR", "asOf": as_of and as_of.isoformat()}, language="sv")
        assert fast
        (total,) = answer["data"]["total"]["nodes"]
        assert sum(one["customers"] for one in answer["data"]["exposureByCompany"]) == total["customers"]


ABOVE = """query ($first: Int, $after: String) { companies { nodes {
  code overLimitCustomers(first: $first, after: $after) {
    nodes { account credit { available { amount } } } pageInfo { hasNextPage endCursor } count { value } } } } }"""


@pytest.mark.parametrize(("companies", "seen"), [(("*",), 2), ((OWN.code,), 1), ((), 0)])
async def test_those_above_their_limits_are_listed_as_they_are_counted(
    both: BothLanes, companies: tuple[str, ...], seen: int
) -> None:
    answer, fast = await both(ABOVE, {}, companies=companies)
    assert fast
    listed = {one["code"]: one["overLimitCustomers"] for one in answer["data"]["companies"]["nodes"]}
    assert len(listed) == seen
    counted, _ = await both(by_company("overLimitCustomers"), {"currency": "SEK"}, companies=companies)
    for one in counted["data"]["exposureByCompany"]:
        above = listed[one["company"]["code"]]
        assert above["count"]["value"] == len(above["nodes"]) == one["overLimitCustomers"] > 0
        assert all(Decimal(node["credit"]["available"]["amount"]) < 0 for node in above["nodes"])


async def test_those_above_their_limits_are_read_page_by_page(both: BothLanes) -> None:
    whole, _ = await both(ABOVE, {}, companies=(OWN.code,))
    (company,) = whole["data"]["companies"]["nodes"]
    every = [node["account"] for node in company["overLimitCustomers"]["nodes"]]
    assert len(every) > 1
    assert every == sorted(every)
    found: list[str] = []
    after = None
    while len(found) < len(every):
        answer, fast = await both(ABOVE, {"first": 1, "after": after}, companies=(OWN.code,))
        page = answer["data"]["companies"]["nodes"][0]["overLimitCustomers"]
        found += [node["account"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert (page["pageInfo"]["hasNextPage"], fast) == (len(found) < len(every), True)
    assert found == every


async def test_one_company_lists_those_above_their_limits_narrowed_as_any_list(both: BothLanes, firms: World) -> None:
    asked = """query ($code: String!, $where: CustomerWhere) { company(code: $code) {
      overLimitCustomers(where: $where, orderBy: [{field: NAME, direction: DESC}]) { nodes { account } } } }"""
    for where, found in (
        ({"account": {"eq": OWN.text("9")}}, [OWN.text("9")]),
        ({"not": {"account": {"eq": OWN.text("9")}}, "name": {"eq": "Without a limit"}}, []),
        ({"intercompany": {"eq": True}}, []),
    ):
        answer, fast = await both(asked, {"code": OWN.code, "where": where})
        named = [node["account"] for node in answer["data"]["company"]["overLimitCustomers"]["nodes"]]
        assert (named, fast) == (found, True)
