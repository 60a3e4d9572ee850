"""What stands in a cell becomes a value, by the declared way of writing it and never by guessing.

The values are texts that PostgreSQL reads exactly, so that COPY needs no further conversion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.amounts import NEGATIVE, NOT_ABOVE_ZERO, UNKNOWN_CURRENCY
from domain.message import N_, Message, Value
from domain.refusal import ErrorCode
from persistence.importing.declaration import Dialect, Field, FieldType

MINUS = "\u2212"
LARGEST = 13
"""Digits before the decimal mark: sums of many such amounts still fit in 64 bits of minor units."""

Parser = Callable[[str], str]

MISSING = N_("A value is missing.")
NOT_A_NUMBER = N_("This is not a number written like {example}.")
TOO_LARGE = N_("The number is too large.")
TOO_PRECISE = N_("The number has more than {digits} decimals.")
NOT_A_SHARE = N_("A percentage lies between 0 and 100.")
NOT_WHOLE = N_("This is not a whole number.")
NOT_A_DAY = N_("This is not a day written as {format}.")
NOT_A_FLAG = N_("Write {yes} or {no}.")
NOT_A_CHOICE = N_("This is none of: {choices}.")
NOT_A_COUNTRY = N_("This is not a country code of two capital letters.")
NOT_A_LOCALE = N_("This is not a language tag such as sv-SE.")
NOT_A_ZONE = N_("This is not a time zone such as Europe/Stockholm.")


class BadValue(Exception):
    """What stands there cannot be taken."""

    def __init__(self, code: ErrorCode, text: str, values: dict[str, Value] | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.message = Message(text, values or {})


def parser(field: Field, dialect: Dialect) -> Parser:
    """What reads the cells of a field, blanks already taken off. Raises `BadValue`."""
    match field.type:
        case FieldType.AMOUNT:
            return _amount(field, dialect)
        case FieldType.RATE:
            return _number(dialect, decimals=10, positive=True)
        case FieldType.PERCENT:
            return _percent(dialect)
        case FieldType.DAY:
            return lru_cache(maxsize=65536)(_day(dialect.days))
        case FieldType.CHOICE:
            return _one_of(tuple(field.choices))
        case FieldType.FLAG:
            return _flag(dialect)
        case FieldType.TIME_ZONE:
            return lru_cache(maxsize=1024)(_time_zone)
        case FieldType.TEXT:
            return str
        case kind:
            return lru_cache(maxsize=1024)(_matching(*PATTERNS[kind]))


PATTERNS = {
    FieldType.WHOLE: (re.compile(r"[0-9]{1,9}", re.ASCII), ErrorCode.INVALID_VALUE, NOT_WHOLE),
    FieldType.CURRENCY: (re.compile(r"[A-Z]{3}", re.ASCII), ErrorCode.CURRENCY_UNKNOWN, UNKNOWN_CURRENCY),
    FieldType.COUNTRY: (re.compile(r"[A-Z]{2}", re.ASCII), ErrorCode.INVALID_VALUE, NOT_A_COUNTRY),
    FieldType.LOCALE: (
        re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII),
        ErrorCode.INVALID_VALUE,
        NOT_A_LOCALE,
    ),
}


def _matching(pattern: re.Pattern[str], code: ErrorCode, text: str) -> Parser:
    def parse(cell: str) -> str:
        if pattern.fullmatch(cell) is None:
            raise BadValue(code, text, {"currency": cell} if code is ErrorCode.CURRENCY_UNKNOWN else None)
        return cell

    return parse


def _number(dialect: Dialect, decimals: int | None = None, positive: bool = False) -> Parser:
    """Digits in groups of three or without groups, a declared decimal mark; a hyphen or U+2212 as the minus."""
    mark = re.escape(dialect.decimal)
    grouped = rf"[0-9]{{1,3}}(?:[{re.escape(dialect.groups)}][0-9]{{3}})+|" if dialect.groups else ""
    pattern = re.compile(rf"([-{MINUS}]?)({grouped}[0-9]+)(?:{mark}([0-9]+))?")
    no_groups = str.maketrans("", "", dialect.groups)
    example = f"1234{dialect.decimal}50"

    def parse(cell: str) -> str:
        found = pattern.fullmatch(cell)
        if found is None:
            raise BadValue(ErrorCode.INVALID_VALUE, NOT_A_NUMBER, {"example": example})
        sign, whole, fraction = found.groups(default="")
        whole = whole.translate(no_groups).lstrip("0") or "0"
        if len(whole) > LARGEST:
            raise BadValue(ErrorCode.INVALID_VALUE, TOO_LARGE)
        fraction = fraction.rstrip("0")
        if decimals is not None and len(fraction) > decimals:
            raise BadValue(ErrorCode.AMOUNT_PRECISION, TOO_PRECISE, {"digits": decimals})
        zero = whole == "0" and not fraction
        if positive and (sign or zero):
            raise BadValue(ErrorCode.AMOUNT_NEGATIVE, NOT_ABOVE_ZERO)
        return f"{'-' if sign and not zero else ''}{whole}{'.' if fraction else ''}{fraction}"

    return parse


def _amount(field: Field, dialect: Dialect) -> Parser:
    """An amount, which ERPs send without its sign: the kind of the document has it."""
    number, zero = _number(dialect), field.zero

    def parse(cell: str) -> str:
        value = number(cell)
        if value[0] == "-":
            raise BadValue(ErrorCode.AMOUNT_NEGATIVE, NEGATIVE)
        if value == "0" and not zero:
            raise BadValue(ErrorCode.AMOUNT_NEGATIVE, NOT_ABOVE_ZERO)
        return value

    return parse


def _percent(dialect: Dialect) -> Parser:
    number = _number(dialect, decimals=4)

    def parse(cell: str) -> str:
        value = number(cell)
        whole, _, fraction = value.partition(".")
        if value[0] == "-" or int(whole) > 100 or (whole == "100" and fraction):
            raise BadValue(ErrorCode.INVALID_VALUE, NOT_A_SHARE)
        return value

    return parse


DAY_PARTS = {"YYYY": "(?P<y>[0-9]{4})", "MM": "(?P<m>[0-9]{2})", "DD": "(?P<d>[0-9]{2})"} | {
    "M": "(?P<m>[0-9]{1,2})",
    "D": "(?P<d>[0-9]{1,2})",
}


def _day(written: str) -> Parser:
    parts = re.split("(YYYY|MM|DD|M|D)", written)
    pattern = re.compile("".join(DAY_PARTS.get(part, re.escape(part)) for part in parts))

    def parse(cell: str) -> str:
        found = pattern.fullmatch(cell)
        try:
            if found is None or int(found["y"]) < 1900:
                raise ValueError
            return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
        except ValueError:
            raise BadValue(ErrorCode.INVALID_VALUE, NOT_A_DAY, {"format": written}) from None

    return parse


def _one_of(choices: tuple[str, ...]) -> Parser:
    allowed, listed = frozenset(choices), ", ".join(choices)

    def parse(cell: str) -> str:
        if cell not in allowed:
            raise BadValue(ErrorCode.INVALID_VALUE, NOT_A_CHOICE, {"choices": listed})
        return cell

    return parse


def _flag(dialect: Dialect) -> Parser:
    words = {dialect.yes: "true", dialect.no: "false"}

    def parse(cell: str) -> str:
        if cell not in words:
            raise BadValue(ErrorCode.INVALID_VALUE, NOT_A_FLAG, {"yes": dialect.yes, "no": dialect.no})
        return words[cell]

    return parse


def _time_zone(cell: str) -> str:
    try:
        ZoneInfo(cell)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadValue(ErrorCode.INVALID_VALUE, NOT_A_ZONE) from None
    return cell
