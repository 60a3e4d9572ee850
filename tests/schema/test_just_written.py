"""What was just written is told without reading it, and is what reading it says."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.schema.asking import house
from tests.schema.both_lanes import runner_of
from tests.schema.counted import counting
from tests.schema.world import World

KEPT = """mutation Submit($input: SubmitSalesOrderInput!) { submitSalesOrder(input: $input) {
  __typename
  salesOrder { __typename id number kind status orderedOn shipDate }
  decision { id checkpoint outcome overrideReason asOf }
  hold: creditHold { id status checkpoint forced }
  errors { code } warnings { code } } }"""
FILLED_IN_BY_THE_DATABASE = KEPT.replace("shipDate }", "shipDate version }")
READS = "SELECT convert_to("
"""How the statement begins that reads a payload. It is told of from its second run on: the first has no name."""

CALCULATED = KEPT.replace("shipDate }", "shipDate amount { amount } }")


def order(number: str, amount: str, **more: Any) -> dict[str, Any]:
    """An order of a customer, with a key of its own."""
    money = {"amount": amount, "currency": "SEK"}
    known = {"idempotencyKey": f"key of {number}", "company": "SE01", "number": number, "account": "1001"}
    return {"input": known | {"amount": money} | more}


@pytest.mark.parametrize("amount", ["1.00", "99999999.00"], ids=["passes", "is held"])
@pytest.mark.parametrize(
    "more",
    [{}, {"shipDate": "2027-01-31", "kind": "QUOTATION", "overrideReason": 'a "reason"\\\t'}],
    ids=["few", "all"],
)
async def test_what_is_told_is_what_is_read(
    pool: asyncpg.Pool, world: World, database_url: str, amount: str, more: dict[str, Any]
) -> None:
    await world.limit("SE01/1001", "1000 SEK")
    checked = (
        "insert into checkpoint_setting (company_id, checkpoint) values ($1, 'CONFIRMATION') on conflict do nothing"
    )
    await pool.execute(checked, world.ids["SE01"])
    given = order(f'å"\\/\u2028 {amount} {len(more)}', amount, **more)
    async with counting(database_url) as counted:
        await counted.asking.ask(KEPT, order(f"before {amount} {len(more)}", "1.00"))
        told, fast = await counted.asking.ask(KEPT, given)
        assert fast
        assert not [sent for sent in counted.statements if sent.startswith(READS)]
    read, fast = await runner_of(house(pool)).ask(KEPT, given)
    assert fast
    assert told["data"] == read["data"]
    assert (told["data"]["submitSalesOrder"]["hold"] is None) is (amount == "1.00")


@pytest.mark.parametrize("document", [FILLED_IN_BY_THE_DATABASE, CALCULATED], ids=["filled in", "calculated"])
async def test_what_was_not_given_is_read(pool: asyncpg.Pool, world: World, database_url: str, document: str) -> None:
    given = order(f"read {len(document)}", "1.00")
    async with counting(database_url) as counted:
        await counted.asking.ask(document, order(f"before {len(document)}", "1.00"))
        told, fast = await counted.asking.ask(document, given)
        assert fast
        assert [sent for sent in counted.statements if sent.startswith(READS)]
    slow, _ = await runner_of(house(pool)).ask(document, given, lane="slow")
    assert told["data"] == slow["data"]
