"""Money paid in advance for an order lowers that order, and nobody counts it twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import (
    DELIVER,
    ERP,
    POST_PAYMENTS,
    assert_books_agree,
    by_number,
    customer,
    invoice,
    mutation,
    order,
    ordered,
    paid,
    part,
    posted,
    received,
    takes,
)
from tests.schema.changing import changed, checked, hold_status, keyed, refused, said, sek
from tests.schema.world import World

SUBMIT = mutation("submitSalesOrder", "salesOrder { status } creditHold { id }")
SETTLE = mutation("settle", "openItem { id }")
UNSETTLE = mutation("unsettle", "openItem { id }")
REVERSE_PAYMENT = mutation("reversePayment", "payment { id }")
CLOSE = mutation("closeSalesOrderLine", "salesOrder { status }")
CHANGE = mutation("changeSalesOrder", "salesOrder { status prepaid { amount } }")
WHAT_IS_PREPAID = "query ($by: SalesOrderKey!) { salesOrder(by: $by) { prepaid { amount } } }"


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def approved(ask: Asker, account: str, *amounts: str) -> dict[str, Any]:
    """An order that counts."""
    row = order(account, *amounts, approved=True, orderedOn="2026-11-01")
    await ordered(ask, row)
    return row


async def delivered(ask: Asker, row: dict[str, Any], number: str, amount: str) -> None:
    """Goods of the first line that leave."""
    slip = keyed(salesOrder=by_number(row["number"]), number=number, lines=[part(1, amount)])
    await changed(ask, DELIVER, slip, **ERP)


async def prepaid(ask: Asker, row: dict[str, Any]) -> str:
    """What is prepaid of an order."""
    answer = await ask(WHAT_IS_PREPAID, {"by": by_number(row["number"])})
    found: str = answer.data["salesOrder"]["prepaid"]["amount"]
    return found


async def test_a_payment_in_advance_lowers_the_order_and_is_free_again_as_goods_leave(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00", "40.00")
    await received(ask, paid(account, "70.00", salesOrder=row["number"]))
    assert await prepaid(ask, row) == "70.00"
    assert await takes(world, account) == {"OPEN_ORDERS": "30.00"}
    await delivered(ask, row, "S1", "50.00")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "50.00", "UNAPPLIED": "-20.00"}
    line = keyed(salesOrder=by_number(row["number"]), lineNumber=2)
    await changed(ask, CLOSE, line, **ERP)
    assert await takes(world, account) == {"OPEN_DELIVERIES": "50.00", "UNAPPLIED": "-60.00"}


async def test_more_than_the_order_comes_to_stands_unapplied(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "60.00")
    await received(ask, paid(account, "50.00", salesOrder=row["number"]))
    await received(ask, paid(account, "30.00", salesOrder=row["number"]))
    assert await takes(world, account) == {"UNAPPLIED": "-20.00"}


async def test_what_is_spoken_for_makes_no_room_for_another_order(ask: Asker, world: World) -> None:
    """An order on hold takes nothing; the money that waits for it is not given to the next one."""
    account = await customer(world, "0")
    first, second = order(account, "100.00"), order(account, "100.00")
    for row in (first, second):
        given = {name: row[name] for name in ("company", "number", "account")}
        row["hold"] = (await changed(ask, SUBMIT, keyed(**given, amount=sek("100.00")), **ERP))["creditHold"]["id"]
    await received(ask, paid(account, "100.00", salesOrder=second["number"]))
    assert await hold_status(world, first["hold"]) == "OPEN"
    assert await hold_status(world, second["hold"]) == "READY_TO_RELEASE"


async def test_settling_with_it_takes_it_off_the_order(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "100.00")
    item, money = invoice(account, "30.00", documentDate="2026-11-23"), paid(account, "50.00")
    await posted(ask, item)
    await received(ask, money | {"salesOrder": row["number"]})
    pair = {"openItem": by_number(item["number"]), "payment": by_number(money["number"])}
    await changed(ask, SETTLE, keyed(**pair), **ERP)
    assert await prepaid(ask, row) == "20.00"
    assert await takes(world, account) == {"OPEN_ORDERS": "80.00"}
    await changed(ask, UNSETTLE, keyed(**pair), **ERP)
    assert await takes(world, account) == {"RECEIVABLES": "30.00", "OPEN_ORDERS": "50.00"}
    await changed(ask, REVERSE_PAYMENT, keyed(payment=by_number(money["number"])), **ERP)
    assert await takes(world, account) == {"RECEIVABLES": "30.00", "OPEN_ORDERS": "100.00"}


async def test_a_direct_debit_in_advance_lowers_the_order_once_it_is_collected(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = await approved(ask, account, "100.00")
    debit = paid(account, "40.00", kind="DIRECT_DEBIT", status="PENDING", salesOrder=row["number"])
    await received(ask, debit)
    assert await takes(world, account) == {"OPEN_ORDERS": "100.00"}
    await received(ask, debit | {"status": "COLLECTED"})
    assert await takes(world, account) == {"OPEN_ORDERS": "60.00"}


async def test_a_payment_that_came_without_its_order_is_sent_again_with_it(ask: Asker, world: World) -> None:
    account = await customer(world)
    row, other = await approved(ask, account, "100.00"), await approved(ask, account, "100.00")
    money = paid(account, "40.00")
    await received(ask, money)
    assert await takes(world, account) == {"OPEN_ORDERS": "200.00", "UNAPPLIED": "-40.00"}
    await received(ask, money | {"salesOrder": row["number"]})
    await received(ask, money)
    assert await takes(world, account) == {"OPEN_ORDERS": "160.00"}
    wrong = keyed(payments=[money | {"salesOrder": other["number"]}])
    found = await refused(ask, world, POST_PAYMENTS, wrong, **ERP)
    assert said(found) == [("DOCUMENT_DIFFERS", "payments.0.salesOrder")]


async def test_a_payment_in_advance_is_for_an_order_of_its_payer_and_currency(ask: Asker, world: World) -> None:
    account, other = await customer(world), await customer(world)
    row, theirs = await approved(ask, account, "100.00"), await approved(ask, other, "100.00")
    euro = {"amount": {"amount": "40.00", "currency": "EUR"}}
    for money, code in (
        (paid(account, "40.00", salesOrder="none"), "NOT_FOUND"),
        (paid(account, "40.00", salesOrder=theirs["number"]), "DIFFERENT_PAYER"),
        (paid(account, "40.00", salesOrder=row["number"]) | euro, "CURRENCY_MISMATCH"),
    ):
        found = await refused(ask, world, POST_PAYMENTS, keyed(payments=[money]), **ERP)
        assert said(found) == [(code, "payments.0.salesOrder")]


async def test_a_prepaid_order_stays_with_its_payer(ask: Asker, world: World) -> None:
    account, payer = await customer(world), await customer(world)
    row = await approved(ask, account, "100.00")
    await received(ask, paid(account, "40.00", salesOrder=row["number"]))
    named = {"number": {"company": "SE01", "account": payer}}
    given = keyed(salesOrder=by_number(row["number"]), payer=named)
    assert said(await refused(ask, world, CHANGE, given, **ERP)) == [("WRONG_STATUS", "payer")]
