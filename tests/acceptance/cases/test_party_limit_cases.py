"""Limits of a party over all its customers, told through the API: ceiling, share of turnover, days overdue."""

from __future__ import annotations

from tests.acceptance.orders import Clock, cancelled, company, hold, ordered, reasons
from tests.acceptance.parties import FI, SE, both, item, outcome
from tests.acceptance.story import Story, fresh, money

PASSED, WARNED, HELD = "PASSED", "WARNED", "HELD"


async def paid(story: Story, company: str, account: str, amount: str) -> None:
    """Money came in, and settled nothing yet."""
    await story.payment(company, account, fresh(), amount)


async def test_qad_1_a_ceiling_is_over_all_companies_and_warns_unless_it_is_told_to_hold(over_days: Story) -> None:
    story = over_days
    await story.rate("EUR", "SEK", "10")
    number, account = await both(story)
    await item(story, FI, account, "1000")
    await story.party_limits(number, ceiling=money("20000", "SEK"))
    assert await outcome(story, SE, account, "10000") == (PASSED, [])
    assert await outcome(story, SE, account, "10000.01") == (WARNED, ["PARTY_LIMIT_EXCEEDED"])
    await story.party_limits(number, ceiling=money("20000", "SEK"), reaction="HOLD")
    assert await outcome(story, SE, account, "10000.01") == (HELD, ["PARTY_LIMIT_EXCEEDED"])
    assert await outcome(story, FI, account, "1000") == (PASSED, [])
    assert await outcome(story, FI, account, "1000.01") == (HELD, ["PARTY_LIMIT_EXCEEDED"])
    held = await story.check(SE, account, "10000.01")
    assert [(test["holder"]["__typename"], test["passed"]) for test in held["tests"]] == [
        ("Customer", True),
        ("Party", False),
    ]
    assert {way["kind"]: way["amount"]["amount"] for way in held["unblock"]} == {
        "PAY": "0.01",
        "LESS": "10000.00",
        "RAISE": "20000.01",
    }


async def test_qad_2_a_warned_order_goes_on_with_the_reason_why_it_was_passed_over(over_days: Story) -> None:
    story = over_days
    number, account = await both(story)
    await story.party_limits(number, ceiling=money("100", "SEK"))
    payload = await story.submit(SE, account, fresh(), "101", overrideReason="Prepaid half of it")
    assert (payload["decision"]["outcome"], payload["salesOrder"]["status"]) == (WARNED, "APPROVED")
    query = "query($id: ID!) { node(id: $id) { ... on CreditDecision { overrideReason reasons { code } } } }"
    kept = (await story.ask(query, {"id": payload["decision"]["id"]})).data["node"]
    assert kept == {"overrideReason": "Prepaid half of it", "reasons": [{"code": "PARTY_LIMIT_EXCEEDED"}]}
    assert (await outcome(story, SE, account, "1"))[0] == WARNED


async def test_ac_64_the_ceiling_and_the_days_overdue_elsewhere_are_both_listed(over_days: Story, clock: Clock) -> None:
    story = over_days
    clock.turn("2026-01-10")
    number, account = await both(story)
    await item(story, SE, account, "100", "2026-01-10", due="2026-02-09")
    await story.rate("EUR", "SEK", "10", "2026-03-10")
    await story.party_limits(number, ceiling=money("100", "SEK"), maxDaysOverdue=30, reaction="HOLD")
    clock.turn("2026-03-11")
    assert await outcome(story, FI, account, "1") == (HELD, ["PARTY_LIMIT_EXCEEDED"])
    clock.turn("2026-03-12")
    found = await story.check(FI, account, "1")
    assert reasons(found) == ["PARTY_LIMIT_EXCEEDED", "OVERDUE_DAYS"]
    assert found["unblock"] == []


async def test_qad_3_the_share_is_of_each_companys_last_closed_fiscal_year(over_days: Story, clock: Clock) -> None:
    story = over_days
    clock.turn("2026-07-02")
    number, account = await both(story)
    await story.rate("EUR", "SEK", "10", "2026-07-01")
    await story.parameters(FI, fiscalYearStart=7)
    for code, amount, day in (
        (SE, "5000", "2024-12-31"),
        (SE, "10000", "2025-01-01"),
        (SE, "20000", "2025-12-31"),
        (SE, "40000", "2026-01-01"),
        (FI, "100", "2025-06-30"),
        (FI, "200", "2025-07-01"),
        (FI, "400", "2026-06-30"),
        (FI, "800", "2026-07-01"),
    ):
        await item(story, code, account, amount, day)
        await story.payment(code, account, fresh(), amount, paidOn=day)
    await item(story, SE, account, "1000", "2025-03-01", kind="CREDIT_NOTE")
    # 10 % of 29,000 kronor and 600 euro; the credit of 1,000 is still to be used.
    share = {"percent": "10", "currency": "SEK"}
    await story.party_limits(number, turnover=share, reaction="HOLD")
    assert await outcome(story, SE, account, "4500") == (PASSED, [])
    found = await story.check(SE, account, "4500.01")
    assert (found["outcome"], reasons(found)) == (HELD, ["TURNOVER_LIMIT_EXCEEDED"])
    assert found["tests"][-1]["limit"] == money("3500.00", "SEK")
    await story.party_limits(number, turnover={**share, "rolling": True}, reaction="HOLD")
    # From 3 July 2025: 60,000 kronor, and 400 and 800 euro.
    assert (await story.check(SE, account, "1"))["tests"][-1]["limit"] == money("7200.00", "SEK")


async def test_qad_4_a_share_of_turnover_can_be_net_of_tax_and_with_orders(over_days: Story, clock: Clock) -> None:
    story = over_days
    clock.turn("2026-07-02")
    number, account = await both(story)
    await item(story, SE, account, "1250", "2025-05-01", taxAmount=money("250", "SEK"))
    await item(story, SE, account, "125", "2025-05-01", kind="CREDIT_NOTE", taxAmount=money("25", "SEK"))
    await item(story, SE, account, "100", "2025-05-01")
    share = {"percent": "50", "currency": "SEK"}
    await story.party_limits(number, turnover=share)
    assert (await story.check(SE, account, "1"))["tests"][-1]["limit"] == money("612.50", "SEK")
    await story.party_limits(number, turnover={**share, "netOfTax": True})
    assert (await story.check(SE, account, "1"))["tests"][-1]["limit"] == money("500.00", "SEK")
    await story.party_limits(number, turnover={**share, "withOrders": True})
    order = fresh()
    await story.submit(SE, account, order, "300")
    assert (await story.check(SE, account, "1"))["tests"][-1]["limit"] == money("762.50", "SEK")


async def test_qad_5_without_history_no_share_of_turnover_is_tested(over_days: Story) -> None:
    number, account = await both(over_days)
    await over_days.party_limits(number, turnover={"percent": "1", "currency": "SEK"}, reaction="HOLD")
    found = await over_days.check(SE, account, "999")
    assert (found["outcome"], len(found["tests"])) == (PASSED, 1)


async def test_qad_6_a_customers_own_ceiling_is_over_its_company_alone(over_days: Story) -> None:
    story = over_days
    _, account = await both(story)
    await item(story, FI, account, "1000")
    await story.party_limits((SE, account), ceiling=money("100", "SEK"), reaction="HOLD")
    assert await outcome(story, SE, account, "100") == (PASSED, [])
    assert await outcome(story, SE, account, "100.01") == (HELD, ["PARTY_LIMIT_EXCEEDED"])
    assert await outcome(story, FI, account, "100.01") == (PASSED, [])


async def test_qad_7_a_payment_in_another_company_looks_at_holds_of_the_party_again(over_days: Story) -> None:
    story = over_days
    await story.rate("EUR", "SEK", "10")
    number, account = await both(story)
    await item(story, FI, account, "100")
    await story.party_limits(number, ceiling=money("1000", "SEK"), reaction="HOLD")
    held = await story.submit(SE, account, fresh(), "100")
    assert held["decision"]["outcome"] == HELD
    await paid(story, FI, account, "9.99")
    assert (await hold(story, held))["status"] == "OPEN"
    await paid(story, FI, account, "0.01")
    found = await hold(story, held)
    assert (found["status"], found["reasons"]) == (
        "READY_TO_RELEASE",
        [{"code": "PARTY_LIMIT_EXCEEDED", "active": False}],
    )


async def test_holds_are_looked_at_again_when_the_limits_of_the_party_change_oldest_first(over_days: Story) -> None:
    story, number, account = over_days, fresh(), fresh()
    code = await company(story, releaseWhenReady=True)
    await story.customer(code, account, party=number)
    await story.own_limit(code, account, "1000")
    await story.party_limits(number, ceiling=money("100", "SEK"), reaction="HOLD")
    first, second = [await story.submit(code, account, fresh(), "150") for _ in range(2)]
    await story.party_limits(number, ceiling=money("200", "SEK"), reaction="HOLD")
    assert [(await hold(story, one))["status"] for one in (first, second)] == ["RELEASED", "OPEN"]
    await story.party_limits(number)
    assert (await hold(story, second))["status"] == "RELEASED"


async def test_an_order_cancelled_elsewhere_gives_its_room_of_the_party_back(over_days: Story) -> None:
    story = over_days
    await story.rate("EUR", "SEK", "10")
    number, account = await both(story)
    await story.party_limits(number, ceiling=money("1000", "SEK"), reaction="HOLD")
    there = await ordered(story, FI, account, "100")
    held = await story.submit(SE, account, fresh(), "1")
    await cancelled(story, FI, there)
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_a_change_that_reaches_rooms_of_others_locks_them_first_and_looks_at_their_holds(
    over_days: Story,
) -> None:
    story = over_days
    await story.rate("EUR", "SEK", "10")
    number, account = await both(story)
    other, fellow = await both(story)
    await story.group(fresh(), "SEK", "1000000", (FI, account), (FI, fellow))
    await story.group(fresh(), "SEK", "1000000", (SE, account))
    await item(story, FI, account, "100")
    for one in (number, other):
        await story.party_limits(one, ceiling=money("1000", "SEK"), reaction="HOLD")
    held = await story.submit(SE, account, fresh(), "1")
    await item(story, SE, fellow, "1000")
    elsewhere = await story.submit(FI, fellow, fresh(), "1")
    await paid(story, FI, account, "1")
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"
    assert (await hold(story, elsewhere))["status"] == "OPEN"
    await paid(story, SE, fellow, "1000")
    assert (await hold(story, elsewhere))["status"] == "READY_TO_RELEASE"


async def test_qad_8_a_blocked_party_holds_the_orders_of_all_its_customers(over_days: Story) -> None:
    story = over_days
    number, account = await both(story)
    limits = {"ceiling": money("100", "SEK"), "maxDaysOverdue": 30, "reaction": "HOLD"}
    await story.party_limits(number, **limits)
    payload = await story.party_limits(number, blocked=True)
    assert payload["party"]["blocked"] is True
    for code in (SE, FI):
        assert await outcome(story, code, account, "1") == (HELD, ["CUSTOMER_ON_HOLD"])
    held = await story.submit(SE, account, fresh(), "1")
    await story.party_limits(number, blocked=False)
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"
    assert await outcome(story, SE, account, "100.01") == (HELD, ["PARTY_LIMIT_EXCEEDED"]), "its limits are as before"
    await story.party_limits(number, blocked=False, ceiling=None)
    assert (await outcome(story, SE, account, "100.01"))[0] == PASSED, "what is said to be nothing limits no more"
