"""Logs: one JSON object a line on standard error. Never variables, tokens or the values inside a traceback."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.log_line import begin_line, line_so_far

QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Paths that are asked all the time; only their failures are worth a line."""

LONGEST_PATH = 200
"""What is shown of a path, which anybody may make as long as a head may be."""

MOST_FRAMES = 50
"""Of an exception, those nearest to where it was raised."""

Tell: TypeAlias = Callable[[bytes], None]
"""Where the lines of requests go."""

Count: TypeAlias = Callable[[Mapping[str, Any], int, float], None]
"""Where requests are counted."""


def configure_logs() -> None:
    """Send the warnings and errors that we log, and those of libraries, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """A record as a line: its event, what is known of the request meanwhile, and where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without its end."""
        said = {**line_so_far(), **getattr(record, "more", {}), "event": record.getMessage(), "logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = _causes(record.exc_info[1])
        moment = datetime.fromtimestamp(record.created, UTC)
        return _line(said, record.levelname.lower(), moment).decode().rstrip("\n")


def to_stderr(line: bytes) -> None:
    """Write one line. A log that nobody reads any more stops no request."""
    with contextlib.suppress(OSError):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()


class RequestLog:
    """ASGI middleware: one line a request, with its id, the operation, how long it took and how it ended.

    What the endpoint adds to the line (`schema.log_line`: the operation's name) is in it. `count` is told of every
    request to `counted` but OPTIONS: what was said of it, its status and how many seconds it took.
    """

    def __init__(
        self, app: ASGIApp, tell: Tell = to_stderr, count: Count | None = None, counted: str | None = None
    ) -> None:
        self._app = app
        self._tell = tell
        self._count = count
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._connection(scope, receive, send)
            return
        said = begin_line()
        status, request_id = 500, None

        async def listen(message: Message) -> None:
            nonlocal status, request_id
            if message["type"] == "http.response.start":
                status = message["status"]
                request_id = next((value for name, value in message["headers"] if name == b"x-request-id"), None)
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, listen)
        finally:
            took = time.perf_counter() - began
            # A browser that asks whether a page may ask (OPTIONS) asks for no operation.
            if self._count is not None and scope["path"] == self._counted and scope["method"] != "OPTIONS":
                self._count(said, status, took)
            if status >= 500 or scope["path"] not in QUIET:
                said |= {"method": scope["method"], "path": scope["path"][:LONGEST_PATH], "status": status}
                said["ms"] = round(took * 1000, 1)
                if request_id is not None:
                    said["request_id"] = request_id.decode("latin-1")
                self._tell(_line({**said, "event": "request"}, "info", datetime.now(UTC)))

    async def _connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket is one line when it has ended, with how long it was open and the code we closed it with."""
        said = begin_line()

        async def listen(message: Message) -> None:
            if message["type"] == "websocket.close":
                said["code"] = message.get("code", 1000)
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, listen)
        finally:
            if scope["type"] == "websocket":
                said |= {"path": scope["path"][:LONGEST_PATH], "ms": round((time.perf_counter() - began) * 1000, 1)}
                self._tell(_line({**said, "event": "websocket"}, "info", datetime.now(UTC)))


def _line(said: Mapping[str, Any], level: str, moment: datetime) -> bytes:
    line = {**said, "level": level, "timestamp": moment}
    return orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _causes(error: BaseException) -> list[dict[str, Any]]:
    """An exception and those it came from, the last first, each with its frames; nothing of what they held."""
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        frames = [
            {"filename": frame.f_code.co_filename, "lineno": line, "name": frame.f_code.co_name}
            for frame, line in traceback.walk_tb(one.__traceback__)
        ][-MOST_FRAMES:]
        found.append({"exc_type": type(one).__name__, "exc_value": _said(one), "frames": frames})
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _said(error: BaseException) -> str:
    """What an exception says, without the row that PostgreSQL adds (DETAIL): it holds what was sent."""
    return str(error).partition("\nDETAIL:")[0]
