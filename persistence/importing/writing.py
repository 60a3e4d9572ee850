"""Writing what was found good: append what nobody else sees yet, then lock, look again, and touch what is shared.

Locks are taken in the order of the write lane: parties with limits, credit groups, customers, each by id. What was
appended before is not seen by anybody until the end, so the locks are held only for the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from persistence.events import EXPOSURE_CHANGED
from persistence.importing.checking import still_true
from persistence.importing.declaration import Noun
from persistence.importing.staging import Connection, rows_of, run

MOVED = """
create temp table {table} (
  customer_id uuid, company_id uuid, category text, currency text, day date, due_day date, amount bigint, source_id uuid
) on commit drop
"""

APPEND = """
insert into movement (customer_id, id, company_id, category, currency, day, due_day, amount, source_id, recorded_at)
select m.customer_id, pg_temp.new_key(), m.company_id, m.category, m.currency, m.day, m.due_day, m.amount, m.source_id,
  i.now
from {table} m cross join this_import i
order by m.customer_id
"""

# Groups of today are those whose room changes for checks; a payer in no group has none.
TOUCHED = """
create temp table touched_group on commit drop as
select credit_group_id as id from touched where credit_group_id is not null
union
select g.credit_group_id from credit_group_member g join touched t on t.customer_id = g.customer_id
join customer k on k.id = g.customer_id join company c on c.id = k.company_id cross join this_import i
where g.from_day <= (i.now at time zone c.time_zone)::date
  and (g.until_day is null or g.until_day >= (i.now at time zone c.time_zone)::date)
"""

LOCK_PARTIES = """
select id from party where limits_id is not null
  and id in (select k.party_id from customer k join touched t on t.customer_id = k.id)
  or id in ({become})
order by id for no key update
"""

LOCK_GROUPS = """
select id from credit_group where id in (select id from touched_group) order by id for no key update
"""

LOCK_CUSTOMERS = """
select id from customer where id in (select customer_id from touched) order by id for no key update
"""

BALANCES = """
insert into balance as kept (customer_id, company_id, category, currency, due_day, amount)
select customer_id, company_id, category, currency, due_day, sum(amount)::bigint from moved
group by customer_id, company_id, category, currency, due_day
having sum(amount) <> 0
order by customer_id, category, currency, due_day
on conflict (customer_id, category, currency, due_day) do update set amount = kept.amount + excluded.amount
"""

SETTLED = """
delete from balance
where amount = 0 and category <> 'SALES' and customer_id in (select customer_id from moved)
"""

TAIL = """
insert into movement_tail (id, company_id, category, currency, due_day, amount)
select pg_temp.new_key(), company_id, category, currency, due_day, sum(amount)::bigint from moved
group by company_id, category, currency, due_day
having sum(amount) <> 0
"""

TOLD = f"""
insert into outbox (kind, company_id, subject_id, payload)
select distinct '{EXPOSURE_CHANGED}', company_id, customer_id, '{{"table": "customer"}}'::jsonb from moved
"""
"""Whose exposure changed: thousands of customers, so not in a row of the tail."""


class ChangedMeanwhile(Exception):
    """What was found good is good no longer: somebody else posted in between. It has to be checked anew."""


def append(conn: Connection, noun: Noun) -> None:
    """Append the new rows of a noun, so that the nouns after it find them."""
    for statement in noun.load:
        run(conn, noun.sql(statement))


def post(conn: Connection, nouns: Sequence[Noun]) -> tuple[UUID, ...]:
    """Append movements, lock, look again, give the numbers away and change the sums. Raises `ChangedMeanwhile`.

    Gives the companies of the customers that were touched.
    """
    for table in ("moved", "late"):
        run(conn, MOVED.format(table=table))
    for noun in nouns:
        if noun.moves is not None:
            run(conn, noun.sql(f"insert into moved {noun.moves}"))
    run(conn, "analyze moved")
    run(conn, APPEND.format(table="moved"))
    companies = _lock(conn, nouns)
    if not all(still_true(conn, noun) for noun in nouns):
        raise ChangedMeanwhile
    for noun in nouns:
        for statement in (*noun.numbers, *noun.late):
            run(conn, noun.sql(statement))
    run(conn, APPEND.format(table="late"))
    run(conn, "insert into moved select * from late")
    run(conn, BALANCES)
    run(conn, SETTLED)
    run(conn, TAIL)
    run(conn, TOLD)
    return companies


def _lock(conn: Connection, nouns: Sequence[Noun]) -> tuple[UUID, ...]:
    touches = [noun.sql(noun.touches) for noun in nouns if noun.touches is not None]
    if not touches:
        return ()
    run(conn, f"create temp table touched on commit drop as {' union '.join(touches)}")
    run(conn, f"analyze touched; {TOUCHED}")
    groups = rows_of(conn, "select id from touched_group order by id")
    become = [noun.sql(noun.parties) for noun in nouns if noun.parties is not None]
    run(conn, LOCK_PARTIES.format(become=" union ".join(become) or "select null::uuid"))
    run(conn, LOCK_GROUPS)
    run(conn, LOCK_CUSTOMERS)
    run(conn, f"drop table touched_group; {TOUCHED}")
    if rows_of(conn, "select id from touched_group order by id") != groups:
        raise ChangedMeanwhile
    found = rows_of(conn, "select distinct company_id from customer where id in (select customer_id from touched)")
    return tuple(company for (company,) in found if isinstance(company, UUID))
