"""The embedded server on this machine, really started: shared, restarted, safe against what killed runs leave."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import psycopg
import pytest

from persistence import database, embedded, roles
from server.settings import Settings

DEBIAN = Path("/usr/lib/postgresql/15/bin")
PROGRAM = """
import sys
from pathlib import Path
from persistence import embedded
server = embedded.start(sys.argv[1], Path(sys.argv[2]) if sys.argv[2] else None)
print(server.port, server.fresh, flush=True)
sys.stdin.readline()
print(embedded.stop(sys.argv[1], Path(sys.argv[2]) if sys.argv[2] else None), flush=True)
"""


@pytest.fixture
def purpose(server: embedded.Server) -> Iterator[str]:
    """A purpose of its own, gone with its data afterwards."""
    name = f"test-own{os.getpid()}"
    yield name
    embedded.stop(name)
    for folder in server.data.parent.parent.glob(f"{name}-*"):
        shutil.rmtree(folder)


def _other_process(purpose: str, binaries: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, purpose, binaries],
        cwd=Path(embedded.__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_processes_that_start_at_once_share_one_server_and_the_last_one_stops_it(purpose: str) -> None:
    processes = [_other_process(purpose) for _ in range(3)]
    said = [_line(process).split() for process in processes]
    assert len({port for port, _ in said}) == 1
    assert [fresh for _, fresh in said].count("True") == 1
    for process, stopped in zip(processes, ("False", "False", "True"), strict=True):
        answer, _ = process.communicate("\n", timeout=60)
        assert answer.strip() == stopped


def test_a_server_whose_user_was_killed_is_used_again_with_its_data(purpose: str) -> None:
    process = _other_process(purpose)
    port, _ = _line(process).split()
    process.kill()
    process.communicate()
    server = embedded.start(purpose)
    assert (server.port, server.fresh) == (int(port), False)
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept (word text)")
    assert embedded.stop(purpose)
    again = embedded.start(purpose)
    assert again.fresh
    with psycopg.connect(again.url) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_a_process_number_that_now_belongs_to_somebody_else_does_not_stop_a_start(purpose: str) -> None:
    data = embedded.start(purpose).data
    left = (data / "postmaster.pid").read_text().splitlines()
    assert embedded.stop(purpose)
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left[1:]]) + "\n")
    assert embedded.start(purpose).fresh


def test_an_initialization_that_was_killed_is_begun_again(purpose: str) -> None:
    folder = embedded.start(purpose).data.parent
    assert embedded.stop(purpose)
    (folder / "data").rename(folder / "data.unfinished")
    assert embedded.start(purpose).fresh
    assert not (folder / "data.unfinished").exists()


def test_nobody_enters_without_the_password_and_nobody_else_reads_it(server: embedded.Server) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://postgres:wrong@127.0.0.1:{server.port}/postgres")
    file = server.data.parent / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.url not in repr(server)


def test_the_server_listens_on_loopback_only_and_sorts_by_code_point(server: embedded.Server) -> None:
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select current_setting('listen_addresses')").fetchone() == ("127.0.0.1",)
        assert connection.execute("select current_setting('jit'), current_setting('fsync')").fetchone() == (
            "off",
            "off",
        )
        ordered = connection.execute(
            "select string_agg(n, ' ' order by n) from unnest(array['Örn','Åke','alfa','Beta']) n"
        )
        assert ordered.fetchone() == ("Beta alfa Åke Örn",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user to run the server")
def test_for_root_an_unprivileged_user_runs_a_copy_when_the_programs_are_in_a_private_place(
    tmp_path: Path, purpose: str
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    origin = embedded.wheel_binaries()
    package = origin.parent.parent
    for part in (origin.parent, package.parent / f"{package.name}.libs"):
        shutil.copytree(part, private / part.relative_to(package.parent))
    server = embedded.start(purpose, private / origin.relative_to(package.parent))
    pid = (server.data / "postmaster.pid").read_text().split()[0]
    assert embedded.SYSTEM_FOLDER in Path(f"/proc/{pid}/exe").readlink().parents
    assert Path(f"/proc/{pid}").stat().st_uid == server.data.stat().st_uid != 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


async def test_values_arrive_native_and_exact(database_url: str) -> None:
    async with await database.open_pool(database_url) as pool:
        row = await pool.fetchrow(
            "select $1::uuid as id, 12.3400::numeric as amount, $2::jsonb as document, current_setting('jit') as jit",
            (chosen := uuid4()),
            {"amount": Decimal("0.10"), "id": chosen, "words": ["å"]},
        )
    assert isinstance(row["id"], UUID)
    assert str(row["amount"]) == "12.3400"
    assert row["document"] == {"amount": "0.10", "id": str(chosen), "words": ["å"]}
    assert row["jit"] == "off"


async def test_an_abandoned_transaction_does_not_reach_the_next_user_of_a_connection(database_url: str) -> None:
    async with await database.open_pool(database_url, max_size=1) as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("create table abandoned (word text); select 1 / 0")
        async with pool.acquire() as connection:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("select to_regclass('abandoned')") is None


async def test_behind_a_transaction_pooler_nothing_is_prepared(database_url: str) -> None:
    async with await database.open_pool(database_url, pooler="transaction") as pool:
        await pool.fetchval("select 1")
        assert await pool.fetchval("select count(*) from pg_prepared_statements where statement = 'select 1'") == 0
    async with await database.open_pool(database_url, max_size=1) as pool:
        await pool.fetchval("select 1")
        assert await pool.fetchval("select count(*) from pg_prepared_statements where statement = 'select 1'") == 1


async def test_the_wheel_has_no_icu_and_says_so(server: embedded.Server, database_url: str) -> None:
    async with await database.open_pool(database_url) as pool, pool.acquire() as connection:
        found = await database.capabilities(connection)
        sorts = await connection.fetchval("select exists (select from pg_collation where collname = 'sv-x-icu')")
    assert found.icu_collations is sorts
    assert found.server_version_number // 10000 == int((server.data / "PG_VERSION").read_text())
    if "CREDITGRAPH_TEST_BINARIES" not in os.environ:
        assert not found.icu_collations


@pytest.mark.skipif(not DEBIAN.exists(), reason="PostgreSQL 15 of Debian is not installed")
async def test_debians_postgresql_15_starts_the_same_way_and_has_swedish_order(purpose: str) -> None:
    server = embedded.start(purpose, DEBIAN)
    async with await database.open_pool(server.url) as pool, pool.acquire() as connection:
        assert (await database.capabilities(connection)).icu_collations
        names = "unnest(array['Örn', 'Ärla', 'Åke', 'Beta']) n"
        assert await connection.fetchval(f"select string_agg(n, ' ' order by n collate \"sv-x-icu\") from {names}") == (
            "Beta Åke Ärla Örn"
        )
    assert embedded.stop(purpose, DEBIAN)


def test_with_database_url_nothing_is_started_and_its_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://clerk:secret@db.example/ledger")
    monkeypatch.setenv("SCOPED_DATABASE_URL", "postgresql+psycopg://scoped@db.example/ledger")
    settings = Settings.read()
    urls = database.database_urls(settings)
    assert urls.owner == "postgresql://clerk:secret@db.example/ledger"
    assert urls.scoped == "postgresql://scoped@db.example/ledger"
    assert "secret" not in repr(settings) + repr(urls)


def test_without_database_url_it_is_the_embedded_server(
    purpose: str, monkeypatch: pytest.MonkeyPatch, server: embedded.Server
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CREDITGRAPH_EMBEDDED_PURPOSE", purpose)
    with psycopg.connect(database.database_urls(Settings.read()).owner) as connection:
        assert connection.execute("select current_user::text").fetchone() == (roles.OWNER,)


def test_another_kind_of_database_is_refused_in_plain_words() -> None:
    with pytest.raises(database.OtherDatabase, match="PostgreSQL only"):
        database.plain_url("sqlite:///ledger.db")
