"""Frozen values to JSON and back, so that a decision keeps the facts it was made on and can be made again.

Fields at their defaults are left out. Of balances and rates there are many, so they are lists; what was kept of them
with names is read too. What comes back equals what went in.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson

from domain.blocking.rule import ExposureCategory
from domain.exposure import Balance, Category
from domain.message import Message, Percent
from domain.money import Money, Rate

T = TypeVar("T")


def thaw(kind: type[T], value: Any) -> T:
    """The value of a type out of JSON."""
    return cast(T, _thawed(kind, value))


def freeze(value: Any) -> Any:
    """A value as JSON."""
    freezer = _FREEZERS.get(type(value))
    return (freezer or _freezer(type(value)))(value)


def written(value: Any) -> orjson.Fragment:
    """A value without messages as JSON text, fields at their defaults too: several times faster, for large values."""
    return orjson.Fragment(orjson.dumps(value, default=_written_otherwise, option=orjson.OPT_NON_STR_KEYS))


def _written_otherwise(value: Any) -> Any:
    match value:
        case Decimal() | UUID():  # also the driver's own kind of UUID
            return str(value)
        case frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written")


def _freezer(kind: type) -> Callable[[Any], Any]:
    """How values of a type are frozen, found once for each type."""
    if issubclass(kind, Enum):
        found: Callable[[Any], Any] = _value_of
    elif dataclasses.is_dataclass(kind):
        found = _of_fields(kind)
    else:
        found = next(freezer for base, freezer in _BY_BASE if issubclass(kind, base))
    _FREEZERS[kind] = found
    return found


def _of_fields(kind: Any) -> Callable[[Any], dict[str, Any]]:
    """A freezer of a dataclass: its fields by name, those at their defaults left out."""
    fields = tuple((field.name, _default(field)) for field in dataclasses.fields(kind))

    def frozen(value: Any) -> dict[str, Any]:
        found = {}
        for name, default in fields:
            one = getattr(value, name)
            if one is not default and one != default:
                freezer = _FREEZERS.get(type(one))
                found[name] = (freezer or _freezer(type(one)))(one)
        return found

    return frozen


def _itself(value: Any) -> Any:
    return value


def _value_of(value: Any) -> Any:
    return value.value


def _list_of(value: Any) -> list[Any]:
    return [freeze(one) for one in value]


def _sorted_of(value: Any) -> list[Any]:
    return sorted(freeze(one) for one in value)


def _pairs_of(value: Any) -> list[list[Any]]:
    return [[freeze(key), freeze(one)] for key, one in value.items()]


def _amount_of(value: Money) -> dict[str, str]:
    return {"amount": str(value.amount), "currency": value.currency}


def _balance_of(balance: Balance) -> list[str | None]:
    found = [balance.category.value, str(balance.amount.amount), balance.amount.currency, _day(balance.due)]
    if balance.until is not None:
        return [*found, _day(balance.company_day), _day(balance.until)]
    return found if balance.company_day is None else [*found, _day(balance.company_day)]


def _balance_from(
    category: str,
    amount: str,
    currency: str,
    due: str | None,
    company_day: str | None = None,
    until: str | None = None,
) -> Balance:
    money = Money(Decimal(amount), currency)
    return Balance(Category(category), money, _from_day(due), _from_day(company_day), _from_day(until))


def _rate_of(rate: Rate) -> list[Any]:
    found = [rate.base, rate.quote, str(rate.rate), _day(rate.day)]
    return [*found, True] if rate.irrevocable else found


def _rate_from(base: str, quote: str, rate: str, day: str, irrevocable: bool = False) -> Rate:
    return Rate(base, quote, Decimal(rate), date.fromisoformat(day), irrevocable)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _from_day(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


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


_BY_BASE: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, _itself),
    (int, _itself),
    (Decimal, str),
    (UUID, str),
    (date, date.isoformat),
    (frozenset, _sorted_of),
    (tuple, _list_of),
    (list, _list_of),
    (Mapping, _pairs_of),
)
_FREEZERS: dict[type, Callable[[Any], Any]] = {
    type(None): _itself,
    Message: freeze_message,
    Money: _amount_of,
    Balance: _balance_of,
    Rate: _rate_of,
}
_FROM_LIST: dict[type, Callable[..., Any]] = {Balance: _balance_from, Rate: _rate_from}


def _tagged(value: Any) -> Any:
    match value:
        case ExposureCategory():
            return {"exposure": value.value}
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
        case "exposure":
            return ExposureCategory(written)
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
        pairs = value.items() if isinstance(value, dict) else value
        return {_thawed(key, name): _thawed(one, part) for name, part in pairs}
    if kind is Message:
        return thaw_message(value)
    if kind in _FROM_LIST and isinstance(value, list):
        return _FROM_LIST[kind](*value)
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
