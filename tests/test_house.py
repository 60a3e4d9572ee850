"""The house keeps its order: small files, names of the field, walls between rooms, a lock without addresses."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import LONGEST_FIRST

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("domain", "persistence", "schema", "locales", "server")
# Part of the house and behind its walls, but not of the wheel.
BESIDE = ("bench",)
LONGEST = 400
# What the foreign clients bring, where they were installed.
OTHERS = {"node_modules", "site-packages"}
SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "service",
    "services",
    "base",
    "common",
    "misc",
}
# A migration is a record of what was done on a day; it is generated, never read again and never split.
RECORDS = ROOT / "persistence" / "migrations" / "versions"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()


def _files(*rooms: str) -> list[Path]:
    found = [file for room in rooms for file in sorted((ROOT / room).rglob("*.py")) if RECORDS not in file.parents]
    return [file for file in found if OTHERS.isdisjoint(file.parts)]


def _text(paths: Iterable[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_file_is_longer_than_400_lines() -> None:
    long = [file for file in _files(*ROOMS, *BESIDE, "tests") if len(file.read_text().splitlines()) > LONGEST]
    assert _text(long) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [file for file in _files(*ROOMS, *BESIDE, "tests") if {file.stem, file.parent.name} & SAY_NOTHING]
    assert _text(vague) == []


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [file for file in _files(*ROOMS, *BESIDE, "tests") if not ast.get_docstring(ast.parse(file.read_text()))]
    assert _text(silent) == []


def test_the_files_that_tests_begin_with_are_there() -> None:
    assert [name for name in LONGEST_FIRST if not (ROOT / "tests" / name).is_file()] == []


def test_nothing_is_left_to_do_in_a_comment() -> None:
    mark = re.compile(r"#.*\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")
    assert _text(file for file in _files(*ROOMS, *BESIDE, "tests") if mark.search(file.read_text())) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_installed_distribution_has_a_package_of_our_name(room: str) -> None:
    owners = {canonicalize_name(name) for name in importlib.metadata.packages_distributions().get(room, [])}
    assert owners <= {"creditgraph"}
    assert room not in sys.stdlib_module_names


def test_the_wheel_holds_every_room_and_nothing_else() -> None:
    assert sorted(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == sorted(ROOMS)
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == sorted((*ROOMS, *BESIDE))
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages == {*ROOMS, *BESIDE}


def test_every_package_of_the_lock_is_pinned_with_hashes() -> None:
    entries = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(entries) > 50
    assert [line for line in entries if not re.match(r"[a-z0-9.-]+==\S+ .*\\$", line)] == []
    blocks = re.split(r"\n(?=[a-z0-9.-]+==)", LOCK)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_names_no_address() -> None:
    assert [
        line for line in LOCK.splitlines() if "://" in line or "index-url" in line.replace("--no-emit-index-url", "")
    ] == []


def test_the_lock_answers_every_requirement_of_the_project() -> None:
    pins = dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", LOCK, re.MULTILINE))
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    for requirement in map(Requirement, wanted):
        assert pins.get(canonicalize_name(requirement.name), "") in requirement.specifier, requirement


def test_nobody_reaches_through_a_wall() -> None:
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def test_a_wall_stops_what_it_should(tmp_path: Path) -> None:
    for room in (*ROOMS, *BESIDE):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    (tmp_path / "domain" / "limit.py").write_text("import sqlalchemy\nfrom persistence import row\n")
    (tmp_path / "persistence" / "row.py").write_text("import starlette\n")
    (tmp_path / "schema" / "root.py").write_text("import asyncpg\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    broken = re.findall(r"^(.+) BROKEN$", found.stdout, re.MULTILINE)
    assert sorted(broken) == sorted(contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"])


def test_the_doors_are_plain_posix_scripts_that_can_be_run() -> None:
    for name in ("run", ".ci/wheel"):
        script = ROOT / name
        assert script.stat().st_mode & 0o111
        assert script.read_text().startswith("#!/bin/sh\n")
        assert subprocess.run(["sh", "-n", script], check=False).returncode == 0


def test_help_names_every_command_of_the_door() -> None:
    script = (ROOT / "run").read_text()
    commands = set(re.findall(r"^([a-z]+)\)$", script, re.MULTILINE))
    said = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True).stdout
    assert commands == set(re.findall(r"^  \./run ([a-z]+)", said, re.MULTILINE)) - {"help"}


def test_an_unknown_command_is_an_error_with_the_help() -> None:
    said = subprocess.run([ROOT / "run", "dance"], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "There is no ./run dance." in said.stderr
    assert "./run demo" in said.stderr
