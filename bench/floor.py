"""The floor: bare Starlette that answers with the JSON of prepared SQL. No GraphQL, no tokens, no scope, no log.

`python -m bench.floor PORT FILE`, the database in DATABASE_URL. FILE holds for each question its SQL and the arguments
of each case. A request names a question and the place of a case; the answer is what the statement returns.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from persistence.database import KEEP_MEMORY

CONNECTIONS = 16

_READERS: Mapping[str, Any] = {
    "uuid": UUID,
    "numeric": Decimal,
    "date": date.fromisoformat,
    "timestamptz": datetime.fromisoformat,
}


@dataclass(frozen=True)
class Prepared:
    """The one statement a question becomes, and the arguments of each case."""

    sql: str
    cases: Sequence[Sequence[Any]]


async def connect(url: str) -> asyncpg.Connection:
    """One connection as the product sets it."""
    settings = {"jit": "off", "plan_cache_mode": "force_generic_plan", "datestyle": "ISO"}
    connection = await asyncpg.connect(
        url, statement_cache_size=1024, max_cacheable_statement_size=0, server_settings=settings
    )
    await connection.execute(KEEP_MEMORY)
    return connection


async def load(conn: asyncpg.Connection, text: str) -> Mapping[str, Prepared]:
    """The questions of a file, their arguments as the driver takes them."""
    found = {}
    for name, said in json.loads(text).items():
        types = (await conn.prepare(said["sql"])).get_parameters()
        cases = [[_native(value, kind) for value, kind in zip(case, types, strict=True)] for case in said["cases"]]
        found[name] = Prepared(said["sql"], cases)
    return found


def _native(value: Any, kind: asyncpg.Type) -> Any:
    if value is None:
        return None
    if kind.kind == "array":
        reader = _READERS.get(kind.name.removesuffix("[]"))
        return [each if each is None or reader is None else reader(each) for each in value]
    reader = _READERS.get(kind.name)
    return value if reader is None else reader(value)


class Floor:
    """The application."""

    def __init__(self, url: str, file: Path) -> None:
        self._url = url
        self._text = file.read_text()
        # Last in, first out: what was used last is warmest.
        self._idle: asyncio.LifoQueue[asyncpg.Connection] = asyncio.LifoQueue()
        self._questions: Mapping[str, Prepared] = {}
        self.app = Starlette(
            routes=[Route("/", self.answer, methods=["POST"]), Route("/ready", self.ready)], lifespan=self._open
        )

    @asynccontextmanager
    async def _open(self, _: Starlette) -> AsyncIterator[None]:
        connections = [await connect(self._url) for _ in range(CONNECTIONS)]
        self._questions = await load(connections[0], self._text)
        for conn in connections:
            self._idle.put_nowait(conn)
        yield
        for conn in connections:
            await conn.close()

    async def answer(self, request: Request) -> Response:
        """One case of one question."""
        asked = orjson.loads(await request.body())
        prepared = self._questions[asked["question"]]
        conn = await self._idle.get()
        try:
            text: bytes = await conn.fetchval(prepared.sql, *prepared.cases[asked["case"]])
        finally:
            self._idle.put_nowait(conn)
        return Response(b'{"data":' + text + b"}", media_type="application/json")

    async def ready(self, _: Request) -> Response:
        """It answers."""
        return Response("ready")


def main(port: str, file: str) -> None:
    """Serve until ended."""
    uvicorn.run(
        Floor(os.environ["DATABASE_URL"], Path(file)).app,
        port=int(port),
        http="httptools",
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
