"""What Node's ICU (CLDR 48) prints for many locales, by the same code that prints for the nine of the oracle.

Ours is CLDR 47, so what CLDR 48 changed is listed here by name, and nothing else.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from locales.format import (
    currency_name,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    plural_category,
    region_name,
)

_LISTED = (
    "af am ar-AE ar-EG ar-MA ar-SA az be bg bn bs ca cs cy da-DK de-AT de-CH de-DE de-LI el en-AT en-AU en-BE en-CA "
    "en-CH en-DE en-ES en-FI en-FR en-GB en-IE en-IN en-NL en-NZ en-PT en-SE en-US en-ZA es-419 es-AR es-CL es-CO "
    "es-ES es-MX et eu fa fi-FI fil fo fr-BE fr-CA fr-CH fr-FR fr-LU ga gl gu he hi hr hu hy id is it it-CH ja-JP ka "
    "kk km kn ko lb lo lt lv mk ml mn mr ms mt my nb-NO ne nl nl-BE nn-NO pa pl pt-BR pt-PT ro ru se si sk sl sq sr "
    "sr-Latn sv-FI sv-SE sw ta te th tr uk ur uz vi zh zh-HK zh-Hans-SG zh-TW zu"
)
LOCALES = tuple(_LISTED.split(" "))

CURRENCIES = ["SEK", "EUR", "USD", "JPY", "GBP", "NOK", "CHF", "BHD", "INR", "CAD", "PLN", "KWD", "CNY", "BRL", "XAF"]
"""Without those that CLDR 48 shows without decimals and CLDR 47 with two: COP, HUF, IDR, PKR."""

SWISS = ("de-CH", "de-LI", "en-CH", "it-CH")
"""CLDR 47 groups their digits with U+2019, CLDR 48 with an apostrophe."""

NEWER_IN_CLDR_48: Mapping[str, Mapping[str, str]] = {
    "money": {
        "af": "the Indian rupee has another name",
        "fr-CA": "a no-break space before names of currencies",
        "gl": "brackets for accounting",
        "gu": "the dollar has another name",
        "hy": "no groups below 10000",
        "te": "four currencies have other names",
        "zh-TW": "the CFA franc has another name",
    },
    "currencyName": {
        "af": "the euro is written small",
        "gu": "the dollar",
        "te": "four currencies",
        "zh-TW": "the CFA franc",
    },
    "number": {"hy": "no groups below 10000"},
    "percent": {"hy": "no groups below 10000"},
    "date": {
        "bn": "February is spelled otherwise",
        "ga": "short days without zeros and century",
        "mk": "other short and medium days",
        "ml": "no comma after the year",
        "si": "other months",
        "sl": "short days with their century",
        "sv-FI": "short days as in Finland",
    },
    "moment": {
        "ga": "its days",
        "mk": "its days",
        "ml": "its days, and a comma after them",
        "pa": "AM and PM",
        "si": "its days",
        "sl": "its days",
        "sv-FI": "its days, and hours with a full stop",
        "zh-HK": "a thin space",
        "zh-TW": "a thin space",
    },
    "region": {
        "ga": "Ivory Coast",
        "mr": "the Emirates",
        "pa": "the United States",
        "ta": "the Emirates",
        "te": "Hong Kong",
    },
}

EUROS_BY_NAME = ("en-AT", "en-BE", "en-DE", "en-ES", "en-FI", "en-FR", "en-NL", "en-PT", "en-SE", "en-CH")
"""ICU puts the sign of a currency with a pattern of its own into the pattern for its name: `€1.00 euros`, or worse:
`SEK 1.0 Swedish kronor0`. We do not."""

AFTER_THE_NUMBER = ("my",)
"""ICU writes the names of currencies after the number in Burmese; in CLDR, 47 and 48, they stand before it."""

WRITERS: dict[str, Callable[..., str]] = {
    "money": lambda locale, value, currency, style: format_money(Decimal(value), currency, locale, style),
    "currencyName": lambda locale, currency: currency_name(currency, locale),
    "number": lambda locale, value: format_number(Decimal(value), locale),
    "percent": lambda locale, value: format_percent(Decimal(value) * 100, locale),
    "date": lambda locale, day, style: format_date(date.fromisoformat(day), locale, style),
    "moment": lambda locale, moment, style: format_datetime(datetime.fromisoformat(moment), locale, "UTC", style),
    "plural": lambda locale, value: plural_category(Decimal(value) if "." in value else int(value), locale),
    "region": lambda locale, region: region_name(region, locale),
}


@pytest.fixture(scope="module")
def printed() -> list[list[Any]]:
    """What ICU prints, case by case."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not on this machine; its ICU is what this compares with")
    given = json.dumps({"locales": LOCALES, "currencies": CURRENCIES})
    program = str(Path(__file__).with_name("icu.mjs"))
    done = subprocess.run([node, program], input=given, capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    if not str(found["cldr"]).startswith("48"):
        pytest.skip(f"this Node has CLDR {found['cldr']}; the differences are listed for CLDR 48")
    cases: list[list[Any]] = found["cases"]
    return cases


@pytest.mark.parametrize("kind", WRITERS)
def test_it_is_printed_as_icu_prints_it_but_for_what_cldr_48_changed(printed: list[list[Any]], kind: str) -> None:
    cases = [case for case in printed if case[0] == kind and not _mistaken(*case[:3])]
    wrong: dict[str, tuple[Any, ...]] = {}
    for _, locale, details, expected in cases:
        found = WRITERS[kind](locale, *details)
        if _as_node(found, kind, locale) != expected:
            wrong.setdefault(locale, (details, found, expected))
    newer = NEWER_IN_CLDR_48.get(kind, {})
    assert len(cases) >= len(LOCALES) * 6
    assert {locale: case for locale, case in wrong.items() if locale not in newer} == {}
    assert set(newer) <= set(wrong), "what is no longer different need not be listed"


def _mistaken(kind: str, locale: str, details: list[str]) -> bool:
    """Whether ICU prints what CLDR does not say."""
    return kind == "money" and details[-1] == "NAME" and locale in EUROS_BY_NAME + AFTER_THE_NUMBER


def _as_node(text: str, kind: str, locale: str) -> str:
    """Node writes a plain space for U+202F in days and times, for the sake of old web pages."""
    if kind in ("date", "moment"):
        return text.replace("\u202f", " ")
    return text.replace("’", "'") if locale in SWISS and kind in ("money", "number", "percent") else text
