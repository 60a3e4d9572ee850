"""Holds, their reasons and releases, and the decisions behind them, in the fast lane as in the slow one."""

from __future__ import annotations

import asyncpg
import pytest

from tests.schema import paper
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import TODAY, World

HOLDS = """
query ($where: CreditHoldWhere, $orderBy: [CreditHoldOrder!]) { creditHolds(where: $where, orderBy: $orderBy) {
  nodes {
    id status viewerMay viewerMayLabels order { number }
    reasons { code codeLabel active message swedish: message(locale: "sv") __typename }
    release { __typename reason { name } withPosting releasedAmount { amount currency } ceiling { amount formatted }
      deviationPercent lastDate note releasedAt releasedBy { name } }
  }
} }
"""


@pytest.fixture(scope="module")
async def orders(world: World) -> World:
    """Acme may owe 100,000 SEK in Sweden and 500,000 EUR with its group: two orders are held, one was released."""
    await world.put("checkpoint_setting", company_id=world.ids["SE01"], checkpoint="CONFIRMATION")
    await world.limit("SE01/1001", "100000 SEK")
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001", limit="500000 EUR")
    await paper.decided(world, "SE01/1001", "SO-1", "40000.00 SEK")
    await paper.held(world, "SE01/1001", "SO-2", "110000.00 SEK", notes="Call them")
    await paper.held(world, "SE01/1001", "SO-3", "7000000.00 SEK", status="RELEASED")
    reason = await world.put("reason", code="PAID", name="Paid in advance", kind="RELEASE")
    await paper.released(world, "SE01/1001", "SO-3", reason, ceiling=1, note="At first")
    bounds = {"ceiling": 7200000, "deviation_percent": 10, "last_date": TODAY, "note": "Then"}
    await paper.released(world, "SE01/1001", "SO-3", reason, **bounds)
    await world.conn.execute("update hold_reason set active = false where code = 'GROUP_LIMIT_EXCEEDED'")
    return world


@pytest.fixture
def both(pool: asyncpg.Pool, orders: World) -> BothLanes:
    """Both lanes over these."""
    return BothLanes(house(pool))


@pytest.mark.parametrize("language", ["en", "sv-SE"])
async def test_a_hold_tells_its_reasons_in_their_order_and_in_the_readers_language(
    both: BothLanes, language: str
) -> None:
    answer, fast = await both(HOLDS, {"where": {"search": "SO-3"}}, language=language)
    (hold,) = answer["data"]["creditHolds"]["nodes"]
    assert fast
    assert [(reason["code"], reason["active"]) for reason in hold["reasons"]] == [
        ("GROUP_LIMIT_EXCEEDED", False),
        ("CREDIT_LIMIT_EXCEEDED", True),
    ]
    same = language != "en"
    assert all((reason["message"] == reason["swedish"]) is same for reason in hold["reasons"])


async def test_a_hold_tells_its_last_release_or_none(both: BothLanes) -> None:
    answer, fast = await both(HOLDS, {"orderBy": [{"field": "STATUS"}]})
    waits, released = answer["data"]["creditHolds"]["nodes"]
    assert fast
    assert (waits["order"]["number"], waits["release"]) == ("SO-2", None)
    assert released["release"]["note"] == "Then"
    assert released["release"]["ceiling"]["amount"] == "7200000.00"
    assert released["release"]["deviationPercent"] == "10"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("VIEWER", []),
        ("CREDIT_CLERK", ["UPDATE", "EVALUATE"]),
        ("CREDIT_MANAGER", ["UPDATE", "EVALUATE", "RELEASE", "REJECT"]),
    ],
)
async def test_what_may_be_done_with_a_hold_depends_on_who_asks_and_not_on_who_asked_before(
    both: BothLanes, role: str, may: list[str]
) -> None:
    answer, fast = await both(HOLDS, {"where": {"status": {"eq": "OPEN"}}}, as_=role, companies=["SE01"])
    (hold,) = answer["data"]["creditHolds"]["nodes"]
    assert fast
    assert hold["viewerMay"] == may
    assert len(hold["viewerMayLabels"]) == len(may)
    answer, fast = await both(HOLDS, {"where": {"status": {"eq": "RELEASED"}}}, as_=role)
    assert fast
    assert [one["viewerMay"] for one in answer["data"]["creditHolds"]["nodes"]] == [[]]
