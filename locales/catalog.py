"""Keeps the catalogs: `update` takes new and changed sentences in, `check` fails unless every catalog is whole."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from locales.extract import Found, found
from locales.glossary import terms
from locales.sentences import DESCRIPTIONS, ENGLISH, FOLDER, MESSAGES, languages, path_of, read
from locales.wholeness import problems, stale

Asked = Callable[[], Iterable[Found]]
"""What the code asks for: sentences and labels, or the descriptions of the schema."""

_HEADERS = {
    MESSAGES: "# Sentences of creditgraph. English labels are in en; English sentences are in the code itself.",
    DESCRIPTIONS: "# Descriptions in the schema of creditgraph. The English ones are in the code itself.",
}


def main(
    arguments: list[str] | None = None,
    folder: Path = FOLDER,
    asked: Asked = found,
    book: str = MESSAGES,
    program: str = "locales.catalog",
) -> int:
    """`python -m locales.catalog update|check`; the exit status is 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help=f"write {book}.pot and bring every {book}.po up to date")
    commands.add_parser("check", help="list whatever is stale, empty, fuzzy, obsolete or against the glossary")
    if parser.parse_args(arguments).command == "update":
        update(folder, asked, book)
        return 0
    wrong = list(check(folder, asked, book))
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def template_path(folder: Path = FOLDER, book: str = MESSAGES) -> Path:
    """Where the template is kept."""
    return folder / f"{book}.pot"


def template(asked: Asked = found, book: str = MESSAGES) -> Catalog:
    """What the code asks for now."""
    catalog = Catalog(
        project="creditgraph",
        version="1",
        header_comment=_HEADERS[book],
        msgid_bugs_address="none",
        last_translator="creditgraph",
        language_team="creditgraph",
        fuzzy=False,
    )
    for each in asked():
        catalog.add(
            each.text if each.plural is None else (each.text, each.plural),
            locations=[(each.where, 1)],
            auto_comments=[each.note] if each.note else (),
            context=each.context,
        )
    return catalog


def update(folder: Path = FOLDER, asked: Asked = found, book: str = MESSAGES) -> None:
    """Rewrite the template and every catalog. Translations of sentences that stayed the same are kept, no others."""
    wanted = template(asked, book)
    if template_path(folder, book).exists():
        wanted.creation_date = _kept_template(folder, book).creation_date
    _write(template_path(folder, book), wanted)
    for language in languages(folder, book):
        old = read(language, folder, book)
        new = Catalog(
            locale=language.replace("-", "_"),
            project="creditgraph",
            version="1",
            header_comment=_HEADERS[book],
            msgid_bugs_address="none",
            last_translator="creditgraph",
            language_team="creditgraph",
            creation_date=wanted.creation_date,
            revision_date=_day(old),
            fuzzy=False,
        )
        for message in wanted:
            before = old.get(message.id, message.context) if message.id else None
            if message.id:
                same = before is not None and before.id == message.id
                string = before.string if same and before is not None else None
                new.add(message.id, string, message.locations, (), message.auto_comments, context=message.context)
        _write(path_of(language, folder, book), new)


def check(folder: Path = FOLDER, asked: Asked = found, book: str = MESSAGES) -> Iterator[str]:
    """Everything that is wrong, one line each."""
    wanted = template(asked, book)
    yield from stale(_kept_template(folder, book), wanted, f"{book}.pot")
    english = read(ENGLISH, folder)
    yield from missing(folder, book)
    for language in languages(folder, book):
        yield from problems(read(language, folder, book), wanted, terms(language), english)


def missing(folder: Path, book: str) -> Iterator[str]:
    """Languages that have another book but not this one, or no glossary. The English descriptions are in the code."""
    spoken = {*languages(folder), *languages(folder, DESCRIPTIONS)}
    for language in sorted(spoken - {ENGLISH}):
        if language not in languages(folder, book):
            yield f"{language}: has no {book}.po"
        if not terms(language):
            yield f"{language}: has no glossary.toml"


def _kept_template(folder: Path, book: str) -> Catalog:
    with template_path(folder, book).open("rb") as file:
        return read_po(file)


def _day(catalog: Catalog) -> datetime | None:
    return catalog.revision_date if isinstance(catalog.revision_date, datetime) else None


def _write(path: Path, catalog: Catalog) -> None:
    text = BytesIO()
    write_po(text, catalog, width=120, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(text.getvalue())


if __name__ == "__main__":
    raise SystemExit(main())
