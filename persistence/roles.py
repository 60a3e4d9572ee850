"""The roles in the database and what each may see.

`creditgraph_owner` runs migrations and both lanes: it owns the tables, is no superuser and needs no BYPASSRLS.
`creditgraph_scoped` serves jobs and ad-hoc sessions: row-level security shows it the companies that
`set_company_scope` named for the running transaction, and nothing at all when none were named.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg import sql

if TYPE_CHECKING:
    import asyncpg
    from alembic.operations import Operations

OWNER = "creditgraph_owner"
SCOPED = "creditgraph_scoped"
SETTING = "creditgraph.companies"
POLICY = "company_scope"

# Read once per statement, not once per row: a subselect is planned as an InitPlan.
_IN_SCOPE = f"= any ((select string_to_array(nullif(current_setting('{SETTING}', true), ''), ','))::uuid[])"


def bootstrap(admin_url: str, database: str, passwords: Mapping[str, str]) -> None:
    """Make the two roles and the database on an own server. Doing it again changes nothing."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role in (OWNER, SCOPED):
            if not _exists(connection, "select 1 from pg_roles where rolname = %s", role):
                connection.execute(
                    sql.SQL("create role {} login nosuperuser nocreatedb nocreaterole nobypassrls password {}").format(
                        sql.Identifier(role), sql.Literal(passwords[role])
                    )
                )
        if not _exists(connection, "select 1 from pg_database where datname = %s", database):
            connection.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )


def company_column(table: sa.Table) -> sa.Column[Any] | None:
    """The column that says whose row it is: `company_id`, or the `id` of the table of companies itself."""
    if table.name == "company":
        return table.c.id
    return table.c.get("company_id")


def enable_company_scope(op: "Operations", tables: Iterable[sa.Table]) -> None:
    """Within a migration: switch row-level security on and, where the scoped role exists, say what it may see.

    Tables without a column of a company are left alone: the scoped role gets no grant on them and sees nothing.
    """
    connection = op.get_bind()
    scoped = _scoped_role_exists(connection)
    for table in tables:
        column = company_column(table)
        if column is not None:
            connection.exec_driver_sql(f"alter table {table.name} enable row level security")
            if scoped:
                _scope(connection, table.name, column.name)


def complete_company_scope(connection: sa.Connection, metadata: sa.MetaData) -> bool:
    """After migrating: make the scoped role if we may, and give it what it lacks. False when there is no role.

    Only rows of a database that was migrated before the role existed are touched; otherwise nothing changes.
    """
    if not _scoped_role_exists(connection) and not _make_scoped_role(connection):
        return False
    secured = connection.exec_driver_sql(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        f" where n.nspname = current_schema() and c.relrowsecurity and not has_table_privilege('{SCOPED}', c.oid,"
        " 'select')"
    )
    for name in secured.scalars().all():
        column = company_column(metadata.tables[name]) if name in metadata.tables else None
        if column is not None:
            _scope(connection, name, column.name)
    return True


def grant_reading(op: "Operations", tables: Iterable[sa.Table]) -> None:
    """Within a migration: let the scoped role read tables that belong to no company (currencies, rates)."""
    connection = op.get_bind()
    if _scoped_role_exists(connection):
        for table in tables:
            connection.exec_driver_sql(f"grant select on {table.name} to {SCOPED}")


async def set_company_scope(connection: "asyncpg.Connection", companies: Sequence[UUID]) -> None:
    """Name the companies that the scoped role sees until the end of the running transaction."""
    if not connection.is_in_transaction():
        raise RuntimeError("The company scope lasts for one transaction, so it is set inside one.")
    await connection.execute(
        "select set_config($1, $2, true)", SETTING, ",".join(str(company) for company in companies)
    )


def _scope(connection: sa.Connection, table: str, column: str) -> None:
    connection.exec_driver_sql(f"drop policy if exists {POLICY} on {table}")
    connection.exec_driver_sql(f"create policy {POLICY} on {table} to {SCOPED} using ({column} {_IN_SCOPE})")
    connection.exec_driver_sql(f"grant select on {table} to {SCOPED}")


def _scoped_role_exists(connection: sa.Connection) -> bool:
    return connection.exec_driver_sql(f"select 1 from pg_roles where rolname = '{SCOPED}'").first() is not None


def _make_scoped_role(connection: sa.Connection) -> bool:
    """Without a password and a login: whoever runs the database decides how it is entered."""
    may = connection.exec_driver_sql("select rolcreaterole or rolsuper from pg_roles where rolname = current_user")
    if not may.scalar():
        return False
    connection.exec_driver_sql(f"create role {SCOPED} nologin nosuperuser nobypassrls")
    return True


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
