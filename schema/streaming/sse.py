"""Server-sent events: graphql-sse in its distinct connections mode, one response for one operation.

Lines end with a line feed alone and an event is one `data:` line, since some clients (urql) read no other.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.types import Receive, Send

from schema.log_line import add_to_line
from schema.running import Answer
from schema.streaming.streams import Stream, Streams

EVENTS = "text/event-stream"

PATIENCE = 10.0
"""Seconds in which a client must take what is sent; its connection ends otherwise."""

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # nginx would collect events otherwise
)

COMPLETE = b"event: complete\ndata: \n\n"
STILL_THERE = b":\n\n"


class Responding:
    """One response of events."""

    def __init__(self, streams: Streams, receive: Receive, send: Send) -> None:
        self._streams = streams
        self._receive = receive
        self._send = send

    async def tell(self, answer: Answer, headers: list[tuple[bytes, bytes]]) -> None:
        """Send an answer, or the events of a subscription, until they end or the client is gone."""
        begun: Stream | Answer = answer
        if answer.subscribed is not None:
            begun = await self._streams.begin(answer.subscribed)
        if isinstance(begun, Answer) and begun.refused is not None:
            add_to_line(code=begun.refused.value)
        await self._send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *headers]})
        telling = asyncio.create_task(self._tell(begun))
        leaving = asyncio.create_task(self._gone())
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            telling.cancel()
            with suppress(asyncio.CancelledError, TimeoutError, OSError):
                await telling

    async def _tell(self, begun: Stream | Answer) -> None:
        if isinstance(begun, Answer):
            await self._body(_next(begun, None))
        else:
            refused = False
            async with aclosing(begun) as stream:
                async for told in stream:
                    await self._body(STILL_THERE if told is None else _next(told.answer, told.sequence))
                    refused = told is not None and told.answer.refused is not None
            if self._streams.ending and not refused:
                # Nothing is complete: a client that is only cut off comes back and goes on where it was.
                await self._body(b"", last=True)
                return
        await self._body(COMPLETE, last=True)

    async def _body(self, content: bytes, *, last: bool = False) -> None:
        """Raises `TimeoutError` for a client that does not read."""
        async with asyncio.timeout(PATIENCE):
            await self._send({"type": "http.response.body", "body": content, "more_body": not last})

    async def _gone(self) -> None:
        message: Any = {}
        while message.get("type") != "http.disconnect":
            message = await self._receive()


def _next(answer: Answer, sequence: int | None) -> bytes:
    """An answer as an event. `Last-Event-ID` of whoever comes back is its number."""
    body = orjson.dumps(answer.body) if answer.raw is None else answer.raw.replace(b"\n", b" ")
    number = b"" if sequence is None else b"id: %d\n" % sequence
    return b"".join((b"event: next\n", number, b"data: ", body, b"\n\n"))
