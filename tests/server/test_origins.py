"""Screens served from elsewhere: no other origin's page may ask, unless the installation says which."""

from collections.abc import AsyncIterator

import pytest

from server.settings import Settings
from tests.server.conftest import Served, serving

OURS, OTHER = "https://credit.example", "https://elsewhere.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": ",".join(
        ("authorization", "content-type", "accept-language", "graphql-require-preflight", "last-event-id")
    ),
}
ASKED = {"query": "{ __typename }"}


@pytest.fixture
async def open_to_ours(database_url: str) -> AsyncIterator[Served]:
    """A server that lets pages of one origin ask."""
    async with serving(database_url, Settings(allowed_origins=(OURS,))) as found:
        yield found


async def test_usually_no_other_page_may_ask(served: Served) -> None:
    preflight = await served.client.options("/graphql", headers={"Origin": OURS, **PREFLIGHT})
    asked = await served.client.post("/graphql", json=ASKED, headers={"Origin": OURS})
    assert (preflight.status_code, asked.status_code) == (405, 401)
    for answer in (preflight, asked):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_page_that_may_is_told_what_it_may_send_and_read(open_to_ours: Served) -> None:
    preflight = await open_to_ours.client.options("/graphql", headers={"Origin": OURS, **PREFLIGHT})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == OURS
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"
    assert "Origin" in preflight.headers["vary"]
    token = open_to_ours.token("VIEWER")
    headers = {"Origin": OURS, "Authorization": f"Bearer {token}"}
    answer = await open_to_ours.client.post("/graphql", json=ASKED, headers=headers)
    assert answer.json()["data"] == {"__typename": "Query"}
    assert answer.headers["access-control-allow-origin"] == OURS
    assert {"ETag", "X-Request-Id"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert {"Origin", "Accept-Language", "Authorization"} <= set(answer.headers["vary"].split(", "))
    assert "access-control-allow-credentials" not in answer.headers


async def test_asking_whether_one_may_ask_counts_as_no_request(open_to_ours: Served) -> None:
    for origin in (OURS, OTHER):
        await open_to_ours.client.options("/graphql", headers={"Origin": origin, **PREFLIGHT})
    await open_to_ours.client.post("/graphql", json=ASKED)
    counted = [
        line
        for line in (await open_to_ours.client.get("/metrics")).text.splitlines()
        if line.startswith("creditgraph_requests_total")
    ]
    assert counted == ['creditgraph_requests_total{operation_type="none",status="401"} 1.0']


async def test_another_page_may_not(open_to_ours: Served) -> None:
    preflight = await open_to_ours.client.options("/graphql", headers={"Origin": OTHER, **PREFLIGHT})
    assert preflight.status_code == 400
    answer = await open_to_ours.client.post("/graphql", json=ASKED, headers={"Origin": OTHER})
    for told in (preflight, answer):
        assert "access-control-allow-origin" not in told.headers


async def test_only_graphql_may_be_asked_by_other_pages(open_to_ours: Served) -> None:
    for path in ("/readyz", "/metrics", "/graphiql/"):
        answer = await open_to_ours.client.get(path, headers={"Origin": OURS})
        assert "access-control-allow-origin" not in answer.headers


async def test_who_asks_from_no_page_is_answered_as_ever(open_to_ours: Served) -> None:
    answer = await open_to_ours.client.options("/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
