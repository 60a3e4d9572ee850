"""Drafting limits for many customers or credit groups at once: those that a filter finds, by their limits of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.adjustment import Holder
from domain.amounts import LARGEST, TOO_LARGE, amount_refusals
from domain.attributes import excluded_on
from domain.limit_generation import (
    Candidate,
    Generated,
    LeftOut,
    LimitChange,
    LimitDays,
    asked_refusals,
    generated,
    left_out,
)
from domain.limits import MARGINS, AdjustmentKind, LimitAction
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.rates import exchange_on
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.filters import condition
from persistence.statements import Row, Statement
from persistence.tables.customer import credit_group, customer
from persistence.take import Result, Transaction
from persistence.writing.adjustment_lines import entries_of, holder_columns
from persistence.writing.adjustments import write_draft
from persistence.writing.holders import CUSTOMER as CUSTOMERS
from persistence.writing.holders import GROUP, groups_open_to
from persistence.writing.rules import percent_refusals
from persistence.writing.saving import Changes

MOST_GENERATED = 10_000
"""Lines of one adjustment: so many are drafted within three seconds, and posted within the deadline of a request."""

TOO_MANY = N_("More than {most} would get a line. Narrow the filter.")
NOBODY = N_("Nobody that the filter finds has a credit limit that could be changed.")


@dataclass(frozen=True)
class AdjustmentToGenerate:
    """A draft from the limits there are. `where`: which customers of the company, or which credit groups (`groups`)."""

    company: str
    kind: AdjustmentKind
    where: Mapping[str, Any]
    change: LimitChange
    days: LimitDays
    groups: bool = False
    description: str | None = None


async def generate_adjustment(tx: Transaction, wanted: AdjustmentToGenerate, most: int = MOST_GENERATED) -> Result:
    """Write a draft with a line for everybody that is found and has a limit; who is left out is warned of.

    Raises `Refused`, also when more than `most` are found.
    """
    company = tx.company(wanted.company)
    refusals = asked_refusals(wanted.kind, wanted.change, wanted.days, tx.digits)
    if wanted.kind in MARGINS:
        refusals += percent_refusals(wanted.change.percent, ("change", "percent"))
    if refusals:
        raise Refused(*refusals)
    candidates = await (_groups if wanted.groups else _customers)(tx, company, wanted.where, most)
    used = {one.currency for one in candidates} | {e.limit.currency for one in candidates for e in one.entries}
    if wanted.change.amount is not None:
        used.add(wanted.change.amount.currency)
    exchange = await exchange_on(tx.conn, tx.today(company["id"]), used)
    skipped: Counter[LeftOut] = Counter()
    rows = []
    for one in candidates:
        line = generated(one, wanted.kind, wanted.change, wanted.days, exchange)
        if isinstance(line, LeftOut):
            skipped[line] += 1
        else:
            rows.append(_row(one.holder, line))
    refusals = _rows_refusals(tx, rows)
    if refusals:
        raise Refused(*refusals)
    tx.warnings.extend(left_out(why, skipped[why]) for why in LeftOut if skipped[why])
    return await write_draft(tx, company["id"], wanted.kind, wanted.description, rows, _on_record(wanted))


async def _customers(tx: Transaction, company: Row, where: Mapping[str, Any], most: int) -> list[Candidate]:
    """The customers of a company that a filter finds, by account."""
    columns = ("id", "unlimited_credit", "excluded_from_credit_management", "excluded_until")
    found = CUSTOMER.select().with_only_columns(*(customer.c[name] for name in columns))
    mine = found.where(customer.c.company_id == company["id"], condition(CUSTOMER, where)).order_by(customer.c.account)
    rows = await _found(tx, mine, most)
    holders = [(CUSTOMERS, row["id"]) for row in rows]
    entries, today = await entries_of(tx.conn, holders), tx.today(company["id"])
    return [
        Candidate(
            holder,
            company["currency"],
            today,
            entries.get(holder, ()),
            unlimited=row["unlimited_credit"],
            excluded=excluded_on(row["excluded_from_credit_management"], row["excluded_until"], today),
        )
        for holder, row in zip(holders, rows, strict=True)
    ]


async def _groups(tx: Transaction, company: Row, where: Mapping[str, Any], most: int) -> list[Candidate]:
    """The open credit groups that a filter finds and the caller may act on in a company, by number."""
    columns = ("id", "currency", "time_zone")
    found = CREDIT_GROUP.select().with_only_columns(*(credit_group.c[name] for name in columns))
    mine = found.where(credit_group.c.active, condition(CREDIT_GROUP, where)).order_by(credit_group.c.number)
    rows = await _found(tx, mine, most)
    open_ = await groups_open_to(tx, [row["id"] for row in rows], [company["id"]])
    holders = {row["id"]: (GROUP, row["id"]) for row in rows if row["id"] in open_}
    entries = await entries_of(tx.conn, holders.values())
    return [
        Candidate(
            holders[row["id"]],
            row["currency"],
            tx.moment.today(row["time_zone"]),
            entries.get(holders[row["id"]], ()),
        )
        for row in rows
        if row["id"] in open_
    ]


async def _found(tx: Transaction, mine: sa.Select[Any], most: int) -> Sequence[Row]:
    companies = sorted(set(tx.granted.values()))
    rows = await Statement(mine.limit(most + 1)).all(tx.conn, companies=companies, now=tx.now)
    if len(rows) > most:
        raise Refused(Refusal(ErrorCode.TOO_MANY_ROWS, Message(TOO_MANY, {"most": most}), ("holders",)))
    return rows


def _row(holder: Holder, line: Generated) -> dict[str, Any]:
    return {
        "id": new_key(),
        **holder_columns(holder),
        "amount": line.limit.amount,
        "currency": line.limit.currency,
        "from_day": line.from_,
        "until_day": line.until,
        "replaces_id": line.replaces and line.replaces.id,
        "percent": line.percent,
        "tolerance": line.tolerance and line.tolerance.amount,
        "action": LimitAction.SET.value,
    }


def _rows_refusals(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[Refusal]:
    """Nobody gets a line, or a limit is none that could be written by hand: too large, or finer than its currency."""
    if not rows:
        return [Refusal(ErrorCode.NOT_FOUND, Message(NOBODY), ("holders",))]
    for row in rows:
        limit = Money(row["amount"], row["currency"])
        if limit.amount >= LARGEST:
            return [Refusal(ErrorCode.INVALID_VALUE, Message(TOO_LARGE, {"amount": limit}), ("change",), actual=limit)]
        finer = amount_refusals(limit, tx.digits, ("rounding", "unit"), positive=False)
        if finer:
            return finer
    return []


def _on_record(wanted: AdjustmentToGenerate) -> Changes:
    """By what the limits were changed."""
    change = wanted.change
    said = f"{change.percent:+f} %" if change.amount is None else f"{change.amount.amount:+f} {change.amount.currency}"
    changed: Changes = [{"field": "change", "before": None, "after": said}]
    if change.unit is not None:
        changed.append({"field": "rounding", "before": None, "after": f"{change.direction.value} {change.unit:f}"})
    return changed
