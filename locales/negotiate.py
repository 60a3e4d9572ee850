"""Which language a reader gets: RFC 4647 lookup over what was asked for, with CLDR's knowledge of related languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from locales import cldr
from locales.sentences import ENGLISH, PSEUDO

_MOST_RANGES = 32
"""A header may carry any number of ranges; nobody reads more languages than this."""


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
    if cldr.is_plain(tag):
        return tag
    from locales.related import plain

    found = plain(tag)
    return None if found is None else found.to_tag()


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
    if PSEUDO in supported:
        if tag == PSEUDO:
            return Reader(PSEUDO, PSEUDO, tuple(_fallbacks(ENGLISH)))
        supported = tuple(one for one in supported if one != PSEUDO)
    language = tag.partition("-")[0]
    if cldr.is_plain(tag) and [one for one in supported if one.partition("-")[0] == language] == [language]:
        return Reader(tag, language, tuple(_fallbacks(tag)))
    from locales.related import match

    found = match(tag, supported)
    return None if found is None else Reader(*found, tuple(_fallbacks(found[0])))


def _fallbacks(locale: str) -> Iterator[str]:
    """The tag itself, then what CLDR lets it inherit from: `zh-TW`, `zh-Hant-TW`, `zh-Hant`."""
    yield from dict.fromkeys((locale, *cldr.parents(cldr.tag_of(cldr.known(locale)))))
