"""Submitting orders for a credit check: many that wait are decided together, in one transaction.

Lock the rooms of all, load once, decide one after another (each sees what the ones before reserved), append, commit:
seven round trips, for one order or for many.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from domain.audit import AuditEventKind
from domain.message import Message
from domain.money import RateMissing
from domain.refusal import ErrorCode, Refusal, Refused, rate_refusal
from persistence.appending import Appending
from persistence.coalesce import Coalescer
from persistence.database import Pool
from persistence.deciding import Room, asked, record
from persistence.idempotency import KEPT, Key, forget, key_row, result_of
from persistence.orders import KeptOrder
from persistence.rates import known_digits
from persistence.rooms import Asked, Loaded, Looked, Named, load, lock, lock_free, look, room_of
from persistence.statements import Row
from persistence.submission import (
    SAVED,
    OrderToSubmit,
    Submission,
    Submitted,
    differences,
    enter,
    new_order,
    other_conditions,
)
from persistence.tables.running import audit_event, idempotency_key
from persistence.take import AGAIN, NO_COMPANY, TRIES, MovedMeanwhile, Transaction, audit_row
from persistence.writing.finding import NO_CUSTOMER, text_refusals

__all__ = ["OrderToSubmit", "Submission", "Submitted", "Waiting", "ask", "queue", "submit", "submit_free"]

MOST_BUYERS = 20_000
"""Whose room is remembered, at about a kilobyte each."""

Known = dict[Named, Row]
"""Whose the buyers were that ordered last: `Looked.whose` by company and account."""


async def submit(conn: asyncpg.Connection, submissions: Sequence[Submission]) -> list[Submitted]:
    """Decide on orders in one transaction, in the order given. A refused one does not disturb the others."""
    asks = [_asked(one) for one in submissions]
    async with _transaction(conn):
        looked = await look(conn, asks, submissions[0].now)
        await lock(conn, looked, asks)
        return await _decide(conn, looked, submissions, asks)


async def submit_free(
    conn: asyncpg.Connection, submissions: Sequence[Submission], known: Known
) -> list[Submitted | None]:
    """The same for orders of many rooms; None for those whose room somebody else has locked: nobody is waited for.

    `known`: what is remembered of buyers, instead of looking. Raises `MovedMeanwhile` where it is not so any more, and
    then remembers nothing of these.
    """
    asks = [_asked(one) for one in submissions]
    now = submissions[0].now
    async with _transaction(conn):
        looked = Looked.again(asks, known, now)
        if looked is None:
            looked = await look(conn, asks, now)
            known.update({name: looked.whose[buyer] for name, buyer in looked.buyers.items()})
        free = await lock_free(conn, looked, asks)
        ours = [place for place, is_free in enumerate(free) if is_free]
        answers: list[Submitted | None] = [None] * len(asks)
        if ours:
            try:
                decided = await _decide(conn, looked, [submissions[n] for n in ours], [asks[n] for n in ours])
            except MovedMeanwhile:
                for one in asks:
                    known.pop(one.buyer, None)
                raise
            for place, answer in zip(ours, decided, strict=True):
                answers[place] = answer
        return answers


@dataclass
class Waiting(Coalescer[Submission, Submitted]):
    """Where orders wait together. `known` remembers whose buyers were, to wait with the right ones and to lock."""

    known: Known = field(default_factory=dict)


def queue(pool: Pool) -> Waiting:
    """Where orders wait together. What failed because somebody came in between is tried again.

    Nothing is lost where all tries fail: the orders of the batch are then tried one by one, and the caller of one that
    fails again hears of it, with nothing written and its key unused.
    """
    known: Known = {}

    async def run(batch: list[Submission]) -> list[Submitted]:
        for _ in range(TRIES - 1):
            with suppress(*AGAIN):
                async with pool.acquire() as conn:
                    return await submit(conn, batch)
        async with pool.acquire() as conn:
            return await submit(conn, batch)

    async def run_free(batch: list[Submission]) -> list[Submitted | None]:
        if len(known) > MOST_BUYERS:
            known.clear()
        async with pool.acquire() as conn:
            with suppress(MovedMeanwhile):
                return await submit_free(conn, batch, known)
            return await submit_free(conn, batch, known)

    return Waiting(run, run_free=run_free, known=known)


async def ask(waiting: Waiting, submission: Submission) -> Submitted:
    """Submit one order, together with those that wait at the same time: of a buyer never seen, by its name."""
    buyer = _asked(submission).buyer
    whose = waiting.known.get(buyer)
    return await waiting.ask(buyer if whose is None else room_of(whose), submission)


@asynccontextmanager
async def _transaction(conn: asyncpg.Connection) -> AsyncIterator[None]:
    await conn.execute("begin")
    try:
        yield
    except BaseException:
        await conn.execute("rollback")
        raise
    await conn.execute("commit")


_NOWHERE = UUID(int=0)
"""The company of an order that names none which the caller was granted: nothing is found in it."""


def _asked(submission: Submission) -> Asked:
    wanted = submission.order
    company = submission.granted.get(wanted.company, _NOWHERE)
    return Asked(
        buyer=(company, _findable(wanted.account)),
        number=(company, _findable(wanted.number)),
        currency=wanted.amount.currency,
        key=submission.key,
        conditions=wanted.conditions.findable,
    )


def _findable(text: str) -> str:
    """What can be looked for: nothing that is kept holds a zero character, and the database takes none."""
    return "" if "\0" in text else text


async def _decide(
    conn: asyncpg.Connection, looked: Looked, submissions: Sequence[Submission], asks: Sequence[Asked]
) -> list[Submitted]:
    """Load the rooms that are locked, decide on every order, append everything."""
    loaded = await load(conn, looked, asks)
    first = submissions[0]
    companies = {row["company_id"]: row for row in looked.whose.values()}
    digits = await known_digits(conn)
    shared = Transaction(conn, first.actor, first.now, first.granted, digits, companies, appending=Appending())
    deciding = _Deciding(shared, looked, loaded, Room(loaded.facts), loaded.orders)
    answers = [await deciding.answer(one, ask_) for one, ask_ in zip(submissions, asks, strict=True)]
    await shared.write()
    return answers


@dataclass
class _Deciding:
    """One order after another; each sees what the ones before did.

    `rows`: what was appended, by its id, as long as no later order of the transaction changes it.
    """

    shared: Transaction
    looked: Looked
    loaded: Loaded
    room: Room
    orders: dict[Named, KeptOrder]
    done: dict[tuple[UUID, str, str], tuple[str, Mapping[str, str | None]]] = field(default_factory=dict)
    rows: dict[UUID, Row] = field(default_factory=dict)

    async def answer(self, submission: Submission, asks: Asked) -> Submitted:
        """What becomes of one order; a refusal is put on record."""
        tx = replace(
            self.shared, actor=submission.actor, granted=submission.granted, _audit=[], _outbox=[], warnings=[]
        )
        try:
            return await self._one(tx, submission, asks)
        except Refused as refused:
            refusals = refused.refusals
        except RateMissing as missing:
            refusals = (rate_refusal(missing),)
        first, company = refusals[0], submission.granted.get(submission.order.company)
        kind = AuditEventKind.ORDER_SUBMITTED
        row = audit_row(kind, first.message, first.node, company, tx.actor, tx.now, refused=True)
        await tx.insert(audit_event, [row])
        return Submitted(None, refusals)

    async def _one(self, tx: Transaction, submission: Submission, asks: Asked) -> Submitted:
        """Refused or replayed before anything is written, or decided."""
        wanted = submission.order
        before = await self._before(tx, submission.key)
        if before is not None:
            return Submitted(before, replayed=True)
        company = submission.granted.get(wanted.company)
        if company is None:
            message = Message(NO_COMPANY, {"company": wanted.company})
            raise Refused(Refusal(ErrorCode.COMPANY_NOT_AVAILABLE, message, ("company",)))
        refusals = submission.right_refusals
        refusals += [*text_refusals(wanted.number, ("number",)), *tx.amount_refusals(wanted.amount, ("amount",))]
        buyer, payer = self.looked.buyers.get(asks.buyer), self.looked.payer(asks)
        if buyer is None:
            values = {"account": wanted.account, "company": wanted.company}
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_CUSTOMER, values), ("account",)))
        known = self.orders.get(asks.number)
        if known is not None and buyer is not None:
            refusals.extend(differences(known, wanted, buyer))
        own, unknown = wanted.conditions.found(self.loaded.conditions, company)
        refusals.extend(unknown)
        if refusals or buyer is None or payer is None:
            raise Refused(*refusals)
        if known is not None:
            order = replace(known, own=wanted.conditions.instead_of(known.own, own))
        else:
            order = new_order(wanted, company, buyer, payer, tx.today(company), own)
        seen_by_rules, decision = asked(self.room, order, wanted.checkpoint)
        if known is not None and known.own != order.own:
            message = Message(SAVED, {"number": order.number, "amount": order.amount})
            subject, event = ("sales_order", order.id), "SALES_ORDER_CHANGED"
            tx.audit(AuditEventKind.ORDER_SAVED, message, subject, company, other_conditions(known, order), event=event)
        if known is not None:
            await tx.write()  # what changes a known order reads and changes rows that may be among those to append
            self.rows.pop(known.id, None)
            if known.hold is not None:
                self.rows.pop(known.hold["id"], None)
        entering = partial(enter, tx) if known is None else None
        decided = await record(tx, self.room, order, seen_by_rules, decision, wanted.override_reason, enter=entering)
        result = {
            "sales_order": str(order.id),
            "decision": str(decided.decision_id),
            "credit_hold": str(decided.hold_id) if decided.hold_id else None,
        }
        await tx.insert(idempotency_key, [key_row(submission.key, result, tx.now)])
        await tx.finish()
        self.orders[order.company, order.number] = decided.order
        self.rows.update(decided.rows)
        self.done[_ids(submission.key)] = (submission.key.input_hash, result)
        return Submitted(result, rows=self.rows)

    async def _before(self, tx: Transaction, key: Key) -> Mapping[str, Any] | None:
        """What came of the key before, in this transaction or in an earlier one."""
        if _ids(key) in self.done:
            found: Mapping[str, Any] = result_of(key, *self.done[_ids(key)])
            return found
        row = self.loaded.keys.get(_ids(key))
        if row is None:
            return None
        if row["recorded_at"] <= tx.now - KEPT:
            await forget(tx.conn, key, tx.now)
            return None
        kept: Mapping[str, Any] = result_of(key, row["input_hash"], orjson.loads(row["result"]))
        return kept


def _ids(key: Key) -> tuple[UUID, str, str]:
    return key.actor, key.mutation, key.key
