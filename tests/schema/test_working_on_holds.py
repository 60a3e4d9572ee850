"""Holds that people look after: what is written of them can be emptied and is on record; they follow their order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from persistence.keys import new_key
from schema.ids import node_id
from tests.schema import paper
from tests.schema.adjusting import own_customer
from tests.schema.asking import Asker
from tests.schema.changing import changed, checked, held_order, keyed, refused, said, sek
from tests.schema.releasing import CLARA, held, ordered_anew, reason
from tests.schema.world import TODAY, World

UPDATE = """mutation ($input: UpdateCreditHoldInput!) { updateCreditHold(input: $input) {
  creditHold { version reviewDate notes responsible { name }
    timeline { nodes { kind changes { field before after } } } }
  errors { code message path } } }"""
REJECT = """mutation ($input: RejectCreditHoldInput!) { rejectCreditHold(input: $input) {
  creditHold { status notes timeline { nodes { kind changes { field before after } } } } errors { code path } } }"""
RELEASE = """mutation ($input: ReleaseCreditHoldInput!) { releaseCreditHold(input: $input) {
  creditHold { status check { outcome } } errors { code } } }"""
STANDS = """query ($id: ID!) { node(id: $id) { ... on CreditHold {
  status amount { amount currency } reasons { code active message(locale: "en") }
  decision { amount { amount } unblock { kind amount { amount } } }
  check { outcome explanation(locale: "en") order { number } unblock { kind amount { amount } } }
  timeline { nodes { kind changes { field before after } } } } } }"""


async def person(world: World) -> str:
    """The id of somebody who is known."""
    return node_id("act", await paper.actor(world, "Karin"))


async def test_what_is_written_of_a_hold_is_on_record_with_before_and_after(ask: Asker, world: World) -> None:
    hold, who, day = await held(ask, world), await person(world), (TODAY + timedelta(7)).isoformat()
    given = keyed(creditHold=hold, reviewDate=day, notes="Call them", responsible=who)
    found = (await changed(ask, UPDATE, given, **CLARA))["creditHold"]
    name = found["responsible"]["name"]
    assert (found["reviewDate"], found["notes"]) == (day, "Call them")
    (record,) = (node for node in found["timeline"]["nodes"] if node["kind"] == "HOLD_UPDATED")
    assert {one["field"]: (one["before"], one["after"]) for one in record["changes"]} == {
        "reviewDate": (None, day),
        "notes": (None, "Call them"),
        "responsible": (None, name),
    }


async def test_null_empties_and_what_is_left_out_stays(ask: Asker, world: World) -> None:
    hold, who, day = await held(ask, world), await person(world), TODAY.isoformat()
    await changed(ask, UPDATE, keyed(creditHold=hold, reviewDate=day, notes="Call them", responsible=who))
    kept = (await changed(ask, UPDATE, keyed(creditHold=hold, reviewDate=None)))["creditHold"]
    assert (kept["reviewDate"], kept["notes"]) == (None, "Call them")
    assert kept["responsible"] is not None
    empty = (await changed(ask, UPDATE, keyed(creditHold=hold, notes=None, responsible=None)))["creditHold"]
    assert (empty["notes"], empty["responsible"]) == (None, None)
    again = (await changed(ask, UPDATE, keyed(creditHold=hold, notes=None)))["creditHold"]
    assert again["version"] == empty["version"], "nothing differed"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"reviewDate": (TODAY - timedelta(1)).isoformat()}, [("INVALID_VALUE", "reviewDate")]),
        ({"notes": " "}, [("INVALID_VALUE", "notes")]),
        ({"notes": "x" * 10_001}, [("INVALID_VALUE", "notes")]),
        ({"responsible": node_id("act", new_key())}, [("NOT_FOUND", "responsible")]),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    ask: Asker, world: World, given: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    hold = await held(ask, world)
    assert said(await refused(ask, world, UPDATE, keyed(creditHold=hold, **given))) == told


async def test_a_review_that_was_missed_does_not_stand_in_the_way(ask: Asker, world: World) -> None:
    hold, day = await held(ask, world), TODAY - timedelta(3)
    await world.conn.execute("update credit_hold set review_date = $1 where id = $2::uuid", day, hold.split("_")[1])
    given = keyed(creditHold=hold, reviewDate=day.isoformat(), notes="Nobody looked")
    found = (await changed(ask, UPDATE, given))["creditHold"]
    assert (found["reviewDate"], found["notes"]) == (day.isoformat(), "Nobody looked")


async def test_rejecting_keeps_what_was_written_and_is_on_record(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await changed(ask, UPDATE, keyed(creditHold=hold, notes="Call them"))
    found = (await changed(ask, REJECT, keyed(creditHold=hold, note="Too risky")))["creditHold"]
    assert (found["status"], found["notes"]) == ("REJECTED", "Call them\nToo risky")
    (record,) = (node for node in found["timeline"]["nodes"] if node["kind"] == "HOLD_REJECTED")
    assert record["changes"] == [
        {"field": "status", "before": "OPEN", "after": "REJECTED"},
        {"field": "notes", "before": "Call them", "after": "Call them\nToo risky"},
    ]


async def stands(ask: Asker, hold: str) -> Any:
    """A hold with what the rules say now."""
    return (await ask(STANDS, {"id": hold})).data["node"]


async def test_a_hold_follows_its_order_and_tells_what_would_let_it_pass_now(ask: Asker, world: World) -> None:
    await checked(world, "SE01")
    name = await own_customer(world)
    await world.limit(name, "2300 SEK")
    hold = await held_order(ask, world, "SE01", name.split("/")[1], "5000")
    before = await stands(ask, hold)
    assert before["check"]["unblock"] == before["decision"]["unblock"]
    await ordered_anew(ask, world, hold, "4000.00")
    after = await stands(ask, hold)
    assert (after["status"], after["amount"]) == ("OPEN", sek("4000.00"))
    assert "1,700.00" in after["reasons"][0]["message"]
    assert {"kind": "PAY", "amount": {"amount": "1700.00"}} in after["check"]["unblock"]
    assert (after["check"]["outcome"], after["check"]["order"] is not None) == ("HELD", True)
    assert after["decision"]["amount"] == {"amount": "5000.00"}, "what held it stays on record"
    changes = [one for node in after["timeline"]["nodes"] for one in node["changes"] or ()]
    assert {"field": "amount", "before": "5000.00 SEK", "after": "4000.00 SEK"} in changes


async def test_an_order_whose_facts_change_is_told_as_it_stands(ask: Asker, world: World) -> None:
    hold = await held(ask, world, "6000")
    assert (await stands(ask, hold))["check"]["outcome"] == "HELD"
    key = await world.conn.fetchval("select customer_id from credit_hold where id = $1::uuid", hold.split("_")[1])
    account = await world.conn.fetchval("select account from customer where id = $1", key)
    await world.limit(f"SE01/{account}", "9000 SEK")
    found = await stands(ask, hold)
    assert (found["status"], found["check"]["outcome"], found["check"]["unblock"]) == ("OPEN", "PASSED", [])


async def test_of_a_hold_that_has_ended_nothing_is_asked(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    given = keyed(creditHold=hold, reason=await reason(ask))
    assert (await changed(ask, RELEASE, given))["creditHold"] == {"status": "RELEASED", "check": None}
