"""The job that an import is, seen by others while it runs: progress, a wish to stop, and how it ended.

It is written on a connection of its own, since the rows of the import stay unseen until the end. While an import lives
its connection holds an advisory lock, so that a job whose process was killed is recognised and marked as failed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.audit import AuditEventKind
from domain.message import N_, Message
from persistence.frozen import freeze_message
from persistence.importing.staging import Connection
from persistence.keys import new_key

LIVING = 0x1AB0
"""The class of advisory locks of imports that are alive."""

CHANGED = "JOB_CHANGED"
"""The kind of the event of a job that went on, as of one that somebody asked to stop."""

STARTED = N_("The import of {source} began.")
FINISHED = N_("{source} was imported: {loaded} rows are new, {unchanged} were there already, {rejected} were rejected.")
STOPPED = N_("The import of {source} was cancelled. Nothing of it was loaded.")

_TOLD = """insert into outbox (kind, company_id, subject_id, payload)
  select %s::text, null, id, '{"table": "job"}'::jsonb from"""
"""Others hear of the jobs that are in a table."""

_BEGIN = f"""
with begun as (
  insert into job (id, kind, status, source, started_by_id) values (%s, 'IMPORT', 'RUNNING', %s, %s) returning id
)
{_TOLD} begun
"""

_WENT_ON = f"""
with moved as (
  update job set done = %s, total = %s, remaining_seconds = %s, updated_at = now() where id = %s
  returning id, cancel_asked
), told as (
  {_TOLD} moved
)
select cancel_asked from moved
"""

_END = f"""
with ended as (
  update job set status = %s, remaining_seconds = null, version = version + 1, updated_at = now() where id = %s
  returning id
)
{_TOLD} ended
"""

_MARK_DEAD = f"""
with dead as (
  update job set status = 'FAILED', version = version + 1, updated_at = now()
  where kind = 'IMPORT' and status in ('WAITING', 'RUNNING') and not exists (
    select from pg_locks l where l.locktype = 'advisory' and l.classid = %s::integer::oid
      and l.objid = (hashtext(job.id::text)::bigint & 4294967295)::oid
      and l.database = (select oid from pg_database where datname = current_database())
  )
  returning id
)
{_TOLD} dead
"""


class Cancelled(Exception):
    """Somebody asked the import to stop."""


class Job:
    """One file's import."""

    def __init__(self, conn: Connection, source: str, actor: UUID, now: datetime) -> None:
        self.id = new_key()
        self.source = source
        self._conn = conn
        self._actor = actor
        self._now = now
        conn.execute("select pg_advisory_lock(%s, hashtext(%s))", (LIVING, str(self.id)))
        conn.execute(_MARK_DEAD, (LIVING, AuditEventKind.JOB_FINISHED.value))
        started = AuditEventKind.JOB_STARTED
        conn.execute(_BEGIN, (self.id, source, actor, started.value))
        self._audit(conn, started, Message(STARTED, {"source": source}))

    def went_on(self, done: int, remaining_seconds: int | None, total: int | None = None) -> None:
        """Tell how far it is. Raises `Cancelled` when somebody asked it to stop."""
        row = self._conn.execute(_WENT_ON, (done, total, remaining_seconds, self.id, CHANGED)).fetchone()
        if row is not None and row[0]:
            raise Cancelled

    def succeed(self, within: Connection, loaded: int, unchanged: int, rejected: int) -> None:
        """In the transaction that loads, so that both are there or neither. It is the last that is written of it."""
        self._finish(within, "SUCCEEDED", loaded, unchanged, rejected)

    def fail(self, rejected: int = 0) -> None:
        """Nothing was loaded."""
        self._finish(self._conn, "FAILED", 0, 0, rejected)

    def cancel(self) -> None:
        """It stopped as it was asked to."""
        self._end(self._conn, "CANCELLED", AuditEventKind.JOB_CANCELLED, Message(STOPPED, {"source": self.source}))

    def _finish(self, conn: Connection, status: str, loaded: int, unchanged: int, rejected: int) -> None:
        counted = {"loaded": loaded, "unchanged": unchanged, "rejected": rejected}
        self._end(conn, status, AuditEventKind.JOB_FINISHED, Message(FINISHED, {"source": self.source, **counted}))

    def _end(self, conn: Connection, status: str, kind: AuditEventKind, message: Message) -> None:
        conn.execute(_END, (status, self.id, kind.value))
        self._audit(conn, kind, message)

    def _audit(self, conn: Connection, kind: AuditEventKind, message: Message) -> None:
        conn.execute(
            "insert into audit_event (id, happened_at, actor_id, kind, subject_kind, subject_id, message)"
            " values (%s, %s, %s, %s, 'job', %s, %s)",
            (new_key(), self._now, self._actor, kind.value, self.id, Jsonb(freeze_message(message))),
        )
