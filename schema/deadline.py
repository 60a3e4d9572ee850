"""No request takes longer than the installation allows: what still runs for it then is stopped, in the database too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from domain.message import N_, Message
from domain.refusal import ErrorCode
from schema.errors import ClientMistake

DEADLINE = 30.0
"""Seconds that a request may take unless the installation says otherwise."""

TOO_LONG = N_("This took too long and was stopped. Try again with the same idempotencyKey, or ask for less at once.")

Result = TypeVar("Result")


async def by_deadline(seconds: float, work: Awaitable[Result]) -> Result:
    """The result of some work, if it comes in time.

    Otherwise the work is cancelled: a statement ends on the server, and a transaction is rolled back. What was loaded
    together for several fields ends too, since strawberry's loaders stop when nobody waits any more; what is decided
    together with others goes on for them. Raises `ClientMistake` DEADLINE_EXCEEDED.
    """
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
        raise ClientMistake(ErrorCode.DEADLINE_EXCEEDED, Message(TOO_LONG)) from None
