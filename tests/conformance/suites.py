"""The suites: how each is started, and what it found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import node

FOLDER = Path(__file__).parent
CLIENTS = FOLDER / "clients"
"""Where the Python programs are installed: some want other versions of libraries than we do."""

CASES = 1000
"""That schemathesis makes at least."""

LONGEST = 1800.0


@dataclass(frozen=True)
class Found:
    """What came of a suite: the version of what was run, how many checks there were, how many passed, what failed."""

    version: str
    checks: int
    passed: int
    failed: Sequence[str]


class SuiteBroke(RuntimeError):
    """A suite ended without saying what it found; the text is what it said."""


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a program of a suite printed."""
    done = subprocess.run(
        command, cwd=FOLDER, env={**os.environ, **environment}, capture_output=True, text=True, timeout=LONGEST
    )
    if done.returncode != 0:
        raise SuiteBroke((done.stdout + done.stderr)[-3000:])
    return done.stdout


def told(output: str) -> Found:
    """What a suite says in the last line it prints."""
    said: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    failed = [f"{each['name']}: {each['why']}" for each in said["checks"] if not each["ok"]]
    return Found(said["version"], len(said["checks"]), len(said["checks"]) - len(failed), failed)


def script(name: str) -> Callable[[Mapping[str, str]], Found]:
    """A suite for node."""
    return lambda environment: told(run([node.node(FOLDER), name], environment))


def gql(environment: Mapping[str, str]) -> Found:
    """The Python client."""
    return told(run([str(CLIENTS / "bin" / "python"), "gql_client.py"], environment))


def schemathesis(environment: Mapping[str, str]) -> Found:
    """Documents and variables made by chance for every root field, none of which may make the server fail."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.ndjson"
        command = [str(CLIENTS / "bin" / "st"), "run", environment["CONFORMANCE_URL"]]
        command += ["--header", f"Authorization: Bearer {environment['CONFORMANCE_TOKEN']}"]
        command += ["--checks", "answers", "--phases", "fuzzing", "--max-examples", "12", "--seed", "1"]
        command += ["--continue-on-failure", "--report", "ndjson", "--report-ndjson-path", str(report)]
        done = subprocess.run(
            command,
            cwd=FOLDER,
            env={**os.environ, **environment, "SCHEMATHESIS_HOOKS": "hooks.py", "PYTHONPATH": str(FOLDER)},
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        output = done.stdout + done.stderr
    made = re.search(r"(\d+) generated", output)
    if made is None:
        raise SuiteBroke(output[-3000:])
    lost = re.search(r"found (\d+) unique failure", output)
    cases, failures = int(made[1]), int(lost[1]) if lost else int(done.returncode != 0)
    failed = [output[-4000:]] if failures else []
    if cases < CASES:
        failed.append(f"only {cases} cases were made")
    return Found(_version_of("schemathesis"), cases, cases - failures, failed)


def cop(_: Mapping[str, str]) -> Found:
    """graphql-cop's twelve checks, which are tests of ours."""
    file = FOLDER / "test_graphql_cop.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", str(file)], capture_output=True, text=True, timeout=LONGEST
    )
    passed, *others = (re.findall(rf"(\d+) {word}", done.stdout) for word in ("passed", "failed", "error", "skipped"))
    counts = [sum(map(int, each)) for each in (passed, *others)]
    return Found("1.15", sum(counts), counts[0], [done.stdout[-3000:]] if done.returncode or sum(counts[1:]) else [])


def _version_of(package: str) -> str:
    line = next(line for line in (FOLDER / "clients.lock").read_text().splitlines() if line.startswith(f"{package}=="))
    return line.split("==")[1].split()[0]


SUITES: Mapping[str, Callable[[Mapping[str, str]], Found]] = {
    "graphql-http": script("audits.mjs"),
    "graphql-cop": cop,
    "schemathesis": schemathesis,
    "relay": script("relay.mjs"),
    "graphql-codegen": script("codegen.mjs"),
    "apollo": script("apollo.mjs"),
    "urql": script("urql.mjs"),
    "graphql-ws, graphql-sse": script("following.mjs"),
    "gql": gql,
}
"""By the name that `--only` takes, in the order of the table."""
