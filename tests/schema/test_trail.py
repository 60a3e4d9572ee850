"""The audit trail and jobs: what is told of what happened, and to whom."""

from __future__ import annotations

import json

import pytest

from domain.message import Message
from persistence.frozen import freeze_message
from persistence.keys import new_key
from tests.schema import paper
from tests.schema.asking import Asker
from tests.schema.world import NOW, World

EVENTS = """
query ($where: AuditEventWhere, $first: Int) { auditEvents(where: $where, first: $first) {
  nodes { kind kindLabel message refused happenedAt actor { name } subject { __typename id }
          changes { field before after } }
  count { value }
} }
"""
TIMELINE = """
query ($id: ID!, $since: DateTime) { node(id: $id) { ... on Record {
  timeline(first: 50, where: {happenedAt: {range: {from: $since}}}) { nodes { kind message } count { value } }
} } }
"""


@pytest.fixture(scope="module")
async def trail(world: World) -> World:
    """What happened in two companies, to a group with members in both, to a group of the Finns, and to rates."""
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001")
    await world.group("G2", "Gamma", "EUR", "FI01/2002")
    acme, gamma = ("customer", world.ids["SE01/1001"]), ("customer", world.ids["FI01/2002"])
    change = [{"field": "unlimitedCredit", "before": False, "after": True}]
    await paper.event(world, "COLLATERAL_ENDED", "Acme is trusted.", "SE01", acme, changes=change)
    await paper.event(world, "CUSTOMER_SAVED", "Gamma was saved.", "FI01", gamma, refused=True)
    await paper.event(world, "GROUP_SAVED", "Group Acme was saved.", None, ("credit_group", world.ids["G1"]))
    await paper.event(world, "GROUP_SAVED", "Group Gamma was saved.", None, ("credit_group", world.ids["G2"]))
    await paper.event(world, "PARTY_SAVED", "Gamma moved.", None, ("party", world.ids["P-FI01-2002"]))
    await paper.event(world, "RATES_SET", "Rates came.", None, ("exchange_rate", new_key()))
    return world


async def test_an_event_says_who_did_what_to_which_record_and_what_it_changed(ask: Asker, trail: World) -> None:
    wanted = {"where": {"kind": {"eq": "COLLATERAL_ENDED"}}}
    (found,) = (await ask(EVENTS, wanted, as_="AUDITOR")).data["auditEvents"]["nodes"]
    assert (found["message"], found["actor"]["name"], found["refused"]) == ("Acme is trusted.", "Eva", False)
    subject = {"__typename": "Customer", "id": paper.id_of("cus", trail.ids["SE01/1001"])}
    assert found["subject"] == subject
    assert found["changes"] == [{"field": "unlimitedCredit", "before": "false", "after": "true"}]


async def test_events_of_other_companies_and_of_groups_without_a_member_of_ours_are_not_told(
    ask: Asker, trail: World
) -> None:
    found = (await ask(EVENTS, as_="AUDITOR", companies=["SE01"])).data["auditEvents"]
    assert {each["message"] for each in found["nodes"]} == {"Acme is trusted.", "Group Acme was saved.", "Rates came."}
    assert found["count"]["value"] == 3
    assert (await ask(EVENTS, as_="AUDITOR")).data["auditEvents"]["count"]["value"] == 6


async def test_who_may_not_read_the_trail_is_told_so(ask: Asker, trail: World) -> None:
    assert (await ask(EVENTS, as_="VIEWER")).codes == ["FORBIDDEN"]


async def test_the_trail_of_a_company_is_for_those_who_may_read_it_there(ask: Asker, trail: World) -> None:
    grants = {"SE01": ["VIEWER"], "FI01": ["AUDITOR"]}
    who = "Test " + json.dumps({"user": "mixed", "grants": grants, "locale": None})
    answer = (await ask.raw("POST", json={"query": EVENTS}, headers={"Authorization": who})).json()
    assert {each["message"] for each in answer["data"]["auditEvents"]["nodes"]} == {
        "Gamma was saved.",
        "Group Acme was saved.",
        "Group Gamma was saved.",
        "Gamma moved.",
        "Rates came.",
    }


async def test_a_record_has_its_own_timeline(ask: Asker, trail: World) -> None:
    customer = paper.id_of("cus", trail.ids["SE01/1001"])
    found = (await ask(TIMELINE, {"id": customer})).data["node"]["timeline"]
    assert found == {
        "nodes": [{"kind": "COLLATERAL_ENDED", "message": "Acme is trusted."}],
        "count": {"value": 1},
    }
    later = NOW.replace(hour=10).isoformat()
    assert (await ask(TIMELINE, {"id": customer, "since": later})).data["node"]["timeline"]["count"]["value"] == 0


JOBS = """
query ($where: JobWhere) { jobs(where: $where) { nodes {
  id kind kindLabel status statusLabel source done total remainingSeconds startedBy { name }
  rejects { nodes { line column value code codeLabel message } count { value } }
} count { value } } }
"""


@pytest.fixture(scope="module")
async def import_job(world: World) -> World:
    """An import that somebody else started, with two rejected rows."""
    row = {"kind": "IMPORT", "status": "RUNNING", "source": "items.csv", "done": 40, "total": 100}
    await world.put("job", "job", **row, remaining_seconds=12, started_by_id=await paper.actor(world, "Importer"))
    message = freeze_message(Message("Currency {currency} is unknown. Use an ISO 4217 code.", {"currency": "XXQ"}))
    bad = {"job_id": world.ids["job"], "code": "CURRENCY_UNKNOWN", "message": message, "column_name": "currency"}
    for line in (9, 4):
        await world.put("rejected_row", line=line, value="XXQ", **bad)
    return world


async def test_a_job_shows_its_progress_and_the_rows_it_could_not_take(ask: Asker, import_job: World) -> None:
    (found,) = (await ask(JOBS, {"where": {"kind": {"eq": "IMPORT"}}})).data["jobs"]["nodes"]
    assert (found["status"], found["done"], found["total"], found["remainingSeconds"]) == ("RUNNING", 40, 100, 12)
    assert [row["line"] for row in found["rejects"]["nodes"]] == [4, 9]
    first = found["rejects"]["nodes"][0]
    assert (first["column"], first["value"], first["code"]) == ("currency", "XXQ", "CURRENCY_UNKNOWN")
    assert first["message"] == "Currency XXQ is unknown. Use an ISO 4217 code."


@pytest.mark.parametrize(
    ("role", "companies"), [("CREDIT_MANAGER", ["SE01"]), ("VIEWER", ["*"]), ("AUDITOR", ["SE01", "FI01"])]
)
async def test_the_jobs_of_others_are_for_those_who_may_run_jobs_in_every_company(
    ask: Asker, import_job: World, role: str, companies: list[str]
) -> None:
    found = (await ask(JOBS, as_=role, companies=companies)).data["jobs"]
    assert found == {"nodes": [], "count": {"value": 0}}
    node = "query ($id: ID!) { node(id: $id) { id } }"
    key = {"id": paper.id_of("job", import_job.ids["job"])}
    assert (await ask(node, key, as_=role, companies=companies)).data == {"node": None}


async def test_everybody_sees_the_jobs_that_they_started(ask: Asker, import_job: World) -> None:
    await ask("{ viewer { actor { id } } }", user="starter", as_="VIEWER", companies=["SE01"])
    starter = await import_job.conn.fetchval("select id from actor where subject = 'starter'")
    await import_job.put("job", kind="IMPORT", status="WAITING", started_by_id=starter)
    found = (await ask(JOBS, user="starter", as_="VIEWER", companies=["SE01"])).data["jobs"]
    assert [each["status"] for each in found["nodes"]] == ["WAITING"]
