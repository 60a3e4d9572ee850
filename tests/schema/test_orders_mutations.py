"""Orders are entered, changed and cancelled; goods leave and are billed, and nothing counts twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from domain.amounts import LARGEST
from persistence.keys import new_key
from tests.schema.asking import Asker
from tests.schema.books import (
    DELIVER,
    ERP,
    ORDER,
    SAVE_ORDERS,
    assert_books_agree,
    by_number,
    customer,
    mutation,
    order,
    ordered,
    part,
    takes,
)
from tests.schema.changing import changed, checked, held_order, hold_status, keyed, mistaken, refused, rows, said, sek
from tests.schema.world import World

CANCEL = mutation("cancelSalesOrder", f"salesOrder {{ {ORDER} }}")
SUBMIT = mutation("submitSalesOrder", "salesOrder { status } decision { outcome } creditHold { id status }")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def submitted(ask: Asker, row: dict[str, Any], amount: str) -> Any:
    """An order after its credit check."""
    given = {name: row[name] for name in ("company", "number", "account")}
    return await changed(ask, SUBMIT, keyed(**given, amount=sek(amount)), **ERP)


async def test_a_new_order_is_known_and_counts_for_nothing_until_it_is_submitted(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = order(account, "60.00", "40.00", shipDate="2026-12-01")
    (entered,) = await ordered(ask, row)
    assert (entered["status"], entered["amount"]["amount"], entered["version"]) == ("ENTERED", "100.00", 1)
    assert [line["amount"]["amount"] for line in entered["lines"]["nodes"]] == ["60.00", "40.00"]
    assert await takes(world, account) == {}
    payload = await submitted(ask, row, "100.00")
    assert (payload["salesOrder"]["status"], payload["decision"]["outcome"]) == ("APPROVED", "PASSED")
    assert await takes(world, account) == {"OPEN_ORDERS": "100.00"}


async def test_the_same_order_again_changes_nothing(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = order(account, "60.00", "40.00")
    (first,) = await ordered(ask, row)
    before = await rows(world)
    (again,) = await ordered(ask, row | {"lines": row["lines"][::-1]})
    assert again == first
    assert await rows(world) == before


async def test_an_initial_load_brings_orders_that_count_from_the_day_they_came(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "100.00", approved=True, orderedOn="2026-11-01")
    (loaded,) = await ordered(ask, row)
    assert (loaded["status"], loaded["latestDecision"]) == ("APPROVED", None)
    assert await takes(world, account, date(2026, 11, 1)) == {"OPEN_ORDERS": "100.00"}
    assert await takes(world, account, date(2026, 10, 31)) == {}


async def test_an_order_that_comes_to_less_or_ships_later_only_moves(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "60.00", "40.00")
    await ordered(ask, row)
    await submitted(ask, row, "100.00")
    decisions = "select count(*) from credit_decision"
    before = await world.conn.fetchval(decisions)
    less = row | {"shipDate": "2026-12-24", "lines": [part(1, "50.00"), part(2, "40.00")]}
    (moved,) = await ordered(ask, less)
    assert (moved["status"], moved["amount"]["amount"], moved["shipDate"]) == ("APPROVED", "90.00", "2026-12-24")
    assert await takes(world, account) == {"OPEN_ORDERS": "90.00"}
    assert await world.conn.fetchval(decisions) == before


async def test_an_order_that_comes_to_more_is_checked_again_and_passes_when_it_fits(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "60.00")
    await ordered(ask, row)
    await submitted(ask, row, "60.00")
    (more,) = await ordered(ask, row | {"lines": [part(1, "100.00")]})
    assert (more["status"], more["latestDecision"]) == ("APPROVED", {"outcome": "PASSED"})
    assert await takes(world, account) == {"OPEN_ORDERS": "100.00"}


async def test_an_order_that_comes_to_too_much_is_held_and_keeps_its_room(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "60.00")
    await ordered(ask, row)
    await submitted(ask, row, "60.00")
    (more,) = await ordered(ask, row | {"lines": [part(1, "100.01")]})
    assert (more["status"], more["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    assert await takes(world, account) == {"OPEN_ORDERS": "100.01"}


async def test_a_held_order_that_comes_to_less_is_evaluated_again(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "60.00", "60.00")
    await ordered(ask, row)
    hold = (await submitted(ask, row, "120.00"))["creditHold"]["id"]
    assert await takes(world, account) == {"HELD_ORDERS": "120.00"}
    (less,) = await ordered(ask, row | {"lines": [part(1, "60.00"), part(2, "40.00")]})
    assert (less["status"], less["amount"]["amount"]) == ("HELD", "100.00")
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    assert await takes(world, account) == {"HELD_ORDERS": "100.00"}


async def test_two_orders_of_one_call_do_not_take_the_same_room(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    first, second = order(account, "30.00"), order(account, "30.00")
    await ordered(ask, first, second)
    for row in (first, second):
        await submitted(ask, row, "30.00")
    more = [row | {"lines": [part(1, "60.00")]} for row in (first, second)]
    found = await ordered(ask, *more)
    assert [one["status"] for one in found] == ["APPROVED", "HELD"]


async def test_a_line_that_is_not_sent_any_more_will_not_come(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "60.00", "40.00", approved=True)
    await ordered(ask, row)
    (less,) = await ordered(ask, row | {"lines": row["lines"][:1]})
    assert less["amount"]["amount"] == "60.00"
    assert [line["closed"] for line in less["lines"]["nodes"]] == [False, True]
    assert await takes(world, account) == {"OPEN_ORDERS": "60.00"}
    (back,) = await ordered(ask, row)
    assert [line["closed"] for line in back["lines"]["nodes"]] == [False, False]
    assert await takes(world, account) == {"OPEN_ORDERS": "100.00"}


async def test_a_delivered_order_with_a_new_line_is_checked_again(ask: Asker, world: World) -> None:
    account = await customer(world, "10")
    row = order(account, "100.00", approved=True)
    await ordered(ask, row)
    await changed(
        ask, DELIVER, keyed(salesOrder=by_number(row["number"]), number="S1", lines=[part(1, "100.00")]), **ERP
    )
    (more,) = await ordered(ask, row | {"lines": [part(1, "100.00"), part(2, "20.00")]})
    assert (more["status"], more["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    assert await takes(world, account) == {"OPEN_DELIVERIES": "100.00", "OPEN_ORDERS": "20.00"}


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"account": "nobody"}, "NOT_FOUND", "account"),
        ({"number": ""}, "INVALID_VALUE", "number"),
        ({"lines": []}, "INVALID_VALUE", "lines"),
        ({"lines": [part(1, "-1.00")]}, "AMOUNT_NEGATIVE", "lines.0.amount"),
        ({"lines": [part(1, "1.001")]}, "AMOUNT_PRECISION", "lines.0.amount"),
        ({"lines": [part(1, f"{LARGEST - 1:f}"), part(2, "1.00")]}, "INVALID_VALUE", "lines"),
        ({"lines": [part(0, "1.00")]}, "INVALID_VALUE", "lines.0.lineNumber"),
        ({"lines": [part(1, "1.00"), part(1, "2.00")]}, "ALREADY_EXISTS", "lines.1.lineNumber"),
        (
            {"lines": [part(1, "1.00"), {"lineNumber": 2, "amount": {"amount": "1", "currency": "EUR"}}]},
            "CURRENCY_MISMATCH",
            "lines.1.amount",
        ),
        ({"paymentTerms": "N999"}, "NOT_FOUND", "paymentTerms"),
        ({"orderedOn": "2026-11-24"}, "DAY_IN_FUTURE", "orderedOn"),
    ],
)
async def test_a_wrong_order_is_refused_where_it_is_wrong(
    ask: Asker, world: World, wrong: dict[str, Any], code: str, place: str
) -> None:
    given = {"salesOrders": [order("1001", "1.00"), order("1001", "1.00") | wrong]}
    assert said(await refused(ask, world, SAVE_ORDERS, given, **ERP)) == [(code, f"salesOrders.1.{place}")]


async def test_an_order_stays_what_it_was_first(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "100.00", approved=True)
    await ordered(ask, row)
    await changed(
        ask, DELIVER, keyed(salesOrder=by_number(row["number"]), number="S1", lines=[part(1, "30.00")]), **ERP
    )

    async def why(**more: Any) -> list[tuple[str, str]]:
        return said(await refused(ask, world, SAVE_ORDERS, {"salesOrders": [row | more]}, **ERP))

    assert await why(account="1002") == [("DOCUMENT_DIFFERS", "salesOrders.0.account")]
    assert await why(kind="QUOTATION") == [("DOCUMENT_DIFFERS", "salesOrders.0.kind")]
    assert await why(lines=[part(1, "29.99")]) == [("MORE_THAN_OPEN", "salesOrders.0.lines.0.amount")]
    euros = [{"lineNumber": 1, "amount": {"amount": "100.00", "currency": "EUR"}}]
    assert await why(lines=euros) == [("CURRENCY_MISMATCH", "salesOrders.0.lines")]


async def test_only_those_who_post_facts_enter_orders_and_only_an_erp_loads_them(ask: Asker, world: World) -> None:
    given = {"salesOrders": [order("1001", "1.00")]}
    assert await mistaken(ask, world, SAVE_ORDERS, given, as_="CREDIT_MANAGER") == ["FORBIDDEN"]
    abroad = {"as_": "INTEGRATION", "companies": ["FI01"]}
    assert await mistaken(ask, world, SAVE_ORDERS, given, **abroad) == ["COMPANY_NOT_AVAILABLE"]


async def test_without_a_rate_a_raised_order_stays_as_it_was(ask: Asker, world: World) -> None:
    account = await customer(world, "1000")
    row = order(account, "60.00")
    await ordered(ask, row)
    await submitted(ask, row, "60.00")
    pounds = [{"lineNumber": 1, "amount": {"amount": "70.00", "currency": "GBP"}}]
    payload = await refused(ask, world, SAVE_ORDERS, {"salesOrders": [row | {"lines": pounds}]}, **ERP)
    assert [code for code, _ in said(payload)] == ["RATE_MISSING"]
    assert await takes(world, account) == {"OPEN_ORDERS": "60.00"}


async def test_a_cancelled_order_frees_its_room_for_the_one_that_waits(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "80.00")
    await ordered(ask, row)
    await submitted(ask, row, "80.00")
    hold = await held_order(ask, world, "SE01", account, "50.00")
    given = keyed(salesOrder=by_number(row["number"]))
    cancelled = (await changed(ask, CANCEL, given, **ERP))["salesOrder"]
    assert cancelled["status"] == "CANCELLED"
    assert await takes(world, account) == {"HELD_ORDERS": "50.00"}
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    again = await refused(ask, world, CANCEL, keyed(salesOrder=by_number(row["number"])), **ERP)
    assert said(again) == [("WRONG_STATUS", "salesOrder")]
    assert again["salesOrder"]["status"] == "CANCELLED"
    changed_now = {"salesOrders": [row | {"lines": [part(1, "1.00")]}]}
    assert said(await refused(ask, world, SAVE_ORDERS, changed_now, **ERP)) == [
        ("WRONG_STATUS", "salesOrders.0.number")
    ]


async def test_a_cancelled_order_takes_its_hold_with_it(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    (entered,) = await ordered(ask, row)
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    await changed(ask, CANCEL, keyed(salesOrder={"id": entered["id"]}), **ERP)
    assert await hold_status(world, hold) == "CANCELLED"
    assert await takes(world, account) == {}


async def test_an_order_is_not_cancelled_once_goods_left_or_when_it_changed(ask: Asker, world: World) -> None:
    account = await customer(world)
    row = order(account, "100.00", approved=True)
    await ordered(ask, row)
    key = by_number(row["number"])
    assert said(await refused(ask, world, CANCEL, keyed(salesOrder=key, expectedVersion=7), **ERP)) == [
        ("VERSION_CONFLICT", "expectedVersion")
    ]
    await changed(ask, DELIVER, keyed(salesOrder=key, number="S1", lines=[part(1, "30.00")]), **ERP)
    assert said(await refused(ask, world, CANCEL, keyed(salesOrder=key), **ERP)) == [("WRONG_STATUS", "salesOrder")]
    nobody = keyed(salesOrder={"id": f"ord_{new_key().hex}"})
    assert said(await refused(ask, world, CANCEL, nobody, **ERP)) == [("NOT_FOUND", "salesOrder")]
