"""Acceptance cases: what counts in an exposure, and once. docs/acceptance.md compares each with its system."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.acceptance.orders import (
    billed,
    bills,
    came_back,
    cancelled,
    cancelled_billing,
    changed,
    closed_line,
    codes,
    company,
    customer,
    delivered,
    figures,
    hold,
    ordered,
    outcomes,
    reasons,
    released,
    reopened,
    reversed_item,
)
from tests.acceptance.story import ERRORS, POST_ITEMS, SUBMIT, Story, fresh, money
from tests.schema.world import TODAY

LATER = "2026-12-31"
NOTHING = "0.00"
SETTLE = f"""mutation($input: SettleInput!) {{ settle(input: $input) {{ {ERRORS} }} }}"""


async def test_ac_19_an_order_without_room_waits_and_takes_none_until_the_limit_is_raised(story: Story) -> None:
    account = await customer(story, "100")
    await story.invoice("SE01", account, fresh(), "100", LATER)
    held = await story.submit("SE01", account, fresh(), "50")
    assert (held["decision"]["outcome"], await figures(story, "SE01", account, "total")) == ("HELD", ["100.00"])
    await story.own_limit("SE01", account, "200")
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"
    await released(story, held)
    assert await figures(story, "SE01", account, "total") == ["150.00"]


async def test_ac_21_invoicing_a_part_of_an_order_changes_no_total(story: Story) -> None:
    account = await customer(story, "200")
    await story.invoice("SE01", account, fresh(), "100", LATER)
    order = await ordered(story, "SE01", account, "50")
    await story.invoice("SE01", account, fresh(), "25", LATER, bills=bills(order, money("25", "SEK")))
    found = await figures(story, "SE01", account, "receivables", "openOrders", "total")
    assert found == ["125.00", "25.00", "150.00"]


async def billed_550(story: Story, limit: str) -> tuple[str, str, str]:
    """A customer with 550 billed and not in the ledger yet; account, order, billing document."""
    account = await customer(story, "600")
    order = await ordered(story, "SE01", account, "550")
    document = await billed(story, "SE01", order, "550")
    await story.own_limit("SE01", account, limit)
    return account, order, document


async def test_ac_22_a_billing_document_counts_until_the_ledger_has_it(story: Story) -> None:
    account, order, document = await billed_550(story, "600")
    assert await figures(story, "SE01", account, "openBilling", "receivables", "total") == ["550.00", NOTHING, "550.00"]
    line = bills(order, money("550", "SEK"), document)
    await story.invoice("SE01", account, fresh(), "550", "2026-11-22", bills=line)
    found = await figures(story, "SE01", account, "openBilling", "receivables", "overdue", "total")
    assert found == [NOTHING, "550.00", "550.00", "550.00"]


async def test_ac_23_the_total_is_compared_with_the_limit(story: Story) -> None:
    above, below = await billed_550(story, "100"), await billed_550(story, "1100")
    assert await outcomes(story, "SE01", above[0], "0.01") == ["HELD"]
    assert await outcomes(story, "SE01", below[0], "550", "550.01") == ["PASSED", "HELD"]


async def test_ac_25_an_invoice_beyond_the_limit_is_posted_and_the_next_order_is_held(story: Story) -> None:
    account = await customer(story, "900")
    await story.invoice("SE01", account, fresh(), "550", "2026-11-01")
    await story.invoice("SE01", account, fresh(), "550", LATER)
    assert (await story.credit("SE01", account))["available"] == money("-200.00", "SEK")
    assert await outcomes(story, "SE01", account, "1") == ["HELD"]


async def test_ac_27_one_customer_beyond_its_limit_never_stops_a_batch_of_invoices(story: Story) -> None:
    over, other = await customer(story, "1"), await customer(story, "1000")
    row = {"company": "SE01", "amount": money("500", "SEK"), "documentDate": TODAY.isoformat(), "dueDate": LATER}
    batch = [row | {"account": account, "number": fresh()} for account in (over, other)]
    posted = await story.tell(POST_ITEMS, {"items": batch, "idempotencyKey": fresh()}, "INTEGRATION")
    assert len(posted["openItems"]) == 2
    for account in (over, other):
        assert await figures(story, "SE01", account, "receivables") == ["500.00"]


async def test_ac_29_a_second_order_beyond_the_limit_counts_once_it_is_released(story: Story) -> None:
    account = await customer(story, "100")
    await ordered(story, "SE01", account, "100")
    held = await story.submit("SE01", account, fresh(), "100")
    assert reasons(held["decision"]) == ["CREDIT_LIMIT_EXCEEDED"]
    assert await figures(story, "SE01", account, "openOrders", "heldOrders") == ["100.00", "100.00"]
    await released(story, held)
    assert await figures(story, "SE01", account, "openOrders", "heldOrders") == ["200.00", NOTHING]


async def test_ac_30_an_amount_moves_from_order_to_bill_to_item_and_back(story: Story) -> None:
    account = await customer(story, "100")
    order, invoice = await ordered(story, "SE01", account, "100"), fresh()
    way = ("openOrders", "openBilling", "receivables")
    assert await figures(story, "SE01", account, *way) == ["100.00", NOTHING, NOTHING]
    document = await billed(story, "SE01", order, "100")
    assert await figures(story, "SE01", account, *way) == [NOTHING, "100.00", NOTHING]
    await story.invoice("SE01", account, invoice, "100", LATER, bills=bills(order, money("100", "SEK"), document))
    assert await figures(story, "SE01", account, *way) == [NOTHING, NOTHING, "100.00"]
    note = fresh()
    await story.invoice("SE01", account, note, "100", LATER, kind="CREDIT_NOTE")
    named = {"openItem": {"number": {"company": "SE01", "number": invoice}}, "idempotencyKey": fresh()}
    await story.tell(SETTLE, named | {"creditNote": {"number": {"company": "SE01", "number": note}}}, "INTEGRATION")
    assert await figures(story, "SE01", account, *way) == [NOTHING, NOTHING, NOTHING]
    anew = await billed(story, "SE01", order, "100", consumes=money("0", "SEK"))
    assert await figures(story, "SE01", account, *way) == [NOTHING, "100.00", NOTHING]
    await cancelled_billing(story, "SE01", order, anew)
    assert await figures(story, "SE01", account, *way, "total") == [NOTHING] * 4, "nothing of it was to come"


async def test_ac_30_a_draft_that_is_deleted_is_an_order_again(story: Story) -> None:
    account = await customer(story, "100")
    order, invoice = await ordered(story, "SE01", account, "100"), fresh()
    document = await billed(story, "SE01", order, "100")
    await story.invoice("SE01", account, invoice, "100", LATER, bills=bills(order, money("100", "SEK"), document))
    await reversed_item(story, "SE01", invoice)
    await cancelled_billing(story, "SE01", order, document)
    assert await way_of(story, account) == {"openOrders": "100.00", "total": "100.00"}


async def test_ac_31_an_order_of_nothing_takes_nothing(story: Story) -> None:
    account = await customer(story, "100")
    order = await ordered(story, "SE01", account, "100")
    await changed(story, "SE01", account, order, "0")
    assert await figures(story, "SE01", account, "openOrders", "total") == [NOTHING, NOTHING]


async def test_ac_35_a_first_invoice_of_half_the_order_takes_the_place_of_half_of_it(story: Story) -> None:
    account = await customer(story, "1000")
    order = await ordered(story, "SE01", account, "1000")
    await story.invoice("SE01", account, fresh(), "500", LATER, bills=bills(order, money("500", "SEK")))
    found = await figures(story, "SE01", account, "openOrders", "receivables", "total")
    assert found == ["500.00", "500.00", "1000.00"]
    assert (await story.credit("SE01", account))["available"] == money("0.00", "SEK")


@pytest.mark.parametrize("kind", ["DOWN_PAYMENT", "CREDIT_NOTE"])
async def test_ac_35_what_lowers_the_debt_stands_beside_the_order_and_bills_none_of_it(story: Story, kind: str) -> None:
    account = await customer(story, "1000")
    order = await ordered(story, "SE01", account, "1000")
    row = {"company": "SE01", "account": account, "number": fresh(), "kind": kind, "amount": money("500", "SEK")}
    row |= {"documentDate": "2026-11-23", "dueDate": LATER}
    billing = {"items": [row | {"bills": bills(order, money("500", "SEK"))}], "idempotencyKey": fresh()}
    assert await codes(story, POST_ITEMS, billing, "INTEGRATION") == ["INVALID_VALUE"]
    assert await figures(story, "SE01", account, "openOrders", "total") == ["1000.00", "1000.00"]
    await story.tell(POST_ITEMS, {"items": [row], "idempotencyKey": fresh()}, "INTEGRATION")
    assert await figures(story, "SE01", account, "openOrders", "total") == ["1000.00", "500.00"]


async def test_ac_38_an_invoice_of_something_else_stands_beside_the_order(story: Story) -> None:
    account, invoice = await customer(story, "1000"), fresh()
    await ordered(story, "SE01", account, "1000")
    await story.invoice("SE01", account, invoice, "100", LATER)
    assert (await story.credit("SE01", account))["available"] == money("-100.00", "SEK")
    await reversed_item(story, "SE01", invoice)
    await story.invoice("SE01", account, fresh(), "2000", LATER)
    assert await figures(story, "SE01", account, "receivables", "openOrders", "total") == [
        "2000.00",
        "1000.00",
        "3000.00",
    ]


async def test_ac_40_a_credit_note_gives_room(story: Story) -> None:
    account = await customer(story, "100")
    await story.invoice("SE01", account, fresh(), "150", LATER, kind="CREDIT_NOTE")
    credit = await story.credit("SE01", account)
    assert (credit["exposure"]["total"], credit["available"]) == (money("-150.00", "SEK"), money("250.00", "SEK"))
    assert await outcomes(story, "SE01", account, "250", "250.01") == ["PASSED", "HELD"]


async def test_ac_40_goods_that_came_back_give_room_before_their_credit_note(story: Story) -> None:
    account, invoice = await customer(story, "1000"), fresh()
    order = await ordered(story, "SE01", account, "150")
    await delivered(story, "SE01", order, "150")
    await story.invoice("SE01", account, invoice, "150", LATER, bills=bills(order, money("150", "SEK")))
    await story.payment("SE01", account, fresh(), "150", [invoice])
    await story.own_limit("SE01", account, "100")
    await came_back(story, "SE01", order, "150")
    credit = await story.credit("SE01", account)
    assert (credit["exposure"]["total"], credit["available"]) == (money("-150.00", "SEK"), money("250.00", "SEK"))
    assert await outcomes(story, "SE01", account, "250", "250.01") == ["PASSED", "HELD"]


async def test_ac_42_goods_count_once_on_their_way_from_order_to_payment(story: Story) -> None:
    account, invoice = await customer(story, "1000"), fresh()
    order = await ordered(story, "SE01", account, "600")
    await delivered(story, "SE01", order, "600")
    assert await way_of(story, account) == {"openDeliveries": "600.00", "total": "600.00"}
    document = await billed(story, "SE01", order, "600")
    assert await way_of(story, account) == {"openBilling": "600.00", "total": "600.00"}
    await story.invoice("SE01", account, invoice, "600", LATER, bills=bills(order, money("600", "SEK"), document))
    assert await way_of(story, account) == {"receivables": "600.00", "total": "600.00"}
    await story.payment("SE01", account, fresh(), "600", [invoice])
    assert await way_of(story, account) == {}


async def way_of(story: Story, account: str) -> dict[str, str]:
    """Where the customer's amounts stand; what is nothing is left out."""
    names = ("openOrders", "openDeliveries", "openBilling", "receivables", "unappliedPayments", "total")
    found = zip(names, await figures(story, "SE01", account, *names), strict=True)
    return {name: amount for name, amount in found if amount != NOTHING}


async def test_ac_42_a_delivery_that_is_invoiced_without_a_billing_document_counts_once(story: Story) -> None:
    account = await customer(story, "1000")
    order = await ordered(story, "SE01", account, "600")
    await delivered(story, "SE01", order, "600")
    await story.invoice("SE01", account, fresh(), "600", LATER, bills=bills(order, money("600", "SEK")))
    assert await way_of(story, account) == {"receivables": "600.00", "total": "600.00"}


async def test_ac_45_at_the_delivery_the_order_is_not_counted_a_second_time(story: Story) -> None:
    account = await customer(story, "100")
    order = await ordered(story, "SE01", account, "60")
    payload = await story.submit("SE01", account, order, "60", checkpoint="PACKING_SLIP")
    assert (payload["decision"]["outcome"], payload["decision"]["tests"][0]["exposure"]["amount"]) == (
        "PASSED",
        NOTHING,
    )
    await delivered(story, "SE01", order, "60")
    assert await figures(story, "SE01", account, "total") == ["60.00"]


async def test_ac_47_a_cancelled_order_cannot_come_back_into_room_that_is_taken(story: Story) -> None:
    account = await customer(story, "100")
    first = await ordered(story, "SE01", account, "100")
    await cancelled(story, "SE01", first)
    await ordered(story, "SE01", account, "100")
    again = {"company": "SE01", "account": account, "number": first, "amount": money("100", "SEK")}
    assert await codes(story, SUBMIT, again | {"idempotencyKey": fresh()}, "INTEGRATION") == ["WRONG_STATUS"]
    assert await figures(story, "SE01", account, "openOrders") == ["100.00"]


async def test_ac_47_a_closed_order_cannot_come_back_into_room_that_is_taken(story: Story) -> None:
    account = await customer(story, "100")
    first = await ordered(story, "SE01", account, "100")
    assert await closed_line(story, "SE01", first) == "CLOSED"
    second = await ordered(story, "SE01", account, "100")
    assert await reopened(story, "SE01", first) == "HELD"
    assert await figures(story, "SE01", account, "openOrders", "heldOrders") == ["100.00", "100.00"]
    assert await closed_line(story, "SE01", second) == "CLOSED"
    assert await figures(story, "SE01", account, "openOrders", "heldOrders") == [NOTHING, "100.00"]


async def test_ac_48_where_orders_do_not_count_the_ledger_alone_fills_the_limit(story: Story) -> None:
    code = await company(story, creditLimitType="BALANCE_AND_DELIVERIES")
    account = await customer(story, "1000", code)
    await ordered(story, code, account, "1000")
    await story.invoice(code, account, fresh(), "1000", LATER)
    credit = await story.credit(code, account)
    assert (credit["exposure"]["total"], credit["available"]) == (money("1000.00", "SEK"), money("0.00", "SEK"))


async def test_ac_50_the_payers_limit_is_used_whoever_orders(story: Story) -> None:
    small, large = await customer(story, "100"), await customer(story, "1000")
    of_small = await customer(story, "100", payer=large)
    of_large = await customer(story, "1000", payer=small)
    assert await outcomes(story, "SE01", of_small, "300") == ["PASSED"]
    assert await outcomes(story, "SE01", of_large, "300") == ["HELD"]
    await ordered(story, "SE01", of_small, "800")
    assert await outcomes(story, "SE01", large, "200", "200.01") == ["PASSED", "HELD"]


async def test_ac_53_an_order_larger_than_what_is_left_is_held(story: Story) -> None:
    account = await customer(story, "50000")
    await story.invoice("SE01", account, fresh(), "48000", LATER)
    held = await story.check("SE01", account, "5000")
    assert {way["kind"]: way["amount"]["amount"] for way in held["unblock"]} == {
        "PAY": "3000.00",
        "LESS": "2000.00",
        "RAISE": "53000.00",
    }


async def test_ac_55_orders_beyond_the_horizon_do_not_count(story: Story) -> None:
    code = await company(story)
    account = await customer(story, "1600", code)
    soon, late = (TODAY + timedelta(days=5)).isoformat(), (TODAY + timedelta(days=20)).isoformat()
    await story.invoice(code, account, fresh(), "500", LATER)
    await ordered(story, code, account, "400", shipDate=soon)
    await ordered(story, code, account, "700", shipDate=late)
    await story.own_limit(code, account, "1000")
    assert (await figures(story, code, account, "total"), await outcomes(story, code, account, "1")) == (
        ["1600.00"],
        ["HELD"],
    )
    await story.parameters(code, orderHorizonDays=10)
    assert await figures(story, code, account, "total") == ["900.00"]
    assert await outcomes(story, code, account, "100", "100.01") == ["PASSED", "HELD"]
