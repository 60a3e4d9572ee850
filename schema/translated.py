"""The descriptions of the schema in the reader's language: in what introspection answers, and in the schema file.

Nothing of this is loaded before somebody asks in a language other than English.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import orjson
from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLFieldResolver,
    GraphQLObjectType,
    GraphQLSchema,
    MiddlewareManager,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    execute,
    get_operation_ast,
    introspection_types,
    parse,
    print_ast,
    visit,
)

from locales.sentences import DESCRIPTIONS, ENGLISH, MADE, languages, words
from persistence.recent import Proven

TOLD = ("description", "deprecationReason")
"""The fields of introspection that people read."""

REASONED = "deprecated"
"""The directive whose reason people read."""


_META = re.compile(r"__(?:schema|type)\b")

MOST_ANSWERS, MOST_NEW_ANSWERS, LARGEST_ANSWER = 16, 4, 4 * 1024 * 1024
"""How many answers to introspection are kept, how many of them that were asked for only once, and how large ones: a
whole one has a megabyte."""


def described() -> tuple[str, ...]:
    """The languages that the schema is described in, English first."""
    return (ENGLISH, *_kept(), *MADE)


@cache
def _kept() -> tuple[str, ...]:
    return languages(book=DESCRIPTIONS)


def introspects(query: str) -> bool:
    """Whether a document may ask for descriptions; a look at its text, for it is asked of every one."""
    return _META.search(query) is not None


class Introspection:
    """What documents are answered that ask for nothing but the schema, kept by language: each takes a quarter of a
    second, beside the requests and one after the other."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: Proven[tuple[str, str | None, str], bytes] = Proven(MOST_ANSWERS, MOST_NEW_ANSWERS)
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, query: str, tree: DocumentNode, name: str | None, language: str) -> bytes | None:
        """The JSON of `data`; None for an operation that asks for anything else, or has variables or errors."""
        key = (query, name, language)
        found = self._kept.get(key)
        if found is not None or not _only_introspects(get_operation_ast(tree, name)):
            return found
        async with self._one_at_a_time:
            found = self._kept.get(key)
            if found is None:
                # Beside the requests, which it would keep waiting; so is the catalog of a language read.
                found = await asyncio.to_thread(self._executed, tree, name, language)
                if found is not None and len(found) <= LARGEST_ANSWER:
                    self._kept.put(key, found, again=False)
        return found

    def _executed(self, tree: DocumentNode, name: str | None, language: str) -> bytes | None:
        result = execute(self._schema, tree, operation_name=name, middleware=telling(language))
        if not isinstance(result, ExecutionResult) or result.errors:
            return None
        return orjson.dumps(result.data)


def _only_introspects(operation: OperationDefinitionNode | None) -> bool:
    if operation is None or operation.variable_definitions or operation.directives:
        return False
    fields = operation.selection_set.selections
    return all(isinstance(one, FieldNode) and one.name.value.startswith("__") for one in fields)


@cache
def telling(language: str) -> MiddlewareManager | None:
    """With which introspection is executed so that it answers in a language; None where that is English."""
    return Telling(_translation(language)) if language != ENGLISH and language in described() else None


class Telling(MiddlewareManager):
    """Translates what the resolvers of descriptions give, and leaves every other resolver as it is."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        super().__init__()
        self._ours = {resolve: _translated(resolve, translate) for resolve in _telling_resolvers()}

    def get_field_resolver(self, field_resolver: GraphQLFieldResolver) -> GraphQLFieldResolver:
        """The resolver to call instead of one."""
        return self._ours.get(field_resolver, field_resolver)


def _telling_resolvers() -> Iterator[GraphQLFieldResolver]:
    for kind in introspection_types.values():
        if isinstance(kind, GraphQLObjectType):
            for name in TOLD:
                field = kind.fields.get(name)
                if field is not None and field.resolve is not None:
                    yield field.resolve


def _translated(resolve: GraphQLFieldResolver, translate: Callable[[str], str]) -> GraphQLFieldResolver:
    def translated(item: Any, info: Any) -> str | None:
        text: str | None = resolve(item, info)
        return translate(text) if text else text

    return translated


def _translation(language: str) -> Callable[[str], str]:
    return words(language, DESCRIPTIONS).sentences.gettext


def sdl_in(language: str, english: str) -> str:
    """A schema in its definition language, its descriptions in another; all else stays as it is written."""
    return described_anew(english, _translation(language))


def described_anew(sdl: str, translate: Callable[[str], str]) -> str:
    """A schema in its definition language with other descriptions."""
    found = _Written()
    visit(parse(sdl), found)
    parts, at = [], 0
    for node in found.nodes:
        assert node.loc is not None
        column = node.loc.start - sdl.rfind("\n", 0, node.loc.start) - 1
        text = print_ast(StringValueNode(value=translate(node.value), block=node.block))
        parts += [sdl[at : node.loc.start], text.replace("\n", "\n" + " " * column)]
        at = node.loc.end
    return "".join((*parts, sdl[at:]))


class _Written(Visitor):
    """The texts for people in a schema, in the order in which they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[StringValueNode] = []

    def enter_string_value(self, node: StringValueNode, key: Any, *_: Any) -> None:
        """A description: other strings are values."""
        if key == "description":
            self.nodes.append(node)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """The reason why something should not be used any more."""
        if node.name.value == REASONED:
            values = (argument.value for argument in node.arguments or ())
            self.nodes += [value for value in values if isinstance(value, StringValueNode)]
