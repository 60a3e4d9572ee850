"""Invoices that no order came before are checked as orders are, where a company says so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.schema.asking import Asker
from tests.schema.books import (
    ERP,
    assert_books_agree,
    customer,
    invoice,
    mutation,
    order,
    part,
    posted,
    takes,
)
from tests.schema.changing import changed, checked, keyed, refused, said, sek
from tests.schema.order_steps import SUBMIT, account_of, admitted, key, submitted
from tests.schema.world import World

PARAMETERS = mutation("saveCreditParameters", "creditParameters { checkInvoicesWithoutOrder }")
CHECK = "query ($input: CheckCreditInput!) { checkCredit(input: $input) { check { outcome } } }"
CANCEL = mutation("cancelSalesOrder", "salesOrder { status }")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def test_an_invoice_without_an_order_is_checked_before_it_is_posted_where_the_company_says_so(
    ask: Asker, world: World
) -> None:
    account = await customer(world, "100")
    for kind in ("FREE_TEXT_INVOICE", "PROJECT_INVOICE"):
        free = order(account, "150.00")
        payload = await submitted(ask, free, "150.00", kind=kind, checkpoint="INVOICE")
        assert (payload["decision"]["outcome"], payload["salesOrder"]["status"]) == ("NOT_CHECKED", "APPROVED")
        await changed(ask, CANCEL, key(free), **ERP)
    await changed(ask, PARAMETERS, {"company": "SE01", "checkInvoicesWithoutOrder": True})
    for kind in ("FREE_TEXT_INVOICE", "PROJECT_INVOICE"):
        held = await submitted(ask, order(account, "150.00"), "150.00", kind=kind, checkpoint="INVOICE")
        assert (held["decision"]["outcome"], held["creditHold"]["status"]) == ("HELD", "OPEN")
    asked = {"customer": account_of(account), "amount": sek("150.00"), "checkpoint": "INVOICE"}
    for kind, outcome in (("SALES_ORDER", "NOT_CHECKED"), ("FREE_TEXT_INVOICE", "HELD")):
        check = (await ask(CHECK, {"input": asked | {"kind": kind}})).data["checkCredit"]["check"]
        assert check == {"outcome": outcome}
    row = order(account, "60.00")
    passed = await submitted(ask, row, "60.00", kind="FREE_TEXT_INVOICE", checkpoint="INVOICE")
    assert passed["decision"]["outcome"] == "PASSED"
    await posted(ask, invoice(account, "60.00", bills=[{"salesOrder": row["number"], **part(1, "60.00")}]))
    assert await takes(world, account) == {"RECEIVABLES": "60.00", "HELD_ORDERS": "300.00"}


async def test_a_known_order_is_not_submitted_as_another_kind_of_document(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "60.00")
    given = {name: row[name] for name in ("company", "number", "account")}
    wrong = keyed(**given, amount=sek("60.00"), kind="FREE_TEXT_INVOICE")
    assert said(await refused(ask, world, SUBMIT, wrong, **ERP)) == [("DOCUMENT_DIFFERS", "kind")]
