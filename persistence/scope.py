"""Who asks and which companies there are: what a token's grants mean in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.role import Role, RoleIn
from persistence.keys import new_key
from persistence.statements import Statement
from persistence.statements import insert as insert_rows
from persistence.tables.company import company_table
from persistence.tables.running import actor, actor_role

_COMPANIES = Statement(sa.select(company_table.c.code, company_table.c.id, company_table.c.locale))

_ACTOR = Statement(
    sa.select(actor.c.id, actor.c.name).where(actor.c.subject == sa.bindparam("subject", type_=sa.Text()))
)

_ADD_ACTOR = Statement(
    insert(actor)
    .values(
        id=sa.bindparam("id", type_=sa.Uuid()),
        subject=sa.bindparam("subject", type_=sa.Text()),
        name=sa.bindparam("name", type_=sa.Text()),
        kind=sa.bindparam("kind", type_=sa.Text()),
    )
    .on_conflict_do_update(
        index_elements=[actor.c.subject],
        set_={"name": sa.bindparam("name", type_=sa.Text()), "updated_at": sa.func.now()},
    )
    .returning(actor.c.id)
)


_ID = sa.bindparam("actor", type_=sa.Uuid())
_ROLES = Statement(sa.select(actor_role.c.company_id, actor_role.c.role).where(actor_role.c.actor_id == _ID))
_LOCK = Statement(sa.select(actor.c.id).where(actor.c.id == _ID).with_for_update())
_FORGET_ROLES = Statement(sa.delete(actor_role).where(actor_role.c.actor_id == _ID))


@dataclass(frozen=True)
class Companies:
    """Every company there is: ids by their codes, and the languages of their people by ids."""

    by_code: Mapping[str, UUID]
    locales: Mapping[UUID, str]


async def all_companies(conn: asyncpg.Connection) -> Companies:
    """Every company as it is now."""
    rows = await _COMPANIES.all(conn)
    return Companies({row["code"]: row["id"] for row in rows}, {row["id"]: row["locale"] for row in rows})


async def companies_by_code(conn: asyncpg.Connection) -> Mapping[str, UUID]:
    """Every company's id by its code."""
    return (await all_companies(conn)).by_code


async def known_as(conn: asyncpg.Connection, found: UUID, roles: Collection[RoleIn]) -> None:
    """Keep what an actor is where, as its token says, so that others find it: one call after another."""
    if {RoleIn(Role(row["role"]), row["company_id"]) for row in await _ROLES.all(conn, actor=found)} == set(roles):
        return
    async with conn.transaction():
        await _LOCK.one(conn, actor=found)
        await _FORGET_ROLES.run(conn, actor=found)
        rows = [
            {"id": new_key(), "actor_id": found, "company_id": one.company, "role": one.role.value} for one in roles
        ]
        await insert_rows(conn, actor_role, rows)


async def actor_id(conn: asyncpg.Connection, subject: str, name: str, kind: str = "USER") -> UUID:
    """The actor behind a token's subject, made known at first sight and renamed when its name changed."""
    known = await _ACTOR.one(conn, subject=subject)
    if known is not None and known["name"] == name:
        found: UUID = known["id"]
        return found
    added: UUID = await _ADD_ACTOR.value(conn, id=new_key(), subject=subject, name=name, kind=kind)
    return added
