"""Decision 2: what counts against a group's limit is set on the group, never by the company that asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance.orders import customer, reasons
from tests.acceptance.story import Story, fresh
from tests.schema.world import TODAY

EXPOSURE = """query ($number: String!) { creditGroup(number: $number) {
  credit { exposure { total { amount } overdue { amount } openOrders { amount } } available { amount } } } }"""


async def shared(story: Story, **counts: Any) -> tuple[str, str]:
    """A group with a limit of 10,000 and its member: 3,000 of its debt is overdue, 500 of that disputed."""
    account, number = await customer(story), fresh()
    await story.group(number, "SEK", "10000", ("SE01", account), **counts)
    overdue = (TODAY - timedelta(days=10)).isoformat()
    given = {"disputed": {"amount": "500", "currency": "SEK"}}
    await story.invoice("SE01", account, fresh(), "3000", overdue, **given)
    return number, account


async def figures(story: Story, number: str) -> list[str]:
    """Total, overdue and room of a group."""
    answer = await story.ask(EXPOSURE, {"number": number}, as_="CREDIT_MANAGER")
    credit = answer.data["creditGroup"]["credit"]
    return [
        credit["exposure"]["total"]["amount"],
        credit["exposure"]["overdue"]["amount"],
        credit["available"]["amount"],
    ]


async def compared(story: Story, account: str, amount: str) -> tuple[list[str], str]:
    """Why an order would be held, and the exposure that the group's limit was compared with."""
    check = await story.check("SE01", account, amount)
    return reasons(check), check["tests"][0]["exposure"]["amount"]


async def test_everything_counts_unless_the_group_says_otherwise(story: Story) -> None:
    number, account = await shared(story)
    await story.submit("SE01", account, fresh(), "4000")
    assert await figures(story, number) == ["6500.00", "2500.00", "3500.00"]
    assert await compared(story, account, "3500.01") == (["GROUP_LIMIT_EXCEEDED"], "6500.00")


async def test_a_group_that_counts_its_ledger_only_leaves_orders_out(story: Story) -> None:
    number, account = await shared(story, creditLimitType="BALANCE")
    await story.submit("SE01", account, fresh(), "4000")
    assert await figures(story, number) == ["2500.00", "2500.00", "7500.00"]
    assert await compared(story, account, "7500") == ([], "2500.00")
    assert await compared(story, account, "7500.01") == (["GROUP_LIMIT_EXCEEDED"], "2500.00")


async def test_a_group_counts_what_is_disputed_where_it_says_so(story: Story) -> None:
    number, account = await shared(story, disputedReducesExposure=False, disputedReducesOverdue=False)
    assert await figures(story, number) == ["3000.00", "3000.00", "7000.00"]
    assert await compared(story, account, "7000.01") == (["GROUP_LIMIT_EXCEEDED"], "3000.00")


@pytest.mark.parametrize(("days", "room"), [(30, "3500.00"), (31, "7500.00")])
async def test_orders_beyond_a_groups_horizon_take_none_of_its_room(story: Story, days: int, room: str) -> None:
    number, account = await shared(story, orderHorizonDays=30)
    ships = (TODAY + timedelta(days=days)).isoformat()
    await story.submit("SE01", account, fresh(), "4000", shipDate=ships)
    assert (await figures(story, number))[2] == room
    assert await compared(story, account, room) == ([], f"{10000 - float(room):.2f}")


async def test_the_companys_way_of_counting_is_not_the_groups(story: Story) -> None:
    code = f"C{fresh()[:6]}".upper()
    await story.companies((code, "SE", "SEK", "sv-SE", "Europe/Stockholm"))
    await story.parameters(code, creditLimitType="BALANCE", disputedReducesExposure=False, orderHorizonDays=0)
    account, number = fresh(), fresh()
    await story.customer(code, account)
    await story.group(number, "SEK", "10000", (code, account))
    await story.submit(code, account, fresh(), "4000", shipDate=(TODAY + timedelta(days=90)).isoformat())
    assert (await figures(story, number))[2] == "6000.00"
