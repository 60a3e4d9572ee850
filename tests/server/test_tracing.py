"""Traces: a span an operation, named and without its variables; nothing at all unless somebody asks for them."""

import json
import logging
import sys
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id

from server.tracing import Tracing, asked_for, tracing
from tests.server.conftest import Served, serving

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
PEEK = "query Peek($name: String!) { __type(name: $name) { name } }"
SECRET = "SECRET-4711"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """Where spans end up."""
    return InMemorySpanExporter()


@pytest.fixture
async def traced(database_url: str, spans: InMemorySpanExporter) -> AsyncIterator[Served]:
    """A server whose requests are traced."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    async with serving(database_url, tracing=Tracing(provider)) as found:
        yield found


async def ask(served: Served, query: str, variables: Mapping[str, str] | None = None, **headers: str) -> None:
    sent = {"Authorization": f"Bearer {served.token('VIEWER')}"} | headers
    await served.client.post("/graphql", json={"query": query, "variables": variables}, headers=sent)


async def test_an_operation_is_a_span_with_its_name_and_the_digest_of_its_document(
    traced: Served, spans: InMemorySpanExporter
) -> None:
    await ask(traced, PEEK, {"name": SECRET})
    (span,) = spans.get_finished_spans()
    assert (span.name, span.kind) == ("query Peek", SpanKind.SERVER)
    assert dict(span.attributes or {}) == {
        "graphql.document.hash": f"sha256:{sha256(PEEK.encode()).hexdigest()}",
        "graphql.operation.type": "query",
        "graphql.operation.name": "Peek",
        "http.request.method": "POST",
        "http.response.status_code": 200,
    }
    assert SECRET not in span.to_json()


async def test_a_trace_goes_on_and_the_log_tells_which(traced: Served, spans: InMemorySpanExporter) -> None:
    await ask(traced, PEEK, {"name": "Query"}, **PARENT)
    await ask(traced, PEEK, {"name": "Query"})
    first, second = spans.get_finished_spans()
    assert first.parent is not None
    assert format_trace_id(first.parent.trace_id) == trace_of(first) == TRACE
    assert second.parent is None
    assert [json.loads(line)["trace_id"] for line in traced.told] == [TRACE, trace_of(second)]


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return format_trace_id(span.context.trace_id)


async def test_what_has_no_name_or_is_refused_is_a_span_too(traced: Served, spans: InMemorySpanExporter) -> None:
    await ask(traced, "{ __typename }")
    await ask(traced, "{ __typename }", Authorization="none")
    first, second = spans.get_finished_spans()
    assert (first.name, second.name) == ("query", "GraphQL")
    assert (second.attributes or {})["http.response.status_code"] == 401
    assert {first.status.status_code, second.status.status_code} == {StatusCode.UNSET}


async def test_our_own_fault_is_an_error(
    traced: Served, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: str | None) -> None:
        raise RuntimeError("the key is gone")

    endpoint = traced.server._application._endpoint
    assert endpoint is not None
    object.__setattr__(endpoint._house, "authenticate", broken)
    await ask(traced, "{ __typename }")
    (span,) = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR


async def test_without_traces_the_log_names_none(served: Served) -> None:
    await ask(served, "{ __typename }", **PARENT)
    assert "trace_id" not in json.loads(served.told[0])


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "credit"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
    ],
)
def test_only_the_environment_turns_them_on(environment: dict[str, str], wanted: bool) -> None:
    assert asked_for(environment) is wanted
    assert wanted or tracing(environment) is None


async def test_asked_for_they_are_sent_when_the_process_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "credit-office")
    found = tracing({"OTEL_TRACES_EXPORTER": "console"})
    assert found is not None
    with found.provider.get_tracer("creditgraph").start_as_current_span("query Peek"):
        found.watch(PEEK)
    await found.end()
    said = capsys.readouterr().out
    assert '"name": "query Peek"' in said
    assert '"service.name": "credit-office"' in said


def test_without_the_library_the_log_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with caplog.at_level(logging.WARNING):
        assert tracing({"OTEL_TRACES_EXPORTER": "otlp"}) is None
    assert "creditgraph[otel]" in caplog.text
