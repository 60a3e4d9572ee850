"""Events: numbered once they could be seen, so that whoever reads on from a number misses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from persistence import balances, events
from persistence.events import CREDIT_HOLD, CUSTOMER, EXPOSURE_CHANGED, JOB, Span, Topic
from persistence.keys import new_key

WRITE = """
insert into outbox (kind, company_id, subject_id, payload)
values ($1, $2, $3, jsonb_build_object('table', $4::text))
"""


@pytest.fixture(autouse=True)
async def nothing_told(pool: asyncpg.Pool) -> None:
    await pool.execute("truncate event, outbox, movement_tail, company_balance restart identity")


async def write(conn: Any, table: str, kind: str = "CHANGED", company: UUID | None = None) -> UUID:
    subject = new_key()
    await conn.execute(WRITE, kind, company, subject, table)
    return subject


async def subjects_after(pool: asyncpg.Pool, sequence: int, topic: Topic | None = None) -> list[UUID]:
    return [one.subject for one in await events.after(pool, sequence, topic)]


async def test_a_transaction_that_began_first_and_is_committed_last_is_not_missed(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as first, pool.acquire() as second:
        slow, quick = first.transaction(), second.transaction()
        await slow.start()
        early = await write(first, JOB)
        await quick.start()
        late = await write(second, JOB)
        await quick.commit()
        await events.number_all(second)
        (seen,) = await events.after(second, 0)
        assert seen.subject == late
        await slow.commit()
        await events.number_all(second)
    assert await subjects_after(pool, seen.sequence) == [early]
    assert await subjects_after(pool, 0) == [late, early]


async def test_what_a_long_transaction_holds_back_holds_back_nobody_else(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as long, long.transaction():
        await write(long, CUSTOMER, EXPOSURE_CHANGED)
        told = await write(pool, JOB)
        await events.number_all(pool)
        assert await subjects_after(pool, 0) == [told]


async def test_one_numbers_at_a_time_and_nobody_waits_for_it(pool: asyncpg.Pool) -> None:
    told = await write(pool, JOB)
    async with pool.acquire() as other:
        async with other.transaction():
            await other.execute("select pg_advisory_xact_lock($1)", events.NUMBERING)
            assert await events.number(pool) == 0
        assert await subjects_after(pool, 0) == []
    assert await events.number(pool) == 1
    assert await subjects_after(pool, 0) == [told]


async def test_events_are_numbered_in_the_order_of_writing_in_as_many_steps_as_it_takes(pool: asyncpg.Pool) -> None:
    written = [await write(pool, JOB) for _ in range(7)]
    assert [await events.number(pool, most=3) for _ in range(4)] == [3, 3, 1, 0]
    found = await events.after(pool, 0)
    assert [one.subject for one in found] == written
    assert [one.sequence for one in found] == sorted({one.sequence for one in found})
    assert await subjects_after(pool, found[4].sequence) == written[5:]
    assert [one.subject for one in await events.after(pool, 0, most=2)] == written[:2]
    assert await pool.fetchval("select count(*) from outbox") == 0


async def test_a_topic_is_read_and_recognised_alike(pool: asyncpg.Pool) -> None:
    ours, theirs = new_key(), new_key()
    hold = await write(pool, CREDIT_HOLD, company=ours)
    other = await write(pool, CREDIT_HOLD, company=theirs)
    moved = await write(pool, CUSTOMER, EXPOSURE_CHANGED, ours)
    saved = await write(pool, CUSTOMER, "CUSTOMER_SAVED", ours)
    job = await write(pool, JOB)
    await events.number_all(pool)
    everything = await events.after(pool, 0)
    for topic, wanted in [
        (Topic(CREDIT_HOLD, None), [hold, other]),
        (Topic(CREDIT_HOLD, frozenset({ours})), [hold]),
        (Topic(CUSTOMER, frozenset({moved, saved, job})), [moved]),
        (Topic(JOB, frozenset({moved, job})), [job]),
        (Topic(JOB, frozenset()), []),
    ]:
        assert await subjects_after(pool, 0, topic) == wanted
        assert [one.subject for one in everything if topic.holds(one)] == wanted


async def test_whose_exposure_changed_is_told_when_it_is_folded_once_for_all_that_is_folded(
    pool: asyncpg.Pool,
) -> None:
    company, first, second = new_key(), new_key(), new_key()
    row = (
        "insert into movement_tail (id, company_id, category, currency, due_day, amount, customers)"
        " values ($1, $2, 'SALES', 'SEK', '2026-11-29', $3, $4)"
    )
    await pool.execute(row, new_key(), company, 5, [first])
    await pool.execute(row, new_key(), company, 7, None)
    await pool.execute(row, new_key(), company, 0, [second, first])
    await balances.fold(pool)
    await events.number_all(pool)
    found = await events.after(pool, 0)
    assert {(one.kind, one.table, one.company) for one in found} == {(EXPOSURE_CHANGED, CUSTOMER, company)}
    assert sorted(one.subject for one in found) == sorted([first, second])
    assert await pool.fetchval("select sum(amount) from company_balance") == 12


async def test_old_events_are_forgotten_but_never_the_newest(pool: asyncpg.Pool) -> None:
    assert await events.span(pool) == Span(0, 0)
    for _ in range(5):
        await write(pool, JOB)
    await events.number_all(pool)
    now = datetime.now(UTC)
    await pool.execute("update event set recorded_at = $1 where sequence > 3", now + timedelta(days=1))
    assert await events.forget(pool, now, most=2) == 2
    assert await events.forget(pool, now, most=2) == 1
    assert await events.forget(pool, now, most=2) == 0
    assert await events.span(pool) == Span(4, 5)
    assert await events.forget(pool, now + timedelta(days=2)) == 1
    assert await events.span(pool) == Span(5, 5)


@pytest.mark.parametrize(
    ("span", "sequence", "reached"),
    [
        (Span(0, 0), 0, True),
        (Span(0, 0), 1, False),
        (Span(1, 9), 0, True),
        (Span(4, 9), 2, False),
        (Span(4, 9), 3, True),
        (Span(4, 9), 9, True),
        (Span(4, 9), 10, False),
    ],
)
async def test_what_followed_a_number_is_known_as_long_as_all_of_it_is_kept(
    span: Span, sequence: int, reached: bool
) -> None:
    assert span.reaches(sequence) is reached
