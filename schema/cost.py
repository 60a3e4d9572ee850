"""What an operation costs before it runs: the published prices of its fields times the sizes of its lists.

It is worked out once for a document. What then depends on a call is the sizes of pages, written as variables or as
literals; an operation without pages costs the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from math import ceil
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)

from schema.introspected import EACH, FURTHER, META, OF_ONE, Sizes, sizes_of
from schema.literals import place_of
from schema.prices import ROW, Price, Prices, most_of_a_page, prices_of

DEAREST = 3
"""How many of the dearest paths are told."""

Read = Callable[[Mapping[str, Any], Sequence[Any]], int]
"""A number of a call: of its coerced variables and its literals."""

Number = int | Read


@dataclass(frozen=True)
class Priced:
    """A field as it is asked for. `only`: the object type it is asked of, where others may be there instead."""

    name: str
    weight: int
    size: Number
    under: tuple[Priced, ...]
    only: str = ""


@dataclass
class Cost:
    """What an operation costs."""

    fields: tuple[Priced, ...]
    _total: Number = field(init=False)

    def __post_init__(self) -> None:
        self._total = _sum(self.fields)

    def of(self, variables: Mapping[str, Any], literals: Sequence[Any]) -> int:
        """What a call of it costs."""
        total = self._total
        return total if isinstance(total, int) else total(variables, literals)

    def dearest(self, variables: Mapping[str, Any], literals: Sequence[Any]) -> list[tuple[str, int]]:
        """The paths whose fields themselves cost most, with what they cost."""

        def walk(fields: Iterable[Priced], path: str, times: int) -> Iterator[tuple[str, int]]:
            for one in fields:
                here = times * _number(one.size, variables, literals)
                yield f"{path}{one.name}", here * one.weight
                yield from walk(one.under, f"{path}{one.name}.", here)

        paid = (found for found in walk(self.fields, "", 1) if found[1])
        return nlargest(DEAREST, paid, key=lambda found: found[1])


def _number(number: Number, variables: Mapping[str, Any], literals: Sequence[Any]) -> int:
    return number if isinstance(number, int) else number(variables, literals)


def _sum(fields: Iterable[Priced]) -> Number:
    """Of fields beside each other; of those for different types the dearest."""
    always: list[Number] = []
    only: dict[str, list[Number]] = {}
    for one in fields:
        (only.setdefault(one.only, []) if one.only else always).append(_times(one.size, one.weight, _sum(one.under)))
    if only:
        always.append(_most([_added(numbers) for numbers in only.values()]))
    return _added(always)


def _times(size: Number, weight: int, under: Number) -> Number:
    if isinstance(under, int):
        each = weight + under
        return size * each if isinstance(size, int) else lambda variables, literals: size(variables, literals) * each
    if isinstance(size, int):
        return lambda variables, literals: size * (weight + under(variables, literals))
    return lambda variables, literals: size(variables, literals) * (weight + under(variables, literals))


def _added(numbers: Sequence[Number]) -> Number:
    fixed = sum(number for number in numbers if isinstance(number, int))
    read = [number for number in numbers if not isinstance(number, int)]
    if not read:
        return fixed
    if len(read) == 1:
        (only,) = read
        return lambda variables, literals: fixed + only(variables, literals)
    return lambda variables, literals: fixed + sum(one(variables, literals) for one in read)


def _most(numbers: Sequence[Number]) -> Number:
    fixed = max((number for number in numbers if isinstance(number, int)), default=0)
    read = [number for number in numbers if not isinstance(number, int)]
    return (lambda variables, literals: max(fixed, *(one(variables, literals) for one in read))) if read else fixed


def _many(given: ValueNode | None, name: str) -> Number:
    """How long the list of a name is in an input, however much of it is written in the document."""
    if isinstance(given, VariableNode):
        variable = given.name.value
        return lambda variables, _: len((variables.get(variable) or {}).get(name) or ())
    fields = given.fields if isinstance(given, ObjectValueNode) else ()
    match next((one.value for one in fields if one.name.value == name), None):
        case VariableNode(name=inner):
            return lambda variables, _: len(variables.get(inner.value) or ())
        case ListValueNode(values=values):
            return len(values)
        case None | NullValueNode():
            return 0
    return 1


_Found = dict[tuple[str, str], tuple[Any, list[FieldNode]]]
"""By the type that fields are only asked of and their name in the answer: the type they are declared in, and nodes."""


class Pricer:
    """Prices operations of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._prices: Prices = prices_of(schema)
        self._introspected = sizes_of(schema)

    def price(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        order: Mapping[int, int],
    ) -> Cost:
        """What an operation of a valid document costs. `order`: which literal each of its values is."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        one = _One(self._schema, self._prices, self._introspected, fragments, order)
        return Cost(one.fields(root, [operation.selection_set], {}))


@dataclass(frozen=True)
class _One:
    """The pricing of one operation."""

    schema: GraphQLSchema
    prices: Prices
    introspected: Sizes
    fragments: Mapping[str, FragmentDefinitionNode]
    order: Mapping[int, int]

    def fields(self, of: Any, sets: Iterable[SelectionSetNode], sized: Mapping[str, Number]) -> tuple[Priced, ...]:
        """What is asked of a type; the same name asked for twice is one field. `sized`: fields of a known size."""
        found: _Found = {}
        for selections in sets:
            self._collect(of, selections, "", found)
        return tuple(self._priced(kind, only, name, nodes, sized) for (only, name), (kind, nodes) in found.items())

    def _collect(self, of: Any, selections: SelectionSetNode, only: str, found: _Found) -> None:
        for node in selections.selections:
            match node:
                case FieldNode():
                    if node.name.value != "__typename":
                        name = node.alias.value if node.alias else node.name.value
                        found.setdefault((only, name), (of, []))[1].append(node)
                case InlineFragmentNode():
                    condition = node.type_condition.name.value if node.type_condition else of.name
                    self._within(of, condition, node.selection_set, only, found)
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    self._within(of, fragment.type_condition.name.value, fragment.selection_set, only, found)

    def _within(self, of: Any, condition: str, selections: SelectionSetNode, only: str, found: _Found) -> None:
        """A fragment. Of an object everything is asked that is for it; of an interface each object type has its own."""
        inner: Any = self.schema.type_map[condition]
        if isinstance(of, GraphQLObjectType):
            if inner is of or (is_abstract_type(inner) and self.schema.is_sub_type(inner, of)):
                self._collect(of, selections, only, found)
            return
        self._collect(inner, selections, condition if isinstance(inner, GraphQLObjectType) else only, found)

    def _priced(self, of: Any, only: str, name: str, nodes: Sequence[FieldNode], sized: Mapping[str, Number]) -> Priced:
        asked = nodes[0].name.value
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        if asked in META:
            values = self._values(self.schema.type_map[META[asked]], sets)
            return Priced(name, ceil(EACH * values * (OF_ONE if asked == "__type" else 1)), 1, (), only)
        price = self.prices[of.name, asked]
        kind = get_named_type(of.fields[asked].type)
        own = self._size(price, nodes[0])
        if price.sized:
            under = self.fields(kind, sets, dict.fromkeys(price.sized, own))
            return Priced(name, price.weight, 1, under, only)
        rows = [self._rows(nodes[0], argument, one) for argument, one in price.rows]
        under = (*rows, *self.fields(kind, sets, {})) if sets else ()
        return Priced(name, price.weight, sized.get(asked, own), under, only)

    def _rows(self, node: FieldNode, argument: str, name: str) -> Priced:
        """The rows in a list of an input."""
        given = next((one.value for one in node.arguments or () if one.name.value == argument), None)
        return Priced(f"{argument}.{name}", ROW, _many(given, name), ())

    def _values(self, of: Any, sets: Iterable[SelectionSetNode], further: str = "") -> float:
        """How many values introspection gives of one object. `further`: as the sizes of where it stands begin."""
        found: _Found = {}
        for selections in sets:
            self._collect(of, selections, "", found)
        total = 0.0
        for _, nodes in found.values():
            asked = nodes[0].name.value
            under = [node.selection_set for node in nodes if node.selection_set is not None]
            beyond = FURTHER if further or of.name != "__Schema" else ""
            each = self._values(get_named_type(of.fields[asked].type), under, beyond) if under else 1
            usual = self.introspected.get(f"{of.name}.{asked}", 1)
            total += self.introspected.get(f"{further}{of.name}.{asked}", usual) * each
        return max(total, 1)

    def _size(self, price: Price, node: FieldNode) -> Number:
        """How many there are of a field: what the first of its slicing arguments says that is given."""
        given = {one.name.value: one.value for one in node.arguments or ()}
        reads = [self._argument(given[name]) for name in price.slicing if name in given]
        assumed, most = price.assumed, most_of_a_page(price)
        if not reads:
            return assumed

        def size(variables: Mapping[str, Any], literals: Sequence[Any]) -> int:
            for read in reads:
                wanted = read(variables, literals)
                if isinstance(wanted, list):
                    wanted = len(wanted)
                if isinstance(wanted, int):
                    return max(0, min(wanted, most))
            return assumed

        return size

    def _argument(self, node: ValueNode) -> Callable[[Mapping[str, Any], Sequence[Any]], Any]:
        match node:
            case VariableNode():
                name = node.name.value
                return lambda variables, _: variables.get(name)
            case ListValueNode():
                many = len(node.values)
                return lambda *_: many
            case IntValueNode():
                place = place_of(node, self.order)
                if place is not None:
                    return lambda _, literals: literals[place]
                written = int(node.value)
                return lambda *_: written
        return lambda *_: None
