"""Whoever cites a decision by its number finds it."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBERED = ROOT / "docs" / "decisions" / "README.md"
CITED = re.compile(r"\bdecisions? (\d+(?:(?:, | and )\d+)*)|\btest_decision_(\d+)_")


def test_every_decision_that_is_cited_by_its_number_is_written_down() -> None:
    known = set(re.findall(r"^- \*\*(\d+)\*\*", NUMBERED.read_text("utf-8"), re.MULTILINE))
    cited = {}
    rooms = ("domain", "persistence", "schema", "server", "tests")
    for file in (*chain.from_iterable((ROOT / room).rglob("*.py") for room in rooms), *ROOT.glob("docs/**/*.md")):
        ours = "site-packages" not in file.parts
        for found in CITED.findall(file.read_text("utf-8")) if ours else ():
            cited |= dict.fromkeys(re.findall(r"\d+", "".join(found)), str(file.relative_to(ROOT)))
    assert len(cited) > 10
    assert {number: file for number, file in cited.items() if number not in known} == {}
