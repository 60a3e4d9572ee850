"""The way to the database: DATABASE_URL, or the embedded server; raw asyncpg connections; what it can do.

Both lanes use asyncpg with native types. Alembic and the COPY imports use psycopg 3 (`driver_url`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

import asyncpg
import orjson

from domain.message import N_, Message, Trouble
from persistence import embedded
from persistence.pool import Connection as Connection
from persistence.pool import Pool as Pool
from persistence.pool import PoolState as PoolState

Pooler = Literal["transaction"]

STATEMENTS_KEPT = 256
"""Prepared statements of one connection; the least recently used is let go. Long ones take 0.8 MB of the database each:
200 MB a connection at worst."""

KEEP_MEMORY = f"select octet_length(repeat(' ', {4 * 1024 * 1024}))"
"""What makes a backend keep the memory of a long answer for its next one.

The C library (glibc) gives memory back when twice the largest piece that was ever freed lies idle. A page of a thousand
records was given back and taken anew by every statement: a third of its time. Freeing one large piece raises that bar.
"""

_DAY_ZERO = date(2000, 1, 1).toordinal()
"""From which PostgreSQL counts days."""

NOT_ANSWERING: tuple[type[Exception], ...] = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What connecting raises when there is no database, or not for us."""


class OtherDatabase(Trouble):
    """The address is none of a PostgreSQL database."""


class DatabaseSettings(Protocol):
    """What this module needs to know; `server.settings.Settings` has it."""

    @property
    def database_url(self) -> str | None:
        """The owner's address, or None for the embedded server."""

    @property
    def scoped_database_url(self) -> str | None:
        """The address for the role `creditgraph_scoped` on an own server."""

    @property
    def embedded_purpose(self) -> str:
        """Which embedded server: "demo" unless said otherwise."""


@dataclass(frozen=True)
class Urls:
    """Addresses of one database. `scoped` is None when DATABASE_URL is set and SCOPED_DATABASE_URL is not."""

    owner: str = field(repr=False)
    scoped: str | None = field(repr=False)


@dataclass(frozen=True)
class Capabilities:
    """What the server can do, so that a missing collation is visible and not silent (`systemInfo`)."""

    server_version: str
    server_version_number: int
    icu_collations: bool


def database_urls(settings: DatabaseSettings) -> Urls:
    """The addresses from the settings, or those of the embedded server, which is started when it does not run."""
    if settings.database_url:
        scoped = settings.scoped_database_url
        return Urls(plain_url(settings.database_url), plain_url(scoped) if scoped else None)
    server = embedded.start(settings.embedded_purpose)
    return Urls(server.url, server.scoped_url)


def plain_url(url: str) -> str:
    """The address as libpq and asyncpg write it: `postgres://` and `postgresql+driver://` become `postgresql://`."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.split("+", 1)[0] not in {"postgresql", "postgres"}:
        text = N_("DATABASE_URL must begin with postgresql://; creditgraph keeps its data in PostgreSQL only.")
        raise OtherDatabase(Message(text))
    return f"postgresql://{rest}"


def driver_url(url: str) -> str:
    """The same address for SQLAlchemy with psycopg 3."""
    return plain_url(url).replace("postgresql://", "postgresql+psycopg://", 1)


async def open_pool(url: str, *, max_size: int = 16, pooler: Pooler | None = None) -> Pool:
    """A last-in-first-out pool of connections that keep no state; it has one, so the database answers.

    Numbers arrive as `Decimal`, dates as `date`, ids as `UUID`, json and jsonb as Python values. Nothing may be
    set for a session (`set_config(…, true)` inside a transaction instead): a returned connection is not reset,
    which saves a round trip. `pooler="transaction"` is for PgBouncer: no prepared statements, slower.
    """
    pool = Pool(lambda: connect(url, pooler), max_size)
    pool.put(await pool.take())
    return pool


async def connect(url: str, pooler: Pooler | None = None) -> Connection:
    """One connection as those of the pool are."""
    # Days and moments are written into JSON as PostgreSQL has them as text.
    server_settings = {"application_name": "creditgraph", "datestyle": "ISO"}
    if pooler is None:
        # Short statements never earn back the compilation; PgBouncer refuses unknown start parameters.
        server_settings["jit"] = "off"
        # A planned operation is one long statement: planning it anew costs ten times what running it does.
        server_settings["plan_cache_mode"] = "force_generic_plan"
    connection = await asyncpg.connect(
        plain_url(url),
        statement_cache_size=0 if pooler == "transaction" else STATEMENTS_KEPT,
        max_cached_statement_lifetime=0,
        # A planned operation is longer than the 15 kB that asyncpg keeps of itself; how many are kept is bounded.
        max_cacheable_statement_size=0,
        server_settings=server_settings,
    )
    try:
        await set_codecs(connection)
        if pooler is None:
            await connection.execute(KEEP_MEMORY)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def set_codecs(connection: Connection) -> None:
    """Give one connection the codecs of the pool."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=json_of, decoder=_load, format="text")
    # asyncpg takes the first and the last day for infinity, which SQL cannot count with: 9999-12-31 is a day.
    await connection.set_type_codec(
        "date",
        schema="pg_catalog",
        encoder=lambda day: (day.toordinal() - _DAY_ZERO,),
        decoder=lambda days: date.fromordinal(days[0] + _DAY_ZERO),
        format="tuple",
    )


async def capabilities(connection: Connection) -> Capabilities:
    """Ask the server. Only a named collation proves ICU: a provider 'i' exists without any."""
    row = await connection.fetchrow(
        "select current_setting('server_version') as version, current_setting('server_version_num')::int as number,"
        " exists (select 1 from pg_collation where collname = 'sv-x-icu') as icu"
    )
    assert row is not None
    return Capabilities(row["version"], row["number"], row["icu"])


async def collations(connection: Connection) -> frozenset[str]:
    """The collations of languages that the server has, `sv-SE-x-icu`; none without ICU."""
    rows = await connection.fetch(
        "select collname from pg_collation where collprovider = 'i' and collname like '%-x-icu'"
        " and collnamespace = 'pg_catalog'::regnamespace"
    )
    return frozenset(row["collname"] for row in rows)


async def revision(connection: Connection) -> str | None:
    """The migration the database is at, or None before the first; proves at once that the database answers."""
    if await connection.fetchval("select to_regclass('alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval("select version_num from alembic_version")
    return found


_load: Callable[[str], Any] = orjson.loads


def json_of(value: object) -> str:
    """A value as JSON, exact numbers and ids as texts."""
    return orjson.dumps(value, default=_dump_exactly).decode()


def _dump_exactly(value: object) -> str:
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not a value of JSON")
