"""What the stopwatch reads: one statement of the fast lane, the same in both lanes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import psycopg
import pytest

from bench import peer_files
from bench.cases import cases
from bench.generate import ensure
from bench.questions import QUESTIONS
from bench.questions.question import COUNTED, CREDITGRAPH, Case, Question, body
from bench.sizes import size_of
from tests.schema.counted import Counted, counting
from tests.schema.world import TODAY

SMALL = size_of(4000)
ASKED = 3
"""Cases of each question."""


@pytest.fixture(scope="module")
def known(database_url: str) -> Mapping[str, list[Case]]:
    """Cases of a small generated database."""
    ensure(database_url, SMALL, lambda line: None, TODAY)
    peer_files.add_schema(database_url)
    with psycopg.connect(database_url) as conn:
        return cases(conn, SMALL.customers, SMALL.items)


@pytest.fixture
async def counted(database_url: str, known: Mapping[str, list[Case]]) -> AsyncIterator[Counted]:
    """A server over it that was just started."""
    async with counting(database_url) as found:
        yield found


async def first_page(counted: Counted, document: str, case: Case) -> Case:
    """The case with the cursor where its page begins."""
    asked = body(document, case)
    answer, _ = await counted.asking.ask(asked["query"], asked["variables"])
    (found,) = answer["data"].values()
    return {**case, "after": found["edges"][0]["cursor"]}


@pytest.mark.parametrize("question", [one for one in QUESTIONS if not one.writes], ids=lambda question: question.name)
async def test_a_question_is_one_statement_and_both_lanes_agree(
    counted: Counted, known: Mapping[str, list[Case]], question: Question
) -> None:
    side = question.sides[CREDITGRAPH]
    for place, case in enumerate(known[question.cases][:ASKED]):
        asked: dict[str, Any] = body(
            side.document, case if side.cursor is None else await first_page(counted, side.cursor, case)
        )
        query = asked["query"].replace(COUNTED, str(place))
        fast, slow, count = await counted.once_known(query, asked["variables"])
        assert "errors" not in slow
        assert fast == slow
        assert count == 1, counted.statements


async def test_a_customer_written_into_the_document_meets_the_plan_of_another(
    counted: Counted, known: Mapping[str, list[Case]]
) -> None:
    (question,) = (one for one in QUESTIONS if one.name == "literals")
    met = []
    for case in known["customers"][:ASKED]:
        asked = question.sides[CREDITGRAPH].body(case)
        answer, fast = await counted.asking.ask(asked["query"], asked["variables"], explain=True)
        met.append((fast, answer["extensions"]["explain"]["cached"]))
        assert answer["data"]["customer"]["account"] == case["account"]
    assert met == [(True, False), (True, True), (True, True)]
