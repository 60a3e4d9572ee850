"""Records while they are edited: nobody else changes them meanwhile, and numbers of days make sense."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal
from persistence.statements import Row, Statement

NEGATIVE = N_("The number of days must not be negative.")

_LOCKS: dict[str, Statement] = {}


async def locked(conn: asyncpg.Connection, table: sa.Table, key: UUID) -> Row | None:
    """A record as it is, which nobody else changes until this transaction ends. Rooms are locked before records."""
    if table.name not in _LOCKS:
        column = table.c.id if "id" in table.c else next(iter(table.primary_key.columns))
        _LOCKS[table.name] = Statement(
            sa.select(table).where(column == sa.bindparam("key", type_=column.type)).with_for_update(key_share=True)
        )
    return await _LOCKS[table.name].one(conn, key=key)


def count_refusals(value: int | None, path: tuple[str, ...]) -> list[Refusal]:
    """A number of days is not negative."""
    if value is None or value >= 0:
        return []
    return [Refusal(ErrorCode.INVALID_VALUE, Message(NEGATIVE), path)]
