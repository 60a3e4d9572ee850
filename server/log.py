"""Logs: one JSON object a line on standard error. Never variables, tokens or the values inside a traceback."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer

QUIET = frozenset({"/livez", "/readyz"})
"""Paths that are asked all the time; only their failures are worth a line."""

Tell: TypeAlias = Callable[[bytes], None]
"""Where the lines of requests go."""


def configure_logs(level: int = logging.INFO) -> None:
    """Send what we log, and what libraries log, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))


def to_stderr(line: bytes) -> None:
    """Write one line. A log that nobody reads any more stops no request."""
    with contextlib.suppress(OSError):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()


class RequestLog:
    """ASGI middleware: one line a request, with its id, the operation, how long it took and how it ended.

    What the endpoint binds with `structlog.contextvars` (the operation's name) is in the line. It is written without
    structlog, which costs as much as the rest of the endpoint.
    """

    def __init__(self, app: ASGIApp, tell: Tell = to_stderr) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        structlog.contextvars.clear_contextvars()
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
            if status >= 500 or scope["path"] not in QUIET:
                said = structlog.contextvars.get_contextvars()
                said |= {"method": scope["method"], "path": scope["path"], "status": status}
                said["ms"] = round((time.perf_counter() - began) * 1000, 1)
                if request_id is not None:
                    said["request_id"] = request_id.decode("latin-1")
                self._tell(_line(said))


def _line(said: Mapping[str, Any]) -> bytes:
    """A line with the keys that structlog's lines have."""
    line = {**said, "event": "request", "level": "info", "timestamp": datetime.now(UTC)}
    return orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
