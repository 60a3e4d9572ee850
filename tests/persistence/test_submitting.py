"""Orders are decided inside the lock of their room, and the ones that wait together are decided together."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.refusal import ErrorCode
from persistence.coalesce import Coalescer
from persistence.database import Connection, Pool, open_pool
from persistence.decisions import decision_of, inputs_of
from persistence.submitting import Submission, Submitted, submit
from tests.persistence.room import NOW, Group


async def outcome(conn: Connection | Pool, answer: Submitted) -> str:
    assert answer.result is not None, answer.refusals
    found: str = await conn.fetchval(
        "select outcome from credit_decision where id = $1::uuid", answer.result["decision"]
    )
    return found


async def one(pool: Pool, submission: Submission) -> Submitted:
    async with pool.acquire() as conn:
        (answer,) = await submit(conn, [submission])
    return answer


async def test_an_order_within_the_limit_passes_and_takes_room(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "1001", "100000")
    answer = await one(pool, await group.order("SE", "1001", "SO-1", "100000"))
    assert await outcome(pool, answer) == "PASSED"
    kept = await pool.fetchrow("select category, amount from balance where customer_id = $1", customer)
    assert tuple(kept) == ("OPEN_ORDERS", 100_000_00)


async def test_an_order_above_the_limit_is_held_and_shown_beside_the_exposure(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "1002", "100000")
    answer = await one(pool, await group.order("SE", "1002", "SO-2", "110000"))
    assert await outcome(pool, answer) == "HELD"
    assert answer.result is not None
    reasons = await pool.fetch("select code from hold_reason where hold_id = $1::uuid", answer.result["credit_hold"])
    assert [row["code"] for row in reasons] == ["CREDIT_LIMIT_EXCEEDED"]
    kept = await pool.fetchrow("select category, amount from balance where customer_id = $1", customer)
    assert tuple(kept) == ("HELD_ORDERS", 110_000_00)


async def test_the_same_key_writes_nothing_and_gives_the_first_answer(pool: Pool, group: Group) -> None:
    await group.add("SE", "1003", "100000")
    first = await one(pool, await group.order("SE", "1003", "SO-3", "60000", key="k"))
    again = await one(pool, await group.order("SE", "1003", "SO-3", "60000", key="k"))
    assert again.replayed
    assert again.result == first.result


async def test_the_same_key_with_another_amount_is_refused(pool: Pool, group: Group) -> None:
    await group.add("SE", "1004", "100000")
    await one(pool, await group.order("SE", "1004", "SO-4", "60000", key="k2"))
    other = await one(pool, await group.order("SE", "1004", "SO-4", "60001", key="k2"))
    assert [refusal.code for refusal in other.refusals] == [ErrorCode.IDEMPOTENCY_KEY_REUSED]


async def test_the_same_number_with_another_amount_is_refused_and_nothing_changes(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "1005", "100000")
    await one(pool, await group.order("SE", "1005", "SO-5", "60000"))
    other = await one(pool, await group.order("SE", "1005", "SO-5", "50000"))
    assert [refusal.code for refusal in other.refusals] == [ErrorCode.DOCUMENT_DIFFERS]
    assert await pool.fetchval("select sum(amount) from balance where customer_id = $1", customer) == 60_000_00


async def test_an_order_sent_again_is_not_counted_twice(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "1006", "100000")
    await one(pool, await group.order("SE", "1006", "SO-6", "100000"))
    answer = await one(pool, await group.order("SE", "1006", "SO-6", "100000"))
    assert await outcome(pool, answer) == "PASSED"
    assert await pool.fetchval("select sum(amount) from balance where customer_id = $1", customer) == 100_000_00


async def test_a_missing_rate_refuses_the_order_and_writes_nothing(pool: Pool, group: Group) -> None:
    await group.add("SE", "1007", "100000")
    answer = await one(pool, await group.order("SE", "1007", "SO-7", "100", currency="USD"))
    assert [refusal.code for refusal in answer.refusals] == [ErrorCode.RATE_MISSING]
    assert await pool.fetchval("select count(*) from document_number where number = 'SO-7'") == 0


async def test_a_decision_made_again_from_its_stored_inputs_is_the_same(pool: Pool, group: Group) -> None:
    from domain.check import check

    await group.share("1000000")
    await group.add("FI", "1008", "10000", in_group=True)
    answer = await one(pool, await group.order("FI", "1008", "SO-8", "11000"))
    assert answer.result is not None
    row = await pool.fetchrow(
        "select result, inputs from credit_decision where id = $1::uuid", answer.result["decision"]
    )
    decision = decision_of(row["result"])
    assert check(*inputs_of(row["inputs"])) == decision
    assert [test.passed for test in decision.tests] == [True, False]


async def test_parallel_orders_never_pass_into_the_same_room(pool: Pool, group: Group, database_url: str) -> None:
    await group.share("20000")
    for place in range(8):
        await group.add("SE" if place % 2 else "FI", f"20{place}", "1000000", in_group=True)
    submissions = [
        await group.order("SE" if n % 2 else "FI", f"20{n % 8}", f"P-{n}", "1000", currency="SEK") for n in range(64)
    ]
    pools = [pool, await open_pool(database_url, max_size=8)]

    def coalescer(of: Pool) -> Coalescer[Submission, Submitted]:
        async def run(batch: list[Submission]) -> list[Submitted]:
            async with of.acquire() as conn:
                return await submit(conn, batch)

        return Coalescer(run)

    processes = [coalescer(one_pool) for one_pool in pools]
    answers = await asyncio.gather(
        *(processes[n % 3 % 2].ask(group.group, submission) for n, submission in enumerate(submissions))
    )
    await pools[1].close()
    outcomes = [await outcome(pool, answer) for answer in answers]
    assert outcomes.count("PASSED") == 20
    assert outcomes.count("HELD") == 44
    taken = await pool.fetchval(
        "select sum(amount) from balance where category = 'OPEN_ORDERS' and customer_id = any($1)",
        list(group.customers.values()),
    )
    assert Decimal(taken) == 20_000_00


async def test_a_refused_order_does_not_disturb_those_decided_with_it(pool: Pool, group: Group) -> None:
    await group.add("SE", "3001", "1000")
    batch = [
        await group.order("SE", "3001", "R-1", "100"),
        await group.order("SE", "nobody", "R-2", "100"),
        await group.order("SE", "3001", "R-3", "100.005"),
        await group.order("SE", "3001", "R-4", "900"),
    ]
    async with pool.acquire() as conn:
        answers = await submit(conn, batch)
    assert [await outcome(pool, answers[n]) for n in (0, 3)] == ["PASSED", "PASSED"]
    assert [answers[n].refusals[0].code for n in (1, 2)] == [ErrorCode.NOT_FOUND, ErrorCode.AMOUNT_PRECISION]


async def test_a_member_is_tested_and_counted_by_its_own_companys_day(pool: Pool, group: Group) -> None:
    """At midnight in Helsinki it is still yesterday in Stockholm, where the group is."""
    await group.share("1000")
    member = await group.add("FI", "4001", "100000")
    await pool.execute(
        "insert into credit_group_member (customer_id, credit_group_id, from_day, recorded_at) values ($1, $2, $3, $4)",
        member,
        group.group,
        date(2026, 11, 24),
        NOW,
    )
    between = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    first = replace(await group.order("FI", "4001", "M-1", "1000", currency="SEK"), now=between)
    second = replace(await group.order("FI", "4001", "M-2", "1", currency="SEK"), now=between)
    assert await outcome(pool, await one(pool, first)) == "PASSED"
    assert await outcome(pool, await one(pool, second)) == "HELD"


async def test_an_order_sent_twice_at_once_under_two_keys_has_one_hold(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "10")
    batch = [await group.order("SE", "1", "TWICE", "100") for _ in range(2)]
    async with pool.acquire() as conn:
        first, second = await submit(conn, batch)
    assert first.result is not None
    assert second.result is not None
    assert first.result["credit_hold"] == second.result["credit_hold"]
    holds = await pool.fetchval(
        "select count(*) from credit_hold where sales_order_id = $1::uuid", first.result["sales_order"]
    )
    assert holds == 1


async def test_nobody_waits_for_a_worker_that_is_gone() -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def run(batch: list[int]) -> list[int]:
        begun.set()
        await going_on.wait()
        return batch

    waiting = Coalescer(run)
    first = asyncio.create_task(waiting.ask("room", 1))
    await begun.wait()
    second = asyncio.create_task(waiting.ask("room", 2))
    await asyncio.sleep(0)
    (worker,) = waiting._workers
    worker.cancel()
    for one in (first, second):
        with pytest.raises(asyncio.CancelledError):
            await one
    going_on.set()
    assert await waiting.ask("room", 3) == 3
