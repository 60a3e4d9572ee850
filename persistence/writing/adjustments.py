"""Writing limit adjustments: drafts with lines, which change nothing until they are posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.adjustment import OTHER_WORDS, AdjustmentLine, AdjustmentStatus, post_refusals
from domain.audit import AuditEventKind
from domain.limits import MARGINS, AdjustmentKind
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.company import company_table
from persistence.tables.limits import credit_limit_adjustment, credit_limit_adjustment_line
from persistence.take import Result, Transaction
from persistence.writing.adjustment_lines import (
    entries_of,
    first_of_each,
    holder_columns,
    holder_of,
    holders_of,
    line_of,
    lines_of,
    moved_to,
    with_margins,
)
from persistence.writing.finding import TOO_MANY, version_refusals
from persistence.writing.holders import FoundHolder, HolderNamed, holders_named, no_holder
from persistence.writing.records import locked
from persistence.writing.rules import percent_refusals
from persistence.writing.saving import Changes, changes, differing, update, update_many

MOST_LINES = 250
"""In one input."""

TABLE, LINES = "credit_limit_adjustment", "credit_limit_adjustment_line"

NO_ADJUSTMENT = N_("There is no such credit limit adjustment. It may be another company's.")
NO_LINE = N_("The adjustment has no such line.")
LINE_POSTED = N_("The line is posted already.")
NOT_A_DRAFT = N_("Only a draft can be changed.")
OTHER_COMPANY = N_("The customer belongs to another company than the adjustment.")
CREATED = N_("Credit limit adjustment {number} was created.")
UPDATED = N_("Credit limit adjustment {number} was changed.")

_LAST_NUMBER = Statement(
    sa.select(
        sa.func.max(
            sa.cast(
                sa.func.substring(credit_limit_adjustment.c.number, r"^ADJ-(\d{1,15})$", type_=sa.Text()),
                sa.BigInteger(),
            )
        )
    ).where(credit_limit_adjustment.c.company_id == sa.bindparam("company", type_=sa.Uuid()))
)
_REMOVE_LINES = Statement(
    sa.delete(credit_limit_adjustment_line).where(any_of(credit_limit_adjustment_line.c.id, "lines"))
)


@dataclass(frozen=True)
class LineToSave:
    """A new limit for one holder, or by its kind a `percent` or `tolerance` of the limit it has. `id`: the line to
    change, whose holder stays when none is named.

    `from_` None: from the day of posting. `replaces`: the temporary limit whose place it takes.
    """

    new_limit: Money | None = None
    id: UUID | None = None
    holder: HolderNamed | None = None
    from_: date | None = None
    until: date | None = None
    replaces: UUID | None = None
    percent: Decimal | None = None
    tolerance: Money | None = None


@dataclass(frozen=True)
class AdjustmentToCreate:
    """A draft in a company."""

    company: str
    kind: AdjustmentKind
    description: str | None = None
    lines: tuple[LineToSave, ...] = ()


@dataclass(frozen=True)
class AdjustmentStep:
    """A step that an adjustment takes: all its lines that can, or some of them. `note` is kept on record."""

    adjustment: UUID
    lines: tuple[UUID, ...] | None = None
    note: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class AdjustmentChange:
    """What of a draft is to be changed; `values` holds its description when that is to change."""

    adjustment: UUID
    values: Mapping[str, Any]
    save: tuple[LineToSave, ...] = ()
    remove: tuple[UUID, ...] = ()
    expected_version: int | None = None


async def create_adjustment(tx: Transaction, wanted: AdjustmentToCreate) -> Result:
    """Write a draft. Its number follows the last one of the company."""
    company = tx.company(wanted.company)
    lines = await _drafted(tx, company["id"], wanted.kind, wanted.lines, (), "lines")
    return await write_draft(tx, company["id"], wanted.kind, wanted.description, lines)


async def write_draft(
    tx: Transaction,
    company: UUID,
    kind: AdjustmentKind,
    description: str | None,
    lines: Sequence[dict[str, Any]],
    changed: Changes | None = None,
) -> Result:
    """A draft with lines that can be meant. `changed`: what else is put on record of it."""
    await locked(tx.conn, company_table, company)
    number = f"ADJ-{(await _LAST_NUMBER.value(tx.conn, company=company) or 0) + 1:06d}"
    key = new_key()
    row = {
        "id": key,
        "company_id": company,
        "number": number,
        "kind": kind.value,
        "description": description,
        "created_by_id": tx.actor,
        "author_ids": [tx.actor],
    }
    await insert(tx.conn, credit_limit_adjustment, [row])
    await _append_lines(tx, key, lines, 0)
    message = Message(CREATED, {"number": number})
    tx.audit(AuditEventKind.LIMIT_ADJUSTMENT_SAVED, message, (TABLE, key), company, changed)
    return {TABLE: str(key)}


async def update_adjustment(tx: Transaction, wanted: AdjustmentChange) -> Result:
    """Change a draft: its description, and its lines."""
    header = await adjustment_to_change(tx, wanted.adjustment, wanted.expected_version)
    if header["status"] != AdjustmentStatus.DRAFT.value:
        raise Refused(_wrong_status(NOT_A_DRAFT, (), wanted.adjustment))
    kept = {row["id"]: row for row in await lines_of(tx.conn, wanted.adjustment)}
    refusals = rows_refusals(wanted.remove, "removeLines") or _line_refusals(wanted.remove, kept, "removeLines")
    if refusals:
        raise Refused(*refusals)
    left = {key: row for key, row in kept.items() if key not in wanted.remove}
    kind = AdjustmentKind(header["kind"])
    lines = await _drafted(tx, header["company_id"], kind, wanted.save, tuple(left.values()), "saveLines")
    differs = differing(header, wanted.values)
    await _REMOVE_LINES.run(tx.conn, lines=list(wanted.remove))
    old = [({"id": line.pop("id")}, line) for line in lines if line["id"] in kept]
    await update_many(tx.conn, credit_limit_adjustment_line, old)
    highest = max((row["line_number"] for row in kept.values()), default=0)
    await _append_lines(tx, wanted.adjustment, [line for line in lines if "id" in line], highest)
    written = differs | {"author_ids": with_author(header, tx.actor)}
    await update(tx.conn, credit_limit_adjustment, {"id": wanted.adjustment}, written)
    message, subject = Message(UPDATED, {"number": header["number"]}), (TABLE, wanted.adjustment)
    kind_of_event = AuditEventKind.LIMIT_ADJUSTMENT_SAVED
    tx.audit(kind_of_event, message, subject, header["company_id"], changes(header, differs))
    return {TABLE: str(wanted.adjustment)}


async def adjustment_to_change(tx: Transaction, key: UUID, expected_version: int | None) -> Row:
    """An adjustment that nobody else changes until this transaction ends, in a company the caller may act in."""
    header = await locked(tx.conn, credit_limit_adjustment, key)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_ADJUSTMENT), ("creditLimitAdjustment",))
    if header is None:
        raise Refused(unknown)
    tx.within(header["company_id"], unknown)
    refusals = version_refusals(header["version"], expected_version, (TABLE, key))
    if refusals:
        raise Refused(*refusals)
    return header


def with_author(header: Row, *now: UUID) -> list[UUID]:
    """Who wrote, changed or submitted an adjustment, and who does so now."""
    return list(dict.fromkeys([header["created_by_id"], *header["author_ids"], *now]))


def rows_refusals(rows: Sequence[Any], name: str) -> list[Refusal]:
    """An input list is not too long for one transaction."""
    if len(rows) <= MOST_LINES:
        return []
    return [Refusal(ErrorCode.TOO_MANY_ROWS, Message(TOO_MANY, {"most": MOST_LINES}), (name,))]


def _line_refusals(wanted: Sequence[UUID | None], kept: Mapping[UUID, Row], *path: str) -> list[Refusal]:
    """Lines that are to be changed must be there, and drafts."""
    name, *rest = path
    refusals = []
    for place, key in enumerate(wanted):
        at = (name, str(place), *rest)
        if key is not None and key not in kept:
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_LINE), at))
        elif key is not None and kept[key]["status"] == AdjustmentStatus.POSTED.value:
            refusals.append(_wrong_status(LINE_POSTED, at, key, LINES))
        elif key is not None and kept[key]["status"] != AdjustmentStatus.DRAFT.value:
            refusals.append(_wrong_status(NOT_A_DRAFT, at, key, LINES))
    return refusals


def _wrong_status(text: str, path: tuple[str, ...], key: UUID, table: str = TABLE) -> Refusal:
    return Refusal(ErrorCode.WRONG_STATUS, Message(text), path or ("creditLimitAdjustment",), (table, key))


async def _drafted(
    tx: Transaction,
    company: UUID,
    kind: AdjustmentKind,
    wanted: Sequence[LineToSave],
    left: Sequence[Row],
    name: str,
) -> list[dict[str, Any]]:
    """The rows of lines that can be meant. Raises `Refused` with everything that cannot.

    `left`: the lines that the draft has already. That one overlaps a temporary limit is refused only when it is posted:
    the other may have been replaced by then. Here it is a warning.
    """
    before = {row["id"]: row for row in left}
    ids = [line.id for line in wanted]
    found = rows_refusals(wanted, name) or _line_refusals(ids, before, name, "id")
    if found:
        raise Refused(*found)
    named = await holders_named(tx, [line.holder for line in wanted if line.holder], [company])
    kept = await holders_of(tx, left)
    refusals: list[Refusal] = []
    rows: list[tuple[dict[str, Any], FoundHolder]] = []
    for place, line in enumerate(wanted):
        path = (name, str(place))
        holder = named.get(line.holder) if line.holder else None
        if line.holder is None and line.id in before:
            holder = kept.get(holder_of(before[line.id]))
        refusals += _word_refusals(tx, kind, line, path)
        if holder is None:
            refusals.append(no_holder(line.holder, (*path, "holder")))
        elif holder.company not in (None, company):
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_COMPANY), (*path, "holder")))
        else:
            rows.append((_row(line, holder), holder))
    if len(rows) == len(wanted):
        saved = {row["id"] for row, _ in rows}
        others = [
            (row, kept[holder_of(row)])
            for row in left
            if row["id"] not in saved and row["status"] == AdjustmentStatus.DRAFT.value and holder_of(row) in kept
        ]
        refusals += await _rules(tx, kind, others, rows, name)
    if refusals:
        raise Refused(*first_of_each(refusals))
    return [row for row, _ in rows]


def _word_refusals(tx: Transaction, kind: AdjustmentKind, line: LineToSave, path: tuple[str, ...]) -> list[Refusal]:
    """What can be seen of amounts and percentages by themselves."""
    if (line.new_limit is None) is not (kind in MARGINS):
        return [Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_WORDS), (*path, "newLimit"))]
    refusals = percent_refusals(line.percent, (*path, "percent"))
    for name, amount in (("newLimit", line.new_limit), ("tolerance", line.tolerance)):
        if amount is not None:
            refusals += tx.amount_refusals(amount, (*path, name), positive=False)
    return refusals


async def _rules(
    tx: Transaction,
    kind: AdjustmentKind,
    others: Sequence[tuple[Row, FoundHolder]],
    rows: Sequence[tuple[dict[str, Any], FoundHolder]],
    name: str,
) -> list[Refusal]:
    """What the rules of posting say to the new lines already now."""
    if not rows:
        return []
    lines: list[AdjustmentLine] = [line_of(tx, kind, row, holder) for row, holder in (*others, *rows)]
    entries = await entries_of(tx.conn, [line.holder for line in lines])
    found = post_refusals(lines, entries, AdjustmentStatus.DRAFT, tx.now.date())
    own = [moved_to(one, name, len(others)) for one in found if int(one.path[1]) >= len(others)]
    if not own and kind in MARGINS:
        for (row, _), line in zip(rows, await with_margins(tx, lines[len(others) :], entries, name), strict=True):
            row["amount"] = line.limit.amount
    tx.warnings.extend(one for one in own if one.code is ErrorCode.OVERLAPPING_TEMPORARY_LIMIT)
    return [one for one in own if one.code is not ErrorCode.OVERLAPPING_TEMPORARY_LIMIT]


def _row(line: LineToSave, holder: FoundHolder) -> dict[str, Any]:
    said = line.new_limit or line.tolerance or Money(Decimal(0), holder.currency)
    return {
        "id": line.id or new_key(),
        **holder_columns(holder.holder),
        "amount": said.amount,
        "currency": said.currency,
        "percent": line.percent,
        "tolerance": line.tolerance and line.tolerance.amount,
        "from_day": line.from_,
        "until_day": line.until,
        "replaces_id": line.replaces,
    }


async def _append_lines(tx: Transaction, adjustment: UUID, lines: Sequence[dict[str, Any]], last: int) -> None:
    """New lines, after the last there is."""
    rows = [
        line | {"adjustment_id": adjustment, "line_number": number} for number, line in enumerate(lines, start=last + 1)
    ]
    await insert(tx.conn, credit_limit_adjustment_line, rows)
