"""The quick mode, for continuous integration: lanes, statements, processor time beside the bare endpoint's.

Never an absolute time, and no rate: a busy machine must not fail it. It needs Python alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import peer_files, quick_load
from bench.cases import cases
from bench.contest import Contestant, Disagree, plan, with_cursors
from bench.database import Place, place
from bench.generate import ensure, say
from bench.load import Shot
from bench.measure import serving
from bench.processes import free_port, python, running
from bench.questions import QUESTIONS
from bench.questions.question import CREDITGRAPH, FLOOR, Case, Question
from bench.quick_load import Requests
from bench.results import Asked
from bench.sizes import size_of

ITEMS = 20_000
ROUNDS, SECONDS, WARM = 3, 1.0, 0.5
COMPARED = 3
EXPLAINED = 40
"""Cases of each question that both are asked."""

FAST = ("Q1", "Q2", "Q3", "Q4", "Q4 sv-SE", "literals")
"""What the fast lane answers in one statement."""

PURPOSE, SETTINGS = "quick", {"shared_buffers": "256MB", "max_wal_senders": "0", "wal_level": "minimal"}
"""A server of its own, small enough for any machine."""

MOST_CPU = 2.0
"""Time of server and database together, as a multiple of the bare endpoint's with the same SQL in the same run."""

MOST_SERVER_CPU = 3.0
"""The same of the server alone: Python that works for every row shows here and not beside the database's time."""


@dataclass
class _Entry:
    """A question with the requests that each server is sent; `cached`: its plan was there for the last of them."""

    asked: Asked
    ours: Sequence[Any]
    cached: bool
    requests: dict[str, tuple[Requests, int]]


def run(only: Sequence[str]) -> int:
    """Measure, say how it went, and judge: 0 when everything is as it should be."""
    size = size_of(ITEMS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = stack.enter_context(place(size, PURPOSE, SETTINGS))
        ensure(found.url, size, say, free=found.free)
        peer_files.add_schema(found.url)
        with psycopg.connect(found.url) as conn:
            known = cases(conn, size.customers, size.items)
        ours, _ = stack.enter_context(serving(found.url, folder))
        entries: list[_Entry] = []
        plans: dict[str, dict[str, Any]] = {}
        for question in QUESTIONS:
            if question.name in FAST and (not only or question.name in only):
                say(f"{question.name}: how it is answered")
                entries.append(_enter(ours, question, known[question.cases][:EXPLAINED], plans))
        if plans:
            _add_floor(found, folder, stack, ours, entries, plans)
        _measure(found, entries)
    never_met = [f"{entry.asked.name} met no plan that was there" for entry in entries if not entry.cached]
    return judge([entry.asked for entry in entries], never_met)


def _enter(ours: Contestant, question: Question, known: Sequence[Case], plans: dict[str, dict[str, Any]]) -> _Entry:
    """How our server answers a question, by its own account."""
    side = question.sides[CREDITGRAPH]
    own = with_cursors(ours, side, known)
    planned = plan(question, ours, side, own)
    if planned.sql is not None and question.floor:
        plans[question.name] = {"sql": planned.sql, "cases": planned.cases}
    bodies = [side.body(case) for case in own]
    cached = ours.ask(bodies[-1], "?explain")["extensions"]["explain"].get("cached", False)
    requests = {CREDITGRAPH: (Requests(ours.url, bodies, ours.headers), ours.pid)}
    return _Entry(Asked(question.name, question.about, {}, planned.lane, planned.statements), bodies, cached, requests)


def _add_floor(
    found: Place,
    folder: Path,
    stack: ExitStack,
    ours: Contestant,
    entries: Sequence[_Entry],
    plans: Mapping[str, Mapping[str, Any]],
) -> None:
    """Start the bare endpoint with the same SQL; it must say the same where nothing is finished outside SQL."""
    file, port = folder / "plans.json", free_port()
    file.write_text(json.dumps(plans))
    command, where = python("-m", "bench.floor", str(port), str(file)), {"DATABASE_URL": found.url}
    bare = stack.enter_context(running(command, port, "/ready", folder / "floor.log", where))
    floor = Contestant(FLOOR, FLOOR, f"{bare.url}/", bare.pid)
    for entry in entries:
        name = entry.asked.name
        if name not in plans:
            continue
        asked = [{"question": name, "case": place} for place in range(len(plans[name]["cases"]))]
        for mine, its in list(zip(entry.ours, asked, strict=True))[:COMPARED]:
            if _finished_in_sql(its, floor) and ours.data(mine) != floor.data(its):
                raise Disagree(f"{name}: the bare endpoint answers the same SQL differently.")
        entry.requests[FLOOR] = (Requests(floor.url, asked, {}), floor.pid)


def _finished_in_sql(asked: Any, floor: Contestant) -> bool:
    try:
        floor.data(asked)
    except json.JSONDecodeError:
        return False
    return True


def _measure(found: Place, entries: Sequence[_Entry]) -> None:
    """Warm everybody, then rounds in turn, the order turned round every other time."""
    for entry in entries:
        for requests, pid in entry.requests.values():
            quick_load.shoot(requests, pid, found.postmaster, WARM)
    for turn in range(ROUNDS):
        for entry in entries:
            for name, (requests, pid) in list(entry.requests.items())[:: 1 if turn % 2 else -1]:
                shot = quick_load.shoot(requests, pid, found.postmaster, SECONDS)
                entry.asked.shots.setdefault(name, []).append(shot)
                say(
                    f"round {turn + 1}/{ROUNDS}  {entry.asked.name:8} {name:14} {shot.requests:6} requests  "
                    f"cpu {shot.server_cpu:7.3f} + {shot.database_cpu or 0:7.3f} ms"
                )


def judge(measured: Sequence[Asked], found: Sequence[str] = ()) -> int:
    """Print what is not as it should be, after what was found before; 0 when everything is."""
    wrong = [*found, *([] if measured else ["nothing was measured"])]
    for asked in measured:
        if asked.lane != "fast":
            wrong.append(f"{asked.name} took the {asked.lane} lane")
        elif asked.statements != 1:
            wrong.append(f"{asked.name} took {asked.statements} statements, not one")
        ours, floor = asked.shots.get(CREDITGRAPH), asked.shots.get(FLOOR)
        if ours and floor:
            whole = _mean(ours, lambda shot: shot.cpu) / _mean(floor, lambda shot: shot.cpu)
            alone = _mean(ours, lambda shot: shot.server_cpu) / _mean(floor, lambda shot: shot.server_cpu)
            say(f"{asked.name}: {whole:.2f} times the bare endpoint's processor time, the server alone {alone:.2f}")
            if whole > MOST_CPU:
                wrong.append(f"{asked.name} costs {whole:.2f} times the bare endpoint's time, over {MOST_CPU}")
            if alone > MOST_SERVER_CPU:
                wrong.append(f"{asked.name} costs its server {alone:.2f} times the bare one's, over {MOST_SERVER_CPU}")
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


def _mean(shots: Sequence[Shot], cost: Callable[[Shot], float]) -> float:
    """Of all requests of all rounds: the kernel counts hundredths of a second, too coarse for one round."""
    return sum(cost(shot) * shot.requests for shot in shots) / sum(shot.requests for shot in shots)
