"""What a process tells of itself at `/metrics`, for Prometheus. Nothing of who asked, nor of what.

While requests are answered it is counted in plain numbers (a microsecond a request); only when somebody looks are they
written as Prometheus wants them, and its library loaded. `docs/operating.md` explains every name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from persistence.database import PoolState

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds up to which requests are counted together."""

NO_OPERATION = "none"
"""The type of what was refused before its operation was known."""


@dataclass
class Durations:
    """How long requests of one type took: how many up to each bound and beyond the last, and their sum in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0


@dataclass
class Counts:
    """Requests as they were answered, by what their lines in the log say of them."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    durations: dict[str, Durations] = field(default_factory=dict)
    lanes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def add(self, line: Mapping[str, Any], status: int, seconds: float) -> None:
        """One request more."""
        kind = line.get("kind", NO_OPERATION)
        self.requests[kind, status] += 1
        took = self.durations.get(kind)
        if took is None:
            took = self.durations[kind] = Durations()
        took.counts[bisect_left(BOUNDS, seconds)] += 1
        took.total += seconds
        if (lane := line.get("lane")) is not None:
            self.lanes[lane] += 1
        if (code := line.get("code")) is not None:
            self.refusals[code] += 1


@dataclass(eq=False)
class Metrics:
    """All of it, for Prometheus' client library. `pool` and `kept`: None while the process does not answer yet."""

    counts: Counts
    pool: Callable[[], PoolState | None]
    kept: Callable[[], Mapping[str, int]]
    _registry: CollectorRegistry | None = field(default=None, init=False)

    async def answer(self, request: Request) -> Response:
        """Answer `/metrics` in the format that is asked for."""
        from prometheus_client import CollectorRegistry, ProcessCollector
        from prometheus_client.exposition import choose_encoder

        if self._registry is None:
            registry = CollectorRegistry()
            ProcessCollector(registry=registry)
            registry.register(self)
            self._registry = registry
        write, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(write(self._registry), media_type=content_type, headers={"cache-control": "no-store"})

    def collect(self) -> Iterable[Metric]:
        """What Prometheus' registry asks of a collector."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        requests = CounterMetricFamily(
            "creditgraph_requests", "GraphQL requests answered.", labels=("operation_type", "status")
        )
        for (kind, status), number in self.counts.requests.items():
            requests.add_metric((kind, str(status)), number)
        yield requests
        durations = HistogramMetricFamily(
            "creditgraph_request_duration_seconds",
            "From a request's first byte to the last of its answer.",
            labels=("operation_type",),
        )
        for kind, took in self.counts.durations.items():
            durations.add_metric((kind,), _buckets(took.counts), took.total)
        yield durations
        lanes = CounterMetricFamily(
            "creditgraph_operations", "Operations run: as one statement, or field by field.", labels=("lane",)
        )
        for lane, number in self.counts.lanes.items():
            lanes.add_metric((lane,), number)
        yield lanes
        refusals = CounterMetricFamily("creditgraph_refusals", "Requests refused as a whole.", labels=("code",))
        for code, number in self.counts.refusals.items():
            refusals.add_metric((code,), number)
        yield refusals
        state = self.pool()
        if state is not None:
            connections = GaugeMetricFamily("creditgraph_pool_connections", "Connections open.", labels=("state",))
            connections.add_metric(("used",), state.used)
            connections.add_metric(("idle",), state.idle)
            yield connections
            yield GaugeMetricFamily("creditgraph_pool_size", "Connections that may be open at most.", state.most)
            yield GaugeMetricFamily("creditgraph_pool_waiting", "Requests that wait for a connection.", state.waiting)
        kept = GaugeMetricFamily("creditgraph_kept", "What is kept to be asked again.", labels=("of",))
        for name, number in self.kept().items():
            kept.add_metric((name,), number)
        yield kept


def _buckets(counts: Iterable[int]) -> list[tuple[str, float]]:
    """Each bound with all that took no longer."""
    found: list[tuple[str, float]] = []
    total = 0
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
        total += number
        found.append((bound, total))
    return found
