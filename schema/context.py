"""What one request knows: who asks, in which language, at which moment, and what was already loaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import strawberry
from strawberry.dataloader import DataLoader

from domain.message import Message, N_
from domain.refusal import ErrorCode
from locales.negotiate import Reader as Language
from locales.say import label, say
from persistence.reader import Reader
from persistence.shapes.shape import Shape
from persistence.statements import Row
from schema.errors import ClientMistake
from schema.rights import Permission, Viewer


@dataclass(frozen=True)
class Claims:
    """What a verified token says: who it is and what it was granted, company code to role names."""

    subject: str
    name: str
    grants: Mapping[str, tuple[str, ...]]
    kind: str = "USER"
    locale: str | None = None


Authenticate = Callable[[str | None], Awaitable[Claims]]
"""The `Authorization` header to claims. Raises `ClientMistake` UNAUTHENTICATED."""


@dataclass(frozen=True)
class House:
    """What every request shares: the database, how tokens are read, and the clock."""

    pool: asyncpg.Pool
    authenticate: Authenticate
    clock: Callable[[], datetime]
    reporting_currency: str = "EUR"


@dataclass
class Context:
    """One request."""

    house: House
    viewer: Viewer
    language: Language
    time_zone: str | None
    currency: str | None
    now: datetime
    request_id: str
    companies: Mapping[str, UUID]
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        """The viewer's eyes."""
        return Reader(
            self.house.pool,
            self.viewer.companies(),
            self.language.fallbacks,
            self.now,
            self.house.reporting_currency,
        )

    def say(self, message: Message, locale: str | None = None) -> str:
        """A message in the reader's language."""
        return say(message, locale or self.language.locale)

    def label(self, enum: str, value: str, locale: str | None = None) -> str:
        """The name of a code in the reader's language."""
        return label(enum, value, locale or self.language.locale)

    async def load(self, shape: Shape, key: Any, by: str = "id") -> Row | None:
        """One row that may be seen, loaded together with the others asked for at the same time."""
        if key is None:
            return None

        async def fetch(keys: list[Any]) -> Sequence[Row | None]:
            found = await self.reader.by_key(shape, by, set(keys))
            return [found.get(one) for one in keys]

        row: Row | None = await self.loader(("row", shape.name, by), fetch).load(key)
        return row

    def loader(self, name: Any, fetch: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> DataLoader[Any, Any]:
        """The request's own loader of that name."""
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=fetch)
        return self._loaders[name]

    def forget(self) -> None:
        """After a change, what was loaded is read anew."""
        self._loaders.clear()

    def today(self, time_zone: str) -> date:
        """The day it is in a time zone, at the request's one moment."""
        return self.now.astimezone(ZoneInfo(time_zone)).date()

    def company_ids(self, codes: Sequence[str] | None, permission: Permission = Permission.READ) -> tuple[UUID, ...]:
        """The companies named, or all granted. To name an unknown or ungranted one is a mistake, never a smaller sum."""
        granted = self.viewer.companies(permission)
        if codes is None:
            return granted
        return tuple(self.company_id(code, permission) for code in dict.fromkeys(codes))

    def company_id(self, code: str, permission: Permission = Permission.READ) -> UUID:
        """One company named by its code."""
        found = self.companies.get(code)
        if found is None or not self.viewer.may(permission, found):
            raise ClientMistake(
                ErrorCode.COMPANY_NOT_AVAILABLE,
                Message(N_("Company {company} does not exist or is not granted to you."), {"company": code}),
            )
        return found


Info = strawberry.Info[Context, None]
