"""The same request through both lanes: what the fast one answers must be what the slow one answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from schema.app import SCHEMA, graphql_schema
from schema.asking import english, spoken
from schema.context import Claims, House
from schema.running import Asked, Runner


@dataclass
class Asking:
    """Asks a runner as somebody."""

    runner: Runner

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        lane: str | None = None,
        as_: str = "CREDIT_MANAGER",
        companies: Sequence[str] = ("*",),
        language: str | None = None,
        operation: str | None = None,
        explain: bool = False,
    ) -> tuple[Any, bool]:
        """The answer, and whether the fast lane gave it."""
        claims = Claims("tester", "Tester", dict.fromkeys(companies, (as_,)))
        request = Asked(query, operation, dict(variables or {}), language, "asked", lane=lane, explain=explain)
        answer = await self.runner.run(claims, request, spoken(language) or english())
        raw = orjson.dumps(answer.body) if answer.raw is None else answer.raw
        return orjson.loads(raw), answer.raw is not None


def runner_of(house: House) -> Asking:
    """A way to ask that tells which lane answered."""
    return Asking(Runner(house, graphql_schema(SCHEMA)))


@dataclass
class BothLanes:
    """Asks in both lanes and compares. `taken` counts the lanes that answered."""

    house: House
    taken: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.runner = Runner(self.house, graphql_schema(SCHEMA))

    async def __call__(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        as_: str = "CREDIT_MANAGER",
        companies: Sequence[str] = ("*",),
        language: str | None = None,
        operation: str | None = None,
    ) -> tuple[Any, bool]:
        """The answer of both, and whether the fast lane gave it."""
        claims = Claims("tester", "Tester", dict.fromkeys(companies, (as_,)))
        request = Asked(query, operation, dict(variables or {}), language, "both")
        reader = spoken(language) or english()
        first, fast = [await self.runner.run(claims, request, reader) for _ in range(2)]
        assert first.raw == fast.raw, "another plan than that of the first call answers otherwise"
        slow = await self.runner.run(claims, replace(request, lane="slow"), reader)
        assert slow.raw is None, "the slow lane was asked for"
        told = orjson.loads(orjson.dumps(slow.body))
        if fast.raw is None:
            self.taken["slow"] += 1
            return told, False
        self.taken["fast"] += 1
        found = orjson.loads(fast.raw)
        assert "errors" not in told, f"the fast lane answered where the slow one has errors: {told['errors']}"
        different = _differences(found["data"], told["data"])
        assert not different, different[:3]
        assert found["extensions"] == told["extensions"]
        return found, True


def _differences(fast: Any, slow: Any, path: str = "data") -> list[str]:
    """Where two answers differ."""
    if isinstance(fast, dict) and isinstance(slow, dict):
        if list(fast) != list(slow):
            return [f"{path}: fields {list(fast)} and {list(slow)}"]
        return [one for name in fast for one in _differences(fast[name], slow[name], f"{path}.{name}")]
    if isinstance(fast, list) and isinstance(slow, list) and len(fast) == len(slow):
        return [
            one for n, both in enumerate(zip(fast, slow, strict=True)) for one in _differences(*both, f"{path}.{n}")
        ]
    return [] if fast == slow and type(fast) is type(slow) else [f"{path}: fast {fast!r}, slow {slow!r}"]
