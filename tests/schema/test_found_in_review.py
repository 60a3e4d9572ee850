"""What a review once found wrong, asked through the API: orders that went round the check, and days far away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import (
    ERP,
    assert_books_agree,
    by_number,
    customer,
    invoice,
    mutation,
    order,
    ordered,
    posted,
    takes,
)
from tests.schema.changing import changed, checked, customer_id, keyed, refused, said, sek
from tests.schema.world import World

SUBMIT = mutation(
    "submitSalesOrder",
    "salesOrder { id status } decision { outcome } creditHold { id status reasons { code active } }",
)
REJECT = mutation("rejectCreditHold", "creditHold { id status }")
FORCE = mutation("forceCreditHold", "creditHold { id reasons { code active } }")
RELEASE = mutation("releaseCreditHold", "creditHold { id status }")
CANCEL = mutation("cancelSalesOrder", "salesOrder { status }")
PARAMETERS = mutation("saveCreditParameters", "creditParameters { version }")
CHECK = """query ($input: CheckCreditInput!) { checkCredit(input: $input) { errors { code path }
  check { outcome tests { exposure { amount } amount { amount } } } } }"""


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


def submission(row: dict[str, Any], amount: str, **more: Any) -> dict[str, Any]:
    """An order to submit under a key of its own."""
    return keyed(**{name: row[name] for name in ("company", "number", "account")}, amount=sek(amount), **more)


async def held(ask: Asker, world: World) -> tuple[str, dict[str, Any], str]:
    """The account of a customer, an order of it that does not fit, and the hold of that."""
    account = await customer(world, "50")
    row = order(account, "100.00")
    await ordered(ask, row)
    payload = await changed(ask, SUBMIT, submission(row, "100.00"), **ERP)
    return account, row, payload["creditHold"]["id"]


async def reason(world: World) -> str:
    """A reason to release."""
    code = f"R{len(world.ids)}"
    key = await world.put("reason", code, code=code, name="Known", kind="RELEASE")
    return f"rea_{key.hex}"


async def test_a_cancelled_order_is_not_brought_back_by_submitting_it(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = order(account, "100.00")
    await ordered(ask, row)
    await changed(ask, SUBMIT, submission(row, "100.00"), **ERP)
    await changed(ask, CANCEL, keyed(salesOrder=by_number(row["number"])), **ERP)
    payload = await refused(ask, world, SUBMIT, submission(row, "100.00"), **ERP)
    assert said(payload) == [("WRONG_STATUS", "number")]
    assert await takes(world, account) == {}


async def test_no_step_without_a_tick_leads_around_a_hold(ask: Asker, world: World) -> None:
    account, row, _ = await held(ask, world)
    payload = await changed(ask, SUBMIT, submission(row, "100.00", checkpoint="PICKING_LIST"), **ERP)
    assert (payload["salesOrder"]["status"], payload["decision"]["outcome"]) == ("HELD", "HELD")
    assert payload["creditHold"]["status"] == "OPEN"
    assert await takes(world, account) == {"HELD_ORDERS": "100.00"}


async def test_no_step_without_a_tick_leads_around_a_rejection(ask: Asker, world: World) -> None:
    account, row, hold = await held(ask, world)
    await changed(ask, REJECT, keyed(creditHold=hold))
    payload = await changed(ask, SUBMIT, submission(row, "100.00", checkpoint="PICKING_LIST"), **ERP)
    assert (payload["salesOrder"]["status"], payload["decision"]["outcome"]) == ("HELD", "HELD")
    assert await takes(world, account) == {"HELD_ORDERS": "100.00"}


async def test_an_order_that_was_rejected_takes_no_room_when_it_is_held_again(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "100.00")
    await ordered(ask, row)
    await changed(ask, SUBMIT, submission(row, "100.00"), **ERP)
    row |= order(account, "150.00", number=row["number"])
    await ordered(ask, row)
    payload = await changed(ask, SUBMIT, submission(row, "150.00"), **ERP)
    assert await takes(world, account) == {"OPEN_ORDERS": "150.00"}
    await changed(ask, REJECT, keyed(creditHold=payload["creditHold"]["id"]))
    assert await takes(world, account) == {}
    await changed(ask, SUBMIT, submission(row, "150.00"), **ERP)
    assert await takes(world, account) == {"HELD_ORDERS": "150.00"}


async def test_a_release_does_not_outlive_a_rejection(ask: Asker, world: World) -> None:
    account, row, hold = await held(ask, world)
    given = keyed(creditHold=hold, reason=await reason(world), ceiling=sek("120.00"))
    await changed(ask, RELEASE, given)
    row |= order(account, "130.00", number=row["number"])
    await ordered(ask, row)
    again = await changed(ask, SUBMIT, submission(row, "130.00"), **ERP)
    await changed(ask, REJECT, keyed(creditHold=again["creditHold"]["id"]))
    row |= order(account, "110.00", number=row["number"])
    await ordered(ask, row)
    payload = await changed(ask, SUBMIT, submission(row, "110.00"), **ERP)
    assert payload["decision"]["outcome"] == "HELD"


async def test_a_hold_forced_twice_says_so_once_and_first(ask: Asker, world: World) -> None:
    _, row, _ = await held(ask, world)
    for _ in range(2):
        payload = await changed(ask, FORCE, keyed(salesOrder=await order_id(world, row)))
    assert [one["code"] for one in payload["creditHold"]["reasons"]] == ["FORCED", "CREDIT_LIMIT_EXCEEDED"]


async def order_id(world: World, row: dict[str, Any]) -> str:
    """The node id of an order."""
    key = await world.conn.fetchval("select id from sales_order where number = $1", row["number"])
    return f"ord_{key.hex}"


async def test_the_same_release_twice_at_once_is_done_once_and_both_hear_of_it(ask: Asker, world: World) -> None:
    _, _, hold = await held(ask, world)
    given = keyed(creditHold=hold, reason=await reason(world))
    answers = await asyncio.gather(*(ask(RELEASE, {"input": given}) for _ in range(4)))
    payloads = [answer.data["releaseCreditHold"] for answer in answers]
    assert [payload["errors"] for payload in payloads] == [[]] * 4
    assert sorted(payload["replayed"] for payload in payloads) == [False, True, True, True]


@pytest.mark.parametrize("percent", ["100000", "0.00001"])
async def test_a_release_deviates_by_a_percentage_that_can_be_kept(ask: Asker, world: World, percent: str) -> None:
    _, _, hold = await held(ask, world)
    given = keyed(creditHold=hold, reason=await reason(world), deviationPercent=percent)
    assert said(await refused(ask, world, RELEASE, given)) == [("INVALID_VALUE", "deviationPercent")]


async def test_what_if_counts_what_is_posted_of_an_order_once(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "100.00")
    await ordered(ask, row)
    await changed(ask, SUBMIT, submission(row, "100.00"), **ERP)
    bills = [{"salesOrder": row["number"], "lineNumber": 1, "amount": sek("60.00")}]
    await posted(ask, invoice(account, "60.00", bills=bills))
    found = await what_if(ask, account, row)
    figures = [{"exposure": {"amount": "60.00"}, "amount": {"amount": "40.00"}}]
    assert found["check"] == {"outcome": "PASSED", "tests": figures}


async def test_what_if_takes_no_order_of_another_customer_off_the_exposure(ask: Asker, world: World) -> None:
    account, other = await customer(world, "100"), await customer(world, "1000")
    row = order(other, "100.00")
    await ordered(ask, row)
    await changed(ask, SUBMIT, submission(row, "100.00"), **ERP)
    found = await what_if(ask, account, row)
    assert found == {"check": None, "errors": [{"code": "NOT_FOUND", "path": ["order"]}]}


async def what_if(ask: Asker, account: str, row: dict[str, Any]) -> Any:
    """Whether an order that is there would pass for a customer over 100 crowns."""
    by = {"number": {"company": "SE01", "account": account}}
    given = {"customer": by, "amount": sek("100.00"), "order": by_number(row["number"])}
    return (await ask(CHECK, {"input": given})).data["checkCredit"]


@pytest.mark.parametrize("number", ["", "  ", "x" * 101])
async def test_an_order_is_submitted_under_a_number_that_can_be_read(ask: Asker, world: World, number: str) -> None:
    account = await customer(world, "50")
    given = submission({"company": "SE01", "number": number, "account": account}, "1.00")
    assert said(await refused(ask, world, SUBMIT, given, **ERP)) == [("INVALID_VALUE", "number")]


async def test_numbers_of_days_beyond_every_calendar_leave_orders_checked(ask: Asker, world: World) -> None:
    account, _, hold = await held(ask, world)
    most = 2**31 - 1
    far = {"orderHorizonDays": most, "releaseValidDays": most, "maxRateAgeDays": most}
    await changed(ask, PARAMETERS, {"company": "SE01", **far})
    await changed(ask, RELEASE, keyed(creditHold=hold, reason=await reason(world)))
    payload = await changed(ask, SUBMIT, submission(order(account), "1.00", shipDate="2027-01-01"), **ERP)
    assert payload["decision"]["outcome"] == "HELD"
    await changed(
        ask, PARAMETERS, {"company": "SE01", "orderHorizonDays": None, "releaseValidDays": 14, "maxRateAgeDays": 7}
    )


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_the_last_and_the_first_day_of_the_calendar_are_days(ask: Asker, world: World, day: str) -> None:
    account = await customer(world, "50")
    number = (await posted(ask, invoice(account, "10.00", dueDate="9999-12-31")))[0]["number"]
    document = """query ($id: ID!, $day: Date!, $number: String!) {
      node(id: $id) { ... on Customer {
        credit(asOf: $day) { exposure { daysOverdue } } aging(asOf: $day) { total { amount } } dso(asOf: $day) { days }
      } }
      exposureReport(groupBy: [], currency: "SEK", asOf: $day) { nodes { customers } }
      today: exposureReport(groupBy: [], currency: "SEK") { nodes { customers } }
      openItems(where: {and: [{dueDate: {eq: "9999-12-31"}}, {number: {eq: $number}}]}) { nodes { dueDate } }
    }"""
    given = {"id": customer_id(world, f"SE01/{account}"), "day": day, "number": number}
    found = (await ask(document, given)).data
    assert found["openItems"]["nodes"] == [{"dueDate": "9999-12-31"}]
    assert found["today"]["nodes"] != []
    kept = await world.conn.fetchval("select due_date::text from open_item where number = $1", number)
    assert kept == "9999-12-31"
