"""Acceptance cases: holds, releases and what comes after. docs/acceptance.md compares each with its system."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.approvals import CLERK, MANAGER, authority, codes_of, done
from tests.acceptance.orders import (
    Clock,
    cancelled,
    changed,
    company,
    customer,
    evaluated,
    figures,
    forced,
    hold,
    reasons,
    rejected,
    release_reason,
    released,
)
from tests.acceptance.story import Story, fresh, money

NOT_CHECKED, HELD, PASSED = "NOT_CHECKED", "HELD", "PASSED"


def ticked(**grace: int | None) -> list[dict[str, Any]]:
    """Steps that are checked, with their grace days."""
    return [{"checkpoint": step, "graceDays": days} for step, days in grace.items()]


async def over_the_limit(story: Story, clock: Clock, **grace: int | None) -> tuple[str, str, str, Any]:
    """An order beyond its limit, held and released on 1 June; company, account, number, what submitting gave."""
    clock.turn("2026-06-01")
    code = await company(story, checkpoints=ticked(**grace))
    account, number = await customer(story, "100", code), fresh()
    held = await story.submit(code, account, number, "101")
    assert held["decision"]["outcome"] == HELD
    await released(story, held)
    return code, account, number, held


async def at(story: Story, clock: Clock, day: str, step: str, order: tuple[str, str, str, Any]) -> str:
    """What the order is answered at a step on a day."""
    clock.turn(day)
    code, account, number, _ = order
    outcome: str = (await story.submit(code, account, number, "101", checkpoint=step))["decision"]["outcome"]
    return outcome


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2026-06-01", NOT_CHECKED),
        ("2026-06-02", NOT_CHECKED),
        ("2026-06-03", NOT_CHECKED),
        ("2026-06-04", HELD),
    ],
)
async def test_ac_59_two_days_of_grace_end_with_the_third_day(
    over_days: Story, clock: Clock, day: str, outcome: str
) -> None:
    order = await over_the_limit(over_days, clock, CONFIRMATION=2)
    assert await at(over_days, clock, day, "CONFIRMATION", order) == outcome


@pytest.mark.parametrize(("day", "outcome"), [("2026-06-06", NOT_CHECKED), ("2026-06-07", HELD)])
async def test_d365_2_8_after_five_days_of_grace_the_sixth_is_checked(
    over_days: Story, clock: Clock, day: str, outcome: str
) -> None:
    order = await over_the_limit(over_days, clock, CONFIRMATION=5)
    assert await at(over_days, clock, day, "CONFIRMATION", order) == outcome


async def test_d365_2_8_each_step_has_its_own_grace_counted_from_the_release(over_days: Story, clock: Clock) -> None:
    order = await over_the_limit(over_days, clock, CONFIRMATION=3, PACKING_SLIP=2, INVOICE=2)
    assert await at(over_days, clock, "2026-06-03", "PACKING_SLIP", order) == NOT_CHECKED
    code, account, number, _ = order
    clock.turn("2026-06-04")
    held = await over_days.submit(code, account, number, "101", checkpoint="PACKING_SLIP")
    assert held["decision"]["outcome"] == HELD
    clock.turn("2026-06-06")
    await released(over_days, held)
    assert await at(over_days, clock, "2026-06-08", "INVOICE", order) == NOT_CHECKED
    assert await at(over_days, clock, "2026-06-09", "INVOICE", order) == HELD


@pytest.mark.parametrize(("day", "outcome"), [("2026-06-15", NOT_CHECKED), ("2026-06-16", HELD)])
async def test_d365_2_8_without_grace_days_a_release_stands_as_long_as_the_company_says(
    over_days: Story, clock: Clock, day: str, outcome: str
) -> None:
    order = await over_the_limit(over_days, clock, CONFIRMATION=None)
    assert await at(over_days, clock, day, "CONFIRMATION", order) == outcome


@pytest.mark.parametrize(
    ("deviation", "amount", "outcome"),
    [
        ("10", "1100", NOT_CHECKED),
        ("10", "1100.01", HELD),
        ("0", "1000", NOT_CHECKED),
        ("0", "1000.01", HELD),
    ],
)
async def test_ac_61_a_release_covers_its_value_and_a_deviation(
    story: Story, deviation: str, amount: str, outcome: str
) -> None:
    account, number = await customer(story, "100"), fresh()
    held = await story.submit("SE01", account, number, "1000")
    await released(story, held, deviationPercent=deviation)
    await changed(story, "SE01", account, number, amount)
    again = await story.submit("SE01", account, number, amount)
    assert again["decision"]["outcome"] == outcome


async def test_ac_60_a_forced_hold_is_never_ready_by_itself_and_only_a_person_releases_it(story: Story) -> None:
    code = await company(story, releaseWhenReady=True)
    account, number = await customer(story, "100", code), fresh()
    by_hand = await forced(story, await story.submit(code, account, number, "150"))
    assert active(by_hand["creditHold"]) == {"FORCED": True, "CREDIT_LIMIT_EXCEEDED": True}
    await story.own_limit(code, account, "1000")
    await evaluated(story, by_hand)
    found = await hold(story, by_hand)
    assert (found["status"], found["release"]) == ("OPEN", None)
    assert active(found) == {"FORCED": True, "CREDIT_LIMIT_EXCEEDED": False}
    assert (await released(story, by_hand))["status"] == "RELEASED"


async def test_ac_63_raising_a_limit_looks_at_the_hold_again(story: Story) -> None:
    account = await customer(story, "1000")
    held = await story.submit("SE01", account, fresh(), "1100")
    await story.own_limit("SE01", account, "1100")
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_d365_2_9_a_hold_keeps_each_reason_and_the_order_can_be_changed(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "CREDIT_LIMIT_USED", percent="50")
    account, number = await customer(story, "100", code), fresh()
    held = await story.submit(code, account, number, "101")
    both = {"CREDIT_LIMIT_EXCEEDED": True, "CREDIT_LIMIT_USED": True}
    assert active(await hold(story, held)) == both
    await changed(story, code, account, number, "100")
    assert active(await hold(story, held)) == both | {"CREDIT_LIMIT_EXCEEDED": False}


def active(found: Any) -> dict[str, bool]:
    """Which reasons of a hold are still true."""
    return {reason["code"]: reason["active"] for reason in found["reasons"]}


async def test_d365_2_10_a_release_says_why_and_with_or_without_posting(story: Story) -> None:
    account = await customer(story, "100")
    for with_posting in (True, False):
        held = await story.submit("SE01", account, fresh(), "101")
        found = await released(story, held, withPosting=with_posting)
        assert (found["status"], found["release"]["withPosting"]) == ("RELEASED", with_posting)
        assert found["release"]["reason"]["code"]


async def test_d365_2_10_a_rejected_order_takes_nothing_and_leaves_the_list(story: Story) -> None:
    account = await customer(story, "100")
    held = await story.submit("SE01", account, fresh(), "101")
    found = await rejected(story, held)
    assert (found["status"], found["order"]["status"]) == ("REJECTED", "REJECTED")
    assert await figures(story, "SE01", account, "openOrders", "heldOrders") == ["0.00", "0.00"]


async def test_d365_2_10_a_hold_without_a_reason_is_ready_or_released_as_the_company_says(story: Story) -> None:
    for when_ready, status in ((False, "READY_TO_RELEASE"), (True, "RELEASED")):
        code = await company(story, releaseWhenReady=when_ready)
        account, invoice = await customer(story, "100", code), fresh()
        await story.invoice(code, account, invoice, "50", "2026-12-31")
        held = await story.submit(code, account, fresh(), "100")
        await story.payment(code, account, fresh(), "50", [invoice])
        found = await hold(story, held)
        assert (found["status"], set(active(found).values())) == (status, {False})


async def test_d365_2_10_a_cancelled_order_ends_its_hold(story: Story) -> None:
    account, number = await customer(story, "100"), fresh()
    held = await story.submit("SE01", account, number, "101")
    await cancelled(story, "SE01", number)
    assert (await hold(story, held))["status"] == "CANCELLED"


async def approving(story: Story, *amounts: str) -> list[Any]:
    """Orders on hold in a company that approves releases beyond 100, which is what clerks may release."""
    code = await company(story, approveReleases=True)
    await authority(story, code, "CREDIT_CLERK", "100")
    account = await customer(story, "1", code)
    return [await story.submit(code, account, fresh(), amount) for amount in amounts]


async def test_d365_2_10_with_the_workflow_a_release_is_approved_first_and_happens_with_it(story: Story) -> None:
    small, large, unwanted = await approving(story, "100", "101", "102")
    reason = await release_reason(story)
    for held, status in ((small, "RELEASED"), (large, "IN_APPROVAL"), (unwanted, "IN_APPROVAL")):
        given = {"creditHold": held["creditHold"]["id"], "reason": reason, "withPosting": True}
        payload = await done(story, "releaseCreditHold", given, CLERK)
        assert (payload["creditHold"]["status"], payload["creditHold"]["release"] is None) == (
            status,
            status == "IN_APPROVAL",
        )
    key = {"creditHold": large["creditHold"]["id"]}
    assert codes_of(await done(story, "approveCreditRelease", key, CLERK)) == ["OWN_WORK"]
    gone = (await done(story, "approveCreditRelease", key, MANAGER))["creditHold"]
    assert (gone["status"], gone["order"]["status"], gone["release"]["withPosting"]) == ("RELEASED", "APPROVED", True)
    left = await done(story, "rejectCreditRelease", {"creditHold": unwanted["creditHold"]["id"]}, MANAGER)
    assert (left["creditHold"]["status"], left["creditHold"]["order"]["status"]) == ("OPEN", "HELD")
    assert (await rejected(story, unwanted))["status"] == "REJECTED"


async def test_d365_2_10_a_forced_hold_does_not_go_through_the_workflow(story: Story) -> None:
    (held,) = await approving(story, "101")
    by_hand = await forced(story, held)
    given = {"creditHold": by_hand["creditHold"]["id"], "reason": await release_reason(story)}
    late = await done(story, "releaseCreditHold", given, CLERK)
    assert (codes_of(late), late["creditHold"]["status"]) == (["AUTHORITY_EXCEEDED"], "OPEN")
    assert codes_of(await done(story, "approveCreditRelease", {"creditHold": given["creditHold"]}, MANAGER)) == [
        "WRONG_STATUS"
    ]
    assert (await done(story, "releaseCreditHold", given, MANAGER))["creditHold"]["status"] == "RELEASED"


async def test_d365_2_10_releasing_one_order_looks_at_the_others_of_the_room_again(story: Story) -> None:
    account = await customer(story, "100")
    small, large = [await story.submit("SE01", account, fresh(), amount) for amount in ("101", "150")]
    await story.own_limit("SE01", account, "120")
    assert (await hold(story, small))["status"] == "READY_TO_RELEASE"
    await released(story, large)
    found = await hold(story, small)
    assert (found["status"], active(found)) == ("OPEN", {"CREDIT_LIMIT_EXCEEDED": True})


async def test_ac_16_a_release_lets_an_order_beyond_the_limit_go_on_and_is_recorded(story: Story) -> None:
    account, number = await customer(story, "0"), fresh()
    held = await story.submit("SE01", account, number, "1")
    found = await released(story, held, note="Prepaid")
    assert (found["status"], await figures(story, "SE01", account, "openOrders")) == ("RELEASED", ["1.00"])
    again = await story.submit("SE01", account, number, "1")
    assert (again["decision"]["outcome"], reasons(again["decision"])) == (NOT_CHECKED, [])


async def test_d365_2_10_a_forced_hold_ignores_what_would_pass(story: Story) -> None:
    account, number = await customer(story, "100"), fresh()
    submitted = await story.submit("SE01", account, number, "50")
    await forced(story, submitted)
    again = await story.submit("SE01", account, number, "50")
    assert reasons(again["decision"]) == ["FORCED"]
    assert await figures(story, "SE01", account, "openOrders") == ["50.00"], "it was admitted once"
    assert (await story.credit("SE01", account))["available"] == money("50.00", "SEK")


async def test_d365_2_10_many_orders_are_held_by_hand_at_once_with_a_reason(story: Story) -> None:
    code = await company(story)
    account, other = [await customer(story, "100", code) for _ in range(2)]
    wanted = [(await story.submit(code, account, fresh(), "10"))["salesOrder"]["id"] for _ in range(3)]
    left = (await story.submit(code, other, fresh(), "10"))["salesOrder"]["id"]
    reason = await story.name("Reason", fresh()[:10], kind="HOLD")
    key = {"number": {"company": code, "account": account}}
    payer = (await story.ask("query($by: CustomerKey!) { customer(by: $by) { id } }", {"by": key})).data["customer"]
    query = """mutation($input: ForceCreditHoldsInput!) { forceCreditHolds(input: $input) {
      results { salesOrder { id status } creditHold { forced forcedReason { id } } } errors { code } } }"""
    given = {"where": {"companies": [code], "payer": {"eq": payer["id"]}}, "reason": reason, "idempotencyKey": fresh()}
    results = (await story.tell(query, given, "CREDIT_MANAGER"))["results"]
    assert sorted(row["salesOrder"]["id"] for row in results) == sorted(wanted)
    assert all(row["creditHold"] == {"forced": True, "forcedReason": {"id": reason}} for row in results)
    query = "query($id: ID!) { node(id: $id) { ... on SalesOrder { status } } }"
    assert (await story.ask(query, {"id": left})).data["node"]["status"] == "APPROVED"
