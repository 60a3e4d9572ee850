"""A server that is asked to end breaks off what its subscribers follow, so that they come again, and ends."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from schema.context import Claims
from schema.streaming.socket import PROTOCOL
from server.auth import DevelopmentIssuer, development_key
from tests.acceptance.processes import serving

HOLDS = "subscription { creditHoldChanged { sequence } }"


async def test_a_server_that_ends_breaks_its_streams_off_so_that_clients_come_again(
    database_url: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        (address,) = stack.enter_context(serving(database_url, tmp_path, processes=1))
        claims = Claims("listener", "Listener", {"*": ("VIEWER",)})
        token = DevelopmentIssuer(development_key(tmp_path)).issue(claims, timedelta(hours=1))
        bearer = {"Authorization": f"Bearer {token}"}
        there = address.replace("http", "ws", 1) + "/graphql"
        headers = bearer | {"Accept": "text/event-stream"}
        async with (
            connect(there, subprotocols=[PROTOCOL], proxy=None) as socket,  # type: ignore[list-item]
            httpx2.AsyncClient(timeout=60) as client,
            client.stream("POST", f"{address}/graphql", json={"query": HOLDS}, headers=headers) as streamed,
        ):
            await socket.send(json.dumps({"type": "connection_init", "payload": bearer}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": HOLDS}}))
            await socket.send(json.dumps({"type": "ping"}))
            assert json.loads(await socket.recv()) == {"type": "pong"}
            ended = asyncio.create_task(asyncio.to_thread(stack.close))
            assert [line async for line in streamed.aiter_lines() if line] == []
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1012
        await ended
