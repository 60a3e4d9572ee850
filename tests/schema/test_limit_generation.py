"""Limits of many customers or groups are drafted at once, from those they have."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.limit_generation import LimitChange, LimitDays
from domain.limits import AdjustmentKind
from domain.refusal import ErrorCode, Refused
from persistence.take import Transaction
from persistence.writing.limit_generation import AdjustmentToGenerate, generate_adjustment
from tests.schema.adjusting import PARTS, POST, own_customer, post
from tests.schema.asking import Asker
from tests.schema.changing import changed, customer_id, group_id, keyed, mistaken, refused, said, sek
from tests.schema.paper import actor
from tests.schema.world import NOW, TODAY, World

GENERATE = (
    PARTS
    + """mutation ($input: GenerateCreditLimitAdjustmentInput!) { generateCreditLimitAdjustment(input: $input) {
  creditLimitAdjustment { ...Parts } errors { ...Errors } warnings { ...Errors } replayed } }"""
)
TRAIL = """query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment { timeline { nodes { message
  changes { field after } } } } } }"""
TEN_UP = {"change": {"percent": "10"}, "rounding": {"unit": "500"}}


@pytest.fixture
async def acme(world: World) -> str:
    return await own_customer(world)


def wanted(where: dict[str, Any], *, by: str = "customers", kind: str = "PERMANENT", **more: Any) -> dict[str, Any]:
    return keyed(company="SE01", kind=kind, holders={by: where}, **{**TEN_UP, **more})


def only(*names: str) -> dict[str, Any]:
    return {"account": {"in": [name.split("/")[1] for name in names]}}


async def generated(ask: Asker, given: dict[str, Any], **asked: Any) -> Any:
    return (await changed(ask, GENERATE, given, **asked))["creditLimitAdjustment"]


def amounts(adjustment: Any) -> dict[str, str]:
    return {one["holder"]["id"]: one["newLimit"]["amount"] for one in adjustment["lines"]["nodes"]}


async def test_a_draft_has_a_line_for_everybody_who_is_found(ask: Asker, world: World, acme: str) -> None:
    beta = await own_customer(world)
    await world.limit(acme, "83333 SEK", until_day=TODAY + timedelta(60))
    await world.limit(beta, "100 SEK")
    given = wanted(only(acme, beta), description="Spring")
    made = await generated(ask, given, as_="CREDIT_CLERK")
    assert (made["status"], made["kind"], made["description"]) == ("DRAFT", "PERMANENT", "Spring")
    assert amounts(made) == {customer_id(world, acme): "92000.00", customer_id(world, beta): "500.00"}
    assert [one["until"] for one in made["lines"]["nodes"]] == [(TODAY + timedelta(60)).isoformat(), None]
    again = await changed(ask, GENERATE, given, as_="CREDIT_CLERK")
    assert (again["replayed"], again["creditLimitAdjustment"]["id"]) == (True, made["id"])
    posted = (await changed(ask, POST, post(made)))["creditLimitAdjustment"]
    assert posted["lines"]["nodes"][0]["holder"]["credit"]["limit"]["total"] == {"amount": "92000.00"}
    events = (await ask(TRAIL, {"id": made["id"]})).data["node"]["timeline"]["nodes"]
    (event,) = [one for one in events if one["changes"] and one["changes"][0]["field"] == "change"]
    assert event["changes"] == [{"field": "change", "after": "+10 %"}, {"field": "rounding", "after": "UP 500"}]


async def test_an_empty_filter_finds_all_of_the_company_and_nobody_elses(ask: Asker, world: World, acme: str) -> None:
    await world.limit(acme, "100 SEK")
    await world.limit("FI01/2002", "100 EUR")
    made = await generated(ask, wanted({}))
    found = amounts(made)
    assert customer_id(world, acme) in found
    assert customer_id(world, "FI01/2002") not in found


async def test_who_is_left_out_is_said(ask: Asker, world: World, acme: str) -> None:
    names = {"without": acme}
    for name, flags in {
        "found": {},
        "free": {"unlimited_credit": True},
        "out": {"excluded_from_credit_management": True},
        "back": {"excluded_from_credit_management": True, "excluded_until": TODAY - timedelta(1)},
        "held": {},
    }.items():
        names[name] = await own_customer(world)
        for column, value in flags.items():
            await world.conn.execute(f"update customer set {column} = $2 where id = $1", world.ids[names[name]], value)
        await world.limit(names[name], "100 SEK")
    days = {"from_day": TODAY, "until_day": TODAY + timedelta(9)}
    await world.limit(names["held"], "200 SEK", kind="TEMPORARY", **days)
    until = {"dates": {"absolute": {"until": (TODAY + timedelta(3)).isoformat()}}}
    payload = await changed(ask, GENERATE, wanted(only(*names.values()), kind="TEMPORARY", **until))
    assert amounts(payload["creditLimitAdjustment"]) == {
        customer_id(world, names["found"]): "500.00",
        customer_id(world, names["back"]): "500.00",
    }
    assert [(one["code"], one["path"]) for one in payload["warnings"]] == [("LEFT_OUT", ["holders"])] * 4
    assert [one["message"] for one in payload["warnings"]] == [
        "Left out, being excluded from credit management: 1.",
        "Left out, having unlimited credit: 1.",
        "Left out, having no credit limit: 1.",
        "Left out, having a temporary credit limit in these days: 1.",
    ]


async def test_temporary_limits_are_prolonged_in_their_place(ask: Asker, world: World, acme: str) -> None:
    await world.limit(acme, "100 SEK")
    days = {"from_day": TODAY - timedelta(5), "until_day": TODAY + timedelta(5)}
    await world.limit(acme, "200 SEK", kind="TEMPORARY", **days)
    prolonged = {"change": {"percent": "0"}, "dates": {"relative": {"untilDays": 30}}, "rounding": None}
    made = await generated(ask, wanted(only(acme), kind="TEMPORARY", **prolonged))
    posted = (await changed(ask, POST, post(made)))["creditLimitAdjustment"]
    (line,) = posted["lines"]["nodes"]
    assert (line["newLimit"]["amount"], line["until"]) == ("200.00", (TODAY + timedelta(35)).isoformat())


async def test_groups_with_a_member_in_the_company_get_lines_in_their_own_currency(
    ask: Asker, world: World, acme: str
) -> None:
    number = f"G-{acme.split('/')[1]}"
    await world.group(number, "Shared", "EUR", acme, limit="1000 EUR")
    await world.group(f"{number}-F", "Finnish", "EUR", limit="1000 EUR")
    await world.put(
        "credit_group_member",
        customer_id=world.ids["FI01/2002"],
        credit_group_id=world.ids[f"{number}-F"],
        from_day=TODAY,
        recorded_at=NOW,
    )
    closed = await world.group(f"{number}-C", "Closed", "EUR", limit="1000 EUR")
    await world.conn.execute("update credit_group set active = false where id = $1", closed)
    change = {"change": {"amount": sek("1150")}, "rounding": {"unit": "30", "direction": "DOWN"}}
    made = await generated(ask, wanted({"number": {"startsWith": number}}, by="creditGroups", **change))
    assert amounts(made) == {group_id(world, number): "1080.00"}


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"change": {"percent": "-101"}}, "INVALID_VALUE", "change.percent"),
        ({"change": {"percent": "9999999999999"}}, "INVALID_VALUE", "change"),
        ({"change": {"amount": {"amount": "1", "currency": "XQQ"}}}, "CURRENCY_UNKNOWN", "change.amount"),
        ({"rounding": {"unit": "-5"}}, "INVALID_VALUE", "rounding.unit"),
        ({"rounding": {"unit": "0.001"}, "change": {"percent": "0.0001"}}, "AMOUNT_PRECISION", "rounding.unit"),
        ({"kind": "TEMPORARY"}, "INVALID_VALUE", "dates.relative.untilDays"),
        ({"change": {"amount": {"amount": "1", "currency": "KWD"}}}, "RATE_MISSING", ""),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    ask: Asker, world: World, acme: str, more: dict[str, Any], code: str, path: str
) -> None:
    await world.limit(acme, "1000 SEK")
    assert said(await refused(ask, world, GENERATE, wanted(only(acme), **more))) == [(code, path)]


async def test_nobody_with_a_limit_is_nothing_to_draft(ask: Asker, world: World, acme: str) -> None:
    assert said(await refused(ask, world, GENERATE, wanted(only(acme)))) == [("NOT_FOUND", "holders")]


async def test_too_many_are_refused(world: World, acme: str) -> None:
    beta = await own_customer(world)
    for name in (acme, beta):
        await world.limit(name, "1 SEK")
    tx = await Transaction.begin(world.conn, await actor(world), NOW, {"SE01": world.ids["SE01"]})
    change, days = LimitChange(percent=Decimal(10)), LimitDays()
    asked = AdjustmentToGenerate("SE01", AdjustmentKind.PERMANENT, only(acme, beta), change, days)
    with pytest.raises(Refused) as refusal:
        await generate_adjustment(tx, asked, most=1)
    assert [(one.code, one.path) for one in refusal.value.refusals] == [(ErrorCode.TOO_MANY_ROWS, ("holders",))]
    assert (await generate_adjustment(tx, asked, most=2)) is not None


async def test_a_company_that_is_not_granted_is_not_touched(ask: Asker, world: World, acme: str) -> None:
    abroad: dict[str, Any] = {"as_": "CREDIT_CLERK", "companies": ["FI01"]}
    assert await mistaken(ask, world, GENERATE, wanted(only(acme)), **abroad) == ["COMPANY_NOT_AVAILABLE"]
    elsewhere = wanted({"companies": ["SE01"]})
    assert await mistaken(ask, world, GENERATE, {**elsewhere, "company": "FI01"}, **abroad) == ["COMPANY_NOT_AVAILABLE"]
    assert await mistaken(ask, world, GENERATE, wanted(only(acme)), as_="INTEGRATION") == ["FORBIDDEN"]
