"""The rooms of many orders are looked for, locked and loaded at once, and are what they are when read one by one."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.check import check
from domain.facts import Order
from domain.money import Money
from domain.refusal import ErrorCode
from persistence.balances import add_to_balances
from persistence.database import Connection, Pool
from persistence.facts import Moment, facts_of
from persistence.idempotency import KEPT, Key
from persistence.keys import new_key
from persistence.rooms import Asked, Named, load, lock, look, room_of
from persistence.statements import Row, insert
from persistence.submitting import Submission, ask, queue, submit, submit_free
from persistence.tables.company import blocking_rule
from persistence.tables.limits import collateral
from persistence.tables.movements import movement
from persistence.tables.receivables import payment
from persistence.take import MovedMeanwhile
from tests.persistence.room import LONG_AGO, NOW, Group

TODAY = NOW.date()


def asked(submissions: Sequence[Submission]) -> list[Asked]:
    """The rooms that submissions want."""
    return [
        Asked(
            buyer=(one.granted[one.order.company], one.order.account),
            number=(one.granted[one.order.company], one.order.number),
            currency=one.order.amount.currency,
            key=one.key,
        )
        for one in submissions
    ]


async def owing(conn: Connection, group: Group, account: str, country: str) -> None:
    """Balances of every category, in two currencies and on days past and to come."""
    customer, company = group.customers[account], group.companies[country]
    categories = ("RECEIVABLES", "DISPUTED", "UNAPPLIED", "OPEN_ORDERS", "OPEN_DELIVERIES", "HELD_ORDERS", "SALES")
    sums = [
        (customer, company, category, currency, TODAY + timedelta(days=days), -700 if category == "UNAPPLIED" else 4200)
        for category in categories
        for currency in ("EUR", "SEK")
        for days in (-40, -1, 0, 1, 60)
    ]
    await add_to_balances(conn, sums)


async def receiving(conn: Connection, group: Group, account: str, country: str, amount: int, ago: int) -> None:
    """Money in both currencies that came so many days ago and settled nothing yet, in minor units."""
    owner = {"customer_id": group.customers[account], "company_id": group.companies[country]}
    paid_on, row = TODAY - timedelta(days=ago), {"kind": "RECEIPT", "status": "COLLECTED"}
    for currency in ("EUR", "SEK"):
        key, money = new_key(), {"amount": Decimal(amount).scaleb(-2), "currency": currency}
        await insert(conn, payment, [{**owner, "id": key, **row, "number": key.hex, **money, "paid_on": paid_on}])
        moved = {"id": new_key(), "category": "UNAPPLIED", "currency": currency, "day": paid_on, "due_day": paid_on}
        await insert(conn, movement, [{**owner, **moved, "amount": -amount, "source_id": key, "recorded_at": NOW}])


@pytest.mark.parametrize("horizon", [None, 30])
async def test_a_decision_is_the_same_however_its_facts_were_read(
    pool: Pool, group: Group, horizon: int | None
) -> None:
    await group.share("60000")
    for country, account, in_group in (("SE", "1", True), ("FI", "2", True), ("SE", "3", False), ("FI", "4", False)):
        await group.add(country, account, "5000" if account != "4" else None, in_group=in_group)
    await pool.execute("update credit_group set order_horizon_days = $1 where id = $2", horizon, group.group)
    for country in ("SE", "FI"):
        company = group.companies[country]
        await pool.execute(
            "update credit_parameters set order_horizon_days = $1 where company_id = $2", horizon, company
        )
        rule: dict[str, Any] = {
            "id": new_key(),
            "company_id": company,
            "kind": "OVERDUE_DAYS",
            "type": "BLOCK",
            "valid_for": "ALL",
        }
        await insert(pool, blocking_rule, [rule | {"days": 39}])
    await pool.execute("update credit_parameters set disputed_reduces_overdue = false")
    covering = "update credit_parameters set pending_receipt_days = 2 where company_id = $1"
    await pool.execute(covering, group.companies["SE"])
    insured: dict[str, Any] = {
        "customer_id": group.customers["3"],
        "id": new_key(),
        "company_id": group.companies["SE"],
    }
    insured |= {"kind": "INSURANCE", "provider": "P", "number": "N", "value": Decimal(100), "currency": "EUR"}
    await insert(pool, collateral, [insured | {"percent": Decimal(50), "from_day": LONG_AGO}])
    async with pool.acquire() as conn:
        for country, account in (("SE", "1"), ("FI", "2"), ("SE", "3")):
            await owing(conn, group, account, country)
        for country, account, amount, ago in (("SE", "1", 4200, 1), ("SE", "3", 4199, 0), ("FI", "2", 9000, 0)):
            await receiving(conn, group, account, country, amount, ago)
        submissions = [
            await group.order(country, account, f"{horizon}-{account}", "100", currency="SEK")
            for country, account in (("SE", "1"), ("FI", "2"), ("SE", "3"), ("FI", "4"))
        ]
        async with conn.transaction():
            looked = await look(conn, asked(submissions), NOW)
            await lock(conn, looked, asked(submissions))
            loaded = await load(conn, looked, asked(submissions))
        kept = await facts_of(conn, list(group.customers.values()), Moment(NOW), ["SEK"])
    order = Order(Money(Decimal(100), "SEK"), ship_date=TODAY + timedelta(days=10))
    decisions = {key: check(facts, order) for key, facts in loaded.facts.items()}
    assert decisions == {key: check(facts, order) for key, facts in kept.items()}
    assert len({len(decision.reasons) for decision in decisions.values()}) > 1
    late = {account for account, key in group.customers.items() if "OVERDUE_DAYS" in str(decisions[key].reasons)}
    assert late == {"2", "3"}, "1 has paid what was overdue so long, 3 all but a cent, and 2 is of another company"
    few = {key: len(facts.group.balances) for key, facts in loaded.facts.items() if facts.group}
    assert set(few.values()) == {12 if horizon is None else 20}


async def test_who_joined_a_group_meanwhile_makes_the_transaction_begin_anew(pool: Pool, group: Group) -> None:
    await group.share("1000")
    member = await group.add("SE", "1", "1000")
    wanted = asked([await group.order("SE", "1", "JOINED", "1")])
    async with pool.acquire() as conn, conn.transaction():
        looked = await look(conn, wanted, NOW)
        await pool.execute(
            "insert into credit_group_member (customer_id, credit_group_id, from_day, recorded_at)"
            " values ($1, $2, $3, $4)",
            member,
            group.group,
            LONG_AGO,
            NOW,
        )
        await lock(conn, looked, wanted)
        with pytest.raises(MovedMeanwhile):
            await load(conn, looked, wanted)


async def test_an_order_entered_meanwhile_under_another_payer_makes_the_transaction_begin_anew(
    pool: Pool, group: Group
) -> None:
    for account in ("1", "2"):
        await group.add("SE", account, "1000")
    submission = await group.order("SE", "1", "SAME", "1")
    wanted = asked([submission])
    async with pool.acquire() as conn, conn.transaction():
        looked = await look(conn, wanted, NOW)
        async with pool.acquire() as other:
            await submit(other, [await group.order("SE", "2", "SAME", "1")])
        await lock(conn, looked, wanted)
        with pytest.raises(MovedMeanwhile):
            await load(conn, looked, wanted)


async def test_a_locked_room_is_left_and_the_others_are_decided(pool: Pool, group: Group) -> None:
    await group.share("1000")
    for account in ("1", "2"):
        await group.add("SE", account, "1000", in_group=account == "2")
    batch = [await group.order("SE", account, f"LOCKED-{account}", "1") for account in ("2", "1")]
    async with pool.acquire() as holder, pool.acquire() as conn:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("select from credit_group where id = $1 for no key update", group.group)
        locked, free = await submit_free(conn, batch, {})
        assert locked is None
        assert free is not None
        assert free.result is not None
        waiting = queue(pool)
        later = asyncio.create_task(ask(waiting, batch[0]))
        assert (await ask(waiting, batch[1])).replayed
        assert not later.done()
        await transaction.rollback()
        assert (await later).result is not None


async def test_orders_of_many_rooms_are_written_by_few_transactions(pool: Pool, group: Group) -> None:
    for n in range(20):
        await group.add("SE" if n % 2 else "FI", f"{n}", "1000")
    batch = [await group.order("SE" if n % 2 else "FI", f"{n}", f"FEW-{n}", "1") for n in range(20)]
    known: dict[Named, Row] = {}
    async with pool.acquire() as conn:
        answers = await submit_free(conn, batch, known)
    assert all(answer is not None and answer.result is not None for answer in answers)
    assert {room_of(whose) for whose in known.values()} == set(group.customers.values())
    written = "select count(distinct xmin::text) from credit_decision where customer_id = any($1)"
    assert await pool.fetchval(written, list(group.customers.values())) == 1


async def test_the_same_key_twice_in_one_batch_is_done_once(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "1000")
    first = await group.order("SE", "1", "TWO", "1", key="two")
    other = replace(first, key=replace(first.key, input_hash="other"))
    async with pool.acquire() as conn:
        done, again, refused = await submit(conn, [first, first, other])
    assert again.replayed
    assert again.result == done.result
    assert [refusal.code for refusal in refused.refusals] == [ErrorCode.IDEMPOTENCY_KEY_REUSED]


async def test_a_key_older_than_keys_are_kept_is_used_anew(pool: Pool, group: Group) -> None:
    await group.add("SE", "1", "1000")
    first = await group.order("SE", "1", "OLD-1", "1", key="old")
    later = await group.order("SE", "1", "OLD-2", "1", key="old")
    later = replace(later, now=NOW + KEPT, key=Key.of(group.actor, "submitSalesOrder", "old", ["later"]))
    async with pool.acquire() as conn:
        (done,) = await submit(conn, [first])
        (anew,) = await submit(conn, [later])
    assert not anew.replayed
    assert anew.result is not None
    assert done.result is not None
    assert anew.result["sales_order"] != done.result["sales_order"]
