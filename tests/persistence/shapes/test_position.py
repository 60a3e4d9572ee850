"""Positions in SQL are what the domain says of the same facts, whatever is kept."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from persistence.database import Connection
from persistence.shapes.position import CUSTOMER_POSITION, GROUP_POSITION, PARTY_POSITION
from persistence.shapes.shares import GROUP_SHARES
from persistence.shapes.worked import Asked, Figures
from persistence.shapes.worth import RATE_MISSING
from tests.persistence.shapes import oracle
from tests.persistence.shapes.composing import AS_OF, CURRENCY, Composed, Path
from tests.persistence.shapes.firms import DAY, NOW, TODAY, Firms, days, undone

ASKED = Asked(AS_OF, CURRENCY)
SEEDS = st.integers(0, 2**32)
TODAY_IN_SEK = {"as_of": None, "currency": "SEK", "now": NOW}
BY_CHANCE = settings(suppress_health_check=list(HealthCheck))

KINDS: dict[str, tuple[Figures, Callable[..., Any], Callable[[Firms], list[Any]]]] = {
    "customer": (CUSTOMER_POSITION, oracle.customer_figures, lambda firms: firms.customers),
    "group": (GROUP_POSITION, oracle.group_figures, lambda firms: firms.groups),
    "party": (PARTY_POSITION, oracle.party_figures, lambda firms: firms.parties),
}


@settings(BY_CHANCE, max_examples=6)
@given(SEEDS)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_figure_of_a_position_is_the_domains(pool: asyncpg.Pool, kind: str, seed: int) -> None:
    figures, told, whose = KINDS[kind]
    whole = Composed(figures, ASKED)
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance)
        for as_of in days(chance):
            currency = chance.choice(["SEK", "JPY", "EUR"] if kind == "party" else [None, "SEK", "KWD", "EUR"])
            found = await whole.of(conn, whose(firms), as_of=as_of, currency=currency, now=NOW)
            for key in whose(firms):
                note(f"{as_of} {currency} {key}")
                expected = await told(conn, key, as_of, currency)
                assert found[key] == {path: figure() for path, figure in expected.items()}


@settings(BY_CHANCE, max_examples=3)
@given(SEEDS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_figure_without_a_rate_is_never_told(pool: asyncpg.Pool, kind: str, seed: int) -> None:
    _, told, whose = KINDS[kind]
    raised = 0
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance, rates=False)
        expected = {key: await told(conn, key, None, "SEK") for key in whose(firms)[:3]}
        for path in next(iter(expected.values())):
            alone = composed_alone(kind, path)
            for key, every in expected.items():
                note(f"{path} {key}")
                found = await figure_or_state(alone, conn, key)
                if found == RATE_MISSING:
                    raised += 1
                else:
                    assert found == every[path]()
    note(f"{raised} figures without a rate")


@cache
def composed_alone(kind: str, path: Path) -> Composed:
    """One figure of a position."""
    return Composed(KINDS[kind][0], ASKED, [path])


@pytest.mark.parametrize(("begins", "active"), [(-2, False), (0, False), (1, True)])
async def test_a_temporary_limit_ends_the_day_before_the_one_that_takes_its_place(
    pool: asyncpg.Pool, begins: int, active: bool
) -> None:
    temporary = Composed(CUSTOMER_POSITION, Asked(), [("limit", "temporary")])
    async with undone(pool) as conn:
        firms = await Firms.make(conn, random.Random(begins), customers=1)
        (key,) = firms.customers
        await conn.execute("delete from credit_limit_entry where holder_id = $1", key)
        row = {"holder_id": key, "customer_id": key, "amount": Decimal(100), "currency": "SEK"}
        place = {"kind": "TEMPORARY", "from_day": TODAY - 9 * DAY, "until_day": TODAY + 9 * DAY}
        first = await firms.world.put("credit_limit_entry", **row, **place)
        begin = TODAY + begins * DAY
        await conn.execute("update company set time_zone = 'UTC'")
        later = {"kind": "PERMANENT", "from_day": begin, "until_day": None}
        await firms.world.put("credit_limit_entry", **row, **later, replaces_id=first)
        found = await temporary.of(conn, [key], now=NOW)
        assert found[key][("limit", "temporary")] == (first if active else None)


async def figure_or_state(alone: Composed, conn: Connection, key: UUID) -> Any:
    """The one figure of a key, or the state of the error that it is refused with."""
    try:
        async with conn.transaction():
            ((found,),) = [each.values() for each in (await alone.of(conn, [key], **TODAY_IN_SEK)).values()]
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return found


@settings(BY_CHANCE, max_examples=6)
@given(SEEDS)
async def test_shares_of_a_group_are_the_domains_and_hide_what_may_not_be_seen(pool: asyncpg.Pool, seed: int) -> None:
    shares = Composed(GROUP_SHARES, ASKED)
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance)
        for as_of in days(chance):
            granted = chance.sample(firms.companies, chance.randint(0, 3))
            given_ = {"as_of": as_of, "currency": "SEK", "now": NOW, "companies": granted}
            found = await shares.of(conn, firms.groups, **given_)
            for key in firms.groups:
                note(f"{as_of} {granted} {key}")
                expected = await oracle.share_figures(conn, key, as_of, "SEK", granted)
                assert parts(found[key][("by_company",)] or []) == parts(expected)


def parts(lines: list[str]) -> list[list[str]]:
    """The parts of each line, whether or not a 0 came with decimals."""
    return [["0" if part == "0.00" else part for part in line.split("|")] for line in lines]


TABLES = {
    ("limit", "total"): {
        "collateral",
        "company",
        "credit_group_member",
        "credit_limit_entry",
        "credit_parameters",
    },
    ("limit", "expiry_date"): {"company", "credit_limit_entry", "credit_parameters"},
    ("exposure", "total"): {"balance", "company", "credit_parameters"},
    ("exposure", "days_overdue"): {"balance", "company", "credit_parameters"},
    ("exposure", "net"): {"balance", "collateral", "company", "credit_parameters"},
    ("effective_available",): {
        "balance",
        "collateral",
        "company",
        "credit_group",
        "credit_group_member",
        "credit_limit_entry",
        "credit_parameters",
        "customer",
    },
}


@pytest.mark.parametrize("path", TABLES)
def test_a_figure_reads_its_tables_and_no_others(path: tuple[str, ...]) -> None:
    text = Composed(CUSTOMER_POSITION, Asked(), [path]).statement.text
    named = set(re.findall(r"(?:FROM|JOIN) (\w+) AS \w+", text))
    assert named - {"closed_day"} == TABLES[path], "a closed day is looked up only where due days move"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", [Asked(), ASKED])
def test_every_lateral_is_correlated_to_what_stands_before_it(kind: str, asked: Asked) -> None:
    composed = Composed(KINDS[kind][0], asked)
    assert composed.statement.text.count(" AS asked_for") == 1
    assert composed.statement.text.count("LATERAL (") == len(composed.laterals)
