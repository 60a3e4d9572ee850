"""Limits end early, are taken back before they begin, and are taken away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from persistence.reconcile import reconcile
from tests.schema.adjusting import CREATE, POST, UPDATE, draft, drafted, line, own_customer, post, temporary, update
from tests.schema.approving import APPROVE, CLERK, MANAGER, SUBMIT, approving
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, codes, customer_id, held_order, hold_status, keyed, refused, said, sek
from tests.schema.releasing import authority
from tests.schema.test_margins import margin, season
from tests.schema.world import TODAY, World

HISTORY = """query ($id: ID!, $asOf: Date, $where: CreditLimitEntryWhere) { node(id: $id) { ... on Customer {
  credit(asOf: $asOf) { limit { kind total { amount } } effectiveAvailable { amount } }
  creditLimitHistory(where: $where) { nodes {
    id kind action actionLabel from until endedOn replacedBy { id } limit { amount } } } } } }"""
LINES = """query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment { lines { nodes {
  id action actionLabel replaces { id limit { amount } } newLimit { amount } from until status } } } } }"""
SAID = """query ($id: ID!) { node(id: $id) { ... on Customer {
  timeline(last: 1, where: {kind: {eq: LIMIT_POSTED}}) { nodes { message changes { before after } } } } } }"""
ALL = ["PERMANENT", "TEMPORARY", "SEASONAL", "TOLERANCE"]


@pytest.fixture
async def acme(world: World) -> str:
    """A customer with a limit of 1,000."""
    name = await own_customer(world)
    await world.limit(name, "1000 SEK")
    return name


@pytest.fixture
def both(pool: asyncpg.Pool, world: World) -> BothLanes:
    return BothLanes(house(pool))


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


async def posted(ask: Asker, *lines: dict[str, Any], kind: str = "TEMPORARY") -> Any:
    return await changed(ask, POST, post(await drafted(ask, *lines, kind=kind)))


class Acme:
    """What is read of a customer, in both lanes."""

    def __init__(self, both: BothLanes, world: World, name: str) -> None:
        self._both, self._id = both, customer_id(world, name)

    async def read(self, days: int = 0, *kinds: str) -> Any:
        answer, fast = await self._both(
            HISTORY, {"id": self._id, "asOf": day(days), "where": {"kind": {"in": kinds or ALL}}}
        )
        assert fast
        return answer["data"]["node"]

    async def total(self, days: int = 0) -> str | None:
        found = (await self.read(days))["credit"]["limit"]["total"]
        return None if found is None else found["amount"].removesuffix(".00")

    async def history(self, *kinds: str) -> Any:
        return (await self.read(0, *kinds))["creditLimitHistory"]["nodes"]

    async def last(self, kind: str) -> str:
        """The id of the only posted limit of a kind."""
        (found,) = await self.history(kind)
        return str(found["id"])


async def test_a_temporary_limit_is_ended_early(ask: Asker, both: BothLanes, world: World, acme: str) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, temporary(acme, -5, 30))
    hold = await held_order(ask, world, "SE01", acme.split("/")[1], "9500")
    ended = await seen.last("TEMPORARY")
    made = await drafted(ask, margin(acme, ends=ended, until=day(3)), kind="TEMPORARY", **CLERK)
    (shown,) = (await ask(LINES, {"id": made["id"]})).data["node"]["lines"]["nodes"]
    assert (shown["action"], shown["actionLabel"]) == ("END", "End")
    assert shown["replaces"] == {"id": ended, "limit": {"amount": "9000.00"}}
    assert (shown["newLimit"], shown["from"], shown["until"]) == ({"amount": "1000.00"}, None, day(3))
    await changed(ask, POST, post(made))
    assert [await seen.total(days) for days in (-6, -5, 3, 4, 30)] == ["1000", "9000", "9000", "1000", "1000"]
    (entry,) = await seen.history("TEMPORARY")
    assert (entry["until"], entry["endedOn"], entry["replacedBy"]) == (day(30), day(3), None)
    assert await hold_status(world, hold) == "OPEN"
    (event,) = (await ask(SAID, {"id": customer_id(world, acme)})).data["node"]["timeline"]["nodes"]
    assert event["message"].endswith("ends on Nov 26, 2026.")
    assert await reconcile(world.conn) == []


async def test_without_a_last_day_it_ends_before_the_day_of_posting(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, temporary(acme, -5, 30))
    await posted(ask, margin(acme, ends=await seen.last("TEMPORARY")))
    assert [await seen.total(days) for days in (-1, 0)] == ["9000", "1000"]
    (entry,) = await seen.history("TEMPORARY")
    assert entry["endedOn"] == day(-1)


async def test_one_that_has_not_begun_is_taken_back(ask: Asker, both: BothLanes, world: World, acme: str) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, temporary(acme, 5, 30))
    await posted(ask, margin(acme, ends=await seen.last("TEMPORARY")))
    assert [await seen.total(days) for days in (4, 5, 30)] == ["1000", "1000", "1000"]
    (entry,) = await seen.history("TEMPORARY")
    assert (entry["from"], entry["endedOn"]) == (day(5), day(-1))
    (event,) = (await ask(SAID, {"id": customer_id(world, acme)})).data["node"]["timeline"]["nodes"]
    assert event["message"].endswith("was taken back before it began.")
    await posted(ask, temporary(acme, 4, 6, "8000"))
    assert await seen.total(5) == "8000", "its days are free again"


async def test_a_season_and_a_tolerance_end_too(ask: Asker, both: BothLanes, world: World, acme: str) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, season(acme, "10"), kind="SEASONAL")
    await posted(ask, margin(acme, percent="50"), kind="TOLERANCE")
    assert await seen.total() == "1650"
    await posted(ask, margin(acme, ends=await seen.last("SEASONAL"), until=day(2)), kind="SEASONAL")
    await posted(ask, margin(acme, ends=await seen.last("TOLERANCE"), until=day(0)), kind="TOLERANCE")
    assert [await seen.total(days) for days in (0, 1, 2, 3)] == ["1650", "1100", "1100", "1000"]


async def test_what_took_the_place_of_another_is_told_there(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, temporary(acme, -5, 30))
    first = await seen.last("TEMPORARY")
    await posted(ask, temporary(acme, 2, 9, "5000", replaces=first))
    later, earlier = await seen.history("TEMPORARY")
    assert (earlier["endedOn"], earlier["replacedBy"]) == (day(1), {"id": later["id"]})
    assert (later["endedOn"], later["replacedBy"], later["actionLabel"]) == (None, None, "Set")


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"until": day(9)}, "DATE_ORDER", "until"),
        ({"until": day(-2)}, "DATE_ORDER", "until"),
        ({"until": day(-6)}, "DATE_ORDER", "until"),
        ({"newLimit": sek("1")}, "INVALID_VALUE", "ends"),
        ({"from": day(1)}, "INVALID_VALUE", "ends"),
        ({"unset": True}, "INVALID_VALUE", "ends"),
        ({"percent": "1"}, "INVALID_VALUE", "ends"),
    ],
)
async def test_an_end_that_cannot_be_meant_is_refused(
    ask: Asker, both: BothLanes, world: World, acme: str, more: dict[str, Any], code: str, path: str
) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, temporary(acme, -5, 9))
    ended = await seen.last("TEMPORARY")
    late = await refused(ask, world, CREATE, draft(margin(acme, ends=ended, **more), kind="TEMPORARY"))
    assert said(late) == [(code, f"lines.0.{path}")]


async def test_only_what_the_holder_has_and_is_not_over_is_ended(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    seen = Acme(both, world, acme)
    await posted(ask, temporary(acme, -5, 9))
    ended, permanent = await seen.last("TEMPORARY"), await seen.last("PERMANENT")
    for holder, what, kind in (
        ("SE01/1001", ended, "TEMPORARY"),
        (acme, permanent, "PERMANENT"),
        (acme, ended, "SEASONAL"),
    ):
        late = await refused(ask, world, CREATE, draft(margin(holder, ends=what), kind=kind))
        assert said(late) == [("NOT_FOUND", "lines.0.ends")]
    made = await drafted(ask, margin(acme, ends=ended), kind="TEMPORARY")
    await posted(ask, margin(acme, ends=ended))
    assert said(await refused(ask, world, POST, post(made))) == [("NOT_FOUND", "lines.0.ends")]


async def test_a_line_of_a_draft_becomes_another_kind_of_line(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    await posted(ask, temporary(acme, -5, 9))
    ended = await Acme(both, world, acme).last("TEMPORARY")
    made = await drafted(ask, margin(acme, ends=ended), kind="TEMPORARY")
    (own,) = made["lines"]["nodes"]
    wanted = update(made, saveLines=[temporary(acme, -5, 3, replaces=ended) | {"id": own["id"]}])
    await changed(ask, UPDATE, wanted)
    (shown,) = (await ask(LINES, {"id": made["id"]})).data["node"]["lines"]["nodes"]
    assert (shown["action"], shown["newLimit"]) == ("SET", {"amount": "9000.00"})


async def test_decision_1_a_limit_is_taken_away_and_the_group_alone_decides(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    seen, account = Acme(both, world, acme), acme.split("/")[1]
    await world.group(f"G-{account}", "Shared", "SEK", acme, limit="50000 SEK")
    hold = await held_order(ask, world, "SE01", account, "20000")
    made = await drafted(ask, margin(acme, unset=True), **CLERK)
    (shown,) = (await ask(LINES, {"id": made["id"]})).data["node"]["lines"]["nodes"]
    assert (shown["action"], shown["newLimit"]) == ("UNSET", None)
    await changed(ask, POST, post(made))
    credit = (await seen.read())["credit"]
    assert credit["limit"] == {"kind": "UNSET", "total": None}
    assert credit["effectiveAvailable"] == {"amount": "50000.00"}
    assert [await seen.total(days) for days in (-1, 0, 1)] == ["1000", None, None]
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    last, first = await seen.history("PERMANENT")
    assert (last["action"], last["limit"], first["action"]) == ("UNSET", None, "SET")
    (event,) = (await ask(SAID, {"id": customer_id(world, acme)})).data["node"]["timeline"]["nodes"]
    assert event["changes"] == [{"before": "1000 SEK", "after": None}] or event["changes"][0]["after"] is None
    await posted(ask, line(acme, "3000"), kind="PERMANENT")
    assert await seen.total() == "3000"
    assert await reconcile(world.conn) == []


async def test_outside_of_a_group_it_is_no_credit_and_is_warned_of(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    seen = Acme(both, world, acme)
    await world.owes(acme, "400 SEK", TODAY)
    payload = await posted(ask, margin(acme, unset=True), kind="PERMANENT")
    assert codes(payload["warnings"]) == ["LIMIT_BELOW_USED"]
    assert (await seen.read())["credit"]["limit"] == {"kind": "UNSET", "total": {"amount": "0.00"}}
    left_out = await refused(ask, world, CREATE, draft(margin(acme, unset=True)))
    assert said(left_out) == [("INVALID_VALUE", "lines.0.from")], "there is none to take away any more"
    season_of_nothing = await refused(ask, world, CREATE, draft(season(acme, "10"), kind="SEASONAL"))
    assert said(season_of_nothing) == [("INVALID_VALUE", "lines.0.from")]


@pytest.mark.parametrize(
    ("more", "kind", "path"),
    [
        ({"newLimit": sek("1")}, "PERMANENT", "unset"),
        ({"until": day(9)}, "PERMANENT", "unset"),
        ({}, "TEMPORARY", "unset"),
        ({}, "TOLERANCE", "unset"),
    ],
)
async def test_taking_away_what_cannot_be_meant_is_refused(
    ask: Asker, world: World, acme: str, more: dict[str, Any], kind: str, path: str
) -> None:
    late = await refused(ask, world, CREATE, draft(margin(acme, unset=True, **more), kind=kind))
    assert said(late) == [("INVALID_VALUE", f"lines.0.{path}")]


@pytest.mark.parametrize(
    ("group", "unlimited", "up_to", "approved"),
    [
        (None, False, "1", True),
        ("50000 SEK", False, "49999.99", False),
        ("50000 SEK", False, "50000", True),
        (None, True, "9000000000000", False),
        (None, True, None, True),
    ],
)
async def test_decision_7_taking_a_limit_away_takes_the_authority_over_what_decides_then(
    ask: Asker, world: World, acme: str, group: str | None, unlimited: bool, up_to: str | None, approved: bool
) -> None:
    if group is not None:
        await world.group(f"G-{acme.split('/')[1]}", "Shared", "SEK", acme, limit=group)
    own = "update credit_parameters set unset_limit_means_unlimited = $2 where company_id = $1"
    await world.conn.execute(own, world.ids["SE01"], unlimited)
    await approving(ask)
    await authority(ask, None if up_to is None else sek(up_to), role="CREDIT_MANAGER")
    made = await drafted(ask, margin(acme, unset=True), **CLERK)
    await changed(ask, SUBMIT, keyed(creditLimitAdjustment=made["id"]), **CLERK)
    given = keyed(creditLimitAdjustment=made["id"])
    may = """query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment { viewerMay } } }"""
    assert ("APPROVE" in (await ask(may, {"id": made["id"]}, **MANAGER)).data["node"]["viewerMay"]) is approved
    if approved:
        await changed(ask, APPROVE, given, **MANAGER)
    else:
        assert said(await refused(ask, world, APPROVE, given, **MANAGER)) == [("AUTHORITY_EXCEEDED", "lines.0")]
    await world.conn.execute(own, world.ids["SE01"], False)
