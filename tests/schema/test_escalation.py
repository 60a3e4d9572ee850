"""What waits for approval for too long is escalated, as the company says; both lanes tell it alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from tests.schema.adjusting import drafted, line, own_customer, post
from tests.schema.approving import SUBMIT, approving
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, refused, said, sek
from tests.schema.releasing import (
    CLARA,
    HOLD,
    MAGNUS,
    PARAMETERS,
    REJECT,
    approving_releases,
    asked,
    authority,
    held,
    read,
    step,
    waiting,
)
from tests.schema.world import TODAY, World

ADJUSTMENTS = """query ($where: CreditLimitAdjustmentWhere) { creditLimitAdjustments(where: $where, first: 1000) {
  nodes { id escalated submittedAt } } }"""
HOLDS = HOLD + "query ($where: CreditHoldWhere) { creditHolds(where: $where) { nodes { ...Hold } } }"


@pytest.fixture(autouse=True)
async def company(ask: Asker, world: World) -> None:
    await world.conn.execute("delete from approval_authority")
    await approving_releases(ask, escalateAfterDays=3)
    await approving(ask)


def ago(days: int, hour: int = 23) -> datetime:
    """A moment of a day before today, late in the evening where the company is."""
    day = TODAY - timedelta(days)
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(("days", "escalated"), [(0, False), (3, False), (4, True), (30, True)])
async def test_a_release_that_waits_for_more_days_is_escalated(
    ask: Asker, world: World, days: int, escalated: bool
) -> None:
    hold = await held(ask, world)
    assert (await asked(ask, hold, CLARA))["creditHold"]["escalated"] is False
    await world.conn.execute(
        "update release_request set asked_at = $1 where hold_id = $2::uuid", ago(days), hold.split("_")[1]
    )
    assert (await read(ask, hold))["escalated"] is escalated
    for who in (CLARA, MAGNUS):
        assert (hold in await waiting(ask, who, escalated={"eq": True})) is escalated
        assert (hold in await waiting(ask, who, escalated={"eq": False})) is not escalated
    mine = await waiting(ask, MAGNUS, escalated={"eq": escalated}, viewerMayApprove={"eq": True})
    assert hold in mine
    await step(ask, REJECT, hold, MAGNUS)
    assert (await read(ask, hold))["escalated"] is False


@pytest.mark.parametrize(("days", "escalated"), [(3, False), (4, True)])
async def test_an_adjustment_that_waits_for_more_days_is_escalated(
    ask: Asker, world: World, days: int, escalated: bool
) -> None:
    made = await drafted(ask, line(await own_customer(world)), line("SE01/1001"), **CLARA)
    first, second = [one["id"] for one in made["lines"]["nodes"]]
    await changed(ask, SUBMIT, post(made, lines=[first]), **CLARA)
    await world.conn.execute(
        "update credit_limit_adjustment set submitted_at = $1 where id = $2::uuid", ago(days), made["id"].split("_")[1]
    )
    found = (await ask(ADJUSTMENTS, {"where": {"escalated": {"eq": True}}}, **MAGNUS)).data["creditLimitAdjustments"]
    assert (made["id"] in [one["id"] for one in found["nodes"]]) is escalated
    await changed(ask, SUBMIT, post(made, lines=[second]), **CLARA)
    (found,) = [
        one
        for one in (await ask(ADJUSTMENTS, **MAGNUS)).data["creditLimitAdjustments"]["nodes"]
        if one["id"] == made["id"]
    ]
    assert found["escalated"] is escalated
    assert datetime.fromisoformat(found["submittedAt"]) == ago(days)


async def test_nothing_is_escalated_where_the_company_does_not_say_after_how_many_days(
    ask: Asker, world: World
) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    await world.conn.execute("update release_request set asked_at = $1", ago(400))
    assert (await read(ask, hold))["escalated"] is True
    saved = await changed(ask, PARAMETERS, {"company": "SE01", "escalateAfterDays": None})
    assert saved["creditParameters"]["escalateAfterDays"] is None
    assert (await read(ask, hold))["escalated"] is False
    kept = await changed(ask, PARAMETERS, {"company": "SE01", "escalateAfterDays": 0})
    assert kept["creditParameters"]["escalateAfterDays"] == 0
    same = await changed(ask, PARAMETERS, {"company": "SE01", "approveReleases": True})
    assert same["creditParameters"]["escalateAfterDays"] == 0
    wrong = {"company": "SE01", "escalateAfterDays": -1}
    assert said(await refused(ask, world, PARAMETERS, wrong)) == [("INVALID_VALUE", "escalateAfterDays")]


@pytest.mark.parametrize("role", ["CREDIT_CLERK", "CREDIT_MANAGER", "VIEWER"])
async def test_both_lanes_tell_what_waits_alike(ask: Asker, world: World, pool: asyncpg.Pool, role: str) -> None:
    await authority(ask, sek("7000"), role="CREDIT_MANAGER")
    await authority(ask, sek("5000"), role="CREDIT_CLERK")
    both = BothLanes(house(pool))
    within, beyond, decided = [await held(ask, world, amount) for amount in ("6000", "8000", "6000")]
    for hold in (within, beyond, decided):
        await asked(ask, hold, CLARA, note="Asks", deviationPercent="1.5")
    await step(ask, REJECT, decided, MAGNUS, note="No")
    for where in (
        {},
        {"viewerMayApprove": {"eq": True}},
        {"escalated": {"eq": False}, "status": {"eq": "IN_APPROVAL"}},
    ):
        answer, fast = await both(HOLDS, {"where": where}, as_=role, language="sv")
        assert fast
    found = {one["id"]: one for one in answer["data"]["creditHolds"]["nodes"]}
    assert found[within]["releaseRequest"]["statusLabel"] == "Väntar på godkännande"
    may: dict[str, Any] = {"CREDIT_CLERK": ["UPDATE"], "CREDIT_MANAGER": ["UPDATE", "APPROVE", "REJECT"], "VIEWER": []}
    assert found[within]["viewerMay"] == may[role]
    assert found[beyond]["viewerMay"] == ([] if role == "VIEWER" else ["UPDATE"])
    query = (
        '{ company(code: "SE01") { parameters { personalAuthorities { actor { name } upTo { amount currency } } } } }'
    )
    person = (await ask("{ viewer { actor { id } } }", **CLARA)).data["viewer"]["actor"]["id"]
    await authority(ask, sek("12"), actor=person)
    answer, fast = await both(query, as_=role)
    assert fast
    assert answer["data"]["company"]["parameters"]["personalAuthorities"] == [
        {"actor": {"name": "Clara"}, "upTo": {"amount": "12.00", "currency": "SEK"}}
    ]
