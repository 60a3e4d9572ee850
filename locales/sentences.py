"""The translated sentences and labels of one language, compiled in memory from its `.po` file at first use.

A language has two books: `messages`, what people are told, and `schema`, the descriptions that front-end teams read.
English has no `schema`: its descriptions stand in the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
ENGLISH = "en"
MESSAGES, DESCRIPTIONS = "messages", "schema"

PSEUDO = "en-XA"
"""The language that is none (`locales.pseudo`)."""

MADE: dict[str, Callable[[str], Catalog]] = {}
"""Languages that are spoken but have no files: by their books' names, the catalogs."""


@dataclass(frozen=True)
class Words:
    """Sentences by their English, labels by enum and value. A sentence that is missing is given in English."""

    sentences: GNUTranslations
    labels: Mapping[str, Mapping[str, str]]


def path_of(language: str, folder: Path = FOLDER, book: str = MESSAGES) -> Path:
    """Where a catalog of a language is kept."""
    return folder / language / "LC_MESSAGES" / f"{book}.po"


def languages(folder: Path = FOLDER, book: str = MESSAGES) -> tuple[str, ...]:
    """The languages that have a catalog (BCP 47), English first."""
    found = sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{book}.po"))
    return tuple(sorted(found, key=lambda language: language != ENGLISH))


@cache
def catalogs() -> tuple[str, ...]:
    """The languages creditgraph speaks, found once."""
    return (*languages(), *MADE)


def read(language: str, folder: Path = FOLDER, book: str = MESSAGES) -> Catalog:
    """The catalog as it is written, with whatever is wrong in it."""
    with path_of(language, folder, book).open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"))


@cache
def words(language: str, book: str = MESSAGES) -> Words:
    """The sentences of a language that has the book, read once."""
    return compiled(MADE[language](book) if language in MADE else read(language, book=book))


def compiled(catalog: Catalog) -> Words:
    """A catalog ready for use. Uncertain and half-empty entries count as missing."""
    labels: dict[str, dict[str, str]] = {}
    for message in list(catalog):
        strings = strings_of(message)
        if message.id and (message.fuzzy or not strings or not all(strings)):
            catalog.delete(message.id, message.context)
        elif message.context:
            labels.setdefault(message.context, {})[str(message.id)] = strings[0]
    binary = BytesIO()
    write_mo(binary, catalog)
    binary.seek(0)
    return Words(GNUTranslations(binary), labels)


def strings_of(message: Message) -> tuple[str, ...]:
    """The translations of an entry: one, or one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def ids_of(message: Message) -> tuple[str, ...]:
    """The English of an entry: one sentence, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)
