"""What CLDR says about a locale: Babel's data, and an excerpt (`cldr.json`) of what Babel leaves out.

Left out by Babel 2.18: `minimumGroupingDigits` (Polish `1000,00`), patterns of numbering systems other than `latn`,
the digits of those systems, patterns and signs of single currencies, some of their symbols, patterns and signs that
regions have for themselves (`de-AT`, `es-AR`), and how a day and a time of that day are joined (Danish with a comma).
`python -m locales.cldr_excerpt` makes the excerpt from the CLDR release that Babel was built from; nothing in it is
written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.core import Locale, get_global
from babel.localedata import exists
from babel.numbers import get_territory_currencies

EXCERPT = Path(__file__).with_name("cldr.json")
LOCALES_KEPT = 512
"""Readers choose locale tags, so what is cached by tag is bounded."""


@cache
def excerpt() -> dict[str, Any]:
    """The committed excerpt, read once."""
    data: dict[str, Any] = json.loads(EXCERPT.read_text(encoding="utf-8"))
    return data


def parents(tag: str) -> Iterator[str]:
    """The tag and what it inherits from: `sv-FI`, `sv`; `en-GB`, `en-001`, `en`. Without the root."""
    exceptions = get_global("parent_exceptions")
    name = tag.replace("-", "_")
    while name and name != "root":
        yield name.replace("_", "-")
        name = "" if _other_script(name) else str(exceptions.get(name) or name.rpartition("_")[0])


def _other_script(name: str) -> bool:
    """Whether a language stands in a script that is not its usual one, so that it inherits nothing: `zh_Hant`."""
    language, _, script = name.partition("_")
    return len(script) == 4 and script not in str(get_global("likely_subtags").get(language, script)).split("_")


_PLAIN = re.compile("([a-z]{2})(?:-([A-Z]{2}))?")


def is_plain(tag: str) -> bool:
    """Whether a tag is one of today's, written as CLDR writes it, with data of its own: `sv-SE`, but not `zh-TW`.

    Most tags are. The others need to know which languages and scripts are related: 3 MB that a worker does not load
    until somebody asks for one.
    """
    found = _PLAIN.fullmatch(tag)
    return (
        found is not None
        and found[1] not in get_global("language_aliases")
        and found[2] not in get_global("territory_aliases")
        and exists(tag.replace("-", "_"))
    )


@lru_cache(LOCALES_KEPT)
def known(tag: str) -> Locale:
    """The nearest locale CLDR has data for: `zh-TW` is `zh-Hant-TW`, `sv-DE` is `sv`. English when there is none."""
    return Locale.parse(tag, sep="-") if is_plain(tag) else nearest(tag)


def nearest(tag: str) -> Locale:
    """The same for any tag."""
    from langcodes import Language, standardize_tag
    from langcodes.tag_parser import LanguageTagError

    try:
        name = standardize_tag(tag, macro=True)
        full = Language.get(name).maximize()
    except (LanguageTagError, ValueError):
        return Locale.parse("en")
    scripts = (f"{full.language}-{full.script}-{full.territory}", f"{full.language}-{full.script}")
    written = [name.rsplit("-", cut)[0] for cut in range(name.count("-") + 1)]
    found = next((known for known in (name, *scripts, *written) if exists(known.replace("-", "_"))), "en")
    return Locale.parse(found, sep="-")


def tag_of(locale: Locale) -> str:
    """A Babel locale as a BCP 47 tag."""
    return str(locale).replace("_", "-")


def minimum_grouping_digits(locale: Locale) -> int:
    """How many digits must stand before the first group for groups to be written at all."""
    table: dict[str, int] = excerpt()["minimumGroupingDigits"]
    return next((table[tag] for tag in parents(tag_of(locale)) if tag in table), 1)


def pattern(locale: Locale, kind: str) -> str:
    """The pattern of `decimal`, `percent`, `currency` or `accounting` in the locale's own numbering system."""
    return inherited("patterns", tag_of(locale), kind) or babel_pattern(locale, kind)


def sign(locale: Locale, kind: str) -> str | None:
    """What is written for `decimal`, `group`, `minusSign`, `percentSign`, `currencyDecimal`, `currencyGroup`."""
    return inherited("signs", tag_of(locale), kind) or babel_sign(locale, kind)


def inherited(table: str, tag: str, kind: str) -> str | None:
    """What the excerpt has for a tag or for what it inherits from."""
    rows: dict[str, dict[str, str]] = excerpt()[table]
    return next((rows[up][kind] for up in parents(tag) if kind in rows.get(up, {})), None)


def babel_pattern(locale: Locale, kind: str) -> str:
    """The pattern Babel has, which is the one for `latn`."""
    if kind in ("currency", "accounting"):
        return str(locale.currency_formats["standard" if kind == "currency" else kind].pattern)
    return str((locale.percent_formats if kind == "percent" else locale.decimal_formats)[None].pattern)


def babel_sign(locale: Locale, kind: str) -> str | None:
    """The sign Babel has for the locale's own numbering system."""
    every = locale.number_symbols
    own = every.get(locale.default_numbering_system, {})
    found: str | None = (own if "decimal" in own else every["latn"]).get(kind)
    return found


def moment_pattern(locale: Locale, style: str) -> str:
    """The pattern of a day `{1}` with a time of it `{0}`, short or medium, both filled in."""
    order = inherited("moments", tag_of(locale), style) or babel_moment(locale, style)
    day, time = locale.date_formats[style].pattern, locale.time_formats[style].pattern
    return order.replace("{0}", time).replace("{1}", day)


def babel_moment(locale: Locale, style: str) -> str:
    """Babel's, which is the one for a day and a time that are two things."""
    return str(locale.datetime_formats[style])


def of_currency(locale: Locale, currency: str) -> dict[str, str]:
    """What a locale writes otherwise for one currency: `pattern`, `decimal`, `group`, `symbol`; mostly nothing.

    Where the money of the region itself has a pattern and signs of its own, other money is written by them too, as ICU
    does: English in Finland has €1,234.50, so it has SEK 1,234.50 as well.
    """
    own = get_territory_currencies(locale.territory)[:1] if locale.territory else []
    found: dict[str, str] = {}
    for tag in parents(tag_of(locale)):
        row: dict[str, dict[str, str]] = excerpt()["currencies"].get(tag, {})
        usual = {key: value for code in own for key, value in row.get(code, {}).items() if key != "symbol"}
        found = usual | row.get(currency, {}) | found
    return found


def currency_symbol(locale: Locale, currency: str) -> str:
    """What stands for a currency: `kr`, `€`; its code when there is nothing shorter."""
    return of_currency(locale, currency).get("symbol") or str(locale.currency_symbols.get(currency, currency))


def digits(locale: Locale) -> dict[int, str]:
    """A translation of ASCII digits to those of the locale, empty where they are ASCII."""
    own: str | None = excerpt()["digits"].get(locale.default_numbering_system)
    return {} if own is None else {ord("0") + value: digit for value, digit in enumerate(own)}
