"""What a credit group shows: what all its members owe by age, who belonged to it and when, and who might join."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from persistence.keys import new_key
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import LONG_AGO, NOW, TODAY, World

AGING = """
query ($number: String!, $asOf: Date, $currency: CurrencyCode, $definition: String) {
  creditGroup(number: $number) { aging(asOf: $asOf, currency: $currency, definition: $definition) {
    asOf total { amount currency } unapplied { amount } buckets { title amount { amount formatted } }
  } }
}
"""
MEMBERS = """
query ($number: String!, $where: CreditGroupMembershipWhere) { creditGroup(number: $number) {
  memberships(where: $where) { nodes { from until customer { account } creditGroup { number } } count { value } }
  members { nodes { account } } candidates { nodes { company { code } account } }
} }
"""


@pytest.fixture
def both(pool: asyncpg.Pool) -> BothLanes:
    """Asks in both lanes."""
    return BothLanes(house(pool))


@pytest.fixture(scope="module")
async def ledger(world: World) -> World:
    """Acme owes in two companies; the Finnish day is over an hour earlier, which is of no account here."""
    await world.group("AGED", "Acme Group", "SEK", "SE01/1001", "FI01/2001")
    await world.owes("SE01/1001", "40000.00 SEK", TODAY + timedelta(days=10), TODAY - timedelta(days=20))
    await world.owes("SE01/1001", "10000.00 SEK", TODAY - timedelta(days=45), TODAY - timedelta(days=75))
    await world.owes("FI01/2001", "1000.00 EUR", TODAY - timedelta(days=1), TODAY - timedelta(days=31))
    return world


async def was_member(world: World, group: str, customer: str, first: date, last: date | None) -> None:
    """A membership with its days."""
    row = {"customer_id": world.ids[customer], "credit_group_id": world.ids[group], "recorded_at": NOW}
    await world.put("credit_group_member", from_day=first, until_day=last, **row)


async def test_decision_10_a_groups_aging_is_of_all_members_whoever_asks(both: BothLanes, ledger: World) -> None:
    for companies in (("*",), ("SE01",)):
        answer, fast = await both(AGING, {"number": "AGED"}, companies=companies)
        assert fast
        aging = answer["data"]["creditGroup"]["aging"]
        assert aging["total"] == {"amount": "61500.00", "currency": "SEK"}
        assert [bucket["amount"]["amount"] for bucket in aging["buckets"]] == [
            "40000.00",
            "11500.00",
            "10000.00",
            "0.00",
            "0.00",
        ]


async def test_a_groups_aging_is_given_as_of_a_day_and_in_a_currency(both: BothLanes, ledger: World) -> None:
    await ledger.rate("EUR", "SEK", "10", TODAY - timedelta(days=40))
    asked = {"number": "AGED", "asOf": (TODAY - timedelta(days=40)).isoformat(), "currency": "EUR"}
    answer, _ = await both(AGING, asked)
    aging = answer["data"]["creditGroup"]["aging"]
    assert (aging["asOf"], aging["total"]) == (asked["asOf"], {"amount": "1000.00", "currency": "EUR"})


async def test_a_group_is_aged_by_columns_that_every_company_has(both: BothLanes, ledger: World) -> None:
    columns = [{"title": "Fresh", "from": None, "until": 30}, {"title": None, "from": 31, "until": None}]
    await ledger.put("aging_definition", code="ALL", name="Everybody's", buckets=columns)
    await ledger.put("aging_definition", code="SE", name="Swedish", buckets=columns, company_id=ledger.ids["SE01"])
    answer, fast = await both(AGING, {"number": "AGED", "definition": "ALL"})
    assert fast
    found = answer["data"]["creditGroup"]["aging"]["buckets"]
    assert [(one["title"], one["amount"]["amount"]) for one in found] == [
        ("Fresh", "51500.00"),
        ("Over 30 days", "10000.00"),
    ]
    own, _ = await both(AGING, {"number": "AGED", "definition": "SE"})
    assert [error["extensions"]["code"] for error in own["errors"]] == ["BAD_USER_INPUT"]


async def test_memberships_are_a_list_of_all_that_one_may_see(both: BothLanes, world: World) -> None:
    await world.group("PAST", "Past and present", "SEK")
    await was_member(world, "PAST", "SE01/1002", date(2024, 1, 1), date(2024, 12, 31))
    await was_member(world, "PAST", "SE01/1002", date(2026, 1, 1), None)
    await was_member(world, "PAST", "FI01/2002", date(2025, 1, 1), date(2025, 6, 30))
    await was_member(world, "PAST", "FI01/2002", date(2025, 8, 1), date(2025, 7, 31))
    seen = [("1002", "2026-01-01", None), ("2002", "2025-01-01", "2025-06-30"), ("1002", "2024-01-01", "2024-12-31")]
    for companies, wanted in ((("*",), seen), (("SE01",), [seen[0], seen[2]])):
        answer, fast = await both(MEMBERS, {"number": "PAST"}, companies=companies)
        assert fast
        group = answer["data"]["creditGroup"]
        found = [(one["customer"]["account"], one["from"], one["until"]) for one in group["memberships"]["nodes"]]
        assert found == wanted
        assert group["memberships"]["count"]["value"] == len(wanted)
        assert [one["account"] for one in group["members"]["nodes"]] == ["1002"]
    ended, _ = await both(MEMBERS, {"number": "PAST", "where": {"until": {"isNull": False}}})
    assert len(ended["data"]["creditGroup"]["memberships"]["nodes"]) == 2


async def test_a_customer_knows_its_groups_over_time(both: BothLanes, world: World) -> None:
    await world.customer("SE01", "3001", "Wanderer")
    for number, first, last in (("FIRST", date(2024, 1, 1), date(2024, 12, 31)), ("SECOND", date(2025, 1, 1), None)):
        await world.group(number, number, "SEK")
        await was_member(world, number, "SE01/3001", first, last)
    query = """{ customer(by: {number: {company: "SE01", account: "3001"}}) { creditGroup { number }
      creditGroupMemberships { nodes { id from until creditGroup { number } } } } }"""
    answer, fast = await both(query, companies=("SE01",))
    assert fast
    found = answer["data"]["customer"]
    assert found["creditGroup"] == {"number": "SECOND"}
    memberships = found["creditGroupMemberships"]["nodes"]
    assert [(one["creditGroup"]["number"], one["until"]) for one in memberships] == [
        ("SECOND", None),
        ("FIRST", "2024-12-31"),
    ]
    again, _ = await both("query ($id: ID!) { node(id: $id) { id } }", {"id": memberships[1]["id"]})
    assert again["data"]["node"] == {"id": memberships[1]["id"]}
    hidden, _ = await both(
        "query ($id: ID!) { node(id: $id) { id } }", {"id": memberships[1]["id"]}, companies=("FI01",)
    )
    assert hidden["data"]["node"] is None


async def candidates(both: BothLanes, number: str, *companies: str) -> list[tuple[str, str]]:
    """Who might join a group, by company and account."""
    answer, fast = await both(MEMBERS, {"number": number}, companies=companies or ("*",))
    assert fast
    return [(one["company"]["code"], one["account"]) for one in answer["data"]["creditGroup"]["candidates"]["nodes"]]


async def test_other_customers_of_a_members_party_might_join(both: BothLanes, world: World) -> None:
    for company, account in (("SE01", "4001"), ("FI01", "4002"), ("FI01", "4003")):
        await world.customer(company, account, "Candidate", party="CANDIDATE")
    await world.group("OPEN", "Open", "SEK", "SE01/4001")
    assert await candidates(both, "OPEN") == [("FI01", "4002"), ("FI01", "4003")]
    await world.group("ELSEWHERE", "Elsewhere", "SEK")
    await was_member(world, "ELSEWHERE", "FI01/4003", TODAY + timedelta(days=3), None)
    await was_member(world, "ELSEWHERE", "FI01/4002", TODAY + timedelta(days=5), TODAY + timedelta(days=4))
    assert await candidates(both, "OPEN") == [("FI01", "4002")]
    assert await candidates(both, "OPEN", "SE01") == []


async def test_who_sees_no_member_is_offered_nobody_of_its_party(both: BothLanes, world: World) -> None:
    await world.customer("SE01", "5001", "Hidden", party="HIDDEN")
    await world.customer("FI01", "5002", "Hidden", party="HIDDEN")
    await world.group("MIXED", "Mixed", "SEK", "SE01/5001")
    await world.customer("FI01", "5003", "Seen")
    await was_member(world, "MIXED", "FI01/5003", LONG_AGO, None)
    assert await candidates(both, "MIXED", "FI01") == []
    assert await candidates(both, "MIXED") == [("FI01", "5002")]


async def test_a_group_says_whether_disputes_reduce_what_is_overdue(ask: Asker, world: World) -> None:
    document = """mutation ($input: CreateCreditGroupInput!) { createCreditGroup(input: $input) {
      creditGroup { id disputedReducesOverdue } errors { code } } }"""
    given: dict[str, Any] = {"idempotencyKey": "g", "number": new_key().hex, "name": "N", "currency": "SEK"}
    given |= {"timeZone": "Europe/Stockholm", "disputedReducesOverdue": False}
    made = (await ask(document, {"input": given})).data["createCreditGroup"]["creditGroup"]
    assert made["disputedReducesOverdue"] is False
    change = """mutation ($input: UpdateCreditGroupInput!) { updateCreditGroup(input: $input) {
      creditGroup { disputedReducesOverdue } errors { code } } }"""
    now = {"idempotencyKey": "h", "creditGroup": made["id"], "disputedReducesOverdue": True}
    found = (await ask(change, {"input": now})).data["updateCreditGroup"]
    assert found == {"creditGroup": {"disputedReducesOverdue": True}, "errors": []}
