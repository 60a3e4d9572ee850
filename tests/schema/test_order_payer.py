"""Another customer pays for an order: it is checked there, and gives room where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.schema.asking import Asker
from tests.schema.books import (
    BILL,
    DELIVER,
    ERP,
    ORDER,
    assert_books_agree,
    customer,
    invoice,
    mutation,
    order,
    ordered,
    part,
    posted,
    takes,
)
from tests.schema.changing import changed, checked, hold_status, keyed, refused, said, sek
from tests.schema.order_steps import account_of, admitted, key, released, saved, submitted, why
from tests.schema.world import World

CHANGE = mutation("changeSalesOrder", f"salesOrder {{ {ORDER} }}")
CHANGE_PAYER = mutation("changePayer", "customer { id }")
HOLD = """query ($id: ID!) { node(id: $id) { ... on CreditHold {
  order { payer { account } } decision { outcome } reasons { code } } } }"""


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def test_another_payer_of_an_order_is_asked_for_room_and_the_first_has_its_own_again(
    ask: Asker, world: World
) -> None:
    buyer, payer = await customer(world, "100"), await customer(world, "50")
    row = await admitted(ask, buyer, "40.00", "20.00")
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "30.00")]), **ERP)
    hold = (await submitted(ask, order(buyer, "80.00"), "80.00"))["creditHold"]["id"]
    moved = await saved(ask, CHANGE, row, payer=account_of(payer))
    assert (moved["status"], moved["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    assert await takes(world, payer) == {"OPEN_DELIVERIES": "30.00", "HELD_ORDERS": "30.00"}
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    less = await saved(ask, CHANGE, row, saveLines=[part(2, "10.00")])
    assert (less["amount"]["amount"], less["status"]) == ("50.00", "HELD")
    await changed(ask, BILL, key(row, number="B1", lines=[part(1, "30.00")]), **ERP)
    again = (await submitted(ask, row, "50.00"))["salesOrder"]["status"]
    assert again == "APPROVED"
    assert await takes(world, payer) == {"OPEN_BILLING": "30.00", "OPEN_ORDERS": "20.00"}
    assert await takes(world, buyer) == {"HELD_ORDERS": "80.00"}


async def test_a_release_holds_for_the_payer_it_was_given_for(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world, "100"), await customer(world, "50")
    row = order(buyer, "150.00")
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    await released(ask, world, hold, ceiling=sek("500.00"))
    moved = await saved(ask, CHANGE, row, payer=account_of(payer), saveLines=[part(1, "120.00")])
    assert (moved["status"], moved["amount"]["amount"]) == ("HELD", "120.00")
    assert await takes(world, payer) == {"HELD_ORDERS": "120.00"}
    back = await saved(ask, CHANGE, row, payer=account_of(buyer))
    assert back["status"] == "HELD"
    assert await takes(world, payer) == {}


async def test_an_order_that_waits_goes_on_where_another_payer_has_room(ask: Asker, world: World) -> None:
    buyer, payer, third = await customer(world, "10"), await customer(world, "30"), await customer(world, "100")
    row = order(buyer, "60.00")
    hold = (await submitted(ask, row, "60.00"))["creditHold"]["id"]
    assert (await saved(ask, CHANGE, row, payer=account_of(payer)))["status"] == "HELD"
    assert await hold_status(world, hold) == "OPEN"
    assert await takes(world, payer) == {"HELD_ORDERS": "60.00"}
    shown = (await ask(HOLD, {"id": hold})).data["node"]
    assert (shown["order"]["payer"], shown["decision"]) == ({"account": payer}, {"outcome": "HELD"})
    assert [reason["code"] for reason in shown["reasons"]] == ["CREDIT_LIMIT_EXCEEDED"]
    assert (await saved(ask, CHANGE, row, payer=account_of(third)))["status"] == "APPROVED"
    assert await hold_status(world, hold) == "RELEASED"
    assert await takes(world, third) == {"OPEN_ORDERS": "60.00"}


async def test_an_order_that_is_partly_invoiced_stays_with_its_payer(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = order(buyer, "60.00", approved=True)
    await ordered(ask, row)
    await posted(ask, invoice(buyer, "10.00", bills=[{"salesOrder": row["number"], **part(1, "10.00")}]))
    assert await why(ask, world, CHANGE, row, payer=account_of(payer)) == [("WRONG_STATUS", "payer")]


async def test_the_open_orders_of_a_customer_move_with_its_payer_when_that_is_asked_for(
    ask: Asker, world: World
) -> None:
    buyer, payer = await customer(world, "1000"), await customer(world, "100")
    first, second = await admitted(ask, buyer, "60.00"), await admitted(ask, buyer, "50.00")
    entered, billed = order(buyer, "5.00"), order(buyer, "20.00", approved=True)
    await ordered(ask, entered, billed)
    await posted(ask, invoice(buyer, "10.00", bills=[{"salesOrder": billed["number"], **part(1, "10.00")}]))
    given = {"customer": account_of(buyer), "payer": account_of(payer)}
    later = keyed(**given, moveOrders=True, **{"from": "2026-12-01"})
    assert said(await refused(ask, world, CHANGE_PAYER, later, **ERP)) == [("DATE_ORDER", "moveOrders")]
    payload = await changed(ask, CHANGE_PAYER, keyed(**given, moveOrders=True), **ERP)
    assert [warning["code"] for warning in payload["warnings"]] == ["WRONG_STATUS"]
    assert await takes(world, buyer) == {"RECEIVABLES": "10.00", "OPEN_ORDERS": "10.00"}
    assert await takes(world, payer) == {"OPEN_ORDERS": "60.00", "HELD_ORDERS": "50.00"}
    assert (await submitted(ask, entered, "5.00"))["salesOrder"]["status"] == "APPROVED"
    assert await takes(world, payer) == {"OPEN_ORDERS": "65.00", "HELD_ORDERS": "50.00"}
    assert (await saved(ask, CHANGE, first, saveLines=[part(1, "1.00")]))["status"] == "APPROVED"
    assert (await submitted(ask, second, "50.00"))["salesOrder"]["status"] == "APPROVED"
