"""The load of the quick mode: asyncio alone, so that it runs where nothing but Python and PostgreSQL is.

It costs more than wrk and keeps a server less busy. Processor time a request is the server's own all the same.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from bench.load import LoadFailed, Shot
from bench.processes import cpu_seconds, settle

CONNECTIONS = 16


class Requests:
    """Prepared requests to one address, as they are sent."""

    def __init__(self, url: str, bodies: Sequence[Any], headers: Mapping[str, str]) -> None:
        where = urlsplit(url)
        assert where.hostname is not None
        self.host, self.port = where.hostname, where.port
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._head = f"POST {where.path or '/'} HTTP/1.1\r\nHost: {where.netloc}\r\n{more}"
        self.texts = [self._written(json.dumps(body).encode()) for body in bodies]

    def _written(self, body: bytes) -> bytes:
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return (self._head + kind).encode("latin-1") + body


def shoot(requests: Requests, pid: int, postmaster: int | None, seconds: float) -> Shot:
    """One stretch of load on one server, to the last answer. Raises `LoadFailed` when a request failed."""
    watched = [pid, *([postmaster] if postmaster else [])]
    settle(watched)
    before = [cpu_seconds(each) for each in watched]
    began = time.monotonic()
    try:
        times, size = asyncio.run(_shoot(requests, began + seconds))
    except (OSError, asyncio.IncompleteReadError) as error:
        raise LoadFailed(f"{requests.host}:{requests.port} hung up: {error}") from error
    took = time.monotonic() - began
    used = [(cpu_seconds(each) - was) * 1000 / len(times) for each, was in zip(watched, before, strict=True)]
    times.sort()
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    return Shot(len(times), took, p50, p99, size / len(times), used[0], used[1] if len(used) > 1 else None)


async def _shoot(requests: Requests, end: float) -> tuple[list[float], int]:
    texts = cycle(requests.texts)
    found = await asyncio.gather(*(_one_after_the_other(requests, texts, end) for _ in range(CONNECTIONS)))
    return [each for times, _ in found for each in times], sum(size for _, size in found)


async def _one_after_the_other(requests: Requests, texts: Iterator[bytes], end: float) -> tuple[list[float], int]:
    """One connection: at least one request, the next when the last is answered."""
    reader, writer = await asyncio.open_connection(requests.host, requests.port)
    times: list[float] = []
    size = 0
    try:
        while not times or time.monotonic() < end:
            began = time.monotonic()
            writer.write(next(texts))
            size += await _answer(reader)
            times.append(time.monotonic() - began)
    finally:
        writer.close()
    return times, size


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; its size."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    if status.split()[1] != "200" or body.startswith(b'{"errors"') or b'"data":null' in body[:20]:
        raise LoadFailed(f"{status}: {body[:2000].decode()}")
    return len(body)
