"""Posting limit adjustments: the only way a limit changes. Each line becomes a limit that is never changed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.adjustment import AdjustmentLine, AdjustmentStatus, Holder, post_refusals
from domain.audit import AuditEventKind
from domain.limits import AdjustmentKind, LimitEntry, normal_on, temporary_on
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.customer_sums import members_of_group
from persistence.keys import new_key
from persistence.reevaluating import reevaluate
from persistence.statements import Row, insert
from persistence.tables.limits import credit_limit_adjustment, credit_limit_adjustment_line, credit_limit_entry
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.adjustment_lines import entries_of, holder_columns, holder_of, holders_of, line_of, lines_of
from persistence.writing.adjustments import LINE_POSTED, NO_LINE, TABLE, adjustment_to_change, rows_refusals
from persistence.writing.finding import NO_SUCH_CUSTOMER
from persistence.writing.holders import CUSTOMER, GROUP, NO_GROUP, FoundHolder, groups_open_to
from persistence.writing.saving import Changes, changes, update, update_many

POSTED = N_("Credit limit adjustment {number} was posted.")
PARTLY_POSTED = N_("A part of credit limit adjustment {number} was posted.")
LIMIT_POSTED = N_("The credit limit of {holder} is {limit} from {from}.")
TEMPORARY_POSTED = N_("The credit limit of {holder} is {limit} from {from} to {until}.")


@dataclass(frozen=True)
class AdjustmentToPost:
    """All lines that are not posted yet, or some of them."""

    adjustment: UUID
    lines: tuple[UUID, ...] | None = None
    note: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class _Line:
    """A line, whose limit it is, and what it asks for; its id is that of the limit it makes."""

    row: Row
    holder: FoundHolder
    asks: AdjustmentLine


async def post_adjustment(tx: Transaction, wanted: AdjustmentToPost) -> Result:
    """Post a draft: its limits are in force from their first days, and orders on hold are checked again."""
    looked = {holder_of(row) for row in await lines_of(tx.conn, wanted.adjustment)}
    groups = [key for kind, key in looked if kind == GROUP]
    customers = [key for kind, key in looked if kind == CUSTOMER]
    payers = await tx.lock(customers, groups)
    header = await adjustment_to_change(tx, wanted.adjustment, wanted.expected_version)
    rows = await lines_of(tx.conn, wanted.adjustment)
    too_many = rows_refusals(wanted.lines or (), "lines")
    if too_many:
        raise Refused(*too_many)
    if {holder_of(row) for row in rows} - looked:
        raise MovedMeanwhile
    holders = await holders_of(tx, rows)
    chosen = _chosen(header, rows, wanted.lines)
    lines = await _lines(tx, header, chosen, holders)
    entries = await entries_of(tx.conn, [line.holder.holder for line in lines])
    today = tx.today(header["company_id"])
    status = AdjustmentStatus(header["status"])
    refusals = post_refusals([line.asks for line in lines], entries, status, today)
    if refusals:
        raise Refused(*refusals)
    await _write(tx, header, lines, entries, complete=_complete(rows, chosen), note=wanted.note)
    members = await _members(tx, [holders[GROUP, key] for key in groups])
    await reevaluate(tx, {*customers, *payers.values(), *members})
    return {TABLE: str(wanted.adjustment)}


def _chosen(header: Row, rows: Sequence[Row], wanted: Sequence[UUID] | None) -> list[Row]:
    """The lines to be posted. Raises `Refused` where one is not there or posted already."""
    if wanted is None:
        return [row for row in rows if row["status"] == header["status"]]
    kept = {row["id"]: row for row in rows}
    refusals = []
    for place, key in enumerate(wanted):
        path = ("lines", str(place))
        if key not in kept:
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_LINE), path))
        elif kept[key]["status"] == AdjustmentStatus.POSTED.value:
            refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(LINE_POSTED), path))
    if refusals:
        raise Refused(*refusals)
    return [kept[key] for key in dict.fromkeys(wanted)]


def _complete(rows: Sequence[Row], chosen: Sequence[Row]) -> bool:
    """No line is left to be posted."""
    posted = {row["id"] for row in chosen}
    return all(row["id"] in posted or row["status"] == AdjustmentStatus.POSTED.value for row in rows)


async def _lines(
    tx: Transaction, header: Row, rows: Sequence[Row], holders: Mapping[Holder, FoundHolder]
) -> list[_Line]:
    """The lines as the rules know them. A group's limit is posted under a company of one of its members, or by who made
    the group. Raises `Refused`.
    """
    wanted = [holder_of(row) for row in rows]
    open_ = await groups_open_to(tx, [key for kind, key in wanted if kind == GROUP], [header["company_id"]])
    kind, lines, refusals = AdjustmentKind(header["kind"]), [], []
    for place, (row, holder) in enumerate(zip(rows, wanted, strict=True)):
        if holder not in holders or (holder[0] == GROUP and holder[1] not in open_):
            text = NO_SUCH_CUSTOMER if holder[0] == CUSTOMER else NO_GROUP
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(text), ("lines", str(place), "holder")))
        else:
            asks = line_of(tx, kind, dict(row) | {"id": new_key()}, holders[holder])
            lines.append(_Line(row, holders[holder], asks))
    if refusals:
        raise Refused(*refusals)
    return lines


async def _write(
    tx: Transaction,
    header: Row,
    lines: Sequence[_Line],
    entries: Mapping[Holder, tuple[LimitEntry, ...]],
    *,
    complete: bool,
    note: str | None,
) -> None:
    """The limits, what they replaced as a snapshot on each line, and where the document stands now."""
    await insert(tx.conn, credit_limit_entry, [_entry(line) for line in lines])
    snapshots = []
    for line in lines:
        before = _in_force(tx, line, entries.get(line.holder.holder, ()))
        values = {
            "status": AdjustmentStatus.POSTED.value,
            "current_amount": before.limit.amount if before else None,
            "current_currency": before.limit.currency if before else None,
        }
        snapshots.append(({"id": line.row["id"]}, values))
        _audit_limit(tx, line, before)
    await update_many(tx.conn, credit_limit_adjustment_line, snapshots)
    done = {"status": AdjustmentStatus.POSTED.value, "posted_at": tx.now} if complete else {}
    await update(tx.conn, credit_limit_adjustment, {"id": header["id"]}, done)
    message = Message(POSTED if complete else PARTLY_POSTED, {"number": header["number"]})
    changed: Changes = [{"field": "note", "before": None, "after": note}] if note else []
    if complete:
        changed += changes(header, {"status": AdjustmentStatus.POSTED.value})
    tx.audit(AuditEventKind.LIMIT_POSTED, message, (TABLE, header["id"]), header["company_id"], changed)


def _entry(line: _Line) -> dict[str, Any]:
    asks = line.asks
    return {
        "holder_id": asks.holder[1],
        "id": asks.id,
        **holder_columns(asks.holder),
        "kind": asks.kind.value,
        "amount": asks.limit.amount,
        "currency": asks.limit.currency,
        "from_day": asks.from_,
        "until_day": asks.until,
        "replaces_id": asks.replaces,
        "adjustment_line_id": line.row["id"],
    }


def _in_force(tx: Transaction, line: _Line, entries: tuple[LimitEntry, ...]) -> LimitEntry | None:
    """The limit in force today, where its holder is, before the line is posted."""
    today = tx.moment.today(line.holder.time_zone)
    return temporary_on(entries, today) or normal_on(entries, today)


def _audit_limit(tx: Transaction, line: _Line, before: LimitEntry | None) -> None:
    asks = line.asks
    assert asks.from_ is not None, "a line that is posted begins on a day"
    values: dict[str, Any] = {"holder": line.holder.name, "limit": asks.limit, "from": asks.from_}
    message = Message(LIMIT_POSTED, values)
    if asks.kind is AdjustmentKind.TEMPORARY:
        message = Message(TEMPORARY_POSTED, values | {"until": asks.until})
    was = f"{before.limit.amount:f} {before.limit.currency}" if before else None
    changed = [{"field": "limit", "before": was, "after": f"{asks.limit.amount:f} {asks.limit.currency}"}]
    kind, event = AuditEventKind.LIMIT_POSTED, "CREDIT_LIMIT_POSTED"
    tx.audit(kind, message, line.holder.holder, line.holder.company, changed, event=event)


async def _members(tx: Transaction, groups: Iterable[FoundHolder]) -> list[UUID]:
    """The customers who share the limits of some groups."""
    found: list[UUID] = []
    for group in groups:
        found.extend(await members_of_group(tx.conn, group.holder[1], tx.moment))
    return found
