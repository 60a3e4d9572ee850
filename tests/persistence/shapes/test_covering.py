"""What receipts cover by the functions of the database is what the domain says of the same facts."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.exposure import Balance
from persistence import facts as stored
from persistence.database import Connection
from persistence.keys import new_key
from persistence.statements import insert
from persistence.tables.movements import balance, movement
from persistence.tables.receivables import payment
from tests.persistence.shapes.firms import COMPANIES, DAY, NOW, TODAY, undone
from tests.schema.world import World

CUSTOMERS = 40
"""Of each company."""

COVERED = """
    select c.id, f.currency, f.due_day, f.amount
    from customer c cross join lateral covered(c.id, c.company_id, $2, $3, $4) f where c.company_id = $1
"""
COVERED_IN = "select customer_id, currency, due_day, amount from covered_in($1, $2, $3, $4, $5)"
OURS = "select id from customer where company_id = $1 and intercompany"

SUMMED = ("category", "currency", "due_day")

Covers = set[tuple[UUID, str, date, int]]


async def company(world: World, chance: random.Random, place: int) -> UUID:
    """A company that lets receipts cover something, or does not."""
    code, currency, zone = COMPANIES[place]
    row = {"name": code, "currency": currency, "country": "SE", "locale": "en", "time_zone": zone}
    key = await world.put("company", code=f"{code}{new_key().hex}", **row)
    switches = {
        "disputed_reduces_overdue": chance.random() < 0.5,
        "pending_receipt_days": chance.choice([0, 1, 4, 4, 30]),
    }
    await world.put("credit_parameters", company_id=key, **switches)
    if chance.random() < 0.6:
        await world.banks_close(key, chance.choice(["SE", "SA"]), around=TODAY)
    return key


@dataclass
class Books:
    """Rows of one customer: what moved, what is kept of it, and what it paid."""

    owner: dict[str, Any]
    chance: random.Random
    moved: list[dict[str, Any]] = field(default_factory=list)
    paid: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The sums of what moved."""
        sums: dict[tuple[Any, ...], int] = {}
        for row in self.moved:
            place = tuple(row[name] for name in SUMMED)
            sums[place] = sums.get(place, 0) + row["amount"]
        return [{**self.owner, **dict(zip(SUMMED, place, strict=True)), "amount": sums[place]} for place in sums]

    def owes(self) -> None:
        """Something of these days, perhaps in dispute."""
        category = self.chance.choice(["RECEIVABLES", "RECEIVABLES", "DISPUTED"])
        due, day = TODAY + self.chance.randint(-9, 2) * DAY, TODAY - self.chance.randrange(4) * DAY
        self._move(new_key(), category, self._currency(), due, day, self.chance.choice([10, 30, 70, -10]))

    def pays(self) -> None:
        """Money, perhaps in advance for an order, of which a part may settle something."""
        key, currency, amount = new_key(), self._currency(), self.chance.choice([5, 20, 50, 200])
        day = TODAY + self.chance.randint(-5, 1) * DAY
        row = {"kind": "RECEIPT", "status": "COLLECTED", "number": key.hex, "currency": currency, "paid_on": day}
        tied = new_key() if self.chance.random() < 0.2 else None
        row |= {"amount": Decimal(amount).scaleb(-2), "sales_order_id": tied}
        self.paid.append({**self.owner, "id": key, **row})
        self._move(key, "UNAPPLIED", currency, day, day, -amount)
        if self.chance.random() < 0.4:
            since, settled = day + self.chance.randrange(3) * DAY, self.chance.choice([5, amount])
            self._move(key, "UNAPPLIED", currency, day, since, settled)

    def _move(self, source: UUID, category: str, currency: str, due: date, day: date, amount: int) -> None:
        row = {"category": category, "currency": currency, "due_day": due, "day": day, "amount": amount}
        self.moved.append({**self.owner, "id": new_key(), **row, "source_id": source, "recorded_at": NOW})

    def _currency(self) -> str:
        return self.chance.choice(["SEK", "SEK", "EUR"])


async def customers(world: World, chance: random.Random, of: UUID) -> list[UUID]:
    """Customers of a company, who owe something of these days and pay."""
    keys = []
    for _ in range(CUSTOMERS):
        key = new_key()
        party = await world.put("party", number=key.hex, name="Firm")
        row = {"company_id": of, "account": key.hex, "party_id": party, "name": "Firm"}
        row["intercompany"] = chance.random() < 0.2
        keys.append(await world.put("customer", id=key, currency="SEK", locale="en", **row))
        books = Books({"customer_id": key, "company_id": of}, chance)
        for _ in range(chance.randrange(8)):
            books.owes()
        for _ in range(chance.choice([0, 1, 2, 4])):
            books.pays()
        for table, rows in ((balance, books.kept), (movement, books.moved), (payment, books.paid)):
            await insert(world.conn, table, rows)
    return keys


def told(key: UUID, covers: Iterable[Balance], day: date) -> Covers:
    """What counts on a day, in minor units."""
    sums: dict[tuple[str, Any], int] = {}
    for one in covers:
        if one.covers(day):
            at = (one.amount.currency, one.due)
            sums[at] = sums.get(at, 0) + int(one.amount.amount * 100)
    return {(key, currency, due, amount) for (currency, due), amount in sums.items()}


async def found(conn: Connection, query: str, *given: Any) -> Covers:
    return {tuple(row) for row in await conn.fetch(query, *given)}


@pytest.mark.parametrize("seed", range(6))
async def test_what_receipts_cover_is_the_domains_on_any_day(pool: asyncpg.Pool, seed: int) -> None:
    chance = random.Random(seed)
    every: Covers = set()
    async with undone(pool) as conn:
        world = World(conn)
        for place in range(len(COMPANIES)):
            firm = await company(world, chance, place)
            keys = await customers(world, chance, firm)
            for as_of in (None, TODAY - 2 * DAY, TODAY - 1 * DAY, TODAY + 2 * DAY):
                moment = stored.Moment(NOW, as_of)
                facts = await stored.customer_facts(conn, keys, moment)
                of_any = facts[keys[0]]
                expected: Covers = set()
                for key in keys:
                    expected |= told(key, facts[key].balances, of_any.day)
                given = (firm, of_any.day, moment.past(COMPANIES[place][2]), of_any.policy.disputed_reduces_overdue)
                assert await found(conn, COVERED, *given) == expected
                assert await found(conn, COVERED_IN, *given, True) == expected
                ours = {row["id"] for row in await conn.fetch(OURS, firm)}
                assert await found(conn, COVERED_IN, *given, False) == {one for one in expected if one[0] not in ours}
                every |= expected
    assert len(every) > 20
