"""What is remembered of those who ask: no statement for who asked before, and nothing stale for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from persistence.database import Connection, Pool, connect
from schema.context import Claims
from schema.remembered import COMPANIES_KEPT, Newest, Remembered
from tests.schema.asking import Asker, house
from tests.schema.world import World

EVERYWHERE = {"*": ("VIEWER",)}
UPSERT = """mutation ($code: String!) { upsertCompanies(input: {companies: [
  {code: $code, name: "New", country: "SE", currency: "SEK", locale: "sv-SE", timeZone: "Europe/Stockholm"}]}) {
  errors { message } } }"""


@dataclass
class Office:
    """A process with a clock that is set by hand, and every statement it sent."""

    remembered: Remembered
    ask: Asker
    now: list[float] = field(default_factory=lambda: [0.0])
    sent: list[str] = field(default_factory=list)


@pytest.fixture
async def office(database_url: str, world: World) -> AsyncIterator[Office]:
    """A process that nobody has asked yet."""
    sent: list[str] = []
    now = [0.0]

    async def heard() -> Connection:
        connection = await connect(database_url)
        connection.add_query_logger(lambda record: sent.append(record.query))
        return connection

    async with Pool(heard, 4) as pool:
        yield Office(Remembered(pool, lambda: now[0]), Asker(house(pool)), now, sent)


async def make(world: World, code: str) -> None:
    """A company, made by another process."""
    await world.company(code, f"Company {code}", "SEK", "SE", "sv-SE", "Europe/Stockholm")


async def test_who_asked_before_costs_no_statement(office: Office) -> None:
    await office.ask("{ viewer { locale } }")
    assert office.sent
    office.sent.clear()
    assert (await office.ask("{ viewer { locale } }")).data == {"viewer": {"locale": "en"}}
    assert office.sent == []


async def test_the_same_token_gives_the_same_viewer_as_long_as_the_companies_are_the_same(
    office: Office, world: World
) -> None:
    claims = Claims("anna", "Anna", EVERYWHERE)
    first, _ = await office.remembered.who(claims)
    office.now[0] += COMPANIES_KEPT
    assert (await office.remembered.who(claims))[0] is first
    await make(world, "N001")
    office.now[0] += COMPANIES_KEPT
    second, companies = await office.remembered.who(claims)
    assert set(second.companies()) - set(first.companies()) == {companies.by_code["N001"]}


async def test_another_process_new_company_is_seen_within_a_second(office: Office, world: World) -> None:
    claims = Claims("anna", "Anna", EVERYWHERE)
    await office.remembered.who(claims)
    await make(world, "N002")
    office.now[0] += COMPANIES_KEPT * 0.99
    assert "N002" not in (await office.remembered.who(claims))[1].by_code
    office.now[0] += COMPANIES_KEPT * 0.02
    assert "N002" in (await office.remembered.who(claims))[1].by_code


async def test_a_company_that_a_token_names_is_seen_at_once(office: Office, world: World) -> None:
    claims = Claims("anna", "Anna", {"N003": ("VIEWER",)})
    assert (await office.remembered.who(claims))[0].companies() == ()
    await make(world, "N003")
    viewer, companies = await office.remembered.who(claims)
    assert viewer.companies() == (companies.by_code["N003"],)


async def test_a_company_that_this_process_made_is_seen_at_once(office: Office) -> None:
    query = '{ companies(where: {code: {eq: "N004"}}) { nodes { code } } }'
    assert (await office.ask(query)).data["companies"]["nodes"] == []
    made = await office.ask(UPSERT, {"code": "N004"}, as_="ADMIN")
    assert made.data["upsertCompanies"]["errors"] == []
    assert (await office.ask(query)).data["companies"]["nodes"] == [{"code": "N004"}]


async def test_a_company_that_was_refused_as_unknown_is_looked_up_anew(office: Office, world: World) -> None:
    query = '{ company(code: "N005") { code } }'
    assert (await office.ask(query)).codes == ["COMPANY_NOT_AVAILABLE"]
    await make(world, "N005")
    assert (await office.ask(query)).data == {"company": {"code": "N005"}}


async def test_companies_forgotten_while_they_are_read_are_read_again(office: Office, world: World) -> None:
    claims = Claims("anna", "Anna", EVERYWHERE)
    await office.remembered.who(claims)
    office.now[0] += COMPANIES_KEPT
    async with world.conn.transaction():
        await world.conn.execute("lock table company")
        asking = asyncio.create_task(office.remembered.who(claims))
        async with asyncio.timeout(20):
            while not await world.conn.fetchval("select count(*) from pg_locks where not granted"):
                pass
        office.remembered.forget_companies()
    await asking
    await asyncio.sleep(0)  # what was sent is told in the next turn of the loop
    office.sent.clear()
    await office.remembered.who(claims)
    await asyncio.sleep(0)  # what was sent is told in the next turn of the loop
    assert len(office.sent) == 1


async def test_a_new_name_of_somebody_known_is_kept(office: Office, world: World) -> None:
    before, _ = await office.remembered.who(Claims("berit", "Berit", EVERYWHERE))
    after, _ = await office.remembered.who(Claims("berit", "Berit Ek", EVERYWHERE))
    assert before.actor == after.actor
    assert await world.conn.fetchval("select name from actor where id = $1", after.actor) == "Berit Ek"


def test_only_the_newest_are_kept() -> None:
    kept: Newest[str] = Newest(2)
    for key in ("a", "b", "a", "c"):
        kept.keep(key, key)
    assert [kept.get(key) for key in ("a", "b", "c")] == ["a", None, "c"]
