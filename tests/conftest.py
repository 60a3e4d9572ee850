"""What tests of several rooms share: a server, a database per test module, the one asynchronous backend.

All workers and all test runs of a checkout share one embedded server. The migrations run once into a template;
each test module gets a copy of it. Tests connect as the roles of the product, never as the superuser, which only
makes and drops the databases. CREDITGRAPH_TEST_BINARIES names other PostgreSQL programs, for example Debian's.
"""

import os
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path

import asyncpg
import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from persistence import database, embedded, migrate, roles

ROOT = Path(__file__).resolve().parent.parent
PURPOSE = "test"
_numbers = count()

# Commands speak the language of the machine; tests read what they say, also from processes of their own.
os.environ["LC_ALL"] = "C.UTF-8"

# Nothing timed decides whether a test passes, and the same examples are tried everywhere.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


LONGEST_FIRST = (
    "acceptance/test_a_minute_of_everything.py",
    "server/test_demo.py",
    "acceptance/test_parallel_orders.py",
    "server/test_demo_guide.py",
    "server/test_ending.py",
    "server/test_signing_in.py",
    "persistence/test_importing_running.py",
    "schema/test_lanes_agree.py",
    "schema/test_order_chance.py",
    "schema/test_scope_everywhere.py",
    "persistence/shapes/test_over_limit.py",
)
"""Files of few but long tests. Begun last, one process would still be at them when the other has nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; `./run test` keeps this order, where xdist would begin with those of most tests."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests and fixtures run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    """The PostgreSQL server of this test run; the last run that uses it stops it."""
    chosen = os.environ.get("CREDITGRAPH_TEST_BINARIES")
    binaries = Path(chosen) if chosen else None
    started = embedded.start(PURPOSE, binaries)
    with embedded.exclusively(started, "sweep"):
        _sweep(started)
    yield started
    embedded.stop(PURPOSE, binaries)


@pytest.fixture(scope="session")
def template_database(server: embedded.Server) -> str:
    """The name of a migrated database to copy, made once for each state of the migrations."""
    sources = [ROOT / "persistence" / "roles.py", *sorted((ROOT / "persistence" / "migrations").rglob("*.py"))]
    name = "template_" + sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]
    with embedded.exclusively(server, "template"), _admin(server) as admin:
        if admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
            unfinished = _create(admin, f"unfinished_{os.getpid()}")
            migrate.upgrade(server.url_of(unfinished))
            admin.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(unfinished), sql.Identifier(name))
            )
    return name


@pytest.fixture(scope="module")
def database_name(server: embedded.Server, template_database: str) -> Iterator[str]:
    """A fresh, migrated, empty database for one test module."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with _admin(server) as admin:
        name = _create(admin, f"test_{os.getpid()}_{worker}_{next(_numbers)}", template_database)
        yield name
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def database_url(server: embedded.Server, database_name: str) -> str:
    """The address of the module's database for the owner, as both lanes use it."""
    return server.url_of(database_name)


@pytest.fixture(scope="module")
def scoped_url(server: embedded.Server, database_name: str) -> str:
    """The address of the same database for the role under row-level security."""
    return server.url_of(database_name, roles.SCOPED)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on the module's database, as the product opens it."""
    async with await database.open_pool(database_url, max_size=8) as opened:
        yield opened


def _admin(server: embedded.Server) -> psycopg.Connection:
    return psycopg.connect(server.admin_url, autocommit=True)


def _create(admin: psycopg.Connection, name: str, template: str = "template1") -> str:
    admin.execute(
        sql.SQL("create database {} owner {} template {}").format(
            sql.Identifier(name), sql.Identifier(roles.OWNER), sql.Identifier(template)
        )
    )
    return name


def _sweep(server: embedded.Server) -> None:
    """Drop what killed runs left, and, when nobody else can be using them, the templates of old migrations."""
    with _admin(server) as admin:
        for (name,) in admin.execute("select datname from pg_database").fetchall():
            kind, _, rest = name.partition("_")
            left_over = kind in {"test", "unfinished", "passing"} and not _alive(int(rest.split("_", 1)[0]))
            if left_over or (kind == "template" and server.fresh):
                admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
