"""A request that takes too long is stopped: on the server too, whatever part of it waits, and with nothing written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from persistence.database import Connection, Pool, connect
from schema.deadline import by_deadline
from tests.schema.asking import Answer, Asker, house
from tests.schema.world import World

DEADLINE = 1.0
"""Enough to get as far as the lock that a test holds; what waits for it would wait for ever."""

ROOT = "{ parties { nodes { number } } }"
NESTED = (
    '{ customer(by: {number: {company: "SE01", account: "1001"}}) { accountStatus { name } paymentTerms { code } } }'
)
SAVE = """mutation ($number: String!) { upsertParties(input: {parties: [{number: $number, name: "New"}]}) {
  errors { code } } }"""


@pytest.fixture
async def hurried(database_url: str, world: World) -> AsyncIterator[Asker]:
    """Asks a house of short patience, which has but two connections."""
    async with Pool(lambda: connect(database_url), 2) as pool:
        yield Asker(house(pool, DEADLINE))


@asynccontextmanager
async def locked(conn: Connection, table: str) -> AsyncIterator[None]:
    """A table that nobody else can read."""
    async with conn.transaction():
        await conn.execute(f"lock table {table}")
        yield


WAITING = "select count(*) from pg_locks where not granted"


async def asked_too_much(conn: Connection, asking: asyncio.Task[Answer]) -> Answer:
    """The answer to a question that was seen waiting for the lock, once its statement has ended on the server."""
    async with asyncio.timeout(20):
        while not await conn.fetchval(WAITING):
            assert not asking.done()
        answer = await asking
        while await conn.fetchval(WAITING):
            pass
    return answer


@pytest.mark.parametrize(
    ("table", "query"), [("party", ROOT), ("payment_terms", NESTED)], ids=["root", "loaded together"]
)
async def test_the_statement_of_a_question_is_stopped_and_the_connections_serve_the_next(
    hurried: Asker, world: World, table: str, query: str
) -> None:
    terms = await world.put("payment_terms", code=f"30-{table}", name="30 days", days=30)
    await world.conn.execute("update customer set payment_terms_id = $1", terms)
    await hurried(query)
    async with locked(world.conn, table):
        for _ in range(3):  # more often than there are connections
            answer = await asked_too_much(world.conn, asyncio.create_task(hurried(query, language="sv")))
            assert (answer.status, answer.codes) == (504, ["DEADLINE_EXCEEDED"])
            assert answer.body["errors"][0]["extensions"]["retryable"] is True
            assert "data" not in answer.body
    assert (await hurried(query)).status == 200


async def test_a_change_under_way_is_taken_back_whole(hurried: Asker, world: World) -> None:
    async with locked(world.conn, "audit_event"):
        asking = asyncio.create_task(hurried(SAVE, {"number": "P-LATE"}, as_="INTEGRATION"))
        answer = await asked_too_much(world.conn, asking)
    assert answer.codes == ["DEADLINE_EXCEEDED"]
    assert await world.conn.fetchval("select count(*) from party where number = 'P-LATE'") == 0
    again = await hurried(SAVE, {"number": "P-LATE"}, as_="INTEGRATION")
    assert again.data["upsertParties"]["errors"] == []


async def test_a_request_that_never_comes_whole_is_stopped(hurried: Asker) -> None:
    async def forever() -> AsyncIterator[bytes]:
        yield b'{"query": '
        await asyncio.Event().wait()

    headers = {"Authorization": 'Test {"user": "t", "grants": {"*": ["VIEWER"]}, "locale": null}'}
    response = await hurried.raw("POST", content=forever(), headers=headers | {"Content-Type": "application/json"})
    assert response.status_code == 504


async def test_an_impatience_of_its_own_is_not_the_deadline() -> None:
    async def impatient() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await by_deadline(60, impatient())
