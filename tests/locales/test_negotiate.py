"""Which reader an `Accept-Language` list or a single tag gives."""

from __future__ import annotations

import pytest
from babel.localedata import locale_identifiers
from hypothesis import example, given
from hypothesis import strategies as st

from locales import cldr, related
from locales.negotiate import Reader, language_tag, negotiate, reader_of

SUPPORTED = ("en", "sv", "nb", "de", "pt-PT", "zh-Hant")


@pytest.mark.parametrize(
    ("wanted", "catalog", "locale"),
    [
        ("sv", "sv", "sv"),
        ("sv-SE", "sv", "sv-SE"),
        ("sv-FI", "sv", "sv-FI"),
        ("SV_se", "sv", "sv-SE"),
        ("nb-NO", "nb", "nb-NO"),
        ("no", "nb", "nb"),
        ("no-NO", "nb", "nb-NO"),
        ("nn", "nb", "nb"),
        ("nn-NO", "nb", "nb-NO"),
        ("zh-TW", "zh-Hant", "zh-TW"),
        ("zh-HK", "zh-Hant", "zh-HK"),
        ("pt-AO", "pt-PT", "pt-AO"),
        ("gsw-CH", "de", "de-CH"),
        ("de-AT", "de", "de-AT"),
        ("en-GB", "en", "en-GB"),
        ("sv-SE-u-nu-latn", "sv", "sv-SE"),
    ],
)
def test_a_language_we_have_is_found_and_its_region_kept_for_formatting(wanted: str, catalog: str, locale: str) -> None:
    found = negotiate(wanted, SUPPORTED)
    assert found is not None
    assert (found.catalog, found.locale) == (catalog, locale)


@pytest.mark.parametrize("wanted", ["da", "da-DK", "xx", "fi", "zh-CN", "sv-Cyrl", "und", "*", "", None])
def test_a_language_we_do_not_have_gives_none_so_that_the_caller_goes_on(wanted: str | None) -> None:
    assert negotiate(wanted, SUPPORTED) is None


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv-SE"),
        ("en;q=0.5, sv-FI;q=0.7", "sv-FI"),
        ("fi-FI, da;q=0.9, sv;q=0.3, *;q=0.1", "sv"),
        ("sv;q=0, en", "en"),
        ("en, sv", "en"),
        ("de ; q = 0.9 , sv ; q = 1.0", "sv"),
    ],
)
def test_the_most_wanted_language_that_we_have_wins(header: str, locale: str) -> None:
    found = negotiate(header, SUPPORTED)
    assert found is not None
    assert found.locale == locale


@pytest.mark.parametrize(
    ("wanted", "fallbacks"),
    [
        ("sv-FI", ("sv-FI", "sv")),
        ("en-GB", ("en-GB", "en-001", "en")),
        ("pt-AO", ("pt-AO", "pt-PT", "pt")),
        ("zh-TW", ("zh-TW", "zh-Hant-TW", "zh-Hant")),
    ],
)
def test_names_that_users_write_are_looked_up_from_the_region_to_the_language(
    wanted: str, fallbacks: tuple[str, ...]
) -> None:
    found = negotiate(wanted, SUPPORTED)
    assert found is not None
    assert found.fallbacks == fallbacks


@given(st.text(max_size=60))
@example("q=;;,=")
@example("sv;q=much, en;q=nan, de;q=2")
@example("x-klingon, i-klingon, en-US-posix-x")
@example("a" * 5000)
@example("sv," * 5000)
def test_a_malformed_header_never_raises(header: str) -> None:
    found = negotiate(header, SUPPORTED)
    assert found is None or found.catalog in SUPPORTED


def test_a_weight_that_is_no_number_does_not_count() -> None:
    assert negotiate("sv;q=much, en;q=0.1", SUPPORTED) == Reader("en", "en", ("en",))
    assert negotiate("sv;q=nan", SUPPORTED) is None


def test_who_must_get_a_reader_gets_english_at_last() -> None:
    assert reader_of("sv-FI", SUPPORTED).catalog == "sv"
    assert reader_of("xx", SUPPORTED) == Reader("en", "en", ("en",))


def test_a_plain_tag_is_read_as_by_those_who_know_how_languages_are_related() -> None:
    tags = [name.replace("_", "-") for name in locale_identifiers()]
    plain = [tag for tag in tags if cldr.is_plain(tag)]
    assert len(plain) > len(tags) / 2
    for tag in plain:
        language = tag.partition("-")[0]
        assert cldr.known(tag) == cldr.nearest(tag)
        assert str(related.plain(tag)) == language_tag(tag) == tag
        for supported in ((language,), tuple({"nb", "nn", "da", "en", language})):
            reader = negotiate(tag, supported)
            assert reader is not None
            assert (reader.locale, reader.catalog) == related.match(tag, supported)


@pytest.mark.parametrize("tag", ["iw", "zh-TW", "sv-DE", "en-UK", "SV-se", "sv_SE", "sr-Latn", "tok", "sv-SE-x-y"])
def test_what_is_written_otherwise_is_not_plain(tag: str) -> None:
    assert not cldr.is_plain(tag)
