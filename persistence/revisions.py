"""Which migration a database is at, and which one this version of the program needs, without the tools that migrate."""

from __future__ import annotations

import asyncio
from pathlib import Path

from persistence.database import connect, revision

FOLDER = Path(__file__).parent / "migrations" / "versions"


def head() -> str:
    """The newest revision of this version of the program. Revisions are numbers, and files begin with them."""
    return max((file.name.split("_", 1)[0] for file in FOLDER.glob("[0-9]*_*.py")), default="")


def current(url: str) -> str | None:
    """The revision a database is at, or None before the first. Raises one of `NOT_ANSWERING` when there is none."""
    return asyncio.run(_current(url))


async def _current(url: str) -> str | None:
    connection = await connect(url)
    try:
        return await revision(connection)
    finally:
        await connection.close()
