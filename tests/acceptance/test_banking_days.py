"""Due days that move to banking days, told through the API: what is overdue and for how long, and what it holds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from persistence.database import Pool
from tests.acceptance.story import UPSERT_COMPANIES, Story, money
from tests.acceptance.test_blocking_rules import codes, customer_with_room, day, only
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import TODAY

FIGURES = "overdue { amount } daysOverdue oldestDueDate"
AGES = "buckets { title amount { amount } }"
ASKED = f"""query ($asOf: Date, $key: CustomerKey!) {{
  customer(by: $key) {{
    credit(asOf: $asOf) {{ exposure {{ {FIGURES} }} }} aging(asOf: $asOf) {{ {AGES} }}
    creditGroup {{
      aging(asOf: $asOf) {{ {AGES} }}
      credit(asOf: $asOf) {{ exposure {{ {FIGURES} }} }} byCompany(asOf: $asOf) {{ exposure {{ {FIGURES} }} }}
    }}
    party {{ credit(asOf: $asOf, currency: "SEK") {{ exposure {{ {FIGURES} }} }} }}
    openItems(first: 9) {{ nodes {{ number dueDate daysOverdue }} }}
  }}
  exposureByCompany(companies: ["SE01"], asOf: $asOf) {{ exposure {{ {FIGURES} }} aging {{ {AGES} }} }}
  exposureReport(groupBy: [CUSTOMER], subtotals: true, currency: "SEK", asOf: $asOf) {{
    nodes {{ customerAccount overdue notDue days1To30 }}
  }}
}}"""

SATURDAY, SUNDAY, TUESDAY = day(-2), day(-1), day(1)


async def late_customer(story: Story, account: str) -> None:
    """Two items of 500, one due on Friday and one on Saturday; today is Monday."""
    assert TODAY.weekday() == 0
    await customer_with_room(story, account)
    await story.invoice("SE01", account, f"{account}-FRI", "500", day(-3))
    await story.invoice("SE01", account, f"{account}-SAT", "500", SATURDAY)


@pytest.fixture
def both(pool: Pool) -> BothLanes:
    """Both lanes."""
    return BothLanes(house(pool))


async def asked(both: BothLanes, account: str, as_of: str | None = None) -> Any:
    """All figures, as both lanes say them."""
    given = {"asOf": as_of, "key": {"number": {"company": "SE01", "account": account}}}
    answer, _ = await both(ASKED, given)
    assert "errors" not in answer, answer
    return answer["data"]


def told(exposure: Any) -> tuple[str, int, str]:
    """What is overdue, since how many days, and the oldest due day."""
    return exposure["overdue"]["amount"], exposure["daysOverdue"], exposure["oldestDueDate"]


async def test_decision_23_a_due_day_moves_to_the_next_day_banks_are_open(story: Story, both: BothLanes) -> None:
    await late_customer(story, "moved")
    await story.group("moved", "SEK", "100000", ("SE01", "moved"))
    before = await asked(both, "moved")
    assert told(before["customer"]["credit"]["exposure"]) == ("1000.00", 3, day(-3))
    await story.parameters("SE01", dueRollsToBankDay=True)

    now = await asked(both, "moved")
    friday = ("500.00", 3, day(-3))
    customer, (company,) = now["customer"], now["exposureByCompany"]
    assert told(customer["credit"]["exposure"]) == friday
    assert told(customer["creditGroup"]["credit"]["exposure"]) == friday
    assert [told(share["exposure"]) for share in customer["creditGroup"]["byCompany"]] == [friday]
    assert told(customer["party"]["credit"]["exposure"]) == friday
    assert told(company["exposure"]) == friday
    for whose in (customer, customer["creditGroup"], company):
        ages = [bucket["amount"]["amount"] for bucket in whose["aging"]["buckets"]]
        assert ages == ["500.00", "500.00", "0.00", "0.00", "0.00"]
    total, row = now["exposureReport"]["nodes"]
    assert (total["overdue"], row["overdue"], row["notDue"], row["days1To30"]) == ("500.00",) * 4
    items = {item["number"]: item for item in customer["openItems"]["nodes"]}
    assert (items["moved-SAT"]["dueDate"], items["moved-SAT"]["daysOverdue"]) == (SATURDAY, 0)
    assert items["moved-FRI"]["daysOverdue"] == 3

    tomorrow = (await asked(both, "moved", TUESDAY))["customer"]["credit"]["exposure"]
    assert told(tomorrow) == ("1000.00", 4, day(-3))
    await story.parameters("SE01", dueRollsToBankDay=False)
    assert await asked(both, "moved") == before


@pytest.mark.parametrize("item_by_item", [{}, {"ignoreItemsBelow": money("1", "SEK")}])
async def test_an_order_held_for_an_item_that_is_overdue_is_let_go_when_its_due_day_moves(
    story: Story, item_by_item: dict[str, Any]
) -> None:
    await customer_with_room(story, "freed")
    await story.invoice("SE01", "freed", "FREED-1", "500", SATURDAY)
    await story.rule("SE01", "OVERDUE_DAYS", days=0, **only("freed"), **item_by_item)
    held = await story.submit("SE01", "freed", "F-1", "1")
    assert codes(held["decision"]) == ["OVERDUE_DAYS"]
    hold = "query ($id: ID!) { node(id: $id) { ... on CreditHold { status } } }"
    await story.parameters("SE01", dueRollsToBankDay=True)
    found = await story.ask(hold, {"id": held["creditHold"]["id"]}, as_="CREDIT_MANAGER")
    assert found.data["node"]["status"] == "READY_TO_RELEASE"
    assert (await story.submit("SE01", "freed", "F-2", "1"))["decision"]["outcome"] == "PASSED"
    await story.parameters("SE01", dueRollsToBankDay=False)
    found = await story.ask(hold, {"id": held["creditHold"]["id"]}, as_="CREDIT_MANAGER")
    assert found.data["node"]["status"] == "OPEN"


async def test_banks_are_closed_by_the_calendar_of_the_companys_country(story: Story, both: BothLanes) -> None:
    await customer_with_room(story, "abroad")
    await story.invoice("SE01", "abroad", "EPIPHANY", "500", "2026-01-06")
    await story.parameters("SE01", dueRollsToBankDay=True)
    friday_after = date(2026, 1, 9).isoformat()
    shown = (await asked(both, "abroad", friday_after))["customer"]["credit"]["exposure"]
    assert told(shown) == ("500.00", 2, "2026-01-07")
    elsewhere = {"code": "SE01", "name": "SE01", "country": "NO", "currency": "SEK", "locale": "sv"}
    company = {"companies": [elsewhere | {"timeZone": "Europe/Stockholm"}]}
    await story.tell(UPSERT_COMPANIES, company, "ADMIN")
    shown = (await asked(both, "abroad", friday_after))["customer"]["credit"]["exposure"]
    assert told(shown) == ("500.00", 3, "2026-01-06")
