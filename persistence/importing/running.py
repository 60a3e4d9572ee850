"""An import from beginning to end: stage, check, and load everything in one transaction, or nothing.

Each round checks and loads in one transaction. When a row is bad the round is rolled back; with `skip_bad` the bad
lines are left out and another round begins, until nothing is bad any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic
from uuid import UUID

import psycopg
from psycopg import Rollback, errors

from persistence.database import plain_url
from persistence.importing import rejects, staging
from persistence.importing.checking import resolve
from persistence.importing.jobs import Cancelled, Job
from persistence.importing.layout import Layout
from persistence.importing.reading import read
from persistence.importing.rejects import Say
from persistence.importing.staging import Connection, rows_of
from persistence.importing.writing import ChangedMeanwhile, append, post

MOST_TRIES = 5


class Step(StrEnum):
    """What an import is doing."""

    READING = "READING"
    CHECKING = "CHECKING"
    LOADING = "LOADING"


@dataclass(frozen=True)
class Progress:
    """How far a step is: bytes read of all bytes, or tables checked of all tables. `rate`: rows a second."""

    source: str
    step: Step
    done: int
    total: int
    rows: int
    rate: int
    remaining_seconds: int | None


@dataclass(frozen=True)
class Imported:
    """What became of a file: its rows read, new, there already and rejected. `rejects_path`: where to read why.

    `companies`: those with customers whose rooms changed, so that their holds want to be looked at again.
    """

    job_id: UUID
    source: str
    read: int
    loaded: int
    unchanged: int
    rejected: int
    rejects_path: Path | None
    cancelled: bool = False
    companies: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file, how it is read, and where its bad rows are written to."""

    path: Path
    layout: Layout
    rejects_path: Path


@dataclass
class File:
    """A file that is being imported."""

    source: Source
    job: Job
    rows: int = 0
    loaded: int = 0
    companies: tuple[UUID, ...] = ()


class _Bad(Exception):
    """Rows were found bad, so this round loads nothing."""


def import_files(
    url: str,
    sources: Sequence[Source],
    *,
    actor: UUID,
    now: datetime,
    skip_bad: bool,
    progress: Callable[[Progress], None],
    say: Say,
) -> tuple[Imported, ...]:
    """Load files together: all of them or, when a row is bad, none. Each is a job of its own."""
    with (
        staging.connected(url, now, actor) as conn,
        psycopg.connect(plain_url(url), autocommit=True, application_name="creditgraph import job") as job_conn,
    ):
        files = [File(source, Job(job_conn, source.path.name, actor, now)) for source in sources]
        work = _Import(conn, files, progress)
        try:
            work.stage()
            done = work.load(skip_bad)
            if done:
                work.tell(Step.LOADING, 2, 2)
        except Cancelled:
            for file in files:
                file.job.cancel()
            return tuple(_imported(file, 0, 0, None, cancelled=True) for file in files)
        except BaseException:
            for file in files:
                file.job.fail()
            raise
        return tuple(_ended(conn, number, file, done, say) for number, file in enumerate(files))


def _ended(conn: Connection, number: int, file: File, done: bool, say: Say) -> Imported:
    """Write down what was rejected, and what became of the file."""
    layout, rejected = file.source.layout, rejects.lines(conn, number)
    if not done:
        rejects.write_rows(conn, number, layout, file.job)
        file.job.fail(rejected)
    path = file.source.rejects_path if rejected else None
    if path is not None:
        rejects.write_file(conn, number, layout, path, say)
    unchanged = file.rows - file.loaded - rejected if done else 0
    return _imported(file, unchanged, rejected, path)


def _imported(file: File, unchanged: int, rejected: int, path: Path | None, cancelled: bool = False) -> Imported:
    return Imported(
        job_id=file.job.id,
        source=file.source.path.name,
        read=file.rows,
        loaded=file.loaded,
        unchanged=unchanged,
        rejected=rejected,
        rejects_path=path,
        cancelled=cancelled,
        companies=file.companies,
    )


class _Import:
    """Files that are loaded together."""

    def __init__(self, conn: Connection, files: Sequence[File], progress: Callable[[Progress], None]) -> None:
        self._conn = conn
        self._files = files
        self._layouts = [file.source.layout for file in files]
        self._nouns = staging.in_order(self._layouts)
        self._progress = progress
        self._began = monotonic()

    def stage(self) -> None:
        """Copy every file. Raises `Cancelled`."""
        for number, file in enumerate(self._files):
            staging.make(self._conn, number, file.source.layout)
            began, total, done = monotonic(), file.source.path.stat().st_size, 0
            for batch in read(file.source.path, file.source.layout):
                staging.copy(self._conn, number, batch)
                file.rows += batch.lines
                done = max(done, batch.bytes)
                passed = max(monotonic() - began, 1e-6)
                remaining = round(passed * (total - done) / done) if done else None
                file.job.went_on(file.rows, remaining)
                name, rate = file.source.path.name, round(file.rows / passed)
                self._progress(Progress(name, Step.READING, done, total, file.rows, rate, remaining))
            staging.run(self._conn, f"analyze {staging.staged_table(number)}")

    def load(self, skip_bad: bool) -> bool:
        """Check and load, in as many rounds as there are bad rows that hide others. False when nothing was loaded."""
        if rows_of(self._conn, "select 1 from rejected where fatal limit 1"):
            return False
        tries = 0
        while True:
            try:
                return self._round(skip_bad)
            except _Bad:
                continue
            except (ChangedMeanwhile, errors.UniqueViolation, errors.DeadlockDetected):
                tries += 1
                if tries == MOST_TRIES:
                    raise

    def _round(self, skip_bad: bool) -> bool:
        """One transaction. Raises `_Bad` when another round, without the bad lines, may succeed."""
        if skip_bad:
            rejects.leave_out(self._conn, self._nouns, self._layouts)
        known = rejects.count(self._conn)
        kept = None
        with self._conn.transaction():
            self._check()
            found = rejects.count(self._conn)
            if found == known and (skip_bad or not found):
                self._finish()
                return True
            kept = rejects.keep(self._conn)
            raise Rollback
        rejects.put_back(self._conn, kept)
        if skip_bad:
            raise _Bad
        return False

    def _check(self) -> None:
        for place, noun in enumerate(self._nouns):
            self._tell(Step.CHECKING, place, len(self._nouns), noun.name)
            staging.gather(self._conn, noun, self._layouts)
            resolve(self._conn, noun)
            append(self._conn, noun)
        self._tell(Step.CHECKING, len(self._nouns), len(self._nouns))

    def _finish(self) -> None:
        self._tell(Step.LOADING, 0, 2)
        companies = post(self._conn, self._nouns)
        self._tell(Step.LOADING, 1, 2)
        for number, file in enumerate(self._files):
            file.loaded, file.companies = self._loaded(number), companies
            rejected = rejects.lines(self._conn, number)
            rejects.write_rows(self._conn, number, file.source.layout, file.job)
            file.job.succeed(self._conn, file.loaded, file.rows - file.loaded - rejected, rejected)

    def _loaded(self, number: int) -> int:
        """Lines of a file that brought something new, apart from what they only ensured."""
        lines = " union all ".join(
            f"select line from {noun.new} where fresh and not ensured and file = {number}" for noun in self._nouns
        )
        ((count,),) = rows_of(self._conn, f"select count(distinct line) from ({lines}) l")
        assert isinstance(count, int)
        return count

    def _tell(self, step: Step, done: int, total: int, noun: str | None = None) -> None:
        for file in self._files:
            if noun is None or any(rows.noun == noun for rows in file.source.layout.format.rows):
                file.job.went_on(file.rows, None, file.rows)
        self.tell(step, done, total)

    def tell(self, step: Step, done: int, total: int) -> None:
        """Show how far it is, without touching the job, which ends with the transaction."""
        rows = sum(file.rows for file in self._files)
        passed = max(monotonic() - self._began, 1e-6)
        for file in self._files:
            self._progress(Progress(file.source.path.name, step, done, total, rows, round(rows / passed), None))
