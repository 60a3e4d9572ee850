"""What one request knows: who asks, in which language, at which moment, and what was already loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import strawberry

from domain.amounts import UNKNOWN_CURRENCY
from domain.message import N_, Message
from domain.money import rounded
from domain.refusal import ErrorCode
from locales.negotiate import Reader as Language
from locales.say import label, say
from persistence.database import Pool, collations
from persistence.rates import digits
from persistence.reader import Reader
from persistence.shapes.keyset import Speech
from persistence.shapes.shape import Shape
from persistence.statements import Row
from persistence.submitting import Waiting, queue
from persistence.take import NO_COMPANY
from persistence.zones import zone
from schema.deadline import DEADLINE
from schema.errors import ClientMistake
from schema.guard import Limits
from schema.remembered import Remembered
from schema.rights import Permission, Viewer
from schema.shared import Loader
from schema.streaming.hub import MOST_STREAMS, Hub
from schema.throttle import Budget
from schema.trusted import TrustedDocuments


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
    """What every request shares: the database, how tokens are read, the clock, and what is remembered.

    `deadline`: the seconds that a request may take. `trusted`: None where no client has trusted documents. `watch` is
    told the text of every document that is asked. `budget`: what each client may ask for in a minute; `limits`: what
    one request may hold and cost; `streams`: how many subscriptions a client may follow at a time.
    """

    pool: Pool
    authenticate: Authenticate
    clock: Callable[[], datetime]
    reporting_currency: str = "EUR"
    deadline: float = DEADLINE
    trusted: TrustedDocuments | None = None
    watch: Callable[[str], None] | None = None
    collations: set[str] = field(default_factory=set, init=False, repr=False)
    budget: Budget = field(default_factory=Budget)
    limits: Limits = field(default_factory=Limits)
    streams: int = MOST_STREAMS
    _digits: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    async def digits(self) -> Mapping[str, int]:
        """The currencies with the digits of their minor units. Only a migration changes them, so they are read once;
        with them `collations`, the languages that the database can sort by."""
        if not self._digits:
            async with self.pool.acquire() as conn:
                self.collations.update(await collations(conn))
                self._digits.update(await digits(conn))
        return self._digits

    @cached_property
    def remembered(self) -> Remembered:
        """Who asked before, and which companies there are."""
        return Remembered(self.pool)

    @cached_property
    def events(self) -> Hub:
        """Where what happens is told on to those who follow it."""
        return Hub(self.pool, streams=self.streams)

    @cached_property
    def waiting(self) -> Waiting:
        """Where orders that want to be checked wait, together with the others of their room."""
        return queue(self.pool)


@dataclass
class Context:
    """One request. `written`: what its mutations gave, by their names in the answer. `cost`: what it was charged."""

    house: House
    viewer: Viewer
    language: Language
    time_zone: str | None
    currency: str | None
    now: datetime
    request_id: str
    companies: Mapping[str, UUID]
    digits: Mapping[str, int]
    written: dict[Any, Any] = field(default_factory=dict)
    cost: Mapping[str, Any] | None = None
    running: set[asyncio.Future[Any]] = field(default_factory=set)
    _loaders: dict[Any, Loader] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        """The viewer's eyes."""
        return Reader(
            self.house.pool,
            self.viewer.companies(),
            self.language.fallbacks,
            self.now,
            self.house.reporting_currency,
            self.viewer.actor,
            self.viewer.companies(Permission.READ_AUDIT),
            self.viewer.companies(Permission.RUN_JOBS),
            self.viewer.approving,
        )

    @cached_property
    def speech(self) -> Speech:
        """How names are sorted for the reader: by the nearest of the reader's languages that the database knows."""
        known = (f"{locale}-x-icu" for locale in self.language.fallbacks)
        return Speech(self.language.fallbacks, next((one for one in known if one in self.house.collations), None))

    def say(self, message: Message, locale: str | None = None) -> str:
        """A message in the reader's language."""
        return say(message, locale or self.language)

    def label(self, enum: str, value: str, locale: str | None = None) -> str:
        """The name of a code in the reader's language."""
        return label(enum, value, locale or self.language)

    def rounded(self, amount: Decimal, currency: str) -> Decimal:
        """An amount with the digits of its currency, half away from zero."""
        return rounded(amount, self.digits[currency])

    def known(self, currency: str) -> str:
        """A currency that somebody named. Raises `ClientMistake` when there is none of that code."""
        if currency not in self.digits:
            raise ClientMistake(
                ErrorCode.BAD_USER_INPUT,
                Message(UNKNOWN_CURRENCY, {"currency": currency}),
            )
        return currency

    async def load(self, shape: Shape, key: Any, by: str = "id") -> Row | None:
        """One row that may be seen, loaded together with the others asked for at the same time."""
        if key is None:
            return None

        async def fetch(keys: list[Any]) -> Sequence[Row | None]:
            found = await self.reader.by_key(shape, by, set(keys))
            return [found.get(one) for one in keys]

        row: Row | None = await self.loader(("row", shape.name, by), fetch).load(key)
        return row

    def loader(self, name: Any, fetch: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> Loader:
        """The request's own loader of that name."""
        if name not in self._loaders:
            self._loaders[name] = Loader(fetch)
        return self._loaders[name]

    def forget(self) -> None:
        """After a change, what was loaded is read anew."""
        self._loaders.clear()

    def today(self, time_zone: str) -> date:
        """The day it is in a time zone, at the request's one moment."""
        return self.now.astimezone(zone(time_zone)).date()

    def need(self, permission: Permission) -> None:
        """Refuse who is permitted something in no company. Raises `ClientMistake` FORBIDDEN."""
        if not self.viewer.may(permission):
            raise ClientMistake(ErrorCode.FORBIDDEN, Message(N_("Your roles do not permit this.")))

    def granted(self, permission: Permission = Permission.READ) -> Mapping[str, UUID]:
        """The companies in which something is permitted, by their codes."""
        permitted = frozenset(self.viewer.companies(permission))
        return {code: company for code, company in self.companies.items() if company in permitted}

    def company_ids(self, codes: Sequence[str] | None, permission: Permission = Permission.READ) -> tuple[UUID, ...]:
        """The companies named, or all granted. To name an unknown or ungranted one is a mistake: no smaller sum."""
        granted = self.viewer.companies(permission)
        if codes is None:
            return granted
        return tuple(self.company_id(code, permission) for code in dict.fromkeys(codes))

    def company_id(self, code: str, permission: Permission = Permission.READ) -> UUID:
        """One company named by its code."""
        found = self.companies.get(code)
        if found is None:
            # Another process may just have made it: whoever tries again is told as it is now.
            self.house.remembered.forget_companies()
        if found is None or not self.viewer.may(permission, found):
            raise ClientMistake(
                ErrorCode.COMPANY_NOT_AVAILABLE,
                Message(NO_COMPANY, {"company": code}),
            )
        return found


Info = strawberry.Info[Context, None]
