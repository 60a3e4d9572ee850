"""What each reading statement costs the database by itself: one connection, nothing else running.

`python -m bench.alone --items 200000` prints, for the statement that each question becomes, the processor time of the
backend beside that of `select 1`, the pages it looks at, and how many nodes its plan has. It tells where the time of a
question goes that `./run bench` measures as a whole.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import psycopg

from bench import peer_files
from bench.cases import cases
from bench.contest import plan, with_cursors
from bench.database import place
from bench.floor import connect, load
from bench.generate import ensure, say
from bench.measure import PAGES, serving
from bench.questions import QUESTIONS
from bench.questions.question import CREDITGRAPH
from bench.sizes import size_of

REPEATED = 20
"""Stretches of running a statement; the cheapest counts, since whatever else runs only makes it dearer."""

STRETCH = 0.05
"""Processor seconds of one."""


def measure(items: int) -> None:
    """Find what each reading question becomes over a generated database, and print what it costs."""
    size, found = size_of(items), {}
    with place(size) as where, tempfile.TemporaryDirectory() as folder:
        ensure(where.url, size, say, free=where.free)
        peer_files.add_schema(where.url)
        with psycopg.connect(where.url) as conn:
            known = cases(conn, size.customers, size.items)
        with serving(where.url, Path(folder)) as (ours, _):
            for question in QUESTIONS:
                side = question.sides[CREDITGRAPH]
                if question.floor and not question.writes:
                    own = with_cursors(ours, side, known[question.cases][:PAGES])
                    planned = plan(question, ours, side, own[:10])
                    found[question.name] = {"sql": planned.sql, "cases": planned.cases}
        asyncio.run(tell(where.url, found))


async def tell(url: str, found: Mapping[str, Any]) -> None:
    """Measure every statement and print a table."""
    conn = await connect(url)
    _tell("| statement | backend CPU ms | pages | nodes |\n|---|---|---|---|")
    _tell(f"| select 1 | {await processor(conn, 'select 1', [()]):.3f} | 0 | 1 |")
    for name, prepared in (await load(conn, json.dumps(found))).items():
        row = await conn.fetchval("explain (analyze, buffers, format json) " + prepared.sql, *prepared.cases[0])
        root = json.loads(row)[0]["Plan"]
        pages = root.get("Shared Hit Blocks", 0) + root.get("Shared Read Blocks", 0)
        nodes = sum(1 for _ in nodes_of(root))
        spent = await processor(conn, prepared.sql, prepared.cases)
        _tell(f"| {name} | {spent:.3f} | {pages:,} | {nodes} |")
    await conn.close()


async def processor(conn: asyncpg.Connection, text: str, arguments: Sequence[Sequence[Any]]) -> float:
    """The processor time of the backend for one run, ms, as the kernel counts it."""
    statement, backend = await conn.prepare(text), conn.get_server_pid()

    async def once(times: int) -> float:
        before = _processor_of(backend)
        for number in range(times):
            await statement.fetchval(*arguments[number % len(arguments)])
        return (_processor_of(backend) - before) / times / 1e6

    times = max(1, round(STRETCH * 1000 / await once(20)))
    return min([await once(times) for _ in range(REPEATED)])


def _processor_of(process: int) -> int:
    """Nanoseconds."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def nodes_of(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan as EXPLAIN tells it, with everything under it."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_of(part)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.alone", description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200_000, help="open items ever posted (200000)")
    measure(parser.parse_args().items)


if __name__ == "__main__":
    main()
