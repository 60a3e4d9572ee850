"""The list of holds as a credit desk narrows and sorts it, the same in both lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from persistence.shapes.named import CREDIT_MANAGEMENT_GROUP, PAYMENT_TERMS, RISK_GROUP
from schema.ids import node_id
from tests.schema import paper
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import TODAY, World

HOLDS = """query ($where: CreditHoldWhere, $orderBy: [CreditHoldOrder!]) {
  creditHolds(where: $where, orderBy: $orderBy) { nodes { order { number } } count { value } } }"""

TABLES = ("credit_management_group", "risk_group", "payment_terms")


@pytest.fixture(scope="module")
async def desk(world: World) -> World:
    """Three holds: of Acme in Sweden two, one of them on other terms, and of Acme in Finland one."""
    for company, code, limit in (("SE01", "SE01/1001", "100 SEK"), ("FI01", "FI01/2001", "10 EUR")):
        await world.put("checkpoint_setting", company_id=world.ids[company], checkpoint="CONFIRMATION")
        await world.limit(code, limit)
    for table in TABLES:
        for code in ("A", "B"):
            days = {"days": 30} if table == "payment_terms" else {}
            await world.put(table, f"{table} {code}", code=code, name=code, **days)
    group, risk, terms = (world.ids[f"{table} A"] for table in TABLES)
    await world.conn.execute(
        "update customer set credit_management_group_id = $1, risk_group_id = $2, payment_terms_id = $3 where id = $4",
        group,
        risk,
        terms,
        world.ids["SE01/1001"],
    )
    await paper.held(world, "SE01/1001", "SO-1", "110.00 SEK")
    await paper.held(world, "SE01/1001", "SO-2", "120.00 SEK")
    await paper.held(world, "FI01/2001", "SO-3", "900.00 EUR")
    for number, days in (("SO-1", 9), ("SO-2", 1)):
        shipped = "update sales_order set ship_date = $1 where id = $2"
        await world.conn.execute(shipped, TODAY + timedelta(days), world.ids[number])
    other = "update sales_order set payment_terms_id = $1 where id = $2"
    await world.conn.execute(other, world.ids["payment_terms B"], world.ids["SO-2"])
    said = {"customer_id": world.ids["SE01/1001"], "company_id": world.ids["SE01"], "hold_id": world.ids["hold SO-2"]}
    message = {"text": "The customer is on hold.", "values": {}}
    for place, code, active in ((1, "REVIEW_DUE", True), (2, "DUNNING_LEVEL", False)):
        await world.put("hold_reason", **said, place=place, code=code, active=active, message=message)
    return world


def of(table: str, code: str) -> Any:
    """A filter by the id of a coded name."""
    (shape,) = (one for one in (CREDIT_MANAGEMENT_GROUP, PAYMENT_TERMS, RISK_GROUP) if one.table == table)
    return lambda world: {"eq": node_id(shape.prefix, world.ids[f"{table} {code}"])}


@pytest.mark.parametrize(
    ("field", "wanted", "found"),
    [
        ("reason", {"eq": "CREDIT_LIMIT_EXCEEDED"}, ["SO-1", "SO-2", "SO-3"]),
        ("reason", {"in": ["REVIEW_DUE", "FORCED"]}, ["SO-2"]),
        ("reason", {"eq": "DUNNING_LEVEL"}, []),
        ("reason", {"isNull": True}, []),
        ("shipDate", {"range": {"until": (TODAY + timedelta(5)).isoformat()}}, ["SO-2"]),
        ("shipDate", {"isNull": True}, ["SO-3"]),
        ("paymentTerms", of("payment_terms", "A"), ["SO-1"]),
        ("paymentTerms", of("payment_terms", "B"), ["SO-2"]),
        ("creditManagementGroup", of("credit_management_group", "A"), ["SO-1", "SO-2"]),
        ("creditManagementGroup", {"isNull": True}, ["SO-3"]),
        ("riskGroup", of("risk_group", "A"), ["SO-1", "SO-2"]),
        ("riskGroup", of("risk_group", "B"), []),
        ("amount", {"range": {"from": "100"}}, ["SO-3"]),
    ],
)
async def test_holds_are_found_by_what_a_desk_splits_them_by(
    pool: asyncpg.Pool, desk: World, field: str, wanted: Any, found: list[str]
) -> None:
    where = {field: wanted(desk) if callable(wanted) else wanted}
    both = BothLanes(house(pool))
    answer, fast = await both(HOLDS, {"where": where, "orderBy": [{"field": "ID"}]})
    assert [row["order"]["number"] for row in answer["data"]["creditHolds"]["nodes"]] == found
    assert (answer["data"]["creditHolds"]["count"]["value"], fast) == (len(found), True)


async def test_holds_are_sorted_by_when_their_orders_ship(pool: asyncpg.Pool, desk: World) -> None:
    both = BothLanes(house(pool))
    answer, fast = await both(HOLDS, {"orderBy": [{"field": "SHIP_DATE"}]})
    numbers = [row["order"]["number"] for row in answer["data"]["creditHolds"]["nodes"]]
    assert (numbers, fast) == (["SO-2", "SO-1", "SO-3"], True)
