"""The command speaks the language of whoever runs it: help, errors, and what click says of itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping

import click
import pytest
from click.testing import CliRunner, Result

from domain.message import N_, Message
from locales.pseudo import offered
from locales.sentences import PSEUDO, catalogs
from server import click_sentences
from server.cli import app
from server.spoken import VARIABLES, here, told
from tests.locales.plain import plain_english

COMMANDS = app.list_commands(click.Context(app))


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine speaks."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


@pytest.mark.parametrize(
    ("environment", "locale", "catalog"),
    [
        ({}, "en", "en"),
        ({"LANG": "sv_SE.UTF-8"}, "sv-SE", "sv"),
        ({"LANG": "sv_FI@euro"}, "sv-FI", "sv"),
        ({"LANG": "C.UTF-8"}, "en", "en"),
        ({"LANG": "sv_SE.UTF-8", "LC_ALL": "C"}, "en", "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "sv_SE"}, "sv-SE", "sv"),
        ({"LANG": "sv_SE.UTF-8", "LC_ALL": ""}, "sv-SE", "sv"),
        ({"LC_ALL": "en_US.UTF-8", "CREDITGRAPH_LOCALE": "sv-SE"}, "sv-SE", "sv"),
        ({"LANG": "sv_SE", "CREDITGRAPH_LOCALE": "tlh"}, "sv-SE", "sv"),
        ({"CREDITGRAPH_LOCALE": "../etc"}, "en", "en"),
    ],
)
def test_the_language_is_our_variables_then_that_of_posix_then_english(
    monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str], locale: str, catalog: str
) -> None:
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert (here().locale, here().catalog) == (locale, catalog)


def test_values_are_written_as_the_readers_country_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "sv_SE.UTF-8")
    assert told(Message(N_("Found: {count}."), {"count": 1234})) == "Hittade: 1\u00a0234."


def test_the_help_is_in_swedish_for_a_swede() -> None:
    said = run("--help", LANG="sv_SE.UTF-8").output
    for part in ("Användning: ", "Kommandon:", "Flaggor:", "Visa den här texten och avsluta.", "Räkna om varje sparad"):
        assert part in said
    assert "Credit and collections" in run("--help", LANG="en_GB.UTF-8").output


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_no_line_of_its_english(command: str) -> None:
    english = run(command, "--help", LANG="C").output
    swedish = run(command, "--help", LANG="sv_SE").output
    same = [line for line in lines(english) if line in set(lines(swedish))]
    assert same == []


def lines(text: str) -> list[str]:
    """Lines with words in them: two of three letters or more, of small letters."""
    return [line.strip() for line in text.splitlines() if len(re.findall(r"(?<![\w=/])[a-z]{3,}\b(?![=_-])", line)) > 2]


@pytest.mark.parametrize(
    ("arguments", "english", "swedish"),
    [
        (("token", "--helo"), "There is no option --helo. Did you mean '--help'?", "Det finns ingen flagga --helo."),
        (("serv",), "There is no command serv. Did you mean 'serve'?", "Det finns inget kommando serv."),
        (("token",), "An option is missing: '--subject'.", "En flagga saknas: '--subject'."),
        (("serve", "--port", "high"), "Invalid value for '--port': high is not a number.", "high är inget tal."),
        (("migrate", "now"), "One argument is too many: now", "Ett argument är för mycket: now"),
        (("migrate", "now", "here"), "Arguments are too many: now here", "Argument är för många: now here"),
        (("migrate", "--check=1"), "The option --check takes no value.", "Flaggan --check tar inget värde."),
        (("serve", "--port"), "The option --port needs a value.", "Flaggan --port behöver ett värde."),
        (
            ("token", "--subject", "a", "--grant", "SE01=EMPEROR"),
            "There is no role EMPEROR.",
            "Det finns ingen roll EMPEROR.",
        ),
    ],
)
def test_a_mistake_is_told_in_the_readers_language(arguments: tuple[str, ...], english: str, swedish: str) -> None:
    for language, sentence in (("C", english), ("sv_SE.UTF-8", swedish)):
        said = run(*arguments, LANG=language)
        assert said.exit_code == 2
        assert sentence in said.stderr
    assert "Usage" not in said.stderr


def test_settings_that_cannot_be_used_are_told_one_a_line_in_the_readers_language() -> None:
    said = run("serve", LANG="sv_SE", CREDITGRAPH_PORT="high", CREDITGRAPH_REPORTING_CURRENCY="kronor")
    assert said.stderr.splitlines() == [
        "Miljön har inställningar som inte kan användas.",
        "CREDITGRAPH_REPORTING_CURRENCY ska se ut som [A-Z]{3}, inte kronor.",
        "CREDITGRAPH_PORT ska vara ett tal från 0 till 65\u00a0535, inte high.",
    ]


def asked() -> Iterator[str]:
    """Every sentence that the installed click asks gettext for, its literals joined."""
    for module in click_sentences.MODULES:
        source = re.sub(r'"\s*\n\s*"', "", inspect.getsource(module))
        yield from re.findall(r'\b(?:_|ngettext)\(\s*"([^"]+)"', source)


def test_the_table_has_only_sentences_that_the_installed_click_says() -> None:
    # "required" is asked for by a variable.
    known = {*click_sentences.SENTENCES, *click_sentences.PLURALS} - {"required"}
    assert known <= set(asked())


def test_a_sentence_of_clicks_outside_the_table_stays_as_it_is() -> None:
    assert click_sentences.said("Repeat for confirmation") == "Repeat for confirmation"
    assert [click_sentences.said_of("one", "many", count) for count in (1, 2)] == ["one", "many"]


def past_the_catalogs(text: str) -> list[str]:
    """English outside of brackets, but for the command itself."""
    return plain_english(re.sub(r"\s+", " ", re.sub(r"\bapp \w+", "", text)))


@pytest.fixture
def pseudo() -> Iterator[None]:
    with offered():
        yield


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_nothing_of_the_help_is_said_past_the_catalogs(command: str) -> None:
    said = run(*([command] if command else []), "--help", CREDITGRAPH_LOCALE=PSEUDO)
    assert said.exit_code == 0
    assert past_the_catalogs(said.output) == []
    assert "~~~" in said.output


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize(
    "arguments",
    [
        ("token",),
        ("token", "--helo"),
        ("serv",),
        ("serve", "--port", "high"),
        ("serve", "--port", "99999"),
        ("serve", "--host", "0.0.0.0"),
        ("migrate", "now", "here"),
        ("token", "--subject", "a", "--grant", "SE01"),
        ("token", "--subject", "a", "--grant", "*=VIEWER", "--locale", "tlh"),
        ("token", "--subject", "a", "--grant", "*=VIEWER", "--kind", "ROBOT"),
        ("import", "/nowhere"),
        ("import", "/", "--set", "x"),
        ("migrate",),
    ],
)
def test_nothing_of_a_mistake_is_said_past_the_catalogs(arguments: tuple[str, ...]) -> None:
    said = run(*arguments, CREDITGRAPH_LOCALE=PSEUDO, DATABASE_URL="mysql://nowhere")
    assert said.exit_code == 2 or "[" in said.stderr
    assert past_the_catalogs(said.stderr) == []


def test_a_process_that_is_told_to_speak_the_pseudo_locale_offers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with offered():
        monkeypatch.setenv("CREDITGRAPH_LOCALE", PSEUDO)
        assert here().catalog == PSEUDO
    assert PSEUDO not in catalogs()
