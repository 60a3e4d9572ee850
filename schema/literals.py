"""Literals lifted out of a document, so that clients that write their values into it meet the plans of others.

A document is told from another by its text with every number and string emptied. Block strings stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import (
    DirectiveNode,
    DocumentNode,
    FloatValueNode,
    IntValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    Visitor,
    visit,
)

from schema.validation import WITHOUT_NAMES

_TOKEN = re.compile(
    r'(?P<block>"""(?:\\"""|[^"]|"(?!""))*+(?:""")?)'
    r'|(?P<string>"(?:[^"\\\n\r]|\\.)*+"?)'
    r"|(?P<comment>#[^\n\r]*)"
    r"|(?P<name>[$@]?[_A-Za-z][_0-9A-Za-z]*)"
    r"|(?P<float>-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))"
    r"|(?P<int>-?[0-9]+)"
)
"""What is not closed is one token too, to its end: looking for its end from each of its quotes would be quadratic."""

_EMPTIED = {"string": '""', "int": "0", "float": "0.0"}

Literal = str | int | float


def lifted(text: str) -> tuple[str, tuple[Literal, ...]]:
    """The text with emptied literals, and what stood there in its order. Raises `ValueError` for what is no literal."""
    literals: list[Literal] = []

    def empty(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind not in _EMPTIED:
            return found[0]
        literals.append(orjson.loads(found[0]) if kind == "string" else int(found[0]) if kind == "int" else 0.0)
        return _EMPTIED[kind]

    return _TOKEN.sub(empty, text), tuple(literals)


def places(document: DocumentNode) -> tuple[Mapping[int, int], frozenset[int]]:
    """Which literal each value node is, by the node's place in the text; and those that belong to the operation itself.

    The latter, defaults of variables and arguments of the operation's directives, are read before there is a plan.
    """
    found = _Literals()
    visit(document, found, WITHOUT_NAMES)
    starts = sorted(found.starts)
    order = {start: place for place, start in enumerate(starts)}
    return order, frozenset(order[start] for start in found.own)


class _Literals(Visitor):
    """Collects where literals stand."""

    def __init__(self) -> None:
        super().__init__()
        self.starts: list[int] = []
        self.own: list[int] = []

    def enter(self, node: Any, _key: Any, parent: Any, _path: Any, ancestors: Any) -> None:
        """Every node."""
        if not is_lifted(node):
            return
        self.starts.append(node.loc.start)
        nodes = [one for one in (*ancestors, parent) if not isinstance(one, list | tuple)]
        defined = any(isinstance(one, VariableDefinitionNode) for one in nodes)
        directive = next((place for place, one in enumerate(nodes) if isinstance(one, DirectiveNode)), None)
        if defined or (directive and isinstance(nodes[directive - 1], OperationDefinitionNode)):
            self.own.append(node.loc.start)


def is_lifted(node: Any) -> bool:
    """Whether a node is a literal that `lifted` empties."""
    if isinstance(node, StringValueNode):
        return not node.block
    return isinstance(node, IntValueNode | FloatValueNode)


def place_of(node: ValueNode, order: Mapping[int, int]) -> int | None:
    """Which literal a node is; None for what is not lifted, and in a document whose literals are its own."""
    return order.get(node.loc.start) if is_lifted(node) and node.loc is not None else None
