"""Numbers, days and words of a file are read by the declared way of writing them; nothing else is taken."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusal import ErrorCode
from persistence.importing.declaration import Dialect, Field, FieldType
from persistence.importing.nouns import NOUNS
from persistence.importing.values import BadValue, parser

SWEDISH = Dialect(decimal=",", days="YYYY-MM-DD")
ENGLISH = Dialect(decimal=".", groups=",", days="M/D/YYYY")
GERMAN = Dialect(decimal=",", groups=".", days="DD.MM.YYYY", yes="ja", no="nein")
RATE = Field("rate", "", FieldType.RATE)
AMOUNT = Field("amount", "", FieldType.AMOUNT)
OR_ZERO = Field("amount", "", FieldType.AMOUNT, zero=True)
DAY = Field("day", "", FieldType.DAY)
PERCENT = Field("percent", "", FieldType.PERCENT)


@pytest.mark.parametrize(
    ("dialect", "written", "value"),
    [
        (SWEDISH, "1\u00a0234,50", "1234.5"),
        (SWEDISH, "1\u202f234\u202f567,5", "1234567.5"),
        (SWEDISH, "1234,50", "1234.5"),
        (SWEDISH, "0012", "12"),
        (ENGLISH, "1,234.50", "1234.5"),
        (GERMAN, "1.234,50", "1234.5"),
        (GERMAN, "0,0", "0"),
    ],
)
def test_a_number_is_read_as_its_dialect_writes_it(dialect: Dialect, written: str, value: str) -> None:
    assert parser(OR_ZERO, dialect)(written) == value


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        (SWEDISH, "1234.50"),
        (SWEDISH, "1 234,50"),
        (SWEDISH, "1\u00a023,50"),
        (SWEDISH, "12\u00a034"),
        (ENGLISH, "1234,50"),
        (ENGLISH, "1,23,456"),
        (GERMAN, "1,234.50"),
        (ENGLISH, "1e3"),
        (ENGLISH, "NaN"),
        (ENGLISH, "Infinity"),
        (ENGLISH, ".5"),
        (ENGLISH, "5."),
        (ENGLISH, "+5"),
        (ENGLISH, "5 USD"),
        (ENGLISH, "\u0661\u0662"),
        (ENGLISH, "(5.00)"),
    ],
)
def test_a_number_written_in_another_way_is_not_guessed(dialect: Dialect, written: str) -> None:
    with pytest.raises(BadValue) as bad:
        parser(OR_ZERO, dialect)(written)
    assert bad.value.code is ErrorCode.INVALID_VALUE


@pytest.mark.parametrize("minus", ["-", "\u2212"])
def test_a_minus_is_a_hyphen_or_the_minus_sign_and_no_amount_has_one(minus: str) -> None:
    with pytest.raises(BadValue) as bad:
        parser(AMOUNT, SWEDISH)(f"{minus}5,00")
    assert bad.value.code is ErrorCode.AMOUNT_NEGATIVE
    assert parser(OR_ZERO, SWEDISH)(f"{minus}0,00") == "0"


def test_zero_is_an_amount_only_where_it_may_be() -> None:
    assert parser(OR_ZERO, ENGLISH)("0.00") == "0"
    with pytest.raises(BadValue, match="above zero"):
        parser(AMOUNT, ENGLISH)("0.00")


def test_thirteen_digits_are_the_most() -> None:
    assert parser(AMOUNT, ENGLISH)("9999999999999.99") == "9999999999999.99"
    with pytest.raises(BadValue, match="too large"):
        parser(AMOUNT, ENGLISH)("10000000000000")


@given(st.decimals(min_value="0.01", max_value="9999999999999", places=2))
def test_every_amount_that_is_written_plainly_is_read_exactly(value: Decimal) -> None:
    text = f"{value:f}"
    assert Decimal(parser(AMOUNT, ENGLISH)(text)) == Decimal(text)
    grouped = f"{Decimal(text):,f}".replace(",", "\u00a0").replace(".", ",")
    assert Decimal(parser(AMOUNT, SWEDISH)(grouped)) == Decimal(text)


@pytest.mark.parametrize(
    ("dialect", "written", "value"),
    [
        (SWEDISH, "2026-03-01", "2026-03-01"),
        (ENGLISH, "3/1/2026", "2026-03-01"),
        (ENGLISH, "03/01/2026", "2026-03-01"),
        (GERMAN, "01.03.2026", "2026-03-01"),
        (SWEDISH, "9999-12-31", "9999-12-31"),
    ],
)
def test_a_day_is_read_as_its_dialect_writes_it(dialect: Dialect, written: str, value: str) -> None:
    assert parser(DAY, dialect)(written) == value


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        (SWEDISH, "2026-3-1"),
        (SWEDISH, "01/03/2026"),
        (SWEDISH, "2026-02-29"),
        (SWEDISH, "1899-12-31"),
        (SWEDISH, "2026-03-01T00:00"),
        (ENGLISH, "13/1/2026"),
        (ENGLISH, "3/1/26"),
        (GERMAN, "1.3.2026"),
        (GERMAN, "01x03x2026"),
    ],
)
def test_a_day_written_in_another_way_is_not_guessed(dialect: Dialect, written: str) -> None:
    with pytest.raises(BadValue, match="not a day"):
        parser(DAY, dialect)(written)


def test_words_for_yes_and_no_are_the_declared_ones() -> None:
    flag = parser(Field("flag", "", FieldType.FLAG), GERMAN)
    assert (flag("ja"), flag("nein")) == ("true", "false")
    with pytest.raises(BadValue):
        flag("true")


@pytest.mark.parametrize("written", ["-0.0001", "100.0001", "101", "0.00001"])
def test_a_share_lies_between_nothing_and_all(written: str) -> None:
    assert parser(PERCENT, ENGLISH)("100") == "100"
    assert parser(PERCENT, ENGLISH)("0.0001") == "0.0001"
    with pytest.raises(BadValue):
        parser(PERCENT, ENGLISH)(written)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (FieldType.CURRENCY, "SEK", "Sek"),
        (FieldType.COUNTRY, "SE", "SWE"),
        (FieldType.LOCALE, "zh-Hant-TW", "sv_SE"),
        (FieldType.TIME_ZONE, "Europe/Stockholm", "../etc/passwd"),
        (FieldType.WHOLE, "30", "-30"),
        (FieldType.CHOICE, "A", "a"),
    ],
)
def test_codes_are_written_as_codes_are(kind: FieldType, good: str, bad: str) -> None:
    parse = parser(Field("code", "", kind, choices=("A", "B")), ENGLISH)
    assert parse(good) == good
    with pytest.raises(BadValue):
        parse(bad)


def test_a_rate_is_above_zero_and_as_fine_as_it_is_kept() -> None:
    assert parser(RATE, ENGLISH)("0.0000000001") == "0.0000000001"
    for bad in ("0", "-1", "1.00000000001"):
        with pytest.raises(BadValue):
            parser(RATE, ENGLISH)(bad)


def test_the_guide_names_every_column_of_every_kind_in_their_order() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "importing.md").read_text()
    written = {
        kind: re.findall(r"^\| \**`(\w+)`\** \|", text, re.MULTILINE)
        for kind, text in re.findall(r"^### `([\w-]+)\.csv`\n(.*?)(?=^### |\Z)", guide, re.MULTILINE | re.DOTALL)
    }
    assert written == {noun.name: [field.name for field in noun.fields] for noun in NOUNS.values()}
    must = [f"**`{field.name}`**" for noun in NOUNS.values() for field in noun.fields if field.required]
    assert re.findall(r"\*\*`\w+`\*\*", guide) == must
