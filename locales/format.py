"""Money, numbers, percentages and days as ICU prints them.

One mechanism over CLDR's patterns for every locale: round half away from zero first, then group, then put the signs
of the locale in. A writer is built once per locale, currency and style and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import DateTimePattern, parse_pattern
from babel.dates import format_date as babel_date
from babel.numbers import get_currency_name, get_currency_precision, get_currency_unit_pattern

from locales import cldr
from locales.writer import NumberWriter, Signs, Writer, rounded_half_up, write_every

MoneyStyle = Literal["SYMBOL", "ACCOUNTING", "CODE", "NAME", "PLAIN"]
"""`1 234,50 kr`, the same with brackets for what is negative where that is the custom, `1 234,50 SEK`,
`1 234,50 svenska kronor`, `1 234,50`."""

DateStyle = Literal["short", "medium", "long", "full"]
MomentStyle = Literal["short", "medium"]
"""The longer styles name the time zone, which Babel and ICU do differently."""

_KEPT = 4096


def format_money(amount: Decimal, currency: str, locale: str, style: MoneyStyle = "SYMBOL") -> str:
    """An amount in a currency (ISO 4217 code), rounded to the digits CLDR shows for it: `110 000,00 kr`."""
    return _money_writer(currency, locale, style)(amount)


def format_every(
    amounts: Sequence[str], currencies: Sequence[str], locale: str, style: MoneyStyle = "SYMBOL"
) -> list[str]:
    """A long list of amounts, in plain digits as the database writes them, each as `format_money` writes it."""
    writers = {currency: _money_writer(currency, locale, style) for currency in dict.fromkeys(currencies)}
    return write_every([writers[currency] for currency in currencies], amounts)


def format_number(value: Decimal | int, locale: str, max_fraction: int = 3) -> str:
    """A plain number, without trailing zeros: `1 234,5`."""
    return _number_writer("decimal", locale, max_fraction)(Decimal(value))


def format_percent(of_hundred: Decimal | int, locale: str, max_fraction: int = 0) -> str:
    """A share of hundred, as the API carries it: 80.5 with one digit is `80,5 %`."""
    return _number_writer("percent", locale, max_fraction)(Decimal(of_hundred))


def plural_category(value: Decimal | int, locale: str) -> str:
    """The CLDR plural category of a number as it is written: `one`, `other`, in some languages more."""
    return str(cldr.known(locale).plural_form(value))


def currency_name(currency: str, locale: str) -> str:
    """`svensk krona`; the code itself when CLDR has no name."""
    return str(cldr.known(locale).currencies.get(currency, currency))


def region_name(region: str, locale: str) -> str:
    """`Sverige` for `SE`; the code itself when CLDR has no name."""
    return str(cldr.known(locale).territories.get(region, region))


@lru_cache(_KEPT)
def format_date(day: date, locale: str, style: DateStyle = "medium") -> str:
    """A day in the Gregorian calendar: `23 nov. 2026`, short `2026-11-23`."""
    known = cldr.known(locale)
    return babel_date(day, style, known).translate(cldr.digits(known))


def format_datetime(moment: datetime, locale: str, time_zone: str, style: MomentStyle = "medium") -> str:
    """An aware moment on the clock of a zone (IANA name): `9 juli 2026 15:05:07`."""
    known = cldr.known(locale)
    there = moment.astimezone(ZoneInfo(time_zone))
    return str(_moment_pattern(locale, style).apply(there, known)).translate(cldr.digits(known))


@lru_cache(_KEPT)
def _moment_pattern(tag: str, style: MomentStyle) -> DateTimePattern:
    return parse_pattern(cldr.moment_pattern(cldr.known(tag), style))


@lru_cache(_KEPT)
def _money_writer(currency: str, tag: str, style: MoneyStyle) -> Writer:
    locale = cldr.known(tag)
    own = cldr.of_currency(locale, currency)
    signs = Signs(
        decimal=own.get("decimal") or cldr.sign(locale, "currencyDecimal") or cldr.sign(locale, "decimal") or ".",
        group=own.get("group") or cldr.sign(locale, "currencyGroup") or cldr.sign(locale, "group") or ",",
        minus=cldr.sign(locale, "minusSign") or "-",
        currency=currency if style == "CODE" else cldr.currency_symbol(locale, currency),
    )
    fraction = get_currency_precision(currency)
    if style in ("NAME", "PLAIN"):
        plain = NumberWriter(locale, cldr.pattern(locale, "decimal"), signs, fraction, fraction)
        return plain if style == "PLAIN" else _Named(locale, currency, plain, fraction)
    pattern = own.get("pattern") or cldr.pattern(locale, "accounting" if style == "ACCOUNTING" else "currency")
    return NumberWriter(locale, pattern, signs, fraction, fraction)


@lru_cache(_KEPT)
def _number_writer(kind: str, tag: str, max_fraction: int) -> Writer:
    locale = cldr.known(tag)
    signs = Signs(
        decimal=cldr.sign(locale, "decimal") or ".",
        group=cldr.sign(locale, "group") or ",",
        minus=cldr.sign(locale, "minusSign") or "-",
        percent=cldr.sign(locale, "percentSign") or "%",
    )
    return NumberWriter(locale, cldr.pattern(locale, kind), signs, 0, max_fraction)


@dataclass(frozen=True)
class _Named:
    """Number and name in the plural form of the number as written: `1,00 svenska kronor`."""

    locale: Locale
    currency: str
    plain: Writer
    fraction: int

    def __call__(self, value: Decimal) -> str:
        written = rounded_half_up(value, Decimal(1).scaleb(-self.fraction))
        order = get_currency_unit_pattern(self.currency, written, self.locale)
        name = get_currency_name(self.currency, written, self.locale)
        return order.replace("{0}", self.plain(value)).replace("{1}", name)

    as_c = None
