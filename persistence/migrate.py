"""Migrations from inside the package: up, down, where we are, and the proof that they equal the tables.

`python -m persistence.migrate check` walks them up, compares with `persistence.tables`, goes down to nothing and
up again, on an own server. `python -m persistence.migrate new "message"` writes the next one.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql

from persistence import embedded, roles
from persistence.closed_days import renew_closed_days
from persistence.database import driver_url
from persistence.revisions import current as current
from persistence.revisions import head as head
from persistence.tables import metadata

# Any number will do, as long as every version of the program takes the same one.
ONE_AT_A_TIME = 7_230_514_881_204_117
LOCK_TIMEOUT = "5s"
ASK_AGAIN = 0.1
"""Seconds."""


@dataclass(frozen=True)
class Migrated:
    """What an upgrade did: the revision before and after, and whether the scoped role could be served."""

    before: str | None
    after: str | None
    scoped_role: bool


def upgrade(url: str, revision: str = "head") -> Migrated:
    """Bring a database to a revision; two processes at once wait for each other and the second finds it done."""
    with _connected(url) as connection:
        before = _revision(connection)
        command.upgrade(_config(connection), revision)
        scoped = roles.complete_company_scope(connection)
        connection.commit()
        if _revision(connection) == head():
            renew_closed_days(connection)
            connection.commit()
        return Migrated(before, _revision(connection), scoped)


def downgrade(url: str, revision: str) -> Migrated:
    """Take a database back to a revision; "base" takes everything away."""
    with _connected(url) as connection:
        before = _revision(connection)
        command.downgrade(_config(connection), revision)
        return Migrated(before, _revision(connection), True)


def differences(url: str, tables: sa.MetaData = metadata) -> Sequence[str]:
    """Where a database differs from the tables of this version, comments and defaults included."""
    engine = sa.create_engine(driver_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        return [repr(found) for found in compare_metadata(MigrationContext.configure(connection, opts=options), tables)]


def check(url: str) -> Sequence[str]:
    """Walk an empty database up, down and up again; return what is wrong, nothing when migrations equal the tables."""
    expected = _definitions(url, metadata)
    found: list[str] = []
    upgrade(url)
    found += [f"after upgrading: {difference}" for difference in differences(url)]
    # Alembic compares no check constraints, and of indexes not every part.
    found += [f"no migration makes: {definition}" for definition in sorted(expected - _definitions(url))]
    found += [f"no table says: {definition}" for definition in sorted(_definitions(url) - expected)]
    downgrade(url, "base")
    found += [f"left behind by downgrading: {definition}" for definition in sorted(_definitions(url))]
    upgrade(url)
    found += [f"after upgrading again: {difference}" for difference in differences(url)]
    return found


def new(url: str, message: str) -> str:
    """Write the next migration from the difference between the tables and an empty database; return its path."""
    with _connected(url) as connection:
        config = _config(connection)
        command.upgrade(config, "head")
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    assert script is not None
    assert not isinstance(script, list)
    return script.path


@contextmanager
def passing_database(server: embedded.Server) -> Iterator[str]:
    """The owner's address of an empty database that is gone afterwards."""
    name = f"passing_{os.getpid()}_{uuid4().hex}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(roles.OWNER)))
        try:
            yield server.url_of(name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(driver_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        # Not waited for inside a statement: an index that is built concurrently waits for all that run.
        while not connection.scalar(sa.text("select pg_try_advisory_lock(:number)"), {"number": ONE_AT_A_TIME}):
            connection.rollback()
            time.sleep(ASK_AGAIN)
        connection.execute(sa.text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        yield connection


def _config(connection: sa.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "persistence:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_section_option("post_write_hooks", "hooks", "format")
    config.set_section_option("post_write_hooks", "format.type", "module")
    config.set_section_option("post_write_hooks", "format.module", "ruff")
    config.set_section_option("post_write_hooks", "format.options", "format REVISION_SCRIPT_FILENAME")
    config.attributes["connection"] = connection
    return config


def _revision(connection: sa.Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def _definitions(url: str, tables: sa.MetaData | None = None) -> set[str]:
    """Every constraint and index as PostgreSQL writes it; of tables that are not there: made and rolled back."""
    engine = sa.create_engine(driver_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        if tables is not None:
            tables.create_all(connection)
        return set(
            connection.scalars(
                sa.text(
                    "select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
                    " from pg_constraint where connamespace = current_schema()::regnamespace and contype <> 'n'"
                    " and conrelid <> coalesce(to_regclass('alembic_version'), 0)"
                    " union all select indexdef from pg_indexes"
                    " where schemaname = current_schema() and tablename <> 'alembic_version'"
                )
            )
        )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(arguments: Sequence[str]) -> int:
    """The commands behind `./run check` and `./run migration`."""
    match arguments:
        case ["check"]:
            with _own_server() as server, passing_database(server) as url:
                found = check(url)
            for line in found:
                _say(line)
            _say(f"migrations: {len(found)} differences" if found else "migrations: up, down, up; equal to the tables")
            return 1 if found else 0
        case ["new", message]:
            with _own_server() as server, passing_database(server) as url:
                _say(new(url, message))
            return 0
        case _:
            _say('usage: python -m persistence.migrate check | new "what changes"')
            return 2


@contextmanager
def _own_server() -> Iterator[embedded.Server]:
    try:
        yield embedded.start("test")
    finally:
        embedded.stop("test")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
