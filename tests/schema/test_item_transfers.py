"""What is open of an item goes to another payer: on record, on a day, and ageing as before (decisions 9, 28, 29)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from persistence.reconcile import reconcile
from tests.schema.asking import Asker
from tests.schema.books import (
    ERP,
    assert_books_agree,
    by_number,
    customer,
    due_days,
    invoice,
    mutation,
    order,
    paid,
    posted,
    received,
    takes,
)
from tests.schema.changing import changed, checked, hold_status, keyed, refused, said, sek
from tests.schema.order_steps import account_of, submitted
from tests.schema.world import TODAY, World

TRANSFER = mutation(
    "transferOpenItem",
    "openItem { id version number openAmount { amount } disputed { amount } }"
    " transferredTo { id number kind amount { amount } openAmount { amount } disputed { amount } documentDate dueDate"
    " daysOverdue dunningLevel transferredOn transferredFrom { number customer { account } } customer { account } }",
)
CHANGE_PAYER = mutation("changePayer", "customer { id }")
SETTLE = mutation("settle", "openItem { openAmount { amount } }")
UNSETTLE = mutation("unsettle", "openItem { openAmount { amount } }")
REVERSE = mutation("reverseOpenItem", "openItem { reversedOn }")
CHANGE_DUE = mutation("changeDueDate", "openItem { dueDate }")
ITEM = """query ($id: ID!, $asOf: Date) { node(id: $id) { ... on OpenItem { openAmount(asOf: $asOf) { amount }
  transferredFrom { id } transfers { nodes { id customer { account } transferredOn } }
  timeline { nodes { kind message } } } } }"""
OWED = """query ($key: CustomerKey!, $asOf: Date) { customer(by: $key) {
  openItems { nodes { number openAmount(asOf: $asOf) { amount } } }
  credit(asOf: $asOf, currency: "SEK") {
    exposure { receivables { amount } overdue { amount } disputed { amount } } } } }"""


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """The company checks at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


def to(item: str, account: str | None = None, **more: Any) -> dict[str, Any]:
    """An item of SE01 that goes to a customer, or to whoever pays now."""
    named = {} if account is None else {"customer": account_of(account)}
    return keyed(openItem=by_number(item), **named, **more)


async def transferred(ask: Asker, item: str, account: str | None = None, **more: Any) -> Any:
    """What came of a transfer that is not refused."""
    return await changed(ask, TRANSFER, to(item, account, **more), **ERP)


async def why(ask: Asker, world: World, item: str, account: str | None = None, **more: Any) -> list[tuple[str, str]]:
    """What a transfer is refused for."""
    return said(await refused(ask, world, TRANSFER, to(item, account, **more), **ERP))


async def owed(ask: Asker, account: str, as_of: str | None = None) -> tuple[dict[str, str], list[str]]:
    """What is open of each item of a customer on a day; receivables, overdue and disputed."""
    asked = {"key": account_of(account), "asOf": as_of}
    found = (await ask(OWED, asked)).data["customer"]
    exposure = found["credit"]["exposure"]
    sums = [exposure[name]["amount"] for name in ("receivables", "overdue", "disputed")]
    return {one["number"]: one["openAmount"]["amount"] for one in found["openItems"]["nodes"]}, sums


async def test_the_rest_of_an_item_goes_to_the_payer_of_now_and_ages_as_before(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00", dueDate="2026-11-20", disputed=sek("30.00"), dunningLevel=2)
    await posted(ask, row)
    await received(ask, paid(buyer, "40.00", (row["number"], "40.00")))
    await changed(ask, CHANGE_PAYER, keyed(customer=account_of(buyer), payer=account_of(payer)), **ERP)
    assert await takes(world, buyer) == {"RECEIVABLES": "60.00", "DISPUTED": "30.00"}
    payload = await transferred(ask, row["number"])
    assert payload["openItem"]["openAmount"]["amount"] == payload["openItem"]["disputed"]["amount"] == "0.00"
    gone = payload["transferredTo"]
    assert (gone["number"], gone["customer"]["account"], gone["kind"]) == (f"{row['number']}/2", payer, "INVOICE")
    assert gone["amount"] == gone["openAmount"] == {"amount": "60.00"}
    assert (gone["disputed"]["amount"], gone["dunningLevel"], gone["transferredOn"]) == ("30.00", 2, TODAY.isoformat())
    assert (gone["documentDate"], gone["dueDate"], gone["daysOverdue"]) == ("2026-11-13", "2026-11-20", 3)
    assert gone["transferredFrom"] == {"number": row["number"], "customer": {"account": buyer}}
    assert await takes(world, buyer) == {}
    assert await takes(world, payer) == {"RECEIVABLES": "60.00", "DISPUTED": "30.00"}
    assert await due_days(world, payer) == {"2026-11-20": "60.00"}


async def test_before_the_day_of_the_transfer_the_item_is_with_the_old_payer(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00", dueDate="2026-11-16", disputed=sek("30.00"))
    await posted(ask, row)
    payload = await transferred(ask, row["number"], payer, day="2026-11-18", number=f"T-{row['number']}")
    before, after = payload["openItem"]["id"], payload["transferredTo"]["id"]
    assert payload["transferredTo"]["number"] == f"T-{row['number']}"
    for day, shares in (("2026-11-17", ("100.00", "0.00")), ("2026-11-18", ("0.00", "100.00"))):
        for item, account, share in zip((before, after), (buyer, payer), shares, strict=True):
            left = (await ask(ITEM, {"id": item, "asOf": day})).data["node"]["openAmount"]["amount"]
            items, sums = await owed(ask, account, day)
            assert left == share
            assert (sum(map(float, items.values())), sums[0]) == (float(share), share)
            assert sums[1:] == (["70.00", "30.00"] if float(share) else ["0.00", "0.00"])
    assert await takes(world, buyer, date(2026, 11, 17)) == {"RECEIVABLES": "100.00", "DISPUTED": "30.00"}
    assert await takes(world, payer, date(2026, 11, 17)) == {}


async def test_both_items_lead_to_each_other_and_say_what_was_done(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00")
    await posted(ask, row)
    payload = await transferred(ask, row["number"], payer)
    first, second = payload["openItem"]["id"], payload["transferredTo"]["id"]
    before, after = [(await ask(ITEM, {"id": one})).data["node"] for one in (first, second)]
    there = {"id": second, "customer": {"account": payer}, "transferredOn": TODAY.isoformat()}
    assert (before["transfers"]["nodes"], after["transferredFrom"]) == ([there], {"id": first})
    assert (before["transferredFrom"], after["transfers"]["nodes"]) == (None, [])
    told = f"SEK\u00a0100.00 of item {row['number']} was transferred from customer {buyer} to customer {payer}"
    for item in (before, after):
        event = next(one for one in item["timeline"]["nodes"] if one["kind"] == "OPEN_ITEM_TRANSFERRED")
        assert event["message"] == f"{told} as {row['number']}/2."


async def test_a_transfer_is_taken_back_by_transferring_what_came_of_it(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00")
    await posted(ask, row)
    await transferred(ask, row["number"], payer)
    back = (await transferred(ask, f"{row['number']}/2", buyer))["transferredTo"]
    assert (back["number"], back["customer"]["account"]) == (f"{row['number']}/2/2", buyer)
    assert (await takes(world, buyer), await takes(world, payer)) == ({"RECEIVABLES": "100.00"}, {})


async def test_what_was_paid_stays_and_is_transferred_once_more_when_it_opens_again(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00")
    await posted(ask, row)
    payment = paid(buyer, "40.00", (row["number"], "40.00"))
    await received(ask, payment)
    await transferred(ask, row["number"], payer)
    assert await why(ask, world, row["number"], payer) == [("WRONG_STATUS", "openItem")]
    undone = keyed(openItem=by_number(row["number"]), payment=by_number(payment["number"]))
    assert (await changed(ask, UNSETTLE, undone, **ERP))["openItem"]["openAmount"]["amount"] == "40.00"
    again = (await transferred(ask, row["number"], payer))["transferredTo"]
    assert (again["number"], again["amount"]["amount"]) == (f"{row['number']}/3", "40.00")
    assert await takes(world, payer) == {"RECEIVABLES": "100.00"}
    assert await takes(world, buyer) == {"UNAPPLIED": "-40.00"}


async def test_the_new_payer_settles_what_it_was_given_from_that_day_on(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row, payment = invoice(buyer, "100.00"), paid(payer, "100.00", paidOn="2026-11-14")
    await posted(ask, row)
    await received(ask, payment)
    item = (await transferred(ask, row["number"], payer, day="2026-11-18"))["transferredTo"]["number"]
    given = {"openItem": by_number(item), "payment": by_number(payment["number"])}
    early = keyed(**given, day="2026-11-17")
    assert said(await refused(ask, world, SETTLE, early, **ERP)) == [("DATE_ORDER", "day")]
    assert (await changed(ask, SETTLE, keyed(**given), **ERP))["openItem"]["openAmount"]["amount"] == "0.00"
    assert await takes(world, payer) == {}


@pytest.mark.parametrize(
    ("kind", "category", "sign"),
    [
        ("CREDIT_NOTE", "UNAPPLIED", "-"),
        ("DOWN_PAYMENT", "SPECIAL_LIABILITIES", "-"),
        ("PAYMENT_REQUEST", "SPECIAL_LIABILITIES", ""),
        ("BILL_OF_EXCHANGE", "SPECIAL_LIABILITIES", ""),
        ("OPENING_BALANCE", "RECEIVABLES", ""),
    ],
)
async def test_every_kind_of_item_goes_with_its_sign(
    ask: Asker, world: World, kind: str, category: str, sign: str
) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "70.00", kind=kind)
    await posted(ask, row)
    gone = (await transferred(ask, row["number"], payer))["transferredTo"]
    assert (gone["kind"], gone["openAmount"]["amount"]) == (kind, f"{sign}70.00")
    assert (await takes(world, buyer), await takes(world, payer)) == ({}, {category: f"{sign}70.00"})


async def test_the_used_part_of_a_credit_note_stays(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row, note = invoice(buyer, "20.00"), invoice(buyer, "70.00", kind="CREDIT_NOTE")
    await posted(ask, row, note)
    await changed(ask, SETTLE, keyed(openItem=by_number(row["number"]), creditNote=by_number(note["number"])), **ERP)
    assert (await transferred(ask, note["number"], payer))["transferredTo"]["amount"]["amount"] == "-50.00"
    assert (await takes(world, buyer), await takes(world, payer)) == ({}, {"UNAPPLIED": "-50.00"})


async def test_what_was_sold_stays_the_sale_of_the_old_payer(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00", taxAmount=sek("20.00"))
    await posted(ask, row)
    await transferred(ask, row["number"], payer)
    sold = "select coalesce(sum(amount), 0) from movement where category = 'SALES' and customer_id = $1"
    ids = [world.ids[f"SE01/{account}"] for account in (buyer, payer)]
    assert [await world.conn.fetchval(sold, one) for one in ids] == [10000, 0]


async def test_what_was_booked_goes_with_its_share(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "90.00", bookedAmount=sek("1000.00"))
    row["amount"] = {"amount": "90.00", "currency": "EUR"}
    await posted(ask, row)
    payment = paid(buyer, "60.00", (row["number"], None))
    payment["amount"] = {"amount": "60.00", "currency": "EUR"}
    await received(ask, payment)
    await transferred(ask, row["number"], payer)
    booked = "select booked_amount from open_item where number = $1"
    assert f"{await world.conn.fetchval(booked, row['number'] + '/2'):.2f}" == "333.33"


async def test_orders_on_hold_of_both_payers_are_looked_at_again(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world, "100"), await customer(world, "100")
    row, other = invoice(buyer, "90.00"), invoice(payer, "90.00")
    await posted(ask, row, other)
    frees, stops = order(buyer, "50.00"), order(payer, "50.00")
    freed, stopped = [(await submitted(ask, one, "50.00"))["creditHold"]["id"] for one in (frees, stops)]
    await received(ask, paid(payer, "90.00", (other["number"], None)))
    assert [await hold_status(world, hold) for hold in (freed, stopped)] == ["OPEN", "READY_TO_RELEASE"]
    await transferred(ask, row["number"], payer)
    assert [await hold_status(world, hold) for hold in (freed, stopped)] == ["READY_TO_RELEASE", "OPEN"]


async def test_what_cannot_be_meant_is_refused_and_nothing_is_written(ask: Asker, world: World) -> None:
    buyer, payer, chained = await customer(world), await customer(world), await customer(world)
    row, settled, gone = invoice(buyer, "100.00"), invoice(buyer, "10.00"), invoice(buyer, "10.00")
    await posted(ask, row, settled, gone)
    await received(ask, paid(buyer, "10.00", (settled["number"], None)))
    await changed(ask, REVERSE, keyed(openItem=by_number(gone["number"])), **ERP)
    await changed(ask, CHANGE_PAYER, keyed(customer=account_of(chained), payer=account_of(payer)), **ERP)
    item = row["number"]
    assert await why(ask, world, settled["number"], payer) == [("WRONG_STATUS", "openItem")]
    assert await why(ask, world, gone["number"], payer) == [("WRONG_STATUS", "openItem")]
    assert await why(ask, world, item) == [("INVALID_VALUE", "customer")]
    assert await why(ask, world, item, buyer) == [("INVALID_VALUE", "customer")]
    assert await why(ask, world, item, chained) == [("INVALID_VALUE", "customer")]
    assert await why(ask, world, item, payer, day="2026-11-12") == [("DATE_ORDER", "day")]
    assert await why(ask, world, item, payer, day="2026-11-24") == [("DAY_IN_FUTURE", "day")]
    assert await why(ask, world, item, payer, number=settled["number"]) == [("ALREADY_EXISTS", "number")]
    assert await why(ask, world, item, payer, number=" ") == [("INVALID_VALUE", "number")]
    assert await why(ask, world, item, payer, expectedVersion=99) == [("VERSION_CONFLICT", "expectedVersion")]
    assert await why(ask, world, "nothing", payer) == [("NOT_FOUND", "openItem")]
    abroad = {"customer": {"number": {"company": "FI01", "account": "2001"}}}
    assert await why(ask, world, item, **abroad) == [("INVALID_VALUE", "customer")]


async def test_an_item_is_transferred_from_the_day_on_which_it_last_opened_again(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row, payment = invoice(buyer, "100.00"), paid(buyer, "100.00", paidOn="2026-11-14")
    await posted(ask, row)
    await received(ask, payment)
    both = {"openItem": by_number(row["number"]), "payment": by_number(payment["number"])}
    await changed(ask, SETTLE, keyed(**both, day="2026-11-15"), **ERP)
    await changed(ask, UNSETTLE, keyed(**both, day="2026-11-19"), **ERP)
    assert await why(ask, world, row["number"], payer, day="2026-11-18") == [("DATE_ORDER", "day")]
    await transferred(ask, row["number"], payer, day="2026-11-19")


async def test_neither_item_is_reversed_after_a_transfer(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00")
    await posted(ask, row)
    item = (await transferred(ask, row["number"], payer))["transferredTo"]["number"]
    for one in (row["number"], item):
        given = keyed(openItem=by_number(one))
        assert said(await refused(ask, world, REVERSE, given, **ERP)) == [("WRONG_STATUS", "openItem")]


async def test_another_due_day_moves_what_the_new_payer_owes(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00", disputed=sek("5.00"))
    await posted(ask, row)
    item = (await transferred(ask, row["number"], payer))["transferredTo"]["number"]
    for one in (item, row["number"]):
        await changed(ask, CHANGE_DUE, keyed(openItem=by_number(one), dueDate="2026-12-24"), **ERP)
    assert (await due_days(world, payer), await due_days(world, buyer)) == ({"2026-12-24": "100.00"}, {})


async def test_the_same_key_transfers_once(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00")
    await posted(ask, row)
    given = to(row["number"], payer)
    first, second = [await changed(ask, TRANSFER, given, **ERP) for _ in range(2)]
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["transferredTo"] == second["transferredTo"]


BREAKS = (
    "update open_item set amount = 99 where transferred_from_id is not null",
    "update open_item set transferred_on = '2026-11-22' where transferred_from_id is not null",
    "update open_item set transferred_from_id = gen_random_uuid() where transferred_from_id is not null",
    "update settlement set transfer_item_id = gen_random_uuid() where transfer_item_id is not null",
)


@pytest.mark.parametrize("broken", BREAKS)
async def test_reconciling_finds_a_transfer_whose_items_do_not_agree(ask: Asker, world: World, broken: str) -> None:
    buyer, payer = await customer(world), await customer(world)
    row = invoice(buyer, "100.00")
    await posted(ask, row)
    await transferred(ask, row["number"], payer)
    transaction = world.conn.transaction()
    await transaction.start()
    await world.conn.execute(broken)
    found = {finding.code for finding in await reconcile(world.conn)}
    await transaction.rollback()
    assert "SETTLED_WRONGLY" in found
