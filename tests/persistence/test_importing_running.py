"""An import while it runs: killed, cancelled, or at work beside others, it leaves all of its rows or none."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import asyncpg
import psycopg
import pytest

from persistence.balances import add_to_balances, fold
from persistence.importing import Progress, Step
from tests.persistence.loading import Ledger

pytestmark = pytest.mark.usefixtures("reconciled")

ITEMS = "company,account,number,amount,currency,document_date,due_date"
KEPT = ("company", "customer", "open_item", "document_number", "movement", "balance", "movement_tail")

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from persistence.importing import import_file

def watch(progress):
    if (progress.step.value, progress.done) == (sys.argv[4], int(sys.argv[5])):
        os.kill(os.getpid(), signal.SIGKILL)

import_file(sys.argv[1], Path(sys.argv[2]), "canonical", actor=UUID(sys.argv[3]), say=str, kind="open-items",
            progress=watch, now=datetime(2026, 11, 23, 9, tzinfo=UTC))
"""


def items(count: int, prefix: str = "N", account: str = "1001", company: str = "SE01") -> str:
    rows = (f"{company},{account},{prefix}-{n},{n + 1}.25,SEK,2026-01-0{n % 9 + 1},2026-02-01" for n in range(count))
    return "\n".join((ITEMS, *rows, ""))


def at(step: Step, done: int, act: Callable[[], object]) -> Callable[[Progress], None]:
    """Do something when an import has come this far."""

    def watch(progress: Progress) -> None:
        if (progress.step, progress.done) == (step, done):
            act()

    return watch


@pytest.mark.parametrize(("step", "done"), [("READING", None), ("CHECKING", 0), ("LOADING", 0), ("LOADING", 1)])
def test_an_import_that_is_killed_leaves_nothing(ledger: Ledger, step: str, done: int | None) -> None:
    ledger.group()
    before = ledger.contents(KEPT)
    path = ledger.write("items.csv", items(300))
    reached = path.stat().st_size if done is None else done
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, ledger.url, path, str(ledger.actor), step, str(reached)],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert ledger.contents(KEPT) == before
    assert ledger.load(path, kind="open-items").loaded == 300
    statuses = ledger.ask("select status from job where source = 'items.csv' order by created_at")
    assert statuses == [("FAILED",), ("SUCCEEDED",)]


@pytest.mark.parametrize(("step", "done"), [(Step.CHECKING, 0), (Step.LOADING, 0)])
def test_an_import_that_is_asked_to_stop_leaves_nothing(ledger: Ledger, step: Step, done: int) -> None:
    ledger.group()
    before = ledger.contents(KEPT)
    path = ledger.write("items.csv", items(30))
    ask = at(step, done, lambda: ledger.conn.execute("update job set cancel_asked = true where status = 'RUNNING'"))
    stopped = ledger.load(path, kind="open-items", progress=ask)
    assert (stopped.cancelled, stopped.loaded) == (True, 0)
    assert ledger.ask("select status from job where id = %s", stopped.job_id) == [("CANCELLED",)]
    assert ledger.contents(KEPT) == before


def test_progress_tells_bytes_rows_rate_and_ends_when_all_is_loaded(ledger: Ledger) -> None:
    ledger.group()
    path = ledger.write("items.csv", items(25_000))
    seen: list[Progress] = []
    done = ledger.load(path, kind="open-items", progress=seen.append)
    reading = [one for one in seen if one.step is Step.READING]
    assert [(one.rows, one.total) for one in reading] == [(20_000, path.stat().st_size), (25_000, path.stat().st_size)]
    assert 0 < reading[0].done < reading[1].done == path.stat().st_size
    assert all(one.rate > 0 for one in seen)
    assert reading[1].remaining_seconds == 0
    assert (seen[-1].step, seen[-1].done, seen[-1].total) == (Step.LOADING, 2, 2)
    assert ledger.ask("select done, total, remaining_seconds from job where id = %s", done.job_id) == [
        (25_000, 25_000, None)
    ]


def test_what_an_import_does_is_put_on_record(ledger: Ledger) -> None:
    ledger.group()
    done = ledger.load(ledger.write("items.csv", items(3)), kind="open-items")
    told = ledger.ask(
        "select kind, message -> 'values' ->> 'loaded', actor_id from audit_event where subject_id = %s order by id",
        done.job_id,
    )
    assert told == [("JOB_STARTED", None, ledger.actor), ("JOB_FINISHED", "3", ledger.actor)]
    heard = ledger.ask("select kind from outbox where subject_id = %s order by sequence", done.job_id)
    assert (heard[0], heard[-1]) == (("JOB_STARTED",), ("JOB_FINISHED",))
    assert set(heard[1:-1]) == {("JOB_CHANGED",)}
    moved = ledger.ask(
        "select subject_id from outbox where kind = 'EXPOSURE_CHANGED'"
        " and sequence > (select min(sequence) from outbox where subject_id = %s)",
        done.job_id,
    )
    payer = "select c.id from customer c join company k on k.id = c.company_id where account = '1001' and code = 'SE01'"
    assert moved == ledger.ask(payer)
    assert [ledger.ask("select code from company where id = %s", key) for key in done.companies] == [[("SE01",)]]


def test_the_same_file_imported_by_several_at_once_is_loaded_once(ledger: Ledger) -> None:
    ledger.group()
    path = ledger.write("items.csv", items(200))
    together = threading.Barrier(3)
    wait = at(Step.LOADING, 0, lambda: together.wait(timeout=5) if together.n_waiting < 3 else None)

    def load(_: int) -> tuple[int, int]:
        try:
            done = ledger.load(path, kind="open-items", progress=wait)
        except threading.BrokenBarrierError:
            done = ledger.load(path, kind="open-items")
        return done.loaded, done.unchanged

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(load, range(3))) == [(0, 200), (0, 200), (200, 0)]
    assert ledger.ask("select count(*) from open_item where number like %s", "N-%") == [(200,)]


def test_a_payer_that_changes_while_an_import_waits_for_its_lock_is_seen(ledger: Ledger) -> None:
    ledger.group()
    path = ledger.write("items.csv", items(5, account="1004"))

    def change() -> None:
        ledger.ask(
            "insert into customer_payer (customer_id, from_day, payer_id, recorded_at)"
            " select k.id, date '2020-01-01', p.id, now() from customer k, customer p"
            " where k.account = '1004' and p.account = '1002' on conflict do nothing returning 1"
        )

    assert ledger.load(path, kind="open-items", progress=at(Step.LOADING, 0, change)).loaded == 5
    assert ledger.ask(
        "select distinct p.account from open_item i join customer p on p.id = i.customer_id where number like %s", "N-%"
    ) == [("1002",)]


def test_an_item_that_is_settled_while_an_import_waits_is_not_settled_twice(ledger: Ledger) -> None:
    ledger.group()
    path = ledger.write("more.csv", "company,payment,item,amount,settled_on\nSE01,B1,F-2,50,2026-11-02\n")
    first = ledger.write("first.csv", path.read_text())
    other = at(Step.LOADING, 0, lambda: ledger.load(first, kind="settlements"))
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(ledger.load, path, kind="settlements", progress=other).result()
    assert (done.loaded, done.unchanged, done.rejected) == (0, 1, 0)
    assert ledger.ask("select count(*) from settlement where amount = 50") == [(1,)]


def test_limits_of_a_party_that_are_saved_while_an_import_waits_are_not_saved_again(ledger: Ledger) -> None:
    ledger.group()
    rows = "party,ceiling,currency\nP-2,{},SEK\n"
    first, path = ledger.write("first.csv", rows.format(500)), ledger.write("other.csv", rows.format(700))
    saved = at(Step.LOADING, 0, lambda: ledger.load(first, kind="party-limits"))
    done = ledger.load(path, kind="party-limits", progress=saved)
    assert (done.loaded, done.rejected) == (0, 1)
    assert "Other limits were saved here already" in ledger.rejects()[0][3]
    found = "select ceiling from party_limits l join party p on p.limits_id = l.id and p.number = 'P-2'"
    assert ledger.ask(found) == [(500,)]


def test_an_import_of_limits_of_parties_locks_the_party_before_its_customers(ledger: Ledger) -> None:
    ledger.group()
    path = ledger.write("limits.csv", "party,ceiling,currency\nP-2,500,SEK\n")
    holding, waiting = threading.Event(), threading.Event()

    def hold() -> list[str]:
        """Holds the party as who saves its limits does, until the import waits for it: its customers must be free."""
        with psycopg.connect(ledger.url) as conn:
            conn.execute("select id from party where number = 'P-2' for no key update")
            holding.set()
            assert waiting.wait(timeout=20)
            while conn.execute("select 1 from pg_locks where not granted").fetchone() is None:
                conn.execute("select pg_stat_clear_snapshot()")
            return [
                account
                for (account,) in conn.execute(
                    "select account from customer k join party p on p.id = k.party_id where number = 'P-2'"
                    " order by 1 for no key update of k nowait"
                )
            ]

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert holding.wait(timeout=20)
        done = ledger.load(path, kind="party-limits", progress=at(Step.LOADING, 0, waiting.set))
        assert held.result() != []
    assert done.loaded == 1


def test_an_import_waits_for_who_holds_the_customer_and_loses_nothing(ledger: Ledger) -> None:
    ledger.group()
    path = ledger.write("items.csv", items(50))
    holding, waiting, loaded = threading.Event(), threading.Event(), threading.Event()

    def hold() -> bool:
        with psycopg.connect(ledger.url) as conn:
            conn.execute("select id from customer order by id for no key update")
            holding.set()
            assert waiting.wait(timeout=20)
            while not loaded.is_set():
                conn.execute("select pg_stat_clear_snapshot()")
                if conn.execute("select 1 from pg_locks where not granted").fetchone() is not None:
                    return True
        return False

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert holding.wait(timeout=20)
        done = ledger.load(path, kind="open-items", progress=at(Step.LOADING, 0, waiting.set))
        loaded.set()
        assert held.result()
    assert done.loaded == 50


async def test_imports_beside_single_postings_and_folders_lose_and_double_nothing(
    ledger: Ledger, database_url: str
) -> None:
    ledger.group()
    paths = [ledger.write(f"items{n}.csv", items(400, f"P{n}")) for n in range(2)]
    pool = await asyncpg.create_pool(database_url, min_size=3, max_size=3)
    company, customer = (await pool.fetchrow("select company_id, id from customer where account = '1001'")).values()
    running = True

    async def folds() -> None:
        while running:
            await fold(pool, 100)

    async def post(number: int) -> None:
        key = ("RECEIVABLES", "SEK", date(2026, 2, 1))
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("select 1 from customer where id = $1 for no key update", customer)
            await add_to_balances(conn, [(customer, company, *key, sign) for sign in (number, -number)])

    folder = asyncio.create_task(folds())
    imports = [asyncio.to_thread(ledger.load, path, kind="open-items") for path in paths]
    done = await asyncio.gather(*imports, *(post(number) for number in range(50)))
    running = False
    await folder
    while await fold(pool):
        pass
    await pool.close()
    assert [one.loaded for one in done[:2] if one is not None] == [400, 400]
    assert ledger.count("movement_tail") == 0
