"""The lines of limit adjustments out of their table, and the limits that their holders have already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.adjustment import NOTHING_TO_CHANGE, AdjustmentLine, Holder, comes_to
from domain.limits import MARGINS, AdjustmentKind, LimitAction, LimitEntry
from domain.message import Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence import fact_statements
from persistence.facts import entry_of
from persistence.rates import exchange_on
from persistence.statements import Row, Statement
from persistence.tables.limits import credit_limit_adjustment_line
from persistence.take import Transaction
from persistence.writing.holders import (
    CUSTOMER,
    GROUP,
    CustomerNamed,
    FoundHolder,
    customer_holder,
    customers_named,
    group_holder,
    groups_by_id,
)
from persistence.writing.left_to_decide import left_to_decide

_LINES = Statement(
    sa.select(credit_limit_adjustment_line)
    .where(credit_limit_adjustment_line.c.adjustment_id == sa.bindparam("adjustment", type_=sa.Uuid()))
    .order_by(credit_limit_adjustment_line.c.line_number)
)


async def lines_of(conn: asyncpg.Connection, adjustment: UUID) -> Sequence[Row]:
    """The lines of an adjustment, in their order."""
    return await _LINES.all(conn, adjustment=adjustment)


def holder_of(row: Row) -> Holder:
    """Whose limit a line or a limit is about."""
    return (CUSTOMER, row["customer_id"]) if row["customer_id"] is not None else (GROUP, row["credit_group_id"])


def holder_columns(holder: Holder) -> dict[str, UUID | None]:
    """The same as columns of a line or a limit."""
    kind, key = holder
    return {"customer_id": key if kind == CUSTOMER else None, "credit_group_id": key if kind == GROUP else None}


async def holders_of(tx: Transaction, rows: Iterable[Row]) -> dict[Holder, FoundHolder]:
    """The holders of lines that are kept; a customer of a company that the caller may not act in is left out."""
    holders = {holder_of(row) for row in rows}
    customers = await customers_named(tx, [CustomerNamed(id=key) for kind, key in holders if kind == CUSTOMER])
    groups = await groups_by_id(tx.conn, [key for kind, key in holders if kind == GROUP])
    found = [customer_holder(row) for row in customers.values()] + [group_holder(row) for row in groups.values()]
    return {one.holder: one for one in found}


async def entries_of(conn: asyncpg.Connection, holders: Iterable[Holder]) -> dict[Holder, tuple[LimitEntry, ...]]:
    """The limits posted for each holder so far."""
    found: dict[Holder, list[LimitEntry]] = defaultdict(list)
    keys = sorted({key for _, key in holders})
    for posted, row in enumerate(await fact_statements.ENTRIES.all(conn, holders=keys)):
        found[holder_of(row)].append(entry_of(row, posted))
    return {holder: tuple(entries) for holder, entries in found.items()}


def line_of(tx: Transaction, kind: AdjustmentKind, row: Any, holder: FoundHolder) -> AdjustmentLine:
    """A line as the rules know it; without a first day it begins today, where its holder is."""
    return AdjustmentLine(
        id=row["id"],
        holder=holder.holder,
        kind=kind,
        limit=Money(row["amount"], row["currency"]),
        currency=holder.currency,
        from_=row["from_day"] or tx.moment.today(holder.time_zone),
        until=row["until_day"],
        replaces=row["replaces_id"],
        percent=row["percent"],
        tolerance=None if row["tolerance"] is None else Money(row["tolerance"], row["currency"]),
        action=LimitAction(row["action"]),
    )


async def with_margins(
    tx: Transaction,
    lines: Sequence[AdjustmentLine],
    entries: Mapping[Holder, tuple[LimitEntry, ...]],
    name: str = "lines",
) -> list[AdjustmentLine]:
    """Lines with what the limits come to: seasonal factors and tolerances follow the limit they change, and what ends
    or takes away a limit leaves what there is besides. Raises `Refused` with the places in the list of that name of
    those whose holder has no limit that could be changed.
    """
    if not any(_worked_out(line) for line in lines):
        return list(lines)
    used = {line.currency for line in lines} | {
        e.limit.currency for line in lines for e in entries.get(line.holder, ())
    }
    today = tx.now.date()
    exchange = await exchange_on(tx.conn, today, used)
    left = await left_to_decide(tx, {line.holder for line in lines if line.action is not LimitAction.SET})
    nothing = {line.holder: Money(Decimal(0), line.currency) for line in lines if line.action is not LimitAction.SET}
    found, refusals = [], []
    for place, line in enumerate(lines):
        if not _worked_out(line):
            found.append(line)
            continue
        by_itself = line.action is LimitAction.UNSET
        limit = None if by_itself else comes_to(line, entries.get(line.holder, ()), exchange, today)
        limit = limit or left.get(line.holder) or nothing.get(line.holder)
        if limit is None:
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOTHING_TO_CHANGE), (name, str(place), "from")))
        else:
            found.append(replace(line, limit=limit))
    if refusals:
        raise Refused(*refusals)
    return found


def _worked_out(line: AdjustmentLine) -> bool:
    """What the limit comes to is not said by the line itself."""
    return line.kind in MARGINS or line.action is not LimitAction.SET


def first_of_each(refusals: Iterable[Refusal]) -> list[Refusal]:
    """One refusal for each place in the input: an amount in an unknown currency is not also of the wrong one."""
    kept: dict[tuple[str, ...], Refusal] = {}
    for refusal in refusals:
        kept.setdefault(refusal.path, refusal)
    return list(kept.values())


def moved_to(refusal: Refusal, name: str, places: int) -> Refusal:
    """A refusal of the rules with the path that the caller's input has; `places`: lines that came before it."""
    _, place, *rest = refusal.path
    return replace(refusal, path=(name, str(int(place) - places), *rest))
