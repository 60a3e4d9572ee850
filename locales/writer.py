"""Writes one kind of number by a CLDR pattern: rounded first, grouped, then with the signs of the locale."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Protocol

from babel.core import Locale
from babel.numbers import parse_pattern

from locales import cldr

_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_SIGN, _PERCENT, _CURRENCY = "-", "%", "¤"


class Writer(Protocol):
    """Writes one kind of number."""

    def __call__(self, value: Decimal) -> str:
        """A number, rounded."""
        ...

    def every(self, values: Sequence[str]) -> list[str]:
        """Many at once, given in plain digits."""
        ...


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


class NumberWriter:
    """Writes one kind of number in one locale. `min_fraction`, `max_fraction`: how many decimals it has."""

    def __init__(self, locale: Locale, pattern: str, signs: Signs, min_fraction: int, max_fraction: int) -> None:
        parsed = parse_pattern(pattern)
        self._prefix, self._minus_prefix = (_spaced(text, signs, before=True) for text in parsed.prefix)
        self._suffix, self._minus_suffix = (_spaced(text, signs, before=False) for text in parsed.suffix)
        first, later = self._groups = parsed.grouping
        self._uneven = first != later
        self._smallest = 10 ** (first + cldr.minimum_grouping_digits(locale) - 1)
        self._decimal, self._group, self._digits = signs.decimal, signs.group, cldr.digits(locale)
        self._written = {ord("."): self._decimal, ord(","): self._group} | self._digits
        self._unit = Decimal(1).scaleb(-max_fraction)
        self._least, self._most = min_fraction, max_fraction

    def __call__(self, value: Decimal) -> str:
        """A number, rounded."""
        rounded = rounded_half_up(value, self._unit)
        size = rounded.copy_abs()
        grouped = size >= self._smallest
        text = format(size, ",f" if grouped else "f")
        if self._uneven and grouped:
            text = _regrouped(text, *self._groups)
        if self._least < self._most:
            text = _trimmed(text, self._least)
        return self._signed(text.translate(self._written), minus=rounded.is_signed())

    def every(self, values: Sequence[str]) -> list[str]:
        """Many at once, given in plain digits. C rounds and groups them where the locale does as it does."""
        as_c_does = self._smallest == 1000 and not self._uneven and self._least == self._most
        if not as_c_does or not values:
            return [self(Decimal(value)) for value in values]
        kind = f",.{self._most}f"
        with localcontext(_EXACT):
            texts = "\n".join([format(Decimal(value), kind) for value in values])
        written = texts.translate(self._written) if self._digits else self._with_signs(texts)
        return [
            self._signed(text[1:], minus=True) if text.startswith("-") else f"{self._prefix}{text}{self._suffix}"
            for text in written.split("\n")
        ]

    def _with_signs(self, texts: str) -> str:
        """What `translate` would give: much sooner, for texts of ASCII are looked through as bytes."""
        return texts.replace(".", "\0").replace(",", self._group).replace("\0", self._decimal)

    def _signed(self, text: str, *, minus: bool) -> str:
        if minus:
            return f"{self._minus_prefix}{text}{self._minus_suffix}"
        return f"{self._prefix}{text}{self._suffix}"


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
