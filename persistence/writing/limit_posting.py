"""Posting limit adjustments: the only way a limit changes. Each line becomes a limit that is never changed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.adjustment import AdjustmentLine, AdjustmentStatus, Holder, post_refusals, standing
from domain.audit import AuditEventKind
from domain.limits import MARGINS, AdjustmentKind, LimitEntry, normal_on, temporary_on
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.customer_sums import members_of_group
from persistence.keys import new_key
from persistence.reevaluating import reevaluate
from persistence.statements import Row, insert
from persistence.tables.limits import credit_limit_adjustment, credit_limit_adjustment_line, credit_limit_entry
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.adjustment_lines import (
    entries_of,
    holder_columns,
    holder_of,
    holders_of,
    line_of,
    lines_of,
    with_margins,
)
from persistence.writing.adjustments import LINE_POSTED, TABLE, AdjustmentStep, adjustment_to_change
from persistence.writing.approval_steps import chosen_lines, stands_after, workflow_of
from persistence.writing.below_used import warn_below_used
from persistence.writing.finding import NO_SUCH_CUSTOMER
from persistence.writing.holders import (
    CUSTOMER,
    GROUP,
    NO_GROUP,
    FoundHolder,
    group_holder,
    groups_by_id,
    groups_open_to,
)
from persistence.writing.saving import Changes, changes, update, update_many

POSTED = N_("Credit limit adjustment {number} was posted.")
PARTLY_POSTED = N_("A part of credit limit adjustment {number} was posted.")
LIMIT_POSTED = N_("The credit limit of {holder} is {limit} from {from}.")
TEMPORARY_POSTED = N_("The credit limit of {holder} is {limit} from {from} to {until}.")

MORE_THAN_APPROVED = N_("{approved} was approved, and the limit comes to {now} by now. Submit the line again.")

NOT_POSTABLE_LINE = {
    AdjustmentStatus.DRAFT: N_("The line must be approved before it is posted."),
    AdjustmentStatus.IN_REVIEW: N_("The line is being approved."),
    AdjustmentStatus.REJECTED: N_("The line was rejected."),
    AdjustmentStatus.POSTED: LINE_POSTED,
}


@dataclass(frozen=True)
class AskedLine:
    """A line, whose limit it is, and what it asks for; its id is that of the limit it makes."""

    row: Row
    holder: FoundHolder
    asks: AdjustmentLine


@dataclass(frozen=True)
class Rooms:
    """Whose limits an adjustment is about, locked with all who share them."""

    holders: frozenset[Holder]
    payers: Mapping[UUID, UUID]

    def of_kind(self, wanted: str) -> list[UUID]:
        """The customers, or the credit groups."""
        return [key for kind, key in self.holders if kind == wanted]


async def locked_rooms(tx: Transaction, adjustment: UUID) -> Rooms:
    """Lock whose limits an adjustment changes when it is posted: before the adjustment itself."""
    holders = frozenset(holder_of(row) for row in await lines_of(tx.conn, adjustment))
    rooms = Rooms(holders, {})
    return Rooms(holders, await tx.lock(rooms.of_kind(CUSTOMER), rooms.of_kind(GROUP)))


async def post_adjustment(tx: Transaction, wanted: AdjustmentStep) -> Result:
    """Post a draft: its limits are in force from their first days, and orders on hold are checked again.

    Where the company approves adjustments, only what is approved is posted.
    """
    rooms = await locked_rooms(tx, wanted.adjustment)
    header = await adjustment_to_change(tx, wanted.adjustment, wanted.expected_version)
    rows = await lines_of(tx.conn, wanted.adjustment)
    workflow = (await workflow_of(tx, header["company_id"])).approve
    from_ = {AdjustmentStatus.APPROVED} if workflow else {AdjustmentStatus.APPROVED, AdjustmentStatus.DRAFT}
    chosen = chosen_lines(rows, wanted.lines, from_, NOT_POSTABLE_LINE)
    await post_lines(tx, rooms, header, rows, chosen, wanted.note, workflow=workflow)
    return {TABLE: str(wanted.adjustment)}


async def post_lines(
    tx: Transaction,
    rooms: Rooms,
    header: Row,
    rows: Sequence[Row],
    chosen: Sequence[Row],
    note: str | None,
    *,
    workflow: bool,
) -> None:
    """Post some lines of an adjustment. Raises `Refused` with everything in the way."""
    if {holder_of(row) for row in rows} - rooms.holders:
        raise MovedMeanwhile
    lines = await asked_lines(tx, header, chosen)
    entries = await entries_of(tx.conn, [line.holder.holder for line in lines])
    status = standing(AdjustmentStatus(row["status"]) for row in chosen) if chosen else None
    today, status = tx.today(header["company_id"]), status or AdjustmentStatus(header["status"])
    refusals = post_refusals([line.asks for line in lines], entries, status, today, workflow)
    if refusals:
        raise Refused(*refusals)
    lines = await coming_to(tx, header, lines, entries)
    refusals = tuple(_more_than_approved(lines))
    if refusals:
        raise Refused(*refusals)
    complete = stands_after(rows, chosen, AdjustmentStatus.POSTED) is AdjustmentStatus.POSTED
    await _write(tx, header, lines, entries, complete=complete, note=note)
    await warn_below_used(tx, [(line.holder.holder, line.asks.id) for line in lines])
    groups = await groups_by_id(tx.conn, rooms.of_kind(GROUP))
    members = await _members(tx, [group_holder(row) for row in groups.values()])
    await reevaluate(tx, {*rooms.of_kind(CUSTOMER), *rooms.payers.values(), *members})


async def asked_lines(tx: Transaction, header: Row, rows: Sequence[Row]) -> list[AskedLine]:
    """The lines as the rules know them. A group's limit is posted under a company of one of its members, or by who made
    the group. Raises `Refused`.
    """
    wanted, holders = [holder_of(row) for row in rows], await holders_of(tx, rows)
    open_ = await groups_open_to(tx, [key for kind, key in wanted if kind == GROUP], [header["company_id"]])
    kind, lines, refusals = AdjustmentKind(header["kind"]), [], []
    for place, (row, holder) in enumerate(zip(rows, wanted, strict=True)):
        if holder not in holders or (holder[0] == GROUP and holder[1] not in open_):
            text = NO_SUCH_CUSTOMER if holder[0] == CUSTOMER else NO_GROUP
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(text), ("lines", str(place), "holder")))
        else:
            asks = line_of(tx, kind, dict(row) | {"id": new_key()}, holders[holder])
            lines.append(AskedLine(row, holders[holder], asks))
    if refusals:
        raise Refused(*refusals)
    return lines


async def coming_to(
    tx: Transaction, header: Row, lines: list[AskedLine], entries: Mapping[Holder, tuple[LimitEntry, ...]]
) -> list[AskedLine]:
    """Lines with what their limits come to now: seasonal factors and tolerances follow the limit they change. Raises
    `Refused` where there is none any more.
    """
    if AdjustmentKind(header["kind"]) not in MARGINS:
        return lines
    asked = await with_margins(tx, [line.asks for line in lines], entries)
    return [replace(line, asks=asks) for line, asks in zip(lines, asked, strict=True)]


def _more_than_approved(lines: Sequence[AskedLine]) -> Iterator[Refusal]:
    """Approved lines that come to more by now, since the limit they change was raised: nobody vouched for that."""
    for place, line in enumerate(lines):
        approved, now = Money(line.row["amount"], line.row["currency"]), line.asks.limit
        is_approved = line.row["status"] == AdjustmentStatus.APPROVED.value
        if is_approved and (approved.currency != now.currency or now > approved):
            message = Message(MORE_THAN_APPROVED, {"approved": approved, "now": now})
            path = ("lines", str(place))
            yield Refusal(ErrorCode.APPROVAL_REQUIRED, message, path, limit=approved, actual=now)


async def _write(
    tx: Transaction,
    header: Row,
    lines: Sequence[AskedLine],
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
            "amount": line.asks.limit.amount,
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


def _entry(line: AskedLine) -> dict[str, Any]:
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
        "percent": asks.percent,
        "tolerance": asks.tolerance and asks.tolerance.amount,
        "adjustment_line_id": line.row["id"],
    }


def _in_force(tx: Transaction, line: AskedLine, entries: tuple[LimitEntry, ...]) -> LimitEntry | None:
    """The limit in force today, where its holder is, before the line is posted."""
    today = tx.moment.today(line.holder.time_zone)
    return temporary_on(entries, today) or normal_on(entries, today)


def _audit_limit(tx: Transaction, line: AskedLine, before: LimitEntry | None) -> None:
    asks = line.asks
    assert asks.from_ is not None, "a line that is posted begins on a day"
    values: dict[str, Any] = {"holder": line.holder.name, "limit": asks.limit, "from": asks.from_}
    message = Message(LIMIT_POSTED, values)
    if asks.kind in (AdjustmentKind.TEMPORARY, AdjustmentKind.SEASONAL):
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
