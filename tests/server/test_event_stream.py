"""Server-sent events: who gets them, what they look like on the wire, and how they end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from schema.streaming import sse
from tests.acceptance.story import Story
from tests.schema.asking import token
from tests.server.live import HOLDS, SECONDS, Live
from tests.server.test_subscriptions import held, number, rejected

URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
WHO = {"query": "{ viewer { actor { name } } }"}


def headers(accept: str, **more: str) -> dict[str, str]:
    return {"Accept": accept, "Authorization": token("VIEWER", ["*"]), **more}


async def test_events_are_lines_that_every_client_reads(live: Live, story: Story) -> None:
    content = {"query": HOLDS}
    async with live.client.stream("POST", "/graphql", json=content, headers=headers("text/event-stream")) as answer:
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-language"] == "en"
        await live.followed()
        await held(story)
        pieces = answer.aiter_raw()
        event = (await anext(pieces)).decode()
    *fields, end, rest = event.split("\n")
    assert [field.partition(":")[0] for field in fields] == ["event", "id", "data"]
    assert (fields[0], end, rest) == ("event: next", "", "")
    data = json.loads(fields[2].removeprefix("data: "))
    assert fields[1] == f"id: {number(data['data'])}"
    await live.left()


async def test_a_query_is_one_event_and_the_end(live: Live) -> None:
    async with live.streaming(WHO["query"]) as events:
        heard = [event async for event in events]
    assert [event["event"] for event in heard] == ["next", "complete"]
    assert heard[0]["data"]["data"] == {"viewer": {"actor": {"name": "Tester"}}}
    assert heard[1]["data"] is None


@pytest.mark.parametrize("query", ["{ nothing }", "{", 'subscription { jobChanged(job: "x") { sequence } }'])
async def test_what_is_wrong_with_an_operation_is_an_event(live: Live, query: str) -> None:
    async with live.streaming(query) as events:
        heard = [event async for event in events]
    assert [event["event"] for event in heard] == ["next", "complete"]
    assert heard[0]["data"]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    line = await live.line()
    assert (line["event"], line["status"], line["code"]) == ("request", 200, "BAD_USER_INPUT")


async def test_what_goes_wrong_before_it_begins_is_masked_and_logged(
    live: Live, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await pool.execute("alter table event rename to event_away")
    try:
        async with live.streaming(HOLDS) as events:
            heard = [event async for event in events]
    finally:
        await pool.execute("alter table event_away rename to event")
    assert [event["event"] for event in heard] == ["next", "complete"]
    assert [error["extensions"]["code"] for error in heard[0]["data"]["errors"]] == ["INTERNAL_SERVER_ERROR"]
    assert "unexpected" in caplog.messages
    assert not live.hub.followers


async def test_whoever_is_not_signed_in_gets_no_stream(live: Live) -> None:
    answer = await live.client.post("/graphql", json={"query": HOLDS}, headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (URQL, "application/graphql-response+json"),
        ("text/event-stream, application/json", "application/json"),
        ("text/event-stream", "text/event-stream"),
        ("Text/Event-Stream;q=0.9, */*", "text/event-stream"),
        ("text/event-stream, multipart/mixed", "text/event-stream"),
        ("text/event-streams, */*", "application/json"),
    ],
)
async def test_events_are_for_those_who_accept_no_json(live: Live, accept: str, kind: str) -> None:
    answer = await live.client.post("/graphql", json=WHO, headers=headers(accept))
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


async def test_a_subscription_without_a_stream_is_refused(live: Live) -> None:
    answer = await live.client.post("/graphql", json={"query": HOLDS}, headers=headers("application/json"))
    (error,) = answer.json()["errors"]
    assert error["message"] == "Subscriptions are answered over WebSocket or as text/event-stream only."


async def test_by_get_it_needs_the_header_as_any_query_and_changes_nothing(live: Live) -> None:
    asked = {"query": "subscription { creditHoldChanged { sequence } }"}
    assert (await live.client.get("/graphql", params=asked, headers=headers("text/event-stream"))).status_code == 400
    preflight = headers("text/event-stream", **{"GraphQL-Require-Preflight": "1"})
    async with live.client.stream("GET", "/graphql", params=asked, headers=preflight) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        await live.followed()
    change = {"query": 'mutation { cancelJob(input: {idempotencyKey: "k", job: "j"}) { replayed } }'}
    assert (await live.client.get("/graphql", params=change, headers=preflight)).status_code == 405


async def test_last_event_id_goes_before_what_the_operation_says(live: Live, story: Story) -> None:
    async with live.streaming(HOLDS) as events:
        await live.followed()
        first = await held(story)
        last = int((await anext(events))["id"])
    await rejected(story, first)
    for given, seen in (
        ({"Last-Event-ID": str(last)}, None),
        ({"Last-Event-ID": str(last)}, str(last - 1)),
        ({}, str(last)),
    ):
        async with live.streaming(HOLDS, headers=given, after=seen) as events:
            event = await anext(events)
            assert int(event["id"]) > last
            assert event["data"]["data"]["creditHoldChanged"]["creditHold"]["status"] == "REJECTED"
    async with live.streaming(HOLDS, headers={"Last-Event-ID": "none of ours"}):
        await live.followed()


async def test_a_stream_is_kept_alive_and_ends_with_the_token(live: Live, story: Story) -> None:
    live.hub.still_after = 0.01
    async with live.streaming(HOLDS) as events:
        assert await anext(events) == {"comment": ""}
        live.gate.ended = True
        heard = [event async for event in events if "comment" not in event]
    assert [event["event"] for event in heard] == ["next", "complete"]
    assert heard[0]["data"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    await live.left()


async def test_a_server_that_ends_breaks_streams_off_and_does_not_say_that_they_are_complete(
    live: Live, story: Story
) -> None:
    async with live.streaming(HOLDS) as events:
        await live.followed()
        hold = await held(story)
        first = await anext(events)
        await live.application.end_streams()
        assert [event async for event in events] == []
    assert first["data"]["data"]["creditHoldChanged"]["creditHold"]["id"] == hold


async def test_a_query_is_complete_though_the_server_ends(live: Live) -> None:
    await live.application.end_streams()
    async with live.streaming(WHO["query"]) as events:
        assert [event["event"] async for event in events] == ["next", "complete"]


async def test_a_client_that_does_not_read_is_sent_away(
    live: Live, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "PATIENCE", 0.01)
    never = asyncio.Event()
    taken: list[Any] = []

    async def receive() -> Any:
        if taken:
            await never.wait()
        return {"type": "http.request", "body": json.dumps({"query": HOLDS}).encode()}

    async def send(message: Any) -> None:
        taken.append(message["type"])
        if message["type"] == "http.response.body":
            await never.wait()

    sent = headers("text/event-stream", **{"Content-Type": "application/json"})
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
    }
    answering = asyncio.create_task(live.application(scope, receive, send))
    await live.followed()
    await held(story)
    async with asyncio.timeout(SECONDS):
        await answering
    assert taken == ["http.response.start", "http.response.body"]
    await live.left()
