"""How often the database is asked: as often for many customers as for few."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from persistence.database import plain_url, set_codecs
from tests.schema.asking import Asker, house
from tests.schema.world import TODAY, World

QUERY = """query ($first: Int) { creditGroup(number: "G1") {
  credit { exposure { total { amount } } }
  members(first: $first) { nodes {
    account company { code } payer { account } creditGroup { name } paymentTerms { name translations { value } }
    credit(currency: "EUR") { available { amount } effectiveAvailable { amount } limit { parts { source { id } } } }
    aging { total { amount } } dso { days } } } } }"""


@pytest.fixture(scope="module")
async def many(world: World) -> World:
    """A group of twenty members in two companies."""
    terms = await world.put("payment_terms", code="30", name="30 days", days=30)
    members = []
    for number in range(20):
        company = "SE01" if number % 2 else "FI01"
        await world.customer(company, f"M{number}", f"Member {number}", payment_terms_id=terms)
        members.append(f"{company}/M{number}")
        await world.limit(members[-1], f"1000 {'SEK' if number % 2 else 'EUR'}")
        await world.owes(members[-1], f"{number + 1}.00 {'SEK' if number % 2 else 'EUR'}", TODAY)
    await world.group("G1", "Many", "SEK", *members, limit="1000000 SEK")
    return world


@dataclass(frozen=True)
class Heard:
    """A way to ask, and every statement that the database was sent meanwhile."""

    ask: Asker
    statements: list[str]


@pytest.fixture
async def heard(database_url: str) -> AsyncIterator[Heard]:
    """Connections that tell what they are sent."""
    statements: list[str] = []

    async def listen(connection: asyncpg.Connection) -> None:
        await set_codecs(connection)
        connection.add_query_logger(lambda sent: statements.append(sent.query))

    async with asyncpg.create_pool(plain_url(database_url), min_size=1, max_size=8, init=listen) as pool:
        yield Heard(Asker(house(pool)), statements)


async def test_many_members_cost_no_more_statements_than_few(heard: Heard, many: World) -> None:
    counts = []
    for first in (4, 20):
        heard.statements.clear()
        nodes = (await heard.ask(QUERY, {"first": first})).data["creditGroup"]["members"]["nodes"]
        assert len(nodes) == first
        counts.append(len(heard.statements))
    # What is loaded together depends on which connection answers first: a few more or less, never one for each member.
    assert counts[1] - counts[0] < 8
