"""What a process tells Prometheus: requests, lanes, refusals, connections; nothing of who asked."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from server.metrics import BOUNDS, Counts
from server.settings import Settings
from tests.server.conftest import Served, serving

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operating.md").read_text()


async def told(served: Served) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and labels."""
    answer = await served.client.get("/metrics")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def sample(samples: dict[Any, float], name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


async def ask(served: Served, query: str, **headers: str) -> None:
    sent = {"Authorization": f"Bearer {served.token('ADMIN')}", "Accept": "application/graphql-response+json"} | headers
    await served.client.post("/graphql", json={"query": query}, headers=sent)


async def test_requests_are_counted_by_type_status_lane_and_code(served: Served) -> None:
    await ask(served, "query Secret { viewer { roles } }")
    await ask(served, "query Secret { viewer { roles } }", **{"X-Creditgraph-Lane": "slow"})
    await ask(served, "mutation { __typename }")
    await ask(served, "{ nothing }")
    await ask(served, "{ __typename }", Authorization="none")
    found = await told(served)
    assert sample(found, "creditgraph_requests_total", operation_type="query", status="200") == 2
    assert sample(found, "creditgraph_requests_total", operation_type="mutation", status="200") == 1
    assert sample(found, "creditgraph_requests_total", operation_type="none", status="400") == 1
    assert sample(found, "creditgraph_requests_total", operation_type="none", status="401") == 1
    assert sample(found, "creditgraph_request_duration_seconds_count", operation_type="query") == 2
    assert sample(found, "creditgraph_request_duration_seconds_bucket", operation_type="query", le="+Inf") == 2
    assert sample(found, "creditgraph_request_duration_seconds_sum", operation_type="query") > 0
    lanes = [sample(found, "creditgraph_operations_total", lane=lane) for lane in ("fast", "slow")]
    assert (lanes[0] >= 1, lanes[1] >= 1, sum(lanes)) == (True, True, 3)
    assert sample(found, "creditgraph_refusals_total", code="BAD_USER_INPUT") == 1
    assert sample(found, "creditgraph_refusals_total", code="UNAUTHENTICATED") == 1


async def test_the_state_of_the_process_is_told(served: Served) -> None:
    await ask(served, "query One { viewer { roles } }")
    found = await told(served)
    assert sample(found, "creditgraph_pool_size") == Settings().pool_size
    assert sample(found, "creditgraph_pool_waiting") == 0
    connections = [sample(found, "creditgraph_pool_connections", state=state) for state in ("used", "idle")]
    assert 1 <= sum(connections) <= Settings().pool_size
    assert sample(found, "creditgraph_kept", of="texts") == 1
    assert sample(found, "creditgraph_kept", of="documents") == 1
    assert sample(found, "process_resident_memory_bytes") > 0


async def test_nothing_is_told_of_who_asked_or_what(served: Served) -> None:
    await ask(served, 'query Payroll { customer(by: {number: {company: "SE77", account: "4711"}}) { id } }')
    text = (await served.client.get("/metrics")).text
    assert re.findall("Payroll|SE77|4711|admin|ADMIN|Bearer", text) == []


async def test_they_can_be_turned_off(database_url: str) -> None:
    async with serving(database_url, Settings(metrics=False)) as quiet:
        await ask(quiet, "{ __typename }")
        assert (await quiet.client.get("/metrics")).status_code == 404


async def test_who_asks_for_open_metrics_gets_them(served: Served) -> None:
    answer = await served.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


async def test_every_name_is_in_the_guide(served: Served) -> None:
    await ask(served, "{ viewer { roles } }")
    text = (await served.client.get("/metrics")).text
    names = set(re.findall(r"^# TYPE (creditgraph_\w+) ", text, re.MULTILINE))
    assert len(names) >= 7
    assert names - set(re.findall(r"`(creditgraph_\w+)`", GUIDE)) == set()


def test_a_duration_is_counted_up_to_the_bound_it_does_not_pass() -> None:
    counts = Counts()
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] * 1.01, BOUNDS[-1] * 2):
        counts.add({"kind": "query"}, 200, seconds)
    assert counts.durations["query"].counts[:2] == [2, 1]
    assert counts.durations["query"].counts[-1] == 1


def test_the_library_is_loaded_when_somebody_looks_first() -> None:
    program = "import sys, server.app, server.tracing; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert {"prometheus_client", "opentelemetry"}.isdisjoint(name.split(".")[0] for name in said.split())
