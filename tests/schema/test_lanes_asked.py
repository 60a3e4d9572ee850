"""An ADMIN may ask for the slow lane and for how an answer came about; others may not, and notice nothing."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.schema.asking import Asker, token
from tests.schema.world import World

ONE = """query ($account: String!) {
  customer(by: {number: {company: "SE01", account: $account}}) { account name company { code } } }"""
SLOW = {"X-Creditgraph-Lane": "slow"}
SUBMIT = """mutation ($input: SubmitSalesOrderInput!) {
  submitSalesOrder(input: $input) { salesOrder { number } errors { code } replayed } }"""


async def explained(
    ask: Asker,
    query: str,
    variables: Any = None,
    *,
    role: str = "ADMIN",
    companies: tuple[str, ...] = ("*",),
    headers: dict[str, str] | None = None,
) -> Any:
    """The whole answer to a request that asks how it came about."""
    signed = {"Authorization": token(role, companies), **(headers or {})}
    content = {"query": query, "variables": variables}
    return (await ask.raw("POST", params={"explain": ""}, json=content, headers=signed)).json()


async def test_an_admin_is_told_lane_statement_and_plan_and_that_the_plan_was_there_the_second_time(ask: Asker) -> None:
    first = await explained(ask, ONE, {"account": "1001"})
    second = await explained(ask, ONE, {"account": "1002"})
    told, again = first["extensions"]["explain"], second["extensions"]["explain"]
    assert (told["lane"], told["statements"], told["cached"]) == ("fast", 1, False)
    assert (again["lane"], again["statements"], again["cached"]) == ("fast", 1, True)
    assert again["sql"] == told["sql"]
    assert "SELECT" in told["sql"]
    assert "customer" in told["sql"]
    assert ("1001" in told["arguments"], "1002" in again["arguments"]) == (True, True)
    assert "Execution Time" in told["plan"]
    assert first["data"]["customer"]["name"] == "Acme Sverige AB"
    assert second["data"]["customer"]["name"] == "Beta AB"


async def test_an_admin_who_asks_for_the_slow_lane_gets_the_same_answer_from_it(ask: Asker) -> None:
    fast = await explained(ask, ONE, {"account": "1001"})
    slow = await explained(ask, ONE, {"account": "1001"}, headers=SLOW)
    assert slow["extensions"]["explain"] == {"lane": "slow"}
    assert slow["data"] == fast["data"]


async def test_the_slow_lane_is_taken_without_being_told_of_it(ask: Asker) -> None:
    headers = {"Authorization": token("ADMIN", ["SE01"]), **SLOW}
    told = (await ask.raw("POST", json={"query": ONE, "variables": {"account": "1001"}}, headers=headers)).json()
    assert told["data"]["customer"]["account"] == "1001"
    assert "explain" not in told["extensions"]


@pytest.mark.parametrize("role", ["VIEWER", "CREDIT_MANAGER", "AUDITOR", "INTEGRATION"])
@pytest.mark.parametrize("headers", [{}, SLOW], ids=["explain", "explain and the slow lane"])
async def test_nobody_else_is_told_anything(ask: Asker, role: str, headers: dict[str, str]) -> None:
    told = await explained(ask, ONE, {"account": "1001"}, role=role, headers=headers)
    assert told["data"]["customer"]["account"] == "1001"
    assert set(told["extensions"]) == {"context", "cost"}


async def test_an_admin_of_one_company_sees_no_other_in_what_is_explained(ask: Asker, world: World) -> None:
    told = await explained(ask, "{ customers { nodes { name } } }", companies=("FI01",))
    assert [one["name"] for one in told["data"]["customers"]["nodes"]] == ["Acme Suomi Oy", "Gamma Oy"]
    assert str(world.ids["FI01"]) in str(told["extensions"]["explain"]["arguments"])
    assert str(world.ids["SE01"]) not in str(told)


async def test_explaining_a_mutation_carries_it_out_once_and_explains_what_it_answers(
    ask: Asker, pool: asyncpg.Pool
) -> None:
    amount = {"amount": "10.00", "currency": "SEK"}
    given = {"company": "SE01", "account": "1001", "number": "E-1", "amount": amount, "idempotencyKey": "explained"}
    signed = token("ADMIN", ["*"]).replace('["ADMIN"]', '["ADMIN", "INTEGRATION"]')
    asked: dict[str, Any] = {"headers": {"Authorization": signed}}
    content = {"query": SUBMIT, "variables": {"input": given}}
    told = (await ask.raw("POST", params={"explain": ""}, json=content, **asked)).json()
    assert told["data"]["submitSalesOrder"] == {"salesOrder": {"number": "E-1"}, "errors": [], "replayed": False}
    assert told["extensions"]["explain"]["lane"] == "fast"
    assert "sales_order" in told["extensions"]["explain"]["sql"]
    assert await pool.fetchval("select count(*) from sales_order where number = 'E-1'") == 1


async def test_what_is_answered_without_the_database_says_so(ask: Asker) -> None:
    told = await explained(ask, "{ viewer { locale } }")
    explain = told["extensions"]["explain"]
    assert told["data"] == {"viewer": {"locale": "en"}}
    assert (explain["lane"], explain["statements"], explain["sql"], explain["plan"]) == ("fast", 0, None, None)


async def test_what_is_wrong_with_an_operation_is_told_by_the_slow_lane(ask: Asker) -> None:
    told = await explained(ask, ONE.replace("SE01", "XX99"), {"account": "1001"})
    assert [error["extensions"]["code"] for error in told["errors"]] == ["COMPANY_NOT_AVAILABLE"]
    assert told["extensions"]["explain"] == {"lane": "slow"}
