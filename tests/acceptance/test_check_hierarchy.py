"""The hierarchy of the check, told through the API: credit group first, then the customer (D365; seed 002, AC-08)."""

from __future__ import annotations

from tests.acceptance.story import Story, money

NBSP = "\u00a0"


async def test_ac_08_a_group_with_room_and_a_customer_without(story: Story) -> None:
    for company, account in (("SE01", "big"), ("SE01", "buyer"), ("FI01", "sister")):
        await story.customer(company, account)
    members = (("SE01", "big"), ("SE01", "buyer"), ("FI01", "sister"))
    group = await story.group("G-002", "SEK", "1000000", *members)
    await story.own_limit("SE01", "big", "1000000")
    await story.own_limit("SE01", "buyer", "100000")
    await story.own_limit("FI01", "sister", "100000")
    assert (await story.submit("SE01", "big", "SO-1", "270000"))["decision"]["outcome"] == "PASSED"
    assert (await story.submit("FI01", "sister", "SO-1", "20000"))["decision"]["outcome"] == "PASSED"

    payload = await story.submit("SE01", "buyer", "SO-2", "110000", language="sv-SE")

    decision = payload["decision"]
    assert (decision["outcome"], payload["salesOrder"]["status"]) == ("HELD", "HELD")
    assert [reason["code"] for reason in decision["reasons"]] == ["CREDIT_LIMIT_EXCEEDED"]
    of_group, of_customer = decision["tests"]
    assert (of_group["holder"]["id"], of_group["passed"]) == (group, True)
    assert (of_group["limit"], of_group["exposure"]) == (money("1000000.00", "SEK"), money("500000.00", "SEK"))
    assert [(rate["from"], rate["to"], rate["rate"]) for rate in of_group["rates"]] == [("EUR", "SEK", "11.5")]
    assert (of_customer["holder"]["__typename"], of_customer["passed"]) == ("Customer", False)
    assert of_customer["available"] == money("100000.00", "SEK")
    (less,) = (option for option in decision["unblock"] if option["kind"] == "LESS")
    assert less["amount"] == money("100000.00", "SEK")
    assert f"110{NBSP}000,00{NBSP}kr" in decision["explanation"]
    assert "kreditgräns" in decision["explanation"]


async def test_a_temporary_limit_lets_the_order_pass(story: Story) -> None:
    await story.customer("SE01", "temporary")
    await story.own_limit("SE01", "temporary", "100000")
    held = await story.submit("SE01", "temporary", "T-1", "110000")
    assert held["decision"]["outcome"] == "HELD"
    await story.own_limit("SE01", "temporary", "120000", kind="TEMPORARY", until="2026-12-31")
    assert (await story.submit("SE01", "temporary", "T-1", "110000"))["decision"]["outcome"] == "PASSED"
