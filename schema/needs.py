"""What each mutation and field needs, read where it is asked for: in the resolvers themselves.

So nothing is declared twice, and nothing can be forgotten: a mutation in which no permission is found is an error.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from persistence.selection import Listed
from schema.fields import field_of, reading_in
from schema.rights import Permission

_ASKS = "need"
_ASKS_EVERYWHERE = "_need_everywhere"
_LOOKS = "granted"
_NAMES = "needs"


@dataclass
class Need:
    """What is needed: in the company concerned, or in every company. `also`: for some inputs, beside it."""

    permissions: set[Permission] = field(default_factory=set)
    everywhere: bool = False
    looked_at: set[Permission] = field(default_factory=set)

    @property
    def permission(self) -> Permission:
        """The one that is always needed. Raises `LookupError` when there is not exactly one."""
        if len(self.permissions) != 1:
            raise LookupError(f"a resolver needs one permission, not {sorted(self.permissions)}")
        return next(iter(self.permissions))

    @property
    def also(self) -> list[Permission]:
        """What some inputs need beside it."""
        return sorted(self.looked_at - self.permissions)


def needs_of_mutations(schema: GraphQLSchema) -> Mapping[str, Need]:
    """Every mutation with what it needs. Raises `LookupError` when one needs nothing."""
    assert schema.mutation_type is not None
    found = {name: _need_of(each) for name, each in schema.mutation_type.fields.items()}
    for name, need in found.items():
        if not need.permissions:
            raise LookupError(f"{name} needs no permission")
    return found


def needs_of_fields(schema: GraphQLSchema) -> Mapping[str, Need]:
    """Every field that needs more than to be allowed to read, as `Type.field`; of an interface once, there."""
    found = {}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind is not schema.mutation_type:
            inherited = {name for one in kind.interfaces for name in one.fields}
            for name, each in kind.fields.items():
                if name not in inherited and "strawberry-definition" in each.extensions:
                    need = _need_of(each)
                    if need.permissions:
                        found[f"{kind.name}.{name}"] = need
    return found


def _need_of(graph: GraphQLField) -> Need:
    declared = field_of(graph)
    need = Need()
    reading = reading_in(declared)
    if isinstance(reading, Listed) and reading.need is not None:
        need.permissions.add(Permission(reading.need))
    elif declared.base_resolver is not None:
        for function in _with_those_it_calls(declared.base_resolver.wrapped_func, set()):
            _read(function, need)
    return need


def _with_those_it_calls(function: Any, seen: set[str]) -> Iterator[ast.AST]:
    """A function and the functions of its own module that it calls, as trees."""
    if not isinstance(function, FunctionType) or function.__qualname__ in seen:
        return
    seen.add(function.__qualname__)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != _ASKS_EVERYWHERE:
            called = function.__globals__.get(node.func.id)
            if isinstance(called, FunctionType) and called.__module__ == function.__module__:
                yield from _with_those_it_calls(called, seen)


def _read(tree: ast.AST, need: Need) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            asked = {found for argument in node.args if (found := _permission(argument)) is not None}
            match node.func:
                case ast.Name(id=name) if name == _ASKS_EVERYWHERE:
                    need.permissions |= asked
                    need.everywhere = True
                case ast.Attribute(attr=name) if name == _ASKS:
                    need.permissions |= asked
                case ast.Attribute(attr=name) if name == _LOOKS:
                    need.looked_at |= asked
            named = {_permission(one.value) for one in node.keywords if one.arg == _NAMES}
            need.permissions |= {one for one in named if one is not None}
        elif isinstance(node, ast.Assign):
            need.permissions |= set(_named(node))


def _named(node: ast.Assign) -> Iterator[Permission]:
    """Of `needs, kind = Permission.…, …` the permission."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for name, value in zip(target.elts, node.value.elts, strict=True):
                if isinstance(name, ast.Name) and name.id == _NAMES and (found := _permission(value)) is not None:
                    yield found


def _permission(node: ast.AST) -> Permission | None:
    match node:
        case ast.Attribute(value=ast.Name(id="Permission"), attr=name):
            return Permission[name]
    return None
