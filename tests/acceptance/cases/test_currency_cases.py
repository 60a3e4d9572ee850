"""Acceptance cases: several currencies and companies. docs/acceptance.md compares each with its system."""

from __future__ import annotations

from tests.acceptance.orders import bills, customer, figures, ordered, outcomes, reasons, released
from tests.acceptance.story import CREDIT, INSURE, Story, fresh, money

LATER = "2026-12-31"


async def test_ac_33_an_order_in_another_currency_is_compared_at_the_rate(story: Story) -> None:
    await story.rate("EUR", "PLN", "4.25")
    account = await customer(story, "100", "FI01")
    check = await story.check("FI01", account, "101", currency="PLN")
    assert (check["outcome"], check["tests"][0]["amount"]) == ("PASSED", money("23.76", "EUR"))
    assert await outcomes(story, "FI01", account, "425", "425.03", currency="PLN") == ["PASSED", "HELD"]


async def test_ac_34_each_company_has_its_own_figures_whoever_asks(story: Story) -> None:
    party, account = fresh(), fresh()
    for code in ("SE01", "FI01"):
        await story.customer(code, account, party=party)
        await story.own_limit(code, account, "1000")
    await ordered(story, "FI01", account, "1000")
    for code, expected in (("SE01", "0.00"), ("FI01", "1000.00")):
        key = {"number": {"company": code, "account": account}}
        for granted in ([code], ["SE01", "FI01"], ["*"]):
            answer = await story.ask(CREDIT, {"key": key}, as_="VIEWER", companies=granted)
            assert answer.data["customer"]["credit"]["exposure"]["openOrders"]["amount"] == expected, granted


async def test_ac_37_orders_in_another_currency_go_on_as_items_in_it(story: Story) -> None:
    await story.rate("EUR", "USD", "2")
    account, number = await customer(story, "50", "FI01"), fresh()
    first = await story.check("FI01", account, "45", currency="USD")
    assert (first["outcome"], first["tests"][0]["amount"]) == ("PASSED", money("22.50", "EUR"))
    held = await story.submit("FI01", account, number, "110", currency="USD")
    assert (held["decision"]["outcome"], held["decision"]["tests"][0]["amount"]) == ("HELD", money("55.00", "EUR"))
    await released(story, held)
    assert await figures(story, "FI01", account, "openOrders") == ["55.00"]
    line = bills(number, money("110", "USD"))
    await story.invoice("FI01", account, fresh(), "110", LATER, currency="USD", bills=line)
    assert await figures(story, "FI01", account, "receivables", "openOrders") == ["55.00", "0.00"]


async def test_d365_2_1b_a_policy_in_another_currency_is_converted_and_an_expired_one_adds_nothing(
    story: Story,
) -> None:
    account = await customer(story, "500000")
    for value, until in (("20000", None), ("90000", "2026-11-22")):
        given = {
            "customer": {"number": {"company": "SE01", "account": account}},
            "provider": "Insurer",
            "number": fresh(),
            "value": money(value, "EUR"),
            "percent": "80",
            "from": "2020-01-01",
            "until": until,
            "idempotencyKey": fresh(),
        }
        await story.tell(INSURE, given, "CREDIT_MANAGER")
    limit = (await story.credit("SE01", account))["limit"]
    assert (limit["insuranceAndGuarantees"], limit["total"]) == (money("184000.00", "SEK"), money("684000.00", "SEK"))


async def test_d365_2_3_members_in_two_companies_and_currencies_share_one_room(story: Story) -> None:
    swede, finn, number = await customer(story), await customer(story, "100000", "FI01"), fresh()
    await story.group(number, "SEK", None, ("SE01", swede), ("FI01", finn))
    await story.limit("SE01", {"creditGroup": number}, "1000000", "SEK", until=LATER)
    await story.invoice("SE01", swede, fresh(), "400000", LATER)
    await ordered(story, "SE01", swede, "100000")
    await story.invoice("FI01", finn, fresh(), "30000", LATER)
    held = await story.check("FI01", finn, "15000")
    group, own = held["tests"]
    assert (reasons(held), group["exposure"], group["amount"]) == (
        ["GROUP_LIMIT_EXCEEDED"],
        money("845000.00", "SEK"),
        money("172500.00", "SEK"),
    )
    assert (own["passed"], own["available"]) == (True, money("70000.00", "EUR"))
    fits = await story.check("FI01", finn, "13000")
    assert (fits["outcome"], fits["tests"][0]["amount"]) == ("PASSED", money("149500.00", "SEK"))


async def test_d365_2_4_a_decision_keeps_the_rate_and_its_day(story: Story) -> None:
    account = await customer(story, "100000")
    decision = (await story.submit("SE01", account, fresh(), "1000", currency="EUR"))["decision"]
    assert decision["tests"][0]["rates"] == [{"from": "EUR", "to": "SEK", "rate": "11.5", "date": "2026-11-23"}]
    assert decision["tests"][0]["amount"] == money("11500.00", "SEK")
