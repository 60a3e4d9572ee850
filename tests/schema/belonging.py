"""Which rows of every table belong to one company, what in them must not be told, and how to change it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from persistence.database import Connection
from persistence.tables import metadata
from persistence.tables.columns import INSTANT, MONEY
from persistence.tables.reference import NAMED
from tests.schema.two_companies import CANARY, DIGITS, OTHER
from tests.schema.world import World

_CUSTOMERS = "(select id from customer where company_id = $1)"
_IMPORTERS = "(select id from actor where subject = 'importer ' || (select code from company where id = $1))"
_JOBS = f"(select id from job where started_by_id in {_IMPORTERS})"
_NAMED = " union all ".join(f"select id from {name} where company_id = $1" for name in NAMED)
_ONLY_MEMBERS = (
    f"(select credit_group_id from credit_group_member group by 1 having every(customer_id in {_CUSTOMERS}))"
)
_ONLY_CUSTOMERS = "(select party_id from customer group by 1 having every(company_id = $1))"

EVERYBODYS = frozenset({"actor", "api_key", "closed_day", "currency", "exchange_rate"})
"""Tables without rows of one company. People and programs act in the whole group, and no field gives their keys."""

_BELONGS = {
    "company": "id = $1",
    "party": f"id in {_ONLY_CUSTOMERS}",
    "customer_flags": f"customer_id in {_CUSTOMERS}",
    "customer_payer": f"customer_id in {_CUSTOMERS}",
    "credit_group": f"id in {_ONLY_MEMBERS}",
    "credit_group_member": f"customer_id in {_CUSTOMERS}",
    "credit_limit_entry": f"customer_id in {_CUSTOMERS} or credit_group_id in {_ONLY_MEMBERS}",
    "party_limits": f"customer_id in {_CUSTOMERS} or party_id in {_ONLY_CUSTOMERS}",
    "credit_limit_adjustment_line": f"customer_id in {_CUSTOMERS}"
    " or adjustment_id in (select id from credit_limit_adjustment where company_id = $1)",
    "translation": f"subject_id in ({_NAMED})",
    "audit_event": f"company_id = $1 or company_id is null and (actor_id in {_IMPORTERS}"
    f" or subject_id in {_ONLY_MEMBERS} or subject_id in {_ONLY_CUSTOMERS})",
    "job": f"id in {_JOBS}",
    "rejected_row": f"job_id in {_JOBS}",
    "idempotency_key": f"actor_id in {_IMPORTERS}",
}

_CODES = frozenset(
    {
        "locale",
        "time_zone",
        "country",
        "field",
        "category",
        "checkpoint",
        "kind",
        "subject_kind",
        "document",
        "mutation",
        "rejected_row.code",
    }
)
"""Columns, by name or with their table, that hold codes of ours and not what people write."""

_STAYS = frozenset(
    {"movement", "balance", "collateral", "credit_group_member", "customer_flags", "customer_payer", "idempotency_key"}
)
"""What shared totals are made of, and what nobody reads."""


@dataclass(frozen=True)
class Marks:
    """What must not be told: ids as hexadecimal digits, and texts in small letters."""

    ids: frozenset[str]
    texts: frozenset[str]


def condition(table: str) -> str | None:
    """The rows of a table that belong to company $1. None: its rows are everybody's. Fails for a table it never met."""
    if table in EVERYBODYS:
        return None
    if table in _BELONGS:
        return _BELONGS[table]
    assert "company_id" in metadata.tables[table].c, f"{table}: say in belonging.py whose its rows are"
    return "company_id = $1"


def owned() -> Iterator[tuple[sa.Table, str]]:
    """Every table with rows of one company, and which."""
    for name, table in metadata.tables.items():
        which = condition(name)
        if which is not None:
            yield table, which


async def rows_of(conn: Connection, table: sa.Table, company: UUID) -> list[dict[str, Any]]:
    """The rows of a table that belong to a company."""
    which = condition(table.name)
    found = await conn.fetch(f'select * from "{table.name}" where {which}', company)
    return [dict(row) for row in found]


def words(table: sa.Table) -> list[str]:
    """The columns of a table in which people write."""
    closed = {str(constraint.name) for constraint in table.constraints}
    return [
        column.name
        for column in table.c
        if type(column.type) is sa.Text
        and not {column.name, f"{table.name}.{column.name}"} & _CODES
        and not any(name.endswith(f"{column.name}_known") for name in closed)
    ]


def amounts(table: sa.Table) -> list[str]:
    """The columns of a table that hold amounts of documents, not sums of several."""
    if table.name in ("balance", "company_balance"):
        return []
    return [column.name for column in table.c if column.type is MONEY or isinstance(column.type, sa.BigInteger)]


async def unmarked(conn: Connection, company: UUID) -> list[str]:
    """Where a text or an amount of the other company could not be told from ours."""
    found = []
    for table, _ in owned():
        for row in await rows_of(conn, table, company):
            found += [f"{table.name}.{name}" for name in words(table) if row[name] and CANARY not in row[name]]
            numbers = {name: row[name] for name in amounts(table) if name != "sequence" and row[name]}
            plain = {name: f"{value}".replace(".", "") for name, value in numbers.items()}
            found += [f"{table.name}.{name}" for name, value in plain.items() if DIGITS not in value]
    return found


async def marks_of(conn: Connection, company: UUID) -> Marks:
    """Every id and every marked text of a company."""
    ids, texts = set(), set()
    for table, _ in owned():
        for row in await rows_of(conn, table, company):
            ids |= {row["id"].hex} if isinstance(row.get("id"), UUID) else set()
            texts |= {row[name].lower() for name in words(table) if row[name]}
    return Marks(frozenset(ids), frozenset(texts))


async def change_everything(world: World) -> None:
    """Other texts, amounts, days and flags in every row of the other company, but where shared totals come from."""
    company = world.ids[OTHER.code]
    where = {table.name: which for table, which in owned() if table.name not in _STAYS}
    rows = {name: await rows_of(world.conn, metadata.tables[name], company) for name in where}
    for name in where:
        table = metadata.tables[name]
        values = ", ".join(f'"{column.name}" = {changed}' for column in table.c if (changed := _changed(column)))
        keys = " and ".join(f'"{column.name}" = ${place}' for place, column in enumerate(table.primary_key, 1))
        for row in rows[name] if values else ():
            given = [row[column.name] for column in table.primary_key]
            await world.conn.execute(f'update "{name}" set {values} where {keys}', *given)


def _changed(column: sa.Column[Any]) -> str | None:
    """The new value of a column in SQL, before ours if it was after them and the other way round; None: it stays."""
    if column.primary_key or column.foreign_keys or isinstance(column.type, sa.Uuid) or column.name == "refused":
        return None
    named = f'"{column.name}"'
    if column.name in words(column.table):
        return f"'z' || {named}"
    if column.type is MONEY:
        return f"{named} / 1000000"
    if column.type is INSTANT:
        return f"{named} + interval '26 hours'"
    if isinstance(column.type, sa.Boolean):
        return f"not {named}"
    if isinstance(column.type, sa.Date):
        return f"{named} + 11"
    return f"{named} / 1000000 + 1" if type(column.type) is sa.Integer else None
