"""AC-23, AC-24 and AC-29 of OCA: a part of the exposure has a limit of its own, beside the limit of all of it."""

from __future__ import annotations

from datetime import timedelta

from tests.acceptance.orders import (
    billed,
    bills,
    changed,
    company,
    customer,
    delivered,
    excluded,
    fresh,
    hold,
    management_group,
    ordered,
    outcomes,
    reasons,
    release_reason,
    released,
)
from tests.acceptance.story import Story, money
from tests.schema.world import TODAY

YESTERDAY, LATER = (TODAY - timedelta(days=1)).isoformat(), (TODAY + timedelta(days=30)).isoformat()


async def limited(story: Story, limit: str, category: str, part: str) -> tuple[str, str]:
    """A company with a limit of a part of the exposure, and a customer of it with a limit of all."""
    here = await company(story)
    await story.rule(here, "SUB_LIMIT_EXCEEDED", exposureCategory=category, amount=money(part, "SEK"))
    return here, await customer(story, limit, here)


async def test_ac_23_what_is_unpaid_has_a_limit_of_its_own(story: Story) -> None:
    here, account = await limited(story, "1100", "OVERDUE", "499")
    await story.invoice(here, account, "UNPAID", "550", YESTERDAY)
    held = await story.submit(here, account, "NEXT", "1")
    assert (held["decision"]["outcome"], reasons(held["decision"])) == ("HELD", ["SUB_LIMIT_EXCEEDED"])
    assert held["decision"]["explanation"] == ("Overdue: SEK\u00a0550.00; the threshold is SEK\u00a0499.00.")
    assert [(one["kind"], one["amount"]) for one in held["decision"]["unblock"]] == [("PAY", money("51.00", "SEK"))]
    await story.payment(here, account, "PAID", "51", settlements=[{"openItem": "UNPAID", "amount": money("51", "SEK")}])
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_ac_24_an_invoice_beyond_the_limit_of_what_is_open_is_posted_and_the_next_order_is_held(
    story: Story,
) -> None:
    here, account = await limited(story, "5000", "RECEIVABLES", "600")
    await story.invoice(here, account, "FIRST", "550", LATER)
    assert await outcomes(story, here, account, "1000") == ["PASSED"]
    await story.invoice(here, account, "SECOND", "550", TODAY.isoformat())
    held = (await story.submit(here, account, "NEXT", "1"))["decision"]
    assert (held["outcome"], reasons(held)) == ("HELD", ["SUB_LIMIT_EXCEEDED"])
    assert held["explanation"] == "Receivables: SEK\u00a01,100.00; the threshold is SEK\u00a0600.00."


async def test_ac_29_orders_have_a_limit_of_their_own(story: Story) -> None:
    here, account = await limited(story, "1000", "OPEN_ORDERS", "99")
    first = await story.submit(here, account, "FIRST", "100")
    assert reasons(first["decision"]) == ["SUB_LIMIT_EXCEEDED"]
    assert first["decision"]["explanation"] == (
        "Open orders: SEK\u00a0100.00 with the order; the threshold is SEK\u00a099.00."
    )
    assert [(one["kind"], one["amount"]) for one in first["decision"]["unblock"]] == [("LESS", money("99.00", "SEK"))]
    here, account = await limited(story, "160", "OPEN_ORDERS", "150")
    assert (await story.submit(here, account, "FIRST", "100"))["decision"]["outcome"] == "PASSED"
    assert (await story.submit(here, account, "FIRST", "100"))["decision"]["outcome"] == "PASSED", "not counted twice"
    assert await outcomes(story, here, account, "50", "50.01") == ["PASSED", "HELD"]
    second = await story.submit(here, account, "SECOND", "100")
    assert reasons(second["decision"]) == ["CREDIT_LIMIT_EXCEEDED", "SUB_LIMIT_EXCEEDED"]
    await released(story, second, reason=await release_reason(story))
    assert (await story.credit(here, account))["exposure"]["openOrders"] == money("200.00", "SEK")


async def test_an_order_counts_in_the_part_where_it_stands(story: Story) -> None:
    here, account = await limited(story, "10000", "OPEN_ORDERS", "100")
    order = await ordered(story, here, account, "100")
    assert await outcomes(story, here, account, "1") == ["HELD"]
    await delivered(story, here, order, "60")
    assert await outcomes(story, here, account, "60", "60.01") == ["PASSED", "HELD"]
    raised = await changed(story, here, account, order, "160")
    assert [one["status"] for one in raised["salesOrders"]] == ["APPROVED"], "60 are delivered and 100 are open"
    raised = await changed(story, here, account, order, "160.01")
    assert [one["status"] for one in raised["salesOrders"]] == ["HELD"]


async def test_goods_that_left_and_what_is_billed_have_limits_of_their_own(story: Story) -> None:
    here, account = await limited(story, "10000", "OPEN_DELIVERIES", "59")
    order = await ordered(story, here, account, "100")
    await delivered(story, here, order, "60")
    assert await outcomes(story, here, account, "1") == ["HELD"]
    document = await billed(story, here, order, "60")
    assert await outcomes(story, here, account, "1") == ["PASSED"]
    await story.rule(here, "SUB_LIMIT_EXCEEDED", exposureCategory="OPEN_BILLING", amount=money("59", "SEK"))
    assert await outcomes(story, here, account, "1") == ["HELD"]
    bill = bills(order, money("60", "SEK"), document)
    await story.invoice(here, account, fresh(), "60", LATER, bills=bill)
    assert await outcomes(story, here, account, "1") == ["PASSED"]


async def test_an_exclusion_lifts_the_limit_of_its_own_part_only(story: Story) -> None:
    here = await company(story)
    code, group = await management_group(story)
    account = await customer(story, "10000", here, creditManagementGroup=code)
    for category in ("OPEN_ORDERS", "RECEIVABLES"):
        await story.rule(here, "SUB_LIMIT_EXCEEDED", exposureCategory=category, amount=money("100", "SEK"))
    whom = {"creditManagementGroup": group}
    part = {"exposureCategory": "OPEN_ORDERS", "amount": money("500", "SEK")}
    await excluded(story, here, "SUB_LIMIT_EXCEEDED", whom, **part)
    assert await outcomes(story, here, account, "500", "500.01") == ["PASSED", "HELD"]
    await story.invoice(here, account, fresh(), "101", LATER)
    assert await outcomes(story, here, account, "1") == ["HELD"], "the exclusion is for open orders"
