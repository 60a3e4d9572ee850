"""A small group of companies written straight into the tables, for tests of the write lane below the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from domain.facts import Checkpoint
from domain.money import Money
from persistence.database import Connection
from persistence.idempotency import Key
from persistence.keys import new_key
from persistence.scope import actor_id
from persistence.statements import insert
from persistence.submitting import OrderToSubmit, Submission
from persistence.tables.company import checkpoint_setting, company_table, credit_parameters
from persistence.tables.customer import credit_group, credit_group_member, customer, party
from persistence.tables.limits import credit_limit_entry
from persistence.tables.reference import exchange_rate

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
ZONES = {"SEK": ("sv-SE", "Europe/Stockholm"), "EUR": ("fi-FI", "Europe/Helsinki")}


@dataclass
class Group:
    """Two companies, SE01 in SEK and FI01 in EUR, with customers that share one credit group or stand alone."""

    conn: Connection
    actor: UUID
    companies: dict[str, UUID] = field(default_factory=dict)
    customers: dict[str, UUID] = field(default_factory=dict)
    group: UUID | None = None

    @classmethod
    async def make(cls, conn: Connection) -> Group:
        """The companies, and a rate of 11.50 SEK for a euro."""
        made = cls(conn, await actor_id(conn, f"erp-{new_key().hex}", "ERP"))
        for currency, country in (("SEK", "SE"), ("EUR", "FI")):
            locale, zone = ZONES[currency]
            key, code = new_key(), f"{country}{new_key().hex[-6:]}"
            row = {"id": key, "code": code, "name": country, "country": country, "currency": currency}
            await insert(conn, company_table, [row | {"locale": locale, "time_zone": zone}])
            await insert(conn, credit_parameters, [{"company_id": key}])
            steps = (Checkpoint.CONFIRMATION, Checkpoint.PACKING_SLIP)
            await insert(conn, checkpoint_setting, [{"company_id": key, "checkpoint": step.value} for step in steps])
            made.companies[country] = key
        await conn.execute("delete from exchange_rate where base = 'EUR' and quote = 'SEK'")
        rate = {"id": new_key(), "base": "EUR", "quote": "SEK", "day": NOW.date(), "rate": Decimal("11.5")}
        await insert(conn, exchange_rate, [rate | {"source": "test"}])
        return made

    async def code(self, country: str) -> str:
        """The code of a company."""
        found: str = await self.conn.fetchval("select code from company where id = $1", self.companies[country])
        return found

    async def add(self, country: str, account: str, limit: str | None = None, *, in_group: bool = False) -> UUID:
        """A customer with a permanent limit in its company's currency."""
        party_id, key = new_key(), new_key()
        company, currency = self.companies[country], "SEK" if country == "SE" else "EUR"
        await insert(self.conn, party, [{"id": party_id, "number": party_id.hex, "name": account}])
        row = {"id": key, "company_id": company, "account": account, "party_id": party_id, "name": account}
        await insert(self.conn, customer, [row | {"currency": currency, "locale": "en"}])
        self.customers[account] = key
        if limit is not None:
            await self.limit("customer_id", key, limit, currency)
        if in_group:
            member = {"customer_id": key, "credit_group_id": self.group, "from_day": LONG_AGO, "recorded_at": NOW}
            await insert(self.conn, credit_group_member, [member])
        return key

    async def share(self, limit: str, currency: str = "SEK") -> UUID:
        """A credit group with a limit."""
        self.group = new_key()
        row = {"id": self.group, "number": self.group.hex, "name": "Group", "currency": currency}
        await insert(self.conn, credit_group, [row | {"time_zone": "Europe/Stockholm"}])
        await self.limit("credit_group_id", self.group, limit, currency)
        return self.group

    async def limit(self, column: str, holder: UUID, amount: str, currency: str) -> None:
        """A permanent limit."""
        row = {"holder_id": holder, "id": new_key(), column: holder, "kind": "PERMANENT", "amount": Decimal(amount)}
        await insert(self.conn, credit_limit_entry, [row | {"currency": currency, "from_day": LONG_AGO}])

    async def order(
        self, country: str, account: str, number: str, amount: str, currency: str | None = None, key: str | None = None
    ) -> Submission:
        """An order to submit."""
        code = await self.code(country)
        money = Money(Decimal(amount), currency or ("SEK" if country == "SE" else "EUR"))
        wanted = OrderToSubmit(code, number, account, money)
        kept = Key.of(self.actor, "submitSalesOrder", key or new_key().hex, [code, number, account, amount])
        granted = {await self.code(name): company for name, company in self.companies.items()}
        return Submission(wanted, self.actor, granted, NOW, kept)
