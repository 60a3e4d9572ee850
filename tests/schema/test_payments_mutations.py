"""Payments are posted and taken back; items are settled by payments and credit notes, and it is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import (
    ERP,
    ITEM,
    PAYMENT,
    POST_PAYMENTS,
    assert_books_agree,
    by_number,
    customer,
    invoice,
    mutation,
    paid,
    posted,
    received,
    takes,
)
from tests.schema.changing import changed, held_order, hold_status, keyed, refused, rows, said, sek
from tests.schema.world import World

BOTH = f"openItem {{ {ITEM} }} payment {{ {PAYMENT} }} creditNote {{ {ITEM} }}"
SETTLE, UNSETTLE = mutation("settle", BOTH), mutation("unsettle", BOTH)
REVERSE = mutation("reversePayment", f"payment {{ {PAYMENT} }}")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """After every test the sums are what the facts come to."""
    yield
    await assert_books_agree(world)


async def owed(ask: Asker, account: str, *amounts: str, **more: Any) -> list[str]:
    """The numbers of new invoices."""
    items = [invoice(account, amount, **more) for amount in amounts]
    await posted(ask, *items)
    return [item["number"] for item in items]


async def test_a_payment_stands_unapplied_until_it_settles(ask: Asker, world: World) -> None:
    account = await customer(world)
    (payment,) = await received(ask, paid(account, "300.00"))
    assert (payment["status"], payment["unapplied"]) == ("COLLECTED", {"amount": "300.00"})
    assert await takes(world, account) == {"UNAPPLIED": "-300.00"}


async def test_a_payment_settles_the_amounts_it_names(ask: Asker, world: World) -> None:
    account = await customer(world)
    first, second = await owed(ask, account, "100.00", "200.00")
    (payment,) = await received(ask, paid(account, "150.00", (first, "100.00"), (second, "30.00")))
    assert payment["unapplied"] == {"amount": "20.00"}
    assert await takes(world, account) == {"RECEIVABLES": "170.00", "UNAPPLIED": "-20.00"}


async def test_a_payment_settles_named_items_in_their_order_as_far_as_it_goes(ask: Asker, world: World) -> None:
    account = await customer(world)
    first, second, third = await owed(ask, account, "100.00", "100.00", "100.00")
    await received(ask, paid(account, "150.00", (second, None), (first, None), (third, None)))
    found = await world.conn.fetch(
        "select number, s.amount from settlement s join open_item i on i.id = item_id order by s.id"
    )
    assert [(row["number"], int(row["amount"])) for row in found][-2:] == [(second, 100), (first, 50)]


async def test_payments_of_one_call_share_what_is_open(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    payments = await received(ask, paid(account, "80.00", (item, None)), paid(account, "80.00", (item, None)))
    assert [payment["unapplied"]["amount"] for payment in payments] == ["0.00", "60.00"]
    too_much = [paid(account, "1.00", (item, "1.00"))]
    payload = await refused(ask, world, POST_PAYMENTS, keyed(payments=too_much), **ERP)
    assert said(payload) == [("MORE_THAN_OPEN", "payments.0.settlements.0.amount")]
    assert (payload["errors"][0]["limit"], payload["errors"][0]["actual"]) == ({"amount": "0.00"}, {"amount": "1.00"})


async def test_what_is_disputed_is_never_more_than_what_is_open(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00", disputed=sek("40.00"))
    await received(ask, paid(account, "50.00", (item, None)))
    assert await takes(world, account) == {"RECEIVABLES": "50.00", "DISPUTED": "40.00"}
    await received(ask, paid(account, "30.00", (item, None)))
    assert await takes(world, account) == {"RECEIVABLES": "20.00", "DISPUTED": "20.00"}


async def test_a_late_payment_of_an_earlier_day_counts_from_that_day(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    early, late = date(2026, 11, 10), date(2026, 11, 13)
    await received(ask, paid(account, "100.00", (item, None), paidOn=early.isoformat()))
    assert await takes(world, account, early) == {"UNAPPLIED": "-100.00"}
    # It settles the invoice on the day that was written.
    assert await takes(world, account, late) == {}


async def test_the_same_payment_again_is_read_back_and_another_one_differs(ask: Asker, world: World) -> None:
    account = await customer(world)
    item, unpaid = await owed(ask, account, "100.00", "100.00")
    row = paid(account, "100.00", (item, "60.00"))
    (first,) = await received(ask, row)
    before = await rows(world)
    (again,) = await received(ask, row)
    assert again == first
    assert {name for name, kept in (await rows(world)).items() if kept != before[name]} == {"idempotency_key"}
    for differing in (
        {"amount": sek("101.00")},
        {"paidOn": "2026-11-22"},
        {"kind": "DIRECT_DEBIT"},
        {"account": "1002"},
    ):
        given = keyed(payments=[row | {"settlements": []} | differing])
        assert said(await refused(ask, world, POST_PAYMENTS, given, **ERP)) == [
            ("DOCUMENT_DIFFERS", "payments.0.number")
        ]
    others = keyed(payments=[row | {"settlements": [{"openItem": unpaid}]}])
    assert said(await refused(ask, world, POST_PAYMENTS, others, **ERP)) == [
        ("DOCUMENT_DIFFERS", "payments.0.settlements.0.openItem")
    ]


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"account": "nobody"}, "NOT_FOUND", "account"),
        ({"amount": sek("-1.00")}, "AMOUNT_NEGATIVE", "amount"),
        ({"amount": sek("0.001")}, "AMOUNT_PRECISION", "amount"),
        ({"amount": {"amount": "1", "currency": "XQQ"}}, "CURRENCY_UNKNOWN", "amount"),
        ({"paidOn": "2026-11-24"}, "DAY_IN_FUTURE", "paidOn"),
        ({"status": "PENDING"}, "WRONG_STATUS", "status"),
        ({"kind": "DIRECT_DEBIT", "status": "RETURNED"}, "WRONG_STATUS", "status"),
        ({"number": ""}, "INVALID_VALUE", "number"),
        ({"settlements": [{"openItem": "none"}]}, "NOT_FOUND", "settlements.0.openItem"),
    ],
)
async def test_a_wrong_payment_is_refused_where_it_is_wrong(
    ask: Asker, world: World, wrong: dict[str, Any], code: str, place: str
) -> None:
    given = keyed(payments=[paid("1001", "100.00"), paid("1001", "100.00") | wrong])
    assert said(await refused(ask, world, POST_PAYMENTS, given, **ERP)) == [(code, f"payments.1.{place}")]


async def test_only_items_of_the_same_payer_and_currency_that_are_owed_are_settled(ask: Asker, world: World) -> None:
    account, other = await customer(world), await customer(world)
    (theirs,) = await owed(ask, other, "10.00")
    (credit,) = await owed(ask, account, "10.00", kind="CREDIT_NOTE")
    euros = invoice(account, "0") | {"amount": {"amount": "10.00", "currency": "EUR"}}
    await posted(ask, euros)
    (mine,) = await owed(ask, account, "10.00")
    row = paid(account, "10.00", (theirs, None), (credit, None), (euros["number"], None))
    row["settlements"].append({"openItem": mine, "amount": {"amount": "1.00", "currency": "EUR"}})
    assert said(await refused(ask, world, POST_PAYMENTS, keyed(payments=[row]), **ERP)) == [
        ("DIFFERENT_PAYER", "payments.0.settlements.0.openItem"),
        ("INVALID_VALUE", "payments.0.settlements.1.openItem"),
        ("CURRENCY_MISMATCH", "payments.0.settlements.2.openItem"),
        ("CURRENCY_MISMATCH", "payments.0.settlements.3.amount"),
    ]


async def test_a_direct_debit_lowers_exposure_only_when_it_is_collected(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    row = paid(account, "100.00", kind="DIRECT_DEBIT", status="PENDING", paidOn="2026-11-30")
    (pending,) = await received(ask, row)
    assert (pending["status"], pending["unapplied"]) == ("PENDING", {"amount": "0.00"})
    assert await takes(world, account) == {"RECEIVABLES": "100.00"}
    settled = row | {"settlements": [{"openItem": item}]}
    early = keyed(payments=[settled | {"number": "early"}])
    assert said(await refused(ask, world, POST_PAYMENTS, early, **ERP)) == [("WRONG_STATUS", "payments.0.settlements")]
    (collected,) = await received(ask, settled | {"status": "COLLECTED", "paidOn": "2026-11-22"})
    assert (collected["id"], collected["status"], collected["version"]) == (pending["id"], "COLLECTED", 2)
    assert await takes(world, account) == {}
    assert await takes(world, account, date(2026, 11, 21)) == {"RECEIVABLES": "100.00"}


async def test_a_returned_debit_opens_what_it_settled(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    row = paid(account, "100.00", (item, "70.00"), kind="DIRECT_DEBIT", paidOn="2026-11-20")
    await received(ask, row)
    given = keyed(payment=by_number(row["number"]), day="2026-11-22", expectedVersion=1)
    back = (await changed(ask, REVERSE, given, **ERP))["payment"]
    assert (back["status"], back["reversedOn"], back["unapplied"], back["version"]) == (
        "RETURNED",
        "2026-11-22",
        {"amount": "0.00"},
        2,
    )
    assert await takes(world, account) == {"RECEIVABLES": "100.00"}
    assert await takes(world, account, date(2026, 11, 21)) == {"RECEIVABLES": "30.00", "UNAPPLIED": "-30.00"}
    # The next payment settles the item from the day on which it was open again.
    await received(ask, paid(account, "100.00", (item, None), paidOn="2026-11-21"))
    assert await takes(world, account, date(2026, 11, 21)) == {"RECEIVABLES": "30.00", "UNAPPLIED": "-130.00"}
    assert await takes(world, account) == {}


async def test_a_debit_that_was_never_collected_moves_nothing_when_it_is_reversed(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = paid(account, "100.00", kind="DIRECT_DEBIT", status="PENDING", paidOn="2026-11-30")
    await received(ask, row)
    back = (await changed(ask, REVERSE, keyed(payment=by_number(row["number"])), **ERP))["payment"]
    assert (back["status"], back["reversedOn"]) == ("PENDING", "2026-11-23")
    assert await takes(world, account) == {}
    again = keyed(payments=[row])
    assert said(await refused(ask, world, POST_PAYMENTS, again, **ERP)) == [("DOCUMENT_DIFFERS", "payments.0.number")]


async def test_a_payment_is_not_reversed_twice_or_before_it_came_or_settled(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    row = paid(account, "100.00", (item, None), paidOn="2026-11-10")
    (payment,) = await received(ask, row)
    key = {"id": payment["id"]}
    early = await refused(ask, world, REVERSE, keyed(payment=key, day="2026-11-09", expectedVersion=9), **ERP)
    assert said(early) == [("VERSION_CONFLICT", "expectedVersion"), ("DATE_ORDER", "day"), ("DATE_ORDER", "day")]
    assert early["payment"]["id"] == payment["id"]
    assert said(await refused(ask, world, REVERSE, keyed(payment=key, day="2026-11-24"), **ERP)) == [
        ("DAY_IN_FUTURE", "day")
    ]
    await changed(ask, REVERSE, keyed(payment=key), **ERP)
    assert said(await refused(ask, world, REVERSE, keyed(payment=key), **ERP)) == [("WRONG_STATUS", "payment")]
    unknown = keyed(payment=by_number("none"))
    assert said(await refused(ask, world, REVERSE, unknown, **ERP)) == [("NOT_FOUND", "payment")]


async def test_a_payment_makes_room_for_the_order_that_waits(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    (item,) = await owed(ask, account, "80.00")
    hold = await held_order(ask, world, "SE01", account, "50.00")
    await received(ask, paid(account, "20.00"))
    assert await hold_status(world, hold) == "OPEN"
    await received(ask, paid(account, "20.00", (item, None)))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
