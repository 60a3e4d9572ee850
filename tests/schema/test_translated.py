"""The schema is described in the reader's language: by introspection and in the file, which say the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    MiddlewareManager,
    build_schema,
    execute,
    get_introspection_query,
    parse,
    print_ast,
)

from schema.app import SCHEMA, graphql_schema
from schema.descriptions import texts
from schema.export import sdl
from schema.translated import (
    MOST_ANSWERS,
    Introspection,
    Telling,
    described,
    described_anew,
    introspects,
    sdl_in,
    telling,
)
from tests.schema.asking import Asker

EVERYTHING = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True, schema_description=True
)

SMALL = '''
"""Marks."""
directive @mark("Of what." kind: String = "Marks.") on FIELD

"""A root."""
type Query {
  """
  What there is, in a sentence that is far too long to stand on the same line as its quotes.
  """
  thing(
    """Which."""
    by: Key
  ): Kind @deprecated(reason: "Ask otherwise.")
}

"""A key."""
input Key {
  """A number."""
  number: Int = 1
}

enum Kind {
  """Big."""
  BIG
  "Small."
  SMALL
}
'''


async def introspected(ask: Asker, language: str, query: str = EVERYTHING) -> dict[str, object]:
    answer = await ask(query, language=language)
    assert answer.headers["content-language"] == language
    return answer.data


@pytest.mark.parametrize("language", described())
async def test_introspection_in_a_language_says_what_the_file_in_that_language_says(ask: Asker, language: str) -> None:
    said = await introspected(ask, language)
    in_file = sdl() if language == "en" else sdl_in(language, sdl())
    assert by_name(said) == by_name(answered(build_schema(in_file)), said)


def answered(schema: GraphQLSchema, middleware: MiddlewareManager | None = None) -> dict[str, object]:
    """What introspection answers of a schema."""
    result = execute(schema, parse(EVERYTHING), middleware=middleware)
    assert isinstance(result, ExecutionResult)
    assert result.data is not None
    return result.data


def by_name(found: dict[str, Any], other: dict[str, Any] | None = None) -> object:
    """An introspection without the order of types, and without what no file says: the specification's own.

    `other`: without directives that it does not list, since they stand in schemas only.
    """
    schema = found["__schema"]
    if other is not None:
        listed = {one["name"] for one in other["__schema"]["directives"]}
        schema["directives"] = [one for one in schema["directives"] if one["name"] in listed]
    own = {"Int", "Float", "String", "Boolean", "ID", "skip", "include", "deprecated", "specifiedBy", "oneOf"}
    for one in schema["types"]:
        one["possibleTypes"] = sorted(one["possibleTypes"] or (), key=lambda possible: possible["name"])
    return {
        key: {one["name"]: one for one in value if one["name"] not in own and not one["name"].startswith("__")}
        if key in ("types", "directives")
        else value
        for key, value in schema.items()
        if key != "description"
    }


def test_every_description_is_in_swedish() -> None:
    swedish = build_schema(sdl_in("sv", sdl()))
    english = dict.fromkeys(text for text, _ in texts(graphql_schema(SCHEMA)))
    same = {text for text, _ in texts(swedish)} & set(english)
    # A name alone is the same in both.
    assert {text for text in same if " " in text} == set()


def test_the_file_in_another_language_differs_in_its_descriptions_only() -> None:
    swedish = sdl_in("sv", sdl())
    assert print_ast(parse(swedish)) != print_ast(parse(sdl()))
    assert without_descriptions(swedish) == without_descriptions(sdl())


def without_descriptions(text: str) -> list[str]:
    """The lines of a schema outside `\"\"\"`."""
    lines, inside = [], False
    for line in text.splitlines():
        marks = line.count('"""')
        if not inside and marks == 0:
            lines.append(line)
        inside ^= marks == 1
    return lines


def test_whatever_can_be_described_is_translated_in_the_file_and_values_are_not() -> None:
    loud = described_anew(SMALL, str.upper)
    schema = build_schema(SMALL)
    assert [text for text, _ in texts(build_schema(loud))] == [text.upper() for text, _ in texts(schema)]
    assert 'kind: String = "Marks."' in loud
    assert "  WHAT THERE IS, IN A SENTENCE" in loud


def test_introspection_translates_whatever_can_be_described_with_reasons_of_deprecation() -> None:
    said = answered(build_schema(SMALL), Telling(str.upper))
    assert by_name(said) == by_name(answered(build_schema(described_anew(SMALL, str.upper))))
    assert "ASK OTHERWISE." in str(said)


async def test_the_same_introspection_again_is_answered_the_same_in_each_language(ask: Asker) -> None:
    query = '{ __typename __type(name: "Money") { name description } }'
    found = [await introspected(ask, language, query) for language in ("en", "sv", "en", "sv")]
    assert found[0] == found[2] != found[1] == found[3]
    assert found[0]["__typename"] == "Query"


async def test_what_was_asked_for_twice_is_kept_in_each_language_whatever_others_ask_for_once() -> None:
    introspection, tree = Introspection(graphql_schema(SCHEMA)), parse(EVERYTHING)

    async def told() -> list[bytes | None]:
        return [await introspection.answer(EVERYTHING, tree, None, language) for language in ("en", "sv")]

    first, again = await told(), await told()
    for number in range(2 * MOST_ANSWERS):
        other = f"{{ a{number}: __typename }}"
        assert await introspection.answer(other, parse(other), None, "en")
    for one, two, three in zip(first, again, await told(), strict=True):
        assert one is two is three is not None


async def test_others_are_answered_while_a_schema_is_told() -> None:
    introspection, tree = Introspection(graphql_schema(SCHEMA)), parse(EVERYTHING)
    telling_it = asyncio.create_task(introspection.answer(EVERYTHING, tree, None, "en"))
    turns = 0
    while not telling_it.done():
        await asyncio.sleep(0)
        turns += 1
    assert await telling_it
    assert turns > 10


async def test_introspection_beside_other_questions_or_with_variables_is_told_in_the_language_too(ask: Asker) -> None:
    alone = await introspected(ask, "sv", '{ __type(name: "Money") { description } }')
    beside = '{ viewer { locale } ...More } fragment More on Query { __type(name: "Money") { description } }'
    given = "query ($name: String!) { __type(name: $name) { description } }"
    assert (await introspected(ask, "sv", beside))["__type"] == alone["__type"]
    assert (await ask(given, {"name": "Money"}, language="sv")).data == alone
    assert (await ask(given, {"name": "Nothing"}, language="sv")).data == {"__type": None}


async def test_one_type_is_described_in_the_language_of_the_operation(ask: Asker) -> None:
    query = 'query @inContext(locale: "sv-SE") { __type(name: "Money") { description } viewer { locale } }'
    answer = await ask(query, language="en")
    english = await ask('{ __type(name: "Money") { description } }', language="en")
    assert answer.data["viewer"] == {"locale": "sv-SE"}
    assert answer.data["__type"]["description"] != english.data["__type"]["description"]


def test_english_and_languages_without_descriptions_are_not_translated() -> None:
    assert telling("en") is None
    assert telling("tlh") is None
    assert described()[0] == "en"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __schema { description } }", True),
        ('{ t: __type (name: "A") { name } }', True),
        ("{ __typename viewer { __typename } }", False),
    ],
)
def test_a_document_that_asks_for_descriptions_is_known_by_its_text(query: str, expected: bool) -> None:
    assert introspects(query) is expected
