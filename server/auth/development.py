"""The development issuer: signs tokens with a key of this installation, and verifies them. It is for one machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from domain.role import KINDS
from schema.context import Claims
from server.auth.clock import Clock, utc_now
from server.auth.refusing import NotAccepted, Reason
from server.auth.remembering import CACHE_SIZE, Authentication, Verified
from server.auth.signed import Expected, are_grants, header_of, is_name, verified

ISSUER = "creditgraph-development"
AUDIENCE = "creditgraph"
ALGORITHM = "Ed25519"
"""RFC 9864; the only one accepted, whatever a token's header asks for."""

KEY_FILE = "development-key.pem"

EXPECTED = Expected(ISSUER, AUDIENCE, (ALGORITHM,))


def development_key(folder: Path) -> OKPKey:
    """The key of this installation, made at first use and readable by its owner only."""
    file = folder / KEY_FILE
    if not file.exists():
        own = folder / f"{KEY_FILE}.{uuid4().hex}"
        own.touch(mode=0o600)
        own.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
        try:
            # Whoever links first has made the key; the others take it.
            os.link(own, file)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return OKPKey.import_key(file.read_bytes())


@dataclass(frozen=True)
class DevelopmentIssuer:
    """Signs tokens with the key of this installation."""

    key: OKPKey = field(repr=False)
    clock: Clock = utc_now

    def issue(self, claims: Claims, valid: timedelta) -> str:
        """A token that says the claims and is good for a time from now on."""
        now = int(self.clock().timestamp())
        said: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims.subject,
            "name": claims.name,
            "kind": claims.kind,
            "grants": {company: list(roles) for company, roles in claims.grants.items()},
            "iat": now,
            "exp": now + int(valid.total_seconds()),
        }
        if claims.locale is not None:
            said["locale"] = claims.locale
        return jwt.encode({"alg": ALGORITHM}, said, self.key, algorithms=[ALGORITHM])


@dataclass(frozen=True)
class DevelopmentTokens:
    """Verifies what the development issuer signed."""

    key: OKPKey = field(repr=False)

    async def verify(self, token: bytes, now: datetime) -> Verified:
        """What a token says (`server.auth.remembering.Verify`)."""
        header_of(token, EXPECTED)
        said = verified(token, self.key, EXPECTED, now)
        return Verified.now(_claims(said), now, said["exp"])


class TokenAuthentication(Authentication):
    """Authentication where the development issuer alone is trusted."""

    def __init__(self, key: OKPKey, clock: Clock = utc_now, most: int = CACHE_SIZE) -> None:
        super().__init__(DevelopmentTokens(key).verify, clock, most)


def _claims(said: Mapping[str, Any]) -> Claims:
    """Who it is and what was granted: all of it, as the issuer writes it."""
    name, kind, locale = said.get("name"), said.get("kind"), said.get("locale")
    subject = said["sub"]
    known = (
        is_name(subject)
        and is_name(name)
        and kind in KINDS
        and (locale is None or is_name(locale))
        and are_grants(said.get("grants"))
    )
    if not known:
        raise NotAccepted(Reason.CLAIMS)
    grants = {company: tuple(roles) for company, roles in said["grants"].items()}
    return Claims(subject=subject, name=str(name), grants=grants, kind=str(kind), locale=locale)
