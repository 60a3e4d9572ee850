"""Asking twice does it once: a caller's key, kept seven days with what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import sqlalchemy as sa

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.statements import Statement, insert
from persistence.tables.running import idempotency_key

KEPT = timedelta(days=7)

_FIND = Statement(
    sa.select(idempotency_key.c.input_hash, idempotency_key.c.result).where(
        idempotency_key.c.actor_id == sa.bindparam("actor", type_=sa.Uuid()),
        idempotency_key.c.mutation == sa.bindparam("mutation", type_=sa.Text()),
        idempotency_key.c.key == sa.bindparam("key", type_=sa.Text()),
        idempotency_key.c.recorded_at > sa.bindparam("since", type_=sa.DateTime(timezone=True)),
    )
)
_FORGET = Statement(
    sa.delete(idempotency_key).where(
        idempotency_key.c.actor_id == sa.bindparam("actor", type_=sa.Uuid()),
        idempotency_key.c.mutation == sa.bindparam("mutation", type_=sa.Text()),
        idempotency_key.c.key == sa.bindparam("key", type_=sa.Text()),
        idempotency_key.c.recorded_at <= sa.bindparam("since", type_=sa.DateTime(timezone=True)),
    )
)


@dataclass(frozen=True)
class Key:
    """One caller's key for one mutation with one input."""

    actor: UUID
    mutation: str
    key: str
    input_hash: str

    @classmethod
    def of(cls, actor: UUID, mutation: str, key: str, given: Any) -> Key:
        """A key with the digest of its input."""
        content = orjson.dumps(given, option=orjson.OPT_SORT_KEYS, default=str)
        return cls(actor, mutation, key, hashlib.sha256(content).hexdigest())


async def earlier(conn: asyncpg.Connection, key: Key, now: datetime) -> Any | None:
    """What came of the key before, None the first time. Raises `Refused` when it came with another input."""
    found = await _FIND.one(conn, actor=key.actor, mutation=key.mutation, key=key.key, since=now - KEPT)
    if found is None:
        await forget(conn, key, now)
        return None
    return result_of(key, found["input_hash"], found["result"])


def result_of(key: Key, input_hash: str, result: Any) -> Any:
    """What came of the key with this input. Raises `Refused` when it is another."""
    if input_hash != key.input_hash:
        text = N_("The idempotency key {key} was used with other input. Use a new key for a new request.")
        message = Message(text, {"key": key.key})
        raise Refused(Refusal(ErrorCode.IDEMPOTENCY_KEY_REUSED, message, ("idempotencyKey",)))
    return result


async def forget(conn: asyncpg.Connection, key: Key, now: datetime) -> None:
    """Make room for a key that was used longer ago than keys are kept."""
    await _FORGET.run(conn, actor=key.actor, mutation=key.mutation, key=key.key, since=now - KEPT)


async def remember(conn: asyncpg.Connection, key: Key, result: Any, now: datetime) -> None:
    """Keep what came of the key."""
    await insert(conn, idempotency_key, [key_row(key, result, now)])


def key_row(key: Key, result: Any, now: datetime) -> dict[str, Any]:
    """A key with what came of it, for its table."""
    return {
        "actor_id": key.actor,
        "mutation": key.mutation,
        "key": key.key,
        "input_hash": key.input_hash,
        "result": result,
        "recorded_at": now,
    }
