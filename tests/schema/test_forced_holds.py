"""Orders that somebody holds by hand, one or many: why, what the decision says, and that only a person ends it."""

from __future__ import annotations

from typing import Any

import pytest

from persistence.keys import new_key
from schema.ids import node_id
from tests.schema import paper
from tests.schema.adjusting import own_customer
from tests.schema.asking import Asker
from tests.schema.changing import changed, checked, codes, keyed, mistaken, refused, said, sek
from tests.schema.releasing import CLARA, REASON, UPSERT
from tests.schema.world import World

HOLD = """creditHold { id status forced notes forcedReason { code }
  reasons { code active } order { number status }
  decision { outcome explanation(locale: "en") reasons { code } unblock { kind } }
  timeline { nodes { kind changes { field before after } } } }"""
FORCE = f"""mutation ($input: ForceCreditHoldInput!) {{ forceCreditHold(input: $input) {{ {HOLD}
  errors {{ code message path }} }} }}"""
FORCE_MANY = """mutation ($input: ForceCreditHoldsInput!) { forceCreditHolds(input: $input) {
  results { salesOrder { number status } creditHold { status forced forcedReason { code } } errors { code path } }
  endCursor replayed errors { code } } }"""
EVALUATE = """mutation ($input: EvaluateCreditHoldsInput!) { evaluateCreditHolds(input: $input) {
  results { creditHold { id status forced reasons { code active } } errors { code } } endCursor errors { code } } }"""
SUBMIT = """mutation ($input: SubmitSalesOrderInput!) { submitSalesOrder(input: $input) {
  salesOrder { id } decision { outcome reasons { code } } creditHold { id } errors { code message } } }"""


async def reason(ask: Asker, kind: str = "HOLD") -> dict[str, str]:
    """A reason of a kind; its id and its code."""
    given = {"code": new_key().hex[-8:], "name": "Owner changed", "kind": kind}
    key: str = (await changed(ask, REASON, given))["reason"]["id"]
    return {"id": key, "code": given["code"]}


async def order(
    ask: Asker, world: World, *, limit: str | None = "1000 SEK", account: str | None = None
) -> tuple[str, str]:
    """An order of 100 SEK that is known and never submitted; its account and its number."""
    if account is None:
        name = await own_customer(world)
        account = name.split("/")[1]
        if limit is not None:
            await world.limit(name, limit)
    number = new_key().hex
    line = {"lineNumber": 1, "amount": sek("100.00")}
    row = {"company": "SE01", "account": account, "number": number, "lines": [line]}
    await changed(ask, UPSERT, {"salesOrders": [row]}, as_="INTEGRATION")
    return account, number


async def submitted(ask: Asker, world: World, account: str, number: str) -> Any:
    """What submitting it gives."""
    await checked(world, "SE01")
    given = keyed(company="SE01", number=number, account=account, amount=sek("100.00"))
    return await changed(ask, SUBMIT, given, as_="INTEGRATION")


async def id_of(world: World, number: str) -> str:
    """The node id of an order."""
    return node_id("ord", await world.conn.fetchval("select id from sales_order where number = $1", number))


async def test_a_hold_by_hand_is_a_decision_that_says_so_with_its_reason_on_record(ask: Asker, world: World) -> None:
    account, number = await order(ask, world)
    assert (await submitted(ask, world, account, number))["decision"]["outcome"] == "PASSED"
    why = await reason(ask)
    given = keyed(salesOrder=await id_of(world, number), reason=why["id"], note="Ask me")
    hold = (await changed(ask, FORCE, given, **CLARA))["creditHold"]
    assert (hold["status"], hold["forced"], hold["forcedReason"]) == ("OPEN", True, {"code": why["code"]})
    assert hold["decision"] == {
        "outcome": "HELD",
        "explanation": "The order was put on hold by hand.",
        "reasons": [{"code": "FORCED"}],
        "unblock": [],
    }
    record = hold["timeline"]["nodes"][0]
    assert record["kind"] == "CREDIT_HELD"
    assert record["changes"] == [
        {"field": "reason", "before": None, "after": why["code"]},
        {"field": "note", "before": None, "after": "Ask me"},
    ]


async def test_an_order_that_was_never_submitted_can_be_held_and_stays_so(ask: Asker, world: World) -> None:
    account, number = await order(ask, world)
    hold = (await changed(ask, FORCE, keyed(salesOrder=await id_of(world, number))))["creditHold"]
    assert (hold["order"]["status"], hold["decision"]["outcome"]) == ("HELD", "HELD")
    again = await submitted(ask, world, account, number)
    assert (again["decision"]["outcome"], again["creditHold"]["id"]) == ("HELD", hold["id"])
    assert [one["code"] for one in again["decision"]["reasons"]] == ["FORCED"]


@pytest.mark.parametrize("kind", ["RELEASE", "STATUS"])
async def test_only_a_reason_for_holds_is_one(ask: Asker, world: World, kind: str) -> None:
    _, number = await order(ask, world)
    why = await reason(ask, kind)
    given = keyed(salesOrder=await id_of(world, number), reason=why["id"])
    assert said(await refused(ask, world, FORCE, given)) == [("REASON_REQUIRED", "reason")]


async def test_a_hold_by_hand_stays_open_whatever_is_found(ask: Asker, world: World) -> None:
    account, number = await order(ask, world, limit="50 SEK")
    held = (await submitted(ask, world, account, number))["creditHold"]
    await changed(ask, FORCE, keyed(salesOrder=await id_of(world, number)))
    await world.limit(f"SE01/{account}", "5000 SEK")
    (row,) = (await changed(ask, EVALUATE, keyed(creditHolds=[held["id"]])))["results"]
    assert row["creditHold"]["status"] == "OPEN"
    assert row["creditHold"]["reasons"] == [
        {"code": "FORCED", "active": True},
        {"code": "CREDIT_LIMIT_EXCEEDED", "active": False},
    ]


async def test_a_hold_that_is_forced_keeps_what_was_written_about_it(ask: Asker, world: World) -> None:
    account, number = await order(ask, world, limit="50 SEK")
    await submitted(ask, world, account, number)
    key = await id_of(world, number)
    for note in ("Call them", "Their owner changed"):
        hold = (await changed(ask, FORCE, keyed(salesOrder=key, note=note)))["creditHold"]
    assert hold["notes"] == "Call them\nTheir owner changed"


async def test_many_are_held_for_one_reason_and_each_says_what_is_in_its_way(ask: Asker, world: World) -> None:
    account, first = await order(ask, world)
    _, second = await order(ask, world, account=account)
    why, unknown = await reason(ask), node_id("ord", new_key())
    named = [await id_of(world, first), unknown, await id_of(world, second)]
    given = keyed(salesOrders=named, reason=why["id"])
    payload = await changed(ask, FORCE_MANY, given, **CLARA)
    assert [codes(row["errors"]) for row in payload["results"]] == [[], ["NOT_FOUND"], []]
    held = {"status": "OPEN", "forced": True, "forcedReason": {"code": why["code"]}}
    assert [row["creditHold"] for row in payload["results"]] == [held, None, held]
    assert [row["salesOrder"] and row["salesOrder"]["number"] for row in payload["results"]] == [first, None, second]
    assert (payload["endCursor"], payload["replayed"]) == (None, False)


async def test_the_orders_of_a_customer_are_held_by_a_filter_with_those_that_wait(ask: Asker, world: World) -> None:
    account, known = await order(ask, world)
    _, passed = await order(ask, world, account=account)
    _, closed = await order(ask, world, account=account)
    await order(ask, world)
    await submitted(ask, world, account, passed)
    await world.conn.execute("update sales_order set status = 'CANCELLED' where number = $1", closed)
    where = {"customer": {"eq": node_id("cus", world.ids[f"SE01/{account}"])}}
    rows = (await changed(ask, FORCE_MANY, keyed(where=where)))["results"]
    assert [row["salesOrder"] for row in rows] == [{"number": one, "status": "HELD"} for one in (known, passed)]
    waiting = (await changed(ask, EVALUATE, keyed(where=where)))["results"]
    assert [(row["creditHold"]["forced"], row["errors"]) for row in waiting] == [(True, []), (True, [])]


async def test_what_a_filter_finds_is_only_where_one_may_act(ask: Asker, world: World) -> None:
    account, _ = await order(ask, world)
    where = {"customer": {"eq": node_id("cus", world.ids[f"SE01/{account}"])}}
    elsewhere = await changed(ask, FORCE_MANY, keyed(where=where), companies=["FI01"])
    assert elsewhere["results"] == []
    assert (await mistaken(ask, world, FORCE_MANY, keyed(where=where), as_="VIEWER")) == ["FORBIDDEN"]


@pytest.mark.parametrize("document", [FORCE_MANY, EVALUATE], ids=["force", "evaluate"])
async def test_many_are_named_or_found_and_not_both(ask: Asker, world: World, document: str) -> None:
    assert await mistaken(ask, world, document, keyed()) == ["BAD_USER_INPUT"]
    both = {"salesOrders" if document == FORCE_MANY else "creditHolds": [], "where": {}}
    assert await mistaken(ask, world, document, keyed(**both)) == ["BAD_USER_INPUT"]


async def test_a_hold_forced_again_without_a_reason_keeps_the_one_it_has(ask: Asker, world: World) -> None:
    _, number = await order(ask, world)
    key, why = await id_of(world, number), await reason(ask)
    await changed(ask, FORCE, keyed(salesOrder=key, reason=why["id"]))
    again = (await changed(ask, FORCE, keyed(salesOrder=key)))["creditHold"]
    assert again["forcedReason"] == {"code": why["code"]}


async def test_an_order_is_held_by_hand_where_a_rate_is_missing(ask: Asker, world: World) -> None:
    account, number = await order(ask, world)
    await submitted(ask, world, account, number)
    await world.conn.execute("update sales_order set currency = 'USD' where number = $1", number)
    hold = (await changed(ask, FORCE, keyed(salesOrder=await id_of(world, number))))["creditHold"]
    assert (hold["status"], hold["reasons"]) == ("OPEN", [{"code": "FORCED", "active": True}])
    assert hold["decision"]["outcome"] == "PASSED", "the last that could be made"


async def test_what_a_filter_finds_is_reached_page_by_page(ask: Asker, world: World) -> None:
    await checked(world, "SE01")
    name = await own_customer(world)
    await world.limit(name, "100 SEK")
    for number in range(251):
        await paper.held(world, name, f"{name} {number}", "110.00 SEK")
    given = keyed(where={"customer": {"eq": node_id("cus", world.ids[name])}})
    first = await changed(ask, EVALUATE, given)
    assert (len(first["results"]), {len(row["errors"]) for row in first["results"]}) == (250, {0})
    rest = await changed(ask, EVALUATE, {**given, "idempotencyKey": new_key().hex, "after": first["endCursor"]})
    assert (len(rest["results"]), rest["endCursor"]) == (1, None)
    seen = {row["creditHold"]["id"] for row in (*first["results"], *rest["results"])}
    assert len(seen) == 251
