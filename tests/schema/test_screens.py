"""The operations of the front-end teams as they stand: customer 360, group members, drop-downs, search box."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from graphql import parse, print_ast, separate_operations

from schema.app import SCHEMA, graphql_schema
from schema.validation import mistakes
from tests.schema.asking import Asker
from tests.schema.world import TODAY, World

SHARED = Path(os.environ.get("CREDITGRAPH_SHARED", Path(__file__).parents[2] / ".." / "shared"))
OPERATIONS = SHARED / "design" / "operations.graphql"
LATER = {"SubmitAdjustment", "ApproveAdjustment", "Worklist", "HoldChanges", "JobProgress"}
"""Approval, collections and subscriptions come with later work."""

pytestmark = pytest.mark.skipif(not OPERATIONS.exists(), reason="operations.graphql is not there")


def operations() -> dict[str, str]:
    """Every operation with the fragments it needs."""
    if not OPERATIONS.exists():
        return {}
    return {name: print_ast(document) for name, document in separate_operations(parse(OPERATIONS.read_text())).items()}


@pytest.fixture(scope="module")
async def screens(world: World) -> World:
    """A group of two members with something owed, and names for the drop-downs."""
    await world.group("G1", "Acme Group", "SEK", "SE01/1001", "FI01/2001", limit="1000000 SEK")
    await world.limit("SE01/1001", "100000 SEK")
    await world.owes("SE01/1001", "110000.00 SEK", TODAY - timedelta(days=3))
    await world.owes("FI01/2001", "1000.00 EUR", TODAY + timedelta(days=3))
    await world.put("reason", "PAID", code="PAID", name="Paid", kind="RELEASE")
    await world.put("risk_group", "A", code="A", name="Low")
    return world


@pytest.mark.parametrize("name", sorted(set(operations()) - LATER))
def test_every_operation_is_valid(name: str) -> None:
    assert mistakes(graphql_schema(SCHEMA), parse(operations()[name]), 5) == []


async def test_customer_360_answers_in_swedish(ask: Asker, screens: World) -> None:
    key = {"number": {"company": "SE01", "account": "1001"}}
    answer = await ask(operations()["Customer360"], {"key": key, "asOf": TODAY.isoformat(), "currency": "SEK"})
    customer = answer.data["customer"]
    assert answer.headers["content-language"] == "sv-SE"
    assert customer["credit"]["limit"]["total"] == {"amount": "100000.00", "currency": "SEK"}
    assert customer["credit"]["available"] == {"amount": "-10000.00", "currency": "SEK"}
    assert customer["credit"]["exposure"]["daysOverdue"] == 3
    assert customer["creditGroup"]["credit"]["exposure"]["total"]["amount"] == "121500.00"
    assert customer["creditLimitHistory"]["nodes"][0]["kind"] == "PERMANENT"
    assert customer["payer"]["account"] == "1001"


async def test_group_members_come_with_their_positions_in_euro(ask: Asker, screens: World) -> None:
    group = (await ask(operations()["GroupMembers"], {"number": "G1"})).data["creditGroup"]
    assert group["memberCount"] == 2
    members = {edge["node"]["account"]: edge["node"]["credit"] for edge in group["members"]["edges"]}
    assert members["1001"]["exposure"]["total"] == {"amount": "9565.22", "currency": "EUR"}
    assert members["2001"]["limit"]["kind"] == "UNSET"


async def test_drop_downs_are_filled_in_the_language_asked_for(ask: Asker, screens: World) -> None:
    data = (await ask(operations()["DropDowns"], {"locale": "sv-SE", "companies": ["SE01"]})).data
    assert [node["code"] for node in data["reasons"]["nodes"]] == ["PAID"]
    assert {label["enum"] for label in data["enumLabels"]} == {"CreditHoldStatus", "Checkpoint", "BlockReasonCode"}
    assert {company["code"] for company in data["viewer"]["companies"]} == {"SE01", "FI01"}
    assert {"code": "JPY", "name": "japansk yen", "digits": 0} in data["currencies"]


async def test_the_search_box_finds_customers(ask: Asker, screens: World) -> None:
    hits = (await ask(operations()["SearchBox"], {"text": "acme", "kinds": ["CUSTOMER"]})).data["search"]
    assert [(hit["title"], hit["node"]["account"]) for hit in hits] == [
        ("Acme Suomi Oy", "2001"),
        ("Acme Sverige AB", "1001"),
    ]
