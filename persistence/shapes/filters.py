"""What a client's `where` means: a plain tree of names and operators becomes a condition over a shape.

Its values are known, or parameters that every call gives anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from persistence.shapes.given import among, bound, changed
from persistence.shapes.shape import Filterable, Shape

_LIKE = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def condition(shape: Shape, where: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Every part must hold. `companies` holds ids that are already granted; `search` looks at the shape's texts."""
    return sa.and_(sa.true(), *(_part(shape, name, wanted) for name, wanted in where.items() if wanted is not None))


def _part(shape: Shape, name: str, wanted: Any) -> sa.ColumnElement[bool]:
    match name:
        case "and":
            return sa.and_(sa.true(), *(condition(shape, part) for part in wanted))
        case "or":
            return sa.or_(sa.false(), *(condition(shape, part) for part in wanted))
        case "not":
            return sa.not_(sa.func.coalesce(condition(shape, wanted), sa.false()))
        case "companies":
            return of_companies(shape, wanted)
        case "search":
            return sa.or_(sa.false(), *(contains(column, wanted) for column in shape.search))
        case _:
            return _compared(shape.filterable[name], wanted)


def of_companies(shape: Shape, wanted: Any) -> sa.ColumnElement[bool]:
    """Records of some companies, by their ids. What has no company of its own is every company's."""
    if shape.in_companies is not None:
        return shape.in_companies(bound(wanted, sa.ARRAY(sa.Uuid())))
    if shape.company is None:
        return sa.true()
    mine = among(shape.company, wanted)
    own = isinstance(shape.company, sa.Column) and shape.company.table is shape.id.table
    return mine if own and not shape.company.nullable else sa.or_(mine, shape.company.is_(None))


def _compared(field: Filterable, wanted: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    ((operator, value),) = wanted.items()
    if field.of_any is None:
        return _comparison(field.expression, operator, value)
    if operator == "is_null":
        some = field.of_any(sa.true())
        return sa.not_(some) if value else some
    return field.of_any(_comparison(field.expression, operator, value))


def _comparison(column: sa.ColumnElement[Any], operator: str, value: Any) -> sa.ColumnElement[bool]:
    match operator:
        case "eq":
            return column == bound(value, column.type)
        case "in":
            return among(column, changed(value, list))
        case "is_null":
            return column.is_(None) if value else column.is_not(None)
        case "starts_with":
            return starts_with(column, value)
        case "contains":
            return contains(column, value)
        case "range":
            return _between(column, value)
    raise ValueError(f"{operator} is not a way to compare")


def starts_with(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """It begins so, in capitals or not."""
    return sa.func.lower(column).like(bound(changed(value, lambda text: _escaped(text) + "%"), sa.Text()))


def contains(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """It has it somewhere, in capitals or not."""
    return sa.func.lower(column).like(bound(changed(value, lambda text: "%" + _escaped(text) + "%"), sa.Text()))


def _escaped(value: str) -> str:
    return value.lower().translate(_LIKE)


def _between(column: sa.ColumnElement[Any], value: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    lowest, highest = value.get("from"), value.get("until")
    parts = []
    if lowest is not None:
        parts.append(column >= bound(lowest, column.type))
    if highest is not None:
        parts.append(column <= bound(highest, column.type))
    return sa.and_(sa.true(), *parts)
