"""Somebody of one company names what is the other's, and asks questions at random: only shared totals are found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from graphql import is_required_argument
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from persistence import embedded
from schema.ids import node_id
from tests.schema.chance import Chance
from tests.schema.everything import SCHEMA_READ, Operation, Taste, Writer, lists, plainly
from tests.schema.inputs import Path, filled, leaves, plain
from tests.schema.scene import FOUND, NOT_FOR_VIEWERS, Scene, staged
from tests.schema.two_companies import CANARY, DIGITS, GROUP, OTHER, OWN
from tests.schema.world import TODAY

LISTS = lists(SCHEMA_READ)
PAGE = "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"


@pytest.fixture(scope="module")
async def scene(server: embedded.Server, database_name: str) -> AsyncIterator[Scene]:
    async with staged(server, database_name) as made:
        yield made


def other_id(scene: Scene, prefix: str, called: str) -> str:
    return node_id(prefix, scene.world.ids[called])


async def test_a_number_of_the_other_company_is_nobodys(scene: Scene) -> None:
    writer = Writer(SCHEMA_READ, Taste(plainly))
    for number in (OTHER.text("1"), OTHER.text("2")):
        writer.root("customer", 1, by={"number": {"company": OWN.code, "account": number}})
    for name in (OTHER.account(1), OTHER.account(2)):
        writer.root("customer", 1, by={"id": other_id(scene, "cus", name)})
    writer.root("creditGroup", 1, number=OTHER.text("group"))
    writer.root("party", 1, number=f"P-{OTHER.text('2')}")
    writer.root("salesOrder", 1, by={"number": {"company": OWN.code, "number": OTHER.text("order")}})
    writer.root("salesOrder", 1, by={"id": other_id(scene, "ord", OTHER.text("order"))})
    assert set((await scene.told(writer.operation(), "CREDIT_MANAGER"))["data"].values()) == {None}


async def test_a_credit_check_for_the_other_company_is_refused(scene: Scene) -> None:
    amount = {"amount": "1.00", "currency": "SEK"}
    own, own_order = {"id": other_id(scene, "cus", OWN.account(1))}, {"id": other_id(scene, "ord", OTHER.text("order"))}
    theirs = {"id": other_id(scene, "cus", OTHER.account(1))}
    nobody = {"number": {"company": OWN.code, "account": OTHER.text("1")}}
    for said in ({"customer": theirs}, {"customer": nobody}, {"customer": own, "order": own_order}):
        writer = Writer(SCHEMA_READ, Taste(plainly))
        alias = writer.root("checkCredit", 1, input={**said, "amount": amount})
        payload = (await scene.told(writer.operation(), "CREDIT_MANAGER"))["data"][alias]
        assert payload["check"] is None
        assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


def namings() -> list[tuple[str, str, Path]]:
    """Every place of a query in which a company is named by its code: field, argument, and the way to it."""
    query = SCHEMA_READ.query_type
    assert query is not None
    return [
        (name, argument, path)
        for name, field in query.fields.items()
        for argument, asked in field.args.items()
        for path, within, kind in leaves(asked.type, (argument,))
        if path[-1] in ("company", "companies", "code") and kind.name == "String" and within != "StringFilter"
    ]


@pytest.mark.parametrize(("name", "argument", "path"), namings())
async def test_to_name_the_other_company_is_a_mistake(scene: Scene, name: str, argument: str, path: Path) -> None:
    def leaf(at: Path, within: str, kind: Any) -> Any:
        if at[-1] == "id":
            return other_id(scene, "cus", OWN.account(1))
        return OTHER.code if at == path else plain(kind, "SEK", TODAY.isoformat(), "1")

    query = SCHEMA_READ.query_type
    assert query is not None
    asked = query.fields[name]
    needed = {key: each for key, each in asked.args.items() if is_required_argument(each) or key == argument}
    given = {key: filled(each.type, leaf, path, path=(key,)) for key, each in needed.items()}
    writer = Writer(SCHEMA_READ, Taste(plainly))
    writer.root(name, 0, **given)
    told = await scene.told(writer.operation(), "CREDIT_MANAGER")
    assert [error["extensions"]["code"] for error in told["errors"]] == ["COMPANY_NOT_AVAILABLE"], told


async def test_a_search_finds_only_what_may_be_seen(scene: Scene) -> None:
    writer = Writer(SCHEMA_READ, Taste(plainly))
    found = {
        writer.root("search", 0, text=text, first=100): text for text in (CANARY, OTHER.text("1"), DIGITS, "a", "1")
    }
    data = (await scene.told_the_same(writer.operation(), "CREDIT_MANAGER"))["data"]
    assert [text for alias, text in found.items() if CANARY in text and data[alias]] == []


async def test_what_is_not_seen_takes_no_place_among_the_best_hits(scene: Scene) -> None:
    writer = Writer(SCHEMA_READ, Taste(plainly))
    for first in (100, 1, 2, 3):
        writer.narrow("search", "{ node { id } }", text="1", first=first)
    every, *some = (await scene.told_the_same(writer.operation(), "CREDIT_MANAGER"))["data"].values()
    assert len(every) > 3
    assert some == [every[:1], every[:2], every[:3]]


TOTALS = """
query { creditGroup(number: "SHARED") {
    memberCount members { nodes { account } count { value } }
    credit(currency: "EUR") { exposure { receivables { amount } openOrders { amount } } }
    byCompany(currency: "EUR") { company { code } exposure { receivables { amount } } } }
  party(number: "ACME") {
    customers { nodes { account } } credit(currency: "EUR") { exposure { receivables { amount } } } }
  creditGroups { nodes { number } } }
"""


async def test_a_shared_groups_totals_count_the_other_company_and_say_no_more(scene: Scene) -> None:
    data = (await scene.told_the_same(Operation(TOTALS, {}), "VIEWER"))["data"]
    group, party = data["creditGroup"], data["party"]
    theirs, together = OTHER.exactly(11) + OTHER.exactly(12), "197531038.16"
    assert group["credit"]["exposure"]["receivables"]["amount"] == together
    assert [share["company"] for share in group["byCompany"]] == [{"code": OWN.code}, None]
    assert group["byCompany"][1]["exposure"]["receivables"]["amount"] == str(theirs)
    assert party["credit"]["exposure"]["receivables"]["amount"] == together
    assert group["memberCount"] == group["members"]["count"]["value"] == 1
    assert group["members"]["nodes"] == party["customers"]["nodes"] == [{"account": OWN.text("1")}]
    assert [each["number"] for each in data["creditGroups"]["nodes"]] == [OWN.text("group"), GROUP]


ROLES = {"VIEWER": NOT_FOR_VIEWERS, "CREDIT_MANAGER": frozenset[str](), "AUDITOR": frozenset({"checkCredit"})}
SEEDS = st.integers(0, 2**32)
BY_CHANCE = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(BY_CHANCE, max_examples=220)
@given(SEEDS, st.sampled_from(sorted(ROLES)), st.sampled_from(["en", "sv"]))
async def test_no_question_finds_anything_of_the_other(scene: Scene, seed: int, role: str, language: str) -> None:
    asked = Chance(Random(seed), SCHEMA_READ, scene.pools).operation(ROLES[role])
    note(str(asked))
    told = await scene.told_the_same(asked, role, language)
    assert told.keys() & {"data", "errors"}, "nothing is told"


@settings(BY_CHANCE, max_examples=80)
@given(SEEDS, st.sampled_from(sorted(LISTS)), st.integers(1, 3), st.booleans())
async def test_no_page_shows_anything_of_the_other(
    scene: Scene, seed: int, name: str, size: int, backwards: bool
) -> None:
    chance = Chance(Random(seed), SCHEMA_READ, scene.pools)
    asked = {"where": chance.filter(LISTS[name]), "orderBy": chance.order(LISTS[name])}
    note(f"{name} {asked}")
    writer = Writer(SCHEMA_READ, Taste(plainly))
    writer.narrow(name, FOUND, **asked, first=1000)
    whole = (await scene.told_the_same(writer.operation(), "CREDIT_MANAGER"))["data"]["r0"]
    found: list[str] = []
    cursor, more = None, True
    while more:
        writer = Writer(SCHEMA_READ, Taste(lambda path, argument: None))
        turn = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
        writer.narrow(name, PAGE, **asked, **turn)
        page = (await scene.told_the_same(writer.operation(), "CREDIT_MANAGER"))["data"]["r0"]
        ids = [edge["node"]["id"] for edge in page["edges"]]
        found = ids + found if backwards else found + ids
        more = page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
    assert found == [node["id"] for node in whole["nodes"]]
