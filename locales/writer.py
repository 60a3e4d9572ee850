"""Writes one kind of number by a CLDR pattern: rounded first, grouped, then with the signs of the locale."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from babel.core import Locale
from babel.numbers import parse_pattern

from locales import cldr

Writer = Callable[[Decimal], str]

_EXACT = Context(prec=100)
_SIGN, _PERCENT, _CURRENCY = "-", "%", "¤"


@dataclass(frozen=True)
class Signs:
    """What stands for `.` and `,` inside a number, and how affixes are filled in."""

    decimal: str
    group: str
    minus: str
    percent: str = ""
    currency: str = ""

    def fill(self, affix: str) -> str:
        """An affix of a CLDR pattern with the locale's signs; `'` quotes one character or more."""
        parts = affix.split("'")
        signs = {_SIGN: self.minus, _PERCENT: self.percent, _CURRENCY: self.currency}
        parts[::2] = ["".join(signs.get(char, char) for char in part) for part in parts[::2]]
        return "".join(parts)


def writer(locale: Locale, pattern: str, signs: Signs, min_fraction: int, max_fraction: int) -> Writer:
    """Builds the function that writes one kind of number in one locale."""
    parsed = parse_pattern(pattern)
    prefix, minus_prefix = (_spaced(text, signs, before=True) for text in parsed.prefix)
    suffix, minus_suffix = (_spaced(text, signs, before=False) for text in parsed.suffix)
    first, later = parsed.grouping
    smallest = 10 ** (first + cldr.minimum_grouping_digits(locale) - 1)
    written = {ord("."): signs.decimal, ord(","): signs.group} | cldr.digits(locale)
    unit = Decimal(1).scaleb(-max_fraction)
    uneven = first != later

    def write(value: Decimal) -> str:
        rounded = rounded_half_up(value, unit)
        size = rounded.copy_abs()
        text = format(size, ",f" if size >= smallest else "f")
        if uneven and size >= smallest:
            text = _regrouped(text, first, later)
        if max_fraction > min_fraction:
            text = _trimmed(text, min_fraction)
        text = text.translate(written)
        return f"{minus_prefix}{text}{minus_suffix}" if rounded.is_signed() else f"{prefix}{text}{suffix}"

    return write


def rounded_half_up(value: Decimal, unit: Decimal) -> Decimal:
    """Half away from zero, as ICU does for people (Babel rounds half to even)."""
    return value.quantize(unit, ROUND_HALF_UP, _EXACT)


def _spaced(affix: str, signs: Signs, *, before: bool) -> str:
    """The affix filled in, with CLDR's currency spacing: letters next to the digits get U+00A0 between."""
    text = signs.fill(affix)
    if before and affix.endswith(_CURRENCY) and _separated(text[-1:]):
        return text + "\N{NO-BREAK SPACE}"
    if not before and affix.startswith(_CURRENCY) and _separated(text[:1]):
        return "\N{NO-BREAK SPACE}" + text
    return text


def _separated(char: str) -> bool:
    """Whether a character is neither a symbol nor a space (`[[:^S:]&[:^Z:]]`, the same in every locale)."""
    return char != "" and unicodedata.category(char)[0] not in "SZ"


def _regrouped(text: str, first: int, later: int) -> str:
    """Groups of two sizes, as in India: `12,34,567`."""
    whole, dot, fraction = text.replace(",", "").partition(".")
    head, groups = whole[:-first], [whole[-first:]]
    while head:
        groups.append(head[-later:])
        head = head[:-later]
    return ",".join(reversed(groups)) + dot + fraction


def _trimmed(text: str, min_fraction: int) -> str:
    """Without zeros at the end beyond the least number of decimals."""
    whole, _, fraction = text.partition(".")
    kept = fraction.rstrip("0").ljust(min_fraction, "0")
    return f"{whole}.{kept}" if kept else whole
