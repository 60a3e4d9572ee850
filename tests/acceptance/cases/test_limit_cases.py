"""Acceptance cases: what a limit comes to. docs/acceptance.md says how each compares with its system."""

from __future__ import annotations

import pytest

from tests.acceptance.orders import codes, company, customer, delivered, ordered, outcomes, reasons
from tests.acceptance.story import CREATE_ADJUSTMENT, POST_ADJUSTMENT, Story, fresh, money

EXACTLY = ["PASSED", "HELD"]
"""What becomes of an order that uses the room up, and of one that comes to a minor unit more."""


async def member(story: Story, own: str | None, **more: bool) -> str:
    """A member of a credit group of 15,000 with a limit of its own, or none."""
    account = await customer(story, own, **more)
    await story.group(fresh(), "SEK", "15000", ("SE01", account))
    return account


async def test_ac_01_the_customers_limit_is_smaller_than_the_groups(story: Story) -> None:
    account = await member(story, "10000")
    assert await outcomes(story, "SE01", account, "10000", "10000.01") == EXACTLY


async def test_ac_02_the_groups_limit_is_smaller_than_the_customers(story: Story) -> None:
    account = await member(story, "20000")
    assert await outcomes(story, "SE01", account, "15000", "15000.01") == EXACTLY


async def test_ac_04_unlimited_credit_skips_both_limits_and_uses_the_groups_room(story: Story) -> None:
    free, bound = await customer(story, unlimitedCredit=True), await customer(story)
    await story.group(fresh(), "SEK", "15000", ("SE01", free), ("SE01", bound))
    decision = (await story.submit("SE01", free, fresh(), "20000"))["decision"]
    assert (decision["outcome"], [test["limit"] for test in decision["tests"]]) == ("PASSED", [None, None])
    assert reasons(await story.check("SE01", bound, "0.01")) == ["GROUP_LIMIT_EXCEEDED"]


async def test_ac_05_without_a_limit_the_group_alone_decides(story: Story) -> None:
    account = await member(story, None)
    assert await outcomes(story, "SE01", account, "15000", "15000.01") == EXACTLY


async def test_d365_2_3_mandatory_and_not_set_is_no_credit_in_a_group(story: Story) -> None:
    account = await member(story, None, mandatoryCreditLimit=True)
    assert reasons(await story.check("SE01", account, "0.01")) == ["CREDIT_LIMIT_EXCEEDED"]


async def test_d365_2_3_a_group_is_ignored_where_the_company_does_not_test_groups(story: Story) -> None:
    code = await company(story, checkCreditGroups=False)
    account = await customer(story, "20000", code)
    await story.group(fresh(), "SEK", "15000", (code, account))
    assert await outcomes(story, code, account, "20000", "20000.01") == EXACTLY


async def test_ac_06_insurance_is_added_to_the_limit(story: Story) -> None:
    account = await customer(story, "100000")
    await story.insured("SE01", account, "50000", "50")
    assert await outcomes(story, "SE01", account, "125000", "125000.01") == EXACTLY


async def test_d365_2_1_a_policy_included_in_exposure_takes_its_value_off(story: Story) -> None:
    account = await customer(story, "100000")
    await story.insured("SE01", account, "50000", "50", flagged=True)
    assert (await story.credit("SE01", account))["limit"]["total"] == money("75000.00", "SEK")
    assert await outcomes(story, "SE01", account, "75000", "75000.01") == EXACTLY


async def test_d365_2_1a_a_temporary_limit_replaces_the_normal_one_on_both_its_days(story: Story) -> None:
    account = fresh()
    await story.customer("SE01", account)
    await story.own_limit("SE01", account, "100000", **{"from": "2026-01-01"})
    await story.own_limit("SE01", account, "150000", kind="TEMPORARY", **{"from": "2026-03-01"}, until="2026-03-31")
    await story.insured("SE01", account, "50000", "50")
    days = {"2026-02-28": "125000.00", "2026-03-01": "175000.00", "2026-03-31": "175000.00", "2026-04-01": "125000.00"}
    for day, total in days.items():
        assert (await story.credit("SE01", account, asOf=day))["limit"]["total"]["amount"] == total, day


async def test_d365_2_1_a_temporary_limit_may_be_lower(story: Story) -> None:
    account = await customer(story, "100000")
    await story.own_limit("SE01", account, "40000", kind="TEMPORARY", until="2026-12-31")
    assert await outcomes(story, "SE01", account, "40000", "40000.01") == EXACTLY


async def test_d365_2_1_temporary_limits_of_one_holder_never_overlap(story: Story) -> None:
    account = await customer(story, "100000")
    await story.own_limit("SE01", account, "150000", kind="TEMPORARY", until="2026-12-31")
    holder = {"customer": {"company": "SE01", "account": account}}
    line = {"holder": holder, "newLimit": money("1", "SEK"), "from": "2026-12-31", "until": "2027-01-31"}
    given = {"company": "SE01", "kind": "TEMPORARY", "lines": [line], "idempotencyKey": fresh()}
    draft = (await story.tell(CREATE_ADJUSTMENT, given, "CREDIT_MANAGER"))["creditLimitAdjustment"]
    post = {"creditLimitAdjustment": draft["id"], "idempotencyKey": fresh()}
    assert await codes(story, POST_ADJUSTMENT, post, "CREDIT_MANAGER") == ["OVERLAPPING_TEMPORARY_LIMIT"]


async def test_d365_2_1_a_group_has_temporary_limits_too_and_no_insurance(story: Story) -> None:
    account, number = await customer(story), fresh()
    await story.group(number, "SEK", "15000", ("SE01", account))
    holder = {"creditGroup": number}
    await story.limit("SE01", holder, "25000", kind="TEMPORARY", until="2026-12-31")
    await story.insured("SE01", account, "50000", "50")
    check = await story.check("SE01", account, "25000.01")
    assert (reasons(check), check["tests"][0]["limit"]) == (["GROUP_LIMIT_EXCEEDED"], money("25000.00", "SEK"))


async def test_ac_09_a_seasonal_factor_raises_or_lowers_the_limit_for_a_time(story: Story) -> None:
    for factor, limit in (("5", "10500.00"), ("-5", "9500.00")):
        account = await customer(story)
        await story.own_limit("SE01", account, "10000", **{"from": "2026-01-01"})
        season = {"percent": factor, "until": "2026-12-24"}
        await story.changed_limit("SE01", account, "SEASONAL", **season)
        for day in ("2026-11-23", "2026-12-24"):
            found = (await story.credit("SE01", account, asOf=day))["limit"]
            assert found["total"]["amount"] == limit, day
        assert [part["kind"] for part in found["parts"]] == ["BASE", "SEASONAL"]
        for day in ("2026-11-22", "2026-12-25"):
            assert (await story.credit("SE01", account, asOf=day))["limit"]["total"]["amount"] == "10000.00", day
        assert await outcomes(story, "SE01", account, limit, limit.replace(".00", ".01")) == EXACTLY
        later = await customer(story, "10000")
        await story.changed_limit("SE01", later, "SEASONAL", **season | {"from": "2026-11-24"})
        assert await outcomes(story, "SE01", later, "10000", "10000.01") == EXACTLY, "not before its first day"


async def test_ac_09_a_tolerance_lets_pass_what_is_a_little_above(story: Story) -> None:
    for tolerance in ({"percent": "10"}, {"tolerance": money("1000", "SEK")}):
        account = await customer(story, "10000")
        await story.changed_limit("SE01", account, "TOLERANCE", **tolerance)
        assert await outcomes(story, "SE01", account, "11000", "11000.01") == EXACTLY


async def test_ac_11_the_limit_of_a_group_is_shared_by_members_without_their_own(story: Story) -> None:
    first, second = await customer(story), await customer(story)
    await story.group(fresh(), "SEK", "350000", ("SE01", first), ("SE01", second))
    assert await outcomes(story, "SE01", first, "350000", "350000.01") == EXACTLY
    await story.submit("SE01", first, fresh(), "300000")
    assert await outcomes(story, "SE01", second, "50000", "50000.01") == EXACTLY


async def test_ac_13_of_two_limits_the_one_posted_last_stands(story: Story) -> None:
    account = await customer(story, "1000")
    await story.own_limit("SE01", account, "2000")
    assert await outcomes(story, "SE01", account, "2000", "2000.01") == EXACTLY


async def test_ac_14_a_limit_below_what_is_used_is_allowed_and_holds_the_next_order(story: Story) -> None:
    account = await customer(story, "1000")
    await story.submit("SE01", account, fresh(), "1000")
    await story.own_limit("SE01", account, "900")
    credit = await story.credit("SE01", account)
    assert credit["available"] == money("-100.00", "SEK")
    assert await outcomes(story, "SE01", account, "0.01") == ["HELD"]


async def test_ac_14_a_limit_below_what_is_used_is_warned_of(story: Story) -> None:
    account = await customer(story, "1000")
    await story.submit("SE01", account, fresh(), "1000")
    (warning,) = (await story.own_limit("SE01", account, "900"))["warnings"]
    said = "SEK 1,000.00 is used already, which is more than the credit limit of SEK 900.00."
    message = warning["message"].replace("\N{NO-BREAK SPACE}", " ")
    assert (warning["code"], message) == ("LIMIT_BELOW_USED", said)
    assert (await story.own_limit("SE01", account, "1000"))["warnings"] == []


async def owing_a_hundred(story: Story, limit: str | None = None, code: str = "SE01", **more: bool) -> str:
    """A customer that owes 100, not yet due."""
    account = await customer(story, limit, code, **more)
    await story.invoice(code, account, fresh(), "100", "2026-12-31")
    return account


async def test_ac_15_a_limit_that_was_never_set_is_none_unless_the_company_says_otherwise(story: Story) -> None:
    code = await company(story)
    account = await owing_a_hundred(story, code=code)
    free = await owing_a_hundred(story, code=code, unlimitedCredit=True)
    assert await outcomes(story, code, account, "100") == ["HELD"]
    assert await outcomes(story, code, free, "100") == ["PASSED"]
    await story.parameters(code, unsetLimitMeansUnlimited=True)
    assert await outcomes(story, code, account, "100") == ["PASSED"]


async def test_ac_16_a_limit_of_zero_is_an_amount(story: Story) -> None:
    account = await owing_a_hundred(story, "0")
    assert reasons(await story.check("SE01", account, "1")) == ["CREDIT_LIMIT_EXCEEDED"]


async def test_ac_17_equal_passes_and_above_is_held(story: Story) -> None:
    account = await owing_a_hundred(story, "200")
    assert await outcomes(story, "SE01", account, "1", "100", "100.01", "150") == ["PASSED", "PASSED", "HELD", "HELD"]


async def test_ac_44_unlimited_is_said_and_zero_never_means_it(story: Story) -> None:
    unlimited, zero = await customer(story, unlimitedCredit=True), await customer(story, "0")
    assert await outcomes(story, "SE01", unlimited, "1000000") == ["PASSED"]
    assert await outcomes(story, "SE01", zero, "0.01") == ["HELD"]


@pytest.mark.parametrize(
    ("limit_type", "used", "outcome"),
    [
        ("BALANCE", "78.33", "PASSED"),
        ("BALANCE_AND_DELIVERIES", "88.33", "PASSED"),
        ("ALL", "103.33", "HELD"),
    ],
)
async def test_d365_2_2_the_credit_limit_type_says_what_counts(
    story: Story, limit_type: str, used: str, outcome: str
) -> None:
    code = await company(story)
    account = await customer(story, "600000", code)
    await story.invoice(code, account, fresh(), "420000", "2026-12-31")
    await delivered(story, code, await ordered(story, code, account, "60000"), "60000")
    await story.submit(code, account, fresh(), "90000")
    await story.parameters(code, creditLimitType=limit_type)
    check = await story.check(code, account, "50000")
    assert (check["outcome"], check["tests"][0]["usedPercent"]) == (outcome, used)


async def test_d365_2_2_none_tests_no_limit_unless_it_is_mandatory(story: Story) -> None:
    code = await company(story, creditLimitType="NONE")
    free, bound = await customer(story, "100", code), await customer(story, "100", code, mandatoryCreditLimit=True)
    assert await outcomes(story, code, free, "101") == ["PASSED"]
    assert await outcomes(story, code, bound, "100", "101") == EXACTLY
    await story.submit(code, bound, fresh(), "100")
    assert await outcomes(story, code, bound, "100") == ["PASSED"], "as BALANCE: orders do not count"
