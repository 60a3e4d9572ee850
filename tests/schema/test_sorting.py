"""Names are sorted as the reader's language sorts them, where the database has ICU, and as they are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from persistence import database, embedded, migrate
from tests.schema.asking import house
from tests.schema.both_lanes import BothLanes
from tests.schema.world import World, nordic

DEBIAN = Path("/usr/lib/postgresql/15/bin")
HAS_DEBIAN = DEBIAN.exists()
PURPOSE = "test-sorting"

NAMES = ("Örn", "Zeta", "Ärla", "alfa", "Åke", "Beta")
BY_CODE_POINT = ["Beta", "Zeta", "alfa", "Ärla", "Åke", "Örn"]
AS_SPOKEN = {
    "sv-SE": ["alfa", "Beta", "Zeta", "Åke", "Ärla", "Örn"],
    "de-DE": ["Åke", "alfa", "Ärla", "Beta", "Örn", "Zeta"],
    "en-GB": ["Åke", "alfa", "Ärla", "Beta", "Örn", "Zeta"],
}
LANGUAGES = ("sv-SE", "en-GB")
"""Of those we speak."""

CUSTOMERS = """query ($first: Int, $last: Int, $after: String, $before: String, $to: OrderDirection!) {
  found: customers(first: $first, last: $last, after: $after, before: $before,
    where: {companies: ["NO01"]}, orderBy: [{field: NAME, direction: $to}]) {
    edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
REASONS = """query ($first: Int, $after: String) {
  found: reasons(first: $first, after: $after, orderBy: [{field: NAME}]) {
    edges { cursor node { code name } } pageInfo { hasNextPage endCursor } } }"""


@dataclass
class Sorting:
    """A database with names to sort, and whether it has the collations of languages."""

    both: BothLanes
    icu: bool

    def expected(self, language: str) -> list[str]:
        """How the names are sorted for a reader."""
        return AS_SPOKEN[language] if self.icu else BY_CODE_POINT

    async def page(self, document: str, language: str, **variables: Any) -> Any:
        """A page, the same from both lanes."""
        told, _ = await self.both(document, variables, language=language)
        assert "errors" not in told, told["errors"]
        return told["data"]["found"]


@pytest.fixture(scope="module", params=["the wheel's", "Debian's"])
async def sorting(request: pytest.FixtureRequest, server: embedded.Server) -> AsyncIterator[Sorting]:
    """The names on the server of the tests, and on one with ICU."""
    if request.param == "the wheel's":
        async with _filled(server) as made:
            yield made
        return
    if not HAS_DEBIAN:
        pytest.skip("PostgreSQL 15 of Debian, which has ICU, is not installed")
    debian = embedded.start(PURPOSE, DEBIAN)
    try:
        async with _filled(debian) as made:
            yield made
    finally:
        embedded.stop(PURPOSE, DEBIAN)


@asynccontextmanager
async def _filled(server: embedded.Server) -> AsyncIterator[Sorting]:
    with migrate.passing_database(server) as url:
        migrate.upgrade(url)
        connection = await asyncpg.connect(database.plain_url(url))
        try:
            await database.set_codecs(connection)
            await _names(await nordic(connection))
            able = await database.capabilities(connection)
        finally:
            await connection.close()
        async with await database.open_pool(url, max_size=4) as pool:
            yield Sorting(BothLanes(house(pool)), able.icu_collations)


async def _names(world: World) -> None:
    """Customers, and reasons: codes in one order, English names in another, Swedish ones in a third."""
    await world.company("NO01", "Nordic AS", "SEK", "NO", "nb-NO", "Europe/Oslo")
    for number, name in enumerate(NAMES):
        await world.customer("NO01", f"A{number}", name)
    for code, english, swedish in (("A", "Paid", "Betald"), ("B", "Zero", "Annat"), ("C", "Agreed", "Överens")):
        key = await world.put("reason", code=code, name=english, kind="RELEASE")
        await world.put("translation", subject_id=key, field="name", locale="sv", value=swedish)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [1, 4, 25])
async def test_a_list_is_sorted_by_name_page_by_page(sorting: Sorting, language: str, size: int) -> None:
    names: list[str] = []
    cursor, more = None, True
    while more:
        found = await sorting.page(CUSTOMERS, language, first=size, after=cursor, to="ASC")
        names += [edge["node"]["name"] for edge in found["edges"]]
        more, cursor = found["pageInfo"]["hasNextPage"], found["pageInfo"]["endCursor"]
    assert names == sorting.expected(language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_read_backwards_and_downwards_in_the_same_order(sorting: Sorting, language: str) -> None:
    names: list[str] = []
    cursor, more = None, True
    while more:
        found = await sorting.page(CUSTOMERS, language, last=2, before=cursor, to="DESC")
        names = [edge["node"]["name"] for edge in found["edges"]] + names
        more, cursor = found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["startCursor"]
    assert names == sorting.expected(language)[::-1]


async def test_every_language_has_its_own_order_in_one_process(sorting: Sorting) -> None:
    for language in (*LANGUAGES, *LANGUAGES):
        found = await sorting.page(CUSTOMERS, language, first=25, to="ASC")
        assert [edge["node"]["name"] for edge in found["edges"]] == sorting.expected(language)
    assert sorting.both.taken["fast"] > 0


async def test_a_cursor_belongs_to_the_order_of_its_language(sorting: Sorting) -> None:
    found = await sorting.page(CUSTOMERS, "sv-SE", first=2, to="ASC")
    after = found["pageInfo"]["endCursor"]
    variables = {"first": 2, "after": after, "to": "ASC"}
    told, _ = await sorting.both(CUSTOMERS, variables, language="en-GB")
    if sorting.icu:
        assert [error["extensions"]["code"] for error in told["errors"]] == ["BAD_CURSOR"]
    else:
        assert [edge["node"]["name"] for edge in told["data"]["found"]["edges"]] == BY_CODE_POINT[2:4]


async def test_coded_names_are_sorted_as_they_are_shown(sorting: Sorting) -> None:
    shown = {"sv-SE": ["Annat", "Betald", "Överens"], "en-GB": ["Agreed", "Paid", "Zero"]}
    for language, names in shown.items():
        first = await sorting.page(REASONS, language, first=2)
        rest = await sorting.page(REASONS, language, first=2, after=first["pageInfo"]["endCursor"])
        assert [edge["node"]["name"] for edge in (*first["edges"], *rest["edges"])] == names
    told, _ = await sorting.both(REASONS, {"first": 1, "after": first["pageInfo"]["endCursor"]}, language="sv-SE")
    assert [error["extensions"]["code"] for error in told["errors"]] == ["BAD_CURSOR"]


async def test_whether_names_are_sorted_by_language_is_said(sorting: Sorting) -> None:
    told, _ = await sorting.both("{ systemInfo { warnings } }", language="sv-SE")
    warned = "Databasen saknar ICU-kollationer" in " ".join(told["data"]["systemInfo"]["warnings"])
    assert warned is not sorting.icu


async def test_codes_are_sorted_by_code_point_in_every_language(sorting: Sorting) -> None:
    query = '{ found: customers(where: {companies: ["NO01"]}, orderBy: [{field: ACCOUNT}]) { nodes { account } } }'
    for language in LANGUAGES:
        told, _ = await sorting.both(query, language=language)
        accounts = [node["account"] for node in told["data"]["found"]["nodes"]]
        assert accounts == sorted(accounts)
