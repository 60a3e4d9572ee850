"""A language for tests of the program: English with accents, in brackets, and as much longer as others are.

Whatever reads as plain English with it did not go through the catalogs; whatever breaks is laid out too tightly. It is
made from the templates when it is asked for, and spoken only after `offer`: by tests, and where `CREDITGRAPH_LOCALE` of
the process names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from locales import sentences
from locales.sentences import ENGLISH, FOLDER, PSEUDO, ids_of, read, strings_of

_KEPT = re.compile(r"(\{[^}]*\}|`[^`]*`)")
"""What stays as it is: placeholders and quoted names."""

_ACCENTS = str.maketrans("AaCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz", "ÅåÇçĐđÉéĜĝĤĥÎîĴĵĶķĻļÑñÖöŔŕŠšŢţÛûŴŵÝýŽž")

LONGER = 0.4
"""How much longer than English: German and Finnish are, at their longest sentences."""


def pseudo(text: str) -> str:
    """An English sentence in the language."""
    parts = [part if _KEPT.fullmatch(part) else part.translate(_ACCENTS) for part in _KEPT.split(text)]
    return f"[{''.join(parts)}{' ' if text else ''}{'~' * round(LONGER * len(text))}]"


def made(book: str) -> Catalog:
    """The catalog of a book, from its template; the English of labels is in the English catalog."""
    with (FOLDER / f"{book}.pot").open("rb") as file:
        catalog = read_po(file)
    catalog.locale = ENGLISH
    english = read(ENGLISH) if book == sentences.MESSAGES else Catalog(locale=ENGLISH)
    for message in catalog:
        if message.id:
            label = english.get(str(message.id), message.context) if message.context else None
            texts = ids_of(message) if label is None else strings_of(label)
            said = tuple(map(pseudo, texts))
            message.string = said if message.pluralizable else said[0]
    return catalog


def offer() -> None:
    """Speak it from now on, to whoever asks for `en-XA`."""
    if PSEUDO not in sentences.MADE:
        sentences.MADE[PSEUDO] = made
        sentences.catalogs.cache_clear()


@contextmanager
def offered() -> Iterator[None]:
    """Speak it for a while."""
    offer()
    try:
        yield
    finally:
        del sentences.MADE[PSEUDO]
        sentences.catalogs.cache_clear()
