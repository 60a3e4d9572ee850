"""Deliveries and billing documents are taken back and goods come back: an amount returns to the step it came from."""

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
    POST_ITEMS,
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
from tests.schema.changing import changed, checked, hold_status, keyed, refused, rows, said, sek
from tests.schema.order_steps import admitted, key, saved, why
from tests.schema.world import World

UNDELIVER = mutation("reverseDelivery", f"salesOrder {{ {ORDER} }}")
UNBILL = mutation("cancelBilling", f"salesOrder {{ {ORDER} }}")
UNRETURN = mutation(
    "reverseReturn", "salesOrder { status latestDecision { outcome } creditHolds { nodes { id status } } }"
)
RETURN = mutation(
    "recordReturn",
    "salesOrder { status lines { nodes { returned { amount } delivered { amount } } } } creditNote { number }",
)
REVERSE = mutation("reverseOpenItem", "openItem { id }")
CLOSE = mutation("closeSalesOrderLine", f"salesOrder {{ {ORDER} }}")
CANCEL = mutation("cancelSalesOrder", "salesOrder { status }")
SUBMIT = mutation("submitSalesOrder", "salesOrder { status } creditHold { id }")
REJECT = mutation("rejectCreditHold", "creditHold { status }")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def approved(ask: Asker, account: str, *amounts: str) -> dict[str, Any]:
    """An order of the first of the month that counts."""
    row = order(account, *amounts, approved=True, orderedOn="2026-11-01")
    await ordered(ask, row)
    return row


async def test_a_delivery_that_was_none_is_to_be_delivered_again(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00", "40.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00"), part(2, "10.00")])
    assert (await saved(ask, DELIVER, row, number="S2", lines=[part(2, "30.00")]))["status"] == "DELIVERED"
    back = await saved(ask, UNDELIVER, row, number="S1")
    assert (back["status"], back["openAmount"]["amount"]) == ("APPROVED", "70.00")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "30.00", "OPEN_ORDERS": "70.00"}
    again = await saved(ask, DELIVER, row, number="S3", lines=[part(1, "60.00"), part(2, "10.00")])
    assert again["status"] == "DELIVERED"


async def test_an_order_never_submitted_is_so_again_when_its_delivery_was_none(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00")
    await ordered(ask, row)
    assert (await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")]))["status"] == "DELIVERED"
    assert (await saved(ask, UNDELIVER, row, number="S1"))["status"] == "ENTERED"
    assert await takes(world, account) == {}


async def test_a_delivery_is_not_taken_back_twice_or_once_it_is_billed(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", deliveredOn="2026-11-10", lines=[part(1, "20.00")])
    await saved(ask, DELIVER, row, number="S2", lines=[part(1, "20.00")])
    await saved(ask, BILL, row, number="B1", lines=[part(1, "30.00")])
    assert await why(ask, world, UNDELIVER, row, number="S1") == [("WRONG_STATUS", "number")]
    assert await why(ask, world, UNDELIVER, row, number="S3") == [("NOT_FOUND", "number")]
    assert await why(ask, world, UNDELIVER, row, number="S1", day="2026-11-24") == [("DAY_IN_FUTURE", "day")]
    await saved(ask, UNBILL, row, number="B1")
    assert await why(ask, world, UNDELIVER, row, number="S1", day="2026-11-09") == [("DATE_ORDER", "day")]
    await saved(ask, UNDELIVER, row, number="S1", day="2026-11-10")
    assert await why(ask, world, UNDELIVER, row, number="S1") == [("WRONG_STATUS", "number")]
    same = {"number": "S1", "lines": [part(1, "20.00")]}
    assert await why(ask, world, DELIVER, row, **same) == [("DOCUMENT_DIFFERS", "number")]
    assert await why(ask, world, UNDELIVER, {"number": "none"}, number="S1") == [("NOT_FOUND", "salesOrder")]


async def test_what_was_billed_in_advance_stays_so_when_its_delivery_was_none(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, BILL, row, number="B1", lines=[part(1, "60.00")])
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "20.00")])
    await saved(ask, UNDELIVER, row, number="S1")
    assert await takes(world, account) == {"OPEN_BILLING": "60.00"}


async def test_a_billing_document_that_is_cancelled_waits_as_delivered_or_is_to_come(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00", "40.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await saved(ask, BILL, row, number="B1", lines=[part(1, "60.00"), part(2, "40.00")])
    back = await saved(ask, UNBILL, row, number="B1")
    assert (back["status"], back["openAmount"]["amount"]) == ("APPROVED", "40.00")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00", "OPEN_ORDERS": "40.00"}
    again = {"number": "B1", "lines": [part(1, "60.00"), part(2, "40.00")]}
    assert await why(ask, world, BILL, row, **again) == [("DOCUMENT_DIFFERS", "number")]
    bills = [{"salesOrder": row["number"], **part(1, "60.00"), "billing": "B1"}]
    item = await refused(ask, world, POST_ITEMS, keyed(items=[invoice(account, "60.00", bills=bills)]), **ERP)
    assert said(item) == [("DOCUMENT_DIFFERS", "items.0.bills.0")]
    assert (await saved(ask, BILL, row, **again | {"number": "B2"}))["status"] == "DELIVERED"


async def test_a_billing_document_in_the_ledger_is_cancelled_after_its_item(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    item = invoice(account, "60.00", bills=[{"salesOrder": row["number"], **part(1, "60.00"), "billing": "B1"}])
    await posted(ask, item)
    assert await why(ask, world, UNBILL, row, number="B1") == [("WRONG_STATUS", "number")]
    assert await why(ask, world, UNBILL, row, number="none") == [("NOT_FOUND", "number")]
    await changed(ask, REVERSE, keyed(openItem=by_number(item["number"])), **ERP)
    assert (await saved(ask, UNBILL, row, number="B1"))["status"] == "DELIVERED"
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00"}


async def test_goods_that_come_back_lower_the_debt_at_once_and_their_credit_note_takes_their_place(
    ask: Asker, world: World
) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await posted(ask, invoice(account, "60.00", bills=[{"salesOrder": row["number"], **part(1, "60.00")}]))
    payload = await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "25.00")]), **ERP)
    (line,) = payload["salesOrder"]["lines"]["nodes"]
    assert (line["returned"]["amount"], line["delivered"]["amount"]) == ("25.00", "60.00")
    assert payload["creditNote"] is None
    assert await takes(world, account) == {"RECEIVABLES": "60.00", "OPEN_DELIVERIES": "-25.00"}
    note = invoice(account, "25.00", kind="CREDIT_NOTE", documentDate="2026-11-23")
    await posted(ask, note)
    again = key(row, number="R1", lines=[part(1, "25.00")], creditNote=note["number"])
    assert (await changed(ask, RETURN, again, **ERP))["creditNote"] == {"number": note["number"]}
    assert await takes(world, account) == {"RECEIVABLES": "60.00", "UNAPPLIED": "-25.00"}
    await changed(ask, REVERSE, keyed(openItem=by_number(note["number"])), **ERP)
    assert await takes(world, account) == {"RECEIVABLES": "60.00", "OPEN_DELIVERIES": "-25.00"}


async def test_a_credit_note_names_the_return_it_gives_credit_for(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "25.00")]), **ERP)
    assert await takes(world, account) == {"OPEN_DELIVERIES": "35.00"}

    def note(amount: str, named: str) -> dict[str, Any]:
        bills = [{"salesOrder": row["number"], **part(1, amount), "billing": named}]
        return invoice(account, amount, kind="CREDIT_NOTE", bills=bills)

    for wrong in (note("24.00", "R1"), note("25.00", "R2")):
        found = await refused(ask, world, POST_ITEMS, keyed(items=[wrong]), **ERP)
        assert said(found) == [("DOCUMENT_DIFFERS", "items.0.bills.0")]
    await posted(ask, note("25.00", "R1"))
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00", "UNAPPLIED": "-25.00"}
    twice = await refused(ask, world, POST_ITEMS, keyed(items=[note("25.00", "R1")]), **ERP)
    assert said(twice) == [("DOCUMENT_DIFFERS", "items.0.bills.0")]


async def test_a_return_gives_room_to_who_waits(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await approved(ask, account, "80.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "80.00")])
    other = order(account, "40.00")
    given = {name: other[name] for name in ("company", "number", "account")}
    hold = (await changed(ask, SUBMIT, keyed(**given, amount=sek("40.00")), **ERP))["creditHold"]["id"]
    await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "20.00")]), **ERP)
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_the_same_return_is_read_back_and_another_one_differs(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    slip = {"number": "R1", "lines": [part(1, "20.00")]}
    await changed(ask, RETURN, key(row, **slip), **ERP)
    before = await rows(world)
    await changed(ask, RETURN, key(row, **slip), **ERP)
    now = await rows(world)
    assert {name for name, kept in now.items() if kept != before[name]} == {"idempotency_key"}
    assert await why(ask, world, RETURN, row, **slip | {"lines": [part(1, "21.00")]}) == [
        ("DOCUMENT_DIFFERS", "number")
    ]


async def test_no_more_comes_back_than_left(ask: Asker, world: World) -> None:
    account, other = await customer(world), await customer(world)
    row = await approved(ask, account, "60.00", "10.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "30.00")])
    await saved(ask, DELIVER, row, number="S2", lines=[part(1, "10.00")])

    async def wrong(**more: Any) -> list[tuple[str, str]]:
        return await why(ask, world, RETURN, row, **{"number": "R1", "lines": [part(1, "5.00")]} | more)

    assert await wrong(lines=[part(1, "40.01")]) == [("MORE_THAN_OPEN", "lines.0.amount")]
    assert await wrong(lines=[part(2, "1.00")]) == [("MORE_THAN_OPEN", "lines.0.amount")]
    assert await wrong(lines=[part(3, "1.00")]) == [("NOT_FOUND", "lines.0.lineNumber")]
    assert await wrong(lines=[part(1, "0.00")]) == [("AMOUNT_NEGATIVE", "lines.0.amount")]
    euro = {"lineNumber": 1, "amount": {"amount": "1.00", "currency": "EUR"}}
    assert await wrong(lines=[euro]) == [("CURRENCY_MISMATCH", "lines.0.amount")]
    assert await wrong(lines=[]) == [("INVALID_VALUE", "lines")]
    assert await wrong(returnedOn="2026-11-24") == [("DAY_IN_FUTURE", "returnedOn")]
    assert await wrong(returnedOn="2026-10-31") == [("DATE_ORDER", "returnedOn")]
    mine, theirs = invoice(account, "5.00"), invoice(other, "5.00", kind="CREDIT_NOTE")
    gone = invoice(account, "5.00", kind="CREDIT_NOTE")
    await posted(ask, mine, theirs, gone)
    await changed(ask, REVERSE, keyed(openItem=by_number(gone["number"])), **ERP)
    for note, code in (
        ("none", "NOT_FOUND"),
        (mine["number"], "INVALID_VALUE"),
        (theirs["number"], "DIFFERENT_PAYER"),
        (gone["number"], "WRONG_STATUS"),
    ):
        assert await wrong(creditNote=note) == [(code, "creditNote")]
    await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "35.00")]), **ERP)
    assert await why(ask, world, UNDELIVER, row, number="S2") == [("WRONG_STATUS", "number")]


async def test_goods_that_left_a_rejected_order_count_and_it_is_said(ask: Asker, world: World) -> None:
    """They are gone: to refuse them would hide what the customer owes."""
    account = await customer(world, "100")
    row = order(account, "150.00")
    given = {name: row[name] for name in ("company", "number", "account")}
    hold = (await changed(ask, SUBMIT, keyed(**given, amount=sek("150.00")), **ERP))["creditHold"]["id"]
    await changed(ask, REJECT, keyed(creditHold=hold))
    slip = key(row, number="S1", lines=[part(1, "30.00")])
    payload = await changed(ask, DELIVER, slip, **ERP)
    assert [warning["code"] for warning in payload["warnings"]] == ["WRONG_STATUS"]
    assert payload["salesOrder"]["status"] == "REJECTED"
    await posted(ask, invoice(account, "30.00", bills=[{"salesOrder": row["number"], **part(1, "30.00")}]))
    assert await takes(world, account) == {"RECEIVABLES": "30.00"}


async def test_goods_of_a_closed_line_that_left_all_the_same_count(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    assert (await saved(ask, CLOSE, row, lineNumber=1))["status"] == "CLOSED"
    bill = {"number": "B0", "lines": [part(1, "10.00")]}
    assert await why(ask, world, BILL, row, **bill) == [("MORE_THAN_OPEN", "lines.0.amount")]
    payload = await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "30.00")]), **ERP)
    assert [warning["code"] for warning in payload["warnings"]] == ["WRONG_STATUS"]
    left = payload["salesOrder"]
    assert (left["status"], left["amount"]["amount"]) == ("DELIVERED", "30.00")
    await saved(ask, BILL, row, number="B1", lines=[part(1, "30.00")])
    assert await takes(world, account) == {"OPEN_BILLING": "30.00"}


async def test_nothing_comes_back_of_a_cancelled_order(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await saved(ask, UNDELIVER, row, number="S1")
    assert (await saved(ask, CANCEL, row))["status"] == "CANCELLED"
    slip = {"number": "R1", "lines": [part(1, "1.00")]}
    found = await why(ask, world, RETURN, row, **slip)
    assert ("WRONG_STATUS", "salesOrder") in found


async def test_a_return_that_was_none_is_owed_again_and_its_number_stays_used(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    slip = {"number": "R1", "lines": [part(1, "25.00")]}
    await changed(ask, RETURN, key(row, **slip, returnedOn="2026-11-20"), **ERP)
    assert await why(ask, world, UNRETURN, row, number="none") == [("NOT_FOUND", "number")]
    assert await why(ask, world, UNRETURN, row, number="R1", day="2026-11-19") == [("DATE_ORDER", "day")]
    assert await why(ask, world, UNRETURN, row, number="R1", day="2026-11-24") == [("DAY_IN_FUTURE", "day")]
    assert (await saved(ask, UNRETURN, row, number="R1"))["status"] == "DELIVERED"
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00"}
    assert await why(ask, world, UNRETURN, row, number="R1") == [("WRONG_STATUS", "number")]
    assert await why(ask, world, RETURN, row, **slip) == [("DOCUMENT_DIFFERS", "number")]
    await changed(ask, RETURN, key(row, **slip | {"number": "R2", "lines": [part(1, "60.00")]}), **ERP)
    assert await takes(world, account) == {}


async def test_a_return_with_a_credit_note_is_reversed_after_the_note(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "25.00")]), **ERP)
    bills = [{"salesOrder": row["number"], **part(1, "25.00"), "billing": "R1"}]
    note = invoice(account, "25.00", kind="CREDIT_NOTE", bills=bills)
    await posted(ask, note)
    assert await why(ask, world, UNRETURN, row, number="R1") == [("WRONG_STATUS", "number")]
    await changed(ask, REVERSE, keyed(openItem=by_number(note["number"])), **ERP)
    await saved(ask, UNRETURN, row, number="R1")
    again = await refused(ask, world, POST_ITEMS, keyed(items=[note | {"number": "other"}]), **ERP)
    assert said(again) == [("DOCUMENT_DIFFERS", "items.0.bills.0")]
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00"}


async def test_what_is_still_to_come_of_an_order_is_checked_again_when_its_return_is_reversed(
    ask: Asker, world: World
) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00", "40.00")
    await saved(ask, DELIVER, row, number="S1", lines=[part(1, "60.00")])
    await changed(ask, RETURN, key(row, number="R1", lines=[part(1, "30.00")]), **ERP)
    other = await admitted(ask, account, "30.00")
    left = await saved(ask, UNRETURN, row, number="R1")
    assert (left["status"], left["latestDecision"]["outcome"]) == ("HELD", "HELD")
    (hold,) = left["creditHolds"]["nodes"]
    assert hold["status"] == "OPEN"
    assert await takes(world, account) == {"OPEN_DELIVERIES": "60.00", "OPEN_ORDERS": "70.00"}
    await saved(ask, CANCEL, other)
    assert await hold_status(world, hold["id"]) == "READY_TO_RELEASE"
