"""graphql-transport-ws, message by message, as a client of the protocol may send them."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from schema.streaming import socket as served_here
from schema.streaming import sse
from schema.trusted import Manifest, Mode, TrustedDocuments
from server.log import JsonLines
from tests.acceptance.story import Story
from tests.schema.asking import token
from tests.server.live import HOLDS, SECONDS, Live, live_server
from tests.server.test_subscriptions import held

WHO = {"query": "{ viewer { actor { name } } }"}


def signed_in() -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"Authorization": token("VIEWER", ["*"])}}


async def test_a_query_and_a_mutation_are_answered_and_completed(live: Live) -> None:
    async with live.connected("VIEWER") as socket:
        await socket.say(type="subscribe", id="who", payload=WHO)
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("next", "who")
        assert message["payload"]["data"] == {"viewer": {"actor": {"name": "Tester"}}}
        assert message["payload"]["extensions"]["context"]["locale"] == "en"
        assert await socket.hear() == {"type": "complete", "id": "who"}
        change = 'mutation { cancelJob(input: {idempotencyKey: "k", job: "job_00000000000000000000000000000000"}) '
        await socket.say(type="subscribe", id="who", payload={"query": change + "{ errors { code } } }"})
        answer = await socket.hear()
        assert answer["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await socket.hear() == {"type": "complete", "id": "who"}


async def test_what_is_wrong_with_a_document_is_an_error_of_its_operation_alone(live: Live) -> None:
    async with live.connected("VIEWER") as socket:
        for query, code in (("{ nothing }", "BAD_USER_INPUT"), ("{", "BAD_USER_INPUT")):
            name = await socket.subscribe(query)
            message = await socket.hear()
            assert (message["type"], message["id"]) == ("error", name)
            assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        await socket.settled()


async def test_what_goes_wrong_on_our_side_is_masked_and_logged_and_ends_its_operation_alone(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    async with live.connected() as socket:
        live.gate.away = True
        name = await socket.subscribe(WHO["query"])
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("error", name)
        (error,) = message["payload"]
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert error["extensions"]["requestId"] in error["message"]
        assert caplog.messages == ["unexpected"]
        await socket.settled()
        async with live.open() as another:
            await another.say(**signed_in())
            code, reason = await another.closed()
        assert code == 1012
        assert reason.startswith("Something went wrong on our side.")


async def test_what_fails_is_logged_with_its_own_operation(live: Live) -> None:
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(JsonLines().format(record))  # type: ignore[method-assign]
    logging.getLogger("schema").addHandler(handler)
    try:
        async with live.connected() as socket:
            live.hub.still_after = 0.01
            name = await socket.subscribe(HOLDS)
            await live.followed()
            another = await socket.subscribe("query Another { __typename }")
            assert await socket.next(another) == {"__typename": "Query"}
            assert await socket.hear() == {"type": "complete", "id": another}
            live.gate.away = True
            message = await socket.hear()
            assert (message["type"], message["id"]) == ("error", name)
    finally:
        logging.getLogger("schema").removeHandler(handler)
    (line,) = map(json.loads, told)
    assert (line["event"], line["operation"], line["kind"]) == ("unexpected", "Holds", "subscription")


async def test_a_ping_is_answered_with_what_it_carries(live: Live) -> None:
    async with live.open() as socket:
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}
        await socket.say(type="ping", payload={"n": 1})
        assert await socket.hear() == {"type": "pong", "payload": {"n": 1}}
        await socket.say(type="pong")
        await socket.settled()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"ping"',
        "{}",
        '{"type": 1}',
        '{"type": "start"}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "complete"}',
    ],
)
async def test_what_is_no_message_ends_the_connection(live: Live, text: str) -> None:
    async with live.open() as socket:
        await socket.connection.send(text)
        assert (await socket.closed())[0] == 4400


async def test_bytes_are_no_message(live: Live) -> None:
    async with live.open() as socket:
        await socket.connection.send(b'{"type": "ping"}')
        assert (await socket.closed())[0] == 4400


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None},
        {"id": ""},
        {"id": 1},
        {"payload": None},
        {"payload": {"query": ""}},
        {"payload": {"query": 1}},
        {"payload": WHO | {"variables": []}},
        {"payload": WHO | {"operationName": 1}},
    ],
)
async def test_a_subscribe_that_lacks_something_ends_the_connection(live: Live, changed: dict[str, Any]) -> None:
    async with live.connected("VIEWER") as socket:
        await socket.say(**{"type": "subscribe", "id": "1", "payload": WHO} | changed)
        assert (await socket.closed())[0] == 4400


async def test_nothing_is_run_before_somebody_is_signed_in(live: Live) -> None:
    async with live.open() as socket:
        await socket.say(type="subscribe", id="1", payload=WHO)
        assert await socket.closed() == (4401, "Unauthorized")


@pytest.mark.parametrize("payload", [{}, None, {"Authorization": "Bearer nobody"}])
async def test_a_token_that_does_not_hold_ends_the_connection_with_the_reason(
    live: Live, payload: dict[str, str] | None
) -> None:
    async with live.open() as socket:
        await socket.say(type="connection_init", payload=payload)
        assert await socket.closed() == (4401, "Sign in.")


async def test_the_token_of_the_handshake_will_do(live: Live) -> None:
    async with live.open(Authorization=token("VIEWER", ["*"])) as socket:
        await socket.say(type="connection_init")
        assert await socket.hear() == {"type": "connection_ack"}


async def test_one_signs_in_once(live: Live) -> None:
    async with live.connected() as socket:
        await socket.say(**signed_in())
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_whoever_does_not_sign_in_in_time_is_sent_away(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_here, "INIT_WITHIN", 0.01)
    async with live.open() as socket:
        assert (await socket.closed())[0] == 4408


async def test_an_id_is_used_by_one_operation_at_a_time(live: Live) -> None:
    async with live.connected() as socket:
        for _ in range(2):
            await socket.say(type="subscribe", id="holds", payload={"query": HOLDS})
        assert await socket.closed() == (4409, "Subscriber for holds already exists")


async def test_a_completed_operation_ends_and_its_id_may_be_used_again(live: Live) -> None:
    async with live.connected() as socket:
        for _ in range(3):
            await socket.say(type="subscribe", id="holds", payload={"query": HOLDS})
            await live.followed()
            await socket.say(type="complete", id="holds")
            await live.left()
        await socket.say(type="complete", id="of nobody")
        await socket.settled()
        assert await socket.next(await socket.subscribe(WHO["query"])), "the connection goes on"


async def test_a_connection_runs_only_so_many_operations_at_a_time(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_here, "MOST_OPERATIONS", 2)
    async with live.connected(locale="sv") as socket:
        first, _ = [await socket.subscribe(HOLDS) for _ in range(2)]
        third = await socket.subscribe(HOLDS)
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("error", third)
        assert message["payload"][0]["extensions"]["code"] == "THROTTLED"
        assert message["payload"][0]["message"].startswith("En anslutning kör högst 2 operationer")
        await socket.say(type="complete", id=first)
        name = await socket.subscribe(WHO["query"])
        assert await socket.next(name)


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",)])
async def test_no_other_protocol_is_spoken(live: Live, protocols: tuple[str, ...]) -> None:
    async with live.open(protocols=protocols) as socket:
        assert (await socket.closed())[0] == 4406


async def test_a_page_of_another_site_is_refused_and_one_of_ours_is_not(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with live.open(Origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    async with live.open(Origin=live.address) as socket:
        await socket.settled()


async def test_a_client_that_leaves_leaves_nothing_behind(live: Live) -> None:
    async with live.connected() as socket:
        await socket.subscribe(HOLDS)
        await live.followed()
    await live.left()
    line = await live.line()
    assert (line["event"], line["path"], line["operation"]) == ("websocket", "/graphql", "Holds")
    assert line["ms"] > 0
    assert line["request_id"]


async def test_a_message_beyond_what_a_request_may_be_ends_the_connection(live: Live) -> None:
    async with live.open() as socket:
        await socket.connection.send('"' + "a" * (1024 * 1024) + '"')
        assert (await socket.closed())[0] == 1009


async def test_a_client_that_does_not_read_is_sent_away_and_told_why(
    live: Live, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "PATIENCE", 0.01)
    never = asyncio.Event()
    messages: list[Any] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": json.dumps(signed_in())},
        {
            "type": "websocket.receive",
            "text": json.dumps({"type": "subscribe", "id": "1", "payload": {"query": HOLDS}}),
        },
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        if not messages:
            await never.wait()
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)
        if "next" in message.get("text", ""):
            await never.wait()

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-transport-ws"]}
    serving = asyncio.create_task(live.application(scope, receive, send))
    await live.followed()
    await held(story)
    async with asyncio.timeout(SECONDS):
        await serving
    assert [message["type"] for message in sent] == [
        "websocket.accept",
        "websocket.send",
        "websocket.send",
        "websocket.close",
    ]
    assert (sent[-1]["code"], sent[-1]["reason"]) == (1013, "What is sent to you is not read")
    await live.left()


async def test_where_only_trusted_documents_are_run_nothing_else_is_over_a_socket(database_url: str) -> None:
    trusted = TrustedDocuments(Mode.REQUIRE, {"default": Manifest({"who": WHO["query"], "holds": HOLDS})})
    async with live_server(database_url, trusted=trusted) as live, live.connected("VIEWER") as socket:
        for payload, code in (
            (WHO, "PERSISTED_QUERY_ID_REQUIRED"),
            ({"query": HOLDS}, "PERSISTED_QUERY_ID_REQUIRED"),
            ({"documentId": "other"}, "PERSISTED_QUERY_NOT_FOUND"),
        ):
            await socket.say(type="subscribe", id="1", payload=payload)
            message = await socket.hear()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code)
        await socket.say(type="subscribe", id="1", payload={"documentId": "who"})
        assert await socket.next("1") == {"viewer": {"actor": {"name": "Tester"}}}
        assert (await socket.hear())["type"] == "complete"
        await socket.say(type="subscribe", id="2", payload={"documentId": "holds"})
        await live.followed()


async def test_where_there_are_no_trusted_documents_an_id_alone_is_refused(live: Live) -> None:
    async with live.connected("VIEWER") as socket:
        for payload in ({"documentId": "who"}, {"documentId": "who", "query": None}):
            await socket.say(type="subscribe", id="1", payload=payload)
            assert (await socket.hear())["type"] == "error"
        await socket.say(type="subscribe", id="1", payload={"documentId": 1})
        assert (await socket.closed())[0] == 4400
