"""The arguments of a planned field: of a list, of a sum, of money; and fields read as their arguments say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import FieldNode, GraphQLField, ListValueNode, ValueNode, VariableNode

from persistence.selection import Collected, Converted, Counted, Finished, Found, ListAsked, Listed, Reading, WorkedOut
from persistence.shapes.given import Parameter, changed
from persistence.shapes.keyset import SILENT, by_language, nulls
from persistence.shapes.shape import Filterable, Kind, Shape
from schema.fields import TYPES
from schema.filters import DEEPEST, graphql_name
from schema.finishing import labels_as_json
from schema.given import Call, Given, NotGiven
from schema.ids import key_of
from schema.lists import COUNT_LIMIT, OrderDirection, page_size, window
from schema.rates import MAX_RATE_AGE_DAYS


@dataclass(frozen=True)
class Arguments:
    """What a field was given: values as trees by their GraphQL names, and the nodes they were written as."""

    given: Given
    values: Mapping[str, Any]
    nodes: Mapping[str, ValueNode]

    @classmethod
    def of(cls, given: Given, field: GraphQLField, node: FieldNode) -> Arguments:
        """The arguments of a field as it was asked for."""
        nodes = {one.name.value: one.value for one in node.arguments or ()}
        values = {name: given.argument(nodes.get(name), argument) for name, argument in field.args.items()}
        return cls(given, values, nodes)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def asked_of(self, reading: Reading) -> Mapping[str, Any]:
        """The arguments as the planner takes them."""
        match reading:
            case Listed(shape):
                return {"asked": self._list(shape)}
            case Counted():
                limit = self.values["limit"]
                return {"limit": self.call(lambda call: page_size(_read(limit, call), COUNT_LIMIT))}
            case WorkedOut() | Collected():
                return self._sum()
            case Finished("label", constant=enum):
                return {"labels": self.given.parameters.add(lambda call: labels_as_json(enum, call.context.language))}
            case Converted():
                return {"to": self.currency("to"), "on": self._day("on"), "max_age": MAX_RATE_AGE_DAYS}
            case _:
                return self.values

    def known(self, name: str, project: Callable[[Any], Any] = lambda value: value) -> Any:
        """Something about an argument that changes the plan."""
        return self.given.known(self.nodes.get(name), project, project.__qualname__)

    def known_each(self, name: str, project: Callable[[Any], Hashable]) -> frozenset[Hashable]:
        """Something about the values in a list of scalars that changes the plan, whatever their order."""
        match self.nodes.get(name):
            case ListValueNode() as listed:
                known = (self.given.known(node, project, project.__qualname__) for node in listed.values)
                return frozenset(known)
            case VariableNode() as variable:
                path = ("variables", variable.name.value)
                found = self.given.look(path, project.__qualname__, lambda many: frozenset(map(project, many)))
                return frozenset(found)
        return frozenset((self.known(name, project),))

    def company(self, code: Any) -> Parameter:
        """The company of a code, which the caller must be granted."""
        return self.call(lambda call: call.context.company_id(_read(code, call)))

    def key(self, node_id: Any, *prefixes: str) -> Parameter:
        """The key in a node id."""
        return self.call(lambda call: key_of(_read(node_id, call), *prefixes))

    def call(self, read: Callable[[Call], Any], *, single: bool = False) -> Parameter:
        """Something of a call; reading it may refuse the call. `single`: a list of one value in every call."""
        return self.given.parameters.minded_always(read, single=single)

    def currency(self, name: str) -> Parameter | None:
        """A currency that is named; where it may be left out, the operation's."""
        code = self.values[name]
        if code is not None:
            return self.call(lambda call: call.context.known(_read(code, call)))
        return self.call(lambda call: call.context.currency) if self.given.has_currency else None

    def companies(self, name: str = "companies") -> Parameter:
        """The companies that are named, all granted; every one granted where none is."""
        codes = self.values[name]
        return self.call(lambda call: list(call.context.company_ids(_read(codes, call))))

    def in_a_currency(self, reading: Reading) -> Reading:
        """A sum that has no currency of its own. Without one it is a mistake, which the slow lane tells."""
        if self.values["currency"] is None and not self.given.has_currency:
            raise NotGiven("currency")
        return reading

    def _day(self, name: str) -> Parameter:
        day = self.values[name]
        if day is not None:
            return self.call(lambda call: _read(day, call))
        return self.call(lambda call: call.context.today(call.context.time_zone or "UTC"))

    def _sum(self) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        if "asOf" in self.values:
            asked["as_of"] = self.values["asOf"]
        if "currency" in self.values:
            asked["currency"] = self.currency("currency")
        for name in ("definition", "months"):
            if name in self.values:
                asked[name] = self.values[name]
        if "includeIntercompany" in self.values:
            asked["intercompany"] = self.values["includeIntercompany"] or None
        return asked

    def _list(self, shape: Shape) -> ListAsked:
        first, last = window(self._size("first"), self._size("last"))
        given = self.values["orderBy"] or ()
        order = tuple((one["field"].value, one["direction"] is OrderDirection.DESC) for one in given)
        return ListAsked(
            first=first,
            last=last,
            after=self.values["after"],
            before=self.values["before"],
            after_nulls=self.known("after", nulls) or (),
            before_nulls=self.known("before", nulls) or (),
            where=self._where(shape, self.values["where"] or {}),
            order=order,
            speech=self.given.speech() if by_language(shape, order) else SILENT,
        )

    def _size(self, name: str) -> int | None:
        size = self.known(name)
        if size is not None and type(size) is not int:
            raise NotGiven(name)
        return size

    def _companies(self, codes: Any) -> Parameter:
        single = isinstance(codes, Parameter) and codes.single
        return self.call(lambda call: list(call.context.company_ids(_read(codes, call))), single=single)

    def _where(self, shape: Shape, where: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
        """A filter as `persistence.shapes.filters` takes it; see `schema.filters.plain_where`."""
        if depth > DEEPEST:
            raise NotGiven("where")
        names = {graphql_name(field): field for field in shape.filterable}
        plain: dict[str, Any] = {}
        for name, wanted in where.items():
            if wanted is None:
                continue
            match name:
                case "and" | "or":
                    plain[name] = [self._where(shape, part, depth + 1) for part in wanted]
                case "not":
                    plain[name] = self._where(shape, wanted, depth + 1)
                case "companies":
                    plain[name] = self._companies(wanted)
                case "search":
                    plain[name] = wanted
                case _:
                    plain[names[name]] = _compared(shape.filterable[names[name]], wanted)
        return plain


def _compared(field: Filterable, wanted: Mapping[str, Any]) -> dict[str, Any]:
    ((operator, value),) = wanted.items()
    match operator:
        case "eq":
            return {"eq": changed(value, lambda one: _plain(field.kind, one))}
        case "in":
            return {"in": changed(value, lambda many: [_plain(field.kind, one) for one in many])}
        case "range":
            return {"range": value}
    return {_OPERATORS[operator]: value}


_OPERATORS = {"isNull": "is_null", "startsWith": "starts_with", "contains": "contains"}


def _plain(kind: Kind, value: Any) -> Any:
    if kind is Kind.ID:
        return key_of(value, *(cls.shape.prefix for cls in TYPES.values()))
    return value.value if kind is Kind.CODE else value


def _read(value: Any, call: Call) -> Any:
    """A value in a call: what a parameter reads, or a constant."""
    return value.read(call) if isinstance(value, Parameter) else value


@dataclass(frozen=True)
class ByArguments:
    """A field whose arguments decide how it is read."""

    choose: Callable[[Arguments], Reading | None]


def written_by(shape: Shape, name: str) -> ByArguments:
    """The record that a mutation wrote, as its payload names it."""

    def choose(asked: Arguments) -> Reading:
        root = asked.given.root
        return Found(shape, {"id": asked.call(lambda call: _key_in(call.written[root].result.get(name)))})

    return ByArguments(choose)


def _key_in(kept: Any) -> UUID | None:
    """A key that a payload holds. Several are not for one link."""
    if isinstance(kept, list):
        raise NotGiven("several records")
    return None if kept is None else UUID(kept)


@dataclass(frozen=True)
class ByType:
    """A field of an interface that every type reads in its own way: readings by the names of types."""

    readings: Mapping[str, Reading]


def by_number(shape: Shape) -> ByArguments:
    """A root record by its number in the group of companies."""
    return ByArguments(lambda asked: Found(shape, {"number": asked["number"]}))


def by_key(shape: Shape, number: str) -> ByArguments:
    """A root record by its id, or by a company and its number there."""

    def choose(asked: Arguments) -> Reading:
        key = asked["by"]
        if key.get("number") is None:
            return Found(shape, {"id": asked.key(key["id"], shape.prefix)})
        within = key["number"]
        return Found(shape, {"company_id": asked.company(within["company"]), number: within[number]})

    return ByArguments(choose)
