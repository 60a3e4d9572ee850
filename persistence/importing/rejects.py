"""What was wrong with which lines: kept over the rollback that follows, written to a file for people and to the job."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.frozen import thaw_message
from persistence.importing.declaration import Noun
from persistence.importing.jobs import Job
from persistence.importing.layout import Layout, rows_sql
from persistence.importing.staging import Connection, rows_of, run, staged_table

Say = Callable[[Message], str]

OTHER_LINE = N_("Another line of the same document was rejected.")
IN_MEMORY = 8 * 1024 * 1024

_COLUMNS = "file, line, noun, field, column_name, value, code, message, together, fatal"


def count(conn: Connection) -> int:
    """How many rejects there are."""
    ((found,),) = rows_of(conn, "select count(*) from rejected")
    assert isinstance(found, int)
    return found


def lines(conn: Connection, source: int) -> int:
    """How many lines of a file have any."""
    ((found,),) = rows_of(conn, f"select count(distinct line) from rejected where file = {source}")
    assert isinstance(found, int)
    return found


def keep(conn: Connection) -> IO[bytes]:
    """All rejects out of the table, before the transaction that found them is rolled back."""
    kept: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller puts it back and closes it
    with conn.cursor().copy(f"copy (select {_COLUMNS} from rejected) to stdout".encode()) as copying:
        for chunk in copying:
            kept.write(chunk)
    kept.seek(0)
    return kept


def put_back(conn: Connection, kept: IO[bytes]) -> None:
    """Into the table again, after the rollback."""
    run(conn, "truncate rejected")
    with kept, conn.cursor().copy(f"copy rejected ({_COLUMNS}) from stdin".encode()) as copying:
        while chunk := kept.read(1024 * 1024):
            copying.write(chunk)


def leave_out(conn: Connection, nouns: Sequence[Noun], layouts: Sequence[Layout]) -> None:
    """Take rejected lines out of the staging tables, and with them the other lines of the same document."""
    for noun in nouns:
        if noun.together:
            _reject_the_rest(conn, noun, layouts)
    for source in range(len(layouts)):
        run(
            conn,
            f"delete from {staged_table(source)} s using rejected j where j.file = {source} and j.line = s.line",
        )


def _reject_the_rest(conn: Connection, noun: Noun, layouts: Sequence[Layout]) -> None:
    whole = f"concat({', chr(31), '.join(f'r.{name}' for name in noun.together)})"
    for source, layout in enumerate(layouts):
        for rows in layout.format.rows:
            if rows.noun == noun.name:
                run(
                    conn,
                    "insert into rejected (file, line, noun, field, code, message)"
                    f" select r.file, r.line, '{noun.name}', '{noun.together[-1]}', '{ErrorCode.DOCUMENT_DIFFERS}',"
                    f" jsonb_build_object('text', '{OTHER_LINE}'::text, 'values', jsonb_build_object())"
                    f" from ({rows_sql(layout, rows, source, staged_table(source))}) r"
                    f" where {whole} in (select together from rejected where together is not null)"
                    " and not exists (select from rejected j where (j.file, j.line) = (r.file, r.line))",
                )


def write_file(conn: Connection, source: int, layout: Layout, path: Path, say: Say) -> None:
    """The rejects of one file as CSV: line, column, value, reason in the reader's language."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "value", "reason"))
        for line, column, value, _, message in _of(conn, source, layout):
            writer.writerow((line, column or "", value or "", say(thaw_message(message))))


def write_rows(conn: Connection, source: int, layout: Layout, job: Job) -> None:
    """The rejects of one file as rows of its job."""
    run(
        conn,
        "insert into rejected_row (id, job_id, line, column_name, value, code, message)"
        f" select pg_temp.new_key(), '{job.id}', line, {_column(layout)}, value, code, message from rejected"
        f" where file = {source} order by line",
    )


def _of(conn: Connection, source: int, layout: Layout) -> Iterator[tuple[int, str | None, str | None, str, Any]]:
    select = (
        f"select line, {_column(layout)}, value, code, message from rejected where file = {source}"
        " order by line, 2, code"
    )
    rows: Iterator[Any] = conn.cursor().stream(select.encode())
    yield from rows


def _column(layout: Layout) -> str:
    """SQL of the column of the file that a reject is about."""
    names: Mapping[tuple[str, str], str] = {
        (rows.noun, field): layout.column_of(rows.noun, field) for rows in layout.format.rows for field in rows.fields
    }
    whens = " ".join(
        f"when noun = '{noun}' and field = '{field}' then '{column.replace(chr(39), chr(39) * 2)}'"
        for (noun, field), column in names.items()
    )
    return f"case when column_name is not null then column_name {whens} else field end"
