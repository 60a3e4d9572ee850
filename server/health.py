"""What a load balancer asks: does the process live (`/livez`), and can it answer (`/readyz`)?"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from persistence.database import Pool, revision

PATIENCE = 5.0
"""Seconds in which the database must answer."""


async def alive(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def readiness(pool: Pool | None, wanted: str) -> Response:
    """The database answers and has the migrations that this version of the program needs.

    Revisions are numbered (`0001`, `0002`, …): a database that a newer version has migrated will do.
    """
    found = None
    try:
        if pool is not None:
            async with asyncio.timeout(PATIENCE), pool.acquire() as connection:
                found = await revision(connection)
    except Exception as error:
        # Whatever it is, the answer is "not now"; the reason is for those who read the logs, not for strangers.
        return JSONResponse({"status": "not ready", "database": type(error).__name__}, 503)
    ready = found is not None and found >= wanted
    body = {"status": "ready" if ready else "not ready", "migration": found, "wanted": wanted}
    return JSONResponse(body, 200 if ready else 503)
