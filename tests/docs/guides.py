"""Reads guides: who asks what in which language, and what the guide says comes back.

A guide is Markdown. A comment `<!-- as MANAGER in sv -->` says who asks from there on. A block `graphql` is asked; a
block `json variables` before it holds its variables, where `(endCursor above)` or `(id above)` stands for the first
such field in the answer before; a block `json` after it holds its answer, where `…` stands for anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANYTHING = "…"
_ABOVE = re.compile(r"\((\w+) above\)")

_PARTS = re.compile(
    r"<!-- as (?P<who>[A-Z]+) in (?P<language>\S+) -->|```(?P<kind>[a-z ]+)\n(?P<text>.*?)```", re.DOTALL
)


@dataclass
class Step:
    """One question of a guide and the whole answer it shows, if it shows one."""

    who: str
    language: str
    query: str
    variables: dict[str, Any]
    answer: dict[str, Any] | None = None


def steps(guide: Path) -> list[Step]:
    """The questions of a guide in their order."""
    found: list[Step] = []
    who, language, variables = "MANAGER", "en", {}
    for part in _PARTS.finditer(guide.read_text("utf-8")):
        if part["who"]:
            who, language = part["who"], part["language"]
        elif part["kind"] == "json variables":
            variables = json.loads(part["text"])
        elif part["kind"] == "graphql":
            found.append(Step(who, language, part["text"], variables))
            variables = {}
        elif part["kind"] == "json":
            found[-1].answer = json.loads(part["text"])
    return found


def differences(shown: Any, came: Any, place: str = "answer") -> Iterator[str]:
    """Where an answer is not what a guide shows."""
    if shown == ANYTHING:
        return
    if isinstance(shown, dict) and isinstance(came, dict):
        for name in shown.keys() | came.keys():
            yield from differences(shown.get(name, "nothing"), came.get(name, "nothing"), f"{place}.{name}")
    elif isinstance(shown, list) and isinstance(came, list) and len(shown) == len(came):
        for number, (one, other) in enumerate(zip(shown, came, strict=True)):
            yield from differences(one, other, f"{place}.{number}")
    elif shown != came:
        yield f"{place}: {came!r} came, {shown!r} is shown"


def with_answer(given: dict[str, Any], answered: Any) -> dict[str, Any]:
    """Variables in which what stands in the answer before is filled in."""
    asked = {name: _ABOVE.fullmatch(value) if isinstance(value, str) else None for name, value in given.items()}
    return {
        name: value if (found := asked[name]) is None else _first(found[1], answered) for name, value in given.items()
    }


def _first(field: str, answered: Any) -> str | None:
    """The first text of a field's name in an answer."""
    inside = (
        answered.items() if isinstance(answered, dict) else enumerate(answered) if isinstance(answered, list) else ()
    )
    for name, value in inside:
        found = value if name == field else _first(field, value)
        if isinstance(found, str):
            return found
    return None
