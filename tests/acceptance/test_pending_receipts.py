"""Receipts that settled nothing yet cover the oldest overdue for some days, told through the API (decision 33)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from persistence.database import Pool
from persistence.looking_again import look_again
from tests.acceptance.orders import company, customer, ordered
from tests.acceptance.story import SAVE_PARAMETERS, Story, fresh, money
from tests.acceptance.test_blocking_rules import codes, day
from tests.acceptance.test_dry_run import effects, simulated
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import NOW

FIGURES = """overdue { amount } daysOverdue oldestDueDate receivables { amount } unappliedPayments { amount }
  total { amount }"""
AGES = "total { amount } unapplied { amount } buckets { amount { amount } }"
ASKED = f"""query ($asOf: Date, $key: CustomerKey!, $companies: [String!]) {{
  customer(by: $key) {{
    credit(asOf: $asOf) {{ exposure {{ {FIGURES} }} }} aging(asOf: $asOf) {{ {AGES} }}
    creditGroup {{
      credit(asOf: $asOf) {{ exposure {{ {FIGURES} }} }} byCompany(asOf: $asOf) {{ exposure {{ {FIGURES} }} }}
    }}
    party {{ credit(asOf: $asOf, currency: "SEK") {{ exposure {{ {FIGURES} }} }} }}
  }}
  exposureByCompany(companies: $companies, asOf: $asOf) {{ exposure {{ {FIGURES} }} aging {{ {AGES} }} }}
  exposureReport(
    groupBy: [CUSTOMER], subtotals: true, currency: "SEK", asOf: $asOf, where: {{companies: $companies}}
  ) {{
    nodes {{ customerAccount overdue receivables unappliedPayments total notDue days1To30 }}
  }}
}}"""
HOLD = """query ($id: ID!) { node(id: $id) { ... on CreditHold { status reasons { code active } } } }"""
REVERSE = """mutation($input: ReversePaymentInput!) { reversePayment(input: $input) {
  payment { id } errors { code message path } } }"""
SETTLE = """mutation($input: SettleInput!) { settle(input: $input) { openItem { id } errors { code message path } } }"""


class Payer:
    """A customer of its own company, with room, in a group of its own, that owes 300 of three days, oldest 9 ago."""

    def __init__(self, story: Story, lanes: BothLanes, code: str, account: str) -> None:
        self.story, self.lanes, self.code, self.account = story, lanes, code, account

    @classmethod
    async def late(cls, story: Story, lanes: BothLanes, days: int = 3, **more: Any) -> Payer:
        """Its company lets receipts cover something for so many days."""
        here = await company(story, pendingReceiptDays=days)
        made = cls(story, lanes, here, await customer(story, "100000", here, **more))
        for overdue in (5, 9, 2):
            await story.invoice(*made.key, made.item(overdue), "100", day(-overdue))
        return made

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.account

    def item(self, overdue: int) -> str:
        """The number of the item that is so many days overdue."""
        return f"{self.account}-{overdue}"

    async def pays(self, amount: str, ago: int = 0, **more: Any) -> str:
        """A receipt of so many days ago; its number."""
        number = fresh()
        await self.story.payment(*self.key, number, amount, paidOn=day(-ago), **more)
        return number

    async def owes(self, **given: Any) -> tuple[str, int, str | None]:
        """What is overdue, for how many days, and the oldest due day."""
        return told((await self.figures(**given))["customer"]["credit"]["exposure"])

    async def figures(self, **given: Any) -> Any:
        """All figures, as both lanes say them."""
        key = {"number": dict(zip(("company", "account"), self.key, strict=True))}
        answer, _ = await self.lanes(ASKED, {"key": key, "companies": [self.code], **given})
        assert "errors" not in answer, answer
        return answer["data"]

    async def hold(self, submitted: Any) -> tuple[str, dict[str, bool]]:
        """Where the hold of an order stands, and which of its reasons are true."""
        found = await self.story.ask(HOLD, {"id": submitted["creditHold"]["id"]}, as_="CREDIT_MANAGER")
        node = found.data["node"]
        return node["status"], {reason["code"]: reason["active"] for reason in node["reasons"]}


def told(exposure: Mapping[str, Any]) -> tuple[str, int, str | None]:
    """What is overdue, for how many days, and the oldest due day."""
    return exposure["overdue"]["amount"], exposure["daysOverdue"], exposure["oldestDueDate"]


def without(figures: Any) -> Any:
    """The figures but for what is overdue."""
    if isinstance(figures, dict):
        overdue = ("overdue", "daysOverdue", "oldestDueDate")
        return {name: without(each) for name, each in figures.items() if name not in overdue}
    return [without(each) for each in figures] if isinstance(figures, list) else figures


WHOLE, REST = ("300.00", 9, day(-9)), ("170.00", 5, day(-5))


@pytest.fixture
def lanes(pool: Pool) -> BothLanes:
    """Both lanes."""
    return BothLanes(house(pool))


@pytest.fixture
async def late(story: Story, lanes: BothLanes) -> Payer:
    """In a credit group too."""
    payer = await Payer.late(story, lanes)
    await story.group(fresh(), "SEK", "100000", payer.key)
    return payer


async def test_decision_33_every_figure_of_what_is_overdue_is_without_what_receipts_cover(late: Payer) -> None:
    await late.pays("130")
    now = await late.figures()
    customer_, (firm,) = now["customer"], now["exposureByCompany"]
    assert told(customer_["credit"]["exposure"]) == REST
    assert told(customer_["creditGroup"]["credit"]["exposure"]) == REST
    assert [told(share["exposure"]) for share in customer_["creditGroup"]["byCompany"]] == [REST]
    assert told(customer_["party"]["credit"]["exposure"]) == REST
    assert told(firm["exposure"]) == REST
    assert [row["overdue"] for row in now["exposureReport"]["nodes"]] == ["170.00", "170.00"]

    await late.story.parameters(late.code, pendingReceiptDays=0)
    before = await late.figures()
    assert told(before["customer"]["credit"]["exposure"]) == told(before["exposureByCompany"][0]["exposure"]) == WHOLE
    assert [row["overdue"] for row in before["exposureReport"]["nodes"]] == ["300.00", "300.00"]
    assert without(before) == without(now), "the ledger is shown as it is, aging too"
    assert before["customer"]["aging"]["unapplied"]["amount"] == "130.00"


@pytest.mark.parametrize(("ago", "days", "covers"), [(0, 1, True), (1, 1, False), (2, 3, True), (3, 3, False)])
async def test_a_receipt_covers_on_its_own_day_and_so_many_days_in_all(
    story: Story, lanes: BothLanes, ago: int, days: int, covers: bool
) -> None:
    payer = await Payer.late(story, lanes, days)
    await payer.pays("300", ago)
    assert (await payer.owes())[:2] == (("0.00", 0) if covers else ("300.00", 9))


async def test_a_day_in_the_past_has_the_receipts_of_that_day(late: Payer) -> None:
    number = await late.pays("130", 2)
    for on, owing in (
        (day(-3), ("200.00", 6, day(-9))),
        (day(-2), ("70.00", 3, day(-5))),
        (day(-1), ("170.00", 4, day(-5))),
        (day(1), ("300.00", 10, day(-9))),
    ):
        now = await late.figures(asOf=on)
        for exposure in (now["customer"]["credit"], now["customer"]["party"]["credit"], now["exposureByCompany"][0]):
            assert told(exposure["exposure"]) == owing, on
        assert now["exposureReport"]["nodes"][0]["overdue"] == owing[0]
    payment = {"number": {"company": late.code, "number": number}}
    await late.story.tell(REVERSE, {"payment": payment, "idempotencyKey": fresh()}, "INTEGRATION")
    assert await late.owes() == WHOLE
    assert await late.owes(asOf=day(-1)) == ("170.00", 4, day(-5)), "then it was there"


async def test_only_money_that_is_free_covers_something(late: Payer) -> None:
    story = late.story
    number = await ordered(story, *late.key, "50")
    await late.pays("50", salesOrder=number)
    await story.invoice(*late.key, fresh(), "80", day(0), kind="CREDIT_NOTE")
    debit = fresh()
    pending: dict[str, Any] = {"kind": "DIRECT_DEBIT", "status": "PENDING"}
    await story.payment(*late.key, debit, "130", **pending)
    await late.pays("90", settles=[late.item(2)])
    assert await late.owes() == ("210.00", 9, day(-9)), "of the last payment nothing is left"
    await story.payment(*late.key, debit, "130", kind="DIRECT_DEBIT", status="COLLECTED")
    assert await late.owes() == ("80.00", 5, day(-5))


async def test_what_is_settled_with_a_receipt_covers_nothing_more(late: Payer) -> None:
    number = await late.pays("130")
    wanted = {"payment": {"number": {"company": late.code, "number": number}}, "amount": money("90", "SEK")}
    item = {"number": {"company": late.code, "number": late.item(2)}}
    await late.story.tell(SETTLE, {**wanted, "openItem": item, "idempotencyKey": fresh()}, "INTEGRATION")
    assert await late.owes() == ("170.00", 9, day(-9)), "10 of the youngest, 60 of the oldest and the other"


async def test_each_customer_of_a_party_and_a_group_covers_what_it_owes_itself(story: Story, lanes: BothLanes) -> None:
    one = await Payer.late(story, lanes, party=(both := fresh()))
    other = await Payer.late(story, lanes, 0, party=both)
    await story.group(fresh(), "SEK", "100000", one.key, other.key)
    await one.pays("900")
    await other.pays("900")
    shown = (await one.figures())["customer"]
    owing = ("300.00", 9, day(-9))
    assert told(shown["creditGroup"]["credit"]["exposure"]) == told(shown["party"]["credit"]["exposure"]) == owing
    shares = [told(share["exposure"]) for share in shown["creditGroup"]["byCompany"]]
    assert sorted(shares, key=str) == [("0.00", 0, None), owing]


@pytest.mark.parametrize("more", [{}, {"ignoreItemsBelow": money("0.01", "SEK")}])
async def test_an_order_held_for_what_is_overdue_is_ready_while_a_receipt_covers_it_and_held_again_after(
    late: Payer, pool: Pool, more: dict[str, Any]
) -> None:
    await late.story.rule(late.code, "OVERDUE_DAYS", days=6, **more)
    held = await late.story.submit(*late.key, fresh(), "1")
    assert codes(held["decision"]) == ["OVERDUE_DAYS"]
    assert held["decision"]["unblock"][0] | {"message": ""} == {
        "kind": "PAY",
        "amount": money("100.00", "SEK"),
        "date": None,
        "message": "",
    }
    await late.pays("99.99")
    assert (await late.hold(held))[0] == "OPEN"
    await late.pays("0.01")
    assert await late.hold(held) == ("READY_TO_RELEASE", {"OVERDUE_DAYS": False})
    assert (await late.story.submit(*late.key, fresh(), "1"))["decision"]["outcome"] == "PASSED"
    await late.story.rule(late.code, "OVERDUE_DAYS", days=100, **more)
    await look_again(pool, NOW + timedelta(days=1))
    assert (await late.hold(held))[0] == "READY_TO_RELEASE", "the younger ones are 6 days overdue at most"
    await look_again(pool, NOW + timedelta(days=2))
    assert (await late.hold(held))[0] == "OPEN", "7 days"
    await late.pays("100")
    await look_again(pool, NOW + timedelta(days=2))
    assert (await late.hold(held))[0] == "READY_TO_RELEASE"
    await look_again(pool, NOW + timedelta(days=3))
    assert await late.hold(held) == ("OPEN", {"OVERDUE_DAYS": True}), "all receipts are too old"


async def test_holds_are_looked_at_again_when_the_parameter_changes(late: Payer) -> None:
    await late.story.rule(late.code, "SUB_LIMIT_EXCEEDED", exposureCategory="OVERDUE", amount=money("200", "SEK"))
    await late.story.parameters(late.code, pendingReceiptDays=0)
    await late.pays("100")
    held = await late.story.submit(*late.key, fresh(), "1")
    assert codes(held["decision"]) == ["SUB_LIMIT_EXCEEDED"]
    await late.story.parameters(late.code, pendingReceiptDays=3)
    assert (await late.hold(held))[0] == "READY_TO_RELEASE"
    await late.story.parameters(late.code, pendingReceiptDays=0)
    assert (await late.hold(held))[0] == "OPEN"


async def test_days_overdue_of_a_party_hold_until_its_customers_receipts_cover_them(
    story: Story, lanes: BothLanes
) -> None:
    one = await Payer.late(story, lanes, party=(both := fresh()))
    other = await Payer.late(story, lanes, 0, party=both)
    await story.party_limits(both, maxDaysOverdue=8, reaction="HOLD")
    await other.pays("300", settles=[other.item(overdue) for overdue in (9, 5, 2)])
    held = await story.submit(*other.key, fresh(), "1")
    assert codes(held["decision"]) == ["OVERDUE_DAYS"]
    await one.pays("100")
    assert (await other.hold(held))[0] == "READY_TO_RELEASE"
    await story.parameters(one.code, pendingReceiptDays=0)
    assert (await other.hold(held))[0] == "OPEN", "in the other company"


async def test_a_rule_is_tried_on_what_no_receipt_covers(late: Payer) -> None:
    number = await ordered(late.story, *late.key, "1")
    await late.pays("100")
    for days, found in ((5, []), (4, [(number, "PASSED", "HELD", "HOLDS")])):
        assert effects(await simulated(late.story, late.code, "OVERDUE_DAYS", days=days)) == found


@pytest.mark.parametrize("days", [-1, 61, 2**31 - 1])
async def test_days_that_no_receipt_lies_unmatched_are_refused(story: Story, days: int) -> None:
    code = await company(story)
    given = {"company": code, "pendingReceiptDays": days}
    payload = (await story.ask(SAVE_PARAMETERS, {"input": given}, as_="CREDIT_MANAGER")).data["saveCreditParameters"]
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("INVALID_VALUE", ["pendingReceiptDays"])
    assert error["message"] == "The number of days is a whole number from 0 to 60."


async def test_the_parameter_is_off_at_first_and_on_record_when_it_changes(story: Story) -> None:
    code = await company(story)
    asked = """query($code: String!) { company(code: $code) { parameters { pendingReceiptDays
      timeline(first: 9) { nodes { changes { field before after } } } } } }"""

    async def parameters() -> Any:
        return (await story.ask(asked, {"code": code}, as_="CREDIT_MANAGER")).data["company"]["parameters"]

    assert (await parameters())["pendingReceiptDays"] == 0
    await story.parameters(code, pendingReceiptDays=60)
    now = await parameters()
    assert now["pendingReceiptDays"] == 60
    changes = [change for event in now["timeline"]["nodes"] for change in event["changes"] or ()]
    assert {"field": "pendingReceiptDays", "before": "0", "after": "60"} in changes
