"""Servers as they are deployed: processes of their own on one database, asked over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import httpx2

from schema.context import Claims
from server.auth import DevelopmentIssuer, development_key
from tests.schema.asking import Answer

# A connection is given up before the server gives it up, so that none is used while it closes.
LIMITS = httpx2.Limits(max_connections=64, keepalive_expiry=2)

SERVE = (sys.executable, "-m", "server.cli", "serve", "--port", "0")


@contextmanager
def serving(database_url: str, data: Path, processes: int) -> Iterator[list[str]]:
    """Start servers of one database and one key; their addresses. They must end in order."""
    environment = os.environ | {"DATABASE_URL": database_url, "CREDITGRAPH_DATA": str(data)}
    with ExitStack() as stack:
        yield [stack.enter_context(server_process(environment)) for _ in range(processes)]


@contextmanager
def server_process(environment: Mapping[str, str]) -> Iterator[str]:
    """One process and its address. What it says is read all the time, so that it never waits to be heard."""
    process = subprocess.Popen(SERVE, env=environment, stderr=subprocess.PIPE, text=True)
    said: list[str] = []
    address: Queue[str | None] = Queue()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if line.startswith("Serving "):
                address.put(line.removeprefix("Serving ").strip().removesuffix("/graphql"))
        address.put(None)

    listener = Thread(target=listen)
    listener.start()
    try:
        found = address.get(timeout=60)
        assert found is not None, "".join(said)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=60)
        listener.join()
        assert process.stderr is not None
        process.stderr.close()
    assert process.returncode == 0, "".join(said)


@dataclass
class HttpAsker:
    """Asks several servers in turn, as `tests.schema.asking.Asker` asks one application."""

    client: httpx2.AsyncClient
    addresses: Sequence[str]
    issuer: DevelopmentIssuer
    _turn: count[int] = field(default_factory=count)

    @classmethod
    def of(cls, client: httpx2.AsyncClient, addresses: Sequence[str], data: Path) -> HttpAsker:
        """With tokens signed by the key of the servers."""
        return cls(client, addresses, DevelopmentIssuer(development_key(data)))

    async def __call__(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        as_: str = "CREDIT_MANAGER",
        companies: Sequence[str] = ("*",),
        language: str | None = None,
        **_: Any,
    ) -> Answer:
        """Post an operation to the server whose turn it is."""
        claims = Claims(as_.lower(), as_.title(), dict.fromkeys(companies, (as_,)))
        headers = {"Authorization": f"Bearer {self.issuer.issue(claims, timedelta(hours=1))}"}
        if language is not None:
            headers["Accept-Language"] = language
        address = self.addresses[next(self._turn) % len(self.addresses)]
        content = {"query": query, "variables": variables}
        response = await self.client.post(f"{address}/graphql", json=content, headers=headers)
        return Answer(response.status_code, response.headers, response.json())
