"""Frozen values to JSON and back, so that a decision keeps the facts it was made on and can be made again.

Fields at their defaults are left out. What comes back equals what went in.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from domain.message import Message, Percent
from domain.money import Money

T = TypeVar("T")


def thaw(kind: type[T], value: Any) -> T:
    """The value of a type out of JSON."""
    return cast(T, _thawed(kind, value))


def freeze(value: Any) -> Any:
    """A value as JSON."""
    match value:
        case None | bool() | int():
            return value
        case Message():
            return freeze_message(value)
        case Enum():
            return value.value
        case str():
            return value
        case Decimal() | UUID():
            return str(value)
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(freeze(one) for one in value)
        case tuple() | list():
            return [freeze(one) for one in value]
        case Mapping():
            return [[freeze(key), freeze(one)] for key, one in value.items()]
    return {
        field.name: freeze(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if getattr(value, field.name) != _default(field)
    }


def freeze_message(message: Message) -> dict[str, Any]:
    """A message with its values, each with its kind."""
    frozen: dict[str, Any] = {
        "text": message.text,
        "values": {name: _tagged(value) for name, value in message.values.items()},
    }
    if message.plural is not None:
        frozen |= {"plural": message.plural, "count": message.count}
    return frozen


def thaw_message(frozen: Mapping[str, Any]) -> Message:
    """A message out of JSON."""
    values = {name: _untagged(value) for name, value in frozen["values"].items()}
    return Message(frozen["text"], values, frozen.get("plural"), frozen.get("count"))


def _tagged(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case str() | int():
            return value
        case Money():
            return {"money": [str(value.amount), value.currency]}
        case Decimal():
            return {"decimal": str(value)}
        case Percent():
            return {"percent": str(value.of_hundred)}
        case date():
            return {"date": value.isoformat()}
    raise TypeError(f"a message cannot carry {type(value).__name__}")


def _untagged(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, written),) = value.items()
    match kind:
        case "money":
            return Money(Decimal(written[0]), written[1])
        case "decimal":
            return Decimal(written)
        case "percent":
            return Percent(Decimal(written))
        case _:
            return date.fromisoformat(written)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _thawed(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (one for one in typing.get_args(kind) if one is not type(None))
        return None if value is None else _thawed(inner, value)
    if origin is tuple:
        kinds = typing.get_args(kind)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(_thawed(kinds[0], one) for one in value)
        return tuple(_thawed(one, part) for one, part in zip(kinds, value, strict=True))
    if origin is frozenset:
        return frozenset(_thawed(typing.get_args(kind)[0], one) for one in value)
    if origin is not None:
        key, one = typing.get_args(kind)
        return {_thawed(key, name): _thawed(one, part) for name, part in value}
    if kind is Message:
        return thaw_message(value)
    if kind in (Decimal, UUID):
        return kind(value)
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _thawed(hints[name], part) for name, part in value.items()})
    return value
