"""What comes before the body of a request, byte by byte: it has an end, and who knows none is sent away."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from server.heads import LARGEST_HEAD, TOO_LARGE
from tests.server.conftest import Served

PIECE = b"a" * 50_000
ENOUGH = 40
"""Pieces that are far too many."""

SECONDS = 10
POST = b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"


async def ended(served: Served, *pieces: bytes) -> bytes:
    """All that comes back until the server ends the connection; pieces are sent until nobody takes them any more."""
    host, port = served.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(SECONDS):
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /graphql HTTP/1.1\r\nHost: here\r\nX-Long: ",
        b"GET /graphql?query=",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ",
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;extension=",
    ],
    ids=["header", "address", "trailer", "chunk"],
)
async def test_what_has_no_end_before_the_body_is_not_waited_for(served: Served, begun: bytes) -> None:
    await ended(served, begun, *(PIECE for _ in range(ENOUGH)))
    assert (await served.client.get("/livez")).status_code == 200


async def test_who_sends_a_header_without_end_is_told_what_is_too_large(served: Served) -> None:
    begun = b"GET /graphql HTTP/1.1\r\nHost: here\r\nX-Long: "
    assert await ended(served, begun + b"a" * LARGEST_HEAD) == TOO_LARGE


async def test_a_head_within_the_bound_and_any_body_are_taken(served: Served) -> None:
    long = b"X-Long: " + b"a" * (LARGEST_HEAD - 1000) + b"\r\n"
    answer = await ended(served, b"GET /graphql HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + long + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    headers = {"Authorization": f"Bearer {served.token('VIEWER')}"}
    for _ in range(3):
        content = {"query": "{ __typename }", "variables": {"long": "a" * 900_000}}
        posted = await served.client.post("/graphql", json=content, headers=headers)
        assert posted.json()["data"] == {"__typename": "Query"}
