"""Who asks: tokens of the development issuer, signed with a key of this installation, and how they are verified.

The issuer is for one machine. What the rest of the program knows is `schema.context.Authenticate`: a header in, claims
out; another issuer takes its place there.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey

from domain.message import N_, Message
from domain.refusal import ErrorCode
from domain.role import KINDS, Role
from schema.context import Claims
from schema.errors import ClientMistake

ISSUER = "creditgraph-development"
AUDIENCE = "creditgraph"
ALGORITHM = "Ed25519"
"""RFC 9864; the only one accepted, whatever a token's header asks for."""

KEY_FILE = "development-key.pem"

CACHE_TIME = timedelta(seconds=60)
"""How long a token is taken as verified before its signature is looked at again."""

CACHE_SIZE = 4096
LONGEST_HEADER = 16 * 1024
LONGEST_NAME = 200

MISSING = N_("Sign in first: send the header Authorization with Bearer and a token.")
INVALID = N_("This token is not valid here. Get a new one.")
EXPIRED = N_("This token has expired. Get a new one.")
INCOMPLETE = N_("This token does not say who you are and what you are granted. Get a new one.")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


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
class Verified:
    """What a token says, and until when it may be taken at its word."""

    claims: Claims
    until: datetime


@dataclass
class TokenAuthentication:
    """Reads `Authorization` headers (`schema.context.Authenticate`). Verified tokens are remembered by their digest."""

    key: OKPKey = field(repr=False)
    clock: Clock = utc_now
    most: int = CACHE_SIZE
    _verified: OrderedDict[bytes, Verified] = field(default_factory=OrderedDict, init=False, repr=False)

    async def __call__(self, header: str | None) -> Claims:
        """The claims of the token in a header. Raises `ClientMistake` UNAUTHENTICATED."""
        token = _token_in(header)
        now = self.clock()
        digest = sha256(token).digest()
        known = self._verified.get(digest)
        if known is None or known.until <= now:
            known = self._verify(token, now)
            self._remember(digest, known)
        return known.claims

    def _verify(self, token: bytes, now: datetime) -> Verified:
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            said = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
            registry.validate(said)
        except ExpiredTokenError:
            raise _unauthenticated(EXPIRED) from None
        except (JoseError, ValueError):
            raise _unauthenticated(INVALID) from None
        expires = datetime.fromtimestamp(min(said["exp"], (now + CACHE_TIME).timestamp()), UTC)
        return Verified(_claims(said), expires)

    def _remember(self, digest: bytes, verified: Verified) -> None:
        self._verified.pop(digest, None)
        while len(self._verified) >= self.most:
            self._verified.popitem(last=False)
        self._verified[digest] = verified


def _token_in(header: str | None) -> bytes:
    if not header:
        raise _unauthenticated(MISSING)
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _unauthenticated(MISSING)
    if len(token) > LONGEST_HEADER or not token.isascii():
        raise _unauthenticated(INVALID)
    return token.encode("ascii")


def _claims(said: Mapping[str, Any]) -> Claims:
    """Who it is and what was granted. A role that we do not know is a mistake, never silently nothing."""
    name, kind, locale = said.get("name"), said.get("kind"), said.get("locale")
    subject = said["sub"]
    known = (
        _is_name(subject)
        and _is_name(name)
        and kind in KINDS
        and (locale is None or _is_name(locale))
        and _are_grants(said.get("grants"))
    )
    if not known:
        raise _unauthenticated(INCOMPLETE)
    grants = {company: tuple(roles) for company, roles in said["grants"].items()}
    return Claims(subject=subject, name=str(name), grants=grants, kind=str(kind), locale=locale)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def _are_grants(value: object) -> bool:
    roles = [*Role]
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(given, list) and given and all(role in roles for role in given) for given in value.values())
    )


def _unauthenticated(text: str) -> ClientMistake:
    return ClientMistake(ErrorCode.UNAUTHENTICATED, Message(text))
