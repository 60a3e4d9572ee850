"""Acceptance cases: how limits change. docs/acceptance.md compares each with its system."""

from __future__ import annotations

from typing import Any

from tests.acceptance.approvals import CLERK, MANAGER, codes_of, done, drafted, places
from tests.acceptance.orders import codes, company, customer
from tests.acceptance.story import (
    CREATE_ADJUSTMENT,
    ERRORS,
    MONEY,
    POST_ADJUSTMENT,
    UPSERT_CUSTOMERS,
    Story,
    fresh,
    money,
)


async def test_d365_2_11_a_posted_line_sets_limit_and_expiry_and_a_draft_nothing(story: Story) -> None:
    account = await customer(story, "100")
    holder = {"customer": {"company": "SE01", "account": account}}
    line = {"holder": holder, "newLimit": money("500", "SEK"), "until": "2027-06-30"}
    given = {"company": "SE01", "kind": "PERMANENT", "lines": [line], "idempotencyKey": fresh()}
    draft = (await story.tell(CREATE_ADJUSTMENT, given, "CREDIT_MANAGER"))["creditLimitAdjustment"]
    limit = (await story.credit("SE01", account))["limit"]
    assert (limit["base"], limit["expiryDate"]) == (money("100.00", "SEK"), None)
    post = {"creditLimitAdjustment": draft["id"], "idempotencyKey": fresh()}
    posted = await story.tell(POST_ADJUSTMENT, post, "CREDIT_MANAGER")
    assert posted["creditLimitAdjustment"]["status"] == "POSTED"
    limit = (await story.credit("SE01", account))["limit"]
    assert (limit["base"], limit["expiryDate"]) == (money("500.00", "SEK"), "2027-06-30")
    assert await codes(story, POST_ADJUSTMENT, post | {"idempotencyKey": fresh()}, "CREDIT_MANAGER") == ["WRONG_STATUS"]


async def test_d365_2_11_a_posted_line_sets_limit_and_expiry_of_a_group(story: Story) -> None:
    account, number = await customer(story), fresh()
    await story.group(number, "SEK", None, ("SE01", account))
    await story.limit("SE01", {"creditGroup": number}, "100", "SEK", until="2027-06-30")
    query = """query($number: String!) { creditGroup(number: $number) {
      credit { limit { base { amount currency } expiryDate } } } }"""
    limit = (await story.ask(query, {"number": number})).data["creditGroup"]["credit"]["limit"]
    assert limit == {"base": money("100.00", "SEK"), "expiryDate": "2027-06-30"}


async def test_d365_2_11_a_temporary_line_leaves_the_normal_limit_and_can_be_ended_early(story: Story) -> None:
    account = await customer(story, "100")
    await story.own_limit("SE01", account, "300", kind="TEMPORARY", until="2027-06-30")
    limit = (await story.credit("SE01", account))["limit"]
    assert (limit["base"], limit["total"]) == (money("100.00", "SEK"), money("300.00", "SEK"))
    more = {"kind": "TEMPORARY", "replaces": limit["temporary"]["id"], "until": "2026-11-30"}
    await story.own_limit("SE01", account, "300", **more)
    for day, total in (("2026-11-30", "300.00"), ("2026-12-01", "100.00")):
        found = (await story.credit("SE01", account, asOf=day))["limit"]["total"]["amount"]
        assert found == total, day


GENERATE = f"""mutation($input: GenerateCreditLimitAdjustmentInput!) {{ generateCreditLimitAdjustment(input: $input) {{
  creditLimitAdjustment {{ lines {{ nodes {{ newLimit {MONEY} until }} }} }} {ERRORS} }} }}"""


async def test_d365_2_11_lines_are_generated_with_a_unit_and_a_direction(story: Story) -> None:
    account, number = await customer(story), fresh()
    await story.own_limit("SE01", account, "83333", until="2027-06-30")
    await story.group(number, "SEK", "83333", ("SE01", account))
    by: dict[str, dict[str, Any]] = {
        "customers": {"account": {"eq": account}},
        "creditGroups": {"number": {"eq": number}},
    }
    for name, where in by.items():
        for change, rounding, limit in (
            ({"percent": "10"}, {"unit": "500", "direction": "UP"}, "92000.00"),
            ({"percent": "10"}, {"unit": "500", "direction": "DOWN"}, "91500.00"),
            ({"amount": money("-5000", "SEK")}, {"unit": "1000", "direction": "UP"}, "79000.00"),
        ):
            given = {"company": "SE01", "kind": "PERMANENT", "holders": {name: where}, "change": change}
            dates = {"relative": {"untilDays": 184}}
            more = {"rounding": rounding, "dates": dates, "idempotencyKey": fresh()}
            payload = await story.tell(GENERATE, given | more, "CREDIT_CLERK")
            until = "2027-12-31" if name == "customers" else None
            lines = payload["creditLimitAdjustment"]["lines"]["nodes"]
            assert lines == [{"newLimit": money(limit, "SEK"), "until": until}]


async def test_d365_2_11_nothing_but_a_posted_adjustment_changes_a_limit(story: Story) -> None:
    account = await customer(story, "100")
    row = {"company": "SE01", "account": account, "party": f"P-SE01-{account}", "name": "Same", "currency": "SEK"}
    given = {"customers": [row | {"unlimitedCredit": True}]}
    assert await codes(story, UPSERT_CUSTOMERS, given, "INTEGRATION") == ["DOCUMENT_DIFFERS"]
    assert (await story.credit("SE01", account))["limit"]["total"] == money("100.00", "SEK")


async def test_d365_2_11_with_the_workflow_a_draft_is_submitted_approved_and_only_then_posted(story: Story) -> None:
    code = await company(story, approveLimitAdjustments=True)
    account = await customer(story, None, code)
    made = await drafted(story, code, (account, "500"), who=CLERK)
    key = {"creditLimitAdjustment": made["id"]}
    assert codes_of(await done(story, "postCreditLimitAdjustment", key, MANAGER)) == ["WRONG_STATUS"]
    for step, who, status in (
        ("submit", CLERK, "IN_REVIEW"),
        ("approve", MANAGER, "APPROVED"),
        ("post", MANAGER, "POSTED"),
    ):
        assert (await story.credit(code, account))["limit"]["total"]["amount"] == "0.00"
        payload = await done(story, f"{step}CreditLimitAdjustment", key, who)
        assert places(payload["creditLimitAdjustment"]) == [status, status]
    assert (await story.credit(code, account))["limit"]["total"]["amount"] == "500.00"


async def test_d365_2_11_the_workflow_of_lines_takes_each_by_itself(story: Story) -> None:
    code = await company(story, approveLimitAdjustments=True)
    wanted, unwanted = [await customer(story, None, code) for _ in range(2)]
    made = await drafted(story, code, (wanted, "500"), (unwanted, "900"), who=CLERK)
    first, second = [line["id"] for line in made["lines"]["nodes"]]
    key = {"creditLimitAdjustment": made["id"]}
    await done(story, "submitCreditLimitAdjustment", key, CLERK)
    await done(story, "approveCreditLimitAdjustment", key | {"lines": [first]}, MANAGER)
    await done(story, "rejectCreditLimitAdjustment", key | {"lines": [second]}, MANAGER)
    posted = await done(story, "postCreditLimitAdjustment", key, MANAGER)
    assert places(posted["creditLimitAdjustment"]) == ["POSTED", "POSTED", "REJECTED"]
    for account, amount in ((wanted, "500.00"), (unwanted, "0.00")):
        assert (await story.credit(code, account))["limit"]["total"]["amount"] == amount


async def test_d365_2_11_an_automated_task_posts_what_is_approved(story: Story) -> None:
    code = await company(story, approveLimitAdjustments=True, postApprovedLimits=True)
    account = await customer(story, None, code)
    made = await drafted(story, code, (account, "500"), who=CLERK)
    key = {"creditLimitAdjustment": made["id"]}
    await done(story, "submitCreditLimitAdjustment", key, CLERK)
    approved = await done(story, "approveCreditLimitAdjustment", key, MANAGER)
    assert places(approved["creditLimitAdjustment"]) == ["POSTED", "POSTED"]
    assert (await story.credit(code, account))["limit"]["total"]["amount"] == "500.00"
