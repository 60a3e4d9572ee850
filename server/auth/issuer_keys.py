"""The keys of an outside issuer, read where its discovery document says, and read again when it changes them.

A known key never waits for the issuer. Keys are read anew in the background when they are ten minutes old, whether or
not anybody asks: who comes first after a quiet night would be taken at the word of a key that is gone. An unknown one
is looked for once, but the issuer is asked at most every ten seconds, whatever tokens claim: forged key ids cannot
hammer it. While the issuer is down, known keys hold for a day.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, OctKey, RSAKey

from schema.log_line import more
from server.auth.refusing import NotAccepted, Reason

FRESH = 600.0
"""Seconds for which keys are not read again; a key that the issuer takes back is trusted no longer than that."""

KEPT = 86_400.0
"""Seconds for which keys hold while the issuer does not answer."""

APART = 10.0
"""Seconds between two questions to the issuer at least."""

PATIENCE = 5.0
"""Seconds that one question may take."""

LARGEST = 512 * 1024
SHORTEST_RSA = 2048
DISCOVERY = "/.well-known/openid-configuration"

log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[Any]]


class IssuerMistaken(Exception):
    """The issuer answers, but not as one does."""


@dataclass
class IssuerKeys:
    """The keys of one issuer. `clock` counts seconds and never goes back; `fresh` is as the constant above."""

    issuer: str
    fetch: Fetch = field(default_factory=lambda: fetch_json)
    clock: Callable[[], float] = time.monotonic
    fresh: float = FRESH
    _keys: Mapping[str, Key] = field(default_factory=dict, init=False, repr=False)
    _read_at: float = field(default=float("-inf"), init=False)
    _asked_at: float = field(default=float("-inf"), init=False)
    _reading: asyncio.Task[None] | None = field(default=None, init=False, repr=False)
    _again: asyncio.TimerHandle | None = field(default=None, init=False, repr=False)

    async def find(self, kid: object, other_than: Key | None = None) -> Key:
        """The key of an id; without one the only key there is. Waits for the issuer only when it is not known.

        `other_than`: what was known before and did not fit. Raises `NotAccepted` UNKNOWN_KEY, or ISSUER_UNREACHABLE
        when there are no keys to compare with.
        """
        known = self._known(kid)
        if known is None or known is other_than:
            await self._read_again()
            known = self._known(kid)
        elif self.clock() - self._read_at >= self.fresh:
            self._begin()
        if known is None:
            raise NotAccepted(Reason.UNKNOWN_KEY if self._hold else Reason.ISSUER_UNREACHABLE)
        return known

    @property
    def _hold(self) -> bool:
        return self.clock() - self._read_at < KEPT

    def _known(self, kid: object) -> Key | None:
        if not self._hold:
            return None
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid) if isinstance(kid, str) else None

    async def _read_again(self) -> None:
        """Wait for the reading that is under way, or for one that may begin now."""
        reading = self._begin()
        if reading is not None:
            # Who gives up waiting does not stop it for the others.
            await asyncio.shield(reading)

    def _begin(self) -> asyncio.Task[None] | None:
        if self._reading is None and self.clock() - self._asked_at >= APART:
            self._asked_at = self.clock()
            self._reading = asyncio.create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                described = await self.fetch(self.issuer.rstrip("/") + DISCOVERY)
                if not isinstance(described, dict) or described.get("issuer") != self.issuer:
                    raise IssuerMistaken("its discovery document names another issuer")
                found = await self.fetch(safe_url(described.get("jwks_uri")))
            self._keys, self._read_at = usable(found), self.clock()
        except Exception as error:
            # Known keys go on holding; who needs another one is told, and the next may ask again.
            said = more(issuer=self.issuer, error=f"{type(error).__name__}: {error}")
            log.warning("the issuer's keys could not be read", extra=said)
        finally:
            self._reading = None
            if self._again is not None:
                self._again.cancel()
            self._again = asyncio.get_running_loop().call_later(self.fresh, self._begin)


def usable(found: Any) -> dict[str, Key]:
    """The keys of a set that can verify signatures, by their ids. What we cannot use is left out, as RFC 7517 asks."""
    given = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(given, list):
        raise IssuerMistaken("its keys are no key set")
    keys: dict[str, Key] = {}
    for one in given:
        if isinstance(one, dict) and one.get("use", "sig") == "sig" and one.get("kty") != OctKey.key_type:
            try:
                key = JWKRegistry.import_key({name: value for name, value in one.items() if name not in _PRIVATE})
                key.ensure_kid()
            except (JoseError, ValueError, TypeError):
                continue
            if not isinstance(key, RSAKey) or key.public_key.key_size >= SHORTEST_RSA:
                keys[str(key.kid)] = key
    if not keys:
        raise IssuerMistaken("its key set has no key that we can use")
    return keys


_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "key_ops"})
"""What a published key should not have, and what does not matter when it only verifies."""


def safe_url(text: object) -> str:
    """An address that may be asked for keys: HTTPS, or this machine. Raises `IssuerMistaken`."""
    parts = urlsplit(text) if isinstance(text, str) else urlsplit("")
    try:
        here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise IssuerMistaken(f"should be an address that begins with https://, not {text!r}")
    return str(text)


async def fetch_json(url: str) -> Any:
    """What an address answers. Redirections are not followed. Raises what the client does, and `IssuerMistaken`."""
    async with (
        httpx2.AsyncClient(timeout=PATIENCE) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        if answer.status_code != 200:
            raise IssuerMistaken(f"{url} answers {answer.status_code}")
        content = b""
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > LARGEST:
                raise IssuerMistaken(f"{url} answers with more than {LARGEST} bytes")
    return orjson.loads(content)
