"""What mutations answer through the fast lane: the same as field by field, and nothing is carried out twice."""

from __future__ import annotations

from typing import Any

import asyncpg

from tests.schema.asking import house
from tests.schema.both_lanes import runner_of
from tests.schema.world import World

SUBMIT = """mutation Submit($input: SubmitSalesOrderInput!) { submitSalesOrder(input: $input) {
  salesOrder { id number status amount { amount formatted } customer { account } }
  decision { id outcome } creditHold { id } errors { code message } warnings { code } replayed } }"""


def order(number: str, key: str, amount: str = "10.00") -> dict[str, Any]:
    """An order of a customer."""
    money = {"amount": amount, "currency": "SEK"}
    return {"input": {"idempotencyKey": key, "company": "SE01", "number": number, "account": "1001", "amount": money}}


async def test_a_payload_is_told_by_the_fast_lane_as_the_slow_one_tells_it(pool: asyncpg.Pool, world: World) -> None:
    runner, told = runner_of(house(pool)), []
    for number, lane in (("F1", None), ("F1", "slow"), ("F1", None)):
        told.append(await runner.ask(SUBMIT, order(number, "same key"), lane=lane))
    (first, fast), (again, slow), (replayed, _) = told
    assert (fast, slow) == (True, False)
    found = first["data"]["submitSalesOrder"]
    assert found["errors"] == found["warnings"] == []
    assert found["salesOrder"]["amount"] == {"amount": "10.00", "formatted": "SEK\xa010.00"}
    assert again["data"]["submitSalesOrder"] == found | {"replayed": True}
    assert replayed["data"] == again["data"]


async def test_an_order_that_is_refused_is_told_field_by_field_and_refused_once(
    pool: asyncpg.Pool, world: World
) -> None:
    runner = runner_of(house(pool))
    events = "select count(*) from audit_event where refused"
    before = await pool.fetchval(events)
    answer, fast = await runner.ask(SUBMIT, order("", "no number"))
    assert not fast
    assert [error["code"] for error in answer["data"]["submitSalesOrder"]["errors"]] == ["INVALID_VALUE"]
    assert await pool.fetchval(events) == before + 1


async def test_two_mutations_are_carried_out_in_their_order_and_told_apart(pool: asyncpg.Pool, world: World) -> None:
    runner = runner_of(house(pool))
    both = """mutation Two($one: SubmitSalesOrderInput!, $other: SubmitSalesOrderInput!) {
      a: submitSalesOrder(input: $one) { salesOrder { number } replayed }
      b: submitSalesOrder(input: $other) { replayed salesOrder { number } } }"""
    values = {"one": order("F2", "two")["input"], "other": order("F2", "two")["input"]}
    answer, fast = await runner.ask(both, values)
    assert fast
    assert answer["data"] == {
        "a": {"salesOrder": {"number": "F2"}, "replayed": False},
        "b": {"replayed": True, "salesOrder": {"number": "F2"}},
    }


async def test_a_mistake_is_an_error_with_its_path_and_leaves_nothing(pool: asyncpg.Pool, world: World) -> None:
    runner = runner_of(house(pool))
    values = order("F3", "elsewhere")
    values["input"]["company"] = "XX99"
    answer, fast = await runner.ask(SUBMIT, values)
    assert not fast
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["COMPANY_NOT_AVAILABLE"]
    assert answer["errors"][0]["path"] == ["submitSalesOrder"]
    assert await pool.fetchval("select count(*) from sales_order where number = 'F3'") == 0


async def test_what_was_written_before_a_mistake_is_written_once(pool: asyncpg.Pool, world: World) -> None:
    runner = runner_of(house(pool))
    both = """mutation Two($one: SubmitSalesOrderInput!, $other: SubmitSalesOrderInput!) {
      a: submitSalesOrder(input: $one) { salesOrder { number } replayed }
      b: submitSalesOrder(input: $other) { salesOrder { number } } }"""
    events = "select count(*) from audit_event where kind = 'ORDER_SUBMITTED' and not refused"
    before = await pool.fetchval(events)
    values = {"one": order("F4", "four")["input"], "other": order("F5", "five")["input"] | {"company": "XX99"}}
    answer, fast = await runner.ask(both, values)
    assert not fast
    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["b"]]
    assert await pool.fetchval("select count(*) from sales_order where number = 'F4'") == 1
    assert await pool.fetchval(events) == before + 1


async def test_a_field_that_is_left_out_on_a_condition_is_not_carried_out(pool: asyncpg.Pool, world: World) -> None:
    runner = runner_of(house(pool))
    document = """mutation Maybe($one: SubmitSalesOrderInput!, $too: Boolean!) {
      a: submitSalesOrder(input: $one) @include(if: $too) { replayed }
      __typename }"""
    for too, expected in (
        (False, {"__typename": "Mutation"}),
        (True, {"a": {"replayed": False}, "__typename": "Mutation"}),
    ):
        answer, _ = await runner.ask(document, {"one": order("F6", "six")["input"], "too": too})
        assert answer["data"] == expected
