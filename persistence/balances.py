"""Kept sums of movements: of customers, in the transaction that appends them; of companies, by the folder.

Keys are always written in sorted order: unsorted, two writers of the same keys deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

Sum = tuple[UUID, UUID, str, str, date, int]
"""Customer, company, category, currency, due day, and the change in minor units of the currency."""

ADD = """
insert into balance as kept (customer_id, company_id, category, currency, due_day, amount)
select customer_id, company_id, category, currency, due_day, sum(amount)::bigint
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::bigint[])
  as moved (customer_id, company_id, category, currency, due_day, amount)
group by customer_id, company_id, category, currency, due_day
order by customer_id, category, currency, due_day
on conflict (customer_id, category, currency, due_day) do update set amount = kept.amount + excluded.amount
"""

FOLD = """
with picked as materialized (
  select id from movement_tail order by id limit $1 for update skip locked
), taken as (
  delete from movement_tail using picked where movement_tail.id = picked.id
  returning movement_tail.company_id, movement_tail.category, movement_tail.currency, movement_tail.due_day,
    movement_tail.amount
), folded as (
  insert into company_balance as kept (company_id, category, currency, due_day, amount)
  select company_id, category, currency, due_day, sum(amount)::bigint
  from taken
  group by company_id, category, currency, due_day
  order by company_id, category, currency, due_day
  on conflict (company_id, category, currency, due_day) do update set amount = kept.amount + excluded.amount
)
select count(*) from taken
"""


async def add_to_balances(conn: asyncpg.Connection, sums: Sequence[Sum]) -> None:
    """Add changes to the sums of customers, in one statement and in the order of the keys.

    Call it inside the transaction that appends the movements, with the customers locked. Changes of the same key are
    added up first. A sum that comes to zero stays as a row of zero.
    """
    if sums:
        await conn.execute(ADD, *columns(sums))


def columns(sums: Sequence[Sum]) -> list[list[Any]]:
    """The changes as `ADD` wants them: one list for each column."""
    return [list(column) for column in zip(*sums, strict=True)]


async def fold(conn: asyncpg.Connection, limit: int = 10_000) -> int:
    """Move up to `limit` movements of the tail into the sums of their companies; how many were moved.

    One statement, so that a reader of sums and tail sees each movement exactly once. Folders at work at the same time
    pick different movements.
    """
    moved: int = await conn.fetchval(FOLD, limit)
    return moved
