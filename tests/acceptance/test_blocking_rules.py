"""Every kind of blocking rule, told through the API: what holds an order, what it says, and what lets it go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.acceptance.orders import hold
from tests.acceptance.story import CHECK, SAVE_RULE, Story, fresh, money
from tests.schema.world import TODAY

SET_LEVELS = """mutation($input: SetDunningLevelsInput!) { setDunningLevels(input: $input) {
  openItems { number dunningLevel } errors { code message path } } }"""
UPDATE_ATTRIBUTES = """mutation($input: UpdateCreditAttributesInput!) { updateCreditAttributes(input: $input) {
  customer { nextReviewDate } errors { code message path } } }"""

UPDATE_COLLATERAL = """mutation($input: UpdateCollateralInput!) { updateCollateral(input: $input) {
  collateral { maximumTermsDays } errors { code message path } } }"""


def codes(decision: Any) -> list[str]:
    return [reason["code"] for reason in decision["reasons"]]


async def test_a_reason_names_its_rule_also_when_it_was_looked_at_again(story: Story) -> None:
    await customer_with_room(story, "named")
    rule = await story.rule("SE01", "OVERDUE_DAYS", days=30, **only("named"))
    await story.invoice("SE01", "named", "NAMED-1", "500", day(-31))
    held = await story.submit("SE01", "named", "NAMED-2", "1")
    await story.own_limit("SE01", "named", "200000")
    asked = "query($id: ID!) { node(id: $id) { ... on CreditHold { reasons { code active rule { id days } } } } }"
    answer = await story.ask(asked, {"id": held["creditHold"]["id"]}, as_="CREDIT_CLERK")
    assert answer.data["node"]["reasons"] == [
        {"code": "OVERDUE_DAYS", "active": True, "rule": {"id": rule["blockingRule"]["id"], "days": 30}}
    ]


async def customer_with_room(story: Story, account: str, **more: Any) -> None:
    """A Swedish customer with a limit of 100,000."""
    await story.customer("SE01", account, **more)
    await story.own_limit("SE01", account, "100000")


def only(account: str) -> dict[str, Any]:
    """A rule for one customer of the Swedish company."""
    return {"validFor": "CUSTOMER", "customer": {"number": {"company": "SE01", "account": account}}}


def day(number: int) -> str:
    """So many days from today, back when negative."""
    return (TODAY + timedelta(days=number)).isoformat()


async def test_an_expired_limit_holds_after_the_days_of_a_rule(story: Story) -> None:
    await story.customer("SE01", "expired")
    await story.own_limit("SE01", "expired", "100000", **{"from": day(-30)}, until=day(-15))
    rule = await story.rule("SE01", "CREDIT_LIMIT_EXPIRED", days=15, **only("expired"))
    assert (await story.check("SE01", "expired", "1"))["outcome"] == "PASSED"
    await story.rule("SE01", "CREDIT_LIMIT_EXPIRED", days=14, **only("expired"), id=rule["blockingRule"]["id"])
    held = (await story.submit("SE01", "expired", "E-1", "1"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["CREDIT_LIMIT_EXPIRED"])


async def test_an_order_that_uses_more_of_the_limit_than_a_share_is_held(story: Story) -> None:
    await customer_with_room(story, "used")
    await story.rule("SE01", "CREDIT_LIMIT_USED", percent="90", **only("used"))
    held = (await story.submit("SE01", "used", "U-1", "90000.01"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["CREDIT_LIMIT_USED"])
    assert (await story.submit("SE01", "used", "U-2", "90000"))["decision"]["outcome"] == "PASSED"


async def test_an_item_overdue_for_longer_than_the_days_of_a_rule_holds(story: Story) -> None:
    await customer_with_room(story, "late")
    await story.rule("SE01", "OVERDUE_DAYS", days=30, **only("late"))
    await story.invoice("SE01", "late", "LATE-1", "500", day(-30))
    assert (await story.check("SE01", "late", "1"))["outcome"] == "PASSED"
    await story.invoice("SE01", "late", "LATE-2", "200", day(-31))
    held = (await story.submit("SE01", "late", "O-1", "1"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["OVERDUE_DAYS"])
    assert (held["unblock"][0]["kind"], held["unblock"][0]["amount"]) == ("PAY", money("200.00", "SEK"))


async def test_an_order_of_more_than_an_amount_is_held_and_a_smaller_one_passes(story: Story) -> None:
    await customer_with_room(story, "large")
    await story.rule("SE01", "ORDER_AMOUNT", amount=money("5000", "EUR"), **only("large"))

    held = (await story.submit("SE01", "large", "L-1", "57500.10"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["ORDER_AMOUNT"])
    assert held["explanation"] == "The order comes to SEK\u00a057,500.10; the threshold is €5,000.00."
    assert [(option["kind"], option["amount"]) for option in held["unblock"]] == [("LESS", money("57500.05", "SEK"))]
    assert (await story.submit("SE01", "large", "L-2", "57500.05"))["decision"]["outcome"] == "PASSED"


async def test_a_customer_with_a_certain_account_status_is_held(story: Story) -> None:
    watched = await story.name("AccountStatus", "WATCH")
    await customer_with_room(story, "watched", accountStatus="WATCH")
    await customer_with_room(story, "other")
    rule = await story.rule("SE01", "ACCOUNT_STATUS", accountStatus=watched)

    held = await story.submit("SE01", "watched", "W-1", "100")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["ACCOUNT_STATUS"])
    assert held["decision"]["explanation"] == "The account status of the customer is WATCH."
    assert held["decision"]["unblock"] == []
    assert (await story.submit("SE01", "other", "W-2", "100"))["decision"]["outcome"] == "PASSED"
    await story.rule("SE01", "ACCOUNT_STATUS", accountStatus=watched, active=False, id=rule["blockingRule"]["id"])
    assert (await story.submit("SE01", "watched", "W-1", "100"))["decision"]["outcome"] == "PASSED"


async def test_an_order_with_certain_payment_terms_is_held(story: Story) -> None:
    long = await story.name("PaymentTerms", "N120", days=120)
    await story.name("PaymentTerms", "N30", days=30)
    await customer_with_room(story, "slow", paymentTerms="N120")
    await story.rule("SE01", "PAYMENT_TERMS", paymentTerms=long, **only("slow"))

    held = (await story.submit("SE01", "slow", "P-1", "100"))["decision"]
    assert (held["outcome"], codes(held), held["unblock"]) == ("HELD", ["PAYMENT_TERMS"], [])
    assert held["explanation"] == "The payment terms of the order are N120."
    assert (await story.submit("SE01", "slow", "P-2", "100", paymentTerms="N30"))["decision"]["outcome"] == "PASSED"
    assert codes(await story.check("SE01", "slow", "100", paymentTerms="N120")) == ["PAYMENT_TERMS"]
    assert (await story.check("SE01", "slow", "100", paymentTerms="N30"))["outcome"] == "PASSED"
    given = {"customer": {"number": {"company": "SE01", "account": "slow"}}, "amount": money("1", "SEK")}
    answer = await story.ask(CHECK, {"input": given | {"paymentTerms": "NEVER"}}, as_="CREDIT_CLERK")
    assert [(one["code"], one["path"]) for one in answer.data["checkCredit"]["errors"]] == [
        ("NOT_FOUND", ["paymentTerms"])
    ]


async def test_an_amount_overdue_holds_once_much_of_the_limit_is_used(story: Story) -> None:
    await story.customer("SE01", "member")
    await story.group("G-LATE", "SEK", "10000", ("SE01", "member"))
    await story.invoice("SE01", "member", "MEMBER-1", "4000", day(-10))
    await story.rule("SE01", "OVERDUE_AMOUNT", amount=money("3000", "SEK"), percent="70", **only("member"))

    assert (await story.check("SE01", "member", "3000"))["outcome"] == "PASSED"
    held = (await story.submit("SE01", "member", "M-1", "4000"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["OVERDUE_AMOUNT"])
    assert held["explanation"] == (
        "SEK\u00a04,000.00 is overdue, and with the order SEK\u00a08,000.00 of the credit limit of SEK\u00a010,000.00"
        " is used; the thresholds are SEK\u00a03,000.00 and 70%."
    )
    assert [(option["kind"], option["amount"]) for option in held["unblock"]] == [
        ("PAY", money("1000.00", "SEK")),
        ("LESS", money("3000.00", "SEK")),
        ("RAISE", money("11428.58", "SEK")),
    ]
    await story.payment("SE01", "member", "PAID-1", "4000", ["MEMBER-1"])
    assert (await story.submit("SE01", "member", "M-1", "4000"))["decision"]["outcome"] == "PASSED"


async def test_a_part_of_the_exposure_has_a_limit_of_its_own(story: Story) -> None:
    await customer_with_room(story, "parts")
    given = {"exposureCategory": "OPEN_ORDERS", "amount": money("150", "SEK")}
    rule = await story.rule("SE01", "SUB_LIMIT_EXCEEDED", **given, **only("parts"))
    assert (await story.submit("SE01", "parts", "PARTS-1", "100"))["decision"]["outcome"] == "PASSED"
    assert (await story.check("SE01", "parts", "50"))["outcome"] == "PASSED"
    held = (await story.submit("SE01", "parts", "PARTS-2", "50.01"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["SUB_LIMIT_EXCEEDED"])
    assert [(option["kind"], option["amount"]) for option in held["unblock"]] == [("LESS", money("50.00", "SEK"))]
    query = (
        "query($id: ID!) { node(id: $id) { ... on BlockingRule { condition exposureCategory exposureCategoryLabel } } }"
    )
    answer = await story.ask(query, {"id": rule["blockingRule"]["id"]}, as_="CREDIT_CLERK", language="sv")
    assert answer.data["node"] == {
        "condition": "Öppna order: mer än 150,00\u00a0kr.",
        "exposureCategory": "OPEN_ORDERS",
        "exposureCategoryLabel": "Öppna order",
    }
    told = (await story.check("SE01", "parts", "51", language="sv"))["explanation"]
    assert told == "Öppna order: 151,00\u00a0kr med ordern; tröskelvärdet är 150,00\u00a0kr."


async def test_a_warning_lets_the_order_go_on_and_count_and_says_why(story: Story) -> None:
    await customer_with_room(story, "warned")
    await story.rule("SE01", "ORDER_AMOUNT", type="WARN", amount=money("1000", "SEK"), **only("warned"))
    await story.rule("SE01", "CREDIT_LIMIT_USED", percent="100", atOrAbove=True, **only("warned"))

    payload = await story.submit("SE01", "warned", "WARN-1", "1000.01")
    assert (payload["decision"]["outcome"], codes(payload["decision"])) == ("WARNED", ["ORDER_AMOUNT"])
    assert payload["decision"]["explanation"] == "The order of SEK\u00a01,000.01 goes on with 1 warning."
    assert (payload["salesOrder"]["status"], payload["creditHold"]) == ("APPROVED", None)
    assert (await story.credit("SE01", "warned"))["exposure"]["openOrders"] == money("1000.01", "SEK")
    held = (await story.submit("SE01", "warned", "WARN-2", "98999.99"))["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["CREDIT_LIMIT_USED"])


async def test_a_new_customer_may_order_for_less_than_others(story: Story) -> None:
    await customer_with_room(story, "young", customerSince=day(-89))
    await customer_with_room(story, "older", customerSince=day(-90))
    for account in ("young", "older"):
        await story.rule("SE01", "NEW_CUSTOMER_AMOUNT", amount=money("1000", "SEK"), days=90, **only(account))

    submitted = await story.submit("SE01", "young", "Y-1", "1000.01")
    held = submitted["decision"]
    assert (held["outcome"], codes(held)) == ("HELD", ["NEW_CUSTOMER_AMOUNT"])
    assert held["explanation"].startswith(
        "The order comes to SEK\u00a01,000.01; the threshold is SEK\u00a01,000.00 while"
    )
    assert [(option["kind"], option["amount"], option["date"]) for option in held["unblock"]] == [
        ("LESS", money("1000.00", "SEK"), None),
        ("WAIT", None, day(1)),
    ]
    assert (await story.submit("SE01", "young", "Y-2", "1000"))["decision"]["outcome"] == "PASSED"
    assert (await story.submit("SE01", "older", "Y-3", "1000.01"))["decision"]["outcome"] == "PASSED"
    await story.customer("SE01", "young", customerSince=day(-90))
    assert (await hold(story, submitted))["status"] == "READY_TO_RELEASE"
    given = {"customer": {"number": {"company": "SE01", "account": "young"}}, "idempotencyKey": fresh()}
    await story.tell(UPDATE_ATTRIBUTES, given | {"customerSince": day(-9)}, "CREDIT_MANAGER")
    assert (await hold(story, submitted))["status"] == "OPEN"


async def test_a_share_of_the_receivables_overdue_for_long_holds(story: Story) -> None:
    await customer_with_room(story, "share")
    await story.rule("SE01", "OVERDUE_PERCENT", days=30, percent="25", **only("share"))
    await story.invoice("SE01", "share", "SHARE-1", "250", day(-31))
    await story.invoice("SE01", "share", "SHARE-2", "750", day(-30))
    assert (await story.check("SE01", "share", "1"))["outcome"] == "PASSED"
    await story.invoice("SE01", "share", "SHARE-3", "1", day(-31))
    held = await story.submit("SE01", "share", "S-1", "1")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["OVERDUE_PERCENT"])
    said = "25.07% of the receivables is more than 30 days overdue; the threshold is 25%."
    assert held["decision"]["explanation"] == said
    ways = [(option["kind"], option["amount"]) for option in held["decision"]["unblock"]]
    assert ways == [("PAY", money("1.00", "SEK"))], "of 1,000 that are left then, 250 are 25 %"
    await story.payment("SE01", "share", "SHARE-PAID", "1", ["SHARE-3"])
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_an_item_open_for_long_holds_whenever_it_falls_due(story: Story) -> None:
    await customer_with_room(story, "aged")
    await story.rule("SE01", "OLDEST_OPEN_ITEM", days=90, **only("aged"))
    await story.invoice("SE01", "aged", "AGED-1", "500", day(30), date=day(-90))
    await story.invoice("SE01", "aged", "AGED-2", "400", day(30), date=day(-200), disputed=money("400", "SEK"))
    await story.invoice("SE01", "aged", "AGED-3", "300", day(-150), date=day(-300), kind="CREDIT_NOTE")
    assert (await story.check("SE01", "aged", "1"))["outcome"] == "PASSED"
    await story.invoice("SE01", "aged", "AGED-4", "200", day(29), date=day(-91))
    held = await story.submit("SE01", "aged", "A-1", "1")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["OLDEST_OPEN_ITEM"])
    assert held["decision"]["explanation"] == "The oldest open item is 91 days old; the threshold is 90."
    assert [(option["kind"], option["amount"]) for option in held["decision"]["unblock"]] == [
        ("PAY", money("200.00", "SEK"))
    ]
    await story.payment("SE01", "aged", "AGED-PAID", "200", ["AGED-4"])
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_an_item_dunned_beyond_a_level_holds_until_it_is_paid_or_the_level_taken_back(story: Story) -> None:
    await customer_with_room(story, "dunned")
    await story.rule("SE01", "DUNNING_LEVEL", dunningLevel=1, **only("dunned"))
    await story.invoice("SE01", "dunned", "DUNNED-1", "500", day(-20), dunningLevel=1)
    await story.invoice("SE01", "dunned", "DUNNED-2", "300", day(-10))
    assert (await story.check("SE01", "dunned", "1"))["outcome"] == "PASSED"

    async def reached(level: int) -> None:
        rows = [{"company": "SE01", "number": "DUNNED-1", "dunningLevel": level}]
        payload = await story.tell(SET_LEVELS, {"items": rows, "idempotencyKey": fresh()}, "INTEGRATION")
        assert payload["openItems"] == [{"number": "DUNNED-1", "dunningLevel": level}]

    await reached(2)
    held = await story.submit("SE01", "dunned", "D-1", "1")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["DUNNING_LEVEL"])
    assert held["decision"]["explanation"] == "The highest dunning level of an open item is 2; the threshold is 1."
    assert [(option["kind"], option["amount"]) for option in held["decision"]["unblock"]] == [
        ("PAY", money("500.00", "SEK"))
    ]
    for level, status in ((1, "READY_TO_RELEASE"), (3, "OPEN")):
        await reached(level)
        assert (await hold(story, held))["status"] == status
    await story.payment("SE01", "dunned", "DUNNED-PAID", "500", ["DUNNED-1"])
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_a_review_that_is_late_holds_until_somebody_reviews(story: Story) -> None:
    await customer_with_room(story, "reviewed")
    await story.rule("SE01", "REVIEW_DUE", days=14, **only("reviewed"))

    async def due(number: int) -> None:
        given = {"customer": {"number": {"company": "SE01", "account": "reviewed"}}, "idempotencyKey": fresh()}
        await story.tell(UPDATE_ATTRIBUTES, given | {"nextReviewDate": day(number)}, "CREDIT_CLERK")

    assert (await story.check("SE01", "reviewed", "1"))["outcome"] == "PASSED"
    await due(-14)
    assert (await story.check("SE01", "reviewed", "1"))["outcome"] == "PASSED"
    await due(-15)
    held = await story.submit("SE01", "reviewed", "R-1", "1")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["REVIEW_DUE"])
    assert held["decision"]["explanation"].startswith("The customer's credit was to be reviewed by ")
    assert held["decision"]["unblock"] == []
    await due(365)
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_an_order_with_longer_terms_than_insurance_covers_is_held(story: Story) -> None:
    await customer_with_room(story, "covered")
    for code, days in (("C60", 60), ("C90", 90)):
        await story.name("PaymentTerms", code, days=days)
    await story.rule("SE01", "COLLATERAL_TERMS", days=0, **only("covered"))
    assert (await story.check("SE01", "covered", "1", paymentTerms="C90"))["outcome"] == "PASSED"
    await story.insured("SE01", "covered", "50000", "50", maximumTermsDays=60)
    assert (await story.check("SE01", "covered", "1", paymentTerms="C60"))["outcome"] == "PASSED"
    assert (await story.check("SE01", "covered", "1"))["outcome"] == "PASSED"
    held = await story.submit("SE01", "covered", "C-90", "1", paymentTerms="C90")
    assert (held["decision"]["outcome"], codes(held["decision"])) == ("HELD", ["COLLATERAL_TERMS"])
    said = "The payment terms of the order, in days, are 90; Insurer covers at most 60."
    assert (held["decision"]["reasons"][0]["message"], held["decision"]["unblock"]) == (said, [])
    assert codes(await story.check("SE01", "covered", "1", paymentTerms="C90")) == ["COLLATERAL_TERMS"]
    for days, status in ((60, "READY_TO_RELEASE"), (61, "OPEN")):
        await story.name("PaymentTerms", "C90", days=days)
        assert (await hold(story, held))["status"] == status


async def test_longer_terms_are_covered_once_the_insurer_says_so(story: Story) -> None:
    await customer_with_room(story, "agreed")
    await story.name("PaymentTerms", "A90", days=90)
    await story.rule("SE01", "COLLATERAL_TERMS", days=0, **only("agreed"))
    policy = await story.insured("SE01", "agreed", "50000", "50", maximumTermsDays=60)
    held = await story.submit("SE01", "agreed", "A-90", "1", paymentTerms="A90")
    assert codes(held["decision"]) == ["COLLATERAL_TERMS"]
    given = {"collateral": policy["collateral"]["id"], "maximumTermsDays": 90, "idempotencyKey": fresh()}
    await story.tell(UPDATE_COLLATERAL, given, "CREDIT_MANAGER")
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_an_early_warning_lets_the_order_go_on_and_cannot_hold(story: Story) -> None:
    await customer_with_room(story, "early")
    rule = {"company": "SE01", "kind": "EARLY_WARNING", "percent": "80", **only("early")}
    answer = await story.ask(SAVE_RULE, {"input": rule | {"type": "BLOCK"}}, as_="CREDIT_MANAGER")
    assert [(one["code"], one["path"]) for one in answer.data["saveBlockingRule"]["errors"]] == [
        ("INVALID_VALUE", ["type"])
    ]
    await story.rule("SE01", "EARLY_WARNING", type="WARN", percent="80", **only("early"))
    assert (await story.check("SE01", "early", "80000"))["outcome"] == "PASSED"
    warned = await story.submit("SE01", "early", "E-80", "80000.01")
    assert (warned["decision"]["outcome"], codes(warned["decision"])) == ("WARNED", ["EARLY_WARNING"])
    assert (warned["salesOrder"]["status"], warned["creditHold"]) == ("APPROVED", None)


async def test_what_is_too_small_to_matter_is_left_out_of_a_rule(story: Story) -> None:
    await customer_with_room(story, "small")
    rule = await story.rule(
        "SE01",
        "OVERDUE_DAYS",
        days=30,
        ignoreItemsBelow=money("100", "SEK"),
        minimumItems=2,
        ignoreBalanceBelow=money("1000", "SEK"),
        ignoreOrdersBelow=money("50", "SEK"),
        **only("small"),
    )
    rows = (("99.99", "PASSED"), ("400", "PASSED"), ("500", "PASSED"), ("0.01", "HELD"))
    for number, (amount, outcome) in enumerate(rows):
        await story.invoice("SE01", "small", f"SMALL-{number}", amount, day(-31))
        assert (await story.check("SE01", "small", "50"))["outcome"] == outcome, amount
    assert (await story.check("SE01", "small", "49.99"))["outcome"] == "PASSED"
    query = """query($id: ID!) { node(id: $id) { ... on BlockingRule { condition leavesOut minimumItems
      ignoreItemsBelow { amount currency } } } }"""
    answer = await story.ask(query, {"id": rule["blockingRule"]["id"]}, as_="CREDIT_CLERK", language="en")
    assert answer.data["node"] == {
        "condition": "The oldest unpaid item is more than 30 days overdue.",
        "leavesOut": [
            "Items of less than SEK\u00a0100.00 are left out.",
            "Customers who owe less than SEK\u00a01,000.00 are left out.",
            "Orders of less than SEK\u00a050.00 are left out.",
            "At least 2 items must be so.",
        ],
        "minimumItems": 2,
        "ignoreItemsBelow": money("100.00", "SEK"),
    }
