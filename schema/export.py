"""Writes or checks `schema/schema.graphql`, which code generators read: `python -m schema.export [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from schema.app import SCHEMA

FILE = Path(__file__).with_name("schema.graphql")


def sdl() -> str:
    """The schema in its definition language."""
    return SCHEMA.as_str().rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the file, or say whether it is as the code has it."""
    if list(arguments) == ["--check"]:
        fresh = FILE.exists() and FILE.read_text("utf-8") == sdl()
        sys.stdout.write(f"schema.graphql: {'fresh' if fresh else 'stale, run python -m schema.export'}\n")
        return 0 if fresh else 1
    if arguments:
        sys.stdout.write("usage: python -m schema.export [--check]\n")
        return 2
    FILE.write_text(sdl(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
