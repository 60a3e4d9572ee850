"""Writes one kind of number by a CLDR pattern: rounded first, grouped, then with the signs of the locale."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cached_property
from typing import Protocol

from babel.core import Locale
from babel.numbers import parse_pattern

from locales import cldr

_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_SIGN, _PERCENT, _CURRENCY = "-", "%", "¤"


@dataclass(frozen=True)
class AsC:
    """A number that C rounds and groups as the locale does: `kind` is its format, `signs` what stands for its signs and
    digits, and around it is `before` and `after`; around one below zero `before_minus` and `after_minus`."""

    kind: str
    signs: tuple[tuple[int, str], ...]
    before: str
    after: str
    before_minus: str
    after_minus: str


class Writer(Protocol):
    """Writes one kind of number."""

    def __call__(self, value: Decimal) -> str:
        """A number, rounded."""
        ...

    @property
    def as_c(self) -> AsC | None:
        """How C writes its numbers; None where it cannot."""
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

    @cached_property
    def as_c(self) -> AsC | None:
        """Where the locale groups by three from the first thousand on, and writes as many decimals always."""
        if self._smallest != 1000 or self._uneven or self._least != self._most:
            return None
        signs = tuple(self._written.items())
        return AsC(f",.{self._most}f", signs, self._prefix, self._suffix, self._minus_prefix, self._minus_suffix)

    def _signed(self, text: str, *, minus: bool) -> str:
        if minus:
            return f"{self._minus_prefix}{text}{self._minus_suffix}"
        return f"{self._prefix}{text}{self._suffix}"


def write_every(writers: Sequence[Writer], values: Sequence[str]) -> list[str]:
    """Many numbers at once, in plain digits, each by the writer beside it: by C where their signs are the same."""
    by_c = {writer: writer.as_c for writer in dict.fromkeys(writers)}
    alike = {None if how is None else how.signs for how in by_c.values()}
    if len(alike) != 1 or None in alike:
        return [writer(Decimal(value)) for writer, value in zip(writers, values, strict=True)]
    hows = [how for how in map(by_c.__getitem__, writers) if how is not None]
    with localcontext(_EXACT):
        texts = "\n".join(map(format, map(Decimal, values), [how.kind for how in hows]))
    return [
        how.before_minus + text[1:] + how.after_minus if text[0] == "-" else how.before + text + how.after
        for how, text in zip(hows, _with_signs(texts, dict(hows[0].signs)).split("\n"), strict=True)
    ]


def _with_signs(texts: str, signs: dict[int, str]) -> str:
    """What `translate` gives: much sooner where digits stay, for texts of ASCII are looked through as bytes."""
    if len(signs) > len(",."):
        return texts.translate(signs)
    return texts.replace(".", "\0").replace(",", signs[ord(",")]).replace("\0", signs[ord(".")])


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
