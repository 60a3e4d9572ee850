"""The running application: health, what is logged, folding beside the requests, an orderly end."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from persistence import migrate
from persistence.keys import new_key
from schema import export
from server.app import keep_folding, keep_looking
from server.health import readiness
from server.log import LONGEST_PATH, JsonLines
from server.serving import NotLoopback, address_of, listen, require_loopback
from tests.server.conftest import Served

ACCOUNT = "SECRET-4711"
QUERY = "query Peek($name: String!) { __type(name: $name) { name } }"


async def test_a_living_process_says_so_without_a_database(served: Served) -> None:
    answer = await served.client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_it_is_ready_when_the_database_has_the_migrations_it_needs(served: Served) -> None:
    answer = await served.client.get("/readyz")
    head = migrate.head()
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "migration": head, "wanted": head})


@pytest.mark.parametrize(("revision", "status"), [("0000", 503), ("9999", 200)])
async def test_it_is_not_ready_before_its_migrations_but_after_those_of_a_newer_version(
    served: Served, pool: asyncpg.Pool, revision: str, status: int
) -> None:
    try:
        await pool.execute("update alembic_version set version_num = $1", revision)
        assert (await served.client.get("/readyz")).status_code == status
    finally:
        await pool.execute("update alembic_version set version_num = $1", migrate.head())


async def test_it_is_not_ready_when_the_database_does_not_answer(database_url: str) -> None:
    pool = await asyncpg.create_pool(database_url, min_size=0)
    await pool.close()
    answer = await readiness(pool, "0001")
    assert answer.status_code == 503
    assert json.loads(bytes(answer.body)) == {"status": "not ready", "database": "InterfaceError"}


async def test_code_generators_get_the_schema_with_what_introspection_does_not_say(served: Served) -> None:
    answer = await served.client.get("/schema.graphql")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["etag"]
    assert "@oneOf" in answer.text
    assert answer.text == export.FILE.read_text()


async def test_graphql_is_answered_to_a_token_and_refused_without_one(served: Served) -> None:
    asked = {"query": "{ __typename }"}
    refused = await served.client.post("/graphql", json=asked)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    headers = {"Authorization": f"Bearer {served.token('VIEWER')}"}
    answered = await served.client.post("/graphql", json=asked, headers=headers)
    assert answered.json()["data"] == {"__typename": "Query"}


async def test_a_request_is_one_line_with_its_id_and_without_its_variables(served: Served) -> None:
    token = served.token("VIEWER")
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "front-end-1"}
    await served.client.post("/graphql", json={"query": QUERY, "variables": {"name": ACCOUNT}}, headers=headers)
    await served.client.get("/livez")
    await served.client.get("/nowhere")
    lines = [json.loads(line) for line in served.told]
    assert {line["path"]: line["status"] for line in lines} == {"/graphql": 200, "/nowhere": 404}
    assert (lines[0]["event"], lines[0]["level"], lines[0]["method"]) == ("request", "info", "POST")
    assert datetime.fromisoformat(lines[0]["timestamp"]).utcoffset() == timedelta(0)
    lines = lines[:1]
    assert [(line["path"], line["status"], line["request_id"]) for line in lines] == [("/graphql", 200, "front-end-1")]
    assert lines[0]["operation"] == "Peek"
    assert lines[0]["ms"] > 0
    assert ACCOUNT not in str(lines)
    assert token not in str(lines)


async def test_a_path_is_logged_as_far_as_somebody_reads_it(served: Served) -> None:
    assert (await served.client.get("/" + "a" * 50_000)).status_code == 404
    (line,) = map(json.loads, served.told)
    assert line["path"] == ("/" + "a" * LONGEST_PATH)[:LONGEST_PATH]


@pytest.mark.parametrize("given", [None, "front-end-7"])
async def test_what_we_did_not_expect_is_told_by_its_request_id_alone_which_the_log_has_too(
    served: Served, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture, given: str | None
) -> None:
    headers = {"Authorization": f"Bearer {served.token('VIEWER')}"} | ({"X-Request-Id": given} if given else {})
    await pool.execute("alter table aging_definition rename to hidden_from_the_program")
    try:
        asked = {"query": "{ agingDefinitions { nodes { id } } }"}
        answer = await served.client.post("/graphql", json=asked, headers=headers)
    finally:
        await pool.execute("alter table hidden_from_the_program rename to aging_definition")
    (error,) = answer.json()["errors"]
    told = error["extensions"]["requestId"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert told == answer.headers["x-request-id"] == (given or told)
    assert told in error["message"]
    assert "aging_definition" not in answer.text
    assert "Undefined" not in answer.text
    failure = json.loads(JsonLines().format(next(one for one in caplog.records if one.levelname == "ERROR")))
    assert (failure["event"], failure["request_id"]) == ("unexpected", told)
    assert "aging_definition" in failure["exception"][0]["exc_value"]
    assert [line["request_id"] for line in map(json.loads, served.told)] == [told]


@pytest.fixture
async def company(pool: asyncpg.Pool) -> UUID:
    found = new_key()
    await pool.execute(
        "insert into company (id, code, name, country, currency, locale, time_zone)"
        " values ($1, $2, 'Nordvik AB', 'SE', 'SEK', 'sv-SE', 'Europe/Stockholm')",
        found,
        found.hex,
    )
    return found


async def move(pool: asyncpg.Pool, company: UUID) -> None:
    await pool.execute(
        "insert into movement_tail (id, company_id, category, currency, due_day, amount)"
        " values ($1, $2, 'RECEIVABLES', 'SEK', $3, 100)",
        new_key(),
        company,
        date(2026, 3, 1),
    )


async def folded(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(20):
        while await pool.fetchval("select count(*) from movement_tail"):
            pass


async def test_movements_are_folded_while_it_runs(served: Served, pool: asyncpg.Pool, company: UUID) -> None:
    await move(pool, company)
    await folded(pool)
    assert await pool.fetchval("select amount from company_balance where company_id = $1", company) == 100


async def test_folding_goes_on_after_a_failure_and_ends_when_cancelled(
    pool: asyncpg.Pool, company: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    await move(pool, company)
    await pool.execute("alter table movement_tail rename to movement_tail_away")
    folding = asyncio.create_task(keep_folding(pool, every=0))
    async with asyncio.timeout(20):
        while not caplog.messages:
            await pool.execute("select 1")
    await pool.execute("alter table movement_tail_away rename to movement_tail")
    await folded(pool)
    assert caplog.messages[0] == "folding failed"
    folding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await folding


async def test_holds_are_looked_at_again_and_again_until_cancelled(pool: asyncpg.Pool) -> None:
    looks = asyncio.Semaphore(0)

    def clock() -> datetime:
        looks.release()
        return datetime(2026, 11, 23, 9, tzinfo=UTC)

    looking = asyncio.create_task(keep_looking(pool, clock, every=0))
    async with asyncio.timeout(20):
        for _ in range(3):
            await looks.acquire()
    assert not looking.done()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_asked_to_end_it_closes_its_connections_and_answers_no_more(served: Served, pool: asyncpg.Pool) -> None:
    others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    assert await pool.fetchval(others) > 0
    await served.end()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(served.address.rsplit(":", 1)[1]))
    async with asyncio.timeout(20):
        while await pool.fetchval(others):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_development_tokens_are_served_on_this_machine(host: str) -> None:
    assert require_loopback(host) is None, "it raises for any other host"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_development_tokens_are_not_served_to_a_network(host: str) -> None:
    with pytest.raises(NotLoopback, match="this machine only"):
        require_loopback(host)


def test_an_address_is_written_so_that_it_can_be_followed() -> None:
    with listen("127.0.0.1", 0) as bound:
        assert address_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
