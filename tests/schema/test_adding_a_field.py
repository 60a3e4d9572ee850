"""A field is a line in its shape and a line in its type: those of the README, put into a copy of the program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.schema import paper
from tests.schema.world import World

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("domain", "locales", "persistence", "schema")

SHAPE, FIELDS = Path("persistence", "shapes", "open_item.py"), "    fields={\n"
TYPE, STORED = Path("schema", "types", "open_item.py"), '    kind: OpenItemKind = stored("What it is.")\n'

PROGRAM = """
import asyncio, json, os, sys

import orjson

import schema
from persistence.database import open_pool
from schema.app import SCHEMA, graphql_schema
from schema.asking import english
from schema.context import Claims, House
from schema.running import Asked, Runner
from tests.schema.world import NOW


async def main():
    async with await open_pool(os.environ["DATABASE_URL"]) as pool:
        runner = Runner(House(pool, None, lambda: NOW), graphql_schema(SCHEMA))
        claims, told = Claims("tester", "Tester", {"*": ("ADMIN",)}), {"rooms": schema.__path__[0]}
        for lane in ("fast", "slow"):
            asked = Asked(sys.argv[1], None, {}, None, "asked", lane=lane, explain=True)
            answer = await runner.run(claims, asked, english())
            told[lane] = answer.body if answer.raw is None else orjson.loads(answer.raw)
        print(json.dumps(told | {"sdl": SCHEMA.as_str()}))


asyncio.run(main())
"""


def lines() -> list[str]:
    """What the README says to write, in the shape and in the type."""
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def put(file: Path, after: str, line: str) -> None:
    """Write a line after one that is there, as far in as what follows."""
    text = file.read_text()
    assert text.count(after) == 1
    before, rest = text.split(after)
    indent = re.match(r" *", rest)
    assert indent is not None
    file.write_text(f"{before}{after}{indent[0]}{line}{rest}")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the program with both lines in it."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file, after, line in zip((SHAPE, TYPE), (FIELDS, STORED), lines(), strict=True):
        put(tmp_path / file, after, line)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    return tmp_path


async def test_the_two_lines_of_the_readme_are_a_field_that_both_lanes_answer(
    changed: Path, database_url: str, world: World
) -> None:
    await paper.item(world, "SE01/1001", "I-1", "100.00 SEK", date(2026, 11, 30), date(2026, 10, 31))
    await paper.item(world, "SE01/1001", "I-2", "100.00 SEK", date(2026, 11, 1), date(2026, 11, 1))
    told = ask(changed, database_url, "{ openItems { nodes { number daysGiven } } }")
    assert told["rooms"] == str(changed / "schema")
    assert "daysGiven: Int!" in told["sdl"]
    assert told["fast"]["data"]["openItems"]["nodes"] == [
        {"number": "I-1", "daysGiven": 30},
        {"number": "I-2", "daysGiven": 0},
    ]
    assert told["slow"]["data"] == told["fast"]["data"]
    assert (told["fast"]["extensions"]["explain"]["lane"], told["fast"]["extensions"]["explain"]["statements"]) == (
        "fast",
        1,
    )
    assert told["slow"]["extensions"]["explain"] == {"lane": "slow"}


def test_each_is_one_line() -> None:
    assert [line.count("\n") for line in lines()] == [1, 1]


def ask(program: Path, url: str, query: str) -> Any:
    """What a program answers in both lanes, as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, query],
        cwd=program,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
