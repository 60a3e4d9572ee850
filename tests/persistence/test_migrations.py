"""Migrations on a real server: they equal the tables, go down and up, and one at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import asyncpg
import psycopg
import pytest
import sqlalchemy as sa

from persistence import migrate, roles
from persistence.embedded import Server
from persistence.tables import metadata


def test_migrations_equal_the_tables_and_go_up_down_and_up(server: Server) -> None:
    with migrate.passing_database(server) as url:
        assert list(migrate.check(url)) == []


def test_a_column_that_no_migration_made_is_a_difference(database_url: str) -> None:
    changed = sa.MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["currency"].append_column(sa.Column("symbol", sa.Text()))
    changed.tables["currency"].c.code.comment = "another comment"
    found = migrate.differences(database_url, changed)
    assert len(found) == 2
    assert "symbol" in "".join(found)
    assert "another comment" in "".join(found)


def test_two_processes_migrating_at_once_wait_for_each_other(server: Server) -> None:
    with migrate.passing_database(server) as url, ThreadPoolExecutor(4) as together:
        done = list(together.map(migrate.upgrade, [url] * 4))
        assert [one.before for one in done].count(None) == 1
        assert {one.after for one in done} == {migrate.head()}
        assert migrate.current(url) == migrate.head()


def test_sums_of_zero_of_the_versions_before_are_deleted(server: Server) -> None:
    with migrate.passing_database(server) as url:
        migrate.upgrade(url, "0004")
        with psycopg.connect(url) as conn:
            for table, owner in (("balance", "customer_id, company_id"), ("company_balance", "company_id")):
                keys = ", ".join("gen_random_uuid()" for _ in owner.split(","))
                conn.execute(
                    f"insert into {table} ({owner}, category, currency, due_day, amount)"
                    f" select {keys}, 'RECEIVABLES', 'SEK', '2026-03-01', n % 2 from generate_series(1, 25000) n"
                )
        migrate.upgrade(url)
        with psycopg.connect(url) as conn:
            for table in ("balance", "company_balance"):
                assert conn.execute(f"select amount, count(*) from {table} group by 1").fetchall() == [(1, 12500)]


def test_every_table_of_a_company_is_under_row_level_security(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        secured = {
            name
            for (name,) in connection.execute("select relname from pg_class where relrowsecurity and relkind = 'r'")
        }
    expected = {name for name, table in metadata.tables.items() if name == "company" or "company_id" in table.c}
    assert secured == expected


def test_the_owner_is_no_superuser(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == (roles.OWNER, False, False, False)


async def test_the_scoped_role_sees_the_named_companies_and_nothing_without_a_name(
    database_url: str, scoped_url: str
) -> None:
    ours, theirs, shared = uuid4(), uuid4(), uuid4()
    owner = await asyncpg.connect(database_url)
    for company, code in ((ours, "A"), (theirs, "B")):
        await owner.execute(
            "insert into company (id, code, name, country, currency, locale, time_zone)"
            " values ($1, $2, $2, 'SE', 'SEK', 'sv-SE', 'Europe/Stockholm')",
            company,
            code,
        )
        await owner.execute(
            "insert into risk_group (id, company_id, code, name) values ($1, $2, 'HIGH', 'High')", uuid4(), company
        )
    await owner.execute("insert into risk_group (id, code, name) values ($1, 'LOW', 'Low')", shared)
    await owner.close()
    scoped = await asyncpg.connect(scoped_url)
    assert await scoped.fetch("select id from company") == []
    assert await scoped.fetch("select id from risk_group") == []
    assert await scoped.fetchval("select digits from currency where code = 'SEK'") == 2
    async with scoped.transaction():
        await roles.set_company_scope(scoped, [ours])
        assert [row["id"] for row in await scoped.fetch("select id from company")] == [ours]
        found = await scoped.fetch("select company_id from risk_group order by code")
        assert [row["company_id"] for row in found] == [ours, None]
    assert await scoped.fetch("select id from company") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await scoped.fetch("select 1 from actor")
    with pytest.raises(RuntimeError, match="inside one"):
        await roles.set_company_scope(scoped, [ours])
    await scoped.close()


def test_a_database_migrated_before_the_scoped_role_existed_gets_what_it_lacks(server: Server) -> None:
    with migrate.passing_database(server) as url:
        migrate.upgrade(url)
        with psycopg.connect(url) as connection:
            connection.execute("drop policy company_scope on open_item")
            connection.execute(f"revoke select on open_item, currency from {roles.SCOPED}")
        migrate.upgrade(url)
        with psycopg.connect(url) as connection:
            policies = connection.execute("select 1 from pg_policies where tablename = 'open_item'").fetchall()
            readable = connection.execute(f"select has_table_privilege('{roles.SCOPED}', 'currency', 'select')")
            assert len(policies) == 1
            assert readable.fetchone() == (True,)


def test_the_template_of_migrations_states_the_law() -> None:
    template = Path(migrate.__file__).parent / "migrations" / "script.py.mako"
    assert "THE LAW OF MIGRATIONS" in template.read_text()
