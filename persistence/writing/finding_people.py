"""Persons that a caller names: those who are known, by what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.message import N_
from persistence.statements import Statement, any_of
from persistence.tables.running import actor

_ACTORS = Statement(sa.select(actor.c.id, actor.c.name).where(any_of(actor.c.id, "ids")))

NO_PERSON = N_("This person is unknown.")


async def names_of(conn: asyncpg.Connection, keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """What persons are called, those that are known."""
    wanted = [key for key in keys if key is not None]
    return {row["id"]: row["name"] for row in await _ACTORS.all(conn, ids=wanted)} if wanted else {}
