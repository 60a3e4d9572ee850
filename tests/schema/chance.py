"""Questions at random: any fields, arguments, filters, orders and pages, with values of both companies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from graphql import GraphQLArgument, GraphQLEnumType, GraphQLSchema, get_named_type

from schema.fields import TYPES
from tests.schema.everything import Operation, Taste, Writer, filters, sortable
from tests.schema.pools import Pools, where
from tests.schema.two_companies import CANARY, FIRMS, GROUP, OWN, PARTY, PAST
from tests.schema.world import TODAY

PREFIXES = {cls.shape.name: cls.shape.prefix for cls in TYPES.values()}


@dataclass
class Chance:
    """One throw of the dice."""

    random: Random
    schema: GraphQLSchema
    pools: Pools

    def operation(self, without: frozenset[str]) -> Operation:
        """Some root fields with some of what they give, up to five records deep."""
        query = self.schema.query_type
        assert query is not None
        writer = Writer(self.schema, Taste(self.fill, without, self.random))
        for _ in range(self.random.randint(1, 3)):
            root = self.random.choice([name for name in query.fields if name not in without])
            writer.root(root, self.random.randint(0, 4))
        return writer.operation()

    def filter(self, record: str) -> dict[str, Any]:
        """A filter for lists of a record."""
        return where(self.random, self.pools[record], filters(self.schema, record))

    def order(self, record: str) -> list[dict[str, str]]:
        """One or two things to sort by."""
        fields = self.random.sample(sortable(self.schema, record), self.random.randint(1, 2))
        return [{"field": field, "direction": self.random.choice(["ASC", "DESC"])} for field in fields]

    def fill(self, path: str, argument: GraphQLArgument) -> Any:
        """An argument; what needs none is often left out."""
        name, kind = path.split(".")[-1], get_named_type(argument.type)
        record = kind.name.removesuffix("Where").removesuffix("Order")
        if name == "where" and record in self.pools:
            return self.random.choice([None, self.filter(record)])
        if name == "orderBy":
            return self.random.choice([None, self.order(record)])
        if isinstance(kind, GraphQLEnumType):
            return self._codes(argument, list(kind.values))
        made = _ARGUMENTS.get(name)
        return None if made is None else made(self)

    def node(self) -> str:
        """The id of anything of anybody."""
        record = self.random.choice(list(self.pools))
        ids = self.pools[record]["id"]
        key = self.random.choice((*ids.own, *ids.hidden) or (f"cus_{0:032x}",))
        return f"{PREFIXES[record]}_{key.split('_')[1]}"

    def text(self, record: str, field: str) -> str:
        """A number or name of a record of anybody."""
        pool = self.pools[record][field]
        return str(self.random.choice((*pool.own, *pool.hidden)))

    def _codes(self, argument: GraphQLArgument, values: list[str]) -> Any:
        if str(argument.type).startswith("["):
            return self.random.sample(values, self.random.randint(0, min(3, len(values))))
        return self.random.choice(values)


def _number(record: str, number: str) -> Callable[[Chance], Any]:
    def made(chance: Chance) -> Any:
        if chance.random.random() < 0.5:
            return {"id": f"{PREFIXES[record]}_{chance.text(record, 'id').split('_')[1]}"}
        return {"number": {"company": OWN.code, number: chance.text(record, number)}}

    return made


def _key(chance: Chance) -> Any:
    return _number("Customer", "account")(chance)


def _check(chance: Chance) -> Any:
    return {"customer": _key(chance), "amount": {"amount": "9000.00", "currency": "SEK"}}


_ARGUMENTS: dict[str, Callable[[Chance], Any]] = {
    "first": lambda chance: chance.random.choice([1, 2, 3, 20]),
    "limit": lambda chance: chance.random.choice([1, 2, 10_000]),
    "currency": lambda chance: chance.random.choice(["SEK", "EUR"]),
    "to": lambda chance: chance.random.choice(["SEK", "EUR"]),
    "asOf": lambda chance: chance.random.choice([None, PAST.isoformat(), (TODAY - timedelta(days=400)).isoformat()]),
    "subtotals": lambda chance: chance.random.random() < 0.5,
    "months": lambda chance: chance.random.randint(1, 24),
    "definition": lambda chance: chance.random.choice([None, *(firm.text("aging_definition") for firm in FIRMS)]),
    "code": lambda chance: chance.random.choice([firm.code for firm in FIRMS]),
    "id": lambda chance: chance.node(),
    "ids": lambda chance: [chance.node() for _ in range(5)],
    "text": lambda chance: chance.random.choice([CANARY, "own", "1", "a", chance.text("Customer", "account")]),
    "number": lambda chance: chance.random.choice([GROUP, PARTY, *(firm.text("group") for firm in FIRMS)]),
    "by": lambda chance: _key(chance),
    "input": _check,
}
"""The values of arguments by their names."""
