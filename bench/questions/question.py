"""What a question is: the ways to ask it, the cases it is asked with, the ratios that are aimed at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_VARIABLE = re.compile(r"\$(\w+)")
_WRITTEN = re.compile(r"@(\w+)@")

Case = Mapping[str, Any]
Answer = Any

CREDITGRAPH = "creditgraph"
SLOW = "slow lane"
POSTGRAPHILE = "PostGraphile"
OVER_ITEMS = "PostGraphile over items"
FLOOR = "bare Starlette"
RAW = "asyncpg"

COUNTED = "@N@"
"""Stands for a number that no other request has."""


@dataclass(frozen=True)
class Side:
    """One way to ask: the document, and what of its answer is compared. Its variables are values of a case.

    `cursor` is a document whose first cursor becomes the value `after`.
    """

    document: str
    figures: Callable[[Answer], Sequence[Any]]
    cursor: str | None = None
    connections: int = 16

    def body(self, case: Case) -> dict[str, Any]:
        """What is posted for a case."""
        return body(self.document, case)


@dataclass(frozen=True)
class Question:
    """One question with the ways to ask it, and the ratios of requests a second that are aimed at.

    `floor`: the SQL it becomes is also asked without GraphQL and without HTTP.
    """

    name: str
    about: str
    cases: str
    sides: Mapping[str, Side]
    targets: Mapping[str, str]
    floor: bool = True
    writes: bool = False


def numbers(values: Sequence[Any]) -> list[Any]:
    """Amounts as they are compared, whichever way they were written."""
    return [None if value is None else Decimal(value) for value in values]


def body(document: str, case: Case) -> dict[str, Any]:
    """A document with the values of a case that it names as variables; words between @ are replaced in its text."""
    written = _WRITTEN.sub(lambda found: str(case.get(found.group(1), found.group())), document)
    names = dict.fromkeys(_VARIABLE.findall(document))
    return {"query": " ".join(written.split()), "variables": {name: case[name] for name in names if name in case}}
