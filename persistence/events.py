"""What others may hear of: events in the order in which they could be seen, each with a number that only rises.

A writer puts a row into the outbox with its change. The outbox numbers rows when they are written, and a lower number
may be committed after a higher one; who read on from the higher would never see it. So an event gets its number here,
after its transaction was committed, and one transaction at a time numbers: whoever sees a number has seen, or can see,
every lower one. Writers wait for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from persistence.database import Connection

CREDIT_HOLD, CUSTOMER, JOB = "credit_hold", "customer", "job"
"""The tables of the records that are followed."""

EXPOSURE_CHANGED = "EXPOSURE_CHANGED"
"""The kind of the events of customers whose sums moved."""

NUMBERING = 0x1AB1
"""The advisory lock of whoever numbers."""

AT_ONCE = 1000
"""How many events are numbered or read in one statement."""

# Whoever does not get the lock leaves the rows to who has it. The lock is asked for once, before any row is looked at,
# and numbers are given in the order of writing: two changes of one record were committed in that order, since the
# second waited for the lock of the first.
_NUMBER = f"""
with turn as materialized (
  select pg_try_advisory_xact_lock({NUMBERING}) as ours
), taken as (
  delete from outbox where sequence = any(array(
    select o.sequence from outbox o where (select ours from turn) order by o.sequence limit $1
  ))
  returning sequence, kind, company_id, subject_id, payload, recorded_at
), numbered as (
  insert into event (kind, company_id, subject_kind, subject_id, recorded_at)
  select kind, company_id, coalesce(payload ->> 'table', ''), subject_id, recorded_at from taken order by sequence
  returning 1
)
select count(*) from numbered
"""

_HOLDS = "subject_kind = 'credit_hold' and ($3::uuid[] is null or company_id = any($3))"
_OF_RECORDS = "subject_id = any($3::uuid[]) and subject_kind = '{table}'"
_EXPOSURES = f"{_OF_RECORDS.format(table=CUSTOMER)} and kind = '{EXPOSURE_CHANGED}'"
_OF = {CREDIT_HOLD: _HOLDS, CUSTOMER: _EXPOSURES, JOB: _OF_RECORDS.format(table=JOB)}

_READ = "select sequence, kind, company_id, subject_kind, subject_id from event where sequence > $1{} order by sequence"

# The newest row always stays, and with it the knowledge of what was numbered and what was forgotten.
_FORGET = """
delete from event where sequence = any(array(select sequence from event order by sequence limit $2))
  and recorded_at < $1 and sequence < (select max(sequence) from event)
"""


@dataclass(frozen=True)
class Event:
    """Something that happened to a record."""

    sequence: int
    kind: str
    company: UUID | None
    table: str
    subject: UUID


@dataclass(frozen=True)
class Topic:
    """Which events somebody follows.

    Of credit holds: those of some companies, or of all (`keys` is None). Of customers, those of their exposure, and of
    jobs: of the records with these keys.
    """

    table: str
    keys: frozenset[UUID] | None

    def holds(self, event: Event) -> bool:
        """Whether an event is one of them."""
        if event.table != self.table or (self.table == CUSTOMER and event.kind != EXPOSURE_CHANGED):
            return False
        return self.keys is None or (event.company if self.table == CREDIT_HOLD else event.subject) in self.keys


@dataclass(frozen=True)
class Span:
    """The lowest and the highest number of an event that is kept; (0, 0) where there never was one."""

    oldest: int
    newest: int

    def reaches(self, sequence: int) -> bool:
        """Whether everything after a number is still kept, and the number was ever given."""
        return self.oldest - 1 <= sequence <= self.newest


async def number(conn: Connection, most: int = AT_ONCE) -> int:
    """Number events that were committed and are not numbered yet, up to `most`; how many were.

    None when somebody else is about it. No transaction may be open on the connection: others would wait for its end.
    """
    numbered: int = await conn.fetchval(_NUMBER, most)
    return numbered


async def number_all(conn: Connection) -> None:
    """Number every event that was committed, unless somebody else is about it."""
    while await number(conn) == AT_ONCE:
        pass


async def span(conn: Connection) -> Span:
    """Which events are kept."""
    row = await conn.fetchrow("select coalesce(min(sequence), 0), coalesce(max(sequence), 0) from event")
    return Span(*row)


async def after(conn: Connection, sequence: int, topic: Topic | None = None, most: int = AT_ONCE) -> Sequence[Event]:
    """The events after a number, in order, at most so many: all, or those of a topic."""
    if topic is None:
        rows = await conn.fetch(_READ.format("") + " limit $2", sequence, most)
    else:
        keys = None if topic.keys is None else sorted(topic.keys)
        rows = await conn.fetch(_READ.format(f" and {_OF[topic.table]}") + " limit $2", sequence, most, keys)
    return [_event(*row) for row in rows]


async def forget(conn: Connection, before: datetime, most: int = AT_ONCE) -> int:
    """Forget events that were written before a moment, the oldest first and up to `most`; how many were."""
    tag: str = await conn.execute(_FORGET, before, most)
    return int(tag.rsplit(" ", 1)[1])


def _event(sequence: int, kind: str, company: UUID | None, table: str, subject: Any) -> Event:
    return Event(sequence, kind, company, table, subject)
