"""The committed catalogs are whole, and each way of being broken is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from locales.catalog import check, main, missing, template, update
from locales.extract import Found, NotMarkable, enum_values, found, marked
from locales.glossary import Term, broken, terms
from locales.sentences import DESCRIPTIONS, MESSAGES, languages, path_of, read

ASKED = [
    Found("An order of {amount}", "domain/a.py"),
    Found("{count} day", "domain/a.py", plural="{count} days"),
    Found("HELD", "domain/b.py", context="Outcome", note="What became of it."),
]
TRANSLATED = {
    'msgid "An order of {amount}"\nmsgstr ""': 'msgid "An order of {amount}"\nmsgstr "En order på {amount}"',
    'msgstr[0] ""\nmsgstr[1] ""': 'msgstr[0] "{count} dag"\nmsgstr[1] "{count} dagar"',
    'msgid "HELD"\nmsgstr ""': 'msgid "HELD"\nmsgstr "Spärrad"',
}
EMPTY = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


def asked() -> list[Found]:
    """What the code asks for, here."""
    return ASKED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Catalogs of three entries, all well."""
    for language in ("en", "sv"):
        path_of(language, tmp_path).parent.mkdir(parents=True)
        path_of(language, tmp_path).write_text(EMPTY, encoding="utf-8")
    update(tmp_path, asked)
    for old, new in TRANSLATED.items():
        change(tmp_path, "sv", old, new)
    change(tmp_path, "en", 'msgid "HELD"\nmsgstr ""', 'msgid "HELD"\nmsgstr "Held"')
    return tmp_path


def change(folder: Path, language: str, old: str, new: str, book: str = MESSAGES) -> None:
    path = folder / "messages.pot" if language == "pot" else path_of(language, folder, book)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_committed_catalogs_are_whole() -> None:
    assert list(check()) == []


def test_catalogs_as_they_should_be_pass(folder: Path) -> None:
    assert list(check(folder, asked)) == []


@pytest.mark.parametrize(
    ("language", "old", "new", "problem"),
    [
        ("sv", "En order på {amount}", "En order på {belopp}", "placeholders ['belopp'] instead of ['amount']"),
        ("sv", "En order på {amount}", "En order", "placeholders [] instead of ['amount']"),
        ("sv", "En order på {amount}", "En order på {amount} }", "a brace outside a placeholder"),
        ("sv", "En order på {amount}", "", "empty"),
        ("sv", "En order på {amount}", "En beställning på {amount}", "'an order' is 'order'"),
        ("sv", "{count} dagar", "", "empty"),
        ("sv", "{count} dagar", "dagar", "placeholders [] instead of ['count']"),
        ("sv", '{count} dag"', '{days} dag"', "placeholders ['days'] instead of ['count']"),
        ("sv", "En order på {amount}", " En order på {amount}", "spaces at an end"),
        ("sv", "Spärrad", "Stoppad", "'held' is 'spärr'"),
        ("sv", 'msgctxt "Outcome"', '#, fuzzy\nmsgctxt "Outcome"', "fuzzy"),
        ("sv", "nplurals=2; plural=(n != 1)", "nplurals=1; plural=0", "Plural-Forms is not"),
        ("sv", 'msgid "HELD"', 'msgid "OTHER"', "lacks Outcome.'HELD'"),
        ("sv", 'msgid "HELD"', 'msgid "OTHER"', "nothing asks for Outcome.'OTHER'"),
        ("en", "Held", "", "en: empty: Outcome.'HELD'"),
        ("en", 'msgid "An order of {amount}"\nmsgstr ""', 'msgid "An order of {amount}"\nmsgstr "x"', "in the code"),
        ("pot", "An order of", "One order of", "messages.pot: lacks 'An order of {amount}'"),
        ("pot", "An order of", "One order of", "messages.pot: still has 'One order of {amount}'"),
        ("pot", "domain/b.py", "domain/c.py", "messages.pot: other place or comment for Outcome.'HELD'"),
        ("pot", "What became of it.", "Else.", "messages.pot: other place or comment for Outcome.'HELD'"),
    ],
)
def test_what_is_broken_is_found(folder: Path, language: str, old: str, new: str, problem: str) -> None:
    change(folder, language, old, new)
    assert [line for line in check(folder, asked) if problem in line]


@pytest.mark.parametrize("said", ["Gå efter `uppdaterad`.", "Gå efter tiden."])
def test_names_in_backticks_stay_as_they_are(folder: Path, said: str) -> None:
    quoting = [Found("Go by `updatedAt`.", "Customer.updatedAt")]
    path_of("sv", folder, DESCRIPTIONS).write_text(EMPTY, encoding="utf-8")
    update(folder, lambda: quoting, DESCRIPTIONS)
    change(folder, "sv", 'updatedAt`."\nmsgstr ""', 'updatedAt`."\nmsgstr "Gå efter `updatedAt`."', DESCRIPTIONS)
    assert list(check(folder, lambda: quoting, DESCRIPTIONS)) == []
    change(folder, "sv", "Gå efter `updatedAt`.", said, DESCRIPTIONS)
    (problem,) = check(folder, lambda: quoting, DESCRIPTIONS)
    assert problem.endswith("instead of ['`updatedAt`']: 'Go by `updatedAt`.'")


def test_names_of_fields_and_values_are_no_terms() -> None:
    held = (Term("held", ("spärr",)),)
    assert list(broken("Like `held` or HELD.", "Som `held` eller HELD.", held)) == []
    assert list(broken("It was held.", "Den hölls.", held)) == ["'held' is 'spärr'"]


@pytest.mark.parametrize(("said", "english"), [("Tillbaka till banken", False), ("Back to the bank", True)])
def test_a_sentence_that_is_still_in_english_is_found(folder: Path, said: str, english: bool) -> None:
    update(folder, lambda: [Found("Back to the bank", "domain/a.py"), Found("Ok {count}", "domain/a.py")])
    change(folder, "sv", 'bank"\nmsgstr ""', f'bank"\nmsgstr "{said}"')
    change(folder, "sv", 'Ok {count}"\nmsgstr ""', 'Ok {count}"\nmsgstr "Ok {count}"')
    asked = [Found("Back to the bank", "domain/a.py"), Found("Ok {count}", "domain/a.py")]
    assert list(check(folder, lambda: asked)) == (["sv: still in English: 'Back to the bank'"] if english else [])


def test_a_language_without_a_book_or_without_a_glossary_is_not_whole(folder: Path) -> None:
    assert "sv: has no schema.po" in list(missing(folder, DESCRIPTIONS))
    assert list(missing(folder, MESSAGES)) == []
    path_of("tlh", folder).parent.mkdir(parents=True)
    path_of("tlh", folder).write_text(EMPTY, encoding="utf-8")
    assert list(missing(folder, MESSAGES)) == ["tlh: has no glossary.toml"]


def test_an_obsolete_entry_is_found(folder: Path) -> None:
    with path_of("sv", folder).open("a", encoding="utf-8") as file:
        file.write('\n#~ msgid "Gone"\n#~ msgstr "Borta"\n')
    assert list(check(folder, asked)) == ["sv: obsolete 'Gone'"]


def test_an_update_keeps_what_stayed_drops_what_went_and_guesses_nothing(folder: Path) -> None:
    changed = [Found("An order of {amount}!", "domain/a.py"), *ASKED[1:]]
    update(folder, lambda: changed)
    kept = read("sv", folder)
    assert kept["An order of {amount}!"].string == ""
    assert kept["{count} day"].string == ("{count} dag", "{count} dagar")
    assert kept.get("HELD", "Outcome").string == "Spärrad"
    assert "An order of {amount}" not in kept
    assert list(check(folder, lambda: changed)) == ["sv: empty: 'An order of {amount}!'"]


def test_an_update_without_news_writes_the_same_bytes(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("messages.po*")}
    update(folder, asked)
    assert {path: path.read_bytes() for path in before} == before


def test_the_command_fails_with_the_problems_and_has_help(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"], folder, asked) == 0
    change(folder, "sv", 'msgstr "Spärrad"', 'msgstr ""')
    assert main(["check"], folder, asked) == 1
    assert capsys.readouterr().out == "sv: empty: Outcome.'HELD'\n"
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    assert "update" in capsys.readouterr().out


def test_marks_are_found_with_their_plurals_in_the_order_of_the_file() -> None:
    source = 'A = N_("First " "half")\ndef f():\n    return NN_("{n} day", "{n} days"), N_("Last")\n'
    assert list(marked(source, "a.py")) == [
        Found("First half", "a.py"),
        Found("{n} day", "a.py", plural="{n} days"),
        Found("Last", "a.py"),
    ]


@pytest.mark.parametrize("source", ['N_(f"{x}")', "N_(name)", 'N_("")', 'NN_("one")', 'N_("a", "b")', 'N_(text="a")'])
def test_what_no_catalog_can_follow_may_not_be_marked(source: str) -> None:
    with pytest.raises(NotMarkable, match=r"a\.py:1"):
        list(marked(source, "a.py"))


def test_every_enum_of_the_domain_is_asked_for_in_its_order() -> None:
    asked = [(each.context, each.text) for each in enum_values()]
    assert [text for context, text in asked if context == "CreditOutcome"][:3] == ["PASSED", "WARNED", "HELD"]
    assert len(asked) == len(set(asked))
    assert {each.where.partition("/")[0] for each in found()} >= {"domain"}


def test_a_term_inside_a_longer_one_does_not_count() -> None:
    list_of_terms = (
        Term("temporary credit limit", ("tillfällig kreditgräns",)),
        Term("credit limit", ("kreditgräns",)),
    )
    assert list(broken("A temporary credit limit", "En tillfällig kreditgräns", list_of_terms)) == []
    assert list(broken("The credit limits", "Limiterna", list_of_terms)) == ["'credit limit' is 'kreditgräns'"]
    assert list(broken("{credit limit}", "{x}", list_of_terms)) == []


def test_a_word_that_is_not_ours_is_found_whatever_the_english_says() -> None:
    assert list(broken("Limit", "Kreditlimiten", (Term("credit limit", ("kreditgräns",), ("kreditlimit",)),))) == [
        "not 'kreditlimit'"
    ]


def test_each_english_term_is_listed_once() -> None:
    for language in languages():
        english = [term.english for term in terms(language)]
        assert len(english) == len(set(english))
    assert terms("sv")


def test_a_sentence_is_placed_by_its_file_so_that_moved_lines_change_no_catalog(folder: Path) -> None:
    assert "#: domain/a.py\nmsgid" in (folder / "messages.pot").read_text(encoding="utf-8").replace(
        "#, python-brace-format\n", ""
    )
    assert template(asked).get("HELD", "Outcome").locations == [("domain/b.py", 1)]
