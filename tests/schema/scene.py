"""The stage of the scope tests: two companies in one database, and a copy in which the other company is all different.

Whoever is granted the first company alone must be answered the same in both: then nothing of the other is told, not
even by what is found, counted or sorted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import psycopg
from psycopg import sql

from domain.exposure import Category
from persistence import database, embedded, roles
from tests.schema import paper
from tests.schema.asking import ROOMY, Answer, Asker, house
from tests.schema.belonging import Marks, change_everything, marks_of
from tests.schema.everything import SCHEMA_READ, Operation
from tests.schema.pools import Pools, pools_of
from tests.schema.telling import comparable, differences, leaks, miscounted
from tests.schema.two_companies import OTHER, OWN, two_companies
from tests.schema.world import LONG_AGO, TODAY, World

FOUND = "{ nodes { id } count { value } pageInfo { hasNextPage hasPreviousPage } }"
"""What a list finds."""

NOT_FOR_VIEWERS = frozenset({"timeline", "auditEvents", "actors", "checkCredit"})
"""Fields that refuse a VIEWER, who is then told less than could be looked through."""


class Scene:
    """`here` asks the first database, `changed` the other one. `world` knows the ids; its connection is closed."""

    def __init__(self, world: World, marks: Marks, pools: Pools, here: Asker, changed: Asker) -> None:
        self.world = world
        self.marks = marks
        self.pools = pools
        self.here = here
        self.changed = changed

    async def told(self, asked: Operation, role: str, language: str = "en") -> Any:
        """What somebody of the first company alone is told in the first database, after it was looked through."""
        found = await self._answer(self.here, asked, role, language)
        told = leaks(found.body, self.marks.ids, asked.variables)
        assert not told, f"it tells of the other company: {told[:9]}"
        assert "INTERNAL_SERVER_ERROR" not in found.codes, f"it fails: {asked}"
        wrong = miscounted(found.body.get("data"))
        assert not wrong, f"it counts other records than it shows: {wrong}"
        return found.body

    async def told_the_same(self, asked: Operation, role: str, language: str = "en") -> Any:
        """The same, when it is told in both databases alike."""
        found = await self.told(asked, role, language)
        other = await self._answer(self.changed, asked, role, language)
        differs = differences(comparable(found), comparable(other.body))
        assert not differs, f"it depends on what is the other company's: {differs[:9]}"
        return found

    async def _answer(self, ask: Asker, asked: Operation, role: str, language: str) -> Answer:
        return await ask(asked.text, asked.variables, as_=role, companies=[OWN.code], language=language)


@asynccontextmanager
async def staged(server: embedded.Server, name: str) -> AsyncIterator[Scene]:
    """The scene, in an empty database and its copy."""
    copy = f"{name}_changed"
    async with _connected(server.url_of(name)) as conn:
        world = await two_companies(conn)
        await world.put("actor", subject="tester", name="Tester")
        marks = await marks_of(conn, world.ids[OTHER.code])
        pools = await pools_of(conn, SCHEMA_READ, marks.ids)
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        names = [sql.Identifier(each) for each in (copy, roles.OWNER, name)]
        admin.execute(sql.SQL("create database {} owner {} template {}").format(*names))
        try:
            async with _connected(server.url_of(copy)) as conn:
                await _differs(World(conn, dict(world.ids)))
            async with (
                await database.open_pool(server.url_of(name), max_size=8) as here,
                await database.open_pool(server.url_of(copy), max_size=8) as there,
            ):
                yield Scene(world, marks, pools, *(Asker(house(each, limits=ROOMY)) for each in (here, there)))
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(copy)))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database.plain_url(url))
    try:
        await database.set_codecs(conn)
        yield conn
    finally:
        await conn.close()


async def _differs(world: World) -> None:
    """All of the other company that shared totals are not made of is changed, and there is more and less of it."""
    await change_everything(world)
    company = world.ids[OTHER.code]
    for gone in ("settlement", "credit_release", "hold_reason", "delivery", "translation"):
        column = (
            "subject_id in (select id from reason where company_id = $1)"
            if gone == "translation"
            else "company_id = $1"
        )
        await world.conn.execute(f'delete from "{gone}" where {column}', company)
    more: Mapping[str, Any] = {"customer_since": LONG_AGO, "country": OTHER.country}
    await world.customer(OTHER.code, OTHER.text("4"), OTHER.text("customer 4"), **more)
    newcomer = OTHER.account(4)
    await world.limit(newcomer, OTHER.money(51))
    await paper.item(world, newcomer, OTHER.text("item C"), OTHER.money(52), TODAY - timedelta(days=99))
    await paper.payment(world, newcomer, OTHER.text("payment C"), OTHER.money(53), TODAY)
    await paper.held(world, newcomer, OTHER.text("order C"), OTHER.money(54))
    await world.owes(newcomer, OTHER.money(54), TODAY, category=Category.HELD_ORDERS)
    await world.group(OTHER.text("group C"), OTHER.text("group C"), OTHER.currency, newcomer)
    owner = {"customer_id": world.ids[newcomer], "company_id": company}
    said = {"kind": "INSURANCE", "provider": OTHER.text("provider C"), "number": OTHER.text("policy C")}
    worth = {"value": OTHER.exactly(55), "currency": OTHER.currency, "percent": Decimal(10), "from_day": LONG_AGO}
    await world.put("collateral", **owner, **said, **worth)
    await paper.event(world, "CUSTOMER_SAVED", OTHER.text("was saved"), OTHER.code, ("customer", world.ids[newcomer]))
