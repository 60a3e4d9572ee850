"""Orders are excluded from credit management by who may change credit, with a reason, and checked again when not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import ERP, ORDER, assert_books_agree, by_number, customer, mutation, order, ordered, takes
from tests.schema.changing import changed, checked, hold_status, keyed, mistaken, refused, said, sek
from tests.schema.order_steps import admitted, key, submitted
from tests.schema.releasing import approving_releases, authority
from tests.schema.world import World

EXCLUDE = mutation("excludeSalesOrder", f"salesOrder {{ {ORDER} excludedFromCreditManagement }}")
FORCE = mutation("forceCreditHold", "creditHold { id }")
CANCEL = mutation("cancelSalesOrder", "salesOrder { status }")
TRAIL = """query ($by: SalesOrderKey!) { salesOrder(by: $by) {
  timeline(first: 20) { nodes { kind message changes { field before after } } } } }"""
WHY = {"reason": "The board agreed."}


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """Companies check at confirmation; after every test the sums are what the facts come to."""
    await checked(world, "SE01")
    yield
    await assert_books_agree(world)


async def excluded(ask: Asker, row: dict[str, Any], **more: Any) -> Any:
    """The order after it was excluded by a credit manager, or is checked again."""
    return (await changed(ask, EXCLUDE, key(row, **WHY | more)))["salesOrder"]


async def test_an_order_that_is_excluded_before_it_is_submitted_passes_whatever_its_amount(
    ask: Asker, world: World
) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    await ordered(ask, row)
    now = await excluded(ask, row)
    assert (now["excludedFromCreditManagement"], now["status"], now["latestDecision"]) == (True, "ENTERED", None)
    payload = await submitted(ask, row, "150.00")
    assert (payload["decision"], payload["salesOrder"]["status"]) == ({"outcome": "EXEMPT"}, "APPROVED")
    assert await takes(world, account) == {"OPEN_ORDERS": "150.00"}
    again = await ordered(ask, row | {"shipDate": "2026-12-01"})
    assert again[0]["latestDecision"] == {"outcome": "EXEMPT"}


async def test_excluding_an_order_ends_its_hold_and_says_why(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    hold = (await submitted(ask, row, "150.00"))["creditHold"]["id"]
    now = await excluded(ask, row)
    assert (now["status"], now["latestDecision"]) == ("APPROVED", {"outcome": "EXEMPT"})
    assert await hold_status(world, hold) == "RELEASED"
    assert await takes(world, account) == {"OPEN_ORDERS": "150.00"}
    events = (await ask(TRAIL, {"by": by_number(row["number"])})).data["salesOrder"]["timeline"]["nodes"]
    (told,) = (event for event in events if event["kind"] == "ORDER_EXCLUDED")
    assert told["message"] == f"Order {row['number']} was excluded from credit management: The board agreed."
    assert told["changes"] == [{"field": "excludedFromCreditManagement", "before": "false", "after": "true"}]


async def test_an_order_that_is_excluded_no_more_is_checked_again(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "150.00")
    await ordered(ask, row)
    await excluded(ask, row)
    await submitted(ask, row, "150.00")
    now = await excluded(ask, row, excluded=False)
    assert (now["status"], now["latestDecision"]) == ("HELD", {"outcome": "HELD"})
    await world.limit(f"SE01/{account}", "200 SEK")
    small = await admitted(ask, account, "10.00")
    await excluded(ask, small)
    assert (await excluded(ask, small, excluded=False))["latestDecision"] == {"outcome": "PASSED"}


async def test_a_hold_set_by_hand_stays_whoever_excludes_the_order(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = order(account, "50.00")
    passed = await submitted(ask, row, "50.00")
    hold = (await changed(ask, FORCE, keyed(salesOrder=passed["salesOrder"]["id"])))["creditHold"]["id"]
    assert (await excluded(ask, row))["status"] == "HELD"
    assert await hold_status(world, hold) in ("OPEN", "READY_TO_RELEASE")


async def test_only_who_may_change_credit_excludes_an_order(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "10.00")
    for role in ("INTEGRATION", "CREDIT_CLERK", "ADMIN"):
        assert await mistaken(ask, world, EXCLUDE, key(row, **WHY), as_=role) == ["FORBIDDEN"]


async def test_an_exclusion_has_a_reason_and_an_order_that_goes_on(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "10.00")
    for reason in (" ", "x" * 501):
        payload = await refused(ask, world, EXCLUDE, key(row, reason=reason))
        assert said(payload) == [("INVALID_VALUE", "reason")]
    stale = await refused(ask, world, EXCLUDE, key(row, **WHY, expectedVersion=99))
    assert said(stale) == [("VERSION_CONFLICT", "expectedVersion")]
    unknown = await refused(ask, world, EXCLUDE, key({"number": "none"}, **WHY))
    assert said(unknown) == [("NOT_FOUND", "salesOrder")]
    await changed(ask, CANCEL, key(row), **ERP)
    assert said(await refused(ask, world, EXCLUDE, key(row, **WHY))) == [("WRONG_STATUS", "salesOrder")]


async def test_an_order_that_is_excluded_already_is_left_alone(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "10.00")
    first = await excluded(ask, row)
    assert await excluded(ask, row) == first
    stays = await excluded(ask, row, excluded=False)
    assert await excluded(ask, row, excluded=False) == stays


async def test_where_releases_are_approved_only_who_approves_any_amount_excludes(ask: Asker, world: World) -> None:
    account = await customer(world, "100")
    row = await admitted(ask, account, "10.00")
    await approving_releases(ask)
    await authority(ask, sek("5000"), role="CREDIT_MANAGER")
    payload = await refused(ask, world, EXCLUDE, key(row, **WHY))
    assert said(payload) == [("AUTHORITY_EXCEEDED", "salesOrder")]
    await authority(ask, None, role="CREDIT_MANAGER")
    assert (await excluded(ask, row))["excludedFromCreditManagement"]
    await authority(ask, sek("5000"), role="CREDIT_MANAGER")
    assert not (await excluded(ask, row, excluded=False))["excludedFromCreditManagement"], "it narrows"
