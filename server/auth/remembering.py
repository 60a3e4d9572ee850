"""Reading `Authorization` headers, and remembering for a minute what was verified."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from schema.context import Claims
from schema.log_line import add_to_line
from server.auth.clock import Clock, utc_now
from server.auth.refusing import NotAccepted, Reason

CACHE_TIME = timedelta(seconds=60)
"""How long a token or a key is taken as verified before it is looked at again: a revoked one ends within it."""

CACHE_SIZE = 4096
LONGEST_HEADER = 16 * 1024

API_KEY = b"cgk_"
"""What API keys begin with. No token does: that begins with the base64 of a brace."""


@dataclass(frozen=True)
class Verified:
    """What a token says, and until when it may be taken at its word."""

    claims: Claims
    until: datetime

    @classmethod
    def now(cls, claims: Claims, now: datetime, ends: float) -> Verified:
        """Verified a moment ago; `ends`: when the token does, in seconds since 1970."""
        return cls(claims, datetime.fromtimestamp(min(ends, (now + CACHE_TIME).timestamp()), UTC))


Verify = Callable[[bytes, datetime], Awaitable[Verified]]
"""A token at a moment to what it says. Raises `NotAccepted`."""


@dataclass
class Authentication:
    """Reads headers (`schema.context.Authenticate`). What was verified is remembered by its digest.

    `tokens` verifies tokens; None: only API keys are accepted. `keys` verifies these, from when the database is open.
    """

    tokens: Verify | None = field(repr=False)
    clock: Clock = utc_now
    most: int = CACHE_SIZE
    keys: Verify | None = field(default=None, init=False, repr=False)
    _verified: OrderedDict[bytes, Verified] = field(default_factory=OrderedDict, init=False, repr=False)

    async def __call__(self, header: str | None) -> Claims:
        """The claims of the token in a header. Raises `NotAccepted`, whose reason is in the log."""
        try:
            token = token_in(header)
            now = self.clock()
            digest = sha256(token).digest()
            known = self._verified.get(digest)
            if known is None or known.until <= now:
                known = await self._verify(token, now)
                self._remember(digest, known)
        except NotAccepted as refused:
            add_to_line(unauthenticated=refused.reason.value)
            raise
        return known.claims

    async def _verify(self, token: bytes, now: datetime) -> Verified:
        if token.startswith(API_KEY):
            verify, reason = self.keys, Reason.API_KEY
        else:
            verify, reason = self.tokens, Reason.MALFORMED
        if verify is None:
            raise NotAccepted(reason)
        return await verify(token, now)

    def _remember(self, digest: bytes, verified: Verified) -> None:
        self._verified.pop(digest, None)
        while len(self._verified) >= self.most:
            self._verified.popitem(last=False)
        self._verified[digest] = verified


def token_in(header: str | None) -> bytes:
    """What stands after `Bearer`. Raises `NotAccepted`."""
    if not header:
        raise NotAccepted(Reason.MISSING)
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise NotAccepted(Reason.MISSING)
    if len(token) > LONGEST_HEADER or not token.isascii():
        raise NotAccepted(Reason.MALFORMED)
    return token.encode("ascii")
