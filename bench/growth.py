"""What a request costs when history has grown: our server over little and over much history, in turn."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from bench import peer_files, results
from bench.cases import cases
from bench.contest import speaking, verify, with_cursors
from bench.database import place
from bench.generate import ensure, say
from bench.load import Load
from bench.measure import PAGES, serving
from bench.questions import QUESTIONS
from bench.results import Spread
from bench.sizes import size_of

GROWING = ("Q1", "Q2", "Q3", "Q5")
CONNECTIONS = 16


def grown(little: int, much: int, *, rounds: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Server and database CPU a request, ms, over two sizes of the same group, and the ratio of paired rounds."""
    questions = [question for question in QUESTIONS if question.name in GROWING]
    with ExitStack() as stack:
        targets = []
        load = None
        for items in (little, much):
            size = size_of(items)
            found = stack.enter_context(place(size))
            ensure(found.url, size, say, free=found.free)
            peer_files.add_schema(found.url)
            load = load or Load(folder, found.postmaster)
            contestant, _ = stack.enter_context(serving(found.url, folder, f"growth-{items}"))
            with psycopg.connect(found.url) as conn:
                known = cases(conn, size.customers, items)
            files = {}
            for question in questions:
                side = speaking(question, contestant)
                assert side is not None, "our own server is asked everything"
                own = with_cursors(contestant, side, known[question.cases][: PAGES if side.cursor else None])
                verify(question, [(contestant, side, own)])
                bodies = [side.body(case) for case in own]
                headers = {**contestant.headers, "Content-Type": "application/json"}
                files[question.name] = load.prepare(f"{question.name} {items}", bodies, headers)
            targets.append((items, contestant, files))
        assert load is not None
        costs: dict[str, list[list[float]]] = {question.name: [[], []] for question in questions}
        # The first round warms and is not counted.
        for turn in range(rounds + 1):
            for question in questions:
                for which, (items, contestant, files) in enumerate(targets):
                    shot = load.shoot(
                        contestant.url, contestant.pid, files[question.name], seconds=seconds, connections=CONNECTIONS
                    )
                    say(
                        f"round {turn}/{rounds}  {question.name}  {items:,} items  {shot.cpu:.3f} ms  {shot.rate:.0f}/s"
                    )
                    if turn:
                        costs[question.name][which].append(shot.cpu)
    return {
        "measured": results.today(),
        "sizes": [f"{items:,} items" for items in (little, much)],
        "questions": {
            name: {
                "cpu": [round(Spread.of(found).middle, 4) for found in both],
                "ratio": str(Spread.of([after / before for before, after in zip(*both, strict=True)])),
            }
            for name, both in costs.items()
        },
    }
