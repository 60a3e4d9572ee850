"""How long hostile documents keep a server busy, and how others are answered meanwhile.

`python -m bench.hostile` sends each of them as a document that was never seen, over a small generated group, and writes
`bench/hostile.md`. It needs Python alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench.contest import Contestant
from bench.database import place
from bench.generate import ensure, say
from bench.hostile_documents import DOCUMENTS, Hostile
from bench.measure import serving
from bench.quick import ITEMS, PURPOSE, SETTINGS
from bench.results import machine, today
from bench.sizes import size_of

PAGE = Path(__file__).parent / "hostile.md"
TIMES = 7
ORDINARY = {"query": "{ companies(first: 1) { nodes { code name } } }"}
ASKED = 300
"""Ordinary questions, alone and while hostile documents come."""

_numbers = count()


@dataclass(frozen=True)
class Told:
    """How a server took a document: what it said, and the milliseconds of its processor and until the answer."""

    said: str
    processor: float
    answer: float


class Asking:
    """One connection to a server."""

    def __init__(self, server: Contestant) -> None:
        where = urlsplit(server.url)
        self._path, self._pid = where.path, server.pid
        self._headers = {**server.headers, "Content-Type": "application/json"}
        self._connection = HTTPConnection(where.netloc, timeout=120)

    def ask(self, body: Any) -> Any:
        """The answer, whatever its status."""
        self._connection.request("POST", self._path, json.dumps(body), self._headers)
        return json.load(self._connection.getresponse())

    def measure(self, hostile: Hostile, times: int) -> Told:
        """Send a document some times, each time as one that is new."""
        took, used, said = [], [], ""
        for _ in range(times):
            body = _as_new(hostile)
            before, began = _processor(self._pid), time.perf_counter()
            answer = self.ask(body)
            took.append((time.perf_counter() - began) * 1000)
            used.append((_processor(self._pid) - before) / 1e6)
            said = what_it_said(answer)
        return Told(said, median(used), median(took))


def _as_new(hostile: Hostile) -> dict[str, Any]:
    """The request with a comment that makes its document another."""
    return {**hostile.body, "query": f"{hostile.query}\n# {next(_numbers)}"}


def _processor(process: int) -> int:
    """Nanoseconds that the main thread of a process ran, as the kernel counts them."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def what_it_said(answer: Any) -> str:
    """An answer in a word: the limit that was passed, a mistake, or that it was answered."""
    errors = answer.get("errors")
    if not errors:
        return "answered"
    told = errors[0]["extensions"]
    return f"too much: {told['limit']}" if "limit" in told else str(told["code"])


def ordinary(asking: Asking, times: int) -> float:
    """The median milliseconds of an ordinary question."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        answer = asking.ask(ORDINARY)
        if answer.get("errors"):
            raise RuntimeError(f"an ordinary question was refused: {answer['errors'][:1]}")
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def meanwhile(server: Contestant, times: int) -> tuple[float, int]:
    """The median milliseconds of an ordinary question while all documents come in turn, and how many came."""
    over, sent = threading.Event(), count()

    def attack() -> None:
        asking = Asking(server)
        for hostile in cycle(DOCUMENTS):
            if over.is_set():
                return
            asking.ask(_as_new(hostile))
            next(sent)

    attacker = threading.Thread(target=attack)
    attacker.start()
    try:
        found = ordinary(Asking(server), times)
    finally:
        over.set()
        attacker.join()
    return found, next(sent)


def page(told: Sequence[tuple[Hostile, Told]], alone: float, during: float, sent: int) -> str:
    """The results, as Markdown."""
    rows = [
        f"| {hostile.name} | {len(hostile.query):,} | {one.said} | {one.processor:.1f} | {one.answer:.1f} |"
        for hostile, one in told
    ]
    where = machine()
    lines = [
        "# Hostile documents\n",
        f"Measured {today()} by `python -m bench.hostile` on {where['cores']} cores ({where['processor']}): medians of",
        f"{TIMES}, each time as a document that was never seen. What limits them: "
        "[docs/limits.md](../docs/limits.md).\n",
        "| document | characters | answered | server's processor, ms | until the answer, ms |",
        "|---|---|---|---|---|",
        *rows,
        f"\nAn ordinary question took {alone:.1f} ms alone, and {during:.1f} ms while {sent:,} of these came, one "
        "after the other.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, show, and write the page."""
    size = size_of(ITEMS)
    with place(size, PURPOSE, SETTINGS) as found, tempfile.TemporaryDirectory() as folder:
        ensure(found.url, size, say, free=found.free)
        with serving(found.url, Path(folder)) as (server, _):
            asking = Asking(server)
            alone = ordinary(asking, ASKED)
            told = []
            for hostile in DOCUMENTS:
                told.append((hostile, asking.measure(hostile, TIMES)))
                say(f"{hostile.name}: {told[-1][1].said}, {told[-1][1].processor:.1f} ms")
            during, sent = meanwhile(server, ASKED)
    text = page(told, alone, during, sent)
    PAGE.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
