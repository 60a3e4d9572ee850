"""What records tell beside their columns, in the fast lane as in the slow one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.facts import Checkpoint
from persistence import database
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.two_companies import OTHER, OWN, two_companies
from tests.schema.world import TODAY, World


@pytest.fixture(scope="module")
async def firms(database_url: str) -> AsyncIterator[World]:
    """Two companies with everything in them."""
    connection = await asyncpg.connect(database.plain_url(database_url))
    try:
        await database.set_codecs(connection)
        yield await two_companies(connection)
    finally:
        await connection.close()


@pytest.fixture
def both(pool: asyncpg.Pool, firms: World) -> BothLanes:
    """Both lanes over them."""
    return BothLanes(house(pool))


ITEMS = """
query ($asOf: Date, $companies: [String!]) {
  openItems(where: {companies: $companies}, orderBy: [{field: NUMBER}]) {
    nodes { number daysOverdue openAmount(asOf: $asOf) { amount currency formatted } now: openAmount { amount } }
  }
  payments(where: {companies: $companies}, orderBy: [{field: NUMBER}]) {
    nodes { number unapplied(asOf: $asOf) { amount currency } now: unapplied { amount } }
  }
}
"""


@pytest.mark.parametrize("day", [None, TODAY, TODAY - timedelta(days=31), TODAY - timedelta(days=60)])
async def test_what_is_open_of_items_and_payments_on_a_day(both: BothLanes, day: date | None) -> None:
    answer, fast = await both(ITEMS, {"asOf": day and day.isoformat(), "companies": [OWN.code]})
    assert fast
    item = answer["data"]["openItems"]["nodes"][0]
    paid = answer["data"]["payments"]["nodes"][0]
    left = {None: "0.02", TODAY: "0.02", TODAY - timedelta(days=31): "1000.11", TODAY - timedelta(days=60): "0.00"}
    assert (item["daysOverdue"], item["openAmount"]["amount"], item["now"]["amount"]) == (20, left[day], "0.02")
    unapplied = {None: "0.05", TODAY: "0.05", TODAY - timedelta(days=31): "1000.14", TODAY - timedelta(days=60): "0.00"}
    assert (paid["unapplied"]["amount"], paid["now"]["amount"]) == (unapplied[day], "0.05")


async def test_a_credit_note_is_not_overdue_and_what_was_reversed_is_not_open(both: BothLanes, firms: World) -> None:
    gone = {"id": firms.ids[OWN.text("item B 2")], "day": TODAY - timedelta(days=5)}
    await firms.conn.execute("update open_item set reversed_on = $2 where id = $1", *gone.values())
    answer, fast = await both(ITEMS, {"asOf": (TODAY - timedelta(days=6)).isoformat()})
    items = {one["number"]: one for one in answer["data"]["openItems"]["nodes"]}
    assert fast
    assert items[OWN.text("note 1")]["daysOverdue"] == 0
    reversed_one = items[OWN.text("item B 2")]
    assert (reversed_one["now"]["amount"], reversed_one["openAmount"]["amount"]) == ("0.00", "1000.12")
    assert reversed_one["daysOverdue"] == 0


async def test_a_direct_debit_that_is_pending_has_nothing_to_settle_with(both: BothLanes, firms: World) -> None:
    key = firms.ids[OWN.text("payment 15 2")]
    await firms.conn.execute("update payment set status = 'PENDING' where id = $1", key)
    answer, fast = await both(ITEMS)
    assert fast
    paid = {one["number"]: one["now"]["amount"] for one in answer["data"]["payments"]["nodes"]}
    assert paid[OWN.text("payment 15 2")] == "0.00"
    assert paid[OWN.text("payment 15 1")] == "1000.15"


async def test_collateral_tells_what_it_changes_in_the_limit(both: BothLanes, firms: World) -> None:
    key = firms.ids[f"INSURANCE {OWN.code}"]
    await firms.conn.execute("update collateral set included_in_exposure = true where id = $1", key)
    query = """query ($c: CustomerKey!) { customer(by: $c) { collaterals { nodes {
      kind value { amount } percent limitPart { amount currency formatted(style: CODE) } } } } }"""
    chosen = {"number": {"company": OWN.code, "account": OWN.text("1")}}
    answer, fast = await both(query, {"c": chosen}, language="sv-SE")
    parts = {one["kind"]: one["limitPart"]["amount"] for one in answer["data"]["customer"]["collaterals"]["nodes"]}
    assert fast
    assert parts == {"GUARANTEE": "300.02", "INSURANCE": "-700.04"}


NAMES = """{
  reasons { nodes { code translations { locale value __typename } } }
  riskGroups { nodes { translations { value } } }
  agingDefinitions { nodes { code translations { locale } buckets { title fromDay untilDay __typename } } }
}"""


@pytest.mark.parametrize(("language", "past"), [("en", "Over 0 days"), ("sv-SE", "Över 0 dagar")])
async def test_names_tell_their_translations_and_agings_their_columns(
    both: BothLanes, language: str, past: str
) -> None:
    answer, fast = await both(NAMES, companies=[OWN.code], language=language)
    assert fast
    (reason,), (definition,) = (answer["data"][name]["nodes"] for name in ("reasons", "agingDefinitions"))
    assert [one["locale"] for one in reason["translations"]] == ["en", "sv"]
    assert [one["title"] for one in definition["buckets"]][:1] == [OWN.text("column")]
    assert definition["buckets"][1] | {"title": past} == definition["buckets"][1]


async def test_a_company_tells_its_checkpoints_in_the_order_of_an_order(both: BothLanes, firms: World) -> None:
    company = firms.ids[OWN.code]
    others = [step for step in Checkpoint if step is not Checkpoint.CONFIRMATION]
    for step in reversed(others):
        await firms.put("checkpoint_setting", company_id=company, checkpoint=step.value, grace_days=None)
    query = "{ companies { nodes { parameters { checkpoints { checkpoint checkpointLabel graceDays } } } } }"
    answer, fast = await both(query, companies=[OWN.code], language="sv")
    (company_told,) = answer["data"]["companies"]["nodes"]
    steps = [one["checkpoint"] for one in company_told["parameters"]["checkpoints"]]
    assert fast
    assert steps == [step.value for step in Checkpoint]


async def test_a_company_tells_its_fiscal_years_on_any_day(both: BothLanes, firms: World) -> None:
    for day in (date(2024, 4, 1), date(2023, 9, 1)):
        await firms.put("fiscal_year_change", company_id=firms.ids[OWN.code], from_day=day)
    query = """query ($asOf: Date) { companies { nodes {
      parameters { fiscalYearStart fiscalYearChanges { from longYear __typename } }
      then: fiscalYear(asOf: $asOf) { from until closedFrom closedUntil __typename } fiscalYear { from until } } } }"""
    told = []
    for asked in ("0001-01-01", "2024-03-31", "2026-10-31", "9999-12-31", None):
        answer, fast = await both(query, {"asOf": asked}, companies=[OWN.code])
        assert fast
        (company,) = answer["data"]["companies"]["nodes"]
        told.append(company)
    assert [(one["from"], one["longYear"]) for one in told[0]["parameters"]["fiscalYearChanges"]] == [
        ("2023-09-01", False),
        ("2024-04-01", False),
        ("2026-11-01", True),
    ]
    years = [one["then"] for one in told]
    assert [year["from"] for year in years[:4]] == ["0001-01-01", "2023-09-01", "2025-04-01", "9999-11-01"]
    assert [year["closedUntil"] for year in years[:3]] == [None, "2023-08-31", "2025-03-31"]
    assert (
        (years[4]["from"], years[4]["until"]) == tuple(told[0]["fiscalYear"].values()) == ("2026-11-01", "2027-10-31")
    )


@pytest.mark.parametrize("language", ["en", "sv-SE"])
async def test_a_rule_says_when_it_applies(both: BothLanes, firms: World, language: str) -> None:
    rule = {"company_id": firms.ids[OWN.code], "valid_for": "ALL"}
    ways = [
        {"type": "BLOCK", "kind": "CREDIT_LIMIT_EXPIRED", "days": 1},
        {"type": "BLOCK", "kind": "OVERDUE_DAYS", "days": 40, "at_or_above": True},
        {"type": "EXCLUDE", "kind": "OVERDUE_DAYS", "amount": Decimal("500"), "currency": "SEK"},
        {"type": "EXCLUDE", "kind": "CREDIT_LIMIT_USED", "percent": Decimal("80.5")},
        {"type": "BLOCK", "kind": "ORDER_AMOUNT", "amount": Decimal("500"), "currency": "SEK"},
    ]
    ways.append(ways[-1] | {"kind": "OVERDUE_AMOUNT", "percent": Decimal(70)})
    ways.append(ways[-2] | {"kind": "NEW_CUSTOMER_AMOUNT", "days": 90})
    small = {
        "ignore_items_below": Decimal(10),
        "minimum_items": 2,
        "ignore_orders_below": Decimal(5),
        "currency": "SEK",
    }
    ways.append({"type": "BLOCK", "kind": "OVERDUE_PERCENT", "percent": Decimal(25), "days": 30} | small)
    ways.append({"type": "BLOCK", "kind": "OLDEST_OPEN_ITEM", "days": 90})
    ways.append({"type": "EXCLUDE", "kind": "DUNNING_LEVEL", "dunning_level": 0})
    ways.append(
        {"type": "WARN", "kind": "REVIEW_DUE", "days": 0, "ignore_balance_below": Decimal(9), "currency": "SEK"}
    )
    ways.append({"type": "BLOCK", "kind": "COLLATERAL_TERMS", "days": 1})
    status = await firms.put("account_status", code=f"WATCH-{language}", name="Watched")
    ways.append({"type": "BLOCK", "kind": "ACCOUNT_STATUS", "account_status_id": status})
    terms = await firms.put("payment_terms", code=f"N120-{language}", name="Long", days=120)
    ways.append({"type": "BLOCK", "kind": "PAYMENT_TERMS", "payment_terms_id": terms})
    for way in ways:
        await firms.put("blocking_rule", **rule, **way)
    query = """{ blockingRules(first: 100) { nodes { kind condition leavesOut dunningLevel minimumItems
      ignoreItemsBelow { formatted } accountStatus { code } paymentTerms { code } } } }"""
    answer, fast = await both(query, companies=[OWN.code], language=language)
    said = [one["condition"] for one in answer["data"]["blockingRules"]["nodes"]]
    assert fast
    assert all(said)
    assert len(set(said)) >= 14
    assert {len(one["leavesOut"]) for one in answer["data"]["blockingRules"]["nodes"]} == {0, 1, 3}
    assert any(f"WATCH-{language}" in one for one in said)


ADJUSTMENTS = """query ($companies: [String!]) {
  creditLimitAdjustments(where: {companies: $companies}) { nodes {
    number viewerMay viewerMayLabels
    lines { nodes { status currentLimit { amount currency } newLimit { amount }
      holder { __typename id displayName ... on Customer { account } ... on CreditGroup { number } } } }
  } }
}"""


@pytest.mark.parametrize("role", ["VIEWER", "CREDIT_CLERK", "CREDIT_MANAGER"])
async def test_an_adjustment_tells_what_may_be_done_and_its_lines_the_limit_in_force(
    both: BothLanes, firms: World, role: str
) -> None:
    answer, fast = await both(ADJUSTMENTS, as_=role, language="sv", companies=[OWN.code])
    told = {one["number"]: one for one in answer["data"]["creditLimitAdjustments"]["nodes"]}
    found = told[OWN.text("adjustment")]
    assert fast
    clerk = ["UPDATE", "SUBMIT"]
    assert found["viewerMay"] == {"VIEWER": [], "CREDIT_CLERK": clerk}.get(role, [*clerk, "POST"])
    assert [line["holder"]["__typename"] for line in found["lines"]["nodes"]] == ["Customer", "CreditGroup"]
    assert [line["currentLimit"]["amount"] for line in found["lines"]["nodes"]] == ["1000.02", "250000.00"]
    assert told[OWN.text("both")]["lines"]["nodes"] == []


async def test_what_waits_for_approval_tells_its_authors_and_others_what_they_may(
    both: BothLanes, firms: World
) -> None:
    await both("{ viewer { locale } }")
    viewer = await firms.conn.fetchval("select id from actor where subject = 'tester'")
    wrote = "update credit_limit_adjustment set status = $2, author_ids = $3 where id = $1"
    workflow = "update credit_parameters set approve_limit_adjustments = $2 where company_id = $1"
    adjustment, company = firms.ids[f"adjustment {OWN.code}"], firms.ids[OWN.code]
    may = {}
    for status, authors, on in (("IN_REVIEW", [viewer], True), ("IN_REVIEW", [], True), ("DRAFT", [], True)):
        await firms.conn.execute(wrote, adjustment, status, authors)
        await firms.conn.execute(workflow, company, on)
        answer, fast = await both(ADJUSTMENTS, companies=[OWN.code])
        told = {one["number"]: one for one in answer["data"]["creditLimitAdjustments"]["nodes"]}
        assert fast
        may[status, bool(authors)] = told[OWN.text("adjustment")]["viewerMay"]
    await firms.conn.execute(workflow, company, False)
    assert may == {
        ("IN_REVIEW", True): ["REJECT"],
        ("IN_REVIEW", False): ["APPROVE", "REJECT"],
        ("DRAFT", False): ["UPDATE", "SUBMIT"],
    }


async def test_a_line_tells_a_temporary_limit_in_force_and_once_posted_the_limit_it_found(
    both: BothLanes, firms: World
) -> None:
    line = {"adjustment_id": firms.ids[f"adjustment {OWN.code}"], "amount": Decimal(7), "currency": "SEK"}
    theirs = {"customer_id": firms.ids[OWN.account(2)]}
    await firms.put("credit_limit_adjustment_line", **line, **theirs, line_number=2001)
    posted = {"status": "POSTED", "current_amount": Decimal(77), "current_currency": "EUR"}
    await firms.put("credit_limit_adjustment_line", **line, **theirs, line_number=2002, **posted)
    await firms.put("credit_limit_adjustment_line", **line, **theirs, line_number=2003, status="POSTED")
    nobody = {"customer_id": firms.ids[OWN.account(3)]}
    await firms.put("credit_limit_adjustment_line", **line, **nobody, line_number=2004)
    answer, fast = await both(ADJUSTMENTS, companies=[OWN.code])
    told = {one["number"]: one for one in answer["data"]["creditLimitAdjustments"]["nodes"]}
    lines = told[OWN.text("adjustment")]["lines"]["nodes"][2:]
    assert fast
    assert [one["currentLimit"] and one["currentLimit"]["amount"] for one in lines] == ["1000.03", "77.00", None, None]


async def test_a_limit_tells_where_its_parts_come_from(both: BothLanes, firms: World) -> None:
    query = """query ($c: CustomerKey!) { customer(by: $c) { credit { limit { temporary { id limit { amount } }
      parts { kind source { __typename id ... on CreditLimitEntry { from } ... on Collateral { provider } } } } } } }"""
    sources = {}
    for number in ("1", "2"):
        chosen = {"number": {"company": OWN.code, "account": OWN.text(number)}}
        answer, fast = await both(query, {"c": chosen}, companies=[OWN.code, OTHER.code])
        assert fast
        limit = answer["data"]["customer"]["credit"]["limit"]
        sources[number] = [one["source"]["__typename"] for one in limit["parts"]]
        temporary = limit["temporary"]
        assert (temporary is None) is (number == "1")
    assert set(sources["1"]) == {"CreditLimitEntry", "Collateral"}
    assert sources["2"] == ["CreditLimitEntry"]
