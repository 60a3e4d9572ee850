"""A small group of companies written straight into the tables, for tests of what the API reads.

Nordic AB (SE01, SEK) and Nordic Oy (FI01, EUR); Acme is a customer of both, Beta and Gamma of one each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.exposure import Category
from domain.money import Money
from domain.receivables import Movement
from persistence.closed_days import closed_days_of
from persistence.database import Connection
from persistence.keys import new_key
from persistence.movements import Moved, append
from persistence.rates import digits
from persistence.statements import insert
from persistence.tables.columns import metadata

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = date(2020, 1, 1)


_closed_days = cache(closed_days_of)


@dataclass
class World:
    """What is kept, by the names tests use."""

    conn: Connection
    ids: dict[str, UUID] = field(default_factory=dict)

    async def put(self, table: str, called: str | None = None, /, **values: Any) -> UUID:
        """A row; known by its name from then on."""
        key = values.pop("id", None) or new_key()
        kept: sa.Table = metadata.tables[table]
        row = values if "id" not in kept.c else {"id": key, **values}
        await insert(self.conn, kept, [row])
        if called is not None:
            self.ids[called] = key
        return key

    async def company(self, code: str, name: str, currency: str, country: str, locale: str, time_zone: str) -> UUID:
        """A company with the default parameters."""
        row = {"name": name, "currency": currency, "country": country, "locale": locale, "time_zone": time_zone}
        key = await self.put("company", code, code=code, **row)
        await self.put("credit_parameters", company_id=key)
        return key

    async def banks_close(self, company: UUID, country: str, *, around: date = TODAY) -> None:
        """Due days of a company move to banking days of a country: known for a few years around a day."""
        known = await self.conn.fetchval("select country from closed_day where country = $1 limit 1", country)
        if known is None:
            for one in _closed_days(country):
                if abs((one.day - around).days) < 800:
                    days = {"day": one.day, "open_before": one.open_before, "open_after": one.open_after}
                    await self.put("closed_day", country=country, **days)
        await self.conn.execute("update company set bank_days_of = $2 where id = $1", company, country)

    async def customer(self, company: str, account: str, name: str, party: str | None = None, **more: Any) -> UUID:
        """A customer, of a party of its own unless one is named; known as `SE01/1001`."""
        if party is None or party not in self.ids:
            party = party or f"P-{company}-{account}"
            await self.put("party", party, number=party, name=name)
        row = {"company_id": self.ids[company], "account": account, "party_id": self.ids[party], "name": name}
        currency = await self.conn.fetchval("select currency from company where id = $1", self.ids[company])
        return await self.put("customer", f"{company}/{account}", **{"currency": currency, "locale": "en"} | row | more)

    async def group(self, number: str, name: str, currency: str, *members: str, limit: str | None = None) -> UUID:
        """A credit group with its members."""
        row = {"name": name, "currency": currency, "time_zone": "Europe/Stockholm"}
        key = await self.put("credit_group", number, number=number, **row)
        for member in members:
            since = {"from_day": LONG_AGO, "recorded_at": NOW}
            await self.put("credit_group_member", customer_id=self.ids[member], credit_group_id=key, **since)
        if limit is not None:
            await self.limit(number, limit)
        return key

    async def limit(self, holder: str, amount: str, **more: Any) -> UUID:
        """A limit of a customer or group, "100000 SEK"; permanent and old unless said."""
        number, currency = amount.split()
        key = self.ids[holder]
        column = "customer_id" if "/" in holder else "credit_group_id"
        row = {"kind": "PERMANENT", "from_day": LONG_AGO, "amount": Decimal(number), "currency": currency}
        return await self.put("credit_limit_entry", holder_id=key, **{column: key} | row | more)

    async def party_limits(self, table: str, holder: str, ceiling: str, by: UUID, **more: Any) -> UUID:
        """Limits in force of a customer or a party, saved long ago, which warn; "100000 SEK"."""
        number, currency = ceiling.split()
        of = {"holder_id": self.ids[holder], f"{table}_id": self.ids[holder]}
        row = {"reaction": "WARN", "ceiling": Decimal(number), "currency": currency, "from_day": LONG_AGO}
        key = await self.put("party_limits", f"limits {holder}", **{**of, **row, "saved_by_id": by, **more})
        await self.conn.execute(f"update {table} set limits_id = $1 where id = $2", key, self.ids[holder])
        return key

    async def owes(
        self,
        customer: str,
        amount: str,
        due: date,
        day: date | None = None,
        category: Category = Category.RECEIVABLES,
        source: UUID | None = None,
    ) -> None:
        """A movement with what is kept of it; `owes("SE01/1001", "100.00 SEK", due)`."""
        number, currency = amount.split()
        moved = Movement(category, Money(Decimal(number), currency), day or due, due, source or new_key())
        company = self.ids[customer.split("/")[0]]
        known = await digits(self.conn)
        await append(self.conn, [Moved(self.ids[customer], company, moved)], NOW, known)

    async def rate(self, base: str, quote: str, rate: str, day: date = TODAY) -> None:
        """A published rate."""
        await self.put("exchange_rate", base=base, quote=quote, rate=Decimal(rate), day=day, source="test")


async def nordic(conn: Connection) -> World:
    """The group of companies of the tests."""
    world = World(conn)
    await world.company("SE01", "Nordic AB", "SEK", "SE", "sv-SE", "Europe/Stockholm")
    await world.company("FI01", "Nordic Oy", "EUR", "FI", "fi-FI", "Europe/Helsinki")
    await world.rate("EUR", "SEK", "11.50")
    await world.customer("SE01", "1001", "Acme Sverige AB", party="ACME", country="SE")
    await world.customer("FI01", "2001", "Acme Suomi Oy", party="ACME", country="FI")
    await world.customer("SE01", "1002", "Beta AB", country="SE")
    await world.customer("FI01", "2002", "Gamma Oy")
    return world
