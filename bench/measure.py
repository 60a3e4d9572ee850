"""`./run bench`: everybody answers the same questions in turn, round after round; medians, ratios, costs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import node, peer_files, results
from bench.cases import cases
from bench.contest import Contestant, plan, speaking, verify, with_cursors
from bench.database import Place
from bench.generate import say
from bench.load import Load, LoadFailed, Shot
from bench.processes import ROOT, cpu_seconds, free_port, python, running
from bench.questions.question import CREDITGRAPH, FLOOR, OVER_ITEMS, POSTGRAPHILE, RAW, SLOW, Case, Question, Side
from bench.sizes import Size
from domain.role import Role

STARTS = 3
EXPLAINED = 200
"""Cases whose SQL and arguments the floor is given."""

PAGES = 60
"""Places where pages begin."""

SLOW_CONNECTIONS = 1
SLOW_ROUNDS = 1
"""The slow lane is shown, not aimed at: it takes part once, one request after the other."""


@dataclass
class Entry:
    """A contestant in one question with its requests in a file; `command` asks without HTTP and prints the cost."""

    contestant: Contestant
    file: Path
    connections: int
    rounds: int
    command: Sequence[str] = ()


@dataclass
class Contest:
    """The servers that run, and where they are asked."""

    place: Place
    size: Size
    folder: Path
    load: Load
    seconds: float
    rounds: int
    stack: ExitStack = field(repr=False)
    servers: list[Contestant] = field(default_factory=list)
    plans: Path = field(init=False)

    def __post_init__(self) -> None:
        self.plans = self.folder / "plans.json"

    @property
    def ours(self) -> Contestant:
        """Our server."""
        return self.servers[0]


@contextmanager
def serving(url: str, folder: Path, name: str = "creditgraph") -> Iterator[tuple[Contestant, float]]:
    """Our server over a database, as one worker with development tokens, and how long it took to be ready."""
    port = free_port()
    command = python("-m", "server.cli", "serve", "--port", str(port))
    with running(command, port, "/readyz", folder / f"{name}.log", {"DATABASE_URL": url}) as found:
        headers = {"Authorization": f"Bearer {_token()}"}
        yield Contestant(CREDITGRAPH, CREDITGRAPH, f"{found.url}/graphql", found.pid, headers), found.ready_after


def _token() -> str:
    grant = f"*={','.join(Role)}"
    done = subprocess.run(
        python("-m", "server.cli", "token", "--subject", "bench", "--grant", grant, "--locale", "en"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def enter(
    contest: Contest, questions: Sequence[Question], *, peer: bool
) -> dict[str, tuple[results.Asked, list[Entry]]]:
    """Start the others, prepare every request and compare the answers."""
    # Addresses hold passwords, so they are given where other users do not see them.
    where = {"DATABASE_URL": contest.place.url}
    # A process of its own, so that what its thousands of rows take does not count as the memory of a worker.
    slow = contest.stack.enter_context(serving(contest.place.url, contest.folder, "slow"))[0]
    contest.servers.append(
        Contestant(SLOW, CREDITGRAPH, slow.url, slow.pid, {**slow.headers, "X-Creditgraph-Lane": "slow"})
    )
    if peer:
        port = free_port()
        command = [node.node(peer_files.FOLDER), str(peer_files.FOLDER / "server.mjs"), str(port)]
        more = {**where, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        found = contest.stack.enter_context(running(command, port, "/graphql", contest.folder / "peer.log", more))
        for name in (POSTGRAPHILE, OVER_ITEMS):
            contest.servers.append(Contestant(name, POSTGRAPHILE, f"{found.url}/graphql", found.pid))
    peer_files.add_schema(contest.place.url)
    with psycopg.connect(contest.place.url) as conn:
        known = cases(conn, contest.size.customers, contest.size.items)
    entered: dict[str, tuple[results.Asked, list[Entry]]] = {}
    plans: dict[str, Any] = {}
    for question in questions:
        say(f"{question.name}: preparing and comparing answers")
        entered[question.name] = _enter(contest, question, known[question.cases], plans)
    if plans:
        contest.plans.write_text(json.dumps(plans))
        port = free_port()
        command = python("-m", "bench.floor", str(port), str(contest.plans))
        floor = contest.stack.enter_context(running(command, port, "/ready", contest.folder / "floor.log", where))
        for name, said in plans.items():
            asked = [{"question": name, "case": place} for place in range(len(said["cases"]))]
            file = contest.load.prepare(f"floor {name}", asked, {"Content-Type": "application/json"})
            raw = python("-m", "bench.raw", str(contest.plans), name)
            for who, alone in ((FLOOR, ()), (RAW, raw)):
                contestant = Contestant(who, who, f"{floor.url}/", floor.pid)
                entered[name][1].append(Entry(contestant, file, 16, contest.rounds, alone))
    return entered


def _enter(
    contest: Contest, question: Question, known: Sequence[Case], plans: dict[str, Any]
) -> tuple[results.Asked, list[Entry]]:
    sides: list[tuple[Contestant, Side, Sequence[Case]]] = []
    paged: dict[str, list[Case]] = {}
    for contestant in contest.servers:
        side = speaking(question, contestant)
        if side is not None:
            if side.document not in paged:
                paged[side.document] = with_cursors(contestant, side, known[: PAGES if side.cursor else None])
            sides.append((contestant, side, paged[side.document]))
    verify(question, sides)
    ours, side, own = sides[0]
    planned = plan(question, ours, side, [] if question.writes else own[: EXPLAINED if question.floor else 1])
    if planned.sql is not None and question.floor:
        plans[question.name] = {"sql": planned.sql, "cases": planned.cases}
    entries = []
    for contestant, side, found in sides:
        headers = {**contestant.headers, "Content-Type": "application/json"}
        bodies = [side.body(case) for case in found]
        file = contest.load.prepare(f"{question.name} {contestant.name}", bodies, headers)
        slow = contestant.name == SLOW
        connections = SLOW_CONNECTIONS if slow else side.connections
        entries.append(Entry(contestant, file, connections, SLOW_ROUNDS if slow else contest.rounds))
        if question.writes and contestant is ours and RAW in question.targets:
            alone = python("-m", "bench.replay", str(file))
            entries.append(Entry(Contestant(RAW, RAW, "", 0), file, 16, contest.rounds, alone))
    return results.Asked(question.name, question.about, question.targets, planned.lane, planned.statements), entries


def shoot(contest: Contest, name: str, entry: Entry, seconds: float) -> Shot:
    """One stretch of load on one contestant."""
    if not entry.command:
        return contest.load.shoot(
            entry.contestant.url, entry.contestant.pid, entry.file, seconds=seconds, connections=entry.connections
        )
    postmaster = contest.place.postmaster
    before = cpu_seconds(postmaster) if postmaster else 0.0
    where = {**os.environ, "DATABASE_URL": contest.place.url}
    done = subprocess.run(
        [*entry.command, str(seconds)], cwd=ROOT, env=where, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LoadFailed(f"{name} without HTTP: {done.stderr[-2000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    count = said["requests"]
    database = (cpu_seconds(postmaster) - before) * 1000 / said["all"] if postmaster else None
    return Shot(count, said["seconds"], 0.0, 0.0, 0.0, said["cpu"] * 1000 / count, database)


def rounds(contest: Contest, entered: dict[str, tuple[results.Asked, list[Entry]]], warm: float) -> None:
    """Warm everybody, then shoot in turn: every question at everybody, then the next round."""
    for name, (_, entries) in entered.items():
        for entry in entries:
            say(f"warming {name} {entry.contestant.name}")
            shoot(contest, name, entry, warm)
    for turn in range(contest.rounds):
        for name, (asked, entries) in entered.items():
            for entry in entries if turn % 2 == 0 else reversed(entries):
                if turn < entry.rounds:
                    shot = shoot(contest, name, entry, contest.seconds)
                    asked.shots.setdefault(entry.contestant.name, []).append(shot)
                    say(
                        f"round {turn + 1}/{contest.rounds}  {name:8} {entry.contestant.name:24} {shot.rate:9.1f}/s  "
                        f"p50 {shot.p50:8.1f} ms  cpu {shot.server_cpu:7.3f} + {shot.database_cpu or 0:7.3f} ms"
                    )


def starts(url: str, folder: Path) -> list[float]:
    """How many seconds `creditgraph serve` needs until it is ready, several times."""
    found = []
    for _ in range(STARTS):
        with serving(url, folder, "start") as (_, seconds):
            found.append(round(seconds, 2))
    return found
