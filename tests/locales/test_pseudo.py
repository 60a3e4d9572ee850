"""The pseudo-locale: made from the templates, longer than English, whole, and spoken only when it is asked for."""

from __future__ import annotations

import pytest

from domain.decision import CreditOutcome
from domain.message import Message
from locales.negotiate import Reader, negotiate
from locales.pseudo import LONGER, made, offered, pseudo
from locales.say import PLACEHOLDER, label, say
from locales.sentences import DESCRIPTIONS, FOLDER, MESSAGES, PSEUDO, catalogs, ids_of, languages, strings_of
from tests.locales.plain import plain_english


def test_it_keeps_placeholders_and_quoted_names_and_is_longer() -> None:
    text = "Order {number} goes by `updatedAt`."
    said = pseudo(text)
    assert said == "[Öŕđéŕ {number} ĝöéš bý `updatedAt`. ~~~~~~~~~~~~~~]"
    assert len(said) >= len(text) * (1 + LONGER)
    assert plain_english(said) == []


@pytest.mark.parametrize("book", [MESSAGES, DESCRIPTIONS])
def test_it_has_every_sentence_with_its_placeholders_and_plurals(book: str) -> None:
    entries = [message for message in made(book) if message.id]
    assert len(entries) > 500
    for message in entries:
        english, said = ids_of(message), strings_of(message)
        assert len(said) == len(english)
        assert list(map(PLACEHOLDER.findall, said)) == list(map(PLACEHOLDER.findall, english))
        assert all(text.startswith("[") for text in said)


def test_it_is_spoken_only_while_it_is_offered() -> None:
    message = Message("The customer is on hold.")
    assert PSEUDO not in catalogs()
    assert negotiate(PSEUDO, catalogs()) == Reader("en-XA", "en", ("en-XA", "en"))
    with offered():
        assert catalogs()[-1] == PSEUDO
        assert say(message, PSEUDO) == pseudo(message.text)
        assert label("CreditOutcome", CreditOutcome.HELD, PSEUDO) == pseudo("Held")
    assert PSEUDO not in catalogs()


@pytest.mark.parametrize("wanted", ["en", "en-GB", "en-US", "en-ZZ", "sv-FI"])
def test_nobody_else_gets_it(wanted: str) -> None:
    with offered():
        assert negotiate(wanted, catalogs()) == negotiate(wanted, languages())


def test_it_is_no_file() -> None:
    assert not (FOLDER / PSEUDO).exists()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[Å šéñţéñçé] for people", ["for people"]),
        ("[Å [ñéšţéđ] öñé] 100.00", []),
        ("SE01 CREDIT_LIMIT", []),
        ("customers.account in /a/b-c", []),
        ("Sign in.", ["Sign in"]),
    ],
)
def test_plain_english_is_found_outside_of_brackets(text: str, left: list[str]) -> None:
    assert plain_english(text) == left
