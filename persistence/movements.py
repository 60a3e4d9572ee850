"""Appending what facts move: movements, the balances of their payers, and the tail that the folder adds to companies.

Called inside the payer's lock; the keys of balances are written in sorted order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.receivables import Movement
from persistence.appending import Appending
from persistence.balances import ADD, Sum, add_to_balances, columns
from persistence.keys import new_key
from persistence.statements import insert
from persistence.tables.movements import movement, movement_tail


@dataclass(frozen=True)
class Moved:
    """A movement of one payer in one company."""

    customer: UUID
    company: UUID
    movement: Movement


async def append(
    conn: asyncpg.Connection, moved: Iterable[Moved], recorded_at: datetime, digits: Mapping[str, int]
) -> None:
    """Append movements and keep the sums."""
    rows = rows_of(moved, recorded_at, digits)
    await insert(conn, movement, rows.movements)
    await add_to_balances(conn, rows.sums)
    await insert(conn, movement_tail, rows.tail)


def append_with(appending: Appending, moved: Iterable[Moved], recorded_at: datetime, digits: Mapping[str, int]) -> None:
    """The same, in one statement with what else is appended."""
    rows = rows_of(moved, recorded_at, digits)
    appending.add(movement, rows.movements)
    if rows.sums:
        appending.also(ADD, columns(rows.sums))
    appending.add(movement_tail, rows.tail)


@dataclass(frozen=True)
class Rows:
    """What is written of movements: themselves, the changes of their payers' sums, and the tail."""

    movements: list[dict[str, Any]]
    sums: list[Sum]
    tail: list[dict[str, Any]]


def rows_of(moved: Iterable[Moved], recorded_at: datetime, digits: Mapping[str, int]) -> Rows:
    """Movements for their tables; those of nothing are left out."""
    sums: dict[tuple[UUID, UUID, str, str, date], int] = defaultdict(int)
    rows = []
    for one in moved:
        change = one.movement
        if not change.amount.amount:
            continue
        amount = in_minor_units(change.amount, digits)
        sums[one.customer, one.company, change.category, change.amount.currency, change.due] += amount
        rows.append(
            {
                "customer_id": one.customer,
                "id": new_key(),
                "company_id": one.company,
                "category": change.category.value,
                "currency": change.amount.currency,
                "day": change.day,
                "due_day": change.due,
                "amount": amount,
                "source_id": change.source,
                "recorded_at": recorded_at,
            }
        )
    changed: list[Sum] = [(*key, amount) for key, amount in sorted(sums.items()) if amount]
    tail: dict[tuple[UUID, str, str, date], int] = defaultdict(int)
    for _, company, category, currency, due, amount in changed:
        tail[company, category, currency, due] += amount
    return Rows(rows, changed, _tail_rows(tail, list(dict.fromkeys(customer for customer, *_ in changed))))


def _tail_rows(tail: Mapping[tuple[UUID, str, str, date], int], customers: Sequence[UUID]) -> list[dict[str, Any]]:
    """What is to be folded, and in the first row whose exposure changed; that is told also where nothing else is."""
    kept = [_tail_row(*key, amount) for key, amount in sorted(tail.items()) if amount]
    if customers and not kept:
        kept = [_tail_row(*min(tail), 0)]
    for place, row in enumerate(kept):
        row["customers"] = None if place else customers
    return kept


def _tail_row(company: UUID, category: str, currency: str, due: date, amount: int) -> dict[str, Any]:
    return {
        "id": new_key(),
        "company_id": company,
        "category": str(category),
        "currency": currency,
        "due_day": due,
        "amount": amount,
    }


def in_minor_units(money: Money, digits: Mapping[str, int]) -> int:
    """An amount in minor units. Amounts finer than their currency never get this far."""
    scaled = money.amount.scaleb(digits[money.currency])
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{money} has more digits than {money.currency}")
    return int(scaled)
