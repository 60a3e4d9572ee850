"""The same SQL over asyncpg without HTTP: sixteen connections, each asking one case after the other.

`python -m bench.raw FILE QUESTION SECONDS`, the database in DATABASE_URL, prints how many were answered, in how long,
at what processor time.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import asyncpg
import uvloop

from bench.floor import CONNECTIONS, Prepared, connect, load


async def ask(url: str, text: str, question: str, seconds: float) -> dict[str, float]:
    """Ask for some seconds, after a short warming."""
    connections = [await connect(url) for _ in range(CONNECTIONS)]
    prepared = (await load(connections[0], text))[question]
    warmed = await _ask_until(connections, prepared, time.monotonic() + min(1.0, seconds / 4))
    began, used = time.monotonic(), time.process_time()
    count = await _ask_until(connections, prepared, began + seconds)
    cpu = time.process_time() - used
    found = {"requests": count, "all": count + warmed, "seconds": time.monotonic() - began, "cpu": cpu}
    for conn in connections:
        await conn.close()
    return found


async def _ask_until(connections: Sequence[asyncpg.Connection], prepared: Prepared, end: float) -> int:
    cases = cycle(prepared.cases)

    async def one(conn: asyncpg.Connection) -> int:
        count = 0
        while time.monotonic() < end:
            await conn.fetchval(prepared.sql, *next(cases))
            count += 1
        return count

    return sum(await asyncio.gather(*map(one, connections)))


def main(file: str, question: str, seconds: str) -> None:
    """The command line."""
    sys.stdout.write(
        json.dumps(uvloop.run(ask(os.environ["DATABASE_URL"], Path(file).read_text(), question, float(seconds)))) + "\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
