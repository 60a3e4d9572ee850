"""Credit groups are made, changed, joined, left and closed, and rooms are checked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from persistence.keys import new_key
from tests.schema.asking import Asker
from tests.schema.changing import (
    changed,
    codes,
    customer_id,
    group_id,
    held_order,
    hold_status,
    keyed,
    mistaken,
    refused,
    rows,
    said,
)
from tests.schema.world import TODAY, World

GROUP = "creditGroup { id version number name active memberCount members { nodes { account } } }"
ERRORS = "errors { code message path node { id } } replayed"


def document(field: str, also: str = "") -> str:
    kind = field[0].upper() + field[1:]
    return f"mutation ($input: {kind}Input!) {{ {field}(input: $input) {{ {GROUP} {also} {ERRORS} }} }}"


CREATE, UPDATE = document("createCreditGroup"), document("updateCreditGroup")
CLOSE = document("closeCreditGroup")
ADD = document("addCreditGroupMember", "customer { account creditGroup { number } }")
REMOVE = document("removeCreditGroupMember", "customer { account creditGroup { number } }")


def wanted(**more: Any) -> dict[str, Any]:
    given = {"number": f"G{new_key().hex}", "name": "Nordic", "currency": "SEK", "timeZone": "Europe/Stockholm"}
    return keyed(**given | more)


def account(name: str) -> dict[str, Any]:
    company, number = name.split("/")
    return {"number": {"company": company, "account": number}}


@pytest.fixture
async def swede(world: World) -> str:
    number = f"G{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("SE01", number, f"Swede {number}")
    return f"SE01/{number}"


@pytest.fixture
async def finn(world: World) -> str:
    number = f"G{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("FI01", number, f"Finn {number}")
    return f"FI01/{number}"


async def shared(world: World, *members: str, limit: str | None = None) -> dict[str, Any]:
    """A group with members, as an input names it."""
    number = f"S{new_key().hex}"
    await world.group(number, "Shared", "SEK", *members, limit=limit)
    return {"creditGroup": group_id(world, number)}


async def test_a_group_is_made_with_its_own_way_of_counting(ask: Asker, world: World) -> None:
    given = wanted(creditLimitType="BALANCE", disputedReducesExposure=False, orderHorizonDays=30, maxRateAgeDays=3)
    made = (await changed(ask, CREATE, given))["creditGroup"]
    assert (made["version"], made["name"], made["active"], made["memberCount"]) == (1, "Nordic", True, 0)
    kept = await world.conn.fetchrow("select * from credit_group where number = $1", given["number"])
    assert (kept["credit_limit_type"], kept["disputed_reduces_exposure"]) == ("BALANCE", False)
    assert (kept["order_horizon_days"], kept["max_rate_age_days"], kept["time_zone"]) == (30, 3, "Europe/Stockholm")


async def test_a_group_that_cannot_be_meant_is_refused_whole(ask: Asker, world: World) -> None:
    taken = (await changed(ask, CREATE, wanted()))["creditGroup"]
    bad = wanted(name=" ", currency="XXQ", number=taken["number"], orderHorizonDays=-1, maxRateAgeDays=-1)
    payload = await refused(ask, world, CREATE, bad)
    assert set(said(payload)) == {
        ("INVALID_VALUE", "name"),
        ("CURRENCY_UNKNOWN", "currency"),
        ("ALREADY_EXISTS", "number"),
        ("INVALID_VALUE", "orderHorizonDays"),
        ("INVALID_VALUE", "maxRateAgeDays"),
    }
    assert {"id": taken["id"]} in [error["node"] for error in payload["errors"]]


async def test_the_same_key_makes_one_group(ask: Asker, world: World) -> None:
    given = wanted()
    first = await changed(ask, CREATE, given)
    before = await rows(world)
    again = await changed(ask, CREATE, given)
    assert again["replayed"]
    assert again["creditGroup"] == first["creditGroup"]
    assert await rows(world) == before
    assert codes((await refused(ask, world, CREATE, given | {"name": "Other"}))["errors"]) == ["IDEMPOTENCY_KEY_REUSED"]


async def test_what_is_left_out_of_a_change_stays(ask: Asker, world: World, swede: str) -> None:
    group = await shared(world, swede)
    now = (await changed(ask, UPDATE, keyed(**group, orderHorizonDays=10)))["creditGroup"]
    assert (now["version"], now["name"]) == (2, "Shared")
    same = (await changed(ask, UPDATE, keyed(**group, orderHorizonDays=10, expectedVersion=2)))["creditGroup"]
    assert same["version"] == 2
    await changed(ask, UPDATE, keyed(**group, name="Renamed", orderHorizonDays=None))
    kept = await world.conn.fetchrow("select name, order_horizon_days from credit_group where name = 'Renamed'")
    assert kept["order_horizon_days"] is None
    late = await refused(ask, world, UPDATE, keyed(**group, name="Late", expectedVersion=1))
    assert said(late) == [("VERSION_CONFLICT", "expectedVersion")]
    assert late["creditGroup"]["name"] == "Renamed"
    blank = await refused(ask, world, UPDATE, keyed(**group, name="", maxRateAgeDays=-1))
    assert said(blank) == [("INVALID_VALUE", "name"), ("INVALID_VALUE", "maxRateAgeDays")]


async def test_what_counts_in_a_group_checks_its_members_holds_again(ask: Asker, world: World, swede: str) -> None:
    group = await shared(world, swede, limit="1000 SEK")
    hold = await held_order(ask, world, "SE01", swede.split("/")[1], "2000")
    await changed(ask, UPDATE, keyed(**group, creditLimitType="NONE"))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_who_joins_shares_the_limit_and_is_checked_again(ask: Asker, world: World, swede: str, finn: str) -> None:
    group = await shared(world, finn, limit="5000 SEK")
    hold = await held_order(ask, world, "SE01", swede.split("/")[1], "2000")
    payload = await changed(ask, ADD, keyed(**group, customer=account(swede)))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    assert (payload["creditGroup"]["memberCount"], payload["creditGroup"]["version"]) == (2, 2)
    assert payload["customer"]["creditGroup"]["number"] == payload["creditGroup"]["number"]


async def test_who_leaves_frees_the_room_of_the_others(ask: Asker, world: World, swede: str, finn: str) -> None:
    group = await shared(world, swede, finn, limit="5000 SEK")
    await world.owes(finn, "400.00 EUR", TODAY)
    hold = await held_order(ask, world, "SE01", swede.split("/")[1], "2000")
    payload = await changed(ask, REMOVE, group | {"customer": account(finn)})
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    assert payload["customer"]["creditGroup"] is None
    assert [node["account"] for node in payload["creditGroup"]["members"]["nodes"]] == [swede.split("/")[1]]
    before = await rows(world)
    await changed(ask, REMOVE, group | {"customer": account(finn)})
    assert await rows(world) == before


async def test_a_customer_is_in_one_group_at_a_time(ask: Asker, world: World, swede: str) -> None:
    first, second = await shared(world, swede), await shared(world)
    payload = await refused(ask, world, ADD, keyed(**second, customer=account(swede)))
    assert said(payload) == [("ALREADY_IN_CREDIT_GROUP", "customer")]
    assert payload["errors"][0]["node"] == {"id": first["creditGroup"]}
    assert payload["creditGroup"]["memberCount"] == 0
    last = TODAY + timedelta(10)
    await changed(ask, REMOVE, first | {"customer": account(swede), "until": last.isoformat()})
    overlapping = keyed(**second, customer=account(swede), **{"from": last.isoformat()})
    assert codes((await refused(ask, world, ADD, overlapping))["errors"]) == ["ALREADY_IN_CREDIT_GROUP"]
    following = keyed(**second, customer=account(swede), **{"from": (last + timedelta(1)).isoformat()})
    await changed(ask, ADD, following)
    earlier = await shared(world)
    soon = keyed(**earlier, customer=account(swede), **{"from": (last - timedelta(1)).isoformat()})
    assert codes((await refused(ask, world, ADD, soon))["errors"]) == ["ALREADY_IN_CREDIT_GROUP"]


async def test_who_joined_today_can_leave_today_and_join_another(ask: Asker, world: World, swede: str) -> None:
    first, second = await shared(world), await shared(world)
    await changed(ask, ADD, keyed(**first, customer=account(swede)))
    await changed(ask, REMOVE, first | {"customer": account(swede)})
    payload = await changed(ask, ADD, keyed(**second, customer={"id": customer_id(world, swede)}))
    assert payload["customer"]["creditGroup"]["number"] == payload["creditGroup"]["number"]


async def test_members_that_are_not_there_or_days_that_cannot_be(ask: Asker, world: World, swede: str) -> None:
    group = await shared(world, swede)
    nobody = await refused(ask, world, ADD, keyed(**group, customer=account("SE01/NOBODY")))
    assert said(nobody) == [("NOT_FOUND", "customer")]
    stranger = await refused(ask, world, REMOVE, group | {"customer": account("SE01/1002")})
    assert said(stranger) == [("NOT_FOUND", "customer")]
    early = await refused(ask, world, REMOVE, group | {"customer": account(swede), "until": "2019-12-31"})
    assert said(early) == [("DATE_ORDER", "until")]


async def test_a_closed_group_has_no_members_and_takes_none(ask: Asker, world: World, swede: str, finn: str) -> None:
    group = await shared(world, swede, finn)
    payload = await changed(ask, CLOSE, keyed(**group))
    assert (payload["creditGroup"]["active"], payload["creditGroup"]["memberCount"]) == (False, 0)
    for query, given in (
        (ADD, keyed(**group, customer=account(swede))),
        (CLOSE, keyed(**group)),
        (UPDATE, keyed(**group, name="X")),
    ):
        again = await refused(ask, world, query, given)
        assert said(again) == [("WRONG_STATUS", "creditGroup")]
        assert again["creditGroup"]["active"] is False


async def test_closing_checks_the_members_holds_again(ask: Asker, world: World, swede: str) -> None:
    group = await shared(world, swede, limit="1000 SEK")
    await world.limit(swede, "9000 SEK")
    hold = await held_order(ask, world, "SE01", swede.split("/")[1], "2000")
    await changed(ask, CLOSE, keyed(**group))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_a_group_is_for_those_with_a_member_in_it_or_who_made_it(
    ask: Asker, world: World, swede: str, finn: str
) -> None:
    group = await shared(world, finn)
    for query, given in (
        (UPDATE, keyed(**group, name="X")),
        (CLOSE, keyed(**group)),
        (ADD, keyed(**group, customer=account(swede))),
        (REMOVE, group | {"customer": account(swede)}),
    ):
        payload = await refused(ask, world, query, given, companies=["SE01"])
        assert said(payload) == [("NOT_FOUND", "creditGroup")]
        assert payload["creditGroup"] is None
    made = (await changed(ask, CREATE, wanted(), companies=["SE01"], user="maker"))["creditGroup"]
    joining = keyed(creditGroup=made["id"], customer=account(swede))
    other = await refused(ask, world, ADD, joining, companies=["SE01"], user="other")
    assert said(other) == [("NOT_FOUND", "creditGroup")]
    await changed(ask, ADD, joining, companies=["SE01"], user="maker")


async def test_customers_and_members_of_other_companies_are_out_of_reach(
    ask: Asker, world: World, swede: str, finn: str
) -> None:
    group = await shared(world, swede, finn)
    foreign = keyed(**group, customer=account(finn))
    assert await mistaken(ask, world, ADD, foreign, companies=["SE01"]) == ["COMPANY_NOT_AVAILABLE"]
    by_id = group | {"customer": {"id": customer_id(world, finn)}}
    assert said(await refused(ask, world, REMOVE, by_id, companies=["SE01"])) == [("NOT_FOUND", "customer")]
    assert await mistaken(ask, world, CLOSE, keyed(**group), companies=["SE01"]) == ["FORBIDDEN"]


async def test_only_credit_managers_change_groups(ask: Asker, world: World, swede: str) -> None:
    group = await shared(world, swede)
    for role in ("CREDIT_CLERK", "INTEGRATION", "ADMIN", "VIEWER"):
        for query, given in (
            (CREATE, wanted()),
            (UPDATE, keyed(**group, name="X")),
            (CLOSE, keyed(**group)),
            (ADD, keyed(**group, customer=account("SE01/1002"))),
            (REMOVE, group | {"customer": account(swede)}),
        ):
            assert await mistaken(ask, world, query, given, as_=role) == ["FORBIDDEN"]
