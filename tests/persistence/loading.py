"""Files for tests of importing: written, imported and looked at again, on an emptied database of the test module."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from domain.message import Message
from persistence.importing import Imported, Progress, import_file, import_folder
from persistence.keys import new_key

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DATA = Path(__file__).resolve().parents[1] / "data"
KEPT = ("currency", "alembic_version")


def plainly(message: Message) -> str:
    """A sentence with its values, without a language."""
    return message.text.format(**message.values)


def quiet(progress: Progress) -> None:
    """Nobody watches."""


@dataclass
class Ledger:
    """A database, the actor that imports, and a folder for files."""

    url: str
    actor: UUID
    folder: Path
    conn: psycopg.Connection[tuple[Any, ...]]

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        """A file of the folder."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def load(
        self,
        path: Path,
        format_name: str = "canonical",
        *,
        kind: str | None = None,
        options: Mapping[str, str] | None = None,
        skip_bad: bool = False,
        progress: Callable[[Progress], None] = quiet,
        now: datetime = NOW,
    ) -> Imported:
        """Import a file; its rejects go to the folder."""
        return import_file(
            self.url,
            path,
            format_name,
            actor=self.actor,
            say=plainly,
            kind=kind,
            options=options,
            skip_bad=skip_bad,
            progress=progress,
            rejects_path=self.folder / "rejects.csv",
            now=now,
        )

    def rows(self, kind: str, text: str, *, skip_bad: bool = False) -> Imported:
        """Import rows in the canonical layout."""
        return self.load(self.write(f"{kind}.csv", text), kind=kind, skip_bad=skip_bad)

    def group(self, folder: Path = DATA / "canonical", *, skip_bad: bool = False) -> tuple[Imported, ...]:
        """Import a folder in the canonical layout."""
        return import_folder(
            self.url, folder, actor=self.actor, say=plainly, skip_bad=skip_bad, rejects_folder=self.folder, now=NOW
        )

    def rejects(self, name: str = "rejects.csv") -> list[list[str]]:
        """What the rejects file says, without its heading."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            heading, *rows = csv.reader(file)
        assert heading == ["line", "column", "value", "reason"]
        return rows

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        return self.conn.execute(query.encode(), values or None).fetchall()

    def count(self, table: str) -> int:
        """How many rows a table has."""
        ((found,),) = self.ask(f"select count(*) from {table}")
        assert isinstance(found, int)
        return found

    def contents(self, tables: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of some tables, as text and in order."""
        return {table: self.ask(f"select t::text from {table} t order by 1") for table in tables}


def empty(conn: psycopg.Connection[tuple[Any, ...]]) -> UUID:
    """Forget everything of the test before, and make an actor."""
    names = [name for (name,) in conn.execute("select tablename from pg_tables where schemaname = 'public'")]
    conn.execute(f"truncate {', '.join(name for name in names if name not in KEPT)} cascade".encode())
    actor = new_key()
    conn.execute("insert into actor (id, subject, name) values (%s, 'erp', 'ERP')", (actor,))
    return actor
