"""Both lanes give the same JSON: for random valid operations, users with different grants, and several languages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from random import Random

import asyncpg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from persistence import database, embedded
from tests.schema.asking import house
from tests.schema.belonging import marks_of
from tests.schema.both_lanes import BothLanes
from tests.schema.chance import Chance
from tests.schema.everything import SCHEMA_READ
from tests.schema.pools import Pools, pools_of
from tests.schema.two_companies import OTHER, OWN, two_companies

EXAMPLES = int(os.environ.get("CREDITGRAPH_LANE_EXAMPLES", "300"))
"""How many random operations are compared; more by hand."""

SEEDS = st.integers(0, 2**32)
GRANTS = st.sampled_from([("*",), (OWN.code,), (OTHER.code,), (OWN.code, OTHER.code)])
ROLES = st.sampled_from(["VIEWER", "CREDIT_MANAGER", "AUDITOR", "COLLECTIONS_AGENT"])
LANGUAGES = st.sampled_from(["en", "sv", "sv-SE", None])


class Stage:
    """Both lanes over one database, and values of what is in it."""

    def __init__(self, both: BothLanes, pools: Pools) -> None:
        self.both = both
        self.pools = pools


@pytest.fixture(scope="module")
async def stage(server: embedded.Server, database_name: str) -> AsyncIterator[Stage]:
    """Two companies with everything in them."""
    url = server.url_of(database_name)
    conn = await asyncpg.connect(database.plain_url(url))
    try:
        await database.set_codecs(conn)
        world = await two_companies(conn)
        await world.put("actor", subject="tester", name="Tester")
        marks = await marks_of(conn, world.ids[OTHER.code])
        pools = await pools_of(conn, SCHEMA_READ, marks.ids)
    finally:
        await conn.close()
    async with await database.open_pool(url, max_size=8) as pool:
        yield Stage(BothLanes(house(pool)), pools)


@settings(deadline=None, derandomize=True, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(SEEDS, GRANTS, ROLES, LANGUAGES)
async def test_a_random_operation_is_answered_alike(
    stage: Stage, seed: int, companies: tuple[str, ...], role: str, language: str | None
) -> None:
    asked = Chance(Random(seed), SCHEMA_READ, stage.pools).operation(frozenset())
    note(f"{asked.text} {asked.variables}")
    told, _ = await stage.both(asked.text, asked.variables, as_=role, companies=companies, language=language)
    assert told.keys() & {"data", "errors"}, "both lanes say nothing"
