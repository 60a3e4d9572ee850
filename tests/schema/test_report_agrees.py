"""The exposure report is reckoned in SQL for many customers, the domain reckons one: they agree on any facts."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.exposure import KEPT, Category
from persistence.keys import new_key
from tests.schema import paper
from tests.schema.asking import Asker
from tests.schema.world import LONG_AGO, NOW, TODAY, World

DAY = timedelta(days=1)
PAST = TODAY - 30 * DAY
CUSTOMERS = """
query ($asOf: Date, $currency: CurrencyCode) { customers(first: 1000) { nodes {
  id intercompany company { code }
  own: credit(asOf: $asOf) { available { amount } }
  credit(asOf: $asOf, currency: $currency) {
    limit { kind total { amount } }
    exposure {
      total { amount } receivables { amount } specialLiabilities { amount } openOrders { amount }
      openDeliveries { amount } openBilling { amount } unappliedPayments { amount } disputed { amount }
      overdue { amount } heldOrders { amount } insured { amount } net { amount }
    }
  }
  aging(asOf: $asOf, currency: $currency) { buckets { amount { amount } } }
} } }
"""
REPORT = """
query ($asOf: Date, $currency: CurrencyCode!, $own: Boolean!) {
  exposureReport(
    groupBy: [CUSTOMER], asOf: $asOf, currency: $currency, first: 1000, includeIntercompany: $own
  ) { nodes {
    customerId creditLimits total receivables specialLiabilities openOrders openDeliveries openBilling unappliedPayments
    disputed overdue heldOrders insured net notDue days1To30 days31To60 days61To90 over90
  } }
  exposureByCompany(asOf: $asOf, currency: $currency, includeIntercompany: $own) {
    company { code } customers overLimitCustomers
  }
}
"""
AGES = ("notDue", "days1To30", "days31To60", "days61To90", "over90")


async def random_customers(world: World, chance: random.Random) -> None:
    """Customers with any debts, limits, securities and memberships, in companies that count as they like."""
    for company in ("SE01", "FI01"):
        await world.conn.execute(
            "update credit_parameters set credit_limit_type = $2, disputed_reduces_exposure = $3,"
            " disputed_reduces_overdue = $4, order_horizon_days = $5, check_credit_groups = $6,"
            " unset_limit_means_unlimited = $7, pending_receipt_days = $8 where company_id = $1",
            world.ids[company],
            chance.choice(["NONE", "BALANCE", "BALANCE_AND_DELIVERIES", "ALL", "ALL"]),
            *(chance.random() < 0.5 for _ in range(2)),
            chance.choice([None, 0, 20]),
            *(chance.random() < 0.5 for _ in range(2)),
            chance.choice([0, 5, 40]),
        )
        if chance.random() < 0.5:
            await world.banks_close(world.ids[company], chance.choice(["SE", "SA"]))
    for place in range(25):
        company = chance.choice(["SE01", "FI01"])
        account = f"{chance.getrandbits(40):x}-{place}"
        flags = {
            name: chance.random() < 0.25 for name in ("unlimited_credit", "mandatory_credit_limit", "intercompany")
        }
        await world.customer(company, account, account, **flags)
        name = f"{company}/{account}"
        if chance.random() < 0.5:
            was = {flag: chance.random() < 0.3 for flag in ("unlimited_credit", "mandatory_credit_limit")}
            until = TODAY - chance.choice([1, 20, 29, 30, 31, 60]) * DAY
            kept = {"customer_id": world.ids[name], "until_day": until, "recorded_at": NOW}
            await world.put("customer_flags", **kept, **was)
        for _ in range(chance.randrange(7)):
            due = TODAY + chance.choice([0, -1, -30, -31, -60, -61, -90, -91, chance.randrange(-120, 60)]) * DAY
            day = TODAY - chance.randrange(60) * DAY
            amount = (
                f"{chance.randrange(-2000, 9000)}.{chance.randrange(100):02d} {chance.choice(['SEK', 'EUR', 'SEK'])}"
            )
            await world.owes(name, amount, due, day, chance.choice(KEPT))
        for _ in range(chance.choice([0, 1, 3])):
            await received(world, name, chance)
        if chance.random() < 0.6:
            await world.limit(name, f"{chance.randrange(3000)} {chance.choice(['SEK', 'EUR'])}")
        if chance.random() < 0.5:
            since, until = TODAY - chance.randrange(60) * DAY, TODAY + chance.choice([-40, -20, 0, 9]) * DAY
            days = {"from_day": since, "until_day": until}
            if days["from_day"] <= days["until_day"]:
                first = await world.limit(name, f"{chance.randrange(3000)} SEK", kind="TEMPORARY", **days)
                if chance.random() < 0.5:
                    since, until = (TODAY - chance.randrange(40) * DAY for _ in range(2))
                    later = {"from_day": since, "until_day": max(since, until), "replaces_id": first}
                    await world.limit(name, f"{chance.randrange(3000)} EUR", kind="TEMPORARY", **later)
        for kind in chance.choices(["SEASONAL", "TOLERANCE"], k=chance.choice([0, 0, 1, 3])):
            since = TODAY - chance.randrange(60) * DAY
            days = {"from_day": since, "until_day": since + chance.randrange(60) * DAY}
            by_amount = kind == "TOLERANCE" and chance.random() < 0.5
            percent = Decimal(chance.randrange(0 if kind == "TOLERANCE" else -1_000_000, 2_000_000)).scaleb(-4)
            added = {"tolerance": Decimal(chance.randrange(3000))} if by_amount else {"percent": percent}
            await world.limit(name, f"{chance.randrange(3000)} SEK", kind=kind, **days, **added)
        if chance.random() < 0.3:
            await insured(world, name, chance)
        if chance.random() < 0.5:
            await world.group(f"G-{account}", "Group", "EUR", name)


async def received(world: World, name: str, chance: random.Random) -> None:
    """Money that came before one of the days that are asked for, of which a part may have settled something since."""
    day = chance.choice([TODAY, PAST]) - chance.randrange(8) * DAY
    amount, currency = chance.choice([40, 700, 9000]), chance.choice(["SEK", "EUR"])
    tied = {"sales_order_id": new_key()} if chance.random() < 0.2 else {}
    key = await paper.payment(world, name, new_key().hex, f"{amount} {currency}", day, **tied)
    await world.owes(name, f"-{amount} {currency}", day, day, Category.UNAPPLIED, key)
    if chance.random() < 0.5:
        since = min(day + chance.randrange(4) * DAY, TODAY)
        settled = chance.choice([amount, 15])
        await world.owes(name, f"{settled} {currency}", day, since, Category.UNAPPLIED, key)


async def insured(world: World, name: str, chance: random.Random) -> None:
    """A policy of any worth."""
    owner = {"customer_id": world.ids[name], "company_id": world.ids[name.split("/")[0]]}
    policy = {"value": Decimal(chance.randrange(1, 5000)), "percent": Decimal(chance.choice(["50", "33.3333", "100"]))}
    days = {"from_day": LONG_AGO, "until_day": chance.choice([None, TODAY - 10 * DAY])}
    named = {"kind": "INSURANCE", "provider": "Atradius", "number": name, "currency": chance.choice(["SEK", "EUR"])}
    await world.put("collateral", **owner, **policy, **days, **named, included_in_exposure=chance.random() < 0.3)


@pytest.mark.parametrize("seed", range(4))
async def test_the_report_agrees_with_the_domain_on_any_facts(ask: Asker, world: World, seed: int) -> None:
    if await world.conn.fetchval("select count(*) from exchange_rate where day = $1", PAST - DAY) == 0:
        await world.rate("EUR", "SEK", "11.1234567", PAST - DAY)
    await random_customers(world, random.Random(seed))
    for as_of, own in itertools.product((None, PAST.isoformat()), (False, True)):
        asked = {"asOf": as_of, "currency": "SEK"}
        every = (await ask(CUSTOMERS, asked)).data["customers"]["nodes"]
        customers = [each for each in every if own or not each["intercompany"]]
        answer = (await ask(REPORT, {**asked, "own": own})).data
        rows = {row["customerId"]: row for row in answer["exposureReport"]["nodes"]}
        assert set(rows) == {each["id"] for each in customers}
        for customer in customers:
            assert rows[customer["id"]] == expected(customer)
        for company in answer["exposureByCompany"]:
            mine = [each for each in customers if each["company"] == company["company"]]
            above = [each for each in mine if Decimal((each["own"]["available"] or {"amount": 0})["amount"]) < 0]
            assert (company["customers"], company["overLimitCustomers"]) == (len(mine), len(above))


def expected(customer: dict[str, Any]) -> dict[str, Any]:
    """The row that a customer makes by what the domain says of it."""
    limit, exposure = customer["credit"]["limit"], customer["credit"]["exposure"]
    ages = (bucket["amount"]["amount"] for bucket in customer["aging"]["buckets"])
    return {
        "customerId": customer["id"],
        "creditLimits": limit["total"]["amount"] if limit["kind"] == "AMOUNT" else None,
        **{name: money["amount"] for name, money in exposure.items()},
        **dict(zip(AGES, ages, strict=True)),
    }
