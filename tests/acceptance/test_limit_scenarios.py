"""What limits come to, told through the API: the documented D365 scenarios and acceptance cases, by their numbers."""

from __future__ import annotations

import pytest

from tests.acceptance.story import Story, fresh, money

ONE = "1"


EXACTLY = ("PASSED", "HELD")
"""What becomes of an order that uses the room up, and of one that comes to a minor unit more."""


async def at_and_above(story: Story, account: str, amount: str) -> tuple[str, str]:
    """The outcomes of an order of this amount and of one minor unit more."""
    above = f"{int(amount)}.01"
    first, second = [await story.check("SE01", account, asked) for asked in (amount, above)]
    return first["outcome"], second["outcome"]


@pytest.mark.parametrize(
    ("own", "passes"),
    [
        pytest.param("10000", "10000", id="AC-01"),
        pytest.param("20000", "15000", id="AC-02"),
        pytest.param(None, "15000", id="AC-05: the group alone decides"),
    ],
)
async def test_the_smaller_of_group_and_customer_decides(story: Story, own: str | None, passes: str) -> None:
    account = fresh()
    await story.customer("SE01", account)
    await story.group(fresh(), "SEK", "15000", ("SE01", account))
    if own is not None:
        await story.own_limit("SE01", account, own)
    assert await at_and_above(story, account, passes) == EXACTLY


async def test_a_mandatory_limit_that_is_not_set_is_no_credit_even_in_a_group(story: Story) -> None:
    account = fresh()
    await story.customer("SE01", account, mandatoryCreditLimit=True)
    await story.group(fresh(), "SEK", "15000", ("SE01", account))
    check = await story.check("SE01", account, "1")
    assert [reason["code"] for reason in check["reasons"]] == ["CREDIT_LIMIT_EXCEEDED"]


async def test_unlimited_credit_skips_both_limits_and_uses_the_groups_room_all_the_same(story: Story) -> None:
    free, bound = fresh(), fresh()
    await story.customer("SE01", free, unlimitedCredit=True)
    await story.customer("SE01", bound)
    await story.group(fresh(), "SEK", "15000", ("SE01", free), ("SE01", bound))
    assert (await story.submit("SE01", free, fresh(), "20000"))["decision"]["outcome"] == "PASSED", "AC-04"
    check = await story.check("SE01", bound, "1")
    assert [reason["code"] for reason in check["reasons"]] == ["GROUP_LIMIT_EXCEEDED"]


@pytest.mark.parametrize(("flagged", "total"), [(False, "125000.00"), (True, "75000.00")])
async def test_insurance_is_added_to_the_limit_or_taken_off_when_flagged(
    story: Story, flagged: bool, total: str
) -> None:
    account = fresh()
    await story.customer("SE01", account)
    await story.own_limit("SE01", account, "100000")
    await story.insured("SE01", account, "50000", "50", flagged=flagged)
    credit = await story.credit("SE01", account)
    assert credit["limit"]["total"] == money(total, "SEK"), "AC-06, decision 4"
    assert await at_and_above(story, account, total.removesuffix(".00")) == EXACTLY


async def test_members_in_two_companies_and_currencies_share_one_room(story: Story) -> None:
    """Dynamics 2.3, own numbers: 845,000 of 1,000,000 used; 15,000 EUR does not fit, 13,000 EUR does."""
    swede, finn, number = fresh(), fresh(), fresh()
    await story.customer("SE01", swede)
    await story.customer("FI01", finn)
    await story.group(number, "SEK", "1000000", ("SE01", swede), ("FI01", finn))
    await story.own_limit("FI01", finn, "100000")
    await story.invoice("SE01", swede, fresh(), "400000", "2026-12-31")
    await story.submit("SE01", swede, fresh(), "100000")
    await story.invoice("FI01", finn, fresh(), "30000", "2026-12-31")
    held = await story.check("FI01", finn, "15000")
    assert [reason["code"] for reason in held["reasons"]] == ["GROUP_LIMIT_EXCEEDED"]
    assert held["tests"][0]["exposure"] == money("845000.00", "SEK")
    assert held["tests"][0]["amount"] == money("172500.00", "SEK")
    assert held["tests"][1]["available"] == money("70000.00", "EUR")
    assert (await story.check("FI01", finn, "13000"))["outcome"] == "PASSED"


async def test_zero_is_an_amount_and_unset_is_no_credit_outside_a_group(story: Story) -> None:
    zero, unset = fresh(), fresh()
    await story.customer("SE01", zero)
    await story.customer("SE01", unset)
    await story.own_limit("SE01", zero, "0")
    assert (await story.check("SE01", zero, ONE))["outcome"] == "HELD"
    assert (await story.check("SE01", unset, ONE))["outcome"] == "HELD"
    await story.parameters("SE01", unsetLimitMeansUnlimited=True)
    assert (await story.check("SE01", unset, ONE))["outcome"] == "PASSED"
    assert (await story.check("SE01", zero, ONE))["outcome"] == "HELD"
    await story.parameters("SE01", unsetLimitMeansUnlimited=False)


async def test_a_temporary_limit_holds_on_both_of_its_days(story: Story) -> None:
    """Dynamics 2.1a: the normal limit before and after, the temporary one in between, insurance added to either."""
    account = fresh()
    await story.customer("SE01", account)
    await story.own_limit("SE01", account, "100000", **{"from": "2026-01-01"})
    await story.own_limit("SE01", account, "150000", kind="TEMPORARY", **{"from": "2026-03-01"}, until="2026-03-31")
    await story.insured("SE01", account, "50000", "50")
    expected = {"2026-02-28": "125000", "2026-03-01": "175000", "2026-03-31": "175000", "2026-04-01": "125000"}
    for day, total in expected.items():
        credit = await story.credit("SE01", account, asOf=day)
        assert credit["limit"]["total"] == money(f"{total}.00", "SEK"), day


async def test_equal_passes_and_a_minor_unit_more_is_held(story: Story) -> None:
    """AC-17, AC-53: strictly above blocks."""
    account = fresh()
    await story.customer("SE01", account)
    await story.own_limit("SE01", account, "50000")
    await story.invoice("SE01", account, fresh(), "48000", "2026-12-31")
    assert (await story.check("SE01", account, "5000"))["outcome"] == "HELD"
    assert await at_and_above(story, account, "2000") == EXACTLY


async def test_an_order_is_counted_once_on_its_way_to_an_open_item(story: Story) -> None:
    """AC-21, AC-42, AC-45: order, delivery, billing and invoice of the same goods are one amount."""
    account, number = fresh(), fresh()
    await story.customer("SE01", account)
    await story.own_limit("SE01", account, "1000")
    await story.submit("SE01", account, number, "600")
    order = {"number": {"company": "SE01", "number": number}}
    line = {"lineNumber": 1, "amount": money("600", "SEK")}
    for mutation, document in (("recordDelivery", "PS-1"), ("recordBilling", "B-1")):
        query = f"""mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{
          {mutation}(input: $input) {{ salesOrder {{ status }} errors {{ code message }} }} }}"""
        given = {"salesOrder": order, "number": f"{document}-{number}", "lines": [line], "idempotencyKey": fresh()}
        await story.tell(query, given, "INTEGRATION")
        assert (await story.credit("SE01", account))["exposure"]["total"] == money("600.00", "SEK"), mutation
    bills = [{"salesOrder": number, "lineNumber": 1, "amount": money("600", "SEK"), "billing": f"B-1-{number}"}]
    await story.invoice("SE01", account, f"I-{number}", "600", "2026-12-31", bills=bills)
    exposure = (await story.credit("SE01", account))["exposure"]
    assert (exposure["total"], exposure["receivables"]) == (money("600.00", "SEK"), money("600.00", "SEK"))
    await story.payment("SE01", account, f"P-{number}", "600", [f"I-{number}"])
    assert (await story.credit("SE01", account))["exposure"]["total"] == money("0.00", "SEK")


async def test_who_pays_is_who_is_checked(story: Story) -> None:
    """AC-50: an order of A billed to B uses B's limit."""
    buyer, payer = fresh(), fresh()
    await story.customer("SE01", payer)
    await story.customer("SE01", buyer, payer=payer)
    await story.own_limit("SE01", payer, "1000")
    check = await story.check("SE01", buyer, "300")
    assert check["outcome"] == "PASSED"
    assert check["tests"][0]["limit"] == money("1000.00", "SEK")
    await story.submit("SE01", buyer, fresh(), "800")
    assert (await story.check("SE01", payer, "300"))["outcome"] == "HELD"


async def test_a_hold_is_looked_at_again_when_a_limit_is_raised_or_something_is_paid(story: Story) -> None:
    """AC-63, decision 21: nobody has to ask."""
    account = fresh()
    await story.customer("SE01", account)
    await story.own_limit("SE01", account, "1000")
    invoice = fresh()
    await story.invoice("SE01", account, invoice, "600", "2026-12-31")
    raised = await story.submit("SE01", account, fresh(), "500")
    paid = await story.submit("SE01", account, fresh(), "900")
    assert {raised["creditHold"]["status"], paid["creditHold"]["status"]} == {"OPEN"}
    await story.own_limit("SE01", account, "1200")
    assert await hold_status(story, raised) == "READY_TO_RELEASE"
    assert await hold_status(story, paid) == "OPEN"
    await story.payment("SE01", account, fresh(), "600", [invoice])
    assert await hold_status(story, paid) == "READY_TO_RELEASE"


async def hold_status(story: Story, submitted: dict[str, dict[str, str]]) -> str:
    """Where a hold stands now."""
    query = "query($id: ID!) { node(id: $id) { ... on CreditHold { status } } }"
    answer = await story.ask(query, {"id": submitted["creditHold"]["id"]}, as_="CREDIT_CLERK")
    found: str = answer.data["node"]["status"]
    return found
