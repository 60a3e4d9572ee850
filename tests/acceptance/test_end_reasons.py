"""Why a hold ended without anybody deciding on it: the reasons that a company's parameters name."""

from __future__ import annotations

from typing import Any

import pytest

from persistence.database import Pool
from tests.acceptance.story import ERRORS, Story, fresh, money
from tests.acceptance.test_blocking_rules import customer_with_room
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes

READY, CHANGED, CANCELLED = "reasonWhenReady", "reasonWhenChanged", "reasonWhenCancelled"
SAVE = f"""mutation ($input: SaveCreditParametersInput!) {{ saveCreditParameters(input: $input) {{
  creditParameters {{ version releaseWhenReady {READY} {{ code }} {CHANGED} {{ code }} {CANCELLED} {{ code }} }}
  {ERRORS} }} }}"""
HOLD = """query ($id: ID!) { node(id: $id) { ... on CreditHold {
  status endReason { code name } release { note }
  company { parameters { reasonWhenReady { code } reasonWhenCancelled { kind } } }
} } }"""
CHANGE = f"""mutation ($input: UpsertSalesOrdersInput!) {{ upsertSalesOrders(input: $input) {{
  salesOrders {{ status }} {ERRORS} }} }}"""
CANCEL = f"""mutation ($input: CancelSalesOrderInput!) {{ cancelSalesOrder(input: $input) {{
  salesOrder {{ status }} {ERRORS} }} }}"""


@pytest.fixture
async def reasons(story: Story) -> dict[str, str]:
    """A reason for each way in which a hold ends, named by the Swedish company, which releases by itself."""
    named = {
        name: await story.name("Reason", code, kind="RELEASE")
        for name, code in ((READY, "READY"), (CHANGED, "CHANGED"), (CANCELLED, "CALLED-OFF"))
    }
    await story.parameters("SE01", releaseWhenReady=True, **named)
    return named


async def held(story: Story, account: str) -> str:
    """The id of the hold of an order for 150,000, where 100,000 may be owed."""
    await customer_with_room(story, account)
    payload = await story.submit("SE01", account, f"{account}-1", "150000")
    found: str = payload["creditHold"]["id"]
    return found


async def ended(pool: Pool, hold: str) -> Any:
    """How a hold stands and why, as both lanes say it."""
    answer, _ = await BothLanes(house(pool))(HOLD, {"id": hold})
    node = answer["data"]["node"]
    return node["status"], node["endReason"] and node["endReason"]["code"]


def order(account: str) -> dict[str, Any]:
    return {"salesOrder": {"number": {"company": "SE01", "number": f"{account}-1"}}, "idempotencyKey": fresh()}


async def test_a_hold_that_is_released_by_itself_says_why(story: Story, pool: Pool, reasons: dict[str, str]) -> None:
    hold = await held(story, "paid")
    assert await ended(pool, hold) == ("OPEN", None)
    await story.own_limit("SE01", "paid", "150000")
    assert await ended(pool, hold) == ("RELEASED", "READY")


async def test_d365_2_10_an_order_that_was_changed_and_passes_has_a_reason_of_its_own(
    story: Story, pool: Pool, reasons: dict[str, str]
) -> None:
    hold = await held(story, "smaller")
    now = {"company": "SE01", "number": "smaller-1", "account": "smaller"}
    now |= {"lines": [{"lineNumber": 1, "amount": money("100000", "SEK")}]}
    await story.tell(CHANGE, {"salesOrders": [now]}, "INTEGRATION")
    assert await ended(pool, hold) == ("RELEASED", "CHANGED")


async def test_d365_2_10_a_hold_that_ends_with_its_order_says_why(
    story: Story, pool: Pool, reasons: dict[str, str]
) -> None:
    hold = await held(story, "gone")
    await story.tell(CANCEL, order("gone"), "INTEGRATION")
    assert await ended(pool, hold) == ("CANCELLED", "CALLED-OFF")


async def test_without_reasons_a_hold_ends_without_one(story: Story, pool: Pool, reasons: dict[str, str]) -> None:
    await story.tell(SAVE, {"company": "SE01", READY: None, CANCELLED: None}, "CREDIT_MANAGER")
    first, second = await held(story, "plain"), await held(story, "off")
    await story.own_limit("SE01", "plain", "150000")
    await story.tell(CANCEL, order("off"), "INTEGRATION")
    assert await ended(pool, first) == ("RELEASED", None)
    assert await ended(pool, second) == ("CANCELLED", None)


async def test_only_a_reason_for_releasing_that_is_in_use_here_can_be_named(
    story: Story, reasons: dict[str, str]
) -> None:
    wrong = {
        "of another kind": await story.name("Reason", "STATUS", kind="STATUS"),
        "not active": await story.name("Reason", "OLD", kind="RELEASE", active=False),
        "of another company": await story.name("Reason", "FINNISH", kind="RELEASE", company="FI01"),
        "unknown": "rea_" + "0" * 32,
    }
    for what, reason in wrong.items():
        given = {"company": "SE01", READY: reason, CANCELLED: reason, "releaseValidDays": 3}
        answer = await story.ask(SAVE, {"input": given}, as_="CREDIT_MANAGER", language="sv")
        payload = answer.data["saveCreditParameters"]
        found = [(error["code"], error["path"]) for error in payload["errors"]]
        assert found == [("INVALID_VALUE", [READY]), ("INVALID_VALUE", [CANCELLED])], what
        assert "Välj en ur listan över orsaker" in payload["errors"][0]["message"]
        assert payload["creditParameters"][READY] == {"code": "READY"}


async def test_what_changed_is_on_record_by_the_codes_of_the_reasons(story: Story, reasons: dict[str, str]) -> None:
    timeline = """{ company(code: "SE01") { parameters { timeline(last: 1) { nodes { changes {
      field before after } } } } } }"""
    await story.parameters("SE01", reasonWhenChanged=reasons[READY])
    answer = await story.ask(timeline, as_="AUDITOR")
    (event,) = answer.data["company"]["parameters"]["timeline"]["nodes"]
    assert event["changes"] == [{"field": CHANGED, "before": "CHANGED", "after": "READY"}]
