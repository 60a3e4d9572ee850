"""Open items are posted, reversed and due on another day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from domain.exposure import Category
from persistence.keys import new_key
from tests.schema.asking import Asker
from tests.schema.books import (
    ERP,
    ITEM,
    POST_ITEMS,
    assert_books_agree,
    by_number,
    customer,
    due_days,
    invoice,
    mutation,
    paid,
    posted,
    received,
    takes,
)
from tests.schema.changing import changed, held_order, hold_status, keyed, mistaken, refused, rows, said, sek
from tests.schema.world import World

REVERSE = mutation("reverseOpenItem", f"openItem {{ {ITEM} }}")
CHANGE_DUE = mutation("changeDueDate", f"openItem {{ {ITEM} }}")
SET_LEVELS = mutation("setDunningLevels", f"openItems {{ {ITEM} dunningLevel }}")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """After every test the sums are what the facts come to."""
    yield
    await assert_books_agree(world)


async def test_an_invoice_is_a_receivable_from_its_date_on(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await posted(ask, invoice(account, "1000.00", disputed=sek("200.00")))
    assert (item["kind"], item["openAmount"], item["disputed"]) == (
        "INVOICE",
        {"amount": "1000.00"},
        {"amount": "200.00"},
    )
    assert await takes(world, account) == {"RECEIVABLES": "1000.00", "DISPUTED": "200.00"}
    assert await takes(world, account, date(2026, 11, 12)) == {}


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("CREDIT_NOTE", {"UNAPPLIED": "-500.00"}),
        ("DOWN_PAYMENT", {"SPECIAL_LIABILITIES": "-500.00"}),
        ("PAYMENT_REQUEST", {"SPECIAL_LIABILITIES": "500.00"}),
        ("BILL_OF_EXCHANGE", {"SPECIAL_LIABILITIES": "500.00"}),
        ("OPENING_BALANCE", {"RECEIVABLES": "500.00"}),
    ],
)
async def test_each_kind_of_item_counts_where_it_belongs(
    ask: Asker, world: World, kind: str, taken: dict[str, str]
) -> None:
    account = await customer(world)
    (item,) = await posted(ask, invoice(account, "500.00", kind=kind))
    assert item["amount"] == {"amount": "-500.00" if kind in ("CREDIT_NOTE", "DOWN_PAYMENT") else "500.00"}
    assert await takes(world, account) == taken


async def test_the_same_item_again_is_read_back_and_another_one_differs(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = invoice(account, "100.00")
    (first,) = await posted(ask, row)
    before = await rows(world)
    (again,) = await posted(ask, row)
    assert again == first
    # Only the key of the second call is new.
    assert {name for name, kept in (await rows(world)).items() if kept != before[name]} == {"idempotency_key"}
    for differing in (
        {"amount": sek("100.01")},
        {"dueDate": "2026-12-14"},
        {"kind": "CREDIT_NOTE"},
        {"account": "1002"},
    ):
        payload = await refused(ask, world, POST_ITEMS, keyed(items=[row | differing]), **ERP)
        assert said(payload) == [("DOCUMENT_DIFFERS", "items.0.number")]
        assert payload["errors"][0]["node"] == {"__typename": "OpenItem", "id": first["id"]}


async def test_asked_again_with_its_key_nothing_is_written_and_other_input_is_refused(ask: Asker, world: World) -> None:
    account = await customer(world)
    given = keyed(items=[invoice(account, "100.00")])
    first = await changed(ask, POST_ITEMS, given, **ERP)
    before = await rows(world)
    again = await changed(ask, POST_ITEMS, given, **ERP)
    assert (again["replayed"], again["openItems"]) == (True, first["openItems"])
    assert await rows(world) == before
    other = given | {"items": [invoice(account, "200.00")]}
    assert said(await refused(ask, world, POST_ITEMS, other, **ERP)) == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"account": "nobody"}, "NOT_FOUND", "account"),
        ({"amount": sek("-1.00")}, "AMOUNT_NEGATIVE", "amount"),
        ({"amount": sek("0")}, "AMOUNT_NEGATIVE", "amount"),
        ({"amount": sek("1.005")}, "AMOUNT_PRECISION", "amount"),
        ({"amount": {"amount": "1", "currency": "XQQ"}}, "CURRENCY_UNKNOWN", "amount"),
        ({"documentDate": "2026-11-24", "dueDate": "2026-12-24"}, "DAY_IN_FUTURE", "documentDate"),
        ({"dueDate": "2026-11-12"}, "DATE_ORDER", "dueDate"),
        ({"disputed": sek("100.01")}, "MORE_THAN_OPEN", "disputed"),
        ({"disputed": {"amount": "1", "currency": "EUR"}}, "CURRENCY_MISMATCH", "disputed"),
        ({"kind": "CREDIT_NOTE", "disputed": sek("1.00")}, "INVALID_VALUE", "disputed"),
        ({"bookedAmount": {"amount": "9", "currency": "EUR"}}, "CURRENCY_MISMATCH", "bookedAmount"),
        ({"number": " "}, "INVALID_VALUE", "number"),
        ({"number": "1" * 101}, "INVALID_VALUE", "number"),
    ],
)
async def test_a_wrong_row_is_refused_where_it_is_wrong(
    ask: Asker, world: World, wrong: dict[str, object], code: str, place: str
) -> None:
    good = invoice("1001", "100.00")
    given = keyed(items=[good, invoice("1001", "100.00") | wrong])
    assert said(await refused(ask, world, POST_ITEMS, given, **ERP)) == [(code, f"items.1.{place}")]


async def test_all_that_is_wrong_with_all_rows_is_said_at_once(ask: Asker, world: World) -> None:
    twice = invoice("1001", "100.00")
    wrong = [twice, twice, invoice("nobody", "1.00"), invoice("1001", "-1.00", dueDate="2020-01-01")]
    assert said(await refused(ask, world, POST_ITEMS, keyed(items=wrong), **ERP)) == [
        ("ALREADY_EXISTS", "items.1.number"),
        ("NOT_FOUND", "items.2.account"),
        ("AMOUNT_NEGATIVE", "items.3.amount"),
        ("DATE_ORDER", "items.3.dueDate"),
    ]


async def test_more_than_250_rows_are_refused_as_a_whole(ask: Asker, world: World) -> None:
    given = keyed(items=[invoice("1001", "1.00") for _ in range(251)])
    assert said(await refused(ask, world, POST_ITEMS, given, **ERP)) == [("TOO_MANY_ROWS", "items")]


async def test_only_those_post_who_may_in_that_company(ask: Asker, world: World) -> None:
    given = keyed(items=[invoice("1001", "1.00")])
    assert await mistaken(ask, world, POST_ITEMS, given, as_="CREDIT_MANAGER") == ["FORBIDDEN"]
    elsewhere = await mistaken(ask, world, POST_ITEMS, given, as_="INTEGRATION", companies=["FI01"])
    assert elsewhere == ["COMPANY_NOT_AVAILABLE"]
    unknown = keyed(items=[invoice("1001", "1.00", company="XX99")])
    assert await mistaken(ask, world, POST_ITEMS, unknown, **ERP) == ["COMPANY_NOT_AVAILABLE"]


async def test_what_is_booked_is_kept_in_the_accounting_currency(ask: Asker, world: World) -> None:
    account = await customer(world)
    euros = {"amount": {"amount": "10.00", "currency": "EUR"}}
    foreign = invoice(account, "0", bookedAmount=sek("114.00")) | euros
    unbooked = invoice(account, "0") | euros
    items = await posted(ask, foreign, unbooked, invoice(account, "7.00", kind="CREDIT_NOTE"))
    found = [
        await world.conn.fetchval("select booked_amount from open_item where number = $1", item["number"])
        for item in items
    ]
    assert [None if amount is None else int(amount) for amount in found] == [114, None, -7]


async def test_a_reversed_item_is_gone_from_its_day_on_and_its_number_is_used_up(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = invoice(account, "100.00", disputed=sek("40.00"))
    (item,) = await posted(ask, row)
    given = keyed(openItem=by_number(row["number"]), day="2026-11-20", expectedVersion=1)
    back = (await changed(ask, REVERSE, given, **ERP))["openItem"]
    assert (back["version"], back["reversedOn"], back["openAmount"]) == (2, "2026-11-20", {"amount": "0.00"})
    assert await takes(world, account) == {}
    assert await takes(world, account, date(2026, 11, 19)) == {"RECEIVABLES": "100.00", "DISPUTED": "40.00"}
    again = await refused(ask, world, REVERSE, keyed(openItem={"id": item["id"]}), **ERP)
    assert said(again) == [("WRONG_STATUS", "openItem")]
    assert again["openItem"]["id"] == item["id"]
    assert said(await refused(ask, world, POST_ITEMS, keyed(items=[row]), **ERP)) == [
        ("DOCUMENT_DIFFERS", "items.0.number")
    ]


async def test_an_item_is_not_reversed_before_its_date_in_the_future_while_settled_or_changed(
    ask: Asker, world: World
) -> None:
    account = await customer(world)
    row = invoice(account, "100.00")
    (item,) = await posted(ask, row)
    await received(ask, paid(account, "30.00", (row["number"], None), paidOn="2026-11-20"))
    key = {"id": item["id"]}
    early = keyed(openItem=key, day="2026-11-12", expectedVersion=7)
    payload = await refused(ask, world, REVERSE, early, **ERP)
    assert said(payload) == [
        ("VERSION_CONFLICT", "expectedVersion"),
        ("DATE_ORDER", "day"),
        ("WRONG_STATUS", "openItem"),
    ]
    assert payload["errors"][0]["node"]["id"] == payload["openItem"]["id"] == item["id"]
    future = await refused(ask, world, REVERSE, keyed(openItem=key, day="2026-11-24"), **ERP)
    assert ("DAY_IN_FUTURE", "day") in said(future)


async def test_an_item_nobody_posted_cannot_be_reversed_and_one_of_another_company_is_not_touched(
    ask: Asker, world: World
) -> None:
    (item,) = await posted(ask, invoice("1001", "5.00"))
    nothing = [by_number("none"), {"id": f"itm_{new_key().hex}"}]
    for key in nothing:
        assert said(await refused(ask, world, REVERSE, keyed(openItem=key), **ERP)) == [("NOT_FOUND", "openItem")]
    abroad = {"as_": "INTEGRATION", "companies": ["FI01"]}
    theirs = await refused(ask, world, REVERSE, keyed(openItem={"id": item["id"]}), **abroad)
    assert said(theirs) == [("NOT_FOUND", "openItem")]
    other_kind = keyed(openItem={"id": f"pay_{new_key().hex}"})
    assert await mistaken(ask, world, REVERSE, other_kind, **ERP) == ["BAD_USER_INPUT"]


async def test_what_is_open_moves_to_the_new_due_day_and_what_is_settled_comes_back_there(
    ask: Asker, world: World
) -> None:
    account = await customer(world)
    row = invoice(account, "100.00", disputed=sek("10.00"), dueDate="2026-11-15")
    await posted(ask, row)
    payment = paid(account, "30.00", (row["number"], None))
    await received(ask, payment)
    given = keyed(openItem=by_number(row["number"]), dueDate="2026-12-31", expectedVersion=1)
    item = (await changed(ask, CHANGE_DUE, given, **ERP))["openItem"]
    assert (item["dueDate"], item["version"]) == ("2026-12-31", 2)
    assert await due_days(world, account) == {"2026-12-31": "70.00"}
    assert await due_days(world, account, Category.DISPUTED) == {"2026-12-31": "10.00"}
    unsettle = mutation("unsettle", "openItem { id }")
    undone = keyed(openItem=by_number(row["number"]), payment=by_number(payment["number"]))
    await changed(ask, unsettle, undone, **ERP)
    assert await due_days(world, account) == {"2026-12-31": "100.00"}


async def test_a_late_payment_settles_an_item_from_the_day_its_due_day_changed(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = invoice(account, "100.00")
    await posted(ask, row)
    await changed(ask, CHANGE_DUE, keyed(openItem=by_number(row["number"]), dueDate="2026-12-31"), **ERP)
    await received(ask, paid(account, "100.00", (row["number"], None), paidOn="2026-11-20"))
    assert await takes(world, account, date(2026, 11, 20)) == {"RECEIVABLES": "100.00", "UNAPPLIED": "-100.00"}
    assert await takes(world, account) == {}


async def test_the_same_due_day_changes_nothing_and_one_before_the_document_is_refused(
    ask: Asker, world: World
) -> None:
    (item,) = await posted(ask, invoice("1001", "5.00"))
    key = {"id": item["id"]}
    same = (await changed(ask, CHANGE_DUE, keyed(openItem=key, dueDate=item["dueDate"]), **ERP))["openItem"]
    assert same == item
    early = await refused(ask, world, CHANGE_DUE, keyed(openItem=key, dueDate="2026-11-12"), **ERP)
    assert said(early) == [("DATE_ORDER", "dueDate")]


async def test_a_new_due_day_that_ends_an_overdue_checks_holds_again(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    rule = {"company_id": world.ids["SE01"], "kind": "OVERDUE_DAYS", "type": "BLOCK", "valid_for": "CUSTOMER"}
    await world.put("blocking_rule", **rule, customer_id=world.ids[f"SE01/{account}"], days=0)
    row = invoice(account, "100.00", dueDate="2026-11-14")
    await posted(ask, row)
    hold = await held_order(ask, world, "SE01", account, "50.00")
    assert await hold_status(world, hold) == "OPEN"
    await changed(ask, CHANGE_DUE, keyed(openItem=by_number(row["number"]), dueDate="2026-12-31"), **ERP)
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_a_paid_invoice_makes_room_for_the_order_that_waits(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = invoice(account, "80.00")
    await posted(ask, row)
    hold = await held_order(ask, world, "SE01", account, "50.00")
    assert await hold_status(world, hold) == "OPEN"
    await changed(ask, REVERSE, keyed(openItem=by_number(row["number"])), **ERP)
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


def dunned(*levels: tuple[str, int]) -> dict[str, Any]:
    """Items of SE01 with their levels."""
    return keyed(items=[{"company": "SE01", "number": of, "dunningLevel": level} for of, level in levels])


async def test_dunning_levels_come_with_the_item_and_are_set_for_many_at_once(ask: Asker, world: World) -> None:
    account = await customer(world)
    first, second = await posted(ask, invoice(account, "10.00", dunningLevel=1), invoice(account, "20.00"))
    given = dunned((first["number"], 1), (second["number"], 3))
    now = await changed(ask, SET_LEVELS, given, **ERP)
    assert [(item["dunningLevel"], item["version"]) for item in now["openItems"]] == [(1, 1), (3, 2)]
    before = await rows(world)
    assert (await changed(ask, SET_LEVELS, given, **ERP))["replayed"] is True
    await changed(ask, SET_LEVELS, dunned((second["number"], 3)), **ERP)
    keys, now = before.pop("idempotency_key"), await rows(world)
    assert now.pop("idempotency_key") == (keys[0] + 1, keys[1])
    assert now == before, "what has its level stays as it is"
    trail = """query ($id: ID!) { node(id: $id) { ... on OpenItem { timeline(last: 1) { nodes {
      message changes { field before after } } } } } }"""
    (event,) = (await ask(trail, {"id": second["id"]}, language="en")).data["node"]["timeline"]["nodes"]
    assert event["message"] == f"Item {second['number']} is at dunning level 3 instead of 0."
    assert event["changes"] == [{"field": "dunningLevel", "before": "0", "after": "3"}]


async def test_dunning_levels_that_cannot_be_meant_are_refused_and_none_is_set(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item, gone) = await posted(ask, invoice(account, "10.00"), invoice(account, "20.00"))
    await changed(ask, REVERSE, keyed(openItem={"id": gone["id"]}), **ERP)
    for level in (-1, 10):
        levels = dunned((item["number"], level))
        assert said(await refused(ask, world, SET_LEVELS, levels, **ERP)) == [("INVALID_VALUE", "items.0.dunningLevel")]
        wrong = keyed(items=[invoice(account, "1.00", dunningLevel=level)])
        assert said(await refused(ask, world, POST_ITEMS, wrong, **ERP)) == [("INVALID_VALUE", "items.0.dunningLevel")]
    many = dunned((item["number"], 2), ("NONE", 1), (gone["number"], 1), (item["number"], 3))
    assert said(await refused(ask, world, SET_LEVELS, many, **ERP)) == [
        ("ALREADY_EXISTS", "items.3.number"),
        ("NOT_FOUND", "items.1.number"),
        ("WRONG_STATUS", "items.2.number"),
    ]
    elsewhere = {"companies": ["FI01"], "as_": "INTEGRATION"}
    assert await mistaken(ask, world, SET_LEVELS, dunned((item["number"], 2)), **elsewhere) == ["COMPANY_NOT_AVAILABLE"]
    assert await mistaken(ask, world, SET_LEVELS, dunned((item["number"], 2)), as_="CREDIT_CLERK") == ["FORBIDDEN"]
