"""How far a company's customers are above their limits, in SQL, is what the domain says of each of them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from domain.exposure import exposure
from domain.limits import CreditLimitKind, limit_on
from domain.money import Exchange, Money
from persistence import facts as stored
from persistence.company_exposure import over_limit
from persistence.database import Connection
from persistence.shapes.over_limit import OVER_LIMIT, above_limits
from persistence.shapes.worked import Asked
from persistence.shapes.worth import RATE_MISSING
from persistence.statements import Statement
from tests.persistence.shapes.composing import AS_OF, CURRENCY, Composed, Path
from tests.persistence.shapes.firms import CURRENCIES, DAY, NOW, TODAY, Firms, days, undone
from tests.persistence.shapes.oracle import Figure
from tests.persistence.shapes.test_position import figure_or_state

ASKED = Asked(AS_OF, CURRENCY)
SEEDS = st.integers(0, 2**32)
BY_CHANCE = settings(suppress_health_check=list(HealthCheck))
CUSTOMERS: Path = ("customers",)
LIMITS: Path = ("credit_limits",)
ABOVE: Path = ("over_limit_customers",)
BY: Path = ("over_limit_amount",)


async def of_the_domain(
    conn: Connection, company: UUID, as_of: date | None, currency: str, *, intercompany: bool = False
) -> dict[Path, Figure]:
    """The figures of a company, by looking at each customer by itself; worked out when they are called."""
    every_row = "select id from customer where company_id = $1 and ($2 or not intercompany)"
    rows = await conn.fetch(every_row, company, intercompany)
    every = await stored.customer_facts(conn, [row["id"] for row in rows], stored.Moment(NOW, as_of), CURRENCIES)
    own = await conn.fetchval("select currency from company where id = $1", company)
    limit_of = {key: limit_on(facts.terms, facts.day, facts.exchange, own) for key, facts in every.items()}

    def limits() -> Decimal | None:
        amounts = [limit for limit in limit_of.values() if limit.kind is CreditLimitKind.AMOUNT]
        return (
            exchange.total((part.exact for one in amounts for part in one.parts), currency).amount if amounts else None
        )

    def above() -> list[Money]:
        found = []
        for key, facts in every.items():
            if (limit := limit_of[key].total) is not None:
                used = exposure(facts.balances, facts.policy, facts.exchange, own, facts.day).total
                found += [used - limit] if used > limit else []
        return found

    exchange = next((facts.exchange for facts in every.values()), Exchange(TODAY, {own: 2, currency: 2}))
    by = lambda: exchange.convert(exchange.total(above(), own), currency).amount  # noqa: E731
    return {CUSTOMERS: lambda: len(rows), LIMITS: limits, ABOVE: lambda: len(above()), BY: by}


@settings(BY_CHANCE, max_examples=10)
@given(SEEDS, st.booleans())
async def test_every_figure_is_what_the_domain_says_of_each_customer(
    pool: asyncpg.Pool, seed: int, intercompany: bool
) -> None:
    whole = Composed(OVER_LIMIT, replace(ASKED, intercompany=intercompany))
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance, customers=20)
        for as_of in days(chance):
            currency = chance.choice(["SEK", "JPY", "KWD", "EUR"])
            found = await whole.of(conn, firms.companies, as_of=as_of, currency=currency, now=NOW)
            for key in firms.companies:
                note(f"{as_of} {currency} {key}")
                expected = await of_the_domain(conn, key, as_of, currency, intercompany=intercompany)
                assert found[key] == {path: figure() for path, figure in expected.items()}
                slow = (await over_limit(conn, [key], as_of, NOW, intercompany=intercompany))[key]
                assert found[key][ABOVE] == slow.customers


LISTED = Statement(above_limits(sa.bindparam("company", type_=sa.Uuid())))


@settings(BY_CHANCE, max_examples=10)
@given(SEEDS)
async def test_those_above_are_whom_the_domain_finds_above(pool: asyncpg.Pool, seed: int) -> None:
    alone = Composed(OVER_LIMIT, ASKED, [ABOVE])
    async with undone(pool) as conn:
        firms = await Firms.make(conn, random.Random(seed), customers=20)
        found = await alone.of(conn, firms.companies, as_of=None, currency="SEK", now=NOW)
        for key in firms.companies:
            note(f"{key}")
            listed = [row["id"] for row in await LISTED.all(conn, company=key, now=NOW)]
            assert len(listed) == found[key][ABOVE]
            assert set(listed) == set((await over_limit(conn, [key], None, NOW))[key].above)


@settings(BY_CHANCE, max_examples=6)
@given(SEEDS)
@pytest.mark.parametrize("path", [LIMITS, ABOVE, BY])
async def test_without_a_rate_a_figure_is_not_told_or_needs_none(pool: asyncpg.Pool, path: Path, seed: int) -> None:
    alone = Composed(OVER_LIMIT, ASKED, [path])
    async with undone(pool) as conn:
        firms = await Firms.make(conn, random.Random(seed), customers=12, rates=False)
        for key in firms.companies:
            note(f"{key}")
            found = await figure_or_state(alone, conn, key)
            assert found == RATE_MISSING or found == (await of_the_domain(conn, key, None, "SEK"))[path]()


async def one_customer(conn: Connection, currency: str, owed: Sequence[int], limit: str) -> Firms:
    """A company in yen with one customer, which owes some minor units of a currency and has a limit in yen."""
    firms = await Firms.make(conn, random.Random(1), customers=0)
    world, company = firms.world, firms.companies[0]
    await conn.execute(
        "update credit_parameters set credit_limit_type = 'ALL', max_rate_age_days = 30 where company_id = $1", company
    )
    said = {"account": "1", "name": "Firm", "currency": "SEK", "locale": "en", "party_id": firms.parties[0]}
    key = await world.put("customer", company_id=company, **said)
    firms.customers.append(key)
    row = {"holder_id": key, "customer_id": key, "kind": "PERMANENT", "from_day": TODAY - DAY}
    await world.put("credit_limit_entry", **row, amount=Decimal(limit), currency="JPY")
    for place, amount in enumerate(owed):
        kept = {"customer_id": key, "company_id": company, "category": "RECEIVABLES", "currency": currency}
        await world.put("balance", **kept, due_day=TODAY + place * DAY, amount=amount)
    return firms


@pytest.mark.parametrize(
    ("rate", "cents", "limit", "above"),
    [
        # a euro is worth 8.333… yen: six cents are exactly half a yen, and less when multiplied
        (Decimal("0.12"), 6, "0", 1),
        (Decimal("0.12"), 18, "1", 1),  # 1.5 JPY, rounded 2
        (Decimal("0.12"), 18, "2", 0),
        (Decimal("0.06"), 9, "1", 1),  # 16.666… yen: 1.5 JPY again
        (Decimal("0.06"), 8, "1", 0),  # 1.33 JPY
        (Decimal("0.03"), 1, "0", 0),  # a third of a yen
        (Decimal("0.07"), 7, "1", 0),  # exactly 1 JPY
    ],
)
async def test_an_amount_at_half_a_unit_is_rounded_by_what_it_is_worth_exactly(
    pool: asyncpg.Pool, rate: Decimal, cents: int, limit: str, above: int
) -> None:
    async with undone(pool) as conn:
        firms = await one_customer(conn, "EUR", [cents], limit)
        await conn.execute("delete from exchange_rate where 'JPY' in (base, quote)")
        await firms.world.put("exchange_rate", base="JPY", quote="EUR", rate=rate, day=TODAY, source="test")
        alone = Composed(OVER_LIMIT, ASKED, [ABOVE, BY])
        found = await alone.of(conn, firms.companies[:1], as_of=None, currency="JPY", now=NOW)
        assert found[firms.companies[0]] == {ABOVE: above, BY: Decimal(above)}
        slow = await over_limit(conn, firms.companies[:1], None, NOW)
        assert slow[firms.companies[0]].customers == above


async def test_a_company_without_customers_has_no_limits_and_nobody_above_them(pool: asyncpg.Pool) -> None:
    whole = Composed(OVER_LIMIT, ASKED)
    async with undone(pool) as conn:
        firms = await Firms.make(conn, random.Random(2), customers=0, rates=False)
        found = await whole.of(conn, firms.companies, as_of=None, currency="SEK", now=NOW)
    assert set(found) == set(firms.companies)
    assert all(each == {CUSTOMERS: 0, LIMITS: None, ABOVE: 0, BY: 0} for each in found.values())


PARTS = {"company", "credit_parameters", "customer"}
TABLES = {
    CUSTOMERS: PARTS,
    LIMITS: PARTS | {"collateral", "credit_limit_entry"},
    ABOVE: PARTS | {"balance", "collateral", "credit_group_member", "credit_limit_entry"},
}


@pytest.mark.parametrize("path", TABLES)
def test_a_figure_reads_its_tables_and_no_others(path: Path) -> None:
    composed = Composed(OVER_LIMIT, Asked(), [path])
    text = composed.statement.text
    named = set(re.findall(r"(?:FROM|JOIN) (\w+) AS \w+", text))
    assert named - {"closed_day"} == TABLES[path], "a closed day is looked up only where due days move"
    assert text.count("LATERAL (") == len(composed.laterals)
