"""Items are settled by payments and credit notes of the same payer, and it is undone."""

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
from tests.schema.changing import changed, keyed, mistaken, refused, said, sek
from tests.schema.world import World

BOTH = f"openItem {{ {ITEM} }} payment {{ {PAYMENT} }} creditNote {{ {ITEM} }}"
SETTLE, UNSETTLE = mutation("settle", BOTH), mutation("unsettle", BOTH)


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


async def test_an_item_is_settled_by_a_payment_and_it_is_undone(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    row = paid(account, "150.00", paidOn="2026-11-15")
    await received(ask, row)
    named = {"openItem": by_number(item), "payment": by_number(row["number"])}
    given = keyed(**named, amount=sek("40.00"), day="2026-11-20")
    payload = await changed(ask, SETTLE, given, **ERP)
    assert (payload["openItem"]["openAmount"], payload["payment"]["unapplied"]) == (
        {"amount": "60.00"},
        {"amount": "110.00"},
    )
    assert (payload["openItem"]["version"], payload["creditNote"]) == (1, None)
    await changed(ask, SETTLE, keyed(**named), **ERP)
    assert await takes(world, account) == {"UNAPPLIED": "-50.00"}
    assert await takes(world, account, date(2026, 11, 20)) == {"RECEIVABLES": "60.00", "UNAPPLIED": "-110.00"}
    undone = await changed(ask, UNSETTLE, keyed(**named), **ERP)
    assert undone["openItem"]["openAmount"] == {"amount": "100.00"}
    assert await takes(world, account) == {"RECEIVABLES": "100.00", "UNAPPLIED": "-150.00"}
    nothing = await refused(ask, world, UNSETTLE, keyed(**named), **ERP)
    assert said(nothing) == [("NOT_FOUND", "payment")]
    assert nothing["openItem"]["number"] == item


async def test_an_item_is_settled_by_a_credit_note_and_it_is_undone(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    (credit,) = await owed(ask, account, "30.00", kind="CREDIT_NOTE")
    named = {"openItem": by_number(item), "creditNote": by_number(credit)}
    payload = await changed(ask, SETTLE, keyed(**named), **ERP)
    assert (payload["openItem"]["openAmount"], payload["creditNote"]["openAmount"], payload["payment"]) == (
        {"amount": "70.00"},
        {"amount": "0.00"},
        None,
    )
    assert await takes(world, account) == {"RECEIVABLES": "70.00"}
    await changed(ask, UNSETTLE, keyed(**named), **ERP)
    assert await takes(world, account) == {"RECEIVABLES": "100.00", "UNAPPLIED": "-30.00"}


async def test_a_settlement_that_cannot_be_says_why(ask: Asker, world: World) -> None:
    account = await customer(world)
    (item,) = await owed(ask, account, "100.00")
    row = paid(account, "20.00", paidOn="2026-11-15")
    await received(ask, row)
    named = {"openItem": by_number(item), "payment": by_number(row["number"])}

    async def why(**more: Any) -> list[tuple[str, str]]:
        return said(await refused(ask, world, SETTLE, keyed(**named | more), **ERP))

    assert await why(amount=sek("20.01")) == [("MORE_THAN_OPEN", "amount")]
    assert await why(amount=sek("-1.00")) == [("AMOUNT_NEGATIVE", "amount")]
    assert await why(day="2026-11-14") == [("DATE_ORDER", "day")]
    assert await why(day="2026-11-24") == [("DAY_IN_FUTURE", "day")]
    assert await why(openItem=by_number("none")) == [("NOT_FOUND", "openItem")]
    no_credit = {"payment": None, "creditNote": by_number(item)}
    assert await why(**no_credit) == [("INVALID_VALUE", "creditNote")]
    await changed(ask, SETTLE, keyed(**named), **ERP)
    assert await why() == [("MORE_THAN_OPEN", "amount")]
    both = keyed(**named, creditNote=by_number(item))
    assert await mistaken(ask, world, SETTLE, both, **ERP) == ["BAD_USER_INPUT"]
    abroad = {"as_": "INTEGRATION", "companies": ["FI01"]}
    assert await mistaken(ask, world, SETTLE, keyed(**named), **abroad) == ["COMPANY_NOT_AVAILABLE"]
    early = keyed(**named, day="2026-11-14")
    assert said(await refused(ask, world, UNSETTLE, early, **ERP)) == [("DATE_ORDER", "day")]
