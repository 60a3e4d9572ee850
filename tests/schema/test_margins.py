"""Seasonal factors and tolerances are posted like limits, and change whichever limit is in force, in both lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.schema.adjusting import CREATE, POST, draft, drafted, own_customer, post
from tests.schema.approving import APPROVE, CLERK, MANAGER, SUBMIT, approving
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, codes, held_order, hold_status, keyed, refused, said, sek
from tests.schema.test_limit_generation import GENERATE, only
from tests.schema.world import TODAY, World

CREDIT = """query ($key: CustomerKey!, $asOf: Date, $group: String!) {
  customer(by: $key) { ...Credit }
  creditGroup(number: $group) { ...Credit creditLimitHistory { nodes {
    kind percent tolerance { amount } limit { amount } } } } }
fragment Credit on CreditHolder { credit(asOf: $asOf) { available { amount } limit { total { amount } base { amount }
  parts { kind kindLabel amount { amount }
    source { ... on CreditLimitEntry { kind percent tolerance { amount } from until } } } } } }"""
LINES = """query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment { lines { nodes {
  percent tolerance { amount currency } newLimit { amount } currentLimit { amount } status } } } } }"""
POSTED = """query ($key: CustomerKey!) { customer(by: $key) {
  timeline(last: 1, where: {kind: {eq: LIMIT_POSTED}}) { nodes { message } } } }"""
LATER = (TODAY + timedelta(9)).isoformat()


@pytest.fixture
async def acme(world: World) -> str:
    """A customer with a limit of 1,000."""
    name = await own_customer(world)
    await world.limit(name, "1000 SEK")
    return name


@pytest.fixture
def both(pool: asyncpg.Pool, world: World) -> BothLanes:
    return BothLanes(house(pool))


def margin(name: str, **more: Any) -> dict[str, Any]:
    company, _, account = name.partition("/")
    key = {"customer": {"company": company, "account": account}} if account else {"creditGroup": company}
    return {"holder": key, **more}


def season(name: str, percent: str, **more: Any) -> dict[str, Any]:
    return margin(name, percent=percent, until=LATER, **more)


async def in_force(ask: Asker, *lines: dict[str, Any], kind: str) -> Any:
    return await changed(ask, POST, post(await drafted(ask, *lines, kind=kind)))


async def test_a_line_says_what_the_limit_comes_to(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, season(acme, "-12.5"), kind="SEASONAL", **CLERK)
    found = (await ask(LINES, {"id": made["id"]})).data["node"]["lines"]["nodes"]
    said_now = {"newLimit": {"amount": "875.00"}, "currentLimit": {"amount": "1000.00"}, "status": "DRAFT"}
    assert found == [{"percent": "-12.5", "tolerance": None, **said_now}]
    await world.limit(acme, "2000 SEK", from_day=TODAY)
    await changed(ask, POST, post(made))
    (line,) = (await ask(LINES, {"id": made["id"]})).data["node"]["lines"]["nodes"]
    assert line["newLimit"] == {"amount": "1750.00"}, "what it came to on the day of posting"
    asked = {"key": {"number": {"company": "SE01", "account": acme.split("/")[1]}}}
    (event,) = (await ask(POSTED, asked)).data["customer"]["timeline"]["nodes"]
    days = "from Nov 23, 2026 to Dec 2, 2026"
    assert event["message"] == f"The credit limit of Limit {acme.split('/')[1]} is SEK\xa01,750.00 {days}."


async def test_limits_and_their_parts_are_the_same_in_both_lanes(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    number = f"G-{acme.split('/')[1]}"
    await world.group(number, "Shared", "EUR", acme, limit="100 EUR")
    await in_force(ask, season(acme, "10"), season(number, "-50"), kind="SEASONAL")
    tolerated = (margin(acme, percent="5"), margin(number, tolerance={"amount": "7.50", "currency": "EUR"}))
    await in_force(ask, *tolerated, kind="TOLERANCE")
    key = {"number": {"company": "SE01", "account": acme.split("/")[1]}}
    asked = {"key": key, "group": number}
    answer, fast = await both(CREDIT, asked)
    assert fast
    limit = answer["data"]["customer"]["credit"]["limit"]
    assert (limit["total"], limit["base"]) == ({"amount": "1155.00"}, {"amount": "1000.00"})
    parts = [(part["kind"], part["amount"]["amount"], part["source"]["kind"]) for part in limit["parts"]]
    assert parts == [
        ("BASE", "1000.00", "PERMANENT"),
        ("SEASONAL", "100.00", "SEASONAL"),
        ("TOLERANCE", "55.00", "TOLERANCE"),
    ]
    group = answer["data"]["creditGroup"]
    assert group["credit"]["limit"]["total"] == {"amount": "57.50"}
    history = {
        (one["kind"], one["percent"], (one["tolerance"] or {}).get("amount"), one["limit"]["amount"])
        for one in group["creditLimitHistory"]["nodes"]
    }
    assert history == {
        ("PERMANENT", None, None, "100.00"),
        ("SEASONAL", "-50", None, "50.00"),
        ("TOLERANCE", None, "7.50", "57.50"),
    }
    for day, total in (((TODAY - timedelta(1)).isoformat(), "1000.00"), (LATER, "1155.00")):
        answer, _ = await both(CREDIT, {**asked, "asOf": day})
        assert answer["data"]["customer"]["credit"]["limit"]["total"] == {"amount": total}


async def test_a_tolerance_frees_an_order_and_its_end_holds_it_again(ask: Asker, world: World, acme: str) -> None:
    hold = await held_order(ask, world, "SE01", acme.split("/")[1], "1050")
    await in_force(ask, margin(acme, percent="5"), kind="TOLERANCE")
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    await in_force(ask, margin(acme, percent="0"), kind="TOLERANCE")
    assert await hold_status(world, hold) == "OPEN"


async def test_a_season_below_what_is_used_is_warned_of(ask: Asker, world: World, acme: str) -> None:
    await world.owes(acme, "960 SEK", TODAY)
    assert codes((await in_force(ask, season(acme, "-5"), kind="SEASONAL"))["warnings"]) == ["LIMIT_BELOW_USED"]


async def test_authority_is_measured_by_what_the_limit_comes_to(ask: Asker, world: World, acme: str) -> None:
    await approving(ask)
    row = {"company_id": world.ids["SE01"], "role": "CREDIT_MANAGER", "amount": 1100, "currency": "SEK"}
    authority = await world.put("approval_authority", **row)
    found = []
    for percent in ("10", "10.01"):
        made = (await changed(ask, CREATE, draft(season(acme, percent), kind="SEASONAL"), **CLERK))[
            "creditLimitAdjustment"
        ]
        await changed(ask, SUBMIT, keyed(creditLimitAdjustment=made["id"]), **CLERK)
        answer = await ask(APPROVE, {"input": keyed(creditLimitAdjustment=made["id"])}, **MANAGER)
        found.append(codes(answer.data["approveCreditLimitAdjustment"]["errors"]))
    assert found == [[], ["AUTHORITY_EXCEEDED"]]
    grows = await drafted(ask, season(acme, "10"), kind="SEASONAL", **CLERK)
    await changed(ask, SUBMIT, post(grows), **CLERK)
    await world.limit(acme, "1000.01 SEK", from_day=TODAY)
    late = await refused(ask, world, APPROVE, post(grows), **MANAGER)
    assert said(late) == [("AUTHORITY_EXCEEDED", "lines.0")], "it comes to more by now than when it was drafted"
    await world.limit(acme, "900 SEK", from_day=TODAY)
    approved = (await changed(ask, APPROVE, post(grows), **MANAGER))["creditLimitAdjustment"]
    assert [line["newLimit"]["amount"] for line in approved["lines"]["nodes"]] == ["990.00"], "what was approved"
    await world.conn.execute("delete from approval_authority where id = $1", authority)
    own = "update credit_parameters set approve_limit_adjustments = false where company_id = $1"
    await world.conn.execute(own, world.ids["SE01"])


async def test_what_comes_to_more_than_was_approved_is_not_posted_until_it_is_approved_again(
    ask: Asker, world: World, acme: str
) -> None:
    await approving(ask)
    made = await drafted(ask, season(acme, "10"), kind="SEASONAL", **CLERK)
    for document, who in ((SUBMIT, CLERK), (APPROVE, MANAGER)):
        await changed(ask, document, post(made), **who)
    await world.limit(acme, "1000.01 SEK", from_day=TODAY)
    more = await refused(ask, world, POST, post(made), **MANAGER)
    assert said(more) == [("APPROVAL_REQUIRED", "lines.0")]
    assert "1,100.01" in more["errors"][0]["message"]
    for document, who in ((SUBMIT, CLERK), (APPROVE, MANAGER)):
        await changed(ask, document, post(made), **who)
    assert (await changed(ask, POST, post(made), **MANAGER))["creditLimitAdjustment"]["status"] == "POSTED"
    less = await drafted(ask, margin(acme, percent="5"), kind="TOLERANCE", **CLERK)
    for document, who in ((SUBMIT, CLERK), (APPROVE, MANAGER)):
        await changed(ask, document, post(less), **who)
    await world.limit(acme, "900 SEK", from_day=TODAY)
    assert (await changed(ask, POST, post(less), **MANAGER))["creditLimitAdjustment"]["status"] == "POSTED"
    own = "update credit_parameters set approve_limit_adjustments = false where company_id = $1"
    await world.conn.execute(own, world.ids["SE01"])


async def test_many_get_the_same_season_at_once(ask: Asker, world: World, acme: str) -> None:
    beta = await own_customer(world)
    given = {"company": "SE01", "kind": "SEASONAL", "holders": {"customers": only(acme, beta)}}
    dates = {"relative": {"untilDays": 30}}
    payload = await changed(ask, GENERATE, keyed(**given, change={"percent": "15"}, dates=dates))
    (line,) = payload["creditLimitAdjustment"]["lines"]["nodes"]
    assert (line["newLimit"]["amount"], line["until"]) == ("1150.00", (TODAY + timedelta(30)).isoformat())
    assert codes(payload["warnings"]) == ["LEFT_OUT"]
    rounded = keyed(**given, change={"amount": sek("-1")}, rounding={"unit": "5"}, dates=dates)
    assert said(await refused(ask, world, GENERATE, rounded)) == [
        ("INVALID_VALUE", "rounding"),
        ("INVALID_VALUE", "change.amount"),
    ]


@pytest.mark.parametrize(
    ("kind", "more", "code", "field"),
    [
        ("SEASONAL", {"percent": "5"}, "INVALID_VALUE", "until"),
        ("SEASONAL", {"percent": "5.00001", "until": LATER}, "INVALID_VALUE", "percent"),
        ("SEASONAL", {"newLimit": sek("5"), "percent": "5", "until": LATER}, "INVALID_VALUE", "newLimit"),
        ("SEASONAL", {"tolerance": sek("5"), "until": LATER}, "INVALID_VALUE", "tolerance"),
        ("SEASONAL", {"percent": "5", "from": "2019-12-31", "until": LATER}, "INVALID_VALUE", "from"),
        ("TOLERANCE", {}, "INVALID_VALUE", "percent"),
        ("TOLERANCE", {"tolerance": sek("0.001")}, "AMOUNT_PRECISION", "tolerance"),
        ("TOLERANCE", {"tolerance": {"amount": "1", "currency": "EUR"}}, "CURRENCY_MISMATCH", "tolerance"),
        ("PERMANENT", {}, "INVALID_VALUE", "newLimit"),
        ("PERMANENT", {"newLimit": sek("5"), "percent": "5"}, "INVALID_VALUE", "percent"),
    ],
)
async def test_each_kind_is_said_in_its_own_way(
    ask: Asker, world: World, acme: str, kind: str, more: dict[str, Any], code: str, field: str
) -> None:
    given = draft(margin(acme, **more), kind=kind)
    assert said(await refused(ask, world, CREATE, given)) == [(code, f"lines.0.{field}")]
