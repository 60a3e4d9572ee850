"""What a client's `where` means: a plain tree of names and operators becomes a condition over a shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from persistence.shapes.shape import Filterable, Shape

_LIKE = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def condition(shape: Shape, where: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Every part must hold. `companies` holds ids that are already granted; `search` looks at the shape's texts."""
    parts: list[sa.ColumnElement[bool]] = []
    for name, wanted in where.items():
        if wanted is None:
            continue
        if name == "and":
            parts.extend(condition(shape, part) for part in wanted)
        elif name == "or":
            parts.append(sa.or_(sa.false(), *(condition(shape, part) for part in wanted)))
        elif name == "not":
            parts.append(sa.not_(sa.func.coalesce(condition(shape, wanted), sa.false())))
        elif name == "companies":
            parts.append(_within(shape, wanted))
        elif name == "search":
            parts.append(sa.or_(sa.false(), *(_contains(column, wanted) for column in shape.search)))
        else:
            parts.append(_compared(shape.filters[name], wanted))
    return sa.and_(sa.true(), *parts)


def _within(shape: Shape, companies: list[Any]) -> sa.ColumnElement[bool]:
    if shape.company is None:
        return sa.true()
    wanted = sa.literal(companies, sa.ARRAY(sa.Uuid()))
    return sa.or_(shape.company == sa.func.any(wanted), shape.company.is_(None))


def _compared(field: Filterable, wanted: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    column = field.expression
    ((operator, value),) = wanted.items()
    match operator:
        case "eq":
            return column == sa.literal(value, column.type)
        case "in":
            return column == sa.func.any(sa.literal(list(value), sa.ARRAY(column.type)))
        case "is_null":
            return column.is_(None) if value else column.is_not(None)
        case "starts_with":
            return sa.func.lower(column).like(sa.literal(value.lower().translate(_LIKE) + "%", sa.Text()))
        case "contains":
            return _contains(column, value)
        case _:
            return _between(column, value)


def _contains(column: sa.ColumnElement[Any], value: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(column).like(sa.literal("%" + value.lower().translate(_LIKE) + "%", sa.Text()))


def _between(column: sa.ColumnElement[Any], value: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    lowest, highest = value.get("from"), value.get("until")
    parts = []
    if lowest is not None:
        parts.append(column >= sa.literal(lowest, column.type))
    if highest is not None:
        parts.append(column <= sa.literal(highest, column.type))
    return sa.and_(sa.true(), *parts)
