"""Scalars: all strings, strictly read. Nothing is guessed, and no float gets in."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
CurrencyCode = NewType("CurrencyCode", str)
CountryCode = NewType("CountryCode", str)
Locale = NewType("Locale", str)
TimeZone = NewType("TimeZone", str)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,10})?", re.ASCII)
_BIG_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", re.ASCII)


def _matching(pattern: re.Pattern[str], read: Callable[[str], Any], form: str) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise GraphQLError(f"Expected {form}.")
        try:
            return read(value)
        except ValueError:
            raise GraphQLError(f"Expected {form}.") from None

    return parse


def plain_decimal(value: Decimal) -> str:
    """Without an exponent, with the digits it has."""
    return f"{value:f}"


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(value)
    return value


def _scalar(
    name: str, description: str, parse: Callable[[Any], Any], serialize: Callable[[Any], Any] = str
) -> ScalarDefinition:
    def parse_literal(node: ValueNode, _variables: Mapping[str, Any] | None = None) -> Any:
        if not isinstance(node, StringValueNode):
            raise GraphQLError(f"{name} is written as a string.", node)
        return parse(node.value)

    return strawberry.scalar(
        name=name, description=description, parse_value=parse, parse_literal=parse_literal, serialize=serialize
    )


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: _scalar(
        "Decimal",
        'An exact decimal number as a string, without exponent, such as "-1234.50".',
        _matching(_DECIMAL, Decimal, 'a decimal number as a string, such as "1234.50"'),
        plain_decimal,
    ),
    BigInt: _scalar(
        "BigInt",
        "A whole number beyond 32 bits, as a string.",
        _matching(_BIG_INT, int, 'a whole number as a string, such as "42"'),
    ),
    date: _scalar(
        "Date",
        'A calendar day, "2026-11-23".',
        _matching(_DATE, date.fromisoformat, 'a day as "YYYY-MM-DD"'),
        date.isoformat,
    ),
    datetime: _scalar(
        "DateTime",
        'A moment with its offset, RFC 3339; given out in UTC, "2026-11-23T08:15:00Z".',
        _matching(_INSTANT, datetime.fromisoformat, 'a moment as "YYYY-MM-DDThh:mm:ssZ"'),
        _instant,
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        'A currency by its ISO 4217 code, "SEK".',
        _matching(re.compile("[A-Z]{3}"), str, "three capital letters"),
    ),
    CountryCode: _scalar(
        "CountryCode",
        'A country by its ISO 3166 code, "SE".',
        _matching(re.compile("[A-Z]{2}"), str, "two capital letters"),
    ),
    Locale: _scalar(
        "Locale", 'A language, BCP 47: "sv-SE".', _matching(_LOCALE, str, 'a language tag, such as "sv-SE"')
    ),
    TimeZone: _scalar(
        "TimeZone",
        'A time zone by its IANA name, "Europe/Stockholm".',
        _matching(re.compile(r"[A-Za-z0-9_+\-/]+"), _zone, 'a time zone, such as "Europe/Stockholm"'),
    ),
}
