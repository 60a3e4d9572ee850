"""Agings and days sales outstanding in SQL are what the domain says of the same facts, whatever is kept."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from domain.aging import DEFAULT_AGING, Aging, AgingBucketDefinition, AgingDefinition, aging
from domain.metrics.dso import dso
from persistence import facts as stored
from persistence.company_exposure import company_sums_of
from persistence.database import Connection
from persistence.frozen import freeze
from persistence.shapes.aging import COMPANY_AGING, CUSTOMER_AGING
from persistence.shapes.dso import CUSTOMER_DSO
from persistence.shapes.position import COMPANY_EXPOSURE
from persistence.shapes.worked import Asked
from tests.persistence.shapes.composing import AS_OF, CURRENCY, Composed
from tests.persistence.shapes.firms import CURRENCIES, NOW, Firms, days, undone
from tests.persistence.shapes.oracle import exposure_figures

DEFINITION = sa.bindparam("definition", type_=sa.Text())
MONTHS = sa.bindparam("months", type_=sa.Integer())
SEEDS = st.integers(0, 2**32)
BY_CHANCE = settings(suppress_health_check=list(HealthCheck), max_examples=4)
OWN = ((None, -5), (-4, 0), (1, 45), (46, None))


async def define(firms: Firms) -> None:
    """A definition of all companies, and one company's own under the same code."""
    general = [{"from": first, "until": last, "title": None} for first, last in OWN]
    await firms.world.put("aging_definition", code="OWN", name="Own", buckets=general)
    one = [{"from": None, "until": None, "title": "{All}"}]
    await firms.world.put("aging_definition", code="OWN", name="Own", buckets=one, company_id=firms.companies[0])


def defined(firms: Firms, company: UUID, code: str | None) -> tuple[AgingDefinition, str | None]:
    """The definition of a code for a company, and the title that its columns have."""
    if code is None:
        return DEFAULT_AGING, None
    if company == firms.companies[0]:
        return AgingDefinition((AgingBucketDefinition(None, None),)), "{All}"
    return AgingDefinition(tuple(AgingBucketDefinition(*bounds) for bounds in OWN)), None


def written(found: Aging, title: str | None) -> dict[str, Any]:
    """An aging as the composer writes it."""
    titles = [{"text": "{title}", "values": {"title": title}}] if title else [freeze(b.title) for b in found.buckets]
    return {
        "as_of": found.as_of,
        "total": found.total.amount,
        "unapplied": found.unapplied.amount,
        "buckets": [
            (title, [str(part) for part in (b.from_day, b.until_day, f"{b.amount.amount:f}") if part is not None])
            for title, b in zip(titles, found.buckets, strict=True)
        ],
    }


def read(found: dict[Any, Any]) -> dict[str, Any]:
    """What the composer gave, its titles as values again."""
    rows = [row.split("|") for row in found[("buckets",)]]
    buckets = [(json.loads(title), rest) for title, *rest in rows]
    return {path[0]: value for path, value in found.items()} | {"buckets": buckets}


@settings(BY_CHANCE)
@given(SEEDS)
async def test_an_aging_of_a_customer_is_the_domains(pool: asyncpg.Pool, seed: int) -> None:
    composed = Composed(CUSTOMER_AGING, Asked(AS_OF, CURRENCY, DEFINITION))
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance)
        await define(firms)
        for as_of in days(chance):
            code, currency = chance.choice([None, "OWN"]), chance.choice([None, "SEK", "KWD"])
            given_ = {"as_of": as_of, "currency": currency, "definition": code, "now": NOW}
            found = await composed.of(conn, firms.customers, **given_)
            all_facts = await stored.customer_facts(conn, firms.customers, stored.Moment(NOW, as_of), CURRENCIES)
            for key in firms.customers:
                note(f"{given_} {key}")
                facts = all_facts[key]
                company = await conn.fetchval("select company_id from customer where id = $1", key)
                definition, title = defined(firms, company, code)
                to = currency or facts.currency
                expected = aging(facts.balances, definition, facts.exchange, to, facts.day)
                assert read(found[key]) == written(expected, title)


@settings(BY_CHANCE)
@given(SEEDS)
async def test_a_dso_of_a_customer_is_the_domains(pool: asyncpg.Pool, seed: int) -> None:
    composed = Composed(CUSTOMER_DSO, Asked(AS_OF, CURRENCY, months=MONTHS))
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance)
        since = {key: chance.choice([None, date(2020, 1, 1), date(2026, 2, 20)]) for key in firms.customers}
        for key, day in since.items():
            await conn.execute("update customer set customer_since = $2 where id = $1", key, day)
        for as_of in days(chance):
            months = chance.choice([1, 2, 12, None])
            found = await composed.of(conn, firms.customers, as_of=as_of, currency="SEK", months=months, now=NOW)
            all_facts = await stored.customer_facts(conn, firms.customers, stored.Moment(NOW, as_of), CURRENCIES)
            for key, facts in all_facts.items():
                note(f"{as_of} {months} {key}")
                expected = dso(facts.balances, facts.exchange, "SEK", facts.day, months or 12, since[key])
                assert found[key] == {
                    ("days",): expected.days,
                    ("method",): expected.method,
                    ("receivables",): expected.receivables.amount,
                    ("sales",): expected.sales.amount,
                    ("window_start",): expected.window_start,
                    ("window_days",): expected.window_days,
                    ("as_of",): expected.as_of,
                }


@settings(BY_CHANCE)
@given(SEEDS, st.booleans())
async def test_sums_of_a_company_are_the_domains(pool: asyncpg.Pool, seed: int, intercompany: bool) -> None:
    exposure = Composed(COMPANY_EXPOSURE, Asked(AS_OF, CURRENCY, intercompany=intercompany))
    aged = Composed(COMPANY_AGING, Asked(AS_OF, CURRENCY, DEFINITION, intercompany=intercompany))
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance)
        await define(firms)
        await fold_some(conn, chance)
        for as_of in days(chance):
            code = chance.choice([None, "OWN"])
            given_ = {"as_of": as_of, "currency": "SEK", "now": NOW}
            owed = await exposure.of(conn, firms.companies, **given_)
            found = await aged.of(conn, firms.companies, **given_, definition=code)
            for key in firms.companies:
                note(f"{given_} {code} {key}")
                sums = (await company_sums_of(conn, [key], as_of, NOW, CURRENCIES, intercompany=intercompany))[key]
                expected = exposure_figures(lambda sums=sums: sums.exposure("SEK"))
                assert owed[key] == {path[1:]: figure() for path, figure in expected.items()}
                definition, title = defined(firms, key, code)
                assert read(found[key]) == written(sums.aging(definition, "SEK"), title)


async def fold_some(conn: Connection, chance: random.Random) -> None:
    """Some of the tail is folded into what is kept of companies."""
    await conn.execute(
        "insert into company_balance (company_id, category, currency, due_day, amount)"
        " select company_id, category, currency, due_day, sum(amount) from movement_tail where company_id = any($1)"
        " group by 1, 2, 3, 4",
        folded := [row["id"] for row in await conn.fetch("select id from company") if chance.random() < 0.5],
    )
    await conn.execute("delete from movement_tail where company_id = any($1)", folded)
