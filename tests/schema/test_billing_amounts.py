"""Billing documents bill less or more than they take of their orders, and some of what left is never billed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import (
    BILL,
    DELIVER,
    ERP,
    ORDER,
    assert_books_agree,
    by_number,
    customer,
    invoice,
    mutation,
    order,
    ordered,
    part,
    posted,
    takes,
)
from tests.schema.changing import changed, checked, keyed, sek
from tests.schema.order_steps import admitted, key, saved, submitted, why
from tests.schema.world import World

CLOSE = mutation("closeSalesOrderLine", f"salesOrder {{ {ORDER} }}")
REOPEN = mutation("reopenSalesOrder", f"salesOrder {{ {ORDER} }}")
UNBILL = mutation("cancelBilling", f"salesOrder {{ {ORDER} }}")
UNDELIVER = mutation("reverseDelivery", f"salesOrder {{ {ORDER} }}")
CHANGE = mutation("changeSalesOrder", f"salesOrder {{ {ORDER} }}")
REVERSE = mutation("reverseOpenItem", "openItem { id }")
REJECT = mutation("rejectCreditHold", "creditHold { status }")
RETURN = mutation("recordReturn", "salesOrder { status }")
POST = mutation("postOpenItems", "openItems { number }")
LINES = """query ($by: SalesOrderKey!) { salesOrder(by: $by) { status amount { amount } openAmount { amount }
  latestDecision { outcome checkpoint } timeline(first: 20) { nodes { message } } lines { nodes {
  amount { amount } delivered { amount } billed { amount } consumed { amount } invoiced { amount }
  neverBilled { amount } open { amount } closed } } } }"""


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def delivered(ask: Asker, account: str, *amounts: str) -> dict[str, Any]:
    """An order of the first of the month that counts, and has left."""
    row = order(account, *amounts, approved=True, orderedOn="2026-11-01")
    await ordered(ask, row)
    parts = [part(place, amount) for place, amount in enumerate(amounts, 1)]
    await saved(ask, DELIVER, row, number="S1", lines=parts)
    return row


def billing(amount: str, consumes: str, line: int = 1) -> dict[str, Any]:
    """A line that is billed for another amount than it takes."""
    return part(line, amount) | {"consumes": sek(consumes)}


async def read(ask: Asker, row: dict[str, Any]) -> Any:
    """An order with what became of its lines."""
    return (await ask(LINES, {"by": by_number(row["number"])})).data["salesOrder"]


def figures(line: dict[str, Any]) -> dict[str, str]:
    """The amounts of a line that are not nothing."""
    return {
        name: value["amount"] for name, value in line.items() if isinstance(value, dict) and value["amount"] != "0.00"
    }


async def test_a_bill_of_less_than_was_delivered_leaves_nothing(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "1000.00")
    await saved(ask, BILL, row, number="B1", lines=[billing("980.00", "1000.00")])
    assert await takes(world, account) == {"OPEN_BILLING": "980.00"}
    bills = [{"salesOrder": row["number"], **part(1, "980.00"), "billing": "B1"}]
    await posted(ask, invoice(account, "980.00", bills=bills))
    assert await takes(world, account) == {"RECEIVABLES": "980.00"}
    now = await read(ask, row)
    assert (now["status"], now["amount"]["amount"]) == ("INVOICED", "1000.00")
    known = {"amount": "1000.00", "delivered": "1000.00", "billed": "980.00", "consumed": "1000.00"}
    assert figures(now["lines"]["nodes"][0]) == known | {"invoiced": "980.00"}


async def test_a_bill_of_more_than_was_delivered_counts_as_what_it_bills(ask: Asker, world: World) -> None:
    account = await customer(world, "2000")
    row = await delivered(ask, account, "1000.00")
    more = {"number": "B1", "lines": [part(1, "1050.00")]}
    assert await why(ask, world, BILL, row, **more) == [("MORE_THAN_OPEN", "lines.0.amount")]
    more["lines"] = [billing("1050.00", "1000.01")]
    assert await why(ask, world, BILL, row, **more) == [("MORE_THAN_OPEN", "lines.0.consumes")]
    await saved(ask, BILL, row, number="B1", lines=[billing("1050.00", "1000.00")])
    assert await takes(world, account) == {"OPEN_BILLING": "1050.00"}
    bills = [{"salesOrder": row["number"], **part(1, "1050.00"), "billing": "B1"}]
    item = invoice(account, "1050.00", bills=bills)
    await posted(ask, item)
    assert await takes(world, account) == {"RECEIVABLES": "1050.00"}
    await changed(ask, REVERSE, keyed(openItem=by_number(item["number"])), **ERP)
    assert await takes(world, account) == {"OPEN_BILLING": "1050.00"}


async def test_a_fee_is_billed_that_takes_nothing_of_the_order(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "1000.00")
    await saved(ask, BILL, row, number="B1", lines=[part(1, "1000.00")])
    await saved(ask, BILL, row, number="B2", lines=[billing("25.00", "0.00")])
    assert await takes(world, account) == {"OPEN_BILLING": "1025.00"}


async def test_a_cancelled_bill_gives_back_what_it_took(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "1000.00", "500.00")
    await saved(ask, BILL, row, number="B1", lines=[billing("380.00", "400.00"), billing("510.00", "500.00", 2)])
    assert await takes(world, account) == {"OPEN_BILLING": "890.00", "OPEN_DELIVERIES": "600.00"}
    await saved(ask, UNBILL, row, number="B1")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "1500.00"}
    await saved(ask, BILL, row, number="B2", lines=[billing("990.00", "1000.00")])
    assert await takes(world, account) == {"OPEN_BILLING": "990.00", "OPEN_DELIVERIES": "500.00"}


async def test_an_item_bills_less_than_it_takes_without_a_billing_document(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "1000.00")
    bills = [{"salesOrder": row["number"], **billing("980.00", "1000.00")}]
    await posted(ask, invoice(account, "980.00", bills=bills))
    assert await takes(world, account) == {"RECEIVABLES": "980.00"}


async def test_the_same_bill_again_is_read_back_and_another_one_differs(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "1000.00")
    await saved(ask, BILL, row, number="B1", lines=[billing("980.00", "1000.00")])
    for same in (billing("980.00", "1000.00"), part(1, "980.00")):
        await saved(ask, BILL, row, number="B1", lines=[same])
    assert await takes(world, account) == {"OPEN_BILLING": "980.00"}
    other = {"number": "B1", "lines": [billing("980.00", "990.00")]}
    assert await why(ask, world, BILL, row, **other) == [("DOCUMENT_DIFFERS", "lines.0")]
    item = invoice(account, "980.00")
    await posted(ask, item)
    await saved(ask, BILL, row, number="B1", lines=[part(1, "980.00")], openItem=item["number"])
    assert await takes(world, account) == {"RECEIVABLES": "980.00"}


async def test_what_a_bill_takes_is_an_amount_of_the_order(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "1000.00")
    for consumes, code in (
        (sek("-1.00"), "AMOUNT_NEGATIVE"),
        (sek("1.001"), "AMOUNT_PRECISION"),
        ({"amount": "1.00", "currency": "EUR"}, "CURRENCY_MISMATCH"),
    ):
        given = {"number": "B1", "lines": [part(1, "10.00") | {"consumes": consumes}]}
        assert await why(ask, world, BILL, row, **given) == [(code, "lines.0.consumes")]


async def test_billing_what_has_left_for_more_is_warned_and_never_held(ask: Asker, world: World) -> None:
    account = await customer(world, "1020")
    row = await admitted(ask, account, "1000.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "1000.00")])
    given = key(row, number="B1", lines=[billing("620.00", "600.00")])
    fits = await changed(ask, BILL, given, **ERP)
    assert (fits["warnings"], (await read(ask, row))["latestDecision"]["outcome"]) == ([], "PASSED")
    given = key(row, number="B2", lines=[billing("400.01", "400.00")])
    over = await changed(ask, BILL, given, **ERP)
    assert [warning["code"] for warning in over["warnings"]] == ["CREDIT_WARNED"]
    now = await read(ask, row)
    assert (now["status"], now["latestDecision"]) == ("DELIVERED", {"outcome": "WARNED", "checkpoint": "CONFIRMATION"})
    assert await takes(world, account) == {"OPEN_BILLING": "1020.01"}


async def test_a_bill_that_takes_as_much_as_it_bills_checks_nothing(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = await admitted(ask, account, "1000.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "1000.00")])
    await world.limit(f"SE01/{account}", "10 SEK")
    payload = await changed(ask, BILL, key(row, number="B1", lines=[part(1, "1000.00")]), **ERP)
    assert payload["warnings"] == []
    assert (await read(ask, row))["latestDecision"] == {"outcome": "PASSED", "checkpoint": "CONFIRMATION"}


async def test_billing_more_in_advance_is_checked_as_a_change_is(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = await admitted(ask, account, "600.00", "300.00")
    await saved(ask, BILL, row, number="B1", lines=[billing("690.00", "600.00")])
    assert (await read(ask, row))["status"] == "APPROVED"
    await saved(ask, BILL, row, number="B2", lines=[billing("310.01", "300.00", 2)])
    now = await read(ask, row)
    assert (now["status"], now["latestDecision"]["outcome"]) == ("HELD", "HELD")
    assert await takes(world, account) == {"OPEN_BILLING": "1000.01"}


async def test_the_delivered_rest_of_a_line_is_closed_with_a_reason(ask: Asker, world: World) -> None:
    account = await customer(world, "2000")
    row = await delivered(ask, account, "1000.00")
    await saved(ask, BILL, row, number="B1", lines=[part(1, "980.00")])
    assert await why(ask, world, CLOSE, row, lineNumber=1) == [("WRONG_STATUS", "lineNumber")]
    for reason, code in ((None, "REASON_REQUIRED"), (" ", "INVALID_VALUE"), ("x" * 501, "INVALID_VALUE")):
        given = {"lineNumber": 1, "deliveredToo": True, "reason": reason}
        assert await why(ask, world, CLOSE, row, **given) == [(code, "reason")]
    closed = await saved(ask, CLOSE, row, lineNumber=1, deliveredToo=True, reason="Short by a crate.")
    assert (closed["status"], closed["amount"]["amount"]) == ("DELIVERED", "980.00")
    assert await takes(world, account) == {"OPEN_BILLING": "980.00"}
    told = "Of line 1 of order {} SEK\xa020.00 is delivered and never billed: Short by a crate."
    now = await read(ask, row)
    assert told.format(row["number"]) in [event["message"] for event in now["timeline"]["nodes"]]
    assert figures(now["lines"]["nodes"][0])["neverBilled"] == "20.00"
    again = {"lineNumber": 1, "deliveredToo": True, "reason": "Again."}
    assert await why(ask, world, CLOSE, row, **again) == [("WRONG_STATUS", "lineNumber")]
    assert await why(ask, world, BILL, row, number="B2", lines=[part(1, "20.00")]) == [
        ("MORE_THAN_OPEN", "lines.0.amount")
    ]
    back = await saved(ask, REOPEN, row)
    assert (back["status"], back["amount"]["amount"]) == ("DELIVERED", "1000.00")
    assert await takes(world, account) == {"OPEN_BILLING": "980.00", "OPEN_DELIVERIES": "20.00"}


async def test_what_is_to_come_of_a_line_is_closed_together_with_what_left(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "100.00", "50.00", approved=True, orderedOn="2026-11-01")
    await ordered(ask, row)
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await saved(ask, CLOSE, row, lineNumber=1, reason="The rest is out of stock.")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00", "OPEN_ORDERS": "50.00"}
    told = [event["message"] for event in (await read(ask, row))["timeline"]["nodes"]]
    assert f"Line 1 of order {row['number']} was closed: The rest is out of stock." in told
    now = await saved(ask, CLOSE, row, lineNumber=1, deliveredToo=True, reason="Samples.")
    assert (now["status"], now["amount"]["amount"]) == ("APPROVED", "50.00")
    assert await takes(world, account) == {"OPEN_ORDERS": "50.00"}
    opened = await saved(ask, CHANGE, row, saveLines=[part(1, "100.00")])
    assert opened["amount"]["amount"] == "150.00"
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00", "OPEN_ORDERS": "90.00"}


async def test_an_order_of_which_all_left_and_nothing_is_billed_is_closed(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await delivered(ask, account, "100.00")
    closed = await saved(ask, CLOSE, row, lineNumber=1, deliveredToo=True, reason="A gift.")
    assert (closed["status"], closed["amount"]["amount"]) == ("CLOSED", "0.00")
    assert await takes(world, account) == {}
    assert (await saved(ask, REOPEN, row))["status"] == "DELIVERED"
    assert await takes(world, account) == {"OPEN_DELIVERIES": "100.00"}


async def test_goods_of_a_rejected_order_that_are_never_billed_count_no_more(ask: Asker, world: World) -> None:
    account = await customer(world, "50")
    row = order(account, "60.00")
    held = await submitted(ask, row, "60.00")
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "60.00")]), **ERP)
    await changed(ask, REJECT, keyed(creditHold=held["creditHold"]["id"]))
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00"}
    assert await why(ask, world, CLOSE, row, lineNumber=1) == [("WRONG_STATUS", "salesOrder")]
    await saved(ask, CLOSE, row, lineNumber=1, deliveredToo=True, reason="Destroyed.")
    assert await takes(world, account) == {}


async def test_goods_that_came_back_are_no_part_of_what_is_never_billed(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "100.00")
    await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "30.00")]), **ERP)
    await saved(ask, CLOSE, row, lineNumber=1, deliveredToo=True, reason="A gift.")
    assert await takes(world, account) == {}
    assert figures((await read(ask, row))["lines"]["nodes"][0])["neverBilled"] == "70.00"


async def test_a_delivery_taken_back_takes_back_that_it_is_never_billed(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await delivered(ask, account, "100.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "100.00")])
    await saved(ask, CLOSE, row, lineNumber=1, deliveredToo=True, reason="A gift.")
    await saved(ask, UNDELIVER, row, number="S1")
    assert await takes(world, account) == {}
    assert "neverBilled" not in figures((await read(ask, row))["lines"]["nodes"][0])
