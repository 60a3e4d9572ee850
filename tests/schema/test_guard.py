"""How large a document and its variables may be: what counts, at which number it ends, and how that is said."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind, get_introspection_query, parse
from hypothesis import example, given
from hypothesis import strategies as st

from schema.errors import ClientMistake
from schema.guard import _TOKEN, Limits, Size, check_length, check_text, check_tree, check_variables, measure
from schema.literals import lifted
from tests.schema.asking import Asker
from tests.schema.screens import _DOCUMENTS
from tests.schema.world import World


def size_of(query: str) -> Size:
    """The size of the only operation of a document."""
    (size,) = measure(parse(query)).operations
    return size


def check(query: str, limits: Limits) -> None:
    """All that is looked at of a document."""
    check_length(query, limits)
    check_text(query, limits)
    check_tree(parse(query), limits)


def refused(limit: str, query: str, limits: Limits) -> int:
    """The value for which a document is refused; it passes where that much is allowed."""
    with pytest.raises(ClientMistake) as told:
        check(query, limits)
    extensions = told.value.extensions
    assert (extensions["limit"], extensions["maximum"]) == (limit, getattr(limits, limit))
    check(query, Limits(**{**vars(limits), limit: extensions["value"]}))
    value: int = extensions["value"]
    return value


@pytest.mark.parametrize(
    ("limit", "query", "value"),
    [
        ("characters", "{ viewer { locale } }", 21),
        ("tokens", "{ viewer { locale } }", 6),
        ("nesting", "{ viewer { locale } }", 2),
        ("nesting", '{ a(b: [{c: ["[[["]}]) }', 5),
        ("depth", "{ a { b { c } } }", 3),
        ("depth", "{ a { ...F } } fragment F on T { b { ...G } } fragment G on T { c { d } }", 4),
        ("depth", "{ a { ... { b { c } } } }", 3),
        ("fields", "{ a { b c } }", 3),
        ("fields", "{ ...F ...F } fragment F on T { a b }", 6),
        ("aliases", "{ x: a y: b ...F ...F } fragment F on T { z: c }", 4),
        ("directives", "query ($a: Int @a) @b { x @c ... @d { y } ...F @e } fragment F on T @f { z }", 6),
    ],
)
def test_a_limit_is_kept_to_the_last_one(limit: str, query: str, value: int) -> None:
    assert refused(limit, query, Limits(**{limit: value - 1})) == value


def test_the_introspection_of_every_tool_passes_though_it_is_deep() -> None:
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True, schema_description=True)
    check(query, Limits())
    assert size_of("{ __schema { types { fields { name } } } a { b } }").depth == 2
    assert (
        size_of('{ ...Q } fragment Q on Query { __type(name: "T") { ...T } } fragment T on __Type { a { b } }').depth
        == 1
    )


def test_each_operation_is_measured_by_itself() -> None:
    sizes = measure(parse("query A { a { b } } query B { ...F } fragment F on T { c d e }")).operations
    assert [(one.depth, one.fields) for one in sizes] == [(2, 2), (1, 4)]


@pytest.mark.parametrize(
    "query", [*_DOCUMENTS.values(), get_introspection_query(), '{ a(b: """x""", c: -1.5e3) @d(e: $f) # g\n}']
)
def test_tokens_are_counted_as_the_parser_reads_them(query: str) -> None:
    assert sum(not token.startswith("#") for token in _TOKEN.findall(query)) == len(kinds_in(query))


PIECES = st.sampled_from(
    ['"', '"""', "\\", '\\"""', "#", "\r", "\n", "1", "0", "-", ".", "e", "...", "{", "$", " ", "\ufeff"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@example("#\r{ a { b } }")
@example('{ a(first: #\r 1000 after: #\r"""\n 0 """) }')
@example("{ a(b: [1-1-1-1]) }")
def test_nothing_that_the_parser_reads_is_hidden_from_the_guard_or_the_literals(text: str) -> None:
    try:
        kinds = kinds_in(text)
    except GraphQLSyntaxError:
        return
    assert sum(not token.startswith("#") for token in _TOKEN.findall(text)) == len(kinds)
    literals = [kind for kind in kinds if kind in (TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING)]
    assert len(lifted(text)[1]) == len(literals)


def kinds_in(text: str) -> list[TokenKind]:
    """What the parser reads in a text."""
    lexer, found = Lexer(Source(text)), []
    while (kind := lexer.advance().kind) is not TokenKind.EOF:
        found.append(kind)
    return found


@pytest.mark.parametrize(
    ("variables", "limit"),
    [
        ({"a": ["b"] * 10}, ""),
        ({"a": ["b"] * 11}, "values"),
        ({"a": [[["b"]]]}, ""),
        ({"a": {"b": [{"c": 1}]}}, ""),
        ({"a": {"b": [{"c": {}}], "d": [{"e": [1]}]}}, "valueDepth"),
    ],
)
def test_variables_hold_so_many_values_and_so_many_levels_of_them(variables: Any, limit: str) -> None:
    limits = Limits(values=11, value_depth=4)
    if not limit:
        assert check_variables(variables, limits) is False
        return
    with pytest.raises(ClientMistake) as told:
        check_variables(variables, limits)
    assert told.value.extensions["limit"] == limit


@pytest.mark.parametrize("variables", [{"a": "\0"}, {"a": [{"b": ["c", "d\0e"]}]}])
def test_a_nul_is_found_wherever_in_the_variables_it_stands(variables: Any) -> None:
    assert check_variables(variables, Limits()) is True


async def test_a_refusal_names_the_limit_the_value_and_the_maximum_in_the_readers_language(
    ask: Asker, world: World
) -> None:
    answer = await ask("{" + "viewer { locale } " * 600 + "}", language="sv")
    (error,) = answer.body["errors"]
    assert (
        error["message"]
        == "Operationen frågar efter 1\N{NO-BREAK SPACE}200 fält, fragment inräknade; högst 500 besvaras."
    )
    assert {name: error["extensions"][name] for name in ("code", "limit", "value", "maximum")} == {
        "code": "OPERATION_TOO_COMPLEX",
        "limit": "fields",
        "value": 1200,
        "maximum": 500,
    }
