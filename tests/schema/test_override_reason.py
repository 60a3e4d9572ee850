"""A warning is passed over on record only by those who answer for it; everybody else submits without a reason."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.schema.asking import Asker, token
from tests.schema.books import assert_books_agree, customer, mutation, number
from tests.schema.changing import changed, checked, keyed, mistaken, rows, sek
from tests.schema.paper import actor
from tests.schema.world import World

SUBMIT = mutation("submitSalesOrder", "salesOrder { status } decision { outcome overrideReason decidedBy { name } }")
REASON = "The owner vouches for it"


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """The company checks at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def beyond(world: World, **more: Any) -> dict[str, Any]:
    """An order above a ceiling that warns, with a reason why that is passed over."""
    account = await customer(world, "1000000")
    await world.party_limits("customer", f"SE01/{account}", "100.00 SEK", await actor(world))
    named = {"company": "SE01", "account": account, "number": number(), "amount": sek("100.01")}
    return keyed(**named, overrideReason=REASON, **more)


@pytest.mark.parametrize("role", ["CREDIT_MANAGER", "INTEGRATION"])
async def test_who_answers_for_it_passes_over_a_warning_and_the_reason_is_kept(
    ask: Asker, world: World, role: str
) -> None:
    payload = await changed(ask, SUBMIT, await beyond(world), as_=role)
    assert payload["salesOrder"]["status"] == "APPROVED"
    kept = {"outcome": "WARNED", "overrideReason": REASON, "decidedBy": {"name": "Tester"}}
    assert payload["decision"] == kept


async def test_a_clerk_submits_the_order_but_passes_over_nothing(ask: Asker, world: World) -> None:
    given = await beyond(world)
    assert await mistaken(ask, world, SUBMIT, given, as_="CREDIT_CLERK") == ["FORBIDDEN"]
    told = await ask(SUBMIT, {"input": given}, as_="CREDIT_CLERK", language="sv")
    assert told.body["errors"][0]["message"] == (
        "Du får inte åsidosätta varningar i det här bolaget. Skicka in ordern utan skäl för åsidosättandet."
    )
    without = {name: value for name, value in given.items() if name != "overrideReason"}
    payload = await changed(ask, SUBMIT, without, as_="CREDIT_CLERK")
    assert (payload["decision"]["outcome"], payload["decision"]["overrideReason"]) == ("WARNED", None)


async def test_the_right_counts_in_the_company_of_the_order(ask: Asker, world: World) -> None:
    given, before = await beyond(world), await rows(world)
    grants = {"SE01": ["CREDIT_CLERK"], "FI01": ["CREDIT_MANAGER"]}
    both = "Test " + json.dumps(json.loads(token("", []).removeprefix("Test ")) | {"grants": grants})
    response = await ask.raw(
        "POST", json={"query": SUBMIT, "variables": {"input": given}}, headers={"Authorization": both}
    )
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["FORBIDDEN"]
    assert await rows(world) == before
    elsewhere = await ask(SUBMIT, {"input": given}, as_="CREDIT_MANAGER", companies=["FI01"])
    assert elsewhere.codes == ["COMPANY_NOT_AVAILABLE"]
