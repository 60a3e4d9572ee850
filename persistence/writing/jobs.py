"""Stopping long work: what waits is cancelled, what runs is asked to stop and leaves nothing behind."""

from __future__ import annotations

from uuid import UUID

from domain.audit import AuditEventKind
from domain.job import JobStatus
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.tables.running import job
from persistence.take import Result, Transaction
from persistence.writing.finding import version_refusals
from persistence.writing.holders import everywhere
from persistence.writing.records import locked
from persistence.writing.saving import changes, update

TABLE = "job"

NO_JOB = N_("There is no such job. It may be somebody else's.")
ENDED = N_("The job has ended already.")
CANCELLED = N_("The job was cancelled before it began.")
ASKED = N_("The job was asked to stop.")


async def cancel_job(tx: Transaction, key: UUID, expected_version: int | None) -> Result:
    """Stop a job of one's own; who may run jobs in every company stops any. Asking twice is asking once."""
    row = await locked(tx.conn, job, key)
    if row is None or (row["started_by_id"] != tx.actor and not everywhere(tx)):
        raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(NO_JOB), ("job",)))
    node, status = (TABLE, key), JobStatus(row["status"])
    refusals = version_refusals(row["version"], expected_version, node)
    if status not in (JobStatus.WAITING, JobStatus.RUNNING):
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(ENDED), ("job",), node))
    if refusals:
        raise Refused(*refusals)
    if not row["cancel_asked"]:
        values: dict[str, str | bool] = {"cancel_asked": True}
        if status is JobStatus.WAITING:
            values["status"] = JobStatus.CANCELLED.value
        await update(tx.conn, job, {"id": key}, values)
        text = CANCELLED if status is JobStatus.WAITING else ASKED
        kind, changed = AuditEventKind.JOB_CANCELLED, changes(row, values)
        tx.audit(kind, Message(text), node, None, changed, event="JOB_CHANGED")
    return {TABLE: str(key)}
