"""Values to ask with: what stands in the records of both companies, as a client would write it in a filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from graphql import GraphQLSchema

from persistence.database import Connection
from persistence.shapes.actor import ACTOR
from persistence.shapes.known_actor import KNOWN_ACTOR
from persistence.shapes.shape import Kind, Shape
from persistence.statements import Statement
from schema.fields import TYPES
from schema.filters import graphql_name
from tests.schema.world import NOW


@dataclass(frozen=True)
class Pool:
    """The values of one field of a list: those in records that may be seen, and those only in hidden ones."""

    own: tuple[Any, ...]
    hidden: tuple[Any, ...]


Pools = Mapping[str, Mapping[str, Pool]]
"""By the name of the record and its field."""


async def pools_of(conn: Connection, schema: GraphQLSchema, hidden: frozenset[str]) -> Pools:
    """The values of everything that lists can be filtered by. `hidden`: ids of records of the other company."""
    listed = {ACTOR.name: KNOWN_ACTOR}
    shapes = [listed.get(name, cls.shape) for name, cls in TYPES.items() if f"{name}Where" in schema.type_map]
    return {shape.name: await _of(conn, shape, hidden) for shape in shapes}


async def _of(conn: Connection, shape: Shape, hidden: frozenset[str]) -> Mapping[str, Pool]:
    expressions = [field.expression.label(name) for name, field in shape.filterable.items()]
    statement = Statement(sa.select(shape.id.label("key"), *expressions).select_from(shape.source))
    rows = await statement.all(
        conn, now=NOW, reporting="EUR", companies=[], working=[], viewer=None, clerk_in=[], manager_in=[]
    )
    found = {}
    for name, field in shape.filterable.items():
        values: tuple[dict[Any, None], dict[Any, None]] = ({}, {})
        for row in rows:
            if row[name] is not None:
                values[row["key"].hex in hidden][_written(field.kind, row[name])] = None
        own, others = values
        found[graphql_name(name)] = Pool(tuple(own), tuple(value for value in others if value not in own))
    return found


def _written(kind: Kind, value: Any) -> Any:
    match value:
        case UUID():
            return f"cus_{value.hex}"
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case Decimal() if kind is Kind.MONEY:
            return f"{value:.4f}"
        case Decimal():
            return f"{value:f}"
    return value


def ways(field: str, names: list[str], value: Any) -> list[dict[str, Any]]:
    """Every way to compare a field with a value."""
    found: list[dict[str, Any]] = []
    for name in names:
        match name:
            case "eq":
                found.append({"eq": value})
            case "in":
                found.append({"in": [value]})
            case "startsWith":
                found.append({"startsWith": value[:8]})
            case "contains":
                found.append({"contains": value[1:]})
            case "range":
                found += [{"range": {"from": value}}, {"range": {"until": value}}]
    return [{field: each} for each in found]


def where(random: Random, pools: Mapping[str, Pool], fields: Mapping[str, list[str]], depth: int = 2) -> dict[str, Any]:
    """A filter at random, of values of both companies."""
    combined = random.choice(["and", "or", "not", "plain", "plain"]) if depth else "plain"
    if combined == "not":
        return {"not": where(random, pools, fields, depth - 1)}
    if combined in ("and", "or"):
        return {combined: [where(random, pools, fields, depth - 1) for _ in range(random.randint(1, 3))]}
    field = random.choice(list(fields))
    pool = pools[field]
    values = random.choice([each for each in (pool.own, pool.hidden) if each] or [()])
    if not values or random.random() < 0.1:
        return {field: {"isNull": random.random() < 0.5}} if "isNull" in fields[field] else {"search": "a"}
    return random.choice(ways(field, fields[field], random.choice(values)))
