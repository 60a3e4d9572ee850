"""What a process remembers of those who ask, so that a request costs no statement before its own.

Ids of actors never change. Which companies there are is read again after a second, and at once when this process
changes them: what may be stale, and why it is harmless, is in `docs/decisions/requests.md`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from domain.role import Role, RoleIn
from persistence.database import Pool
from persistence.scope import Companies, actor_id, all_companies, known_as
from schema.rights import EVERY_COMPANY, Viewer

if TYPE_CHECKING:
    from schema.context import Claims

COMPANIES_KEPT = 1.0
"""Seconds after which the companies are read again."""

MOST = 4096
"""Of actors and of viewers; the oldest are forgotten first."""

Kept = TypeVar("Kept")


@dataclass
class Newest(Generic[Kept]):
    """The newest of something by a key, never more than `most`."""

    most: int = MOST
    _kept: dict[object, Kept] = field(default_factory=dict)

    def get(self, key: object) -> Kept | None:
        """What is kept under a key."""
        return self._kept.get(key)

    def keep(self, key: object, value: Kept) -> None:
        """Keep it, and forget the oldest beyond `most`."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self.most:
            del self._kept[next(iter(self._kept))]


@dataclass
class Remembered:
    """Actors, companies and viewers of one database. `clock` counts seconds and never goes back."""

    pool: Pool
    clock: Callable[[], float] = time.monotonic
    _companies: Companies | None = field(default=None, init=False)
    _read_at: float = field(default=float("-inf"), init=False)
    _forgotten: int = field(default=0, init=False)
    _actors: Newest[tuple[tuple[str, frozenset[RoleIn]], UUID]] = field(default_factory=Newest, init=False)
    _viewers: Newest[tuple[Claims, Companies, Viewer]] = field(default_factory=Newest, init=False)

    async def who(self, claims: Claims) -> tuple[Viewer, Companies]:
        """Who asks with these claims, and the companies there are.

        A token that names a company we do not know is looked up anew, since the company may just have been made.
        """
        companies = await self._read_companies()
        known = self._viewers.get(id(claims))
        if known is not None and known[0] is claims and known[1] is companies:
            return known[2], companies
        strangers = claims.grants.keys() - companies.by_code.keys() - {EVERY_COMPANY}
        if strangers:
            self.forget_companies()
            companies = await self._read_companies()
        viewer = viewer_of(claims, await self._actor(claims, companies.by_code), companies.by_code)
        if not strangers:
            self._viewers.keep(id(claims), (claims, companies, viewer))
        return viewer, companies

    def forget_companies(self) -> None:
        """The next request reads them anew: this process has changed some, or somebody named one we do not know."""
        self._read_at = float("-inf")
        self._forgotten += 1

    async def _read_companies(self) -> Companies:
        now, forgotten = self.clock(), self._forgotten
        if self._companies is None or now - self._read_at >= COMPANIES_KEPT:
            async with self.pool.acquire() as conn:
                found = await all_companies(conn)
            # The same object as long as they are the same, since viewers are kept for it.
            if found != self._companies:
                self._companies = found
            # What was forgotten while it was being read is read again.
            if forgotten == self._forgotten:
                self._read_at = now
        assert self._companies is not None
        return self._companies

    async def _actor(self, claims: Claims, companies: Mapping[str, UUID]) -> UUID:
        """The actor of a subject. What it is called and what it is where is kept when it differs from before."""
        known, said = self._actors.get(claims.subject), (claims.name, roles_of(claims, companies))
        if known is not None and known[0] == said:
            return known[1]
        async with self.pool.acquire() as conn:
            actor = await actor_id(conn, claims.subject, claims.name, claims.kind)
            await known_as(conn, actor, said[1])
        self._actors.keep(claims.subject, (said, actor))
        return actor


def roles_of(claims: Claims, companies: Mapping[str, UUID]) -> frozenset[RoleIn]:
    """What somebody is where, as its token says, of the companies there are."""
    found = {RoleIn(role, None) for role in _roles(claims.grants.get(EVERY_COMPANY, ()))}
    for code in claims.grants.keys() & companies.keys():
        found |= {RoleIn(role, companies[code]) for role in _roles(claims.grants[code])}
    return frozenset(found)


def viewer_of(claims: Claims, actor: UUID, companies: Mapping[str, UUID]) -> Viewer:
    """Who asks. Companies that do not exist and roles nobody knows grant nothing."""
    everywhere = _roles(claims.grants.get(EVERY_COMPANY, ()))
    grants = {
        company: _roles(claims.grants.get(code, ()))
        for code, company in companies.items()
        if everywhere or _roles(claims.grants.get(code, ()))
    }
    return Viewer(actor, claims.subject, claims.name, grants, everywhere, claims.locale)


def _roles(names: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(role for role in Role if role.value in names)
