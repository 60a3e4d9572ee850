"""A party with limits is a room of all its customers: locked before groups and customers, loaded whole, never late."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.audit import AuditEventKind
from domain.exposure import Category
from domain.party_limits import PARTY
from persistence.database import Connection, Pool
from persistence.facts import Moment, facts_of
from persistence.keys import new_key
from persistence.looking_again import look_again
from persistence.rooms import Looked, load, lock, look, room_of
from persistence.statements import insert
from persistence.submitting import submit, submit_free
from persistence.tables.customer import credit_group_member
from persistence.tables.party_limits import party_limits
from persistence.take import MovedMeanwhile, Transaction, take
from tests.persistence.room import NOW, Group
from tests.persistence.test_rooms import asked, owing, receiving


async def one_party(conn: Connection, group: Group, *accounts: str) -> UUID:
    """These customers are one party from now on."""
    keys = [group.customers[account] for account in accounts]
    party: UUID = await conn.fetchval("select party_id from customer where id = $1", keys[0])
    await conn.execute("update customer set party_id = $1 where id = any($2)", party, keys)
    return party


async def limit(conn: Connection, group: Group, table: str, holder: UUID, **values: Any) -> None:
    """Limits in force of a party or a customer, which hold."""
    key = new_key()
    row = {"id": key, "holder_id": holder, f"{table}_id": holder, "reaction": "HOLD", "currency": "SEK"}
    row |= {"from_day": NOW.date(), "saved_by_id": group.actor, **values}
    await insert(conn, party_limits, [row])
    await conn.execute(f"update {table} set limits_id = $1 where id = $2", key, holder)


@pytest.fixture
async def party(pool: Pool, group: Group) -> UUID:
    """One party, a customer in Sweden (1) and in Finland (2), beside another customer (3)."""
    for country, account in (("SE", "1"), ("FI", "2"), ("SE", "3")):
        await group.add(country, account, "100000")
    async with pool.acquire() as conn:
        return await one_party(conn, group, "1", "2")


async def test_facts_of_a_party_are_the_same_however_they_were_read(pool: Pool, group: Group, party: UUID) -> None:
    async with pool.acquire() as conn:
        await limit(conn, group, PARTY, party, ceiling=Decimal(500), turnover_percent=Decimal(5), turnover_rolling=True)
        await limit(conn, group, "customer", group.customers["3"], max_days_overdue=3)
        for country, account in (("SE", "1"), ("FI", "2"), ("SE", "3")):
            await owing(conn, group, account, country)
        await conn.execute("update credit_parameters set pending_receipt_days = 2")
        await conn.execute("update balance set amount = 1000 where category = 'DISPUTED'")
        await receiving(conn, group, "1", "SE", 3000, 1)
        await receiving(conn, group, "2", "FI", 4000, 0)
        wanted = asked(
            [await group.order(*one, f"party-{one[1]}", "1") for one in (("SE", "1"), ("FI", "2"), ("SE", "3"))]
        )
        async with conn.transaction():
            looked = await look(conn, wanted, NOW)
            await lock(conn, looked, wanted)
            loaded = (await load(conn, looked, wanted)).facts
        kept = await facts_of(conn, loaded, Moment(NOW), ["SEK", "EUR"])
    first, second, third = (loaded[group.customers[account]] for account in ("1", "2", "3"))
    assert first.party == second.party
    assert first.party is not None
    assert first.party.turnover is not None
    for key, facts in loaded.items():
        assert facts.party == kept[key].party
        assert facts.customer.own == kept[key].customer.own
    assert third.party is None
    assert third.customer.own is not None
    covers = (one for one in first.party.balances if one.category is Category.COVERED and one.amount.currency == "SEK")
    assert sorted(one.amount.amount for one in covers) == [Decimal(8), Decimal(30), Decimal(32)], "each what is its own"
    days = {balance.due for balance in first.party.balances if balance.category.value == "OPEN_ORDERS"}
    assert days == {None}, "only what is claimed keeps its days"


async def test_an_order_waits_for_the_party_that_somebody_has_locked(pool: Pool, group: Group, party: UUID) -> None:
    async with pool.acquire() as conn:
        await limit(conn, group, PARTY, party, ceiling=Decimal(500))
    orders = [await group.order(*one, f"waits-{one[1]}", "1") for one in (("FI", "2"), ("SE", "3"))]
    async with pool.acquire() as other, other.transaction(), pool.acquire() as conn:
        await other.execute("select 1 from party where id = $1 for no key update", party)
        waiting, done = await submit_free(conn, orders, {})
    assert (waiting, done is not None) == (None, True)


async def test_customers_of_a_party_wait_in_one_room_once_it_has_limits(pool: Pool, group: Group, party: UUID) -> None:
    async with pool.acquire() as conn:
        wanted = asked([await group.order("SE", "1", "ROOM-1", "1"), await group.order("FI", "2", "ROOM-2", "1")])

        async def rooms() -> set[UUID]:
            found: Looked = await look(conn, wanted, NOW)
            return {room_of(row) for row in found.whose.values()}

        assert await rooms() == {group.customers["1"], group.customers["2"]}
        await limit(conn, group, PARTY, party, ceiling=Decimal(500))
        assert await rooms() == {party}


async def test_limits_saved_between_looking_and_locking_make_the_transaction_begin_anew(
    pool: Pool, group: Group, party: UUID
) -> None:
    wanted = asked([await group.order("SE", "1", "SAVED", "1")])
    async with pool.acquire() as conn, conn.transaction():
        looked = await look(conn, wanted, NOW)
        async with pool.acquire() as other:
            await limit(other, group, PARTY, party, ceiling=Decimal(500))
        await lock(conn, looked, wanted)
        with pytest.raises(MovedMeanwhile):
            await load(conn, looked, wanted)


async def test_orders_of_one_transaction_see_what_others_of_the_party_took(
    pool: Pool, group: Group, party: UUID
) -> None:
    async with pool.acquire() as conn:
        await limit(conn, group, PARTY, party, ceiling=Decimal(1000))
        orders = [
            await group.order("SE", "1", "T-1", "600", currency="SEK"),
            await group.order("FI", "2", "T-2", "401", currency="SEK"),
            await group.order("FI", "2", "T-3", "400", currency="SEK"),
        ]
        answers = await submit(conn, orders)
        holds = [one.result["credit_hold"] is not None for one in answers if one.result is not None]
        assert holds == [False, True, False]


@pytest.mark.parametrize("shared", ["party", "group"])
async def test_facts_of_one_company_look_at_the_holds_of_others_in_the_same_room(
    pool: Pool, group: Group, party: UUID, shared: str
) -> None:
    async with pool.acquire() as conn:
        if shared == "party":
            await limit(conn, group, PARTY, party, ceiling=Decimal(500))
        else:
            await group.share("500")
            for account in ("1", "2"):
                key = {"customer_id": group.customers[account], "credit_group_id": group.group}
                await insert(conn, credit_group_member, [key | {"from_day": NOW.date(), "recorded_at": NOW}])
        (held,) = await submit(conn, [await group.order("FI", "2", f"NEAR-{shared}", "600", currency="SEK")])
        assert held.result is not None
    assert await look_again(pool, NOW, [group.companies["SE"]]) == 1
    assert await look_again(pool, NOW, [group.companies["FI"]]) == 1
    await pool.execute("update party set limits_id = null")
    await pool.execute("delete from credit_group_member where credit_group_id is not distinct from $1", group.group)
    assert await look_again(pool, NOW, [group.companies["SE"]]) == 0


async def test_what_reaches_rooms_that_are_not_locked_begins_anew_with_all_of_them(
    pool: Pool, group: Group, party: UUID
) -> None:
    async with pool.acquire() as conn:
        await limit(conn, group, PARTY, party, ceiling=Decimal(500))
    tries: list[frozenset[UUID]] = []

    async def reaching(tx: Transaction) -> Mapping[str, Any]:
        tries.append(tx.also)
        await tx.lock([group.customers["3"]])
        await tx.lock([group.customers["2"]])
        return {}

    granted = {await group.code(name): company for name, company in group.companies.items()}
    await take(pool, reaching, actor=group.actor, now=NOW, granted=granted, kind=AuditEventKind.HOLDS_EVALUATED)
    assert tries == [frozenset(), frozenset({group.customers["2"]})]


async def test_a_change_that_many_get_before_begins_anew_until_it_is_its_turn(pool: Pool, group: Group) -> None:
    tries = 0

    async def overtaken(tx: Transaction) -> Mapping[str, Any]:
        nonlocal tries
        tries += 1
        if tries < 20:
            raise MovedMeanwhile
        return {"done": True}

    granted = {await group.code(name): company for name, company in group.companies.items()}
    kind = AuditEventKind.HOLDS_EVALUATED
    taken = await take(pool, overtaken, actor=group.actor, now=NOW, granted=granted, kind=kind)
    assert (taken.result, tries) == ({"done": True}, 20)


async def test_what_was_locked_with_the_first_is_locked_again_without_beginning_anew(
    pool: Pool, group: Group, party: UUID
) -> None:
    async with pool.acquire() as conn:
        await limit(conn, group, PARTY, party, ceiling=Decimal(500))
    tries = []

    async def reaching(tx: Transaction) -> Mapping[str, Any]:
        tries.append(1)
        await tx.lock([group.customers["1"]])
        await tx.lock([group.customers["2"]])  # another customer of the party, whose room is the same
        return {}

    granted = {await group.code(name): company for name, company in group.companies.items()}
    await take(pool, reaching, actor=group.actor, now=NOW, granted=granted, kind=AuditEventKind.HOLDS_EVALUATED)
    assert tries == [1]
