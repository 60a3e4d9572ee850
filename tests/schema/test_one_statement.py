"""Every screen and report that only reads is one statement of the fast lane, and says what the slow lane says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest
from graphql import parse, print_ast, separate_operations

from persistence.database import plain_url, set_codecs
from schema.ids import node_id
from tests.schema.changing import OPERATIONS
from tests.schema.counted import Counted, counting
from tests.schema.screens import NAMES, Asked, screens
from tests.schema.two_companies import GROUP, OWN, two_companies
from tests.schema.world import TODAY, World

DECIDED = {"WhatIf"}
"""`checkCredit` decides in Python; it is no reading of rows."""

REPORTS = {"exposure by customer", "ExposureFlat", "ExposureDashboard"}
"""`exposureReport` adds up in one snapshot of several statements, as many for one row as for all."""


@pytest.fixture(scope="module")
async def firms(database_url: str) -> AsyncIterator[World]:
    """Two companies with everything in them."""
    connection = await asyncpg.connect(plain_url(database_url))
    try:
        await set_codecs(connection)
        yield await two_companies(connection)
    finally:
        await connection.close()


@pytest.fixture
async def counted(database_url: str, firms: World) -> AsyncIterator[Counted]:
    """A server that was just started, on connections that tell."""
    async with counting(database_url) as found:
        yield found


def front_ends(world: World) -> dict[str, Asked]:
    """The operations of the front-end and BI teams that read, each with values."""
    day = TODAY.isoformat()
    hold, adjustment = world.ids[f"hold {OWN.text('held order')}"], world.ids[f"adjustment {OWN.code}"]
    values: dict[str, Mapping[str, Any]] = {
        "HoldList": {"where": {"status": {"in": ["OPEN", "RELEASED"]}}, "orderBy": [{"field": "HELD_AT"}]},
        "HoldDetail": {"id": node_id("hld", hold)},
        "Customer360": {"key": {"number": {"company": OWN.code, "account": OWN.text("1")}}, "currency": "SEK"},
        "GroupMembers": {"number": GROUP, "asOf": day},
        "ExposureDashboard": {"currency": "EUR"},
        "AdjustmentEditor": {"id": node_id("adj", adjustment)},
        "DropDowns": {"locale": "sv-SE", "companies": [OWN.code]},
        "SearchBox": {"text": "customer", "kinds": ["CUSTOMER"]},
        "ImportMonitor": {},
        "AuditTimeline": {"id": node_id("cus", world.ids[OWN.account(1)]), "since": "2020-01-01T00:00:00Z"},
        "ExposureFlat": {"asOf": day, "currency": "SEK"},
        "OpenItemsIncremental": {"since": "2020-01-01T00:00:00Z"},
    }
    documents = separate_operations(parse(OPERATIONS.read_text()))
    return {name: (print_ast(documents[name]), given) for name, given in values.items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "sv-SE"])
async def test_a_screen_is_one_statement_once_it_is_known(
    counted: Counted, firms: World, name: str, language: str
) -> None:
    document, values = screens(firms)[name]
    fast, slow, count = await counted.once_known(document, values, language=language)
    assert "errors" not in slow
    assert fast == slow
    assert count is not None, "the fast lane did not answer"
    assert (count == 1) is (name not in REPORTS), counted.statements


async def test_a_report_is_as_many_statements_for_many_rows_as_for_one(counted: Counted, firms: World) -> None:
    document, values = screens(firms)["exposure by customer"]
    counts = {}
    for first in (1, 100):
        answer, _, counts[first] = await counted.once_known(document.replace("first: 100", f"first: {first}"), values)
        assert len(answer["data"]["exposureReport"]["nodes"]) == min(first, 6)
    assert counts[1] == counts[100]
    assert any(sent.startswith("BEGIN ISOLATION LEVEL REPEATABLE READ") for sent in counted.statements)


@pytest.mark.skipif(not OPERATIONS.exists(), reason=f"{OPERATIONS.name} is not there")
async def test_what_the_front_ends_read_is_one_statement_as_it_stands(counted: Counted, firms: World) -> None:
    counts = {}
    for name, (document, values) in front_ends(firms).items():
        fast, slow, counts[name] = await counted.once_known(document, values, language="en", operation=name)
        assert "errors" not in slow, name
        assert fast == slow, name
    assert None not in counts.values(), "the fast lane did not answer"
    assert {name for name, count in counts.items() if count != 1} == REPORTS & set(counts)
    reads = {
        name
        for name, document in separate_operations(parse(OPERATIONS.read_text())).items()
        if "query " + name in print_ast(document)
    }
    assert reads - set(counts) == DECIDED | {"Worklist"}


async def test_a_hundred_rows_are_one_statement_as_one_row_is(counted: Counted, firms: World) -> None:
    query = "query ($first: Int) { customers(first: $first) { nodes { account credit { available { amount } } } } }"
    for first in (1, 100):
        fast, slow, count = await counted.once_known(query, {"first": first})
        assert fast == slow
        assert count == 1
    assert len(fast["data"]["customers"]["nodes"]) == 6
