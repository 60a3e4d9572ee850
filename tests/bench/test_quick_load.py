"""The quick mode's own load sends what was prepared, counts what came back, and fails when an answer is none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bench.load import LoadFailed
from bench.quick_load import CONNECTIONS, Requests, shoot

GOOD = b'{"data":{"n":1}}'


class Listening(ThreadingHTTPServer):
    """A server that keeps what it was asked and answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.heard: list[tuple[str | None, Any]] = []
        self.answer = (200, GOOD)

    def handle_error(self, *_: Any) -> None:
        """Whoever fails closes every connection: that is no error here."""


class Answering(BaseHTTPRequestHandler):
    """One request of it."""

    protocol_version = "HTTP/1.1"
    server: Listening

    def do_POST(self) -> None:
        """Keep the body, and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.headers["Authorization"], json.loads(body)))
        status, answer = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def listening() -> Iterator[Listening]:
    """A server of this test's own."""
    with Listening() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def prepared(server: Listening) -> Requests:
    """Two requests in turn."""
    url = f"http://127.0.0.1:{server.server_port}/graphql"
    return Requests(url, [{"case": "å"}, {"case": 2}], {"Authorization": "Bearer x"})


def test_every_connection_is_answered_at_least_once_and_everything_is_counted(listening: Listening) -> None:
    shot = shoot(prepared(listening), os.getpid(), None, 0.0)
    assert shot.requests == len(listening.heard) == CONNECTIONS
    assert shot.size == len(GOOD)
    assert shot.database_cpu is None
    assert sorted(body["case"] == 2 for _, body in listening.heard) == [False] * 8 + [True] * 8
    assert {who for who, _ in listening.heard} == {"Bearer x"}
    assert shot.p50 <= shot.p99


@pytest.mark.parametrize(
    "answer", [(500, b"{}"), (200, b'{"errors":[{"message":"No"}]}'), (200, b'{"data":null,"errors":[]}')]
)
def test_an_answer_that_is_none_ends_it(listening: Listening, answer: tuple[int, bytes]) -> None:
    listening.answer = answer
    with pytest.raises(LoadFailed):
        shoot(prepared(listening), os.getpid(), None, 0.0)


def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(LoadFailed, match="hung up"):
        shoot(Requests("http://127.0.0.1:1/", [{}], {}), os.getpid(), None, 0.0)
