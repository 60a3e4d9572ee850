"""Who is asked, how, and whether the answers are right before anything is timed."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.questions.question import COUNTED, CREDITGRAPH, Case, Question, Side, body

COMPARED = 5
"""Cases of each question whose answers are compared."""


class Disagree(RuntimeError):
    """Two who were asked the same answered differently, or one did not answer."""


@dataclass(frozen=True)
class Contestant:
    """A server that is asked: its name in the results, where it answers, its process, and headers it wants.

    `speaks` is whose documents it understands.
    """

    name: str
    speaks: str
    url: str
    pid: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def ask(self, asked: Any, query: str = "") -> Any:
        """The whole answer to one request. Raises `Disagree` when it is refused."""
        request = urllib.request.Request(
            self.url + query, json.dumps(asked).encode(), {**self.headers, "Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Disagree(f"{self.name}: {error.code} {error.read()[:2000].decode()}\n{asked}") from error

    def data(self, asked: Any) -> Any:
        """The data of an answer without errors. Raises `Disagree`."""
        answer = self.ask(asked)
        if answer.get("errors"):
            raise Disagree(f"{self.name}: {answer['errors'][:3]}\n{asked}")
        return answer["data"]


@dataclass(frozen=True)
class Plan:
    """What a question became on our side: which lane, in how many statements, and the statement when it is one."""

    lane: str
    statements: int | None
    sql: str | None
    cases: Sequence[Sequence[Any]]


def with_cursors(contestant: Contestant, side: Side, cases: Sequence[Case]) -> list[Case]:
    """The cases, each with the cursor where its page begins, as this server writes it."""
    if side.cursor is None:
        return list(cases)
    return [{**case, "after": _cursor(contestant.data(body(side.cursor, case)))} for case in cases]


def _cursor(answer: Any) -> str:
    match answer:
        case {"cursor": str(found)}:
            return found
        case dict():
            return _cursor(next(iter(answer.values())))
        case [first, *_]:
            return _cursor(first)
    raise Disagree(f"There is no cursor in {answer}")


def verify(question: Question, sides: Sequence[tuple[Contestant, Side, Sequence[Case]]]) -> None:
    """Ask everybody the first cases and compare what they say. Raises `Disagree`."""
    for place in range(min(COMPARED, *(len(cases) for _, _, cases in sides))):
        told: list[tuple[str, Sequence[Any]]] = []
        for contestant, side, cases in sides:
            unique = re.sub(r"\W", "", f"{question.name}{contestant.name}{place}at{time.time_ns()}")
            asked = json.loads(json.dumps(side.body(cases[place])).replace(COUNTED, unique))
            told.append((contestant.name, side.figures(contestant.data(asked))))
        first_name, first = told[0]
        for name, figures in told[1:]:
            if figures != first:
                raise Disagree(
                    f"{question.name}, case {place}: {first_name} and {name} differ: {_difference(first, figures)}"
                )
        if question.writes and first != ["APPROVED"]:
            raise Disagree(f"{question.name}: an order that should pass is {first}")


def _difference(one: Sequence[Any], other: Sequence[Any]) -> str:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return f"at {place}: {left} and {right}"
    return f"{len(one)} and {len(other)} rows"


def plan(question: Question, contestant: Contestant, side: Side, cases: Sequence[Case]) -> Plan:
    """How our server answers a question, by its own account; unknown while it does not explain."""
    arguments = []
    said: Mapping[str, Any] = {}
    for case in cases:
        answer = contestant.ask(side.body(case), "?explain")
        said = (answer.get("extensions") or {}).get("explain") or {}
        if not said or said.get("lane") != "fast" or not said.get("sql"):
            return Plan(str(said.get("lane", "unknown")), said.get("statements"), None, ())
        arguments.append(said["arguments"])
    if not arguments:
        return Plan("write" if question.writes else "unknown", None, None, ())
    return Plan("fast", said.get("statements"), said["sql"], arguments)


def speaking(question: Question, contestant: Contestant) -> Side | None:
    """The way a contestant is asked a question, if it can be asked."""
    if contestant.name in question.sides:
        return question.sides[contestant.name]
    return question.sides.get(CREDITGRAPH) if contestant.speaks == CREDITGRAPH else None
