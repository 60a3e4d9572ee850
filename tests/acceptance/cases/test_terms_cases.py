"""Dynamics 365 1.1 and 2.7: better payment terms or a better cash discount than the customer usually has hold an order.

And SAP's critical fields: an order that is to be paid for otherwise is checked again.
"""

from __future__ import annotations

from typing import Any

from tests.acceptance.orders import changed, company, customer, fresh, hold, reasons, released
from tests.acceptance.story import Story

ORDER = """query($id: ID!) { node(id: $id) { ... on SalesOrder {
  status paymentTerms { code rank } cashDiscount { code rank }
  timeline { nodes { kind changes { field before after } } } } } }"""


async def named(story: Story, kind: str, *ranks: int | None) -> list[str]:
    """Payment terms or cash discounts of these ranks; their codes."""
    found = []
    for rank in ranks:
        found.append(fresh()[:10])
        await story.name(kind, found[-1], rank=rank)
    return found


async def minding(story: Story) -> str:
    """A company that compares both; its code."""
    return await company(story, checkPaymentTermsIncrease=True, checkCashDiscountIncrease=True)


async def outcomes(story: Story, here: str, account: str, **conditions: str) -> list[str]:
    """The reasons of an order of 1."""
    return reasons(await story.check(here, account, "1", **conditions))


async def test_d365_2_7_only_payment_terms_of_a_higher_rank_than_the_customers_hold(story: Story) -> None:
    here = await minding(story)
    shorter, usual, same, longer = await named(story, "PaymentTerms", 1, 2, 2, 3)
    account = await customer(story, "1000", here, paymentTerms=usual)
    held = await story.submit(here, account, "ABOVE", "100", paymentTerms=longer)
    assert (held["decision"]["outcome"], reasons(held["decision"])) == ("HELD", ["PAYMENT_TERMS_RANK"])
    assert held["decision"]["explanation"] == (
        f"The payment terms {longer} of the order rank above {usual}, which its payer usually has."
    )
    assert held["decision"]["unblock"] == []
    for terms in (shorter, usual, same):
        assert await outcomes(story, here, account, paymentTerms=terms) == []
    assert await outcomes(story, here, account) == []


async def test_d365_2_7_only_a_cash_discount_of_a_higher_rank_than_the_customers_holds(story: Story) -> None:
    here = await minding(story)
    usual, higher = await named(story, "CashDiscount", 1, 2)
    account = await customer(story, "1000", here, cashDiscount=usual)
    held = await story.submit(here, account, "ABOVE", "100", cashDiscount=higher)
    assert (held["decision"]["outcome"], reasons(held["decision"])) == ("HELD", ["CASH_DISCOUNT_RANK"])
    assert held["decision"]["explanation"] == (
        f"The cash discount {higher} of the order ranks above {usual}, which its payer usually has."
    )
    assert await outcomes(story, here, account, cashDiscount=usual) == []
    without = await customer(story, "1000", here)
    assert await outcomes(story, here, without, cashDiscount=usual) == ["CASH_DISCOUNT_RANK"]


async def test_d365_2_7_ranks_are_compared_only_where_the_company_says_so_and_none_is_0(story: Story) -> None:
    here = await company(story)
    unranked, ranked = await named(story, "PaymentTerms", None, 1)
    account = await customer(story, "1000", here, paymentTerms=unranked)
    assert await outcomes(story, here, account, paymentTerms=ranked) == []
    await story.parameters(here, checkPaymentTermsIncrease=True)
    assert await outcomes(story, here, account, paymentTerms=ranked) == ["PAYMENT_TERMS_RANK"]
    without = await customer(story, "1000", here)
    assert await outcomes(story, here, without, paymentTerms=unranked) == []
    assert await outcomes(story, here, without, paymentTerms=ranked) == ["PAYMENT_TERMS_RANK"]


async def test_d365_2_6_ranks_come_after_the_rules_and_no_exclusion_of_terms_lifts_them(story: Story) -> None:
    here = await minding(story)
    usual, longer = await named(story, "PaymentTerms", 1, 2)
    account = await customer(story, "1000", here, paymentTerms=usual)
    await story.rule(here, "ORDER_AMOUNT", amount={"amount": "0", "currency": "SEK"})
    assert await outcomes(story, here, account, paymentTerms=longer) == ["ORDER_AMOUNT", "PAYMENT_TERMS_RANK"]


async def test_a_hold_by_rank_is_looked_at_again_when_ranks_customers_or_switches_change(story: Story) -> None:
    here = await minding(story)
    (usual, longer), (discount,) = await named(story, "PaymentTerms", 1, 2), await named(story, "CashDiscount", 1)
    account = await customer(story, "1000", here, paymentTerms=usual)
    held = await story.submit(here, account, "BOTH", "100", paymentTerms=longer, cashDiscount=discount)
    assert reasons(held["decision"]) == ["PAYMENT_TERMS_RANK", "CASH_DISCOUNT_RANK"]

    async def active() -> list[str]:
        return [reason["code"] for reason in (await hold(story, held))["reasons"] if reason["active"]]

    await story.name("PaymentTerms", usual, rank=2)
    assert await active() == ["CASH_DISCOUNT_RANK"]
    await story.name("CashDiscount", discount, rank=0)
    assert await active() == []
    await story.name("CashDiscount", discount, rank=1)
    assert await active() == ["CASH_DISCOUNT_RANK"]
    row = {"company": here, "account": account, "party": f"P-{here}-{account}", "name": "Some", "currency": "SEK"}
    await story.customer(**{**row, "cashDiscount": discount})  # type: ignore[arg-type]
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"
    await story.name("PaymentTerms", longer, rank=5)
    assert await active() == ["PAYMENT_TERMS_RANK"]
    await story.parameters(here, checkPaymentTermsIncrease=False)
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_sap_an_order_whose_payment_terms_alone_change_is_checked_again_when_it_is_submitted(
    story: Story,
) -> None:
    here = await minding(story)
    usual, longer = await named(story, "PaymentTerms", 1, 2)
    account = await customer(story, "1000", here, paymentTerms=usual)
    passed = await story.submit(here, account, "SAME", "100")
    assert passed["decision"]["outcome"] == "PASSED"

    held = await story.submit(here, account, "SAME", "100", paymentTerms=longer)
    assert reasons(held["decision"]) == ["PAYMENT_TERMS_RANK"]
    kept = await order(story, passed)
    assert (kept["status"], kept["paymentTerms"]) == ("HELD", {"code": longer, "rank": 2})
    assert [{"field": "payment_terms", "before": None, "after": longer}] in [
        event["changes"] for event in kept["timeline"]["nodes"]
    ]
    again = await story.submit(here, account, "SAME", "100", paymentTerms=usual)
    assert again["decision"]["outcome"] == "PASSED"
    assert (await order(story, passed))["paymentTerms"]["code"] == usual
    assert (await story.submit(here, account, "SAME", "100"))["decision"]["outcome"] == "PASSED"
    assert (await order(story, passed))["paymentTerms"]["code"] == usual, "what is not said stays"


async def test_sap_an_order_whose_payment_terms_alone_change_is_checked_again_when_it_is_sent(story: Story) -> None:
    here = await minding(story)
    await story.parameters(here, releaseWhenReady=True)  # as SAP does; otherwise it waits for a person
    (usual, longer), (discount,) = await named(story, "PaymentTerms", 1, 2), await named(story, "CashDiscount", 1)
    account = await customer(story, "1000", here, paymentTerms=usual)
    for number, conditions in (("TERMS", {"paymentTerms": longer}), ("DISCOUNT", {"cashDiscount": discount})):
        passed = await story.submit(here, account, number, "100")
        sent = await changed(story, here, account, number, "100", **conditions)
        assert [one["status"] for one in sent["salesOrders"]] == ["HELD"], number
        assert (await order(story, passed))["status"] == "HELD"
        sent = await changed(story, here, account, number, "100", paymentTerms=usual)
        assert [one["status"] for one in sent["salesOrders"]] == ["APPROVED"], number
    never = await changed(story, here, account, "ENTERED", "100", paymentTerms=usual)
    never = await changed(story, here, account, "ENTERED", "100", paymentTerms=longer)
    assert [one["status"] for one in never["salesOrders"]] == ["ENTERED"], "what was never submitted waits for it"


async def test_sap_a_release_covers_an_order_only_as_it_was_to_be_paid_for(story: Story) -> None:
    here = await minding(story)
    (usual, longer, longest), (discount,) = (
        await named(story, "PaymentTerms", 1, 2, 3),
        await named(story, "CashDiscount", 1),
    )
    account = await customer(story, "1000", here, paymentTerms=usual)
    held = await story.submit(here, account, "RELEASED", "100", paymentTerms=longer)
    await released(story, held)
    assert (await story.submit(here, account, "RELEASED", "100"))["decision"]["outcome"] == "NOT_CHECKED"
    for conditions in ({"paymentTerms": longest}, {"paymentTerms": longer, "cashDiscount": discount}):
        for _ in range(2):
            again = await story.submit(here, account, "RELEASED", "100", **conditions)
            assert again["decision"]["outcome"] == "HELD", conditions
    what_if = await story.check(here, account, "100", order=key(here, "RELEASED"), cashDiscount=discount)
    assert "CASH_DISCOUNT_RANK" in reasons(what_if)


async def test_unknown_terms_and_discounts_are_refused_and_change_nothing(story: Story) -> None:
    here = await minding(story)
    account = await customer(story, "1000", here)
    passed = await story.submit(here, account, "KNOWN", "100")
    given = {"company": here, "account": account, "number": "KNOWN", "amount": {"amount": "100", "currency": "SEK"}}
    given |= {"paymentTerms": "NEVER", "cashDiscount": "NEVER", "idempotencyKey": fresh()}
    query = (
        "mutation($input: SubmitSalesOrderInput!) { submitSalesOrder(input: $input) { errors { code path message } } }"
    )
    errors = (await story.ask(query, {"input": given}, as_="INTEGRATION")).data["submitSalesOrder"]["errors"]
    assert [(one["code"], one["path"]) for one in errors] == [
        ("NOT_FOUND", ["paymentTerms"]),
        ("NOT_FOUND", ["cashDiscount"]),
    ]
    assert errors[1]["message"] == "Cash discount NEVER is unknown."
    assert (await order(story, passed))["paymentTerms"] is None


async def order(story: Story, submitted: Any) -> Any:
    """An order as it is now."""
    return (await story.ask(ORDER, {"id": submitted["salesOrder"]["id"]}, as_="CREDIT_MANAGER")).data["node"]


def key(company: str, number: str) -> dict[str, Any]:
    """An order by its number."""
    return {"number": {"company": company, "number": number}}
