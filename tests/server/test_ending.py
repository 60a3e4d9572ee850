"""A process that is told to end answers what is under way, takes nothing new, says so, and ends in its time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

import httpx2
import psycopg
import pytest

from schema.context import Claims
from server.auth import DevelopmentIssuer, development_key

ROOT = Path(__file__).parents[2]
SERVE = (sys.executable, "-m", "server.cli", "serve", "--port", "0")
PATIENCE = 60
BLOCKED = {"query": "{ agingDefinitions { nodes { name } } }"}
QUICK = {"query": "{ __typename }"}


@dataclass(frozen=True)
class Process:
    """A server of its own."""

    process: subprocess.Popen[str]
    address: str
    token: str

    def post(self, asked: dict[str, str]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Connection": "close"}
        return httpx2.post(f"{self.address}/graphql", json=asked, headers=headers, timeout=PATIENCE)

    def readiness(self) -> tuple[int, object]:
        answer = httpx2.get(f"{self.address}/readyz", timeout=PATIENCE)
        return answer.status_code, answer.json()

    def refuses(self) -> bool:
        try:
            self.readiness()
        except httpx2.ConnectError:
            return True
        except httpx2.TransportError:
            # It was connected before the socket was closed, and is let go.
            return False
        return False

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> tuple[int, str]:
        assert self.process.stderr is not None
        return self.process.wait(PATIENCE), self.process.stderr.read()


@contextmanager
def started(database_url: str, data: Path, **environment: str) -> Iterator[Process]:
    """A process that serves a database."""
    told = os.environ | {"DATABASE_URL": database_url, "CREDITGRAPH_DATA": str(data)} | environment
    with subprocess.Popen(SERVE, cwd=ROOT, env=told, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            address = next(line.split()[1] for line in process.stderr if line.startswith("Serving "))
            claims = Claims("vera", "Vera Lund", {"*": ("VIEWER",)})
            token = DevelopmentIssuer(development_key(data)).issue(claims, timedelta(hours=1))
            yield Process(process, address.removesuffix("/graphql"), token)
        finally:
            process.kill()


@contextmanager
def under_way(database_url: str, process: Process) -> Iterator[tuple[Future[httpx2.Response], Callable[[], None]]]:
    """A request that waits for a lock in the database, and what lets it go on."""
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(1))
        lock = stack.enter_context(psycopg.connect(database_url))
        lock.execute("lock table aging_definition in access exclusive mode")
        looking = stack.enter_context(psycopg.connect(database_url, autocommit=True))
        asked = threads.submit(process.post, BLOCKED)
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        until(lambda: looking.execute(waiting).fetchone() == (1,))
        yield asked, lock.rollback


def until(holds: Callable[[], bool]) -> None:
    """Look again and again until it holds."""
    last = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < last, "it never came to hold"


def test_a_request_under_way_is_answered_and_no_other_is_taken(database_url: str, tmp_path: Path) -> None:
    with started(database_url, tmp_path) as process, under_way(database_url, process) as (asked, go_on):
        process.end()
        until(process.refuses)
        assert not asked.done()
        go_on()
        answer = asked.result(PATIENCE)
        code, said = process.ended()
    assert (answer.status_code, list(answer.json()["data"])) == (200, ["agingDefinitions"])
    assert code == 0
    assert "Traceback" not in said


def test_while_it_drains_it_answers_and_says_that_it_is_not_ready(database_url: str, tmp_path: Path) -> None:
    drains = {"CREDITGRAPH_DRAIN_SECONDS": "3600"}
    with started(database_url, tmp_path, **drains) as process, under_way(database_url, process) as (asked, go_on):
        assert process.readiness()[0] == 200
        process.end()
        until(lambda: process.readiness() == (503, {"status": "not ready", "draining": True}))
        assert process.post(QUICK).json()["data"] == {"__typename": "Query"}
        # Told again, it waits no longer for those who look.
        process.end()
        until(process.refuses)
        go_on()
        assert asked.result(PATIENCE).status_code == 200
        assert process.ended()[0] == 0


@pytest.mark.parametrize("again", [False, True], ids=["its time is over", "it is told again"])
def test_what_takes_too_long_is_stopped_in_the_database_too(database_url: str, tmp_path: Path, again: bool) -> None:
    grace = {"CREDITGRAPH_GRACE_SECONDS": "3600" if again else "1"}
    with started(database_url, tmp_path, **grace) as process, under_way(database_url, process) as (asked, _):
        process.end()
        until(process.refuses)
        if again:
            process.end()
        assert process.ended()[0] == 0
        error = asked.exception(PATIENCE)
        assert error is not None or asked.result().status_code == 500
        with psycopg.connect(database_url, autocommit=True) as looking:
            waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            until(lambda: looking.execute(waiting).fetchone() is None)
