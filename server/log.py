"""Logs: one JSON object a line on standard error. Never variables, tokens or the values inside a traceback."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer

QUIET = frozenset({"/livez", "/readyz"})
"""Paths that are asked all the time; only their failures are worth a line."""


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


class RequestLog:
    """ASGI middleware: one line a request, with its id, the operation, how long it took and how it ended.

    What the endpoint binds with `structlog.contextvars` (the operation's name) is in the line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        structlog.contextvars.clear_contextvars()
        said: dict[str, Any] = {"status": 500}

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                said.update(_of_response(message))
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, listen)
        finally:
            if scope["path"] not in QUIET or said["status"] >= 500:
                milliseconds = round((time.perf_counter() - began) * 1000, 1)
                log = structlog.get_logger()
                log.info("request", method=scope["method"], path=scope["path"], ms=milliseconds, **said)


def _of_response(message: Message) -> Mapping[str, Any]:
    headers = dict(message.get("headers", ()))
    said: dict[str, Any] = {"status": message["status"]}
    if b"x-request-id" in headers:
        said["request_id"] = headers[b"x-request-id"].decode("latin-1")
    return said
