"""Documents are validated by all rules of graphql-core, and nothing that it says is left out or said otherwise."""

from __future__ import annotations

import re
from random import Random

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, parse, validate

from schema.app import SCHEMA, graphql_schema
from schema.validation import RULES, mistakes
from tests.schema.everything import Taste, Writer

GRAPH = graphql_schema(SCHEMA)
MOST = 5

WRONG = {
    "a field that is none": "{ customers { nodes { acount } } }",
    "nothing under a record": "{ customers }",
    "something under a scalar": "{ customers { nodes { account { name } } } }",
    "an argument that is none": "{ customers(frist: 1) { nodes { account } } }",
    "an argument that is missing": "{ customer { account } }",
    "an argument twice": "{ customers(first: 1, first: 2) { nodes { account } } }",
    "a value of another type": '{ customers(first: "one") { nodes { account } } }',
    "a field of an input twice": '{ customers(where: {search: "SE", search: "NO"}) { nodes { account } } }',
    "an input of one field with two": '{ customer(by: {id: "c", number: {company: "A", account: "B"}}) { account } }',
    "a variable that is unknown": "{ customers(first: $first) { nodes { account } } }",
    "a variable that is not used": "query ($first: Int) { customers { nodes { account } } }",
    "a variable of another type": "query ($first: String) { customers(first: $first) { nodes { account } } }",
    "a variable of no type of input": "query ($first: Customer) { customers(first: $first) { nodes { account } } }",
    "a variable twice": "query ($first: Int, $first: Int) { customers(first: $first) { nodes { account } } }",
    "a variable in a fragment": """query ($n: Int) { ...Some } fragment Some on Query {
      customers(first: $n, after: $m) { nodes { account } } }""",
    "a fragment that is unknown": "{ customers { nodes { ...Some } } }",
    "a fragment that is not used": "{ customers { nodes { account } } } fragment Some on Customer { name }",
    "a fragment of another type": """{ customers { nodes { ...Some } } } fragment Some on Company { code }""",
    "a fragment of a scalar": "{ customers { nodes { ...Some } } } fragment Some on Int { code }",
    "a fragment in itself": "{ customers { nodes { ...A } } } fragment A on Customer { name ...A }",
    "a fragment twice": """{ customers { nodes { ...A } } }
      fragment A on Customer { name } fragment A on Customer { account }""",
    "a name for two things": "{ customers { nodes { name: account name } } }",
    "a name for two values": "{ customers(first: 1) { nodes { name } } customers(first: 2) { nodes { name } } }",
    "a directive that is unknown": "{ customers @never { nodes { account } } }",
    "a directive where it may not be": "{ customers @inContext { nodes { account } } }",
    "a directive twice": "{ customers @skip(if: true) @skip(if: false) { nodes { account } } }",
    "two operations of one name": "query A { companies { nodes { code } } } query A { companies { nodes { code } } }",
    "one without a name beside another": "{ customers { nodes { account } } } query A { companies { nodes { code } } }",
    "a type that is unknown": "{ customers { nodes { ... on Costumer { account } } } }",
    "more than are told": "{ a b c d e f g h }",
    "what is no operation": "type A { b: Int } { customers { nodes { account } } }",
}


def said(errors: list[GraphQLError]) -> list[object]:
    """What errors say, and of what."""
    return [(type(error), error.message, error.positions, error.path, error.extensions) for error in errors]


@pytest.mark.parametrize("document", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_as_graphql_core_tells_it(document: str) -> None:
    told = mistakes(GRAPH, parse(document), MOST)
    assert told
    assert said(told) == said(validate(GRAPH, parse(document), RULES, max_errors=MOST))


def test_documents_at_random_with_a_word_changed_are_judged_alike() -> None:
    random, refused = Random(17), 0
    for _ in range(60):
        words = re.split(r"(\W+)", _at_random(random))
        assert said(mistakes(GRAPH, parse("".join(words)), MOST)) == []
        for _ in range(4):
            changed = list(words)
            changed[random.randrange(len(words))] = random.choice(words)
            try:
                document = parse("".join(changed))
            except GraphQLSyntaxError:
                continue
            told = mistakes(GRAPH, document, MOST)
            assert said(told) == said(validate(GRAPH, document, RULES, max_errors=MOST)), "".join(changed)
            refused += bool(told)
    assert refused > 50


def _at_random(random: Random) -> str:
    """A valid document of some fields with all arguments as variables, whose values nobody asks for."""
    assert GRAPH.query_type is not None
    writer = Writer(GRAPH, Taste(lambda path, argument: 0, some=random))
    for root in random.sample(list(GRAPH.query_type.fields), 2):
        writer.root(root, random.randint(0, 2))
    return writer.operation().text


def test_fragments_nested_too_deeply_are_refused() -> None:
    deep = "".join(
        f"fragment F{n} on Customer {{ company {{ customers {{ nodes {{ ...F{n + 1} }} }} }} }}" for n in range(200)
    )
    document = parse("{ customers { nodes { ...F0 } } }" + deep + "fragment F200 on Customer { account }")
    told = mistakes(GRAPH, document, MOST)
    assert told
    assert said(told) == said(validate(GRAPH, document, RULES, max_errors=MOST))
