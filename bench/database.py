"""The database that is measured: one for each size, kept between runs, on a server of our own or in DATABASE_URL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from bench.sizes import Size
from persistence import embedded, migrate, roles
from persistence.database import plain_url

PURPOSE = "bench"

SETTINGS = {
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "maintenance_work_mem": "1GB",
    "work_mem": "32MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
}
"""Of our own server, the same for everybody who is measured. Commits stay durable."""


@dataclass(frozen=True)
class Place:
    """A migrated database. `postmaster` is the process of its server, `folder` where it keeps it, if ours."""

    url: str = field(repr=False)
    postmaster: int | None
    folder: Path | None = None

    @property
    def free(self) -> int | None:
        """Bytes that are free for it, where that is known."""
        return None if self.folder is None else shutil.disk_usage(self.folder).free


@contextmanager
def place(size: Size, purpose: str = PURPOSE, settings: Mapping[str, str] = SETTINGS) -> Iterator[Place]:
    """The database for a size, migrated, made when it is missing; our own server ends with its last user."""
    if given := os.environ.get("DATABASE_URL"):
        url = plain_url(given)
        migrate.upgrade(url)
        yield Place(url, None)
        return
    try:
        server = _tuned(purpose, settings)
        url = server.url_of(size.database)
        _make(server, size.database)
        migrate.upgrade(url)
        yield Place(url, int((server.data / "postmaster.pid").read_text().splitlines()[0]), server.data)
    finally:
        embedded.stop(purpose)


def _tuned(purpose: str, settings: Mapping[str, str]) -> embedded.Server:
    """Our server with its settings, started again when it had others and nobody else uses it."""
    server = embedded.start(purpose)
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        current = {name: admin.execute(f"show {name}").fetchone() for name in settings}
        if all(found == (settings[name],) for name, found in current.items()):
            return server
        for name, value in settings.items():
            admin.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    embedded.stop(purpose)
    return embedded.start(purpose)


def _make(server: embedded.Server, name: str) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        if admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
            admin.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(roles.OWNER))
            )
