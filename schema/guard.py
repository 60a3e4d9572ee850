"""How large a document may be: found in one pass over its text and one over its tree, before anything dearer runs.

Both passes are linear in the document: each fragment is measured once, however often it is spread, and a circle of
fragments is left to validation, which names it. So a document that is meant to keep us busy is refused for what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from domain.message import N_, Message
from domain.refusal import ErrorCode
from schema.errors import ClientMistake


@dataclass(frozen=True)
class Limits:
    """How much a document and its variables may hold. The numbers are told in docs/limits.md."""

    characters: int = 50_000
    tokens: int = 2500
    """Comments too."""

    nesting: int = 50
    """How many brackets may be open at once: the parser calls itself for each."""

    depth: int = 15
    """Levels of fields. What is under `__schema` and `__type` does not count: the usual introspection is as deep."""

    fields: int = 500
    aliases: int = 50
    directives: int = 20
    """Of one operation, every fragment counted as often as it is spread."""

    values: int = 50_000
    value_depth: int = 20
    """How many values the variables of a request may hold, and how many levels of them."""

    cost: int = 50_000
    """What one operation may cost: about a hundred milliseconds of the database."""


_INTROSPECTION = frozenset({"__schema", "__type"})
_UNCOUNTABLE = 10**9
"""Where counting stops: a few lines of fragments can mean more fields than there are atoms."""

_TOKEN = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*+(?:""")?|"(?:[^"\\\n\r]|\\.)*+"?|#[^\n\r]*|[_A-Za-z][_0-9A-Za-z]*'
    r"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?|\.\.\.|[!$&()\[\]{}:=@|]"
)
"""Possessive where it could go back: whatever is not closed is one token to its end. A line ends as the parser says:
with a carriage return, too."""

_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")

TOO_LARGE = {
    "characters": N_("The document has {value} characters; at most {maximum} are read. Ask for less at once."),
    "tokens": N_("The document has {value} tokens; at most {maximum} are read. Pass long values as variables."),
    "nesting": N_("Brackets are nested {value} deep in the document; at most {maximum} levels are read."),
    "depth": N_("The operation is {value} levels of fields deep; at most {maximum} are answered."),
    "fields": N_("The operation asks for {value} fields, fragments counted; at most {maximum} are answered."),
    "aliases": N_("The operation has {value} aliases, fragments counted; at most {maximum} are answered."),
    "directives": N_("The operation has {value} directives, fragments counted; at most {maximum} are answered."),
    "values": N_("The variables have {value} values; at most {maximum} are read. Send fewer rows at once."),
    "valueDepth": N_("The variables are nested {value} levels deep; at most {maximum} are read."),
}
"""What is limited, by its name in `extensions.limit`, and how it is said."""

COMPARED = N_(
    "The document asks for the same fields so often that comparing them takes more than {maximum} steps. "
    "Ask for each field once."
)


def too_large(limit: str, value: int, maximum: int) -> ClientMistake:
    """What is said when a limit is passed."""
    numbers = {"value": value, "maximum": maximum}
    return ClientMistake(
        ErrorCode.OPERATION_TOO_COMPLEX, Message(TOO_LARGE[limit], numbers), extensions={"limit": limit, **numbers}
    )


def too_much_to_validate(maximum: int) -> ClientMistake:
    """What is said of a document whose fields were compared with each other until it was enough."""
    message = Message(COMPARED, {"maximum": maximum})
    extensions = {"limit": "comparisons", "maximum": maximum}
    return ClientMistake(ErrorCode.OPERATION_TOO_COMPLEX, message, extensions=extensions)


def check_length(text: str, limits: Limits) -> None:
    """Before anything looks at the text. Raises `ClientMistake` OPERATION_TOO_COMPLEX, as all of these do."""
    if len(text) > limits.characters:
        raise too_large("characters", len(text), limits.characters)


def check_text(text: str, limits: Limits) -> None:
    """Before a text is parsed: how many tokens it has, and how deep its brackets are nested."""
    tokens = _TOKEN.findall(text)
    if len(tokens) > limits.tokens:
        raise too_large("tokens", len(tokens), limits.tokens)
    nested = deepest = 0
    for token in tokens:
        if token in _OPENS:
            nested += 1
            deepest = max(deepest, nested)
        elif token in _CLOSES:
            nested -= 1
    if deepest > limits.nesting:
        raise too_large("nesting", deepest, limits.nesting)


@dataclass
class Size:
    """What an operation or a fragment comes to. Depth of a fragment is counted from where it is spread."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def add(self, other: Size, level: int | None) -> None:
        """Spread a fragment at a level; `None`: where depth does not count."""
        if level is not None:
            self.depth = max(self.depth, level + other.depth)
        self.fields = min(self.fields + other.fields, _UNCOUNTABLE)
        self.aliases = min(self.aliases + other.aliases, _UNCOUNTABLE)
        self.directives = min(self.directives + other.directives, _UNCOUNTABLE)

    def check(self, limits: Limits) -> None:
        """Refuse what is too large."""
        for limit, value, maximum in (
            ("depth", self.depth, limits.depth),
            ("fields", self.fields, limits.fields),
            ("aliases", self.aliases, limits.aliases),
            ("directives", self.directives, limits.directives),
        ):
            if value > maximum:
                raise too_large(limit, value, maximum)


@dataclass
class Measured:
    """The sizes of the operations of a document, and how many nodes were looked at to find them."""

    operations: list[Size] = field(default_factory=list)
    visited: int = 0


@dataclass
class _Own:
    """What a definition comes to by itself, and which fragments it spreads at which levels."""

    size: Size
    spreads: list[tuple[str, int | None]]


def check_tree(tree: DocumentNode, limits: Limits) -> None:
    """Before a document is validated: how large its operations are with all their fragments."""
    for size in measure(tree).operations:
        size.check(limits)


def measure(tree: DocumentNode) -> Measured:
    """How large the operations of a document are. Every node is looked at once."""
    measured = Measured()
    own = [(one, _own(one, measured)) for one in tree.definitions if hasattr(one, "selection_set")]
    fragments = {one.name.value: found for one, found in own if isinstance(one, FragmentDefinitionNode)}
    whole: dict[str, Size] = {}
    for name in fragments:
        _whole(name, fragments, whole)
    for one, found in own:
        if isinstance(one, OperationDefinitionNode):
            measured.operations.append(_sum(found, whole))
    return measured


def _own(definition: Any, measured: Measured) -> _Own:
    variables = getattr(definition, "variable_definitions", None) or ()
    directives = sum(len(one.directives or ()) for one in (definition, *variables))
    own = _Own(Size(directives=directives), [])
    size = own.size
    waiting: list[tuple[SelectionSetNode, int | None]] = [(definition.selection_set, 1)]
    while waiting:
        selections, level = waiting.pop()
        for node in selections.selections:
            measured.visited += 1
            size.fields += 1
            size.directives += len(node.directives or ())
            if isinstance(node, FragmentSpreadNode):
                own.spreads.append((node.name.value, None if level is None else level - 1))
                continue
            under = level
            if isinstance(node, FieldNode):
                size.aliases += node.alias is not None
                if level is not None:
                    size.depth = max(size.depth, level)
                    under = None if node.name.value in _INTROSPECTION else level + 1
            inner: SelectionSetNode | None = getattr(node, "selection_set", None)
            if inner is not None:
                waiting.append((inner, under))
    return own


def _sum(own: _Own, whole: Mapping[str, Size]) -> Size:
    """A definition with its fragments; those of a circle are not there yet and count as nothing."""
    size = Size(own.size.depth, own.size.fields, own.size.aliases, own.size.directives)
    for name, level in own.spreads:
        if name in whole:
            size.add(whole[name], level)
    return size


def _whole(name: str, fragments: Mapping[str, _Own], whole: dict[str, Size]) -> None:
    """Add up a fragment after those that it spreads, without calling itself: chains of them may be long."""
    path: list[tuple[str, Iterator[tuple[str, int | None]]]] = [(name, iter(fragments[name].spreads))]
    on_path = {name}
    while path:
        current, left = path[-1]
        for spread, _ in left:
            if spread in fragments and spread not in whole and spread not in on_path:
                path.append((spread, iter(fragments[spread].spreads)))
                on_path.add(spread)
                break
        else:
            path.pop()
            on_path.discard(current)
            whole[current] = _sum(fragments[current], whole)


def check_variables(variables: Mapping[str, Any], limits: Limits) -> bool:
    """Whether a text in the variables holds a NUL, wherever it stands.

    Raises `ClientMistake` when they hold too much, or too deep: what reads them calls itself for each level.
    """
    level: Sequence[Any] = list(variables.values())
    values, depth = 0, 0
    while level:
        depth, values = depth + 1, values + len(level)
        if values > limits.values:
            raise too_large("values", values, limits.values)
        if depth > limits.value_depth:
            raise too_large("valueDepth", depth, limits.value_depth)
        under: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str:
                if "\x00" in value:
                    return True
            elif kind is dict:
                under.extend(value.values())
            elif kind is list:
                under.extend(value)
        level = under
    return False
