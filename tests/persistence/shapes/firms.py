"""Firms at random: what could be kept of customers, their groups and parties, in companies around the world."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from domain.exposure import KEPT, CreditLimitType
from persistence.database import Connection
from persistence.keys import new_key
from tests.schema.world import World

NOW = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
"""Tomorrow in Auckland, yesterday nowhere but in Honolulu just past midnight."""
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)

CURRENCIES = ("SEK", "EUR", "JPY", "KWD", "USD")
WORTH = {"SEK": "11.4375", "JPY": "162.53", "KWD": "0.3361", "USD": "1.0837", "NOK": "11.1"}
COMPANIES = (
    ("AKL", "JPY", "Pacific/Auckland"),
    ("STO", "SEK", "Europe/Stockholm"),
    ("HNL", "EUR", "Pacific/Honolulu"),
)


@dataclass
class Firms:
    """What was made."""

    world: World
    chance: random.Random
    customers: list[UUID]
    groups: list[UUID]
    parties: list[UUID]
    companies: list[UUID]

    @classmethod
    async def make(cls, conn: Connection, chance: random.Random, customers: int = 7, *, rates: bool = True) -> Firms:
        """Three companies with some customers, two groups and three parties; and what they owe."""
        made = cls(World(conn), chance, [], [], [], [])
        for code, currency, zone in COMPANIES:
            await made._company(f"{code}{chance.getrandbits(32):x}", currency, zone)
        for place in range(3):
            await made._party(f"party {place}")
        for _ in range(2):
            await made._group()
        for _ in range(customers):
            await made._customer()
        if rates:
            await made._rates()
        else:
            await made._some_rates()
        return made

    async def _company(self, code: str, currency: str, zone: str) -> None:
        row = {"name": code, "currency": currency, "country": "SE", "locale": "en", "time_zone": zone}
        key = await self.world.put("company", code=code, **row)
        unset, checks = self._flag(), self._flag()
        more = {"unset_limit_means_unlimited": unset, "check_credit_groups": checks}
        more["pending_receipt_days"] = self.chance.choice([0, 2, 4, 40])
        await self.world.put("credit_parameters", company_id=key, **self._policy(), **more)
        self.companies.append(key)
        if self._flag():
            await self.world.banks_close(key, self.chance.choice(["SE", "SA"]), around=TODAY)

    async def _party(self, called: str) -> None:
        self.parties.append(await self.world.put("party", called, number=new_key().hex, name="Party"))
        if self._flag():
            writer = await self.world.put("actor", subject=new_key().hex, name="Eva")
            ceiling = f"{self.chance.randrange(10**6)} {self.chance.choice(CURRENCIES)}"
            await self.world.party_limits("party", called, ceiling, writer)

    def _policy(self) -> dict[str, Any]:
        return {
            "credit_limit_type": self.chance.choice([*CreditLimitType, CreditLimitType.ALL]).value,
            "disputed_reduces_exposure": self._flag(),
            "disputed_reduces_overdue": self._flag(),
            "order_horizon_days": self.chance.choice([None, 0, 12]),
            "max_rate_age_days": self.chance.choice([7, 7, 30]),
        }

    def _flag(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    async def _group(self) -> None:
        currency, zone = self.chance.choice(CURRENCIES), self.chance.choice([zone for _, _, zone in COMPANIES])
        row = {"number": new_key().hex, "name": "Group", "currency": currency, "time_zone": zone}
        key = await self.world.put("credit_group", **row, **self._policy())
        self.groups.append(key)
        await self._limits(key, "credit_group_id")

    async def _customer(self) -> None:
        key, company = new_key(), self.chance.choice(self.companies)
        row = {"company_id": company, "account": key.hex, "party_id": self.chance.choice(self.parties), "name": "Firm"}
        flags = {"unlimited_credit": self._flag(0.15), "mandatory_credit_limit": self._flag(0.25)}
        flags |= {"intercompany": self._flag(0.2)}
        await self.world.put("customer", id=key, currency="SEK", locale="en", **row, **flags)
        self.customers.append(key)
        for day in {self._near() for _ in range(self.chance.choice([0, 0, 1, 2]))}:
            was = {"unlimited_credit": self._flag(0.3), "mandatory_credit_limit": self._flag(0.3)}
            await self.world.put("customer_flags", customer_id=key, until_day=day, recorded_at=NOW, **was)
        await self._limits(key, "customer_id")
        for _ in range(self.chance.choice([0, 0, 1, 2, 3])):
            await self._collateral(key, company)
        if self._flag(0.7):
            await self._memberships(key)
        await self._balances(key, company)

    async def _memberships(self, key: UUID) -> None:
        """In one group until some day, in another after it."""
        change = TODAY + self.chance.randint(-3, 3) * DAY
        first, second = self.chance.sample(self.groups, 2)
        for group, since, until in ((first, date(2020, 1, 1), change), (second, change + DAY, None)):
            row = {"customer_id": key, "credit_group_id": group, "from_day": since, "until_day": until}
            await self.world.put("credit_group_member", **row, recorded_at=NOW)

    async def _limits(self, holder: UUID, column: str) -> None:
        temporary: list[UUID] = []
        for _ in range(self.chance.randint(0, 4)):
            kind = self.chance.choice(["PERMANENT", "TEMPORARY"])
            since = self._near()
            until = since + self.chance.randint(0, 9) * DAY if kind == "TEMPORARY" or self._flag() else None
            replaces = self.chance.choice([None, *temporary])
            row = {"holder_id": holder, column: holder, "kind": kind, "from_day": since, "until_day": until}
            amount = {"amount": self._amount(4), "currency": self.chance.choice(CURRENCIES)}
            key = await self.world.put("credit_limit_entry", **row, **amount, replaces_id=replaces)
            if kind == "TEMPORARY":
                temporary.append(key)

        for kind in self.chance.choices(["SEASONAL", "TOLERANCE"], k=self.chance.choice([0, 0, 1, 2, 4])):
            since, by_amount = self._near(), kind == "TOLERANCE" and self._flag()
            until = since + self.chance.randint(0, 9) * DAY if kind == "SEASONAL" or self._flag() else None
            row = {"holder_id": holder, column: holder, "kind": kind, "from_day": since, "until_day": until}
            lowest = -1_000_000 if kind == "SEASONAL" else 0
            percent = Decimal(self.chance.randint(lowest, 2_000_000)).scaleb(-4)
            added = {"tolerance": self._amount(2)} if by_amount else {"percent": percent}
            await self.world.put(
                "credit_limit_entry", **row, **added, amount=self._amount(2), currency=self.chance.choice(CURRENCIES)
            )

    async def _collateral(self, key: UUID, company: UUID) -> None:
        since = self._near()
        row = {"customer_id": key, "company_id": company, "provider": "Atradius", "number": new_key().hex}
        kind = self.chance.choice(["INSURANCE", "GUARANTEE", "COLLATERAL"])
        value = {"value": self._amount(2), "currency": self.chance.choice(CURRENCIES)}
        share = {"percent": Decimal(self.chance.randint(0, 1_000_000)).scaleb(-4)}
        until = self.chance.choice([None, since + self.chance.randint(0, 12) * DAY])
        days = {"from_day": since, "until_day": until, "included_in_exposure": self._flag(0.3)}
        await self.world.put("collateral", kind=kind, **row, **value, **share, **days)

    async def _balances(self, key: UUID, company: UUID) -> None:
        """Movements, with what is kept of them: a day in the future is kept too, as a posting ahead would be."""
        kept: dict[tuple[str, str, date], int] = {}
        for _ in range(self.chance.randint(0, 25)):
            category, currency = self.chance.choice(KEPT), self.chance.choice(CURRENCIES[:4])
            due = TODAY + self.chance.choice([-70, -40, -20, -2, -1, 0, 1, 2, 13, 50]) * DAY
            row = {"customer_id": key, "company_id": company, "category": category.value, "currency": currency}
            amount = self.chance.choice([-500, 5, 100_000, 333_333, self.chance.randint(-(10**7), 10**7)])
            day = TODAY - self.chance.choice([0, 1, 2, 10, 60]) * DAY
            source = {"source_id": new_key(), "recorded_at": NOW}
            await self.world.put("movement", **row, day=day, due_day=due, amount=amount, **source)
            where = (category.value, currency, due)
            kept[where] = kept.get(where, 0) + amount
        for _ in range(self.chance.choice([0, 0, 1, 2, 4])):
            await self._receipt({"customer_id": key, "company_id": company}, kept)
        for (category_, currency, due), amount in kept.items():
            row = {"customer_id": key, "company_id": company, "category": category_, "currency": currency}
            await self.world.put("balance", **row, due_day=due, amount=amount)
            tail = {name: value for name, value in row.items() if name != "customer_id"}
            await self.world.put("movement_tail", **tail, due_day=due, amount=amount)

    async def _receipt(self, owner: dict[str, Any], kept: dict[tuple[str, str, date], int]) -> None:
        """Money that came, perhaps in advance for an order, and perhaps settled something or went back since."""
        currency, paid_on = self.chance.choice(CURRENCIES[:2]), TODAY - self.chance.choice([0, 1, 2, 3, 4, 30]) * DAY
        amount, until = self.chance.choice([100, 10**6, 10**9]), TODAY - self.chance.choice([0, 1, 2]) * DAY
        gone = self.chance.choice([0, 0, 70, amount, amount]) if until >= paid_on else 0
        back = until if gone == amount and self._flag() else None
        row = {"kind": "RECEIPT", "status": "RETURNED" if back else "COLLECTED", "number": new_key().hex}
        money = {"amount": Decimal(amount).scaleb(-2), "currency": currency, "paid_on": paid_on, "reversed_on": back}
        tied = {"sales_order_id": new_key() if self._flag(0.2) else None}
        source = {"source_id": await self.world.put("payment", **owner, **row, **money, **tied), "recorded_at": NOW}
        for day, moved in ((paid_on, -amount), (until, gone)):
            where = {"category": "UNAPPLIED", "currency": currency, "due_day": paid_on}
            await self.world.put("movement", **owner, **where, **source, day=day, amount=moved)
        of_day = ("UNAPPLIED", currency, paid_on)
        kept[of_day] = kept.get(of_day, 0) + gone - amount

    async def _rates(self) -> None:
        """A rate for every currency on every day, in either direction, old ones among them."""
        await self.world.conn.execute("delete from exchange_rate where not irrevocable")
        for currency, worth in WORTH.items():
            for back in (0, 1, 3, 31, 80):
                await self._rate("EUR", currency, Decimal(worth) + Decimal(back) / 1000, TODAY - back * DAY)
            if self._flag(0.4):
                reverse = (1 / Decimal(worth)).quantize(Decimal("0.0000000001"))
                await self._rate(currency, "EUR", reverse, TODAY - self.chance.choice([0, 1, 10]) * DAY)
        if self._flag():
            await self._rate("USD", "SEK", Decimal("10.37"), TODAY - self.chance.choice([0, 1, 10]) * DAY)

    async def _some_rates(self) -> None:
        """Rates that are missing or too old here and there."""
        await self.world.conn.execute("delete from exchange_rate where not irrevocable")
        for currency, worth in WORTH.items():
            if self._flag(0.6):
                pair = ("EUR", currency) if self._flag() else (currency, "EUR")
                day = TODAY - self.chance.choice([0, 5, 7, 8, 29, 31]) * DAY
                await self._rate(*pair, Decimal(worth), day)

    async def _rate(self, base: str, quote: str, rate: Decimal, day: date) -> None:
        await self.world.put("exchange_rate", base=base, quote=quote, rate=rate, day=day, source="test")

    def _near(self) -> date:
        return TODAY + self.chance.choice([-900, -20, -5, -2, -1, 0, 1, 2]) * DAY

    def _amount(self, places: int) -> Decimal:
        return Decimal(self.chance.choice([0, 10**7, self.chance.randint(0, 10**10)])).scaleb(-places)


@asynccontextmanager
async def undone(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """A connection; what is done with it is undone."""
    async with pool.acquire() as conn:
        doing = conn.transaction(isolation="repeatable_read")
        await doing.start()
        try:
            yield conn
        finally:
            await doing.rollback()


def days(chance: random.Random) -> Sequence[date | None]:
    """Days to ask for: none, over everywhere, today somewhere, to come."""
    return (None, TODAY - chance.choice([1, 2, 30]) * DAY, TODAY, TODAY + chance.choice([1, 4]) * DAY)
