"""PostGraphile's part: its packages, its SQL, its process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psycopg

from bench.node import node

FOLDER = Path(__file__).parent / "peer"


def versions() -> dict[str, str]:
    """Of PostGraphile and what runs it."""
    said = json.loads((FOLDER / "node_modules" / "postgraphile" / "package.json").read_text())
    ran = subprocess.run([node(FOLDER), "--version"], capture_output=True, text=True, check=True)
    return {"postgraphile": str(said["version"]), "node": ran.stdout.strip().removeprefix("v")}


def add_schema(url: str) -> None:
    """The views and functions that a good user of PostGraphile would have, made anew."""
    with psycopg.connect(url) as conn:
        conn.execute((FOLDER / "schema.sql").read_bytes())
