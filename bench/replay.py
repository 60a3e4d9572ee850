"""The statements of submitted orders over asyncpg, without HTTP, GraphQL and decision: what is left is the database's.

`python -m bench.replay FILE SECONDS`, the database in DATABASE_URL: two orders of each of some customers are submitted
to our application in this process while the statements of the second are written down; then these are sent again and
again over sixteen connections, each with customers of its own, with new ids and numbers. FILE holds requests as they
are posted.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from bench.floor import CONNECTIONS
from bench.questions.question import COUNTED
from domain.role import Role
from persistence import embedded
from persistence.database import set_codecs
from persistence.keys import new_key
from schema.context import Claims
from server.app import Application
from server.auth import DevelopmentIssuer, TokenAuthentication, development_key
from server.settings import Settings

CUSTOMERS_EACH = 4
"""Customers of each connection."""

Statement = tuple[str, tuple[Any, ...] | None]
"""Its text and its arguments; without them it is sent as a simple query."""


ORDERING = ContextVar("ordering", default=False)
"""Whether an order is being submitted: what the application does beside, folding sums say, is no part of it."""


class Recorder:
    """Stands before a connection's protocol and writes down what is executed for an order."""

    def __init__(self, inner: Any, written: list[Statement]) -> None:
        self._inner = inner
        self._written = written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def query(self, text: str, *more: Any, **named: Any) -> Any:
        """A simple query."""
        if ORDERING.get():
            self._written.append((text, None))
        return self._inner.query(text, *more, **named)

    def bind_execute(self, state: Any, args: Sequence[Any], *more: Any, **named: Any) -> Any:
        """A prepared statement with its arguments."""
        if ORDERING.get():
            self._written.append((state.query, tuple(args)))
        return self._inner.bind_execute(state, args, *more, **named)


async def record(url: str, bodies: Sequence[Any]) -> list[tuple[str, int, list[Statement]]]:
    """For each request: the number it was given, when (ms), and the statements it took."""
    key = development_key(embedded.data_folder())
    claims = Claims("bench", "bench", {"*": tuple(Role)}, "USER", "en")
    token = DevelopmentIssuer(key).issue(claims, timedelta(hours=1))
    application = Application(Settings(), url, TokenAuthentication(key))
    asking, told = asyncio.Queue[Any](), asyncio.Queue[Any]()
    lifespan = asyncio.create_task(application({"type": "lifespan", "asgi": {"version": "3.0"}}, asking.get, told.put))
    await asking.put({"type": "lifespan.startup"})
    started = await told.get()
    ORDERING.set(True)
    if started["type"] != "lifespan.startup.complete":
        raise RuntimeError(f"The application did not start: {started}")
    found = []
    written: list[Statement] = []
    recorded: set[int] = set()
    for body, known in ((body, known) for body in bodies for known in (False, True)):
        for connection in [each for each in gc.get_objects() if isinstance(each, asyncpg.Connection)]:
            if id(connection) not in recorded:
                recorded.add(id(connection))
                connection._protocol = Recorder(connection._protocol, written)
        number, began = f"R{time.time_ns()}", time.time_ns() // 1_000_000
        written.clear()
        await _post(application, json.dumps(body).replace(COUNTED, number), token)
        # The first order of a customer opens connections and learns what is remembered.
        if known:
            found.append((number, began, list(written)))
    await asking.put({"type": "lifespan.shutdown"})
    await lifespan
    return found


async def _post(application: Application, body: str, token: str) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }
    sent: list[Any] = []
    unread = [{"type": "http.request", "body": body.encode(), "more_body": False}]

    async def receive() -> Any:
        if unread:
            return unread.pop()
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)
    answer = json.loads(b"".join(message.get("body", b"") for message in sent))
    order = (answer.get("data") or {}).get("submitSalesOrder", {}).get("salesOrder")
    if not order or order["status"] != "APPROVED":
        raise RuntimeError(f"An order that should pass was answered {answer}")


class Fresh:
    """Gives one order's values anew: its number, and every id that was made for it."""

    def __init__(self, number: str, began: int) -> None:
        self._number = number
        self._began = began
        self._new = f"R{time.time_ns()}"
        self._ids: dict[UUID, UUID] = {}

    def __call__(self, value: Any) -> Any:
        """A value with what belongs to the order replaced, however deep."""
        match value:
            case UUID():
                return self._id(value) if value.int >> 80 >= self._began else value
            case str():
                return self._text(value)
            case list() | tuple():
                return type(value)(self(each) for each in value)
            case Mapping():
                return {name: self(each) for name, each in value.items()}
        return value

    def _id(self, value: UUID) -> UUID:
        return self._ids.setdefault(value, new_key())

    def _text(self, value: str) -> str:
        value = value.replace(self._number, self._new)
        if len(value) >= 32:
            for old, new in self._ids.items():
                value = value.replace(str(old), str(new)).replace(old.hex, new.hex)
        return value


async def replay(url: str, bodies: Sequence[Any], seconds: float) -> dict[str, float]:
    """Orders sent again in some seconds, after a short warming, and how many statements one takes."""
    wanted = CONNECTIONS * CUSTOMERS_EACH
    orders = await record(url, bodies[:wanted])
    connections = [await asyncpg.connect(url, statement_cache_size=1024) for _ in range(CONNECTIONS)]
    for connection in connections:
        await set_codecs(connection)

    async def one(connection: asyncpg.Connection, own: Sequence[Any], end: float) -> int:
        count = 0
        for number, began, statements in cycle(own):
            if time.monotonic() >= end:
                break
            fresh = Fresh(number, began)
            for text, arguments in statements:
                if arguments is None:
                    await connection.execute(text)
                else:
                    await connection.fetch(text, *map(fresh, arguments))
            count += 1
        return count

    async def until(end: float) -> int:
        own = [orders[place::CONNECTIONS] for place in range(CONNECTIONS)]
        return sum(await asyncio.gather(*(one(each, o, end) for each, o in zip(connections, own, strict=True))))

    warmed = await until(time.monotonic() + min(1.0, seconds / 4))
    began, used = time.monotonic(), time.process_time()
    count = await until(began + seconds)
    found = {
        "requests": count,
        "all": count + warmed + len(orders),
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - used,
        "statements": max(len(statements) for _, _, statements in orders),
    }
    for connection in connections:
        await connection.close()
    return found


def main(file: str, seconds: str) -> None:
    """The command line."""
    bodies = [json.loads(line) for line in Path(file).read_text().splitlines()]
    sys.stdout.write(json.dumps(uvloop.run(replay(os.environ["DATABASE_URL"], bodies, float(seconds)))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
