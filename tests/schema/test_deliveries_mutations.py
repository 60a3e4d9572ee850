"""Goods leave and are billed, and an amount counts once on its way from order to item."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from persistence.keys import new_key
from tests.schema.asking import Asker
from tests.schema.books import (
    BILL,
    DELIVER,
    ERP,
    ORDER,
    POST_ITEMS,
    SAVE_ORDERS,
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
from tests.schema.changing import changed, checked, keyed, refused, rows, said, sek
from tests.schema.world import World

CANCEL = mutation("cancelSalesOrder", f"salesOrder {{ {ORDER} }}")
REVERSE = mutation("reverseOpenItem", "openItem { id }")
SUBMIT = mutation("submitSalesOrder", "salesOrder { status }")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def test_an_amount_counts_once_on_its_way_from_order_to_item(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00", "40.00", approved=True, orderedOn="2026-11-02")
    await ordered(ask, row)
    key = by_number(row["number"])
    slip = keyed(salesOrder=key, number="S1", deliveredOn="2026-11-10", lines=[part(1, "60.00"), part(2, "10.00")])
    left = (await changed(ask, DELIVER, slip, **ERP))["salesOrder"]
    assert (left["status"], left["openAmount"]["amount"]) == ("APPROVED", "30.00")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "70.00", "OPEN_ORDERS": "30.00"}
    billed = keyed(salesOrder=key, number="B1", lines=[part(1, "60.00")])
    await changed(ask, BILL, billed, **ERP)
    waiting = {"OPEN_BILLING": "60.00", "OPEN_DELIVERIES": "10.00", "OPEN_ORDERS": "30.00"}
    assert await takes(world, account) == waiting
    item = invoice(account, "60.00", documentDate="2026-11-23")
    await posted(ask, item)
    in_ledger = keyed(salesOrder=key, number="B1", lines=[part(1, "60.00")], openItem=item["number"])
    payload = await changed(ask, BILL, in_ledger, **ERP)
    assert payload["openItem"] == {"number": item["number"]}
    assert await takes(world, account) == {
        "RECEIVABLES": "60.00",
        "OPEN_DELIVERIES": "10.00",
        "OPEN_ORDERS": "30.00",
    }
    rest = keyed(salesOrder=key, number="S2", lines=[part(2, "30.00")])
    assert (await changed(ask, DELIVER, rest, **ERP))["salesOrder"]["status"] == "DELIVERED"
    last = keyed(salesOrder=key, number="B2", lines=[part(2, "40.00")])
    assert (await changed(ask, BILL, last, **ERP))["salesOrder"]["status"] == "DELIVERED"
    final = invoice(account, "40.00")
    await posted(ask, final)
    done = (await changed(ask, BILL, last | keyed(openItem=final["number"]), **ERP))["salesOrder"]
    assert done["status"] == "INVOICED"
    assert await takes(world, account) == {"RECEIVABLES": "100.00"}
    over = {"salesOrders": [row | {"lines": [part(1, "60.00"), part(2, "41.00")]}]}
    assert said(await refused(ask, world, SAVE_ORDERS, over, **ERP)) == [("WRONG_STATUS", "salesOrders.0.number")]


async def test_the_same_delivery_again_is_read_back_and_another_one_differs(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00", "40.00", approved=True)
    await ordered(ask, row)
    for document, day in ((DELIVER, "deliveredOn"), (BILL, "billedOn")):
        slip = {"salesOrder": by_number(row["number"]), "number": "D1", "lines": [part(1, "20.00")]}
        first = (await changed(ask, document, keyed(**slip), **ERP))["salesOrder"]
        before = await rows(world)
        assert (await changed(ask, document, keyed(**slip), **ERP))["salesOrder"] == first
        assert {name for name, kept in (await rows(world)).items() if kept != before[name]} == {"idempotency_key"}
        for differing in ({"lines": [part(1, "21.00")]}, {"lines": [part(2, "20.00")]}, {day: "2026-11-23"}):
            wrong = keyed(**slip | differing)
            if day in differing:
                assert await changed(ask, document, wrong, **ERP)
                continue
            assert said(await refused(ask, world, document, wrong, **ERP)) == [("DOCUMENT_DIFFERS", "number")]


async def test_no_more_leaves_or_is_billed_than_was_ordered(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00", approved=True, orderedOn="2026-11-20")
    await ordered(ask, row)
    key = by_number(row["number"])
    for document, day in ((DELIVER, "deliveredOn"), (BILL, "billedOn")):

        async def why(document: str = document, **more: Any) -> list[tuple[str, str]]:
            given = {"salesOrder": key, "number": new_key().hex, "lines": [part(1, "10.00")]}
            return said(await refused(ask, world, document, keyed(**given | more), **ERP))

        assert await why(lines=[part(1, "60.01")]) == [("MORE_THAN_OPEN", "lines.0.amount")]
        assert await why(lines=[part(2, "1.00")]) == [("NOT_FOUND", "lines.0.lineNumber")]
        assert await why(lines=[part(1, "1.00"), part(1, "1.00")]) == [("ALREADY_EXISTS", "lines.1.lineNumber")]
        assert await why(lines=[part(1, "-1.00")]) == [("AMOUNT_NEGATIVE", "lines.0.amount")]
        euro = {"lineNumber": 1, "amount": {"amount": "1.00", "currency": "EUR"}}
        assert await why(lines=[euro]) == [("CURRENCY_MISMATCH", "lines.0.amount")]
        assert await why(lines=[]) == [("INVALID_VALUE", "lines")]
        assert await why(number=" ") == [("INVALID_VALUE", "number")]
        assert await why(**{day: "2026-11-24"}) == [("DAY_IN_FUTURE", day)]
        assert await why(**{day: "2026-11-19"}) == [("DATE_ORDER", day)]
        assert await why(salesOrder=by_number("none")) == [("NOT_FOUND", "salesOrder")]


async def test_billing_names_an_item_of_the_same_payer_that_stands(ask: Asker, world: World) -> None:
    account, other = await customer(world), await customer(world)
    row = order(account, "60.00", approved=True)
    await ordered(ask, row)
    mine, theirs = invoice(account, "60.00"), invoice(other, "60.00")
    await posted(ask, mine, theirs)
    await changed(ask, REVERSE, keyed(openItem=by_number(mine["number"])), **ERP)
    for item, code in (("none", "NOT_FOUND"), (theirs["number"], "DIFFERENT_PAYER"), (mine["number"], "WRONG_STATUS")):
        given = keyed(salesOrder=by_number(row["number"]), number="B1", lines=[part(1, "60.00")], openItem=item)
        assert said(await refused(ask, world, BILL, given, **ERP)) == [(code, "openItem")]


async def test_goods_that_left_an_order_on_hold_count_and_it_is_said(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    await ordered(ask, row)
    given = {name: row[name] for name in ("company", "number", "account")}
    await changed(ask, SUBMIT, keyed(**given, amount=sek("150.00")), **ERP)
    slip = keyed(salesOrder=by_number(row["number"]), number="S1", lines=[part(1, "30.00")])
    payload = await changed(ask, DELIVER, slip, **ERP)
    assert [warning["code"] for warning in payload["warnings"]] == ["WRONG_STATUS"]
    assert await takes(world, account) == {"OPEN_DELIVERIES": "30.00", "HELD_ORDERS": "120.00"}


async def test_nothing_leaves_for_an_order_that_is_cancelled(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00")
    await ordered(ask, row)
    key = by_number(row["number"])
    await changed(ask, CANCEL, keyed(salesOrder=key), **ERP)
    for document in (DELIVER, BILL):
        given = keyed(salesOrder=key, number="S1", lines=[part(1, "1.00")])
        assert said(await refused(ask, world, document, given, **ERP)) == [("WRONG_STATUS", "salesOrder")]


async def test_an_item_takes_the_place_of_the_order_lines_it_bills(ask: Asker, world: World) -> None:
    account = await customer(world)
    wanted = order(account, "60.00", "40.00", approved=True, orderedOn="2026-11-01")
    await ordered(ask, wanted)
    named = wanted["number"]
    bills = [{"salesOrder": named, **part(1, "60.00")}, {"salesOrder": named, **part(2, "10.00")}]
    row = invoice(account, "70.00", bills=bills)
    await posted(ask, row)
    assert await takes(world, account) == {"RECEIVABLES": "70.00", "OPEN_ORDERS": "30.00"}
    # As of the invoice's day too, nothing counts twice.
    assert await takes(world, account, date(2026, 11, 13)) == {"RECEIVABLES": "70.00", "OPEN_ORDERS": "30.00"}
    await changed(ask, REVERSE, keyed(openItem=by_number(row["number"])), **ERP)
    assert await takes(world, account) == {"OPEN_BILLING": "70.00", "OPEN_ORDERS": "30.00"}


async def test_an_item_posts_a_billing_document_that_waited_once(ask: Asker, world: World) -> None:
    account = await customer(world)
    wanted = order(account, "100.00", approved=True)
    await ordered(ask, wanted)
    key = by_number(wanted["number"])
    await changed(ask, DELIVER, keyed(salesOrder=key, number="S1", lines=[part(1, "80.00")]), **ERP)
    await changed(ask, BILL, keyed(salesOrder=key, number="B1", lines=[part(1, "80.00")]), **ERP)
    assert await takes(world, account) == {"OPEN_BILLING": "80.00", "OPEN_ORDERS": "20.00"}
    line = {"salesOrder": wanted["number"], **part(1, "80.00"), "billing": "B1"}
    await posted(ask, invoice(account, "80.00", bills=[line]))
    assert await takes(world, account) == {"RECEIVABLES": "80.00", "OPEN_ORDERS": "20.00"}
    twice = await refused(ask, world, POST_ITEMS, keyed(items=[invoice(account, "80.00", bills=[line])]), **ERP)
    assert said(twice) == [("DOCUMENT_DIFFERS", "items.0.bills.0")]


async def test_an_item_does_not_bill_what_is_not_there(ask: Asker, world: World) -> None:
    account, other = await customer(world), await customer(world)
    mine, theirs = order(account, "50.00", approved=True), order(other, "50.00", approved=True)
    gone = order(account, "50.00")
    await ordered(ask, mine, theirs, gone)
    await changed(ask, CANCEL, keyed(salesOrder=by_number(gone["number"])), **ERP)
    bills = [
        {"salesOrder": "none", **part(1, "1.00")},
        {"salesOrder": theirs["number"], **part(1, "1.00")},
        {"salesOrder": mine["number"], **part(9, "1.00")},
        {"salesOrder": mine["number"], **part(1, "30.00")},
        {"salesOrder": mine["number"], **part(1, "30.00"), "billing": "another"},
        {"salesOrder": gone["number"], **part(1, "1.00")},
    ]
    given = keyed(items=[invoice(account, "100.00", bills=bills)])
    assert said(await refused(ask, world, POST_ITEMS, given, **ERP)) == [
        ("NOT_FOUND", "items.0.bills.0.salesOrder"),
        ("DIFFERENT_PAYER", "items.0.bills.1.salesOrder"),
        ("NOT_FOUND", "items.0.bills.2.lineNumber"),
        ("MORE_THAN_OPEN", "items.0.bills.4.amount"),
        ("WRONG_STATUS", "items.0.bills.5.salesOrder"),
    ]
