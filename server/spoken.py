"""What the command says to the person who runs it: in their language, as their country writes numbers and days."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from domain.message import Message, Percent, Value
from locales.negotiate import Reader, negotiate
from locales.say import reader, say
from locales.sentences import ENGLISH, PSEUDO, catalogs

VARIABLES = ("CREDITGRAPH_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where the language is looked for: our own variable, then those that POSIX asks in this order."""

PLAIN = ("C", "POSIX")
"""The locales of POSIX that are no country's: English."""

Words = str | Message | Callable[[], str]
"""A marked sentence, one with values, or whatever is said when it is needed."""


def here() -> Reader:
    """Who reads what this process says, by its environment: the first variable that names a language of ours.

    A process that is told to speak the pseudo-locale offers it to everybody.
    """
    tags = tuple(_named(os.environ))
    if tags[:1] == (PSEUDO,):
        from locales.pseudo import offer

        offer()
    return _reader(tags, catalogs())


def told(words: Words, **values: Value | Percent) -> str:
    """A sentence in the reader's language, its values as the reader's country writes them."""
    if callable(words):
        return words()
    return say(Message(words, values) if isinstance(words, str) else words, here())


@lru_cache
def _reader(tags: tuple[str, ...], supported: tuple[str, ...]) -> Reader:
    found = (negotiate(tag, supported) for tag in tags)
    return next((one for one in found if one is not None), reader(ENGLISH))


def _named(environment: Mapping[str, str]) -> Iterator[str]:
    """The locales that are named, as language tags: `sv_SE.UTF-8@euro` is `sv-SE`."""
    for variable in VARIABLES:
        name = environment.get(variable, "").partition("@")[0].partition(".")[0].strip()
        if name:
            yield ENGLISH if name in PLAIN else name.replace("_", "-")
