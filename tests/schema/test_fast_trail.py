"""The audit trail and rejected rows in the fast lane as in the slow one."""

from __future__ import annotations

import asyncpg
import pytest

from domain.message import Message
from persistence.frozen import freeze_message
from persistence.keys import new_key
from tests.schema import paper
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import World

EVENTS = """
query ($where: AuditEventWhere) { auditEvents(where: $where) { nodes {
  kind kindLabel message english: message(locale: "en") refused actor { name }
  subject { __typename id ... on Customer { account company { code } } ... on CreditGroup { number } }
  changes { __typename field before after }
} count { value } } }
"""
TIMELINE = """
query AuditTimeline($id: ID!, $after: String) { node(id: $id) { __typename ... on Record { id
  timeline(first: 50, after: $after) {
    edges { cursor node { id happenedAt actor { id name } kind kindLabel refused message subject { __typename id }
      changes { field before after } } }
    pageInfo { hasNextPage endCursor } } } } }
"""


@pytest.fixture(scope="module")
async def trail(world: World) -> World:
    """What happened to a customer, to a group with members in both companies, to a rate, and to nothing known."""
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001")
    acme, group = ("customer", world.ids["SE01/1001"]), ("credit_group", world.ids["G1"])
    values = [
        {"field": "unlimitedCredit", "before": False, "after": True},
        {"field": "name", "before": None, "after": 'Acme "AB"\n'},
        {"field": "riskScore", "before": 12.50, "after": {"b": [1, None], "a": "x"}},
        {"field": "creditLimit"},
    ]
    await paper.event(world, "CUSTOMER_SAVED", "Acme was saved.", "SE01", acme, changes=values)
    await paper.event(world, "CUSTOMER_SAVED", "Acme was looked at.", "SE01", acme, changes=[])
    await paper.event(world, "GROUP_SAVED", "The group was saved.", None, group)
    hidden = ("customer", world.ids["FI01/2001"])
    await paper.event(world, "PAYER_CHANGED", "Somebody else pays.", "SE01", hidden)
    await paper.event(world, "RATES_SET", "Rates came.", None, ("exchange_rate", new_key()))
    await paper.event(world, "JOB_STARTED", "Nothing is known of this.", "SE01", ("outbox", new_key()), refused=True)
    await paper.event(world, "ORDER_SUBMITTED", "There was no order.", "SE01", None, refused=True)
    return world


@pytest.fixture
def both(pool: asyncpg.Pool, world: World) -> BothLanes:
    """Both lanes over these."""
    return BothLanes(house(pool))


async def test_an_event_tells_its_record_of_whatever_type(both: BothLanes, trail: World) -> None:
    answer, fast = await both(EVENTS, as_="AUDITOR")
    assert fast
    told = {
        (event["message"], (event["subject"] or {}).get("__typename"))
        for event in answer["data"]["auditEvents"]["nodes"]
    }
    assert told == {
        ("Acme was saved.", "Customer"),
        ("Acme was looked at.", "Customer"),
        ("The group was saved.", "CreditGroup"),
        ("Somebody else pays.", "Customer"),
        ("Rates came.", None),
        ("Nothing is known of this.", None),
        ("There was no order.", None),
    }


async def test_the_record_of_an_event_is_not_told_to_those_who_may_not_see_it(both: BothLanes, trail: World) -> None:
    payer = {"where": {"kind": {"eq": "PAYER_CHANGED"}}}
    answer, fast = await both(EVENTS, payer, as_="AUDITOR", companies=["SE01"])
    (event,) = answer["data"]["auditEvents"]["nodes"]
    assert fast
    assert event["subject"] is None
    answer, fast = await both(EVENTS, payer, as_="AUDITOR")
    assert fast
    assert answer["data"]["auditEvents"]["nodes"][0]["subject"]["account"] == "2001"


async def test_what_changed_is_told_as_it_was_written_down(both: BothLanes, trail: World) -> None:
    answer, fast = await both(EVENTS, {"where": {"kind": {"eq": "CUSTOMER_SAVED"}}}, as_="AUDITOR")
    found = {event["message"]: event["changes"] for event in answer["data"]["auditEvents"]["nodes"]}
    assert fast
    assert [(each["before"], each["after"]) for each in found["Acme was saved."]] == [
        ("false", "true"),
        (None, 'Acme "AB"\n'),
        ("12.5", '{"a":"x","b":[1,null]}'),
        (None, None),
    ]
    assert found["Acme was looked at."] == []
    answer, fast = await both(EVENTS, {"where": {"kind": {"eq": "RATES_SET"}}}, as_="AUDITOR")
    assert fast
    assert answer["data"]["auditEvents"]["nodes"][0]["changes"] is None


@pytest.mark.parametrize("language", ["en", "sv-SE"])
async def test_a_timeline_is_one_statement_in_the_readers_language(
    both: BothLanes, trail: World, language: str
) -> None:
    customer = {"id": paper.id_of("cus", trail.ids["SE01/1001"])}
    answer, fast = await both(TIMELINE, customer, as_="AUDITOR", language=language)
    events = [edge["node"] for edge in answer["data"]["node"]["timeline"]["edges"]]
    assert fast
    assert [event["subject"]["__typename"] for event in events] == ["Customer", "Customer"]
    assert {event["kindLabel"] == "Customer saved" for event in events} == {language == "en"}


async def test_the_trail_is_refused_in_both_lanes_to_those_who_may_not_read_it(both: BothLanes, trail: World) -> None:
    answer, fast = await both(EVENTS, as_="VIEWER")
    assert not fast
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


JOBS = """
query { jobs { nodes {
  id statusLabel rejects { nodes { line column value code codeLabel message } count { value } }
} } }
"""


@pytest.mark.parametrize("language", ["en", "sv"])
async def test_a_rejected_row_says_why_in_the_readers_language(both: BothLanes, world: World, language: str) -> None:
    job = await world.put("job", kind="IMPORT", status="FAILED", started_by_id=await paper.actor(world))
    message = freeze_message(Message("Currency {currency} is unknown. Use an ISO 4217 code.", {"currency": "XXQ"}))
    for line in (9, 4):
        row = {"line": line, "value": 'X"Q', "code": "CURRENCY_UNKNOWN", "message": message}
        await world.put("rejected_row", job_id=job, **row)
    answer, fast = await both(JOBS, language=language)
    rows = answer["data"]["jobs"]["nodes"][0]["rejects"]["nodes"]
    assert fast
    assert [(row["line"], row["value"]) for row in rows] == [(4, 'X"Q'), (9, 'X"Q')]
    assert (rows[0]["message"] == "Currency XXQ is unknown. Use an ISO 4217 code.") is (language == "en")
