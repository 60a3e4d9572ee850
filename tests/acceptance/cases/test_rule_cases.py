"""Acceptance cases: blocking and exclusion rules. docs/acceptance.md compares each with its system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance.orders import company, customer, excluded, management_group, one, outcomes, reasons, risk_group
from tests.acceptance.story import ERRORS, SAVE_RULE, UPSERT_CUSTOMERS, Story, fresh, money
from tests.schema.world import TODAY

EXCLUDE = f"""mutation($input: ExcludeSalesOrderInput!) {{ excludeSalesOrder(input: $input) {{ {ERRORS} }} }}"""
PASSED, WARNED, HELD, EXEMPT = "PASSED", "WARNED", "HELD", "EXEMPT"


async def overdue(story: Story, code: str, days: int, amount: str = "600", **more: Any) -> str:
    """A customer with room that owes an amount since so many days."""
    account = await customer(story, "100000", code, **more)
    await story.invoice(code, account, fresh(), amount, (TODAY - timedelta(days=days)).isoformat())
    return account


async def blocking_61_days(story: Story) -> str:
    """A company that holds whoever is more than 61 days overdue."""
    code = await company(story)
    await story.rule(code, "OVERDUE_DAYS", days=61)
    return code


async def test_ac_52_a_share_of_the_limit_holds_above_it_and_the_limit_itself_above_all_of_it(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "CREDIT_LIMIT_USED", percent="90")
    account = await customer(story, "1000", code)
    found = [reasons(await story.check(code, account, amount)) for amount in ("900", "900.01", "1000", "1000.01")]
    assert found == [
        [],
        ["CREDIT_LIMIT_USED"],
        ["CREDIT_LIMIT_USED"],
        ["CREDIT_LIMIT_EXCEEDED", "CREDIT_LIMIT_USED"],
    ]


async def test_ac_56_a_groups_exclusion_lifts_the_rule_for_all_up_to_its_own_days(story: Story) -> None:
    code = await blocking_61_days(story)
    group, id_ = await management_group(story)
    await excluded(story, code, "OVERDUE_DAYS", {"creditManagementGroup": id_}, days=100)
    for days, outcome in ((80, PASSED), (100, PASSED), (101, HELD)):
        account = await overdue(story, code, days, creditManagementGroup=group)
        assert await outcomes(story, code, account, "1") == [outcome], days


async def test_ac_64_every_reason_is_given_the_most_serious_first(story: Story) -> None:
    code = await blocking_61_days(story)
    account = await overdue(story, code, 62)
    assert reasons(await story.check(code, account, "100000")) == ["CREDIT_LIMIT_EXCEEDED", "OVERDUE_DAYS"]


async def test_d365_2_5_a_step_that_is_not_ticked_is_not_checked_and_the_order_counts(story: Story) -> None:
    code = await company(story, checkpoints=[{"checkpoint": "PACKING_SLIP"}])
    account, number = await customer(story, "100", code), fresh()
    confirmed = await story.submit(code, account, number, "101")
    assert confirmed["decision"]["outcome"] == "NOT_CHECKED"
    assert (await story.credit(code, account))["exposure"]["openOrders"] == money("101.00", "SEK")
    shipped = await story.submit(code, account, number, "101", checkpoint="PACKING_SLIP")
    assert (shipped["decision"]["outcome"], reasons(shipped["decision"])) == (HELD, ["CREDIT_LIMIT_EXCEEDED"])


async def test_d365_2_5_limits_are_tested_without_any_rule(story: Story) -> None:
    code = await company(story)
    assert await outcomes(story, code, await customer(story, "100", code), "100.01") == [HELD]


@pytest.mark.parametrize(("days", "outcome"), [(50, PASSED), (80, PASSED), (120, HELD)])
async def test_d365_2_6_an_exclusion_of_one_customer_lifts_the_rule_for_all(
    story: Story, days: int, outcome: str
) -> None:
    code = await blocking_61_days(story)
    account, other = await overdue(story, code, days), await overdue(story, code, 80)
    await excluded(story, code, "OVERDUE_DAYS", one(code, account), days=99)
    assert await outcomes(story, code, account, "1") == [outcome]
    assert await outcomes(story, code, other, "1") == [HELD]


async def test_d365_2_6_an_exclusion_by_amount_lifts_no_block_by_days(story: Story) -> None:
    code = await blocking_61_days(story)
    account = await overdue(story, code, 80)
    rule = {"company": code, "kind": "OVERDUE_DAYS", "type": "EXCLUDE", "validFor": "CUSTOMER", **one(code, account)}
    answer = await story.ask(SAVE_RULE, {"input": rule | {"amount": money("1000", "SEK")}})
    assert [error["code"] for error in answer.data["saveBlockingRule"]["errors"]] == ["INVALID_VALUE"]
    assert await outcomes(story, code, account, "1") == [HELD]


@pytest.mark.parametrize(("amount", "outcome"), [("600", EXEMPT), ("1000", HELD), ("1500", HELD)])
async def test_d365_2_6_an_exclusion_that_releases_orders_lifts_everything(
    story: Story, amount: str, outcome: str
) -> None:
    code = await blocking_61_days(story)
    account = await overdue(story, code, 80, amount)
    threshold = {"amount": money("1000", "SEK"), "atOrAbove": True, "releaseAll": True, "confirmed": True}
    await excluded(story, code, "OVERDUE_DAYS", one(code, account), **threshold)
    assert await outcomes(story, code, account, "1") == [outcome]


async def test_d365_2_6_at_one_level_the_block_goes_before_the_exclusion(story: Story) -> None:
    code = await company(story)
    group, id_ = await management_group(story)
    account = await overdue(story, code, 45, creditManagementGroup=group)
    await story.rule(code, "OVERDUE_DAYS", validFor="GROUP", creditManagementGroup=id_, days=30)
    await excluded(story, code, "OVERDUE_DAYS", {"creditManagementGroup": id_}, days=90)
    assert await outcomes(story, code, account, "1") == [HELD]


async def test_d365_2_6_a_class_of_risk_narrows_a_rule_of_a_group(story: Story) -> None:
    code = await company(story)
    (group, group_id), (risk, risk_id) = await management_group(story), await risk_group(story)
    more = {"creditManagementGroup": group_id, "riskGroup": risk_id, "days": 30}
    await story.rule(code, "OVERDUE_DAYS", validFor="GROUP", **more)
    both = await overdue(story, code, 31, creditManagementGroup=group, riskGroup=risk)
    others = [
        await overdue(story, code, 31, **one_of) for one_of in ({"creditManagementGroup": group}, {"riskGroup": risk})
    ]
    assert await outcomes(story, code, both, "1") == [HELD]
    assert [await outcomes(story, code, other, "1") for other in others] == [[PASSED], [PASSED]]


async def test_d365_2_6_an_exclusion_lifts_its_own_kind_only(story: Story) -> None:
    code = await blocking_61_days(story)
    await story.rule(code, "CREDIT_LIMIT_USED", percent="10")
    account = await overdue(story, code, 80)
    await excluded(story, code, "OVERDUE_DAYS", one(code, account), days=100)
    assert reasons(await story.check(code, account, "10000")) == ["CREDIT_LIMIT_USED"]


async def test_d365_2_6_an_excluded_customer_is_exempt_from_limits_and_rules(story: Story) -> None:
    code = await blocking_61_days(story)
    account = await overdue(story, code, 80, excludedFromCreditManagement=True)
    assert await outcomes(story, code, account, "200000") == [EXEMPT]


async def test_d365_2_6_an_excluded_order_is_exempt_from_limits_and_rules(story: Story) -> None:
    code = await blocking_61_days(story)
    account = await overdue(story, code, 80)
    held = await story.submit(code, account, "EXCLUDED", "200000")
    assert held["decision"]["outcome"] == HELD
    given = {"salesOrder": {"id": held["salesOrder"]["id"]}, "reason": "Cash on the nail.", "idempotencyKey": fresh()}
    await story.tell(EXCLUDE, given, "CREDIT_MANAGER")
    again = await story.submit(code, account, "EXCLUDED", "200000", checkpoint="PACKING_SLIP")
    assert (again["decision"]["outcome"], again["salesOrder"]["status"]) == (EXEMPT, "APPROVED")
    assert await outcomes(story, code, account, "1") == [HELD], "no other order is"


async def test_d365_2_6_an_order_of_our_own_group_is_exempt_unless_the_company_checks_it(story: Story) -> None:
    code = await blocking_61_days(story)
    account = await overdue(story, code, 80, intercompany=True)
    passed = await story.submit(code, account, "SISTER", "200000")
    assert (passed["decision"]["outcome"], passed["salesOrder"]["status"]) == (EXEMPT, "APPROVED")
    assert passed["decision"]["explanation"] == (
        "The customer is a company of our own group. Its orders are not checked here."
    )
    assert (await story.credit(code, account))["exposure"]["openOrders"]["amount"] == "200000.00"
    await story.parameters(code, checkIntercompanyOrders=True)
    assert await outcomes(story, code, account, "1") == [HELD]
    held = await story.submit(code, account, "SISTER-2", "1")
    assert held["decision"]["outcome"] == HELD
    await story.parameters(code, checkIntercompanyOrders=False, releaseWhenReady=True)
    assert (await story.submit(code, account, "SISTER-2", "1"))["creditHold"] is None, "the hold ended by itself"


async def test_d365_2_6_holds_are_looked_at_again_when_a_customer_is_of_our_own_group(story: Story) -> None:
    code = await company(story, releaseWhenReady=True)
    account = await customer(story, "100", code)
    held = await story.submit(code, account, "SISTER", "150")
    row = {"company": code, "account": account, "party": f"P-{code}-{account}", "name": "Sister", "currency": "SEK"}
    await story.tell(UPSERT_CUSTOMERS, {"customers": [row | {"intercompany": True}]}, "INTEGRATION")
    shown = await story.ask(
        "query($id: ID!) { node(id: $id) { ... on SalesOrder { status } } }", {"id": held["salesOrder"]["id"]}
    )
    assert (held["salesOrder"]["status"], shown.data["node"]["status"]) == ("HELD", "APPROVED")


async def test_d365_2_7_days_overdue_are_those_of_the_oldest_claimed_invoice(story: Story) -> None:
    code = await blocking_61_days(story)
    at, above = [await overdue(story, code, days) for days in (61, 62)]
    await story.invoice(code, at, fresh(), "100", "2026-06-01", disputed=money("100", "SEK"))
    assert await outcomes(story, code, at, "1") == [PASSED]
    assert await outcomes(story, code, above, "1") == [HELD]


async def test_d365_2_7_ninety_percent_of_ten_thousand_leaves_four_thousand_beside_five(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "CREDIT_LIMIT_USED", percent="90")
    account = await customer(story, "10000", code)
    await story.invoice(code, account, fresh(), "5000", "2026-12-31")
    assert await outcomes(story, code, account, "4000", "4000.01", "4500") == [PASSED, HELD, HELD]


async def test_d365_2_3_a_group_used_up_exactly_is_held_where_reaching_is_enough(story: Story) -> None:
    code = await company(story)
    first, second = await customer(story, company=code), await customer(story, company=code)
    await story.group(fresh(), "SEK", "10000", (code, first), (code, second))
    await story.invoice(code, first, fresh(), "4000", "2026-12-31")
    await story.submit(code, first, fresh(), "4000")
    strict = await story.rule(code, "CREDIT_LIMIT_USED", percent="100")
    assert await outcomes(story, code, second, "1999", "2000", "2000.01") == [PASSED, PASSED, HELD]
    reached = {"id": strict["blockingRule"]["id"], "percent": "100", "atOrAbove": True}
    await story.rule(code, "CREDIT_LIMIT_USED", **reached)
    assert await outcomes(story, code, second, "1999", "2000") == [PASSED, HELD]


@pytest.mark.parametrize(("expired", "outcome"), [(5, PASSED), (6, HELD)])
async def test_d365_2_7_an_expired_limit_blocks_by_a_rule_after_its_days(
    story: Story, expired: int, outcome: str
) -> None:
    code = await company(story)
    account, until = fresh(), TODAY - timedelta(days=expired)
    await story.customer(code, account)
    await story.own_limit(code, account, "100", **{"from": "2026-01-01"}, until=until.isoformat())
    assert await outcomes(story, code, account, "1") == [PASSED], "no rule, no block"
    await story.rule(code, "CREDIT_LIMIT_EXPIRED", days=5)
    assert await outcomes(story, code, account, "1") == [outcome]


async def test_d365_2_7_a_limit_without_a_last_day_expires_only_where_the_company_says_so(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "CREDIT_LIMIT_EXPIRED", days=5)
    account = await customer(story, "100", code)
    assert await outcomes(story, code, account, "1") == [PASSED]
    await story.parameters(code, blankExpiryMeansExpired=True)
    assert reasons(await story.check(code, account, "1")) == ["CREDIT_LIMIT_EXPIRED"]


async def test_d365_2_7_the_expiry_of_the_group_is_tested_beside_the_customers(story: Story) -> None:
    code, number = await company(story), fresh()
    account = await customer(story, "100", code)
    await story.group(number, "SEK", None, (code, account))
    await story.limit(code, {"creditGroup": number}, "100", "SEK", **{"from": "2026-01-01"}, until="2026-11-01")
    assert await outcomes(story, code, account, "1") == [PASSED]
    await story.rule(code, "CREDIT_LIMIT_EXPIRED", days=5)
    assert reasons(await story.check(code, account, "1")) == ["CREDIT_LIMIT_EXPIRED"]


async def test_ac_52_a_rule_that_warns_lets_the_order_go_on_and_says_what_is_watched(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "CREDIT_LIMIT_USED", type="WARN", percent="90")
    account = await customer(story, "1000", code)
    amounts = ("900", "900.01", "1000", "1000.01")
    assert await outcomes(story, code, account, *amounts) == [PASSED, WARNED, WARNED, HELD]
    assert reasons(await story.check(code, account, "900.01")) == ["CREDIT_LIMIT_USED"]


async def test_ac_58_much_overdue_is_not_held_while_enough_of_the_limit_is_free(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "OVERDUE_AMOUNT", amount=money("500", "SEK"), percent="80")
    account = await customer(story, "10000", code)
    await story.invoice(code, account, fresh(), "600", (TODAY - timedelta(days=1)).isoformat())
    assert await outcomes(story, code, account, "6400", "7400", "7400.01") == [PASSED, PASSED, HELD]


async def test_ac_65_above_eighty_percent_there_is_an_early_warning(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "EARLY_WARNING", type="WARN", percent="80")
    account = await customer(story, "2000", code)
    found = [await story.check(code, account, amount) for amount in ("1600", "1600.01")]
    assert [(one["outcome"], reasons(one)) for one in found] == [(PASSED, []), (WARNED, ["EARLY_WARNING"])]


async def test_d365_2_3_an_overdue_member_is_held_once_much_of_the_groups_limit_is_used(story: Story) -> None:
    code, number = await company(story), fresh()
    late, other = await customer(story, None, code), await customer(story, None, code)
    await story.group(number, "SEK", "10000", (code, late), (code, other))
    await story.rule(code, "OVERDUE_AMOUNT", amount=money("3000", "SEK"), percent="70")
    await story.invoice(code, late, fresh(), "4000", (TODAY - timedelta(days=1)).isoformat())
    assert await outcomes(story, code, late, "2000", "4000") == [PASSED, HELD]
    assert reasons(await story.check(code, late, "4000")) == ["OVERDUE_AMOUNT"]
    assert await outcomes(story, code, other, "6000") == [PASSED], "nothing of its own is overdue"


async def test_d365_2_6_an_exclusion_of_payment_terms_lifts_no_block_by_an_expired_limit(story: Story) -> None:
    code, long = await company(story), fresh()[:10]
    terms = await story.name("PaymentTerms", long, days=120)
    await story.rule(code, "PAYMENT_TERMS", paymentTerms=terms)
    await story.rule(code, "CREDIT_LIMIT_EXPIRED", days=5)
    account = await customer(story, None, code, paymentTerms=long)
    await story.own_limit(code, account, "100", **{"from": "2026-01-01"}, until="2026-11-01")
    assert reasons(await story.check(code, account, "1")) == ["CREDIT_LIMIT_EXPIRED", "PAYMENT_TERMS"]
    await excluded(story, code, "PAYMENT_TERMS", one(code, account), paymentTerms=terms)
    assert reasons(await story.check(code, account, "1")) == ["CREDIT_LIMIT_EXPIRED"]


async def test_d365_2_7_an_overdue_amount_and_a_share_of_the_limit_must_both_be_exceeded(story: Story) -> None:
    code = await company(story)
    await story.rule(code, "OVERDUE_AMOUNT", amount=money("3000", "SEK"), percent="70")
    account = await customer(story, "10000", code)
    for _ in range(2):
        await story.invoice(code, account, fresh(), "1500", (TODAY - timedelta(days=9)).isoformat())
    await story.invoice(code, account, fresh(), "1000", (TODAY + timedelta(days=9)).isoformat())
    assert await outcomes(story, code, account, "6000") == [PASSED], "3,000 is not more than 3,000"
    await story.invoice(code, account, fresh(), "0.01", (TODAY - timedelta(days=1)).isoformat())
    assert await outcomes(story, code, account, "2999.99", "3000") == [PASSED, HELD]
