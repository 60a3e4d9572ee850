"""Documents that were read before: by their exact text, and by their text without its literals.

Reading one anew takes a parse (0.5 ms) and a validation (1 ms); knowing its text takes a look, knowing it but for its
literals a pass over its characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
)

from persistence.recent import Proven, Recent
from schema.guard import Limits, check_length, check_text, check_tree, too_much_to_validate
from schema.literals import Literal, lifted, places
from schema.validation import MOST_STEPS, gave_up, mistakes

MOST_ERRORS = 5
MOST_TEXTS, LONGEST_TEXT = 2000, 20_000
"""How many texts are kept, and of what length at most: 40 MB in the worst case."""

MOST_DOCUMENTS, MOST_NEW_DOCUMENTS = 500, 32
"""How many documents are kept with their plans, 30 to 60 kB each, and how many of them that were asked only once."""


class Invalid(Exception):
    """A document that is none, in graphql-core's own words."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass
class Document:
    """A valid document: its tree, and which literal each of its value nodes is.

    `plans` are the fast lane's to fill, `costs` the cashier's, both by the names of operations.
    """

    text: str
    tree: DocumentNode
    order: Mapping[int, int]
    fragments: Mapping[str, FragmentDefinitionNode]
    plans: dict[str | None, Any] = field(default_factory=dict)
    costs: dict[str | None, Any] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of a name, or the only one."""
        return get_operation_ast(self.tree, name)


@dataclass(frozen=True)
class Asked:
    """A text that was read: its document, which may be another text's, and its own literals."""

    text: str
    document: Document
    literals: tuple[Literal, ...]


_Place = tuple[Any, tuple[Literal, ...]]
"""Under what the document of a text is kept, and the literals of the text."""


def _key(emptied: str, literals: Sequence[Literal], own: frozenset[int]) -> tuple[str, tuple[Literal, ...]]:
    return emptied, tuple(literals[place] for place in sorted(own))


class Documents:
    """Reads documents for one schema, within limits."""

    def __init__(self, schema: GraphQLSchema, limits: Limits | None = None) -> None:
        self._schema = schema
        self._limits = limits or Limits()
        self._texts: Recent[str, _Place] = Recent(MOST_TEXTS)
        self._own: Recent[str, frozenset[int]] = Recent(MOST_DOCUMENTS)
        self._documents: Proven[Any, Document] = Proven(MOST_DOCUMENTS, MOST_NEW_DOCUMENTS)

    def read(self, text: str) -> Asked:
        """The document in a text. Raises `Invalid`, and `ClientMistake` for one that is too large."""
        place = self._texts.get(text)
        document = None if place is None else self._documents.get(place[0])
        if place is None or document is None:
            return self._read(text, again=place is not None)
        return Asked(text, document, place[1])

    def knows(self, text: str) -> bool:
        """Whether this very text was read before."""
        return self._texts.get(text) is not None

    def kept(self) -> Mapping[str, int]:
        """How many texts and documents are kept."""
        return {"texts": len(self._texts), "documents": len(self._documents)}

    def exact(self, asked: Asked) -> DocumentNode:
        """The tree of this very text, with its own literals, which nobody validated yet. Raises `Invalid`."""
        return asked.document.tree if asked.text == asked.document.text else self._new(asked.text).document.tree

    def _read(self, text: str, again: bool) -> Asked:
        check_length(text, self._limits)
        try:
            emptied, literals = lifted(text)
        except ValueError:
            return self._keep(text, self._new(text), again)
        own = self._own.get(emptied)
        if own is not None:
            key = _key(emptied, literals, own)
            document = self._documents.get(key)
            if document is not None:
                if len(text) <= LONGEST_TEXT:
                    self._texts.put(text, (key, literals))
                return Asked(text, document, literals)
            again = True
        asked = self._new(text)
        order, own = places(asked.document.tree) if literals else ({}, frozenset())
        if len(order) != len(literals):
            return self._keep(text, asked, again)
        asked.document.order = order
        if len(text) <= LONGEST_TEXT:
            self._own.put(emptied, own)
        return self._keep(_key(emptied, literals, own), Asked(text, asked.document, literals), again)

    def _keep(self, key: Any, asked: Asked, again: bool) -> Asked:
        if len(asked.text) <= LONGEST_TEXT:
            self._texts.put(asked.text, (key, asked.literals))
            self._documents.put(key, asked.document, again=again)
        return asked

    def _new(self, text: str) -> Asked:
        check_text(text, self._limits)
        try:
            tree = parse(text)
        except GraphQLError as error:
            raise Invalid([error]) from error
        check_tree(tree, self._limits)
        if wrong := mistakes(self._schema, tree, MOST_ERRORS):
            raise too_much_to_validate(MOST_STEPS) if gave_up(wrong) else Invalid(wrong)
        fragments = {one.name.value: one for one in tree.definitions if isinstance(one, FragmentDefinitionNode)}
        return Asked(text, Document(text, tree, {}, fragments), ())
