"""API keys in the database: made, found, rotated and revoked, each with its line in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.statements import Row, Statement, insert
from persistence.tables.api_key import api_key
from persistence.tables.running import audit_event
from persistence.take import audit_row
from persistence.writing.records import locked
from persistence.writing.saving import update

TABLE = "api_key"

USED_EVERY = timedelta(hours=1)
"""How exactly it is known when a key was last used: writing it down each time would cost more than most requests."""

CREATED = N_("The API key {name} was made.")
ROTATED = N_("The API key {name} was given a successor.")
REVOKED = N_("The API key {name} was revoked.")
NO_KEY = N_("There is no API key {key}.")
ENDED = N_("The API key {key} has expired, was revoked or has a successor already.")

_FIND = Statement(sa.select(api_key).where(api_key.c.id == sa.bindparam("key", type_=sa.Uuid())))
_ALL = Statement(sa.select(api_key).order_by(api_key.c.name, api_key.c.created_at))
_USED = Statement(
    sa.update(api_key)
    .where(
        api_key.c.id == sa.bindparam("key", type_=sa.Uuid()),
        sa.or_(
            api_key.c.last_used_at.is_(None),
            api_key.c.last_used_at <= sa.bindparam("before", type_=sa.DateTime(timezone=True)),
        ),
    )
    .values(last_used_at=sa.bindparam("now", type_=sa.DateTime(timezone=True)))
)


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept. `subject`: whom it signs in, the same for a key and its successors."""

    id: UUID
    digest: str = field(repr=False)
    subject: str
    name: str
    kind: str
    grants: Mapping[str, Sequence[str]]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    successor: UUID | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is accepted."""
        return self.revoked_at is None and now < self.expires_at

    def state(self, now: datetime) -> str:
        """Where it stands: good, rotated (good until its grace ends), expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        if now >= self.expires_at:
            return "expired"
        return "good" if self.successor is None else "rotated"


@dataclass(frozen=True)
class KeyToMake:
    """A key that is wanted. `subject`: None for somebody new."""

    id: UUID
    digest: str = field(repr=False)
    name: str
    kind: str
    grants: Mapping[str, Sequence[str]]
    expires_at: datetime
    subject: str | None = None


async def find(conn: asyncpg.Connection, key: UUID) -> ApiKey | None:
    """A key by its id, whether it holds or not."""
    row = await _FIND.one(conn, key=key)
    return None if row is None else _of(row)


async def all_keys(conn: asyncpg.Connection) -> list[ApiKey]:
    """Every key there ever was, by name."""
    return [_of(row) for row in await _ALL.all(conn)]


async def was_used(conn: asyncpg.Connection, key: ApiKey, now: datetime) -> None:
    """Remember that a key was used, unless that is known well enough."""
    if key.last_used_at is None or key.last_used_at <= now - USED_EVERY:
        await _USED.run(conn, key=key.id, before=now - USED_EVERY, now=now)


async def create(conn: asyncpg.Connection, wanted: KeyToMake, actor: UUID, now: datetime) -> None:
    """Keep a new key."""
    async with conn.transaction():
        await _insert(conn, wanted, actor, now)
        await _audit(conn, AuditEventKind.API_KEY_CREATED, CREATED, wanted.id, wanted.name, actor, now)


async def rotate(
    conn: asyncpg.Connection,
    key: UUID,
    succeed: Callable[[ApiKey], KeyToMake],
    until: datetime,
    actor: UUID,
    now: datetime,
) -> KeyToMake:
    """Keep and give the successor of a key, which itself holds until a moment at the longest.

    Raises `Refused` for a key that holds no longer or has a successor already: of two who rotate at once, one is told.
    """
    async with conn.transaction():
        before = await _locked(conn, key)
        if not before.holds(now) or before.successor is not None:
            raise _ended(key)
        successor = succeed(before)
        await _insert(conn, successor, actor, now)
        values = {"successor_id": successor.id, "expires_at": min(before.expires_at, until)}
        await update(conn, api_key, {"id": key}, values)
        said = [{"field": "expiresAt", "before": str(before.expires_at), "after": str(values["expires_at"])}]
        await _audit(conn, AuditEventKind.API_KEY_ROTATED, ROTATED, key, before.name, actor, now, said)
    return successor


async def revoke(conn: asyncpg.Connection, key: UUID, actor: UUID, now: datetime) -> ApiKey:
    """End a key now; one that was revoked before stays as it is. Raises `Refused` when there is none."""
    async with conn.transaction():
        before = await _locked(conn, key)
        if before.revoked_at is None:
            await update(conn, api_key, {"id": key}, {"revoked_at": now})
            await _audit(conn, AuditEventKind.API_KEY_REVOKED, REVOKED, key, before.name, actor, now)
    return before


async def _locked(conn: asyncpg.Connection, key: UUID) -> ApiKey:
    row = await locked(conn, api_key, key)
    if row is None:
        raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(NO_KEY, {"key": str(key)})))
    return _of(row)


def _ended(key: UUID) -> Refused:
    return Refused(Refusal(ErrorCode.WRONG_STATUS, Message(ENDED, {"key": str(key)})))


async def _insert(conn: asyncpg.Connection, wanted: KeyToMake, actor: UUID, now: datetime) -> None:
    row = {
        "id": wanted.id,
        "digest": wanted.digest,
        "subject": wanted.subject or f"cgk_{wanted.id.hex}",
        "name": wanted.name,
        "kind": wanted.kind,
        "grants": {company: list(roles) for company, roles in wanted.grants.items()},
        "expires_at": wanted.expires_at,
        "created_by_id": actor,
        "created_at": now,
        "updated_at": now,
    }
    await insert(conn, api_key, [row])


async def _audit(
    conn: asyncpg.Connection,
    kind: AuditEventKind,
    text: str,
    key: UUID,
    name: str,
    actor: UUID,
    now: datetime,
    changed: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    row = audit_row(kind, Message(text, {"name": name}), (TABLE, key), None, actor, now, changed)
    await insert(conn, audit_event, [row])


def _of(row: Row) -> ApiKey:
    return ApiKey(
        row["id"],
        row["digest"],
        row["subject"],
        row["name"],
        row["kind"],
        row["grants"],
        row["created_at"],
        row["expires_at"],
        row["revoked_at"],
        row["last_used_at"],
        row["successor_id"],
    )
