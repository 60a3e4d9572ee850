"""From a validated operation to a `Selection`: names, how each field is read, its arguments and what is under it.

How a field is read stands where it is declared (`schema.fields`): a field without a resolver is read by its name, the
others carry a reading. One that carries none is not for the fast lane, and with it the whole operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)

from persistence.level import NotPlanned
from persistence.selection import Chosen, Constant, Itself
from schema.fields import field_of, reading_in
from schema.given import Given
from schema.planned_arguments import Arguments, ByArguments, ByType

TYPENAME = "__typename"

Fields = dict[str, list[FieldNode]]


class Selector:
    """Selects for one operation."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], given: Given) -> None:
        self._schema = schema
        self._fragments = fragments
        self._given = given

    def operation(self, operation: OperationDefinitionNode) -> list[Chosen]:
        """The root fields with everything under them. Raises `NotPlanned` and what values raise."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return self.fields(root, [operation.selection_set])

    def fields(self, of: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> list[Chosen]:
        """What is wanted of an object of this type; the same name asked for twice is one field."""
        found: Fields = {}
        for selections in sets:
            self._collect(of, selections, found)
        return [self._chosen(of, response, nodes) for response, nodes in found.items()]

    def _collect(self, of: GraphQLObjectType, selections: SelectionSetNode, found: Fields) -> None:
        for node in selections.selections:
            if not self._included(node):
                continue
            match node:
                case FieldNode():
                    found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                case InlineFragmentNode():
                    if node.type_condition is None or self._is(of, node.type_condition.name.value):
                        self._collect(of, node.selection_set, found)
                case FragmentSpreadNode():
                    fragment = self._fragments[node.name.value]
                    if self._is(of, fragment.type_condition.name.value):
                        self._collect(of, fragment.selection_set, found)

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                wanted = bool(self._given.known(directive.arguments[0].value, bool))
                if wanted is (directive.name.value == "skip"):
                    return False
        return True

    def _is(self, of: GraphQLObjectType, name: str) -> bool:
        if of.name == name:
            return True
        kind = self._schema.type_map[name]
        return isinstance(kind, GraphQLInterfaceType) and self._schema.is_sub_type(kind, of)

    def _chosen(self, of: GraphQLObjectType, response: str, nodes: list[FieldNode]) -> Chosen:
        name = nodes[0].name.value
        if name == TYPENAME:
            return Chosen(response, Constant(of.name), nullable=False, name=TYPENAME)
        if name not in of.fields:
            raise NotPlanned(name)
        field = of.fields[name]
        declared = field_of(field)
        if of is self._schema.mutation_type or of is self._schema.subscription_type:
            self._given.root = response
            return Chosen(response, Itself(), False, {}, self._under(field, nodes), declared.python_name)
        arguments = Arguments.of(self._given, field, nodes[0])
        reading = reading_in(declared)
        if isinstance(reading, ByType):
            reading = reading.readings.get(of.name)
        if isinstance(reading, ByArguments):
            reading = reading.choose(arguments)
        if reading is None:
            raise NotPlanned(f"{of.name}.{name}")
        nullable = not isinstance(field.type, GraphQLNonNull)
        under = {} if isinstance(reading, Constant) else self._under(field, nodes)
        return Chosen(response, reading, nullable, arguments.asked_of(reading), under, declared.python_name)

    def _under(self, field: GraphQLField, nodes: list[FieldNode]) -> dict[str, list[Chosen]]:
        kind = get_named_type(field.type)
        if is_leaf_type(kind):
            return {}
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        if isinstance(kind, GraphQLObjectType):
            return {"": self.fields(kind, sets)}
        assert isinstance(kind, GraphQLAbstractType)
        return {possible.name: self.fields(possible, sets) for possible in self._schema.get_possible_types(kind)}
