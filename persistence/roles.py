"""The roles in the database and what each may see.

`creditgraph_owner` runs migrations and both lanes: it owns the tables, is no superuser and needs no BYPASSRLS.
`creditgraph_scoped` serves jobs and ad-hoc sessions: row-level security shows it the companies that
`set_company_scope` named for the running transaction, and nothing at all when none were named.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

import sqlalchemy as sa

if TYPE_CHECKING:
    import asyncpg
    import psycopg

OWNER = "creditgraph_owner"
SCOPED = "creditgraph_scoped"
SETTING = "creditgraph.companies"
POLICY = "company_scope"

# Tables of coded names: a row without a company is every company's. Elsewhere such a row is nobody's.
SHARED = frozenset(
    {
        "account_status",
        "aging_definition",
        "cash_discount",
        "collateral_type",
        "coverage_type",
        "credit_management_group",
        "customer_group",
        "payment_terms",
        "reason",
        "risk_group",
    }
)
# Tables without a company that the scoped role needs to make sense of amounts.
LOOKUPS = ("currency", "exchange_rate")

_NAMED = f"nullif(current_setting('{SETTING}', true), '')"
# Read once per statement, not once per row: a subselect is planned as an InitPlan.
_IN_SCOPE = f"= any ((select string_to_array({_NAMED}, ','))::uuid[])"
_SHARED_ROW = f"company_id is null and (select {_NAMED}) is not null"


def bootstrap(admin_url: str, database: str, passwords: Mapping[str, str]) -> None:
    """Make the two roles and the database on an own server. Doing it again changes nothing."""
    # Serving needs the names above, and the 8 MB of psycopg only where a server is made.
    import psycopg
    from psycopg import sql

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


def enable_company_scope(connection: sa.Connection, tables: Iterable[str | sa.Table]) -> None:
    """Within a migration: switch row-level security on and, where the scoped role exists, say what it may see.

    The table of companies goes by its `id`, every other by its `company_id`. Tables that are not named here get
    no grant: the scoped role sees nothing of them.
    """
    scoped = _scoped_role_exists(connection)
    for table in tables:
        name = table if isinstance(table, str) else table.name
        connection.exec_driver_sql(f"alter table {_quoted(connection, name)} enable row level security")
        if scoped:
            _scope(connection, name)


def complete_company_scope(connection: sa.Connection) -> bool:
    """After migrating: make the scoped role if we may, and give it what it lacks. False when there is no role.

    It lacks policies only where the database was migrated before the role existed.
    """
    if not _scoped_role_exists(connection) and not _make_scoped_role(connection):
        return False
    lacking = connection.exec_driver_sql(
        "select c.relname, c.relrowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = current_schema() and c.relkind in ('r', 'p')"
        f" and not has_table_privilege('{SCOPED}', c.oid, 'select')"
    ).all()
    for name, secured in lacking:
        if secured:
            _scope(connection, name)
        elif name in LOOKUPS:
            connection.exec_driver_sql(f"grant select on {_quoted(connection, name)} to {SCOPED}")
    return True


async def set_company_scope(connection: "asyncpg.Connection", companies: Sequence[UUID]) -> None:
    """Name the companies that the scoped role sees until the end of the running transaction."""
    if not connection.is_in_transaction():
        raise RuntimeError("The company scope lasts for one transaction, so it is set inside one.")
    await connection.execute(
        "select set_config($1, $2, true)", SETTING, ",".join(str(company) for company in companies)
    )


def _scope(connection: sa.Connection, table: str) -> None:
    name = _quoted(connection, table)
    rule = f"{'id' if table == 'company' else 'company_id'} {_IN_SCOPE}"
    if table in SHARED:
        rule += f" or ({_SHARED_ROW})"
    connection.exec_driver_sql(f"drop policy if exists {POLICY} on {name}")
    connection.exec_driver_sql(f"create policy {POLICY} on {name} to {SCOPED} using ({rule})")
    connection.exec_driver_sql(f"grant select on {name} to {SCOPED}")


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _scoped_role_exists(connection: sa.Connection) -> bool:
    return connection.exec_driver_sql(f"select 1 from pg_roles where rolname = '{SCOPED}'").first() is not None


def _make_scoped_role(connection: sa.Connection) -> bool:
    """Without a password and a login: whoever runs the database decides how it is entered."""
    may = connection.exec_driver_sql("select rolcreaterole or rolsuper from pg_roles where rolname = current_user")
    if not may.scalar():
        return False
    connection.exec_driver_sql(f"create role {SCOPED} nologin nosuperuser nobypassrls")
    return True


def _exists(connection: "psycopg.Connection", query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
