"""Whose a buyer was is remembered instead of looked for; what is not so any more is found out under the locks."""

from __future__ import annotations

import pytest

from persistence.database import Connection, Pool
from persistence.submitting import Known, Submission, Submitted, ask, queue, submit_free
from persistence.take import MovedMeanwhile
from tests.persistence.room import LONG_AGO, NOW, Group


async def joined(pool: Pool, group: Group, account: str) -> None:
    """The customer is in the credit group from now on."""
    joining = (
        "insert into credit_group_member (customer_id, credit_group_id, from_day, recorded_at) values ($1, $2, $3, $4)"
    )
    await pool.execute(joining, group.customers[account], group.group, LONG_AGO, NOW)


async def outcome(pool: Pool, answer: Submitted) -> str:
    assert answer.result is not None, answer.refusals
    found: str = await pool.fetchval(
        "select outcome from credit_decision where id = $1::uuid", answer.result["decision"]
    )
    return found


async def sent(conn: Connection, submissions: list[Submission], known: Known) -> list[str]:
    """What is sent for some orders."""
    statements: list[str] = []

    def listen(query: object) -> None:
        statements.append(query.query)  # type: ignore[attr-defined]

    conn.add_query_logger(listen)
    try:
        answers = await submit_free(conn, submissions, known)
    finally:
        conn.remove_query_logger(listen)
    assert all(answer is not None and answer.result is not None for answer in answers)
    # The driver tells of a statement a moment after it, so that of the last nobody may hear any more.
    return [sent for sent in statements if sent != "commit"]


async def test_a_buyer_that_ordered_before_is_not_looked_for(pool: Pool, group: Group) -> None:
    for account in ("1", "2"):
        await group.add("SE", account, "1000")
    known: Known = {}
    async with pool.acquire() as conn:
        await sent(conn, [await group.order("SE", a, f"first-{a}", "1") for a in ("1", "2")], known)
        remembered = await sent(conn, [await group.order("SE", a, f"again-{a}", "1") for a in ("1", "2")], known)
        looked_for = await sent(conn, [await group.order("SE", a, f"anew-{a}", "1") for a in ("1", "2")], {})
    assert len(looked_for) == len(remembered) + 1


async def test_who_joined_a_group_since_is_tested_by_its_limit(pool: Pool, group: Group) -> None:
    await group.share("10")
    await group.add("SE", "1", "1000")
    waiting = queue(pool)
    assert await outcome(pool, await ask(waiting, await group.order("SE", "1", "before", "5"))) == "PASSED"
    await joined(pool, group, "1")
    assert await outcome(pool, await ask(waiting, await group.order("SE", "1", "after", "6"))) == "HELD"


async def test_what_is_not_so_any_more_is_forgotten(pool: Pool, group: Group) -> None:
    await group.share("10")
    await group.add("SE", "1", "1000")
    known: Known = {}
    async with pool.acquire() as conn:
        await submit_free(conn, [await group.order("SE", "1", "before", "5")], known)
        await joined(pool, group, "1")
        again = [await group.order("SE", "1", "after", "6")]
        with pytest.raises(MovedMeanwhile):
            await submit_free(conn, again, known)
        assert known == {}
        (answer,) = await submit_free(conn, again, known)
    assert answer is not None
    assert await outcome(pool, answer) == "HELD"


async def test_a_buyer_under_another_number_is_not_taken_for_the_one_that_had_it(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "1000")
    known: Known = {}
    async with pool.acquire() as conn:
        await submit_free(conn, [await group.order("SE", "1", "before", "5")], known)
        await pool.execute("update customer set account = 'old' where id = $1", group.customers["1"])
        other = await group.add("SE", "1", "1000")
        again = [await group.order("SE", "1", "after", "5")]
        with pytest.raises(MovedMeanwhile):
            await submit_free(conn, again, known)
        (answer,) = await submit_free(conn, again, known)
    assert answer is not None
    assert answer.result is not None
    entered = "select customer_id from sales_order where id = $1::uuid"
    assert await pool.fetchval(entered, answer.result["sales_order"]) == other


async def test_an_order_that_was_entered_under_another_payer_is_looked_for(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "1000")
    payer = await group.add("SE", "2", "1000")
    known: Known = {}
    paid_by = "insert into customer_payer (customer_id, payer_id, from_day, recorded_at) values ($1, $2, $3, $4)"
    async with pool.acquire() as conn:
        await submit_free(conn, [await group.order("SE", "1", "early", "5")], {})
        await pool.execute(paid_by, group.customers["1"], payer, LONG_AGO, NOW)
        await submit_free(conn, [await group.order("SE", "1", "late", "5")], known)
        again = [await group.order("SE", "1", "early", "5", key="second")]
        with pytest.raises(MovedMeanwhile):
            await submit_free(conn, again, known)
        (answer,) = await submit_free(conn, again, known)
    assert answer is not None
    assert answer.result is not None
    of_order = "select customer_id from credit_decision where id = $1::uuid"
    assert await pool.fetchval(of_order, answer.result["decision"]) == group.customers["1"]


async def test_an_order_that_is_known_needs_no_second_transaction(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "1000")
    known: Known = {}
    async with pool.acquire() as conn:
        first = await group.order("SE", "1", "same", "5")
        (done,) = await submit_free(conn, [first], known)
        (other_key,) = await submit_free(conn, [await group.order("SE", "1", "same", "5", key="second")], known)
    assert done is not None
    assert other_key is not None
    assert done.result is not None
    assert other_key.result is not None
    assert other_key.result["sales_order"] == done.result["sales_order"]


async def test_an_order_that_is_known_is_the_same_order(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "1000")
    waiting = queue(pool)
    first = await group.order("SE", "1", "same", "5", key="first")
    done = await ask(waiting, first)
    replayed = await ask(waiting, first)
    other_key = await ask(waiting, await group.order("SE", "1", "same", "5", key="second"))
    assert replayed.replayed
    assert replayed.result == done.result
    assert other_key.result is not None
    assert done.result is not None
    assert other_key.result["sales_order"] == done.result["sales_order"]
