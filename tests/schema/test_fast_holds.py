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
    reasons { code codeLabel active message swedish: message(locale: "sv") __typename rule { id kind days condition } }
    release { __typename reason { name } withPosting releasedAmount { amount currency } ceiling { amount formatted }
      deviationPercent lastDate note releasedAt releasedBy { name } }
  }
} }
"""


@pytest.fixture(scope="module")
async def orders(world: World) -> World:
    """Acme may owe 100,000 SEK in Sweden and 500,000 EUR with its group: two orders are held, one was released."""
    for company in ("SE01", "FI01"):
        await world.put("checkpoint_setting", company_id=world.ids[company], checkpoint="CONFIRMATION")
    await world.limit("SE01/1001", "100000 SEK")
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001", limit="500000 EUR")
    await paper.decided(world, "SE01/1001", "SO-1", "40000.00 SEK")
    await paper.decided(world, "FI01/2001", "FO-1", "10.00 EUR")
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
    assert [reason["rule"] for reason in hold["reasons"]] == [None, None]
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


WHY = """
query ($where: CreditDecisionWhere) { creditDecisions(where: $where, orderBy: [{field: AMOUNT}]) { nodes {
  id decidedAt decidedBy { name } overrideReason hold { id status } ...Why
} } }
fragment Why on CreditCheckResult {
  __typename outcome outcomeLabel checkpoint checkpointLabel asOf amount { amount currency }
  customer { account } order { number } reasons { code codeLabel active message }
  tests { holder { __typename id displayName ... on Customer { account } } passed limit { amount currency }
    exposure { amount } amount { amount formatted } available { amount } usedPercent rates { from to rate date } day }
  unblock { __typename kind kindLabel amount { __typename amount currency formatted(style: NAME) } date message
    swedish: message(locale: "sv") }
  explanation swedish: explanation(locale: "sv")
}
"""


@pytest.mark.parametrize("language", ["en", "sv-SE"])
async def test_a_decision_tells_every_test_reason_and_way_out(both: BothLanes, language: str) -> None:
    answer, fast = await both(WHY, companies=["SE01"], language=language)
    passed, held, group = answer["data"]["creditDecisions"]["nodes"]
    assert fast
    assert (passed["outcome"], passed["hold"], passed["reasons"], passed["unblock"]) == ("PASSED", None, [], [])
    assert (held["outcome"], held["hold"]["status"]) == ("HELD", "OPEN")
    assert [test["holder"]["__typename"] for test in held["tests"]] == ["CreditGroup", "Customer"]
    assert [test["usedPercent"] for test in held["tests"]] == ["1.91", "110.00"]
    assert held["tests"][0]["rates"] == [{"from": "EUR", "to": "SEK", "rate": "11.5", "date": TODAY.isoformat()}]
    assert [way["kind"] for way in held["unblock"]] == ["PAY", "LESS", "RAISE"]
    assert [way["amount"]["amount"] for way in held["unblock"]] == ["10000.00", "100000.00", "110000.00"]
    assert [reason["code"] for reason in group["reasons"]] == ["GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED"]
    assert (held["explanation"] == held["swedish"]) is (language != "en")


async def test_a_limit_that_does_not_bind_is_null_in_a_test(both: BothLanes) -> None:
    answer, fast = await both(WHY, companies=["FI01"])
    (decision,) = answer["data"]["creditDecisions"]["nodes"]
    assert fast
    assert [(test["limit"], test["available"], test["usedPercent"]) for test in decision["tests"]] == [
        ({"amount": "500000.00", "currency": "EUR"}, {"amount": "500000.00"}, "0.00"),
        (None, None, None),
    ]
    assert [test["passed"] for test in decision["tests"]] == [True, True]


async def test_what_a_decision_was_made_on_is_read_only_for_the_ways_out(both: BothLanes) -> None:
    query = "{ creditDecisions { nodes { outcome reasons { code } explanation } } }"
    _, fast = await both(query)
    assert fast
    assert (await both(query.replace("outcome", "unblock { kind }")))[1]


async def test_ways_out_in_another_currency_are_for_the_slow_lane(both: BothLanes) -> None:
    query = """{ creditDecisions(where: {outcome: {eq: HELD}}, first: 1) {
      nodes { unblock { amount { converted(to: "EUR") { currency } } } } } }"""
    answer, fast = await both(query)
    (held,) = answer["data"]["creditDecisions"]["nodes"]
    assert not fast
    assert {way["amount"]["converted"]["currency"] for way in held["unblock"]} == {"EUR"}


async def test_a_reason_names_the_rule_it_comes_of_in_a_decision_as_on_its_hold(both: BothLanes, orders: World) -> None:
    rule = {"kind": "ORDER_AMOUNT", "type": "BLOCK", "valid_for": "CUSTOMER", "amount": 5, "currency": "EUR"}
    owner = {"company_id": orders.ids["FI01"], "customer_id": orders.ids["FI01/2001"]}
    key = await orders.put("blocking_rule", **owner, **rule)
    await paper.held(orders, "FI01/2001", "FO-2", "6.00 EUR")
    query = """{ creditHolds(where: {search: "FO-2"}) { nodes {
      reasons { code rule { id amount { amount } } } decision { reasons { rule { id } } } } } }"""
    answer, fast = await both(query)
    await orders.conn.execute("update blocking_rule set active = false where id = $1", key)
    (hold,) = answer["data"]["creditHolds"]["nodes"]
    assert fast
    assert hold["reasons"] == [
        {"code": "ORDER_AMOUNT", "rule": {"id": paper.id_of("rul", key), "amount": {"amount": "5.00"}}}
    ]
    assert hold["decision"]["reasons"] == [{"rule": {"id": paper.id_of("rul", key)}}]
