"""Documents written to keep us busy are refused for what they are, looked at once, and nobody waits for them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Visitor,
    parse,
    visit,
)

from bench.hostile_documents import DOCUMENTS, Hostile, many, nested_fragments
from schema.errors import ClientMistake
from schema.guard import Limits, check_text, measure
from schema.literals import lifted
from tests.schema.asking import Asker, token
from tests.schema.world import World

ORDINARY = '{ customer(by: {number: {company: "SE01", account: "1001"}}) { name company { code } } }'
HEADERS = {"Authorization": token("VIEWER", ["*"]), "Accept": "application/graphql-response+json"}


async def send(ask: Asker, body: Any) -> tuple[int, Any]:
    """The status and the answer to a body."""
    response = await ask.raw("POST", json=body, headers=HEADERS)
    return response.status_code, response.json()


@pytest.mark.parametrize("hostile", DOCUMENTS, ids=lambda hostile: hostile.name)
async def test_a_hostile_document_is_refused_for_what_it_is(ask: Asker, world: World, hostile: Hostile) -> None:
    status, answer = await send(ask, hostile.body)
    told = [error["extensions"] for error in answer.get("errors", ())]
    if hostile.limit:
        assert (status, "data" in answer) == (400, False)
        assert [(one["code"], one["limit"]) for one in told] == [("OPERATION_TOO_COMPLEX", hostile.limit)]
    elif hostile.wrong:
        assert (status, "data" in answer) == (400, False)
        assert {one["code"] for one in told} == {"BAD_USER_INPUT"}
        assert len(told) <= 5
    else:
        assert {one["code"] for one in told} <= {"BAD_USER_INPUT"}, "it is answered, or a value in it is not"
        assert status == 200


def selections_in(query: str) -> int:
    """How many selections are written in a document."""
    found: list[Any] = []

    class Selections(Visitor):
        def enter(self, node: Any, *_: Any) -> None:
            if isinstance(node, FieldNode | FragmentSpreadNode | InlineFragmentNode):
                found.append(node)

    visit(parse(query), Selections())
    return len(found)


def parsed() -> list[Hostile]:
    """Those that come as far as being measured."""
    found = []
    for hostile in DOCUMENTS:
        with suppress(ClientMistake, GraphQLError):
            check_text(hostile.query, Limits())
            parse(hostile.query)
            found.append(hostile)
    return found


@pytest.mark.parametrize("hostile", parsed(), ids=lambda hostile: hostile.name)
def test_every_selection_of_a_document_is_visited_once(hostile: Hostile) -> None:
    assert measure(parse(hostile.query)).visited == selections_in(hostile.query)


def test_each_level_of_nested_fragments_is_as_much_work_as_the_one_before() -> None:
    levels = range(16, 31)
    visited = [measure(parse(nested_fragments(level))).visited for level in levels]
    assert {after - before for before, after in pairwise(visited)} == {2}
    assert measure(parse(nested_fragments(30))).operations[0].fields > 10**9 - 1


def test_counting_stops_where_numbers_would_grow_with_the_document() -> None:
    (size,) = measure(parse(nested_fragments(400))).operations
    assert size.fields == 10**9


async def test_what_is_too_large_is_not_validated(ask: Asker, world: World) -> None:
    status, answer = await send(ask, {"query": "{" + many("unknown@ ", 600) + "}"})
    assert status == 400
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["OPERATION_TOO_COMPLEX"]
    _, answer = await send(ask, {"query": "{" + many("unknown@ ", 400) + "}"})
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}


async def test_several_operations_in_an_array_are_refused(ask: Asker, world: World) -> None:
    status, answer = await send(ask, [{"query": ORDINARY}] * 100)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")


def test_a_text_that_is_not_closed_is_one_token_to_its_end() -> None:
    with pytest.raises(ValueError, match="unexpected end"):
        lifted('{ a(b: "' + '\\"' * 1000)
    check_text('"' + '\\"' * 20_000, Limits(tokens=1))
    check_text('"""' + '\\"""' * 10_000, Limits(tokens=1))


async def test_others_are_answered_while_hostile_documents_come_without_end(ask: Asker, world: World) -> None:
    bombs = [hostile for hostile in DOCUMENTS if hostile.limit in ("fields", "directives", "cost")]
    over, refused = asyncio.Event(), 0

    async def attack() -> None:
        nonlocal refused
        while not over.is_set():
            for bomb in bombs:
                status, _ = await send(ask, bomb.body)
                assert status == 400
                refused += 1
                await asyncio.sleep(0)

    attacks = [asyncio.create_task(attack()) for _ in range(3)]
    between = []
    for _ in range(20):
        before = refused
        assert (await send(ask, {"query": ORDINARY}))[1]["data"]["customer"]["name"] == "Acme Sverige AB"
        between.append(refused - before)
    over.set()
    await asyncio.gather(*attacks)
    assert sum(between) > len(bombs), "they came meanwhile"
