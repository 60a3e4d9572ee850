"""Kept sums of movements: of customers, in the transaction that appends them; of companies, by the folder.

Keys are always written in sorted order: unsorted, two writers of the same keys deadlock. What came to zero is deleted,
so that reading a customer or a company costs what is open, not what ever was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from domain.exposure import KEPT, Category
from persistence.events import EXPOSURE_CHANGED

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

SETTLED = f"""
delete from balance
where customer_id = any($1::uuid[]) and amount = 0
  and category = any('{{{",".join(category for category in KEPT if category is not Category.SALES)}}}')
"""
"""Sales hardly ever come to zero, and are many: they are not looked through."""

FOLD = f"""
with picked as materialized (
  select id from movement_tail order by id limit $1 for update skip locked
), taken as (
  delete from movement_tail using picked where movement_tail.id = picked.id
  returning movement_tail.company_id, movement_tail.category, movement_tail.currency, movement_tail.due_day,
    movement_tail.amount, movement_tail.customers
), told as (
  insert into outbox (kind, company_id, subject_id, payload)
  select distinct '{EXPOSURE_CHANGED}', company_id, unnest(customers), '{{"table": "customer"}}'::jsonb from taken
), folded as (
  insert into company_balance as kept (company_id, category, currency, due_day, amount)
  select company_id, category, currency, due_day, sum(amount)::bigint
  from taken
  group by company_id, category, currency, due_day
  order by company_id, category, currency, due_day
  on conflict (company_id, category, currency, due_day) do update set amount = kept.amount + excluded.amount
  returning company_id, category, currency, due_day, amount
)
select (select count(*) from taken) as moved, array_agg(company_id) as companies, array_agg(category) as categories,
  array_agg(currency) as currencies, array_agg(due_day) as due_days
from folded where amount = 0
"""

FOLDED_TO_ZERO = """
with gone as materialized (
  select company_id, category, currency, due_day from company_balance
  where amount = 0 and (company_id, category, currency, due_day) in (
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[])
  )
  order by company_id, category, currency, due_day for update skip locked
)
delete from company_balance using gone
where company_balance.company_id = gone.company_id and company_balance.category = gone.category
  and company_balance.currency = gone.currency and company_balance.due_day = gone.due_day
"""
"""Only what is still zero, and never what another folder has in hand."""


async def add_to_balances(conn: asyncpg.Connection, sums: Sequence[Sum]) -> None:
    """Add changes to the sums of customers, in one statement and in the order of the keys.

    Call it inside the transaction that appends the movements, with the customers locked. Changes of the same key are
    added up first. Where a sum came to zero, the customer's rows of zero are deleted; a writer of the same key cannot
    be at work, since it would hold the lock of the customer.
    """
    if not sums:
        return
    changed = await conn.fetch(f"{ADD} returning customer_id, amount", *columns(sums))
    settled = {row["customer_id"] for row in changed if not row["amount"]}
    if settled:
        await conn.execute(SETTLED, sorted(settled))


def columns(sums: Sequence[Sum]) -> list[list[Any]]:
    """The changes as `ADD` wants them: one list for each column."""
    return [list(column) for column in zip(*sums, strict=True)]


async def fold(conn: asyncpg.Connection, limit: int = 10_000) -> int:
    """Move up to `limit` movements of the tail into the sums of their companies; how many were moved.

    Whose exposure changed is told on: once for all movements that are folded together.

    One statement, so that a reader of sums and tail sees each movement exactly once. Folders at work at the same time
    pick different movements. Sums that came to zero are deleted after it.
    """
    moved, *settled = await conn.fetchrow(FOLD, limit)
    if settled[0] is not None:
        await conn.execute(FOLDED_TO_ZERO, *settled)
    folded: int = moved
    return folded
