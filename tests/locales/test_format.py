"""Money, numbers and days, character by character: U+00A0 is a tilde here, U+202F an underscore."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from locales import cldr
from locales.format import (
    DateStyle,
    MoneyStyle,
    _money_writer,
    currency_name,
    format_date,
    format_datetime,
    format_every,
    format_money,
    format_number,
    format_percent,
    plural_category,
    region_name,
)

LOCALES = re.findall(
    r"\S+",
    """
    sv-SE sv-FI en-US en-GB en-SE en-IN de-DE de-AT de-CH fr-FR fr-CH fr-CA nb-NO nn da fi is et lv lt pl cs hu it
    es es-MX es-AR pt-BR pt-PT nl tr el bg ru uk he ar-SA ar-EG ar-AE fa hi bn mr my ja ko zh-Hans zh-Hant th vi
    id dz ne
    """,
)


def seen(text: str) -> str:
    """With the spaces and marks that nobody can tell apart made visible."""
    return text.replace("\u00a0", "~").replace("\u202f", "_")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        ("110000", "SEK", "sv-SE", "110~000,00~kr"),
        ("-1234.5", "SEK", "sv-SE", "−1~234,50~kr"),
        ("1234.5", "SEK", "en-US", "SEK~1,234.50"),
        ("1234.5", "SEK", "ja", "SEK~1,234.50"),
        ("1234.5", "USD", "en-SE", "1~234,50~US$"),
        ("-1234.5", "NOK", "nb", "−1~234,50~kr"),
        ("1234.5", "DKK", "da-DK", "1.234,50~kr."),
        ("1000", "PLN", "pl", "1000,00~zł"),
        ("10000", "PLN", "pl", "10~000,00~zł"),
        ("1000", "EUR", "es", "1000,00~€"),
        ("1000", "EUR", "pt-PT", "1000,00~€"),
        ("1000", "MXN", "es-MX", "$1,000.00"),
        ("1234.5", "CHF", "fr-CH", "1_234.50~CHF"),
        ("1234.5", "EUR", "de-AT", "€~1.234,50"),
        ("-1234.5", "CHF", "de-CH", "CHF-1’234.50"),
        ("1234567.5", "INR", "hi", "₹12,34,567.50"),
        ("1234.5", "ARS", "es-AR", "$~1.234,50"),
        ("-1234.5", "SAR", "ar-SA", "\u061c-\u200f١٬٢٣٤٫٥٠~ر.س.\u200f"),
        ("1234.5", "ILS", "he", "\u200f1,234.50~\u200f₪"),
    ],
)
def test_an_amount_is_written_as_its_locale_writes_it(amount: str, currency: str, locale: str, expected: str) -> None:
    assert seen(format_money(Decimal(amount), currency, locale)) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.125", "SEK", "0,13~kr"),
        ("2.675", "SEK", "2,68~kr"),
        ("0.5", "JPY", "1~JPY"),
        ("1.0005", "KWD", "1,001~KWD"),
        ("-0.005", "SEK", "−0,01~kr"),
        ("99999999999999999999.995", "SEK", "100~000~000~000~000~000~000,00~kr"),
    ],
)
def test_amounts_are_rounded_half_away_from_zero_to_the_digits_of_the_currency(
    amount: str, currency: str, expected: str
) -> None:
    assert seen(format_money(Decimal(amount), currency, "sv-SE")) == expected


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("SYMBOL", "−1~234,50~kr"),
        ("ACCOUNTING", "−1~234,50~kr"),
        ("CODE", "−1~234,50~SEK"),
        ("NAME", "−1~234,50 svenska kronor"),
        ("PLAIN", "−1~234,50"),
    ],
)
def test_every_style_of_money_has_the_same_figures(style: MoneyStyle, expected: str) -> None:
    assert seen(format_money(Decimal("-1234.5"), "SEK", "sv-SE", style)) == expected


@given(
    rows=st.lists(
        st.tuples(
            st.decimals(-(10**21), 10**21, places=None, allow_nan=False, allow_infinity=False)
            | st.decimals(-1000000, 1000000, places=4)
            | st.sampled_from(
                [Decimal(text) for text in ("0", "-0.00", "-0.004", "0.005", "999.995", "-1000", "9999")]
            ),
            st.sampled_from(["SEK", "EUR", "USD", "CHF", "JPY", "KWD", "CLF", "INR", "PLN", "XQQ"]),
        ),
        max_size=12,
    ),
    locale=st.sampled_from(LOCALES),
    style=st.sampled_from(get_args(MoneyStyle)),
)
def test_a_list_of_amounts_is_written_as_each_amount_is(
    rows: list[tuple[Decimal, str]], locale: str, style: MoneyStyle
) -> None:
    amounts, currencies = [f"{amount:f}" for amount, _ in rows], [currency for _, currency in rows]

    written = format_every(amounts, currencies, locale, style)

    assert written == [format_money(amount, currency, locale, style) for amount, currency in rows]


def test_accounting_puts_what_is_negative_in_brackets_where_that_is_the_custom() -> None:
    assert format_money(Decimal("-1234.5"), "USD", "en-US", "ACCOUNTING") == "($1,234.50)"
    assert seen(format_money(Decimal("-1234.5"), "EUR", "fr-FR", "ACCOUNTING")) == "(1_234,50~€)"


def test_the_name_of_a_currency_follows_the_number_as_it_is_written() -> None:
    assert format_money(Decimal("1"), "JPY", "en", "NAME") == "1 Japanese yen"
    assert format_money(Decimal("1"), "USD", "en", "NAME") == "1.00 US dollars"


def test_numbers_keep_no_zeros_and_at_most_the_decimals_asked_for() -> None:
    assert seen(format_number(Decimal("1234567.8910"), "sv-SE")) == "1~234~567,891"
    assert seen(format_number(Decimal("1234.50"), "de-AT")) == "1~234,5"
    assert format_number(Decimal("11.234567"), "en", 6) == "11.234567"
    assert seen(format_number(-12, "sv-SE")) == "−12"
    assert format_number(1000, "pl") == "1000"


def test_percentages_are_given_of_hundred() -> None:
    assert seen(format_percent(Decimal("80.5"), "sv-SE", 1)) == "80,5~%"
    assert seen(format_percent(Decimal("12.5"), "sv-SE")) == "13~%"
    assert format_percent(100, "en-US") == "100%"
    assert format_percent(Decimal("-5"), "ar-SA") == "\u061c-٥٪\u061c"


def test_days_are_written_in_the_language_and_digits_of_the_locale() -> None:
    day = date(2026, 11, 3)
    assert format_date(day, "sv-SE") == "3 nov. 2026"
    assert format_date(day, "sv-SE", "short") == "2026-11-03"
    assert format_date(day, "en-GB", "long") == "3 November 2026"
    assert format_date(day, "de-AT", "long") == "3. November 2026"
    assert format_date(day, "ar-SA", "long") == "٣ نوفمبر ٢٠٢٦"


def test_moments_are_written_on_the_clock_of_the_zone() -> None:
    moment = datetime(2026, 7, 9, 22, 5, 7, tzinfo=UTC)
    assert format_datetime(moment, "sv-SE", "Europe/Stockholm") == "10 juli 2026 00:05:07"
    assert format_datetime(moment, "da", "Europe/Copenhagen", "short") == "10.07.2026, 00.05"
    assert format_datetime(moment, "en-US", "America/New_York", "short") == "7/9/26, 6:05\u202fPM"


def test_plurals_currencies_and_regions_are_named_in_the_language() -> None:
    assert [plural_category(n, "pl") for n in (1, 2, 5, 22)] == ["one", "few", "many", "few"]
    assert currency_name("SEK", "sv-FI") == "svensk krona"
    assert currency_name("XQQ", "sv") == "XQQ"
    assert region_name("SE", "de") == "Schweden"
    assert region_name("QQ", "de") == "QQ"


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("zh-TW", "zh-Hant-TW"),
        ("sr-ME", "sr-Latn-ME"),
        ("sv-DE", "sv"),
        ("ar-JP", "ar"),
        ("iw", "he"),
        ("sv-SE-u-nu-latn", "sv-SE"),
        ("xx", "en"),
        ("not a tag", "en"),
        ("../../secret", "en"),
    ],
)
def test_a_locale_without_data_is_written_as_the_nearest_that_has_some(asked: str, known: str) -> None:
    assert cldr.tag_of(cldr.known(asked)) == known


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**15), max_value=10**15))
def test_without_its_groups_a_written_amount_is_the_rounded_amount(amount: Decimal) -> None:
    for locale in LOCALES:
        for currency in ("SEK", "JPY", "KWD"):
            text = format_money(amount, currency, locale, "PLAIN")
            digits = get_currency_precision(currency)
            assert number_in(text) == half_up(abs(amount), digits), (locale, text)
            assert sum(char.isdecimal() for char in text) >= digits + 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("style", get_args(DateStyle))
def test_every_day_shows_its_day_of_the_month(locale: str, style: DateStyle) -> None:
    digits = "".join(
        str(int(char)) if char.isdecimal() else " " for char in format_date(date(2026, 7, 29), locale, style)
    )
    assert "29" in digits.split()


def test_a_writer_is_built_once_for_a_locale_a_currency_and_a_style() -> None:
    format_money(Decimal(1), "SEK", "sv-SE")
    before = _money_writer.cache_info()
    for amount in range(100):
        format_money(Decimal(amount), "SEK", "sv-SE")
    after = _money_writer.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (100, 0)


def number_in(text: str) -> int:
    """All digits in a row, in minor units."""
    return int("".join(str(int(char)) for char in text if char.isdecimal()))


def half_up(amount: Decimal, digits: int) -> int:
    """Minor units by whole numbers only: half a unit more, cut off."""
    scaled = int(amount.scaleb(5))
    unit = 10 ** (5 - digits)
    return (scaled + unit // 2) // unit
