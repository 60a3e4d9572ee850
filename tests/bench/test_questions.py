"""What is asked is what our schema knows, of customers and items that are there; the other's figures are true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest
from graphql import build_schema, parse, validate

from bench import peer_files
from bench.cases import cases
from bench.generate import ensure
from bench.questions import QUESTIONS
from bench.questions.question import COUNTED, CREDITGRAPH, Case, Question, body
from bench.sizes import size_of

SMALL = size_of(4000)
SCHEMA = build_schema((Path(__file__).resolve().parents[2] / "schema" / "schema.graphql").read_text())


@pytest.fixture(scope="module")
def known(database_url: str) -> Mapping[str, list[Case]]:
    """Cases of a small generated database with the peer's objects."""
    ensure(database_url, SMALL, lambda line: None)
    peer_files.add_schema(database_url)
    with psycopg.connect(database_url) as conn:
        return cases(conn, SMALL.customers, SMALL.items)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_our_documents_are_valid_and_every_case_fills_their_variables(
    question: Question, known: Mapping[str, list[Case]]
) -> None:
    side = question.sides[CREDITGRAPH]
    assert len(known[question.cases]) > 1
    for document in filter(None, (side.document, side.cursor)):
        for case in known[question.cases]:
            posted = body(document, {**case, "after": "cursor"})
            assert validate(SCHEMA, parse(posted["query"].replace(COUNTED, "1"))) == []
            assert all(f"${name}" in posted["query"] for name in posted["variables"])
            assert "@account@" not in posted["query"]


def test_every_order_has_a_number_of_its_own(known: Mapping[str, list[Case]]) -> None:
    assert all(json.dumps(case["input"]).count(COUNTED) == 2 for case in known["orders"])


def test_the_peers_kept_sums_and_its_sums_over_items_are_the_same(
    database_url: str, known: Mapping[str, list[Case]]
) -> None:
    with psycopg.connect(database_url) as conn:
        kept = conn.execute("select * from peer.exposure_by_company('SEK')").fetchall()
        over_items = conn.execute("select * from peer.exposure_by_company_of_items('SEK')").fetchall()
    assert len(kept) == SMALL.companies
    assert kept == over_items


def test_the_peer_reserves_what_has_room_and_holds_what_has_not(
    database_url: str, known: Mapping[str, list[Case]]
) -> None:
    order = known["orders"][0]["peerInput"]
    submit = "select status from peer.submit_order(%s, %s, %s, %s, %s)"
    with psycopg.connect(database_url) as conn:
        given = (order["company"], order["account"])
        passed = conn.execute(submit, (*given, "T1", 1, order["currency"])).fetchone()
        again = conn.execute(submit, (*given, "T1", 1, order["currency"])).fetchone()
        held = conn.execute(submit, (*given, "T2", 10**12, order["currency"])).fetchone()
        counted = conn.execute("select count(*) from sales_order where number in ('T1', 'T2')").fetchone()
    assert (passed, again, held, counted) == (("APPROVED",), ("APPROVED",), ("HELD",), (1,))
