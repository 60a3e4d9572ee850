"""Servers as processes: starting them, and what they cost, as the kernel counts it (/proc)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
LONGEST_START = 60.0


class NotStarted(RuntimeError):
    """A server ended or did not answer in time; the text is what it said."""


@dataclass(frozen=True)
class Running:
    """A server that answers: where, as which process, and how many seconds after it was started."""

    url: str
    pid: int
    ready_after: float


@contextmanager
def running(
    command: Sequence[str], port: int, path: str, log: Path, more: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """A server from when it answers 200 at a path until it is ended. Raises `NotStarted`."""
    with log.open("w") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(more or {})}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while not _answers(f"http://127.0.0.1:{port}{path}"):
                if process.poll() is not None or time.monotonic() - began > LONGEST_START:
                    raise NotStarted(f"{command[0]} does not answer:\n{log.read_text()[-2000:]}")
                time.sleep(0.01)
            yield Running(f"http://127.0.0.1:{port}", process.pid, time.monotonic() - began)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def python(*arguments: str) -> list[str]:
    """A command of this program's own Python."""
    return [sys.executable, *arguments]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors, with its children, those that ended included.

    A PostgreSQL server is its postmaster: its connections are its children.
    """
    own = _used(pid, ended=True)
    return own + sum(_used(child, ended=False) for child in _children(pid))


def memory_mb(pid: int) -> float:
    """The proportional memory of a process with its children, in MB; 0 where the kernel does not tell."""
    total = 0
    for each in (pid, *_children(pid)):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def settle(pids: Sequence[int], longest: float = 20.0) -> None:
    """Wait until processes do hardly anything, so that what one leaves does not fall on the next."""
    until = time.monotonic() + longest
    while time.monotonic() < until:
        before = sum(cpu_seconds(pid) for pid in pids)
        time.sleep(0.25)
        if sum(cpu_seconds(pid) for pid in pids) - before <= 0.03:
            return


def _children(pid: int) -> list[int]:
    try:
        return [int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _used(pid: int, *, ended: bool) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11 : 15 if ended else 13]) / TICK


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            found: int = answer.status
            return found == 200
    except urllib.error.HTTPError as error:
        # PostGraphile has no page that says it is ready; that it answers is enough.
        return error.code in (400, 404, 405, 406, 415)
    except OSError:
        return False
