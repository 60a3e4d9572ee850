"""Which language stands for another: langcodes and CLDR's distances, for tags that are not plain (`cldr.is_plain`)."""

from __future__ import annotations

from langcodes import Language, closest_supported_match, standardize_tag
from langcodes.tag_parser import LanguageTagError

_NEAR = 10
"""CLDR's distance up to which one language is offered for another: Swiss German and German are 8 apart, regional
variants at most 5. Danish and Norwegian are 12 apart, and Danes are not to be written to in Norwegian."""

_ALSO_READ = {"nn": "nb", "nb": "nn"}
"""The two written forms of Norwegian, 20 apart for CLDR."""


def match(tag: str, supported: tuple[str, ...]) -> tuple[str, str] | None:
    """The locale and the catalog for a tag; None when no catalog is near enough."""
    asked = plain(tag)
    if asked is None:
        return None
    catalog = _catalog(asked, supported)
    return None if catalog is None else (_locale(asked, catalog), catalog)


def plain(tag: str) -> Language | None:
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


def _locale(asked: Language, catalog: str) -> str:
    """The tag in which the reader is written to: the language of the catalog, in the region that was asked for."""
    ours = Language.get(standardize_tag(catalog, macro=True))
    if ours.language == asked.language:
        found: str = asked.to_tag()
    else:
        found = Language.make(language=ours.language, script=ours.script, territory=asked.territory).to_tag()
    return found
