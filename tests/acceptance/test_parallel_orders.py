"""Two checks at once never both pass into the same room: two server processes, two companies, one credit group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from persistence.database import Pool
from persistence.reconcile import reconcile
from tests.acceptance.processes import HttpAsker, serving
from tests.acceptance.story import ERRORS, NORDIC, Story, fresh, money

# A connection is given up before the server gives it up, so that none is used while it closes.
LIMITS = httpx2.Limits(max_connections=64, keepalive_expiry=2)

ROUNDS, ORDERS, ROOM = 20, 64, 20
TODAY = datetime.now(UTC).date().isoformat()
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
SUBMIT = f"""mutation($input: SubmitSalesOrderInput!) {{
  submitSalesOrder(input: $input) {{ decision {{ outcome }} {ERRORS} }} }}"""
MEMBERS = (("SE01", 0), ("FI01", 1), ("SE01", 2), ("FI01", 3))


@pytest.fixture(scope="module")
async def story(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """Told to two servers in turn."""
    data: Path = tmp_path_factory.mktemp("data")
    with serving(database_url, data, processes=2) as addresses:
        async with httpx2.AsyncClient(timeout=60, limits=LIMITS) as client:
            told = Story(HttpAsker.of(client, addresses, data))  # type: ignore[arg-type]
            await told.companies(*NORDIC)
            # These servers go by the real clock, so the rate is of a real day.
            await told.rate("EUR", "SEK", "11.5", datetime.now(UTC).date().isoformat())
            yield told


async def members(story: Story, name: str) -> list[tuple[str, str]]:
    """Four customers of two companies with room of their own, in one group of 20,000 kronor."""
    made = [(company, f"{name}-{place}") for company, place in MEMBERS]
    for company, account in made:
        await story.customer(company, account)
        await story.own_limit(company, account, "1000000")
    await story.group(name, "SEK", "20000", *made)
    return made


def submitted(story: Story, company: str, account: str, number: str) -> Awaitable[Any]:
    """An order of 1,000 kronor, whatever the company's currency."""
    given = {"company": company, "account": account, "number": number, "amount": money("1000", "SEK")}
    return story.tell(SUBMIT, given | {"idempotencyKey": fresh()}, "INTEGRATION")


async def test_exactly_as_many_orders_pass_as_there_is_room_for_in_every_round(story: Story, pool: Pool) -> None:
    passed = []
    for round_number in range(ROUNDS):
        group = await members(story, f"round-{round_number}")
        orders = [submitted(story, *group[n % len(group)], f"{round_number}-{n}") for n in range(ORDERS)]
        outcomes = [payload["decision"]["outcome"] for payload in await asyncio.gather(*orders)]
        assert set(outcomes) == {"PASSED", "HELD"}
        passed.append(outcomes.count("PASSED"))
    assert passed == [ROOM] * ROUNDS
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def test_customers_of_one_party_never_pass_its_ceiling_together_in_different_companies_and_groups(
    story: Story, pool: Pool
) -> None:
    passed = []
    for round_number in range(ROUNDS // 4):
        number = f"party-{round_number}"
        customers = [(company, f"{number}-{place}") for company, place in MEMBERS]
        for company, account in customers:
            await story.customer(company, account, party=number)
            await story.own_limit(company, account, "1000000")
        for place, pair in enumerate((customers[:2], customers[2:])):  # rooms of their own, beside the party's
            await story.group(f"{number}-{place}", "SEK", "1000000", *pair)
        await story.party_limits(number, ceiling=money("20000", "SEK"), reaction="HOLD")
        orders = [submitted(story, *customers[n % len(customers)], f"{number}-{n}") for n in range(ORDERS)]
        payments = [story.payment(*customers[0], f"{number}-{n}", "1", paidOn=TODAY) for n in range(4)]
        answers = await asyncio.gather(*orders, *payments)
        outcomes = [payload["decision"]["outcome"] for payload in answers[:ORDERS]]
        assert set(outcomes) == {"PASSED", "HELD"}
        passed.append(outcomes.count("PASSED"))
    assert passed == [ROOM] * (ROUNDS // 4)
    async with pool.acquire() as conn:
        assert await conn.fetchval(DEADLOCKS) == 0
        assert await reconcile(conn) == []


async def test_limits_of_a_party_saved_meanwhile_never_let_more_pass_than_they_say(story: Story, pool: Pool) -> None:
    customers = [(company, f"saved-{place}") for company, place in MEMBERS]
    for company, account in customers:
        await story.customer(company, account, party="saved")
        await story.own_limit(company, account, "1000000")
    orders = [submitted(story, *customers[n % len(customers)], f"saved-{n}") for n in range(ORDERS)]
    ceilings = [story.party_limits("saved", ceiling=money(f"{n}000", "SEK"), reaction="HOLD") for n in (5, 10, 15)]
    await asyncio.gather(*orders, *ceilings)
    query = 'query { party(number: "saved") { credit { available { amount } exposure { total { amount } } } } }'
    before = (await story.ask(query)).data["party"]["credit"]
    ceiling = Decimal(before["exposure"]["total"]["amount"]) + ROOM * 1000
    await story.party_limits("saved", ceiling=money(str(ceiling), "SEK"), reaction="HOLD")
    after = [submitted(story, *customers[n % len(customers)], f"saved-after-{n}") for n in range(ORDERS)]
    outcomes = [payload["decision"]["outcome"] for payload in await asyncio.gather(*after)]
    assert outcomes.count("PASSED") == ROOM
    credit = (await story.ask(query)).data["party"]["credit"]
    assert Decimal(credit["available"]["amount"]) == 0
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def test_payments_and_limits_posted_meanwhile_never_let_too_many_pass(story: Story, pool: Pool) -> None:
    group = await members(story, "meanwhile")
    paid, raised = 5, "22000"
    orders = [submitted(story, *group[n % len(group)], f"meanwhile-{n}") for n in range(ORDERS)]
    payments = [story.payment("SE01", group[0][1], f"meanwhile-{n}", "1000") for n in range(paid)]
    limits = [story.limit("SE01", {"creditGroup": "meanwhile"}, amount, "SEK") for amount in ("21000", raised)]
    answers = await asyncio.gather(*orders, *payments, *limits)
    outcomes = [payload["decision"]["outcome"] for payload in answers[:ORDERS]]
    passed = outcomes.count("PASSED")
    query = (
        'query { creditGroup(number: "meanwhile") { credit { available { amount } exposure { total { amount } } } } }'
    )
    credit = (await story.ask(query)).data["creditGroup"]["credit"]
    assert ROOM <= passed <= 22 + paid
    assert Decimal(credit["exposure"]["total"]["amount"]) == passed * 1000 - paid * 1000
    assert Decimal(credit["available"]["amount"]) >= 0
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []
