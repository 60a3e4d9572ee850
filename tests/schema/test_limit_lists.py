"""The list of all limits: what is in force and expires soon, of customers and credit groups, the same in both lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from schema.ids import node_id
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import TODAY, World

LIMITS = """query ($where: CreditLimitEntryWhere, $orderBy: [CreditLimitEntryOrder!]) {
  creditLimits(where: $where, orderBy: $orderBy) {
    nodes { id kind inForce until limit { amount } holder { __typename id displayName } } count { value } } }"""
SEASON = {"percent": 10, "kind": "SEASONAL"}


@pytest.fixture(scope="module")
async def desk(world: World) -> World:
    """Limits of two companies and of a group that has members in Finland only, begun, over, ended, replaced, away."""
    await world.rate("EUR", "SEK", "10", day(-99))
    await world.group("G-1", "Nordic Buyers", "EUR", "FI01/2001")
    for name, holder, amount, more in (
        ("first", "SE01/1001", "100 SEK", {"from_day": day(-99)}),
        ("normal", "SE01/1001", "200 SEK", {"from_day": day(-9), "until_day": day(20)}),
        ("next", "SE01/1001", "300 SEK", {"from_day": day(9), "until_day": day(29)}),
        ("instead", "SE01/1001", "900 SEK", temporary(-3, 5)),
        ("season", "SE01/1001", "220 SEK", SEASON | {"from_day": day(-9), "until_day": day(25)}),
        ("inner season", "SE01/1001", "220 SEK", SEASON | {"from_day": day(-2), "until_day": day(3)}),
        ("over", "FI01/2002", "50 EUR", temporary(-9, -1)),
        ("ended", "SE01/1002", "600 SEK", temporary(0, 9)),
        ("expired", "FI01/2001", "70 EUR", {"from_day": day(-99), "until_day": day(-5)}),
        ("taken away", "FI01/2002", "80 EUR", {"from_day": day(-99), "until_day": day(8)}),
        ("shared", "G-1", "1000 EUR", {"from_day": day(-99), "until_day": day(30)}),
    ):
        world.ids[name] = await world.limit(holder, amount, **more)
    beta, gamma = world.ids["SE01/1002"], world.ids["FI01/2002"]
    over = {"kind": "TEMPORARY", "from_day": TODAY, "until_day": day(-1), "currency": "SEK"}
    await world.put("credit_limit_entry", holder_id=beta, customer_id=beta, replaces_id=world.ids["ended"], **over)
    away = {"kind": "PERMANENT", "from_day": day(-2), "currency": "EUR"}
    world.ids["away"] = await world.put("credit_limit_entry", holder_id=gamma, customer_id=gamma, **away)
    return world


def day(days: int) -> Any:
    return TODAY + timedelta(days)


def temporary(first: int, last: int) -> dict[str, Any]:
    return {"kind": "TEMPORARY", "from_day": day(first), "until_day": day(last)}


class Desk:
    """Asks both lanes for limits and gives their names."""

    def __init__(self, pool: asyncpg.Pool, world: World) -> None:
        self._both, self._world = BothLanes(house(pool)), world

    async def found(self, where: Any, by: str = "ID", companies: tuple[str, ...] = ("*",)) -> list[str]:
        asked = {"where": where, "orderBy": [{"field": by}]}
        answer, fast = await self._both(LIMITS, asked, companies=companies)
        nodes = answer["data"]["creditLimits"]["nodes"]
        assert (answer["data"]["creditLimits"]["count"]["value"], fast) == (len(nodes), True)
        names = {f"lim_{key.hex}": name for name, key in self._world.ids.items()}
        return [names[node["id"]] for node in nodes]


@pytest.fixture
def limits(pool: asyncpg.Pool, desk: World) -> Desk:
    return Desk(pool, desk)


IN_FORCE = {"inForce": {"eq": True}}
SOON = {"until": {"range": {"from": TODAY.isoformat(), "until": day(30).isoformat()}}}


async def test_in_force_are_those_of_today_one_of_each_kind(limits: Desk) -> None:
    assert await limits.found(IN_FORCE) == ["normal", "instead", "inner season", "expired", "shared"]
    others = ["first", "next", "season", "over", "ended", "taken away", "away"]
    assert await limits.found({"inForce": {"eq": False}}) == others


async def test_limits_that_expire_soon_are_one_question(limits: Desk) -> None:
    assert await limits.found(IN_FORCE | SOON, "UNTIL") == ["inner season", "instead", "normal", "shared"]
    permanent = {"kind": {"eq": "PERMANENT"}}
    assert await limits.found(IN_FORCE | SOON | permanent, "UNTIL") == ["normal", "shared"]
    assert await limits.found(IN_FORCE | {"until": {"range": {"until": day(-1).isoformat()}}}) == ["expired"]


async def test_limits_are_narrowed_to_companies_and_groups_with_members_there(limits: Desk) -> None:
    assert await limits.found(IN_FORCE | {"companies": ["FI01"]}) == ["expired", "shared"]
    assert await limits.found(IN_FORCE | {"companies": ["SE01"]}) == ["normal", "instead", "inner season"]


@pytest.mark.parametrize(
    ("prefix", "holder", "found"),
    [(CUSTOMER.prefix, "SE01/1002", ["ended"]), (CREDIT_GROUP.prefix, "G-1", ["shared"])],
)
async def test_limits_are_found_by_their_holder(
    limits: Desk, desk: World, prefix: str, holder: str, found: list[str]
) -> None:
    assert await limits.found({"holder": {"eq": node_id(prefix, desk.ids[holder])}}) == found


async def test_limits_are_sorted_by_what_they_come_to_in_one_currency(limits: Desk) -> None:
    assert await limits.found(IN_FORCE, "LIMIT") == ["normal", "inner season", "expired", "instead", "shared"]
    assert await limits.found(IN_FORCE | {"limit": {"range": {"from": "75"}}}) == ["instead", "shared"]


async def test_who_may_see_one_company_sees_none_of_the_others_and_no_group_of_theirs(limits: Desk) -> None:
    assert await limits.found(IN_FORCE, companies=("SE01",)) == ["normal", "instead", "inner season"]
    assert await limits.found(IN_FORCE, companies=("FI01",)) == ["expired", "shared"]
    assert await limits.found({}, companies=()) == []


async def test_each_says_whose_it_is(pool: asyncpg.Pool, desk: World) -> None:
    answer, fast = await BothLanes(house(pool))(LIMITS, {"where": IN_FORCE | {"companies": ["FI01"]}})
    holders = [node["holder"]["displayName"] for node in answer["data"]["creditLimits"]["nodes"]]
    assert (sorted(holders), fast) == (["Acme Suomi Oy", "Nordic Buyers"], True)


async def test_without_a_rate_nobody_says_who_is_above_a_limit(pool: asyncpg.Pool, desk: World) -> None:
    asked = '{ company(code: "FI01") { overLimitCustomers { nodes { account } count { value } } } }'
    both = BothLanes(house(pool))
    await desk.owes("FI01/2001", "70.01 EUR", TODAY)
    answer, fast = await both(asked)
    above = {"nodes": [{"account": "2001"}], "count": {"value": 1}}
    assert (answer["data"]["company"]["overLimitCustomers"], fast) == (above, True)
    await desk.owes("FI01/2001", "1.00 USD", TODAY)
    answer, fast = await both(asked)
    assert ([error["extensions"]["code"] for error in answer["errors"]], fast) == (["RATE_MISSING"], False)
