"""Approval of limit adjustments: a draft is submitted, then approved by somebody else, or rejected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from domain.adjustment import EMPTY, AdjustmentStatus
from domain.approval import ONLY_DRAFTS, ONLY_IN_REVIEW, own_refusals
from domain.audit import AuditEventKind
from domain.limits import MARGINS, AdjustmentKind
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.statements import Row
from persistence.tables.limits import credit_limit_adjustment, credit_limit_adjustment_line
from persistence.take import Result, Transaction
from persistence.writing.adjustment_lines import entries_of, lines_of
from persistence.writing.adjustments import TABLE, AdjustmentStep, adjustment_to_change, with_author
from persistence.writing.approval_steps import chosen_lines, stands_after, workflow_of
from persistence.writing.limit_posting import asked_lines, coming_to, locked_rooms, post_lines
from persistence.writing.reach import Roles, names_of, reaching_in
from persistence.writing.saving import Changes, changes, differing, update, update_many

_DRAFT, _IN_REVIEW = AdjustmentStatus.DRAFT, AdjustmentStatus.IN_REVIEW
_APPROVED, _REJECTED = AdjustmentStatus.APPROVED, AdjustmentStatus.REJECTED

_DONE = {
    _IN_REVIEW: (AuditEventKind.LIMIT_SUBMITTED, N_("Credit limit adjustment {number} was submitted for approval.")),
    _APPROVED: (AuditEventKind.LIMIT_APPROVED, N_("Credit limit adjustment {number} was approved.")),
    _REJECTED: (AuditEventKind.LIMIT_REJECTED, N_("Credit limit adjustment {number} was rejected.")),
}


async def submit_adjustment(tx: Transaction, wanted: AdjustmentStep) -> Result:
    """Ask for approval of drafted lines, also where the company does not demand it. Of approved seasonal factors and
    tolerances it may be asked for again: what they come to may have grown.
    """
    header = await adjustment_to_change(tx, wanted.adjustment, wanted.expected_version)
    rows = await lines_of(tx.conn, wanted.adjustment)
    if not rows or wanted.lines == ():
        raise Refused(Refusal(ErrorCode.INVALID_VALUE, Message(EMPTY), ("lines",)))
    from_ = {_DRAFT, _APPROVED} if AdjustmentKind(header["kind"]) in MARGINS else {_DRAFT}
    chosen = _chosen(header, rows, wanted, from_, ONLY_DRAFTS)
    await asked_lines(tx, header, chosen)
    await _write(tx, header, rows, chosen, _IN_REVIEW, wanted.note)
    return {TABLE: str(wanted.adjustment)}


async def approve_adjustment(tx: Transaction, wanted: AdjustmentStep, roles_in: Roles) -> Result:
    """Approve lines in review, and post them at once where the company says so. What is in the way of posting them is
    in the way of approving them then. What is approved is what the limits come to now.
    """
    rooms = await locked_rooms(tx, wanted.adjustment)
    header = await adjustment_to_change(tx, wanted.adjustment, wanted.expected_version)
    rows = await lines_of(tx.conn, wanted.adjustment)
    chosen = _chosen(header, rows, wanted, {_IN_REVIEW}, ONLY_IN_REVIEW)
    asked = await asked_lines(tx, header, chosen)
    authors = with_author(header)
    own = own_refusals(tx.actor, authors)
    if own:
        raise Refused(*own)
    asked = await coming_to(tx, header, asked, await entries_of(tx.conn, [line.holder.holder for line in asked]))
    chosen = [{**line.row, "amount": line.asks.limit.amount} for line in asked]
    lenders = await _lenders(tx, header, chosen, roles_in, authors)
    await _write(tx, header, rows, chosen, _APPROVED, wanted.note, lenders)
    workflow = await workflow_of(tx, header["company_id"])
    if workflow.post:
        now = await lines_of(tx.conn, wanted.adjustment)
        approved = {row["id"] for row in chosen}
        to_post = [row for row in now if row["id"] in approved]
        await post_lines(tx, rooms, header, now, to_post, None, workflow=workflow.approve)
    return {TABLE: str(wanted.adjustment)}


async def reject_adjustment(tx: Transaction, wanted: AdjustmentStep, roles_in: Roles) -> Result:
    """Reject lines in review; they stay as they were refused. Whoever has the authority may, and their authors may take
    them back so.
    """
    header = await adjustment_to_change(tx, wanted.adjustment, wanted.expected_version)
    rows = await lines_of(tx.conn, wanted.adjustment)
    chosen = _chosen(header, rows, wanted, {_IN_REVIEW}, ONLY_IN_REVIEW)
    await asked_lines(tx, header, chosen)
    authors = with_author(header)
    lenders = () if tx.actor in authors else await _lenders(tx, header, chosen, roles_in, authors)
    await _write(tx, header, rows, chosen, _REJECTED, wanted.note, lenders)
    return {TABLE: str(wanted.adjustment)}


async def _lenders(
    tx: Transaction, header: Row, chosen: Sequence[Row], roles_in: Roles, authors: Collection[UUID]
) -> tuple[UUID, ...]:
    """By whose authority the lines are decided about, where it is not the caller's own. Raises `Refused` beyond it."""
    company = header["company_id"]
    limits = [Money(row["amount"], row["currency"]) for row in chosen]
    used = {limit.currency for limit in limits}
    reaching = await reaching_in(tx, company, roles_in(company), used, authors)
    refusals = reaching.refusals(limits)
    if refusals:
        raise Refused(*refusals)
    return reaching.lenders(limits)


def _chosen(
    header: Row, rows: Sequence[Row], wanted: AdjustmentStep, from_: set[AdjustmentStatus], said: str
) -> list[Row]:
    """The lines that take the step. Raises `Refused` when there are none."""
    chosen = chosen_lines(rows, wanted.lines, from_, dict.fromkeys(AdjustmentStatus, said))
    if not chosen:
        refusal = Refusal(ErrorCode.WRONG_STATUS, Message(said), ("creditLimitAdjustment",), (TABLE, header["id"]))
        raise Refused(refusal)
    return chosen


async def _write(
    tx: Transaction,
    header: Row,
    rows: Sequence[Row],
    chosen: Sequence[Row],
    to: AdjustmentStatus,
    note: str | None,
    lenders: Sequence[UUID] = (),
) -> None:
    """Where the lines and their adjustment stand now; on record with each amount that was decided about, and for whom
    somebody stood in.
    """
    moved = [({"id": row["id"]}, {"status": to.value, "amount": row["amount"]}) for row in chosen]
    await update_many(tx.conn, credit_limit_adjustment_line, moved)
    values = differing(header, {"status": stands_after(rows, chosen, to).value})
    changed = changes(header, values) + _decided(chosen, to)
    changed += [{"field": "decidedFor", "before": None, "after": name} for name in await names_of(tx, lenders)]
    if note:
        changed.append({"field": "note", "before": None, "after": note})
    written = values | (_submitted(tx, header) if to is _IN_REVIEW else {})
    await update(tx.conn, credit_limit_adjustment, {"id": header["id"]}, written)
    kind, text = _DONE[to]
    tx.audit(kind, Message(text, {"number": header["number"]}), (TABLE, header["id"]), header["company_id"], changed)


def _submitted(tx: Transaction, header: Row) -> dict[str, Any]:
    """Who asks is among its authors. It is in review since its first line is."""
    since = header["submitted_at"] if header["status"] == _IN_REVIEW.value else tx.now
    return {"author_ids": with_author(header, tx.actor), "submitted_at": since}


def _decided(chosen: Sequence[Row], to: AdjustmentStatus) -> Changes:
    """Each line by its number: the limit that was asked for, and where the line stands now."""
    said: Changes = []
    for row in chosen:
        place, limit = f"lines.{row['line_number']}", f"{row['amount']:f} {row['currency']}"
        said.append({"field": f"{place}.newLimit", "before": limit, "after": limit})
        said.append({"field": f"{place}.status", "before": row["status"], "after": to.value})
    return said
