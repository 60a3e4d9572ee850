"""API keys: `cgk_<id>_<secret>`, where the id may be known and the secret is shown once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from persistence.api_keys import find, was_used
from persistence.database import Pool
from schema.context import Claims
from server.auth.refusing import NotAccepted, Reason
from server.auth.remembering import API_KEY, Verified

SECRET_BYTES = 32


def new_secret() -> str:
    """What nobody can guess: 256 bits of chance, as letters and digits."""
    return secrets.token_hex(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret. A slow hash would add nothing: there is no guessing 256 bits of chance."""
    return sha256(secret.encode()).hexdigest()


def written(key: UUID, secret: str) -> str:
    """The key as it is sent."""
    return f"{API_KEY.decode()}{key.hex}_{secret}"


def parsed(token: bytes) -> tuple[UUID, str]:
    """The id and the secret of a key. Raises `NotAccepted`."""
    said, _, secret = token.removeprefix(API_KEY).decode().partition("_")
    try:
        return UUID(hex=said), secret
    except ValueError:
        raise NotAccepted(Reason.API_KEY) from None


@dataclass(frozen=True)
class ApiKeys:
    """Verifies API keys of a database."""

    pool: Pool = field(repr=False)

    async def verify(self, token: bytes, now: datetime) -> Verified:
        """What a key grants (`server.auth.remembering.Verify`). Without the secret nobody learns anything of it."""
        key, secret = parsed(token)
        async with self.pool.acquire() as conn:
            found = await find(conn, key)
            if found is None or not compare_digest(digest_of(secret), found.digest):
                raise NotAccepted(Reason.API_KEY)
            if not found.holds(now):
                raise NotAccepted(Reason.API_KEY_ENDED)
            await was_used(conn, found, now)
        grants = {company: tuple(roles) for company, roles in found.grants.items()}
        claims = Claims(found.subject, found.name, grants, found.kind)
        return Verified.now(claims, now, found.expires_at.timestamp())
