"""Orders change, are closed and opened again: what takes more is checked, nothing counts twice."""

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
from tests.schema.changing import changed, checked, customer_id, hold_status, keyed, refused, rows, said, sek
from tests.schema.order_steps import SUBMIT, admitted, key, released, saved, submitted, why
from tests.schema.world import World

CHANGE = mutation("changeSalesOrder", f"salesOrder {{ {ORDER} }}")
CLOSE = mutation("closeSalesOrderLine", f"salesOrder {{ {ORDER} }}")
REOPEN = mutation("reopenSalesOrder", f"salesOrder {{ {ORDER} creditHolds {{ nodes {{ id status }} }} }}")
CANCEL = mutation("cancelSalesOrder", "salesOrder { status }")
REJECT = mutation("rejectCreditHold", "creditHold { status }")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def test_a_change_names_what_is_changed_and_leaves_the_rest(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = await admitted(ask, account, "60.00", "40.00", shipDate="2026-12-01")
    line = {"lineNumber": 2, "amount": sek("30.00"), "description": "Planks"}
    less = await saved(ask, CHANGE, row, saveLines=[line, part(3, "5.00")], shipDate="2026-12-24")
    assert (less["status"], less["amount"]["amount"], less["shipDate"]) == ("APPROVED", "95.00", "2026-12-24")
    assert [one["amount"]["amount"] for one in less["lines"]["nodes"]] == ["60.00", "30.00", "5.00"]
    assert [one["description"] for one in less["lines"]["nodes"]] == [None, "Planks", None]
    assert await takes(world, account) == {"OPEN_ORDERS": "95.00"}
    before = await rows(world)
    assert await saved(ask, CHANGE, row, saveLines=[line]) == less
    now = await rows(world)
    assert {name for name, kept in now.items() if kept != before[name]} == {"idempotency_key"}


async def test_a_change_that_takes_more_is_checked_again(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00", "20.00")
    fits = await saved(ask, CHANGE, row, saveLines=[part(1, "80.00")])
    assert (fits["status"], fits["latestDecision"]) == ("APPROVED", {"outcome": "PASSED"})
    over = await saved(ask, CHANGE, row, saveLines=[part(2, "20.01")])
    assert (over["status"], over["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    assert await takes(world, account) == {"OPEN_ORDERS": "100.01"}


async def test_a_released_order_is_checked_again_beyond_the_bounds_of_its_release(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    await released(ask, world, hold, ceiling=sek("160.00"))
    within = await saved(ask, CHANGE, row, saveLines=[part(1, "160.00")])
    assert (within["status"], within["latestDecision"]) == ("APPROVED", {"outcome": "NOT_CHECKED"})
    beyond = await saved(ask, CHANGE, row, saveLines=[part(1, "160.01")])
    assert (beyond["status"], beyond["latestDecision"]) == ("HELD", {"outcome": "HELD"})


async def test_another_currency_is_checked_again_and_given_for_every_line(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = await admitted(ask, account, "60.00", "40.00")
    euro = {"amount": "8.00", "currency": "EUR"}
    one = [{"lineNumber": 1, "amount": euro}]
    assert await why(ask, world, CHANGE, row, saveLines=one) == [("CURRENCY_MISMATCH", "saveLines.1.amount")]
    both = [{"lineNumber": line, "amount": euro} for line in (1, 2)]
    payload = await saved(ask, CHANGE, row, saveLines=both)
    assert (payload["amount"], payload["status"]) == ({"amount": "16.00", "currency": "EUR"}, "APPROVED")


async def test_whatever_is_changed_about_an_order_that_waits_a_person_lets_it_go(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    await saved(ask, CHANGE, row, saveLines=[part(1, "90.00")])
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    euro = [{"lineNumber": 1, "amount": {"amount": "8.00", "currency": "EUR"}}]
    now = await saved(ask, CHANGE, row, saveLines=euro)
    assert (now["status"], now["amount"]["amount"]) == ("HELD", "8.00")
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    dear = [{"lineNumber": 1, "amount": {"amount": "80.00", "currency": "EUR"}}]
    assert (await saved(ask, CHANGE, row, saveLines=dear))["status"] == "HELD"
    assert await hold_status(world, hold) == "OPEN"
    await world.conn.execute("update credit_parameters set release_when_ready = true")
    crowns = await saved(ask, CHANGE, row, saveLines=[part(1, "20.00")])
    await world.conn.execute("update credit_parameters set release_when_ready = false")
    assert (crowns["status"], crowns["latestDecision"]) == ("APPROVED", {"outcome": "PASSED"})
    assert await hold_status(world, hold) == "RELEASED"
    assert await takes(world, account) == {"OPEN_ORDERS": "20.00"}


async def test_an_order_that_ships_within_the_horizon_now_is_checked_again(ask: Asker, world: World) -> None:
    await world.conn.execute(
        "update credit_parameters set order_horizon_days = 10 where company_id = $1", world.ids["SE01"]
    )
    account = await customer(world, "100")
    late = await admitted(ask, account, "90.00", shipDate="2027-02-01")
    await admitted(ask, account, "60.00")
    still_late = await saved(ask, CHANGE, late, shipDate="2027-01-01")
    assert (still_late["status"], still_late["latestDecision"]) == ("APPROVED", {"outcome": "PASSED"})
    soon = await saved(ask, CHANGE, late, shipDate="2026-11-30")
    assert (soon["status"], soon["latestDecision"]) == ("HELD", {"outcome": "HELD"})


async def test_a_change_that_takes_less_gives_its_room_to_who_waits(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "80.00")
    hold = (await submitted(ask, order(account, "40.00"), "40.00"))["creditHold"]["id"]
    await saved(ask, CHANGE, row, saveLines=[part(1, "60.00")])
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_a_change_that_cannot_be_meant_is_refused(ask: Asker, world: World) -> None:
    account, other = await customer(world, "1000"), await customer(world)
    row = await admitted(ask, account, "60.00", "40.00")
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "50.00")]), **ERP)
    assert await why(ask, world, CHANGE, row, saveLines=[part(1, "49.99")]) == [
        ("MORE_THAN_OPEN", "saveLines.0.amount")
    ]
    assert await why(ask, world, CHANGE, row, saveLines=[part(0, "1.00")]) == [
        ("INVALID_VALUE", "saveLines.0.lineNumber")
    ]
    twice = [part(2, "1.00"), part(2, "2.00")]
    assert await why(ask, world, CHANGE, row, saveLines=twice) == [("ALREADY_EXISTS", "saveLines.1.lineNumber")]
    assert await why(ask, world, CHANGE, row, saveLines=[part(2, "-1.00")]) == [
        ("AMOUNT_NEGATIVE", "saveLines.0.amount")
    ]
    assert await why(ask, world, CHANGE, row, paymentTerms="none") == [("NOT_FOUND", "paymentTerms")]
    assert await why(ask, world, CHANGE, row, expectedVersion=99) == [("VERSION_CONFLICT", "expectedVersion")]
    unknown = {"number": {"company": "SE01", "account": "none"}}
    assert await why(ask, world, CHANGE, row, payer=unknown) == [("NOT_FOUND", "payer")]
    foreign = {"id": customer_id(world, "FI01/2001")}
    assert await why(ask, world, CHANGE, row, payer=foreign) == [("INVALID_VALUE", "payer")]
    gone = await admitted(ask, other, "1.00")
    await changed(ask, CANCEL, key(gone), **ERP)
    assert await why(ask, world, CHANGE, gone, shipDate="2026-12-01") == [("WRONG_STATUS", "salesOrder")]
    assert await why(ask, world, CHANGE, {"number": "none"}) == [("NOT_FOUND", "salesOrder")]


async def test_what_is_left_of_a_line_does_not_come_when_it_is_closed(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00", "40.00")
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "50.00")]), **ERP)
    hold = (await submitted(ask, order(account, "10.00"), "10.00"))["creditHold"]["id"]
    closed = await saved(ask, CLOSE, row, lineNumber=1)
    assert (closed["status"], closed["amount"]["amount"]) == ("APPROVED", "90.00")
    assert await takes(world, account) == {"OPEN_DELIVERIES": "50.00", "OPEN_ORDERS": "40.00", "HELD_ORDERS": "10.00"}
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    over = await saved(ask, CLOSE, row, lineNumber=2)
    assert (over["status"], over["amount"]["amount"]) == ("DELIVERED", "50.00")


async def test_an_order_is_over_when_all_of_it_is_closed_and_so_is_its_hold(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "60.00", "90.00")
    await ordered(ask, row)
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    assert (await saved(ask, CLOSE, row, lineNumber=2))["status"] == "HELD"
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    closed = await saved(ask, CLOSE, row, lineNumber=1)
    assert (closed["status"], closed["amount"]["amount"]) == ("CLOSED", "0.00")
    assert await hold_status(world, hold) == "CANCELLED"
    assert await takes(world, account) == {}


async def test_closing_what_is_not_there_or_closed_is_refused(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = await admitted(ask, account, "60.00", "40.00")
    assert await why(ask, world, CLOSE, row, lineNumber=3) == [("NOT_FOUND", "lineNumber")]
    assert await why(ask, world, CLOSE, row, lineNumber=1, expectedVersion=99) == [
        ("VERSION_CONFLICT", "expectedVersion")
    ]
    await saved(ask, CLOSE, row, lineNumber=1)
    assert await why(ask, world, CLOSE, row, lineNumber=1) == [("WRONG_STATUS", "lineNumber")]
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(2, "40.00")]), **ERP)
    assert await why(ask, world, CLOSE, row, lineNumber=2) == [("WRONG_STATUS", "lineNumber")]
    assert await why(ask, world, CLOSE, {"number": "none"}, lineNumber=1) == [("NOT_FOUND", "salesOrder")]
    over = await admitted(ask, account, "1.00")
    await saved(ask, CLOSE, over, lineNumber=1)
    assert await why(ask, world, CLOSE, over, lineNumber=1) == [("WRONG_STATUS", "salesOrder")]


async def test_a_closed_order_cannot_come_back_into_room_that_is_taken(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    first = await admitted(ask, account, "60.00")
    await saved(ask, CLOSE, first, lineNumber=1)
    await admitted(ask, account, "100.00")
    back = await saved(ask, REOPEN, first)
    assert (back["status"], back["amount"]["amount"]) == ("HELD", "60.00")
    assert await takes(world, account) == {"OPEN_ORDERS": "100.00", "HELD_ORDERS": "60.00"}
    (hold,) = back["creditHolds"]["nodes"]
    assert hold["status"] == "OPEN"


async def test_a_closed_order_comes_back_into_room_that_is_free(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00")
    await saved(ask, CLOSE, row, lineNumber=1)
    back = await saved(ask, REOPEN, row)
    assert (back["status"], back["latestDecision"]) == ("APPROVED", {"outcome": "PASSED"})
    assert await takes(world, account) == {"OPEN_ORDERS": "60.00"}


async def test_what_was_released_before_it_was_closed_is_not_released_when_it_comes_back(
    ask: Asker, world: World
) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    await released(ask, world, hold, ceiling=sek("500.00"))
    await saved(ask, CLOSE, row, lineNumber=1)
    back = await saved(ask, REOPEN, row)
    assert (back["status"], back["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    again = next(one["id"] for one in back["creditHolds"]["nodes"] if one["status"] == "OPEN")
    await released(ask, world, again)
    assert (await saved(ask, CHANGE, row, saveLines=[part(1, "150.00")]))["status"] == "APPROVED"
    assert await takes(world, account) == {"OPEN_ORDERS": "150.00"}


async def test_a_line_opened_again_takes_more_and_is_checked(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00", "40.00")
    await saved(ask, CLOSE, row, lineNumber=2)
    await admitted(ask, account, "40.00")
    back = await saved(ask, REOPEN, row, lines=[2])
    assert (back["status"], back["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    assert [line["closed"] for line in back["lines"]["nodes"]] == [False, False]


async def test_goods_of_an_order_that_comes_back_count_all_the_while(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "100.00")
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "30.00")]), **ERP)
    await posted(
        ask,
        invoice(account, "30.00", documentDate="2026-11-23", bills=[{"salesOrder": row["number"], **part(1, "30.00")}]),
    )
    assert (await saved(ask, CLOSE, row, lineNumber=1))["status"] == "INVOICED"
    await admitted(ask, account, "70.00")
    assert (await saved(ask, REOPEN, row))["status"] == "HELD"
    assert await takes(world, account) == {"RECEIVABLES": "30.00", "OPEN_ORDERS": "70.00", "HELD_ORDERS": "70.00"}


async def test_an_order_that_was_never_submitted_is_closed_and_opened_without_a_check(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00")
    await ordered(ask, row)
    assert (await saved(ask, CLOSE, row, lineNumber=1))["status"] == "CLOSED"
    back = await saved(ask, REOPEN, row)
    assert (back["status"], back["latestDecision"]) == ("ENTERED", None)


async def test_opening_what_is_open_or_over_is_refused(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "30.00", "20.00")
    assert await why(ask, world, REOPEN, row) == [("WRONG_STATUS", "salesOrder")]
    await saved(ask, CLOSE, row, lineNumber=2)
    assert await why(ask, world, REOPEN, row, lines=[1]) == [("WRONG_STATUS", "lines.0")]
    assert await why(ask, world, REOPEN, row, lines=[2, 3]) == [("NOT_FOUND", "lines.1")]
    assert await why(ask, world, REOPEN, row, expectedVersion=1) == [("VERSION_CONFLICT", "expectedVersion")]
    held = order(account, "500.00")
    hold = (await submitted(ask, held, "500.00"))["creditHold"]["id"]
    await changed(ask, REJECT, keyed(creditHold=hold))
    assert await why(ask, world, REOPEN, held) == [("WRONG_STATUS", "salesOrder")]
    gone = await admitted(ask, account, "1.00")
    await changed(ask, CANCEL, key(gone), **ERP)
    assert await why(ask, world, REOPEN, gone) == [("WRONG_STATUS", "salesOrder")]


async def test_a_closed_order_is_opened_again_and_not_submitted(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00")
    await saved(ask, CLOSE, row, lineNumber=1)
    given = {name: row[name] for name in ("company", "number", "account")}
    payload = await refused(ask, world, SUBMIT, keyed(**given, amount=sek("60.00")), **ERP)
    assert said(payload) == [("WRONG_STATUS", "number")]


async def test_a_delivered_order_that_was_held_is_delivered_when_it_is_released(ask: Asker, world: World) -> None:
    """Nothing of it is to come, so it is not approved either."""
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00")
    await world.conn.execute(
        "insert into checkpoint_setting (company_id, checkpoint) values ($1, 'PACKING_SLIP')", world.ids["SE01"]
    )
    await changed(ask, DELIVER, key(row, number="S1", lines=[part(1, "60.00")]), **ERP)
    await world.limit(f"SE01/{account}", "10 SEK")
    held = await submitted(ask, row, "60.00", checkpoint="PACKING_SLIP")
    assert held["salesOrder"]["status"] == "HELD"
    await released(ask, world, held["creditHold"]["id"])
    document = "query ($id: ID!) { node(id: $id) { ... on SalesOrder { status openAmount { amount } } } }"
    now = (await ask(document, {"id": held["salesOrder"]["id"]})).data["node"]
    assert now == {"status": "DELIVERED", "openAmount": {"amount": "0.00"}}
    billed = await changed(ask, BILL, key(row, number="B1", lines=[part(1, "60.00")]), **ERP)
    assert billed["salesOrder"]["status"] == "DELIVERED"
