"""docs/acceptance.md says of every acceptance case what is answered here, and what proves it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
TABLE = DOCS / "acceptance.md"

LIMITS = (1, 2, 4, 5, 6, 8, 9, 11, 12, 13, 14)
CHECKS = (15, 16, 17, 19, 21, 22, 23, 24, 25, 27, 29, 30, 31, 33, 34, 35, 37, 38, 40)
CHECKS_TOO = (42, 44, 45, 47, 48, 50, 52, 53, 55, 56, 58, 59, 60, 61, 63, 64, 65)
SECTIONS = ("2.1", "2.1a", "2.1b", *(f"2.{number}" for number in range(2, 12)))
QAD = tuple(f"QAD-{number}" for number in range(1, 9))
NUMBERS = {*(f"AC-{number:02}" for number in (*LIMITS, *CHECKS, *CHECKS_TOO)), *QAD, *SECTIONS}
"""The cases there are. The numbers between them do not exist."""


class Row(NamedTuple):
    """A line of the table."""

    case: str
    here: str
    tests: tuple[str, ...]

    @property
    def number(self) -> str:
        """What the case is known by."""
        return self.case.split(" ")[0]


def rows() -> list[Row]:
    """Every line of the tables but their heads."""
    cells = [re.split(r" *\| *", line.strip("| \n")) for line in TABLE.read_text().splitlines() if line[:3] != "|--"]
    found = [line for line in cells if len(line) in (3, 4) and line[0] != "Case"]
    return [Row(line[0], line[2], tuple(re.findall(r"`(\w+)`", line[3] if len(line) > 3 else ""))) for line in found]


def existing() -> list[str]:
    """The names of the tests of acceptance."""
    trees = [ast.parse(file.read_text()) for file in HERE.rglob("test_*.py")]
    return [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


def test_every_case_has_a_line_and_every_line_a_case() -> None:
    assert {row.number for row in rows()} == NUMBERS
    assert [case for case, times in Counter(row.case for row in rows()).items() if times > 1] == []


def test_every_line_says_same_or_ours_with_the_decision_or_later_with_what_is_missing() -> None:
    decisions = set(re.findall(r"^- \*\*(\d+)\*\*", (DOCS / "decisions" / "README.md").read_text(), re.MULTILINE))
    cited = {row.case: re.fullmatch(r"ours: .+ \(decision (\d+)\)", row.here) for row in rows()}
    wrong = [row for row in rows() if row.here != "same" and not row.here.startswith("later: ") and not cited[row.case]]
    assert wrong == []
    assert {found[1] for found in cited.values() if found} <= decisions


def test_nothing_but_what_needs_a_risk_score_is_for_later() -> None:
    assert [row.number for row in rows() if row.here.startswith("later: ")] == ["AC-12"]


def test_every_line_that_is_not_for_later_names_tests_that_exist_and_are_called_after_it() -> None:
    there = Counter(existing())
    for row in rows():
        assert bool(row.tests) != row.here.startswith("later: "), row
        prefix = row.number.lower().replace("-", "_") if "-" in row.number else f"d365_{row.number}"
        for name in row.tests:
            assert there[name] == 1, name
            assert name.startswith(f"test_{prefix.replace('.', '_')}_"), row


def test_every_test_of_a_case_is_in_the_table() -> None:
    of_cases = {name for name in existing() if re.match(r"test_(ac|d365|qad)_\d", name)}
    assert of_cases == set(chain.from_iterable(row.tests for row in rows()))
