"""The descriptions of the schema are in the catalogs of every language that has them."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import build_schema

from locales import catalog
from locales.sentences import DESCRIPTIONS
from schema.descriptions import described, texts
from schema.export import FILE

SMALL = """
"Marks." directive @mark("Of what." kind: String) on FIELD
"A root." type Query { "What there is." thing("Which." by: Key): Kind @deprecated(reason: "Ask otherwise.") }
"A key." input Key { "A number." number: Int }
"A kind." enum Kind { "Big." BIG "Small." SMALL }
"""


def test_every_committed_catalog_of_descriptions_is_whole() -> None:
    assert list(catalog.check(asked=described, book=DESCRIPTIONS)) == []


def test_whatever_can_be_described_is_found_with_its_place() -> None:
    assert list(texts(build_schema(SMALL))) == [
        ("Marks.", "@mark"),
        ("Of what.", "@mark(kind:)"),
        ("A key.", "Key"),
        ("A number.", "Key.number"),
        ("A kind.", "Kind"),
        ("Big.", "Kind.BIG"),
        ("Small.", "Kind.SMALL"),
        ("A root.", "Query"),
        ("What there is.", "Query.thing"),
        ("Ask otherwise.", "Query.thing"),
        ("Which.", "Query.thing(by:)"),
    ]


def test_what_the_schema_file_says_is_to_be_translated() -> None:
    asked = {each.text for each in described()}
    one_line = re.findall(r'^ *"""(.+)"""$', Path(FILE).read_text("utf-8"), re.MULTILINE)
    assert len(one_line) > 1000
    assert set(one_line) <= asked
