"""What is wrong with a catalog: stale, empty, uncertain or obsolete entries, other placeholders, other words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural

from locales.glossary import Term, broken
from locales.say import PLACEHOLDER
from locales.sentences import ENGLISH, ids_of, strings_of

Key = tuple[str | None, tuple[str, ...]]

_BRACE = re.compile(r"[{}]")
_WORD = re.compile(r"\b[A-Za-z]{3,}\b")
_SENTENCE = 3
"""Words from which on a text is a sentence, which no two languages write alike."""

_CODE = re.compile(r"`[^`]*`")
"""What a description quotes: names and values, the same in every language."""


def stale(kept: Catalog, template: Catalog, name: str) -> Iterator[str]:
    """How the committed template, the file of this name, differs from what the code asks for."""
    old, new = _entries(kept), _entries(template)
    for key in [key for key in new if key not in old]:
        yield f"{name}: lacks {_shown(new[key])}"
    for key in [key for key in old if key not in new]:
        yield f"{name}: still has {_shown(old[key])}"
    for key in [key for key in old if key in new]:
        if old[key].auto_comments != new[key].auto_comments or _places(old[key]) != _places(new[key]):
            yield f"{name}: other place or comment for {_shown(new[key])}"


def problems(catalog: Catalog, template: Catalog, terms: tuple[Term, ...], english: Catalog) -> Iterator[str]:
    """Everything that keeps one language's catalog from being whole. `english` has the English labels."""
    language = str(catalog.locale).replace("_", "-")
    entries, wanted = _entries(catalog), _entries(template)
    for key in [key for key in wanted if key not in entries]:
        yield f"{language}: lacks {_shown(wanted[key])}"
    for key in [key for key in entries if key not in wanted]:
        yield f"{language}: nothing asks for {_shown(entries[key])}"
    for message in catalog.obsolete.values():
        yield f"{language}: obsolete {_shown(message)}"
    expected = get_plural(str(catalog.locale))
    if catalog.num_plurals != expected.num_plurals or catalog.plural_expr != expected.plural_expr:
        yield f"{language}: Plural-Forms is not {expected.plural_forms}"
    for message in entries.values():
        yield from (f"{language}: {problem}: {_shown(message)}" for problem in _wrong(message, catalog, language))
    labels = _entries(english)
    for key, message in entries.items():
        text = (strings_of(labels[key]) if message.context and key in labels else key[1])[-1:]
        said = "".join(strings_of(message)[-1:])
        wrong = broken("".join(text), said, terms) if said else ()
        yield from (f"{language}: {each}: {_shown(message)}" for each in wrong)


def _wrong(message: Message, catalog: Catalog, language: str) -> Iterator[str]:
    strings = strings_of(message)
    if message.fuzzy:
        yield "fuzzy"
    if language == ENGLISH and not message.context:
        # The code holds the English sentence; a second one here could only differ from it.
        if any(strings):
            yield "English sentences are changed in the code, not in the catalog"
        return
    if not strings or not all(text.strip() for text in strings):
        yield "empty"
        return
    if isinstance(message.id, tuple) and len(strings) != catalog.num_plurals:
        yield f"{len(strings)} of {catalog.num_plurals} plural forms"
    yield from _placeholders(ids_of(message), strings)
    yield from _untouched(ids_of(message), strings)


def _placeholders(ids: tuple[str, ...], strings: tuple[str, ...]) -> Iterator[str]:
    """The last form has all of the plural's; another may leave out only what the English singular does."""
    most = set(PLACEHOLDER.findall(ids[-1]))
    least = most & set(PLACEHOLDER.findall(ids[0]))
    for position, text in enumerate(strings):
        has = set(PLACEHOLDER.findall(text))
        enough = has == most if position == len(strings) - 1 else least <= has <= most
        if not enough:
            yield f"placeholders {sorted(has)} instead of {sorted(most)}"
        if _BRACE.search(PLACEHOLDER.sub("", _CODE.sub("", text))):
            yield "a brace outside a placeholder"
        if (quoted := set(_CODE.findall(text))) != (quoting := set(_CODE.findall(ids[-1]))):
            yield f"quotes {sorted(quoted)} instead of {sorted(quoting)}"


def _untouched(ids: tuple[str, ...], strings: tuple[str, ...]) -> Iterator[str]:
    """Spaces at the ends join a sentence to what stands beside it; a sentence of several words is another's English."""
    for text in strings:
        if text != text.strip() and ids[0] == ids[0].strip():
            yield "spaces at an end"
        if text in ids and len(_WORD.findall(_CODE.sub("", PLACEHOLDER.sub("", text)))) >= _SENTENCE:
            yield "still in English"


def _entries(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context, ids_of(message)): message for message in catalog if message.id}


def _places(message: Message) -> set[str]:
    return {file for file, _ in message.locations}


def _shown(message: Message) -> str:
    name = f"{message.context}." if message.context else ""
    return name + repr(ids_of(message)[0])
