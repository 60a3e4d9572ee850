"""How long an import of open items takes, beside bare COPY of the very rows that it leaves.

`python -m bench.importing --rows 300000 --customers 2000 50000` makes a file, imports it into a fresh database of an
embedded server, and then copies the same rows of the five tables into empty tables, in one transaction each time: once
into tables with the same keys, indexes, checks and foreign keys (`kept`), and once into tables of nothing but columns,
whose keys and indexes are built afterwards (`built`). The second is less than anything that may serve others meanwhile
can do: it locks the tables and proves no reference. All are timed from first byte to commit, by the clock and by the
processor time of this process and of the server, which is the steadier figure on a machine that others use as well.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import psycopg
from psycopg import sql

from bench.processes import cpu_seconds
from persistence import embedded, migrate, roles
from persistence.importing import Progress, Step, import_file, import_folder
from persistence.keys import new_key

PURPOSE = "import"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TABLES = ("open_item", "document_number", "movement", "balance", "movement_tail")
COMPANIES = {"SE01": "SEK", "DE01": "EUR", "US01": "USD"}
CHUNK = 1 << 20

IMPORT, KEPT, BUILT = "import", "kept", "built"
"""What is measured. The two ways to copy are also the schemas with the empty copies of the tables."""

FOREIGN_KEYS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where contype = 'f' and conrelid = any(%s::regclass[]) order by 1, 2
"""

INDEXES = """
select replace(pg_get_indexdef(indexrelid), ' ON public.', ' ON built.') from pg_index
where indrelid = any(%s::regclass[]) order by indrelid::regclass::text, not indisprimary
"""


@dataclass(frozen=True)
class Measured:
    """Seconds of an import step by step, of each way to copy table by table, and how many rows each table has.

    `processors`: the processor seconds of all three.
    """

    rows: int
    customers: int
    steps: dict[str, float]
    copies: dict[str, dict[str, float]]
    counts: dict[str, int]
    processors: dict[str, float]

    @property
    def imported(self) -> float:
        """The whole import."""
        return sum(self.steps.values())

    def copied(self, way: str) -> float:
        """All tables copied and committed."""
        return sum(self.copies[way].values())

    def ratio(self, way: str) -> float:
        """How many times as long as that the import takes."""
        return self.imported / self.copied(way)

    def processor_ratio(self, way: str) -> float:
        """How many times as much processor time as that the import takes."""
        return self.processors[IMPORT] / self.processors[way]


def measure(rows: int, customers: int, seed: int = 1) -> Measured:
    """Import so many items of so many customers into a fresh database, then copy what it left."""
    server = embedded.start(PURPOSE)
    postmaster = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    spent: dict[str, float] = {}
    try:
        with _database(server) as name, TemporaryDirectory() as folder:
            url = server.url_of(name)
            migrate.upgrade(url)
            with psycopg.connect(url, autocommit=True) as conn:
                actor = new_key()
                conn.execute("insert into actor (id, subject, name) values (%s, 'bench', 'Bench')", (actor,))
            master, items = Path(folder) / "master", Path(folder) / "open-items.csv"
            write_master(master, customers)
            write_items(items, rows, customers, seed)
            import_folder(url, master, actor=actor, say=str, now=NOW)
            _settle(server, name)
            watch = _Watch()
            with _processors(spent, IMPORT, postmaster):
                done = import_file(url, items, "canonical", actor=actor, say=str, progress=watch, now=NOW)
                steps = watch.ended()
            if done.loaded != rows:
                raise RuntimeError(f"{done.loaded} of {rows} rows were loaded.")
            counts = prepare_bare(url, Path(folder))
            copies = {}
            for way in (KEPT, BUILT):
                _settle(server, name)
                with _processors(spent, way, postmaster):
                    copies[way] = copy_bare(url, Path(folder), way)
            return Measured(rows, customers, steps, copies, counts, spent)
    finally:
        embedded.stop(PURPOSE)


def write_master(folder: Path, customers: int) -> None:
    """Companies and customers of the canonical layout."""
    folder.mkdir()
    with (folder / "companies.csv").open("w", encoding="utf-8") as file:
        file.write("code,name,country,currency,locale,time_zone\n")
        for code, currency in COMPANIES.items():
            file.write(f"{code},Company {code},{code[:2]},{currency},en,Europe/Stockholm\n")
    with (folder / "customers.csv").open("w", encoding="utf-8") as file:
        file.write("company,account,name,currency,locale\n")
        for number in range(customers):
            company = _company_of(number)
            file.write(f"{company},C{number:06},Customer {number},{COMPANIES[company]},en\n")


def write_items(path: Path, rows: int, customers: int, seed: int) -> None:
    """Open items as a ledger has them: mostly invoices, some credit notes and disputes, in the order of posting."""
    chance = random.Random(seed)
    first = date(2025, 11, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write("company,account,kind,number,amount,currency,document_date,due_date,disputed\n")
        for number in range(rows):
            customer = chance.randrange(customers)
            company = _company_of(customer)
            day = first + timedelta(days=number * 380 // rows)
            due = day + timedelta(days=chance.choice((10, 30, 30, 30, 45, 60)))
            kind = "CREDIT_NOTE" if chance.random() < 0.05 else "INVOICE"
            amount = chance.randrange(1_000, 5_000_000)
            disputed = amount // 2 if kind == "INVOICE" and chance.random() < 0.02 else 0
            file.write(
                f"{company},C{customer:06},{kind},F{number:08},{_decimal(amount)},{COMPANIES[company]},{day},{due},"
                f"{_decimal(disputed) if disputed else ''}\n"
            )


def prepare_bare(url: str, folder: Path) -> dict[str, int]:
    """Write down the rows of each table as they lie, and make empty tables for them; how many rows each has."""
    counts = {}
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"create schema {KEPT}; create schema {BUILT}".encode())
        for table in TABLES:
            conn.execute(f"create table {KEPT}.{table} (like public.{table} including all)".encode())
            conn.execute(f"create table {BUILT}.{table} (like public.{table} including defaults)".encode())
            cursor = conn.cursor()
            with (folder / table).open("wb") as file, cursor.copy(f"copy public.{table} to stdout".encode()) as out:
                for chunk in out:
                    file.write(chunk)
            counts[table] = cursor.rowcount
        for table, name, definition in conn.execute(FOREIGN_KEYS, (list(TABLES),)).fetchall():
            conn.execute(f"alter table {KEPT}.{table} add constraint {name} {definition}".encode())
    return counts


def copy_bare(url: str, folder: Path, way: str) -> dict[str, float]:
    """Copy what `prepare_bare` wrote down into its empty tables, in one transaction; the seconds of each table."""
    seconds = {}
    with psycopg.connect(url, autocommit=True) as conn:
        began = perf_counter()
        with conn.transaction():
            for table in TABLES:
                copy_in = f"copy {way}.{table} from stdin".encode()
                with (folder / table).open("rb") as file, conn.cursor().copy(copy_in) as into:
                    while chunk := file.read(CHUNK):
                        into.write(chunk)
                seconds[table], began = perf_counter() - began, perf_counter()
            if way == BUILT:
                for (definition,) in conn.execute(INDEXES, (list(TABLES),)).fetchall():
                    conn.execute(definition.encode())
                seconds["indexes"], began = perf_counter() - began, perf_counter()
        seconds["commit"] = perf_counter() - began
    return seconds


class _Watch:
    """Adds up the seconds of each step, as an import tells them."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(Step, 0.0)
        self._step, self._began = Step.READING, perf_counter()

    def __call__(self, now: Progress) -> None:
        passed = perf_counter()
        self._seconds[self._step] += passed - self._began
        self._step, self._began = now.step, passed

    def ended(self) -> dict[str, float]:
        """The seconds of each step until now."""
        self._seconds[self._step] += perf_counter() - self._began
        return {step.value.lower(): seconds for step, seconds in self._seconds.items()}


@contextmanager
def _processors(spent: dict[str, float], what: str, postmaster: int) -> Iterator[None]:
    """Notes the processor seconds of this process and of the server meanwhile."""
    before = cpu_seconds(postmaster) + process_time()
    yield
    spent[what] = cpu_seconds(postmaster) + process_time() - before


@contextmanager
def _database(server: embedded.Server) -> Iterator[str]:
    name = sql.Identifier(f"bench_import_{os.getpid()}")
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner {}").format(name, sql.Identifier(roles.OWNER)))
        try:
            yield f"bench_import_{os.getpid()}"
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(name))


def _settle(server: embedded.Server, name: str) -> None:
    """What earlier steps left to be done must not fall into the time of the next."""
    with psycopg.connect(server.url_of(name, embedded.ADMIN), autocommit=True) as admin:
        admin.execute("vacuum analyze")
        admin.execute("checkpoint")


def _company_of(customer: int) -> str:
    return tuple(COMPANIES)[customer % len(COMPANIES)]


def _decimal(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"


def told(found: Measured) -> str:
    """The figures for people."""

    def listed(seconds: dict[str, float]) -> str:
        return ", ".join(f"{name} {passed:.1f}" for name, passed in seconds.items())

    counts = ", ".join(f"{count:,} {table}" for table, count in found.counts.items())
    lines = [
        f"{found.rows:,} open items of {found.customers:,} customers: {counts}",
        f"  import      {found.imported:6.1f} s, CPU {found.processors[IMPORT]:5.1f} s ({listed(found.steps)})",
        *(
            f"  COPY, {way:5} {found.copied(way):6.1f} s, CPU {found.processors[way]:5.1f} s ({listed(seconds)}):"
            f" {found.ratio(way):.2f}x, CPU {found.processor_ratio(way):.2f}x"
            for way, seconds in found.copies.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--customers", type=int, nargs="+", default=[2_000, 50_000])
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args(arguments)
    for _ in range(chosen.rounds):
        for customers in chosen.customers:
            sys.stdout.write(told(measure(chosen.rows, customers)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
