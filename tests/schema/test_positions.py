"""Limits, exposures and what is left, of customers, groups, parties and companies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.exposure import Category
from tests.schema.asking import Asker
from tests.schema.world import LONG_AGO, TODAY, World

POSITION = """
fragment Amount on Money { amount currency }
fragment Position on CreditPosition {
  limit { kind kindLabel total { ...Amount } base { ...Amount } temporary { id limit { ...Amount } from until }
    insuranceAndGuarantees { ...Amount } parts { kind amount { ...Amount } source { __typename id } } expiryDate }
  exposure { asOf total { ...Amount } receivables { ...Amount } openOrders { ...Amount } overdue { ...Amount }
    unappliedPayments { ...Amount } disputed { ...Amount } insured { ...Amount } net { ...Amount }
    oldestDueDate daysOverdue }
  available { ...Amount } usedPercent effectiveAvailable { ...Amount }
}
"""
CUSTOMER = (
    POSITION
    + """
query ($company: String!, $account: String!, $asOf: Date, $currency: CurrencyCode) {
  customer(by: {number: {company: $company, account: $account}}) {
    id displayName credit(asOf: $asOf, currency: $currency) { ...Position }
    creditGroup { number credit(asOf: $asOf) { ...Position } }
    aging(asOf: $asOf, currency: $currency) {
      asOf total { ...Amount } unapplied { ...Amount } buckets { title fromDay untilDay amount { ...Amount } } }
    dso(months: 3, asOf: $asOf) { days method methodLabel receivables { ...Amount } sales { ...Amount } windowDays }
  }
}
"""
)
GROUP = (
    POSITION
    + """
query ($number: String!, $asOf: Date, $currency: CurrencyCode) {
  creditGroup(number: $number) {
    memberCount members { nodes { account } count { value } }
    credit(asOf: $asOf, currency: $currency) { ...Position }
    byCompany(asOf: $asOf, currency: $currency) { company { code } exposure { total { ...Amount } } }
  }
}
"""
)


@pytest.fixture(scope="module")
async def ledger(world: World) -> World:
    """Acme shares the group G1 in two companies; Beta stands alone, insured; a sister company owes too."""
    await world.group("G1", "Acme Group", "SEK", "SE01/1001", "FI01/2001", limit="1000000 SEK")
    await world.limit("SE01/1001", "100000 SEK")
    await world.limit("SE01/1002", "50000 SEK", until_day=date(2027, 1, 31))
    await world.owes("SE01/1001", "40000.00 SEK", TODAY + timedelta(days=10), TODAY - timedelta(days=20))
    await world.owes("SE01/1001", "10000.00 SEK", TODAY - timedelta(days=45), TODAY - timedelta(days=75))
    await world.owes("SE01/1001", "5000.00 SEK", TODAY, category=Category.OPEN_ORDERS)
    await world.owes("SE01/1001", "-2000.00 SEK", TODAY - timedelta(days=1), category=Category.UNAPPLIED)
    await world.owes("SE01/1001", "30000.00 SEK", TODAY - timedelta(days=20), category=Category.SALES)
    await world.owes("FI01/2001", "1000.00 EUR", TODAY - timedelta(days=1), TODAY - timedelta(days=31))
    await world.owes("SE01/1002", "30000.00 SEK", TODAY + timedelta(days=1), TODAY - timedelta(days=29))
    insured = {"value": Decimal("50000"), "currency": "SEK", "percent": Decimal(50), "from_day": LONG_AGO}
    owner = {"customer_id": world.ids["SE01/1002"], "company_id": world.ids["SE01"]}
    await world.put("collateral", "POLICY", kind="INSURANCE", provider="Atradius", number="P1", **owner | insured)
    await world.customer("SE01", "9001", "Nordic Oy", intercompany=True)
    await world.owes("SE01/9001", "777777.00 SEK", TODAY)
    return world


def amount(text: str) -> dict[str, str]:
    """`amount("100.00 SEK")` as it is given."""
    number, currency = text.split()
    return {"amount": number, "currency": currency}


async def of(ask: Asker, account: str, **variables: Any) -> Any:
    """A customer as everybody's credit manager sees it."""
    company, number = account.split("/")
    return (await ask(CUSTOMER, {"company": company, "account": number} | variables)).data["customer"]


def figures(exposure: dict[str, Any], names: Iterable[str]) -> list[str]:
    """The amounts of some figures."""
    return [exposure[name]["amount"] for name in names]


async def test_a_position_has_limit_exposure_and_room(ask: Asker, ledger: World) -> None:
    credit = (await of(ask, "SE01/1001"))["credit"]
    assert credit["limit"]["kind"] == "AMOUNT"
    assert credit["limit"]["total"] == amount("100000.00 SEK")
    assert credit["limit"]["parts"][0]["source"]["__typename"] == "CreditLimitEntry"
    names = ("total", "receivables", "openOrders", "unappliedPayments", "overdue")
    assert figures(credit["exposure"], names) == ["53000.00", "50000.00", "5000.00", "2000.00", "10000.00"]
    assert credit["exposure"]["daysOverdue"] == 45
    assert credit["exposure"]["asOf"] == "2026-11-23"
    assert credit["available"] == amount("47000.00 SEK")
    assert credit["usedPercent"] == "53.00"
    assert credit["effectiveAvailable"] == amount("47000.00 SEK")


async def test_a_group_is_the_sum_of_its_members_in_its_own_currency(ask: Asker, ledger: World) -> None:
    group = (await ask(GROUP, {"number": "G1"})).data["creditGroup"]
    assert group["credit"]["exposure"]["total"] == amount("64500.00 SEK")
    assert group["credit"]["available"] == amount("935500.00 SEK")
    assert [(share["company"]["code"], share["exposure"]["total"]["amount"]) for share in group["byCompany"]] == [
        ("FI01", "11500.00"),
        ("SE01", "53000.00"),
    ]


async def test_a_member_without_a_limit_has_the_groups_room(ask: Asker, ledger: World) -> None:
    credit = (await of(ask, "FI01/2001"))["credit"]
    assert credit["limit"]["kind"] == "UNSET"
    assert credit["limit"]["total"] is None
    assert credit["available"] is None
    assert credit["usedPercent"] is None
    assert credit["effectiveAvailable"] == amount("81347.82 EUR")


async def test_whoever_sees_one_company_gets_the_groups_total_and_one_row_for_the_rest(
    ask: Asker, ledger: World
) -> None:
    group = (await ask(GROUP, {"number": "G1"}, companies=["FI01"])).data["creditGroup"]
    assert group["credit"]["exposure"]["total"] == amount("64500.00 SEK")
    assert group["memberCount"] == group["members"]["count"]["value"] == 1
    assert [node["account"] for node in group["members"]["nodes"]] == ["2001"]
    assert [(share["company"], share["exposure"]["total"]["amount"]) for share in group["byCompany"]] == [
        ({"code": "FI01"}, "11500.00"),
        (None, "53000.00"),
    ]


async def test_figures_come_in_the_currency_that_is_asked_for(ask: Asker, ledger: World) -> None:
    credit = (await of(ask, "SE01/1001", currency="EUR"))["credit"]
    assert credit["exposure"]["total"] == amount("4608.70 EUR")
    assert credit["limit"]["total"] == amount("8695.65 EUR")


async def test_without_a_rate_there_is_no_figure_but_an_error_that_says_so(ask: Asker, ledger: World) -> None:
    answer = await ask(CUSTOMER, {"company": "SE01", "account": "1001", "currency": "USD"}, language="sv")
    assert answer.body["data"] == {"customer": None}
    assert set(answer.codes) == {"RATE_MISSING"}


async def test_an_unknown_currency_is_a_mistake(ask: Asker, ledger: World) -> None:
    answer = await ask(CUSTOMER, {"company": "SE01", "account": "1001", "currency": "XXZ"})
    assert set(answer.codes) == {"BAD_USER_INPUT"}


async def test_a_past_day_is_answered_as_it_was(ask: Asker, ledger: World) -> None:
    then = TODAY - timedelta(days=60)
    await ledger.rate("EUR", "SEK", "11.00", then)
    customer = await of(ask, "SE01/1001", asOf=then.isoformat())
    assert customer["credit"]["exposure"]["total"] == amount("10000.00 SEK")
    assert customer["credit"]["exposure"]["overdue"] == amount("0.00 SEK")
    assert customer["credit"]["exposure"]["asOf"] == then.isoformat()


async def test_aging_puts_receivables_into_buckets(ask: Asker, ledger: World) -> None:
    aging = (await of(ask, "SE01/1001"))["aging"]
    assert [(bucket["title"], bucket["amount"]["amount"]) for bucket in aging["buckets"]] == [
        ("Not due", "40000.00"),
        ("1–30 days", "0.00"),
        ("31–60 days", "10000.00"),
        ("61–90 days", "0.00"),
        ("Over 90 days", "0.00"),
    ]
    assert aging["unapplied"] == amount("2000.00 SEK")
    assert aging["total"] == amount("48000.00 SEK")


async def test_an_aging_definition_of_ones_own_gives_its_columns_and_titles(ask: Asker, ledger: World) -> None:
    columns = [{"title": "Fresh", "from": None, "until": 30}, {"title": None, "from": 31, "until": None}]
    await ledger.put("aging_definition", code="TWO", name="Two columns", buckets=columns)
    query = """query ($code: String) { customer(by: {number: {company: "SE01", account: "1001"}}) {
      aging(definition: $code) { buckets { title amount { amount } } } } }"""
    aging = (await ask(query, {"code": "TWO"})).data["customer"]["aging"]
    assert [(bucket["title"], bucket["amount"]["amount"]) for bucket in aging["buckets"]] == [
        ("Fresh", "40000.00"),
        ("Over 30 days", "10000.00"),
    ]
    assert (await ask(query, {"code": "NONE"})).codes == ["BAD_USER_INPUT"]


async def test_dso_says_its_method_and_inputs(ask: Asker, ledger: World) -> None:
    dso = (await of(ask, "SE01/1001"))["dso"]
    assert dso["method"] == "STANDARD"
    assert dso["windowDays"] == 92
    assert dso["sales"] == amount("30000.00 SEK")
    assert dso["days"] == "153.33"


async def test_insurance_adds_to_the_limit_and_shows_what_is_covered(ask: Asker, ledger: World) -> None:
    credit = (await of(ask, "SE01/1002"))["credit"]
    assert credit["limit"]["total"] == amount("75000.00 SEK")
    assert credit["limit"]["insuranceAndGuarantees"] == amount("25000.00 SEK")
    assert credit["limit"]["expiryDate"] == "2027-01-31"
    assert credit["exposure"]["insured"] == amount("30000.00 SEK")
    assert credit["exposure"]["net"] == amount("0.00 SEK")


async def test_a_companys_totals_leave_sister_companies_out(ask: Asker, ledger: World) -> None:
    query = """query ($asOf: Date) { company(code: "SE01") {
      exposure(asOf: $asOf) { total { amount } insured { amount } } aging(asOf: $asOf) { total { amount } } } }"""
    company = (await ask(query)).data["company"]
    assert company["exposure"] == {"total": {"amount": "83000.00"}, "insured": {"amount": "30000.00"}}
    past = (await ask(query, {"asOf": (TODAY - timedelta(days=60)).isoformat()})).data["company"]
    assert past["exposure"]["total"] == {"amount": "10000.00"}


async def test_a_party_is_summed_over_companies_one_may_not_see(ask: Asker, ledger: World) -> None:
    query = """query ($currency: CurrencyCode) { party(number: "ACME") {
      credit(currency: $currency) { limit { kind } exposure { total { amount } } }
      customers { nodes { account } } } }"""
    party = (await ask(query, {"currency": "SEK"}, companies=["FI01"])).data["party"]
    assert party["credit"] == {"limit": None, "exposure": {"total": {"amount": "64500.00"}}}
    assert [node["account"] for node in party["customers"]["nodes"]] == ["2001"]
    assert (await ask(query)).codes == ["CURRENCY_REQUIRED"]
