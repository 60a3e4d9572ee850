"""Traces of requests for OpenTelemetry: one span an operation. An extra (`creditgraph[otel]`), off unless asked for.

The environment's own variables ask: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_EXPORTER`. Never are variables of
operations told, nor their documents: a span knows a document by its digest.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.log_line import add_to_line, line_so_far

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

UNKNOWN = "GraphQL"
"""The name of a request that was refused before its operation was known."""

DOCUMENT_HASH = "graphql.document.hash"

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

log = logging.getLogger(__name__)


def asked_for(environment: Mapping[str, str]) -> bool:
    """Whether the environment wants traces, as OpenTelemetry's specification reads it."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    return exporter not in ("", "none") or (exporter == "" and any(environment.get(name) for name in ENDPOINTS))


def tracing(environment: Mapping[str, str]) -> Tracing | None:
    """How requests are traced; None where nobody asked for it. Without the library the log says so."""
    if not asked_for(environment):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
    except ImportError:
        log.warning("the environment asks for traces, which need: pip install 'creditgraph[otel]'")
        return None
    console = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "console"
    provider = TracerProvider(
        resource=Resource.create({SERVICE_NAME: "creditgraph"}).merge(OTELResourceDetector().detect()),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(ConsoleSpanExporter(out=sys.stdout) if console else OTLPSpanExporter())
    )
    return Tracing(provider)


@dataclass(frozen=True)
class Tracing:
    """Traces requests with a provider of OpenTelemetry's SDK."""

    provider: TracerProvider = field(repr=False)

    def around(self, app: ASGIApp) -> ASGIApp:
        """An application whose every request is a span."""
        return _Traced(app, self.provider.get_tracer("creditgraph"))

    def watch(self, text: str) -> None:
        """Say of the request under way which document it asks."""
        from opentelemetry import trace

        trace.get_current_span().set_attribute(DOCUMENT_HASH, f"sha256:{sha256(text.encode()).hexdigest()}")

    async def end(self) -> None:
        """Send what has not been sent, before the process ends."""
        await asyncio.to_thread(self.provider.shutdown)


class _Traced:
    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, StatusCode

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
        status = 500

        async def listen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracer.start_as_current_span(UNKNOWN, extract(headers), SpanKind.SERVER) as span:
            add_to_line(trace_id=format(span.get_span_context().trace_id, "032x"))
            try:
                await self._app(scope, receive, listen)
            finally:
                said = line_so_far()
                kind, name = said.get("kind"), said.get("operation")
                if kind is not None:
                    span.update_name(f"{kind} {name}" if name else kind)
                    span.set_attribute("graphql.operation.type", kind)
                if name:
                    span.set_attribute("graphql.operation.name", name)
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(StatusCode.ERROR)
