"""Which language a reader gets: RFC 4647 lookup over what was asked for, with CLDR's knowledge of related languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from langcodes import Language, closest_supported_match, standardize_tag
from langcodes.tag_parser import LanguageTagError

from locales import cldr

_MOST_RANGES = 32
"""A header may carry any number of ranges; nobody reads more languages than this."""

_NEAR = 10
"""CLDR's distance up to which one language is offered for another: Swiss German and German are 8 apart, regional
variants at most 5. Danish and Norwegian are 12 apart, and Danes are not to be written to in Norwegian."""

_ALSO_READ = {"nn": "nb", "nb": "nn"}
"""The two written forms of Norwegian, 20 apart for CLDR."""


@dataclass(frozen=True)
class Reader:
    """How to write for somebody.

    `locale` (BCP 47) decides how money, numbers and days look, `catalog` which sentences are taken, and `fallbacks`
    in which order names that users wrote are looked up.
    """

    locale: str
    catalog: str
    fallbacks: tuple[str, ...]


@lru_cache(cldr.LOCALES_KEPT)
def negotiate(wanted: str | None, supported: tuple[str, ...]) -> Reader | None:
    """The reader that an `Accept-Language` list, or a single tag, asks for; None when we have no such language.

    Never raises: what cannot be read is passed over, so that the caller goes on to the user's or the company's
    language. `supported` are the catalogs.
    """
    if not wanted or not supported:
        return None
    return next((reader for tag in _by_preference(wanted) if (reader := _match(tag, supported)) is not None), None)


def reader_of(locale: str, supported: tuple[str, ...]) -> Reader:
    """The same for a tag that must give something: formatting as asked, English sentences when there are no others."""
    return negotiate(locale, supported) or Reader("en", "en", ("en",))


def language_tag(tag: str) -> str | None:
    """A tag in today's spelling, `sv-SE` for `SV_se`, under which names are kept; None when it is no language."""
    plain = _plain(tag)
    return None if plain is None else plain.to_tag()


def _by_preference(wanted: str) -> list[str]:
    """The ranges of the list, the most wanted first, without the refused (`q=0`) and `*`."""
    ranges: list[tuple[float, str]] = []
    for part in wanted.split(",")[:_MOST_RANGES]:
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        if tag and tag != "*" and quality > 0:
            ranges.append((quality, tag))
    return [tag for _, tag in sorted(ranges, key=lambda pair: -pair[0])]


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0


def _match(tag: str, supported: tuple[str, ...]) -> Reader | None:
    asked = _plain(tag)
    if asked is None:
        return None
    catalog = _catalog(asked, supported)
    return None if catalog is None else _reader(asked, catalog)


def _plain(tag: str) -> Language | None:
    """Language, script and region of a tag, in today's codes (`iw` is `he`); None when it is none."""
    try:
        read = Language.get(standardize_tag(tag, macro=True))
    except (LanguageTagError, ValueError):
        return None
    if not read.language or not read.is_valid():
        return None
    return Language.make(language=read.language, script=read.script, territory=read.territory)


def _catalog(asked: Language, supported: tuple[str, ...]) -> str | None:
    near = closest_supported_match(asked, list(supported), max_distance=_NEAR)
    other = _ALSO_READ.get(str(asked.language))
    return near if near is not None or other is None else closest_supported_match(other, list(supported), _NEAR)


def _reader(asked: Language, catalog: str) -> Reader:
    ours = Language.get(standardize_tag(catalog, macro=True))
    if ours.language == asked.language:
        locale = asked.to_tag()
    else:
        locale = Language.make(language=ours.language, script=ours.script, territory=asked.territory).to_tag()
    return Reader(locale, catalog, tuple(_fallbacks(locale)))


def _fallbacks(locale: str) -> Iterator[str]:
    """The tag itself, then what CLDR lets it inherit from: `zh-TW`, `zh-Hant-TW`, `zh-Hant`."""
    yield from dict.fromkeys((locale, *cldr.parents(cldr.tag_of(cldr.known(locale)))))
