"""What was measured, and the ratios that follow: medians of paired rounds with their spread."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.load import Shot
from bench.questions.question import CREDITGRAPH

FILE = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Spread:
    """A median with the least and the most of the rounds."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value."""
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f}–{self.most:.2f})"


@dataclass
class Asked:
    """One question with the shots at everybody, by round."""

    name: str
    about: str
    targets: Mapping[str, str]
    lane: str
    statements: int | None
    shots: dict[str, list[Shot]] = field(default_factory=dict)

    def ratio(self, other: str, one: str = CREDITGRAPH) -> Spread | None:
        """Requests a second of one to another's, round by round."""
        pairs = list(zip(self.shots.get(one, ()), self.shots.get(other, ()), strict=False))
        return Spread.of([left.rate / right.rate for left, right in pairs]) if pairs else None

    def cpu_ratio(self, other: str, one: str = CREDITGRAPH) -> Spread | None:
        """Processor time of the other server a request to that of one, round by round."""
        pairs = list(zip(self.shots.get(one, ()), self.shots.get(other, ()), strict=False))
        pairs = [(left, right) for left, right in pairs if left.server_cpu > 0]
        return Spread.of([right.server_cpu / left.server_cpu for left, right in pairs]) if pairs else None


@dataclass
class Results:
    """Everything of one run, or of several that were put together."""

    measured: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    rows: Mapping[str, int]
    rounds: int
    seconds: float
    asked: list[Asked]
    memory_mb: Mapping[str, float] = field(default_factory=dict)
    start_seconds: Sequence[float] = ()
    growth: Mapping[str, Any] = field(default_factory=dict)

    def save(self, file: Path = FILE) -> None:
        """Keep them, beside the page that is written from them."""
        file.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


def load(file: Path = FILE) -> Results:
    """The results that were kept."""
    said = json.loads(file.read_text())
    asked = [
        Asked(**{**one, "shots": {name: [Shot(**shot) for shot in shots] for name, shots in one["shots"].items()}})
        for one in said.pop("asked")
    ]
    return Results(asked=asked, **said)


def machine() -> dict[str, str]:
    """What it was measured on."""
    cpu = "unknown"
    memory = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal:"):
            memory = f"{int(line.split()[1]) / 1024**2:.0f} GB"
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    return {"processor": cpu, "cores": cores, "memory": memory, "system": platform.platform(terse=True)}


def versions(conn: psycopg.Connection[Any], peer: Mapping[str, str]) -> dict[str, str]:
    """Of everything that takes part."""
    found = conn.execute("show server_version").fetchone()
    packages = ("asyncpg", "uvicorn", "starlette", "strawberry-graphql", "graphql-core")
    return {
        "python": platform.python_version(),
        "postgresql": "" if found is None else found[0],
        **{name: version(name) for name in packages},
        **peer,
    }


def today() -> str:
    """The day of a run."""
    return datetime.now(UTC).date().isoformat()
