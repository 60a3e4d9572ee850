"""Holds end by people or by facts, and the room that becomes free is given once, oldest first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.audit import AuditEventKind
from domain.facts import Checkpoint
from domain.money import Money
from domain.refusal import ErrorCode
from domain.role import Role
from persistence.database import Pool
from persistence.keys import new_key
from persistence.looking_again import look_again
from persistence.reevaluating import reevaluate
from persistence.statements import insert
from persistence.submitting import submit
from persistence.tables.limits import credit_limit_entry
from persistence.tables.reference import reason
from persistence.take import Taken, Transaction, take
from persistence.writing import holds
from persistence.writing.finding import RecordKey
from persistence.writing.forced_holds import HoldWanted, force
from persistence.writing.orders import cancel_order
from persistence.writing.release_requests import Releasing
from tests.persistence.room import NOW, Group


@pytest.fixture
async def release_reason(pool: Pool) -> UUID:
    key = new_key()
    async with pool.acquire() as conn:
        await insert(conn, reason, [{"id": key, "code": key.hex[-8:], "name": "Director's word", "kind": "RELEASE"}])
    return key


async def act(pool: Pool, group: Group, action: Callable[[Transaction], Awaitable[Any]], days: int = 0) -> Taken:
    granted = {await group.code(name): company for name, company in group.companies.items()}
    return await take(
        pool,
        action,
        actor=group.actor,
        now=NOW + timedelta(days=days),
        granted=granted,
        kind=AuditEventKind.CREDIT_RELEASED,
    )


def who(group: Group) -> Releasing:
    """A credit manager of every company."""
    return Releasing(lambda company: {Role.CREDIT_MANAGER}, group.companies.values())


async def send(
    pool: Pool,
    group: Group,
    account: str,
    number: str,
    amount: str,
    step: Checkpoint = Checkpoint.CONFIRMATION,
    days: int = 0,
) -> dict[str, str]:
    submission = await group.order("SE", account, number, amount)
    submission = replace(submission, order=replace(submission.order, checkpoint=step), now=NOW + timedelta(days=days))
    async with pool.acquire() as conn:
        (answer,) = await submit(conn, [submission])
    assert answer.result is not None, answer.refusals
    return dict(answer.result)


async def status(pool: Pool, hold: str) -> str:
    found: str = await pool.fetchval("select status from credit_hold where id = $1::uuid", hold)
    return found


async def order_status(pool: Pool, order: str) -> str:
    found: str = await pool.fetchval("select status from sales_order where id = $1::uuid", order)
    return found


async def taken_by(pool: Pool, customer: UUID) -> dict[str, int]:
    rows = await pool.fetch(
        "select category, sum(amount)::bigint as amount from balance where customer_id = $1 group by category", customer
    )
    return {row["category"]: row["amount"] for row in rows if row["amount"]}


async def outcome(pool: Pool, decision: str) -> str:
    found: str = await pool.fetchval("select outcome from credit_decision where id = $1::uuid", decision)
    return found


async def test_a_released_order_takes_room_and_passes_the_next_step(
    pool: Pool, group: Group, release_reason: UUID
) -> None:
    customer = await group.add("SE", "1", "1000")
    sent = await send(pool, group, "1", "A", "1500")
    wanted = holds.ReleaseWanted(UUID(sent["credit_hold"]), release_reason)
    taken = await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    assert not taken.refusals
    assert await status(pool, sent["credit_hold"]) == "RELEASED"
    assert await taken_by(pool, customer) == {"OPEN_ORDERS": 1500_00}
    later = await send(pool, group, "1", "A", "1500", Checkpoint.PACKING_SLIP, days=3)
    assert await outcome(pool, later["decision"]) == "NOT_CHECKED"


async def test_a_release_ends_after_its_last_day_and_the_order_is_checked_again(
    pool: Pool, group: Group, release_reason: UUID
) -> None:
    await group.add("SE", "2", "1000")
    sent = await send(pool, group, "2", "B", "1500")
    wanted = holds.ReleaseWanted(UUID(sent["credit_hold"]), release_reason, last_date=NOW.date() + timedelta(days=2))
    await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    inside = await send(pool, group, "2", "B", "1500", Checkpoint.PACKING_SLIP, days=2)
    after = await send(pool, group, "2", "B", "1500", Checkpoint.PACKING_SLIP, days=3)
    assert await outcome(pool, inside["decision"]) == "NOT_CHECKED"
    assert await outcome(pool, after["decision"]) == "HELD"


async def test_a_hold_is_released_once(pool: Pool, group: Group, release_reason: UUID) -> None:
    await group.add("SE", "3", "1000")
    sent = await send(pool, group, "3", "C", "1500")
    wanted = holds.ReleaseWanted(UUID(sent["credit_hold"]), release_reason)
    await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    again = await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    assert [refusal.code for refusal in again.refusals] == [ErrorCode.WRONG_STATUS]
    assert await pool.fetchval("select count(*) from credit_release where hold_id = $1::uuid", sent["credit_hold"]) == 1


async def test_a_release_needs_a_reason_for_releases(pool: Pool, group: Group) -> None:
    await group.add("SE", "4", "1000")
    sent = await send(pool, group, "4", "D", "1500")
    wanted = holds.ReleaseWanted(UUID(sent["credit_hold"]), new_key())
    taken = await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    assert [refusal.code for refusal in taken.refusals] == [ErrorCode.REASON_REQUIRED]
    assert await status(pool, sent["credit_hold"]) == "OPEN"


async def test_a_stale_version_is_refused_with_the_hold_as_it_is(
    pool: Pool, group: Group, release_reason: UUID
) -> None:
    await group.add("SE", "5", "1000")
    sent = await send(pool, group, "5", "E", "1500")
    hold = UUID(sent["credit_hold"])
    await act(pool, group, lambda tx: holds.update(tx, holds.HoldChange(hold, {"notes": "called"})))
    wanted = holds.ReleaseWanted(hold, release_reason, expected_version=1)
    taken = await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    (refusal,) = taken.refusals
    assert (refusal.code, refusal.node) == (ErrorCode.VERSION_CONFLICT, ("credit_hold", hold))


async def test_a_ceiling_in_another_currency_is_refused(pool: Pool, group: Group, release_reason: UUID) -> None:
    await group.add("SE", "6", "1000")
    sent = await send(pool, group, "6", "F", "1500")
    wanted = holds.ReleaseWanted(UUID(sent["credit_hold"]), release_reason, ceiling=Money(Decimal(2000), "EUR"))
    taken = await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    assert [refusal.code for refusal in taken.refusals] == [ErrorCode.CURRENCY_MISMATCH]


async def test_a_rejected_order_takes_nothing(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "7", "1000")
    sent = await send(pool, group, "7", "G", "1500")
    await act(pool, group, lambda tx: holds.reject(tx, UUID(sent["credit_hold"]), "no", None))
    assert await order_status(pool, sent["sales_order"]) == "REJECTED"
    assert await taken_by(pool, customer) == {}


async def test_rejecting_one_order_frees_the_oldest_that_waits(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "8", "1000")
    await pool.execute("update credit_parameters set release_when_ready = true")
    passed = await send(pool, group, "8", "H1", "1000")
    older = await send(pool, group, "8", "H2", "600")
    younger = await send(pool, group, "8", "H3", "500")
    forced = await act(pool, group, lambda tx: force(tx, HoldWanted(UUID(passed["sales_order"]))))
    await act(pool, group, lambda tx: holds.reject(tx, UUID(forced.result["credit_hold"]), None, None))
    assert await status(pool, older["credit_hold"]) == "RELEASED"
    assert await status(pool, younger["credit_hold"]) == "OPEN"
    assert await taken_by(pool, customer) == {"OPEN_ORDERS": 600_00, "HELD_ORDERS": 500_00}


async def test_a_hold_waits_ready_where_the_company_does_not_release_by_itself(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "9", "1000")
    sent = await send(pool, group, "9", "I", "1500")
    await group.limit("customer_id", customer, "2000", "SEK")

    async def look_again(tx: Transaction) -> dict[str, Any]:
        await tx.lock([customer])
        await reevaluate(tx, [customer])
        return {}

    await act(pool, group, look_again)
    assert await status(pool, sent["credit_hold"]) == "READY_TO_RELEASE"
    active = await pool.fetchval(
        "select bool_or(active) from hold_reason where hold_id = $1::uuid", sent["credit_hold"]
    )
    assert not active
    assert await taken_by(pool, customer) == {"HELD_ORDERS": 1500_00}


async def test_a_forced_hold_is_never_released_by_itself(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "10", "1000")
    await pool.execute("update credit_parameters set release_when_ready = true")
    sent = await send(pool, group, "10", "J", "500")
    forced = await act(pool, group, lambda tx: force(tx, HoldWanted(UUID(sent["sales_order"]), note="ask me")))
    hold = forced.result["credit_hold"]

    async def look_again(tx: Transaction) -> dict[str, Any]:
        await tx.lock([customer])
        await reevaluate(tx, [customer])
        return {}

    await act(pool, group, look_again)
    assert await status(pool, hold) == "OPEN"
    assert await taken_by(pool, customer) == {"OPEN_ORDERS": 500_00}, "it was admitted: it keeps its room"


@pytest.mark.parametrize(("read", "code"), [("FI", ErrorCode.NOT_FOUND), ("SE", ErrorCode.FORBIDDEN)])
async def test_a_hold_of_a_company_that_is_not_granted_is_forbidden_where_it_may_be_read(
    pool: Pool, group: Group, release_reason: UUID, read: str, code: ErrorCode
) -> None:
    await group.add("SE", "11", "1000")
    sent = await send(pool, group, "11", "K", "1500")
    wanted = holds.ReleaseWanted(UUID(sent["credit_hold"]), release_reason)
    taken = await take(
        pool,
        lambda tx: holds.release(tx, wanted, who(group)),
        actor=group.actor,
        now=NOW,
        granted={await group.code("FI"): group.companies["FI"]},
        kind=AuditEventKind.CREDIT_RELEASED,
        readable=[group.companies[read]],
    )
    assert [refusal.code for refusal in taken.refusals] == [code]
    assert await status(pool, sent["credit_hold"]) == "OPEN"


async def test_a_refusal_is_on_record(pool: Pool, group: Group) -> None:
    wanted = holds.ReleaseWanted(new_key(), new_key())
    await act(pool, group, lambda tx: holds.release(tx, wanted, who(group)))
    row = await pool.fetchrow("select kind, refused from audit_event where actor_id = $1 and refused", group.actor)
    assert tuple(row) == ("CREDIT_RELEASED", True)


async def test_a_day_that_changes_looks_at_holds_again(pool: Pool, group: Group) -> None:
    customer = await group.add("SE", "12", "1000")
    sent = await send(pool, group, "12", "L", "1500")
    row = {"holder_id": customer, "id": new_key(), "customer_id": customer, "kind": "TEMPORARY", "currency": "SEK"}
    days = {"from_day": NOW.date() + timedelta(days=1), "until_day": NOW.date() + timedelta(days=9)}
    async with pool.acquire() as conn:
        await insert(conn, credit_limit_entry, [row | days | {"amount": Decimal(2000)}])
    await look_again(pool, NOW)
    assert await status(pool, sent["credit_hold"]) == "OPEN"
    await look_again(pool, NOW + timedelta(days=1))
    assert await status(pool, sent["credit_hold"]) == "READY_TO_RELEASE"


async def test_room_that_a_member_frees_before_it_leaves_is_given_to_the_others(pool: Pool, group: Group) -> None:
    await group.share("1000")
    leaving = await group.add("SE", "L1", "10000", in_group=True)
    await group.add("FI", "L2", "10000", in_group=True)
    await pool.execute(
        "update credit_group_member set until_day = $2 where customer_id = $1", leaving, NOW.date() + timedelta(days=9)
    )
    filling = await send(pool, group, "L1", "L-1", "1000")
    sent = await group.order("FI", "L2", "L-2", "50")
    async with pool.acquire() as conn:
        (answer,) = await submit(conn, [sent])
    assert answer.result is not None
    assert await status(pool, answer.result["credit_hold"]) == "OPEN"
    taken = await act(pool, group, lambda tx: cancel_order(tx, RecordKey(UUID(filling["sales_order"])), None))
    assert not taken.refusals
    assert await status(pool, answer.result["credit_hold"]) == "READY_TO_RELEASE"
