"""Somebody of one company asks everything there is to ask, and finds shared totals and nothing else of the other.

Every field of every list two records away, every filter, order, id and report. Each answer is looked through for marks
of the other company, and many are asked for again where the other company is all different.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import combinations
from typing import Any

import pytest

from persistence import embedded
from persistence.exposure_dimensions import ExposureDimension
from persistence.tables import metadata
from schema.fields import TYPES
from tests.schema.belonging import EVERYBODYS, condition, owned, rows_of, unmarked, words
from tests.schema.everything import SCHEMA_READ, Taste, Writer, ask_for, filters, in_the_past, lists, plainly, sortable
from tests.schema.pools import ways
from tests.schema.scene import FOUND, NOT_FOR_VIEWERS, Scene, staged
from tests.schema.two_companies import OTHER, OWN, PAST

LISTS = lists(SCHEMA_READ)
UNREAD = {"idempotency_key", "delivery", "billing", "goods_return"}
"""Tables whose texts no field gives."""


@pytest.fixture(scope="module")
async def scene(server: embedded.Server, database_name: str) -> AsyncIterator[Scene]:
    async with staged(server, database_name) as made:
        yield made


async def test_every_table_has_rows_of_both_companies(scene: Scene, pool: Any) -> None:
    empty = []
    async with pool.acquire() as conn:
        for firm in (OWN, OTHER):
            for table, which in owned():
                found = await conn.fetchval(
                    f'select count(*) from "{table.name}" where {which}', scene.world.ids[firm.code]
                )
                empty += [] if found else [f"{table.name} of {firm.code}"]
    assert empty == [], "fill them in two_companies.py"
    assert {name for name in metadata.tables if condition(name) is None} == EVERYBODYS


async def test_everything_of_the_other_company_is_marked(scene: Scene, pool: Any) -> None:
    async with pool.acquire() as conn:
        assert await unmarked(conn, scene.world.ids[OTHER.code]) == []


async def test_who_is_of_the_other_company_is_told_of_every_table(scene: Scene, pool: Any) -> None:
    told = ""
    for name in LISTS:
        asked = ask_for(name, 2, Taste(plainly, frozenset({"timeline"})))
        told += json.dumps((await scene.here(asked.text, asked.variables, companies=[OTHER.code])).data).lower()
    jobs = ask_for("jobs", 2, Taste(plainly))
    told += json.dumps(
        (await scene.here(jobs.text, jobs.variables, user=f"importer {OTHER.code}", companies=[OTHER.code])).data
    ).lower()
    silent = []
    async with pool.acquire() as conn:
        for table, _ in owned():
            rows = await rows_of(conn, table, scene.world.ids[OTHER.code])
            texts = {row[name].lower() for row in rows for name in words(table) if row[name]}
            if texts and not any(text in told for text in texts):
                silent.append(table.name)
    assert set(silent) == UNREAD


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_and_what_hangs_off_it_tells_nothing_of_the_other(scene: Scene, name: str) -> None:
    deep = await scene.told(ask_for(name, 2, Taste(plainly, frozenset({"timeline"}))), "CREDIT_MANAGER")
    assert "errors" not in deep
    for role, without in (
        ("CREDIT_MANAGER", frozenset[str]()),
        ("AUDITOR", frozenset[str]()),
        ("VIEWER", NOT_FOR_VIEWERS),
    ):
        if name not in without:
            found = await scene.told(ask_for(name, 1, Taste(plainly, without)), role)
            assert "errors" not in found
    assert "errors" not in await scene.told_the_same(ask_for(name, 1, Taste(in_the_past)), "CREDIT_MANAGER")


@pytest.mark.parametrize("name", LISTS)
async def test_a_filter_finds_and_counts_only_what_may_be_seen(scene: Scene, name: str) -> None:
    asked = []
    for field, names in filters(SCHEMA_READ, LISTS[name]).items():
        pool = scene.pools[LISTS[name]][field]
        for value in (*pool.own[:1], *pool.hidden[:2]):
            asked += [(one, value in pool.hidden) for one in ways(field, names, value)]
        asked += [({field: {"isNull": null}}, False) for null in (True, False) if "isNull" in names]
    assert asked
    for start in range(0, len(asked), 40):
        writer = Writer(SCHEMA_READ, Taste(plainly))
        placed = {
            writer.narrow(name, FOUND, where=one, first=1000): hidden for one, hidden in asked[start : start + 40]
        }
        data = (await scene.told_the_same(writer.operation(), "CREDIT_MANAGER"))["data"]
        for (one, _), (alias, hidden) in zip(asked[start:], placed.items(), strict=False):
            found = data[alias]
            assert found["count"]["value"] == len(found["nodes"]) == len({node["id"] for node in found["nodes"]})
            assert not (hidden and marked(one)) or found["nodes"] == [], one


def marked(one: Any) -> bool:
    """It asks for exactly what only the other company has."""
    text = json.dumps(one)
    return OTHER.word in text or '"eq": "cus_' in text


@pytest.mark.parametrize("name", LISTS)
async def test_an_order_sorts_only_what_may_be_seen(scene: Scene, name: str) -> None:
    writer = Writer(SCHEMA_READ, Taste(plainly))
    writer.narrow(name, FOUND, first=1000)
    for field in sortable(SCHEMA_READ, LISTS[name]):
        for direction in ("ASC", "DESC"):
            writer.narrow(name, FOUND, first=1000, orderBy=[{"field": field, "direction": direction}])
    data = (await scene.told_the_same(writer.operation(), "CREDIT_MANAGER"))["data"]
    found = {frozenset(node["id"] for node in each["nodes"]) for each in data.values()}
    assert len(found) == 1


@pytest.mark.parametrize("prefix", sorted(cls.shape.prefix for cls in TYPES.values()))
async def test_an_id_of_the_other_company_is_nobodys(scene: Scene, prefix: str) -> None:
    writer = Writer(SCHEMA_READ, Taste(plainly))
    writer.root("nodes", 0, ids=[f"{prefix}_{key}" for key in sorted(scene.marks.ids)])
    (found,) = (await scene.told(writer.operation(), "CREDIT_MANAGER"))["data"].values()
    assert [node for node in found if node is not None] == []


@pytest.mark.parametrize("day", [None, PAST.isoformat()])
@pytest.mark.parametrize("subtotals", [True, False])
async def test_a_report_divides_and_counts_only_what_may_be_seen(
    scene: Scene, day: str | None, subtotals: bool
) -> None:
    dimensions = [each.value for each in ExposureDimension]
    writer = Writer(SCHEMA_READ, Taste(plainly))
    said = {"subtotals": subtotals, "asOf": day, "first": 100}
    for by in ([], dimensions, *([one] for one in dimensions), *combinations(dimensions, 2)):
        writer.root("exposureReport", 1, groupBy=list(by), currency="SEK", **said)
    writer.root("exposureByCompany", 1, asOf=day)
    for name in ("viewer", "systemInfo", "currencies"):
        writer.root(name, 1)
    told = await scene.told_the_same(writer.operation(), "AUDITOR")
    assert "errors" not in told
    total = told["data"]["r0"]["nodes"]
    assert [row["customers"] for row in total] == [3]
