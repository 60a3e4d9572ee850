"""Exposure by company and the exposure report, as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.exposure import Category
from tests.schema.asking import Asker
from tests.schema.world import LONG_AGO, TODAY, World

DAY = timedelta(days=1)
EARLIER = TODAY - 20 * DAY

REPORT = """
query ($by: [ExposureDimension!]!, $currency: CurrencyCode!, $asOf: Date, $subtotals: Boolean, $first: Int, $last: Int,
       $after: String, $before: String, $where: ExposureRowWhere) {
  exposureReport(groupBy: $by, currency: $currency, asOf: $asOf, subtotals: $subtotals, first: $first, last: $last,
                 after: $after, before: $before, where: $where) {
    edges { cursor node { level customerAccount companyCode } }
    nodes {
      level asOf currency customers companyCode companyName customerId customerAccount customerName customerGroup
      creditGroup riskGroup country creditLimits total receivables specialLiabilities openOrders openDeliveries
      openBilling unappliedPayments disputed overdue heldOrders insured net
      notDue days1To30 days31To60 days61To90 over90
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    count { value precision }
  }
}
"""
FIGURES = (
    *("total", "receivables", "specialLiabilities", "openOrders", "openDeliveries", "openBilling", "unappliedPayments"),
    *("disputed", "overdue", "heldOrders", "notDue", "days1To30", "days31To60", "days61To90", "over90"),
)


@pytest.fixture(scope="module")
async def owed(world: World) -> World:
    """Debts of every age in two currencies, orders, an intercompany customer, limits and insurance."""
    await world.rate("EUR", "SEK", "10.00", EARLIER)
    await world.owes("SE01/1001", "1000.00 SEK", TODAY - 10 * DAY, TODAY - 40 * DAY)
    await world.owes("SE01/1001", "200.00 SEK", TODAY - 45 * DAY, TODAY - 75 * DAY)
    await world.owes("SE01/1001", "30.00 EUR", TODAY + 5 * DAY, TODAY - 5 * DAY)
    await world.owes("SE01/1001", "-100.00 SEK", TODAY, TODAY - 2 * DAY, Category.UNAPPLIED)
    await world.owes("SE01/1001", "50.00 SEK", TODAY - 10 * DAY, TODAY - 1 * DAY, Category.DISPUTED)
    await world.owes("SE01/1002", "700.00 SEK", TODAY, TODAY - 30 * DAY, Category.OPEN_ORDERS)
    await world.owes("SE01/1002", "90.00 SEK", TODAY, TODAY, Category.HELD_ORDERS)
    await world.owes("FI01/2001", "400.00 EUR", TODAY - 100 * DAY, TODAY - 130 * DAY)
    await world.owes("FI01/2002", "60.00 EUR", TODAY - 70 * DAY, TODAY - 90 * DAY)
    await world.customer("SE01", "9000", "Nordic Oy, our own", intercompany=True)
    await world.owes("SE01/9000", "5555.00 SEK", TODAY - 10 * DAY, TODAY - 40 * DAY)
    group = await world.put("customer_group", code="BIG", name="Big ones")
    await world.conn.execute("update customer set customer_group_id = $1 where account in ('1001', '2001')", group)
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001")
    await world.limit("SE01/1001", "1000 SEK")
    await world.limit("FI01/2002", "50 EUR")
    secured = {"customer_id": world.ids["FI01/2002"], "company_id": world.ids["FI01"], "kind": "INSURANCE"}
    policy = {"provider": "Atradius", "number": "P1", "value": Decimal(100), "currency": "EUR", "percent": Decimal(5)}
    await world.put("collateral", **secured, **policy, from_day=LONG_AGO)
    return world


async def report(ask: Asker, *by: str, currency: str = "EUR", **more: Any) -> list[dict[str, Any]]:
    """The rows of a report."""
    variables = {"by": list(by), "currency": currency, "first": 100, **more}
    rows: list[dict[str, Any]] = (await ask(REPORT, variables)).data["exposureReport"]["nodes"]
    return rows


async def test_without_groups_there_is_the_total_alone(ask: Asker, owed: World) -> None:
    (row,) = await report(ask)
    assert (row["level"], row["customers"], row["companyCode"], row["asOf"]) == (0, 4, None, TODAY.isoformat())
    # 1,200 SEK + 30 EUR + 460 EUR of receivables; 100 SEK unapplied, 50 SEK disputed, 700 SEK ordered; 11.50 SEK an EUR
    assert row["receivables"] == "594.35"
    assert row["total"] == "642.17"
    assert row["overdue"] == "560.00"
    assert (row["unappliedPayments"], row["disputed"], row["heldOrders"]) == ("8.70", "4.35", "7.83")
    assert row["creditLimits"] == "141.96"  # 1,000 SEK, and 50 EUR with 5 % of 100 EUR insurance
    assert (row["insured"], row["net"]) == ("60.00", "582.17")


async def test_receivables_fall_into_five_ages(ask: Asker, owed: World) -> None:
    (row,) = await report(ask)
    ages = [row[name] for name in ("notDue", "days1To30", "days31To60", "days61To90", "over90")]
    assert ages == ["30.00", "86.96", "17.39", "60.00", "400.00"]


async def test_a_day_in_the_past_is_read_from_the_movements_at_that_days_rate(ask: Asker, owed: World) -> None:
    (row,) = await report(ask, asOf=EARLIER.isoformat())
    assert (row["asOf"], row["receivables"], row["openOrders"]) == (EARLIER.isoformat(), "580.00", "70.00")
    assert (row["overdue"], row["unappliedPayments"]) == ("480.00", "0.00")
    ages = [row[name] for name in ("notDue", "days1To30", "days31To60", "days61To90", "over90")]
    assert ages == ["100.00", "20.00", "60.00", "400.00", "0.00"]


async def test_rows_are_divided_by_company_and_customer_without_our_own_companies(ask: Asker, owed: World) -> None:
    rows = await report(ask, "COMPANY", "CUSTOMER")
    assert [(row["companyCode"], row["customerAccount"], row["country"]) for row in rows] == [
        ("FI01", "2001", "FI"),
        ("FI01", "2002", None),
        ("SE01", "1001", "SE"),
        ("SE01", "1002", "SE"),
    ]
    gamma = rows[1]
    assert gamma["customerId"] == "cus_" + owed.ids["FI01/2002"].hex
    assert (gamma["total"], gamma["creditLimits"], gamma["insured"], gamma["level"]) == ("60.00", "55.00", "60.00", 2)
    assert rows[3]["creditLimits"] is None


async def test_subtotals_come_before_what_they_are_made_of(ask: Asker, owed: World) -> None:
    rows = await report(ask, "COMPANY", "CUSTOMER", subtotals=True)
    assert [(row["level"], row["companyCode"], row["customerAccount"]) for row in rows] == [
        (0, None, None),
        (1, "FI01", None),
        (2, "FI01", "2001"),
        (2, "FI01", "2002"),
        (1, "SE01", None),
        (2, "SE01", "1001"),
        (2, "SE01", "1002"),
    ]
    assert [row["customers"] for row in rows] == [4, 2, 1, 1, 2, 1, 1]


@pytest.mark.parametrize(
    "by",
    [
        ("COMPANY",),
        ("CUSTOMER",),
        ("COUNTRY", "RISK_GROUP"),
        ("CUSTOMER_GROUP", "COMPANY"),
        ("CREDIT_GROUP", "CUSTOMER"),
    ],
)
@pytest.mark.parametrize("as_of", [None, EARLIER.isoformat()])
async def test_however_it_is_divided_the_parts_add_up_to_the_total(
    ask: Asker, owed: World, by: tuple[str, ...], as_of: str | None
) -> None:
    (total,) = await report(ask, currency="EUR", asOf=as_of)
    parts = await report(ask, *by, currency="EUR", asOf=as_of)
    assert sum(row["customers"] for row in parts) == total["customers"]
    for figure in FIGURES:
        apart = sum(Decimal(row[figure]) for row in parts) - Decimal(total[figure])
        assert abs(apart) <= Decimal("0.01") * len(parts), figure


async def test_customers_that_belong_nowhere_make_a_row_of_their_own_at_the_end(ask: Asker, owed: World) -> None:
    rows = await report(ask, "CREDIT_GROUP")
    assert [(row["creditGroup"], row["customers"]) for row in rows] == [("G1", 2), (None, 2)]
    rows = await report(ask, "CUSTOMER_GROUP")
    assert [(row["customerGroup"], row["total"]) for row in rows] == [("BIG", "521.30"), (None, "120.87")]


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_forwards_and_backwards_hold_every_row_once(ask: Asker, owed: World, size: int) -> None:
    asked: dict[str, Any] = {"by": ["COMPANY", "CUSTOMER"], "currency": "SEK", "subtotals": True}
    every = [row["node"] for row in (await _page(ask, {**asked, "first": 100}))["edges"]]
    forwards, after = [], None
    while True:
        page = await _page(ask, {**asked, "first": size, "after": after})
        forwards += [row["node"] for row in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert forwards == every
    backwards: list[Any] = []
    before = None
    while True:
        page = await _page(ask, {**asked, "last": size, "before": before})
        backwards = [row["node"] for row in page["edges"]] + backwards
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert backwards == every
    assert page["count"] == {"value": 7, "precision": "EXACT"}


async def _page(ask: Asker, asked: Mapping[str, Any]) -> Any:
    return (await ask(REPORT, asked)).data["exposureReport"]


async def test_a_cursor_of_another_report_is_refused(ask: Asker, owed: World) -> None:
    page = await _page(ask, {"by": ["COMPANY"], "currency": "EUR", "first": 1})
    after = page["pageInfo"]["endCursor"]
    answer = await ask(REPORT, {"by": ["CUSTOMER"], "currency": "EUR", "first": 1, "after": after})
    assert answer.codes == ["BAD_CURSOR"]
    assert (await ask(REPORT, {"by": ["COMPANY"], "currency": "EUR", "after": "nonsense"})).codes == ["BAD_CURSOR"]


async def test_a_dimension_is_named_once(ask: Asker, owed: World) -> None:
    assert (await ask(REPORT, {"by": ["COMPANY", "COMPANY"], "currency": "EUR"})).codes == ["BAD_USER_INPUT"]


async def test_without_a_rate_the_report_says_so(ask: Asker, owed: World) -> None:
    assert (await ask(REPORT, {"by": [], "currency": "USD"})).codes == ["RATE_MISSING"]


async def test_only_granted_companies_count(ask: Asker, owed: World) -> None:
    answer = await ask(REPORT, {"by": [], "currency": "EUR"}, companies=["FI01"])
    (row,) = answer.data["exposureReport"]["nodes"]
    assert (row["customers"], row["total"]) == (2, "460.00")
    where = {"by": [], "currency": "EUR", "where": {"companies": ["SE01"]}}
    assert (await ask(REPORT, where)).data["exposureReport"]["nodes"][0]["customers"] == 2
    assert (await ask(REPORT, where, companies=["FI01"])).codes == ["COMPANY_NOT_AVAILABLE"]


BY_COMPANY = """
query ($companies: [String!], $currency: CurrencyCode, $asOf: Date) {
  exposureByCompany(companies: $companies, currency: $currency, asOf: $asOf) {
    company { code } customers creditLimits { amount currency } overLimitCustomers overLimitAmount { amount currency }
    exposure { asOf total { amount } receivables { amount } overdue { amount } insured { amount } net { amount } }
    aging { total { amount } unapplied { amount } buckets { title amount { amount } } }
  }
}
"""


async def test_each_company_shows_what_its_customers_owe_and_how_far_they_are_above_their_limits(
    ask: Asker, owed: World
) -> None:
    finns, swedes = (await ask(BY_COMPANY, {"currency": "EUR"})).data["exposureByCompany"]
    assert (finns["company"]["code"], finns["customers"], finns["exposure"]["total"]) == (
        "FI01",
        2,
        {"amount": "460.00"},
    )
    # Acme Suomi is in a credit group and has no limit of its own; Gamma owes 60 of 55
    assert (finns["overLimitCustomers"], finns["overLimitAmount"]["amount"]) == (1, "5.00")
    assert (finns["exposure"]["insured"], finns["exposure"]["net"]) == ({"amount": "60.00"}, {"amount": "400.00"})
    # Acme: 1,200 SEK + 30 EUR - 100 - 50 = 1,395 SEK of 1,000; Beta: 700 of no limit at all
    assert (swedes["overLimitCustomers"], swedes["overLimitAmount"]["amount"]) == (2, "95.22")
    assert swedes["creditLimits"] == {"amount": "86.96", "currency": "EUR"}
    assert [bucket["amount"]["amount"] for bucket in swedes["aging"]["buckets"]] == [
        "30.00",
        "86.96",
        "17.39",
        "0.00",
        "0.00",
    ]


async def test_companies_of_several_currencies_need_one_to_be_named(ask: Asker, owed: World) -> None:
    assert (await ask(BY_COMPANY)).codes == ["CURRENCY_REQUIRED"]
    (found,) = (await ask(BY_COMPANY, {"companies": ["SE01"]})).data["exposureByCompany"]
    assert found["creditLimits"] == {"amount": "1000.00", "currency": "SEK"}


async def test_the_dashboards_companies_add_up_to_the_reports_total(ask: Asker, owed: World) -> None:
    for as_of in (None, EARLIER):
        asked = {"currency": "SEK", "asOf": as_of and as_of.isoformat()}
        companies = (await ask(BY_COMPANY, asked)).data["exposureByCompany"]
        (total,) = await report(ask, currency="SEK", asOf=asked["asOf"])
        summed = sum(Decimal(each["exposure"]["total"]["amount"]) for each in companies)
        assert abs(summed - Decimal(total["total"])) <= Decimal("0.02")


async def test_orders_beyond_the_horizon_and_what_a_company_does_not_count_are_left_out_of_its_total(
    ask: Asker, owed: World
) -> None:
    await owed.owes("SE01/1002", "1000.00 SEK", TODAY + 60 * DAY, TODAY, Category.OPEN_ORDERS)
    change = "update credit_parameters set {} where company_id = $1"
    await owed.conn.execute(change.format("order_horizon_days = 30"), owed.ids["SE01"])
    (near,) = await report(ask, currency="SEK", where={"companies": ["SE01"]})
    assert (near["openOrders"], near["total"]) == ("700.00", "2095.00")
    await owed.conn.execute(change.format("credit_limit_type = 'BALANCE'"), owed.ids["SE01"])
    (balance,) = await report(ask, currency="SEK", where={"companies": ["SE01"]})
    assert (balance["openOrders"], balance["total"]) == ("700.00", "1395.00")
    await owed.conn.execute(change.format("disputed_reduces_exposure = false"), owed.ids["SE01"])
    (whole,) = await report(ask, "CUSTOMER", currency="SEK", where={"companies": ["SE01"]}, first=1)
    assert whole["total"] == "1445.00"
