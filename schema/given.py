"""What a call of an operation gives: variables and literals; and what a plan looked at of them.

A plan takes most values as parameters. What changes its SQL it must look at (how many, in which order, whether there is
a cursor), and what it looked at is its key: another call that looks the same can be answered by the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)

from persistence.shapes.given import Parameter, Parameters
from persistence.shapes.keyset import Speech
from schema.context import Context
from schema.literals import place_of

MOST_LOOKS = 500
"""How many values the plans of an operation may depend on: every call of it looks at all of them."""


class NotGiven(Exception):
    """A value that does not fit where it stands, or a use of values that no plan knows: none for the fast lane."""


@dataclass(frozen=True)
class Call:
    """One call: its coerced variables, the literals of its document in their order, and who asks.

    `written`: what the root fields of a mutation gave, by their names in the answer.
    """

    variables: Mapping[str, Any]
    literals: Sequence[Any]
    context: Context
    written: Mapping[str, Any] = field(default_factory=dict)


Path = tuple[Any, ...]
"""Where a value stands in a call: "variables" or "literals", then names and places."""

_ABSENT = object()


def _at(call: Call, path: Path) -> Any:
    found: Any = call.variables if path[0] == "variables" else call.literals
    for step in path[1:]:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return found


@dataclass
class Looks:
    """What the plans of a document looked at: with it, a call finds its plan. `speech`: the reader's language, too."""

    known: dict[tuple[Path, str], Callable[[Any], Hashable]] = field(default_factory=dict)
    speech: bool = False

    def back_to(self, number: int) -> None:
        """Forget all but the first: what a call made us look at that is like no other."""
        for look in list(self.known)[number:]:
            del self.known[look]

    def key(self, call: Call) -> tuple[Hashable, ...]:
        """How a call looks."""
        looks = tuple(project(_at(call, path)) for (path, _), project in self.known.items())
        return (*looks, call.context.speech) if self.speech else looks


@dataclass
class Given:
    """The values of the call that a plan is made for, and the parameters through which others give theirs."""

    call: Call
    looks: Looks
    order: Mapping[int, int]
    parameters: Parameters = field(default_factory=Parameters)
    has_currency: bool = False
    root: str = ""

    def argument(self, node: ValueNode | None, argument: GraphQLArgument) -> Any:
        """An argument's value; its default where none is given, or null."""
        value = self.value(node, argument.type)
        return argument.default_value if value is None and _has_default(argument) else value

    def look(self, path: Path, name: str, project: Callable[[Any], Hashable]) -> Any:
        """Something about a value that changes the plan. Raises `NotGiven` when there would be too many."""
        if len(self.looks.known) >= MOST_LOOKS and (path, name) not in self.looks.known:
            raise NotGiven
        self.looks.known[path, name] = project
        return project(_at(self.call, path))

    def speech(self) -> Speech:
        """How names are sorted for the reader, which changes the plan."""
        self.looks.speech = True
        return self.call.context.speech

    def value(self, node: ValueNode | None, kind: GraphQLInputType) -> Any:
        """A value as a tree: input objects as dictionaries, lists, constants, and parameters for everything else.

        Without a node it is None, as if null had been written.
        """
        if isinstance(kind, GraphQLNonNull):
            return self.value(node, kind.of_type)
        match node:
            case None | NullValueNode():
                return None
            case VariableNode():
                return self._variable(("variables", node.name.value), kind)
            case ListValueNode():
                inner = kind.of_type if isinstance(kind, GraphQLList) else kind
                return self._list([self.value(one, inner) for one in node.values])
            case ObjectValueNode() if isinstance(kind, GraphQLInputObjectType):
                given = {one.name.value: one.value for one in node.fields}
                return {
                    name: self.value(given[name], of.type) if name in given else of.default_value
                    for name, of in kind.fields.items()
                    if name in given or _has_default(of)
                }
            case _:
                if isinstance(kind, GraphQLList):
                    return self._list([self.value(node, kind.of_type)])
                return self._leaf(node, kind)

    def _list(self, values: list[Any]) -> Any:
        """A list of which nothing changes the plan is one parameter."""
        if not any(isinstance(value, Parameter) for value in values):
            return values
        if any(isinstance(value, dict | list) for value in values):
            return values
        return self.parameters.add(
            lambda call: [value.read(call) if isinstance(value, Parameter) else value for value in values],
            single=len(values) == 1,
        )

    def _leaf(self, node: ValueNode, kind: GraphQLInputType) -> Any:
        match node:
            case BooleanValueNode():
                return node.value
            case EnumValueNode() if isinstance(kind, GraphQLEnumType):
                return kind.parse_value(node.value)
            case StringValueNode() | IntValueNode() | FloatValueNode() if isinstance(kind, GraphQLScalarType):
                parse = kind.parse_value
                place = place_of(node, self.order)
                if place is None:
                    text = node.value
                    value = parse(text if isinstance(node, StringValueNode) else int(text))
                    return self.parameters.add(lambda call: value)
                return self.parameters.add(lambda call: parse(call.literals[place]))
        raise NotGiven(node)

    def _variable(self, path: Path, kind: GraphQLInputType, compared: bool = False) -> Any:
        """A value inside a variable, which is coerced already. `compared`: inside a filter, where codes are values."""
        if isinstance(kind, GraphQLNonNull):
            return self._variable(path, kind.of_type, compared)
        if self.look(path, "is there", _is_there) is False:
            return None
        if isinstance(kind, GraphQLList):
            inner = kind.of_type.of_type if isinstance(kind.of_type, GraphQLNonNull) else kind.of_type
            if isinstance(inner, GraphQLScalarType) or compared:
                single = self.look(path, "is one", _is_one)
                return self.parameters.add(lambda call: _at(call, path), single=bool(single))
            return [self._variable((*path, place), inner) for place in range(self.look(path, "length", _length))]
        if isinstance(kind, GraphQLInputObjectType):
            names = self.look(path, "names", _names)
            compared = kind.name.endswith("Filter")
            return {name: self._variable((*path, name), kind.fields[name].type, compared) for name in names}
        if kind.name == "Boolean" or (isinstance(kind, GraphQLEnumType) and not compared):
            return self.look(path, "value", _itself)
        return self.parameters.add(lambda call: _at(call, path))

    def known(self, node: ValueNode | None, project: Callable[[Any], Hashable], name: str = "value") -> Any:
        """Something about a scalar, written or in a variable, that changes the plan; None of none."""
        seen = _of_something(project)
        match node:
            case None | NullValueNode():
                return None
            case VariableNode():
                return self.look(("variables", node.name.value), name, seen)
            case BooleanValueNode():
                return node.value
            case StringValueNode() | IntValueNode():
                place = place_of(node, self.order)
                if place is not None:
                    return self.look(("literals", place), name, seen)
                return project(node.value if isinstance(node, StringValueNode) else int(node.value))
        raise NotGiven(node)


def _has_default(of: Any) -> bool:
    return of.default_value is not Undefined and of.default_value is not None


def _of_something(project: Callable[[Any], Hashable]) -> Callable[[Any], Hashable]:
    return lambda value: project(value) if _is_there(value) else None


def _is_there(value: Any) -> bool:
    return value is not _ABSENT and value is not None


def _is_one(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else -1


def _names(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, Mapping) else ()


def _itself(value: Any) -> Hashable:
    return value if isinstance(value, Hashable) and value is not _ABSENT else None
