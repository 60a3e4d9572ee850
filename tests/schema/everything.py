"""Operations that ask for everything, written from the schema itself: every field, filter, order and page there is.

A `Taste` chooses which fields and arguments; the writer knows only how to write them. What is added to the schema is
asked for from then on, without a change here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from schema.app import SCHEMA
from tests.schema.two_companies import PAST

SCHEMA_READ = build_schema(SCHEMA.as_str())
"""The schema as clients read it."""

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
Fill = Callable[[str, GraphQLArgument], Any]
"""The value of an argument, by the path of fields that leads to it; None: it is left out."""


@dataclass(frozen=True)
class Operation:
    """A query with its variables."""

    text: str
    variables: Mapping[str, Any]


@dataclass
class Taste:
    """What to ask for. `without`: fields that are not asked for. `some`: leaves out fields and pieces at random."""

    fill: Fill
    without: frozenset[str] = frozenset()
    some: Random | None = None

    def fields(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> list[str]:
        """Which fields of a type."""
        names = [name for name in kind.fields if name not in self.without]
        if self.some is None or len(names) < 2:
            return names
        return self.some.sample(names, self.some.randint(1, min(5, len(names))))


@dataclass
class Writer:
    """One operation while it is written."""

    schema: GraphQLSchema
    taste: Taste
    kind: str = "query"
    _roots: list[str] = field(default_factory=list)
    _variables: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def root(self, name: str, depth: int, **arguments: Any) -> str:
        """Ask a root field for records `depth` steps away; gives the name under which it is answered."""
        given = get_named_type(self._fields_of_root()[name].type)
        return self.narrow(name, self._selection(given, depth, (name,)), **arguments)

    def narrow(self, name: str, selection: str, **arguments: Any) -> str:
        """The same with a selection of one's own."""
        alias = f"r{len(self._roots)}"
        said = self._arguments(name, self._fields_of_root()[name], arguments)
        self._roots.append(f"{alias}: {name}{said} {selection}")
        return alias

    def operation(self) -> Operation:
        """What was written."""
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in self._variables.items())
        head = f"{self.kind}({declared})" if declared else self.kind
        values = {name: value for name, (_, value) in self._variables.items()}
        return Operation(f"{head} {{ {' '.join(self._roots)} }}", values)

    def _fields_of_root(self) -> Mapping[str, GraphQLField]:
        root = self.schema.query_type if self.kind == "query" else self.schema.mutation_type
        assert root is not None
        return dict(root.fields)

    def _arguments(self, path: str, asked: GraphQLField, given: Mapping[str, Any]) -> str:
        written = []
        for name, argument in asked.args.items():
            value = given[name] if name in given else self.taste.fill(f"{path}.{name}", argument)
            if value is not None:
                variable = f"v{len(self._variables)}"
                self._variables[variable] = (str(argument.type), value)
                written.append(f"{name}: ${variable}")
            else:
                assert not is_required_argument(argument), f"no value for {path}.{name}"
        return f"({', '.join(written)})" if written else ""

    def _selection(self, kind: GraphQLNamedType, depth: int, path: tuple[str, ...]) -> str:
        if is_leaf_type(kind):
            return ""
        assert isinstance(kind, Composite)
        if depth < 0:
            return "{ __typename id }"
        if isinstance(kind, GraphQLObjectType):
            inside = self._fields(kind, depth, path)
        else:
            inside = [f"... on {each.name} {self._aliased(each, depth, path)}" for each in self._possible(kind)]
        return "{ " + " ".join(["__typename", *inside]) + " }"

    def _possible(self, kind: GraphQLInterfaceType | GraphQLUnionType) -> Sequence[GraphQLObjectType]:
        return self.schema.get_possible_types(kind)

    def _aliased(self, kind: GraphQLObjectType, depth: int, path: tuple[str, ...]) -> str:
        """The same name may mean different things in types that stand in one place."""
        written = (f"{kind.name}_{one.split('(')[0].split(' ')[0]}: {one}" for one in self._fields(kind, depth, path))
        return "{ __typename " + " ".join(written) + " }"

    def _fields(self, kind: GraphQLObjectType, depth: int, path: tuple[str, ...]) -> list[str]:
        if kind.name.endswith("Edge"):
            return ["cursor", "node { __typename }"]
        written = []
        for name in self.taste.fields(kind):
            asked = kind.fields[name]
            inner = get_named_type(asked.type)
            if is_leaf_type(inner):
                written.append(f"{name}{self._arguments(_dotted(path, name), asked, {})}")
            elif inner.name not in path or is_record(inner):
                deeper = depth - is_record(inner)
                selection = self._selection(inner, deeper, (*path, inner.name))
                written.append(f"{name}{self._arguments(_dotted(path, name), asked, {})} {selection}")
        return written


def plainly(path: str, argument: GraphQLArgument) -> Any:
    """Arguments for a walk: whole lists, and a currency wherever one is asked for."""
    return {"first": 20, "currency": "SEK"}.get(path.split(".")[-1])


def in_the_past(path: str, argument: GraphQLArgument) -> Any:
    """The same as it was on a day before, in another currency."""
    return {"first": 20, "currency": "EUR", "asOf": PAST.isoformat()}.get(path.split(".")[-1])


def ask_for(name: str, depth: int, taste: Taste) -> Operation:
    """A list with all it gives, some records deep."""
    writer = Writer(SCHEMA_READ, taste)
    writer.root(name, depth)
    return writer.operation()


def is_record(kind: GraphQLNamedType) -> bool:
    """Records are a step away; lists, amounts and figures belong to what gives them."""
    return kind.name == "Node" or any(one.name == "Node" for one in getattr(kind, "interfaces", ()))


def lists(schema: GraphQLSchema) -> dict[str, str]:
    """The lists of `Query` that are filtered and sorted, with the names of their records."""
    query = schema.query_type
    assert query is not None
    sorted_ = {name: get_named_type(asked.type).name for name, asked in query.fields.items() if "orderBy" in asked.args}
    return {name: connection.removesuffix("Connection") for name, connection in sorted_.items()}


def filters(schema: GraphQLSchema, record: str) -> dict[str, list[str]]:
    """What lists of a record can be filtered by: fields with the ways they are compared."""
    where: Any = schema.type_map[f"{record}Where"]
    kinds = {name: get_named_type(each.type) for name, each in where.fields.items()}
    own = {name: kind for name, kind in kinds.items() if isinstance(kind, GraphQLInputObjectType)}
    return {name: list(kind.fields) for name, kind in own.items() if kind.is_one_of}


def sortable(schema: GraphQLSchema, record: str) -> list[str]:
    """What lists of a record can be sorted by."""
    fields: Any = schema.type_map[f"{record}OrderField"]
    return list(fields.values)


def _dotted(path: tuple[str, ...], name: str) -> str:
    return ".".join((path[-1], name))
