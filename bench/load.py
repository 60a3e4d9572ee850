"""The load: wrk with a script of prepared requests, so that requests differ and cost the client little."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import cpu_seconds, settle
from bench.questions.question import COUNTED

MISSING = "wrk is missing. On Debian and Ubuntu: apt-get install -y wrk npm"

LONGEST = 60.0
"""Seconds after which a server that answered nothing is given up."""

_SCRIPT = """
local bodies, requests, count, url, headers = {}, {}, 0, nil, nil
local counted = "@N@"
function init(arguments)
  local start, unique = arguments[2], arguments[3] == "unique"
  for line in io.lines(arguments[1]) do bodies[#bodies + 1] = line end
  headers = {}
  for line in io.lines(arguments[1] .. ".headers") do
    local name, value = line:match("^(.-): (.*)$")
    headers[name] = value
  end
  url = wrk.path
  if unique then
    request = function()
      count = count + 1
      local body = bodies[count % #bodies + 1]:gsub(counted, start .. string.format("%d", count))
      return wrk.format("POST", url, headers, body)
    end
  else
    for place, body in ipairs(bodies) do requests[place] = wrk.format("POST", url, headers, body) end
    count = tonumber(start) % #requests
    request = function()
      count = count + 1
      if count > #requests then count = 1 end
      return requests[count]
    end
  end
end
function done(summary, latency, requests)
  io.write(string.format(
    'RESULT {"requests": %d, "micros": %d, "bytes": %d, "p50": %f, "p99": %f, "failed": %d}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
      + summary.errors.timeout))
end
"""


class LoadFailed(RuntimeError):
    """wrk is missing, or requests failed."""


@dataclass(frozen=True)
class Shot:
    """One stretch of load on one server. Times in milliseconds, processor time a request."""

    requests: int
    seconds: float
    p50: float
    p99: float
    size: float
    server_cpu: float
    database_cpu: float | None

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu(self) -> float:
        """Server and database together, a request."""
        return self.server_cpu + (self.database_cpu or 0.0)


class Load:
    """Shoots prepared requests at servers. `folder` keeps the scripts; `postmaster` is the database's process."""

    def __init__(self, folder: Path, postmaster: int | None) -> None:
        if shutil.which("wrk") is None:
            raise LoadFailed(MISSING)
        self._folder = folder
        self._postmaster = postmaster
        self._script = folder / "load.lua"
        self._script.write_text(_SCRIPT)
        self._shots = 0

    def prepare(self, name: str, bodies: Sequence[Any], headers: Mapping[str, str]) -> Path:
        """A file of request bodies, one a line, with the headers that go with each."""
        file = self._folder / f"{name.replace(' ', '-')}.jsonl"
        for path, lines in (
            (file, [json.dumps(body) for body in bodies]),
            (file.with_name(f"{file.name}.headers"), [f"{name}: {value}" for name, value in headers.items()]),
        ):
            path.touch(mode=0o600)
            path.write_text("".join(f"{line}\n" for line in lines))
        return file

    def shoot(self, url: str, pid: int, file: Path, *, seconds: float, connections: int) -> Shot:
        """One stretch of load. Raises `LoadFailed` when a request failed."""
        watched = [pid, *([self._postmaster] if self._postmaster else [])]
        settle(watched)
        self._shots += 1
        unique = COUNTED in file.read_text()
        # Numbers of other shots and runs are never met again.
        start = f"{_now_number()}x{self._shots}x" if unique else str(self._shots * 37)
        before = [cpu_seconds(each) for each in watched]
        done = subprocess.run(
            [
                *("wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "120s"),
                *("--latency", "-s", str(self._script), url, "--", str(file), start, "unique" if unique else "fixed"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        found = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
        if found is None:
            raise LoadFailed(done.stdout + done.stderr)
        result = json.loads(found.removeprefix("RESULT "))
        if not result["requests"] and seconds < LONGEST:
            return self.shoot(url, pid, file, seconds=seconds * 4, connections=connections)
        if not result["requests"] or result["failed"]:
            raise LoadFailed(f"{url}: {result}")
        used = [
            (cpu_seconds(each) - was) * 1000 / result["requests"] for each, was in zip(watched, before, strict=True)
        ]
        return Shot(
            requests=result["requests"],
            seconds=result["micros"] / 1e6,
            p50=result["p50"] / 1000,
            p99=result["p99"] / 1000,
            size=result["bytes"] / result["requests"],
            server_cpu=used[0],
            database_cpu=used[1] if len(used) > 1 else None,
        )


def _now_number() -> str:
    return f"{int(time.time()):x}"
