"""Every kind of blocking rule, told through the API: what holds an order, what it says, and what lets it go."""

from __future__ import annotations

from typing import Any

from tests.acceptance.story import Story, money


def codes(decision: Any) -> list[str]:
    return [reason["code"] for reason in decision["reasons"]]


async def customer_with_room(story: Story, account: str, **more: Any) -> None:
    """A Swedish customer with a limit of 100,000."""
    await story.customer("SE01", account, **more)
    await story.own_limit("SE01", account, "100000")


async def test_an_order_of_more_than_an_amount_is_held_and_a_smaller_one_passes(story: Story) -> None:
    await customer_with_room(story, "large")
    await story.rule("SE01", "ORDER_AMOUNT", amount=money("5000", "EUR"))

    held = (await story.submit("SE01", "large", "L-1", "57500.10"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["ORDER_AMOUNT"])
    assert held["explanation"] == "The order comes to SEK\u00a057,500.10; the threshold is €5,000.00."
    assert [(option["kind"], option["amount"]) for option in held["unblock"]] == [("LESS", money("57500.05", "SEK"))]
    assert (await story.submit("SE01", "large", "L-2", "57500.05"))["decision"]["outcome"] == "PASSED"


async def test_a_customer_with_a_certain_account_status_is_held(story: Story) -> None:
    watched = await story.name("AccountStatus", "WATCH")
    await customer_with_room(story, "watched", accountStatus="WATCH")
    await customer_with_room(story, "other")
    rule = await story.rule("SE01", "ACCOUNT_STATUS", accountStatus=watched)

    held = await story.submit("SE01", "watched", "W-1", "100")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["ACCOUNT_STATUS"])
    assert held["decision"]["explanation"] == "The account status of the customer is WATCH."
    assert held["decision"]["unblock"] == []
    assert (await story.submit("SE01", "other", "W-2", "100"))["decision"]["outcome"] == "PASSED"
    await story.rule("SE01", "ACCOUNT_STATUS", accountStatus=watched, active=False, id=rule["blockingRule"]["id"])
    assert (await story.submit("SE01", "watched", "W-1", "100"))["decision"]["outcome"] == "PASSED"
