"""Messages and labels in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from domain.decision import CreditOutcome
from domain.message import Message, Percent, Value
from domain.money import Money
from locales.negotiate import negotiate
from locales.say import SentenceIncomplete, label, labelled, labels, reader, say, written
from locales.sentences import Words, catalogs, compiled
from locales.sentences import words as real_words

SV = """
msgid ""
msgstr ""
"Language: sv\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "{who} owes {amount}."
msgstr "{who} är skyldig {amount}."

msgid "{count} day late"
msgid_plural "{count} days late"
msgstr[0] "{count} dag för sent"
msgstr[1] "{count} dagar för sent"

msgid "Half done"
msgid_plural "Halves done"
msgstr[0] "Halvt"
msgstr[1] ""

#, fuzzy
msgid "Perhaps"
msgstr "Kanske"

msgid "Broken"
msgstr "Trasig {missing}"

msgctxt "Colour"
msgid "RED"
msgstr "Röd"

#, fuzzy
msgctxt "Colour"
msgid "BLUE"
msgstr "Kanske blå"
"""


MADE = {
    "sv": compiled(read_po(BytesIO(SV.encode()), locale="sv")),
    "en": Words(compiled(Catalog(locale="en")).sentences, {"Colour": {"RED": "Red", "BLUE": "Blue"}}),
}
"""Catalogs made here instead of those of the house."""

made = MADE.__getitem__


@pytest.mark.parametrize(
    ("value", "swedish", "american"),
    [
        (Money(Decimal("110000"), "SEK"), "110\u00a0000,00\u00a0kr", "SEK\u00a0110,000.00"),
        (Money(Decimal("-0.5"), "EUR"), "−0,50\u00a0€", "-€0.50"),
        (1234, "1\u00a0234", "1,234"),
        (Decimal("11.2345"), "11,2345", "11.2345"),
        (Decimal("1.0000001"), "1,0000001", "1.0000001"),
        (Percent(Decimal("80.5")), "80,5\u00a0%", "80.5%"),
        (Percent(Decimal("91.666666")), "91,67\u00a0%", "91.67%"),
        (date(2026, 11, 23), "23 nov. 2026", "Nov 23, 2026"),
        ("SO-1000", "SO-1000", "SO-1000"),
        (CreditOutcome.HELD, "Spärrad", "Held"),
    ],
)
def test_every_kind_of_value_is_written_for_the_reader(value: Value | Percent, swedish: str, american: str) -> None:
    assert (written(value, "sv-SE"), written(value, "en-US")) == (swedish, american)


def test_a_sentence_is_said_in_the_language_with_its_values() -> None:
    message = Message("{who} owes {amount}.", {"who": "Åkes {amount}", "amount": Money(Decimal(5), "SEK")})
    assert say(message, "sv-SE", made) == "Åkes {amount} är skyldig 5,00\u00a0kr."
    assert say(message, "en-GB", made) == "Åkes {amount} owes SEK\u00a05.00."


def test_the_count_chooses_the_plural_form() -> None:
    def late(count: int) -> Message:
        return Message("{count} day late", {"count": count}, plural="{count} days late", count="count")

    assert [say(late(n), "sv", made) for n in (0, 1, 2)] == ["0 dagar för sent", "1 dag för sent", "2 dagar för sent"]
    assert [say(late(n), "en", made) for n in (0, 1, 2)] == ["0 days late", "1 day late", "2 days late"]


@pytest.mark.parametrize("text", ["Never translated", "Perhaps"])
def test_a_sentence_without_a_certain_translation_is_said_in_english(text: str) -> None:
    assert say(Message(text), "sv", made) == text


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [
        ("fr", 0, "Le plus ancien poste impayé a moins de 0 jour de retard."),
        ("fr", 2, "Le plus ancien poste impayé a moins de 2 jours de retard."),
        ("fi", 0, "Vanhin maksamaton erä on alle 0 päivää myöhässä."),
        ("fi", 1, "Vanhin maksamaton erä on alle 1 päivän myöhässä."),
        ("ja", 1, "最も古い未払い明細の延滞は 1 日未満です。"),
        ("ja", 2, "最も古い未払い明細の延滞は 2 日未満です。"),
    ],
)
def test_every_language_counts_by_its_own_rule(language: str, days: int, said: str) -> None:
    one = "The oldest unpaid item is less than {days} day overdue."
    many = "The oldest unpaid item is less than {days} days overdue."
    assert say(Message(one, {"days": days}, plural=many, count="days"), language) == said


def test_a_plural_translated_by_half_is_said_in_english() -> None:
    assert say(Message("Half done", {"n": 2}, plural="Halves done", count="n"), "sv", made) == "Halves done"


def test_a_translation_that_asks_for_a_missing_value_warns_and_gives_way_to_english() -> None:
    with pytest.warns(SentenceIncomplete, match="no missing for 'Broken'"):
        assert say(Message("Broken"), "sv", made) == "Broken"


def test_a_message_without_a_value_it_names_is_still_said() -> None:
    with pytest.warns(SentenceIncomplete):
        assert say(Message("{who} owes {amount}.", {"who": "A"}), "sv", made) == "A owes {amount}."


def test_a_value_that_ends_in_a_full_stop_ends_its_sentence_without_a_second_one() -> None:
    owed = {"amount": Money(Decimal("1234.5"), "DKK")}
    assert say(Message("More than {amount} is overdue.", owed), "da").endswith(" 1.234,50\u00a0kr.")
    assert say(Message("{who} owes {amount}.", {"who": "A. B.", **owed}), "da").startswith("A. B. owes 1.234,50")
    assert say(Message("More than {amount} is overdue.", owed), "sv").endswith(" 1\u00a0234,50\u00a0Dkr.")


def test_labels_fall_back_to_english_and_then_to_the_code() -> None:
    assert label("Colour", "RED", "sv", made) == "Röd"
    assert label("Colour", "BLUE", "sv", made) == "Blue"
    with pytest.warns(SentenceIncomplete, match=r"no label for Colour\.DARK_RED"):
        assert label("Colour", "DARK_RED", "sv", made) == "Dark red"


def test_labels_of_an_enum_come_in_its_order_in_every_language() -> None:
    values = [member.value for member in CreditOutcome]
    assert list(labels("CreditOutcome", "sv")) == values
    assert list(labels("CreditOutcome", "en-GB")) == values
    assert labels("CreditOutcome", "sv")["HELD"] == "Spärrad"
    assert labels("NoSuchEnum", "sv") == {}
    assert "CreditOutcome" in labelled()


def test_a_negotiated_reader_and_its_tag_say_the_same() -> None:
    asked = negotiate("sv-FI, en;q=0.5", catalogs())
    assert asked is not None
    message = Message("The customer is on hold.")
    assert say(message, asked) == say(message, "sv-FI") == "Kunden är spärrad."
    assert reader("tlh").catalog == "en"


def test_the_house_speaks_eight_languages_and_labels_every_enum_in_each() -> None:
    assert catalogs() == ("en", "da", "de", "fi", "fr", "ja", "nb", "sv")
    for language in catalogs():
        assert real_words(language).labels.keys() == real_words("en").labels.keys(), language


def test_an_enum_of_the_callers_own_is_said_by_its_code_with_a_warning() -> None:
    class Stranger(StrEnum):
        ODD_ONE = "ODD_ONE"

    with pytest.warns(SentenceIncomplete):
        assert written(Stranger.ODD_ONE, "sv") == "Odd one"
