"""The write lane: lock, then load, decide, append. One root mutation field is one transaction.

The lock is a statement of its own and facts are loaded only after it is granted: a statement that locks and sums at
once takes its snapshot before it waits, and lets too many orders pass. Rows are locked in one order: parties with
limits by id, then credit groups, then customers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.amounts import amount_refusals
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.money import Money, RateMissing
from domain.refusal import ErrorCode, Refusal, Refused, rate_refusal
from persistence import movements
from persistence.appending import Appending
from persistence.facts import Moment, payers_of
from persistence.frozen import freeze_message
from persistence.idempotency import Key, earlier, remember
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.rates import known_digits
from persistence.room_statements import LOCK_CUSTOMERS, LOCK_GROUPS, LOCK_PARTIES, ROOMS_OF
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.company import company_table
from persistence.tables.customer import customer
from persistence.tables.running import audit_event, outbox
from persistence.zones import zone

READ_ONLY = N_("You may not do this in this company. Ask for that right.")
NO_COMPANY = N_("Company {company} does not exist or is not granted to you.")

_COMPANIES = Statement(sa.select(company_table))
_TIME_ZONES = Statement(
    sa.select(customer.c.id, company_table.c.time_zone)
    .join(company_table, company_table.c.id == customer.c.company_id)
    .where(any_of(customer.c.id, "customers"))
)


class MovedMeanwhile(Exception):
    """Somebody changed payer, group or party between looking and locking. Begin the transaction again."""


class MoreToLock(Exception):
    """A change reaches rooms that are not locked, and locks are taken in one order: begin anew with all of them."""

    def __init__(self, customers: Iterable[UUID]) -> None:
        super().__init__()
        self.customers = frozenset(customers)


@dataclass(frozen=True)
class Rooms:
    """Who pays for some customers, and for these and their payers the group and the party whose room they are in."""

    payers: Mapping[UUID, UUID]
    groups: Mapping[UUID, UUID]
    parties: Mapping[UUID, UUID]


def _found(rows: Iterable[Row], name: str) -> dict[UUID, UUID]:
    return {row["customer_id"]: row[name] for row in rows if row[name] is not None}


@dataclass
class Transaction:
    """One transaction of one actor at one moment.

    `granted`: the companies in which the caller may do what it does, by code; to name another is refused. `readable`:
    those it may read, for which a record of another is not there.
    `appending`: rows are kept there, for one statement at the end; without it they are written at once. `also`: whose
    rooms are locked with the first: an earlier try found that it reaches them.
    """

    conn: asyncpg.Connection
    actor: UUID
    now: datetime
    granted: Mapping[str, UUID]
    digits: Mapping[str, int] = field(default_factory=dict)
    companies: Mapping[UUID, Row] = field(default_factory=dict)
    warnings: list[Refusal] = field(default_factory=list)
    appending: Appending | None = None
    also: frozenset[UUID] = frozenset()
    readable: frozenset[UUID] = frozenset()
    _locked: set[UUID] = field(default_factory=set)
    _moved: list[Moved] = field(default_factory=list)
    _audit: list[dict[str, Any]] = field(default_factory=list)
    _outbox: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def begin(
        cls, conn: asyncpg.Connection, actor: UUID, now: datetime, granted: Mapping[str, UUID]
    ) -> Transaction:
        """A transaction that knows currencies and companies."""
        companies = {row["id"]: row for row in await _COMPANIES.all(conn)}
        return cls(conn, actor, now, granted, await known_digits(conn), companies)

    @property
    def moment(self) -> Moment:
        """Now."""
        return Moment(self.now)

    def company(self, code: str) -> Row:
        """A company the caller may do this in. Raises `Refused` COMPANY_NOT_AVAILABLE."""
        if code not in self.granted or self.granted[code] not in self.companies:
            raise Refused(
                Refusal(
                    ErrorCode.COMPANY_NOT_AVAILABLE,
                    Message(NO_COMPANY, {"company": code}),
                    ("company",),
                )
            )
        return self.companies[self.granted[code]]

    def within(self, company: UUID, unknown: Refusal) -> Row:
        """The company of a record that is to be changed.

        Raises `Refused`: FORBIDDEN where the record may only be read, and `unknown`, which is said of a record that
        does not exist, where it may not even be read: nobody learns that it is there.
        """
        if company in self.granted.values():
            return self.companies[company]
        raise Refused(Refusal(ErrorCode.FORBIDDEN, Message(READ_ONLY)) if company in self.readable else unknown)

    def today(self, company: UUID) -> date:
        """The company's day."""
        return self.now.astimezone(zone(self.companies[company]["time_zone"])).date()

    async def lock(
        self, customers: Iterable[UUID], shared: Iterable[UUID] = (), parties: Iterable[UUID] = ()
    ) -> dict[UUID, UUID]:
        """Lock the payers of these customers with their groups and parties, and give each customer's payer.

        `shared`, `parties`: credit groups and parties to be locked as well, whoever is in them.

        Who pays and who shares a limit is read again under the lock: raises `MovedMeanwhile` when it has changed, and
        the transaction begins anew, so that locks are always taken in one order. So does what comes later and needs
        rooms that were not locked at first (`MoreToLock`).
        """
        asked = set(customers)
        wanted = sorted(asked if self._locked else asked | self.also)
        rooms = await self._rooms(wanted)
        shared_rooms = {*rooms.groups.values(), *rooms.parties.values(), *shared, *parties}
        alone = {key for key in wanted if key not in rooms.groups and key not in rooms.parties}
        if self._locked and not shared_rooms | alone <= self._locked:
            raise MoreToLock(wanted)
        if rooms.parties or parties:
            await LOCK_PARTIES.all(self.conn, parties=sorted({*rooms.parties.values(), *parties}))
        await LOCK_GROUPS.all(self.conn, groups=sorted({*rooms.groups.values(), *shared}))
        await LOCK_CUSTOMERS.all(self.conn, customers=sorted({*rooms.payers.values(), *wanted}))
        if await self._rooms(wanted) != rooms:
            raise MovedMeanwhile
        self._locked |= {*shared_rooms, *rooms.payers.values(), *wanted}
        return {key: payer for key, payer in rooms.payers.items() if key in asked}

    async def _rooms(self, customers: Sequence[UUID]) -> Rooms:
        zones = {row["id"]: row["time_zone"] for row in await _TIME_ZONES.all(self.conn, customers=list(customers))}
        days = {key: self.moment.day(zone) for key, zone in zones.items()}
        payers = await payers_of(self.conn, days)
        # A customer that has a payer by now may still be the payer of older documents: its own rooms are rooms too.
        days |= {payers[key]: day for key, day in days.items()}
        found = await ROOMS_OF.all(self.conn, customers=list(days), days=list(days.values()))
        return Rooms(payers, _found(found, "credit_group_id"), _found(found, "party_id"))

    async def move(self, moved: Iterable[Moved]) -> None:
        """Append movements."""
        if self.appending is None:
            await movements.append(self.conn, moved, self.now, self.digits)
        else:
            self._moved.extend(moved)

    async def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows that all give the same columns."""
        if self.appending is None:
            await insert(self.conn, table, rows)
        else:
            self.appending.add(table, rows)

    def audit(
        self,
        kind: AuditEventKind,
        message: Message,
        subject: tuple[str, UUID],
        company: UUID | None = None,
        changes: Sequence[Mapping[str, Any]] | None = None,
        *,
        event: str | None = None,
    ) -> None:
        """Put on record what was done; with `event`, tell others too. Written when the transaction ends."""
        self._audit.append(audit_row(kind, message, subject, company, self.actor, self.now, changes))
        if event is not None:
            self._outbox.append(
                {"kind": event, "company_id": company, "subject_id": subject[1], "payload": {"table": subject[0]}}
            )

    async def finish(self) -> None:
        """Write what was put on record."""
        await self.insert(audit_event, self._audit)
        await self.insert(outbox, self._outbox)

    async def write(self) -> None:
        """Write what is kept in `appending`."""
        if self.appending is not None:
            movements.append_with(self.appending, self._moved, self.now, self.digits)
            self._moved.clear()
            await self.appending.write(self.conn)

    def amount_refusals(self, money: Money, path: tuple[str, ...], *, positive: bool = True) -> list[Refusal]:
        """What is wrong with an amount: unknown currency, too many digits, a negative."""
        return amount_refusals(money, self.digits, path, positive=positive)


def audit_row(
    kind: AuditEventKind,
    message: Message,
    subject: tuple[str, UUID] | None,
    company: UUID | None,
    actor: UUID,
    now: datetime,
    changes: Sequence[Mapping[str, Any]] | None = None,
    *,
    refused: bool = False,
) -> dict[str, Any]:
    """One line of the audit."""
    return {
        "id": new_key(),
        "happened_at": now,
        "actor_id": actor,
        "kind": kind.value,
        "refused": refused,
        "company_id": company,
        "subject_kind": subject[0] if subject else None,
        "subject_id": subject[1] if subject else None,
        "message": freeze_message(message),
        "changes": list(changes) if changes is not None else None,
    }


Result = Mapping[str, Any]
"""What an action wrote: ids by the name of the payload's field, one or a list, as JSON."""

Action = Callable[[Transaction], Awaitable[Result]]
"""Locks, loads, decides and appends. Raises `Refused`: then nothing of it stays."""

TRIES = 5
MOVES = 50
"""So often it begins anew where rooms were not what they had been: each time somebody else got what they wanted."""

AGAIN = (
    MovedMeanwhile,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)


@dataclass(frozen=True)
class Taken:
    """What came of a call: the result, or the refusals.

    `rows`: records of the result as they were written, by their ids, where they were kept.
    """

    result: Result
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    replayed: bool = False
    rows: Mapping[UUID, Row] = field(default_factory=dict)


async def take(
    pool: asyncpg.Pool,
    action: Action,
    *,
    actor: UUID,
    now: datetime,
    granted: Mapping[str, UUID],
    kind: AuditEventKind,
    key: Key | None = None,
    readable: Iterable[UUID] = (),
) -> Taken:
    """Carry out one action in one transaction; asked again with the same key, only read what came of it.

    `readable`: the companies whose records the caller may read, be they granted for this or not.

    Where somebody else came in between (another payer, a deadlock, the same number at the same time) it begins anew. A
    refusal is put on record and leaves no key.
    """
    also, may_read = frozenset[UUID](), frozenset(readable)
    failed = 0
    for tries in range(1, MOVES + 1):
        try:
            async with pool.acquire() as conn, conn.transaction():
                return await _taken(conn, action, actor, now, granted, key, also, may_read)
        except Refused as refused:
            done = await _done_meanwhile(pool, key, now)
            if done is not None:
                return done
            await _record_refusal(pool, refused, kind, actor, now, _only(granted))
            return Taken({}, refused.refusals)
        except MoreToLock as more:
            also |= more.customers
            if tries == MOVES:
                raise
        except MovedMeanwhile:
            if tries == MOVES:
                raise
        except AGAIN:
            failed += 1
            if failed == TRIES:
                raise
    raise AssertionError("the last try returns or raises")


async def _taken(
    conn: asyncpg.Connection,
    action: Action,
    actor: UUID,
    now: datetime,
    granted: Mapping[str, UUID],
    key: Key | None,
    also: frozenset[UUID],
    readable: frozenset[UUID],
) -> Taken:
    if key is not None:
        before = await earlier(conn, key, now)
        if before is not None:
            return Taken(before, replayed=True)
    tx = await Transaction.begin(conn, actor, now, granted)
    tx.also, tx.readable = also, readable
    try:
        result = await action(tx)
    except RateMissing as missing:
        raise Refused(rate_refusal(missing)) from missing
    if key is not None:
        await remember(conn, key, result, now)
    await tx.finish()
    return Taken(result, warnings=tuple(tx.warnings))


async def _done_meanwhile(pool: asyncpg.Pool, key: Key | None, now: datetime) -> Taken | None:
    """What the same call came to that was under way when this one began, and was in its way."""
    if key is not None:
        with suppress(Refused):
            async with pool.acquire() as conn:
                before = await earlier(conn, key, now)
            return None if before is None else Taken(before, replayed=True)
    return None


def _only(granted: Mapping[str, UUID]) -> UUID | None:
    """The company of a caller who may act in one alone: its people read of what was refused there."""
    return next(iter(granted.values())) if len(granted) == 1 else None


async def _record_refusal(
    pool: asyncpg.Pool, refused: Refused, kind: AuditEventKind, actor: UUID, now: datetime, company: UUID | None
) -> None:
    first = refused.refusals[0]
    row = audit_row(kind, first.message, first.node, company, actor, now, refused=True)
    async with pool.acquire() as conn:
        await insert(conn, audit_event, [row])
