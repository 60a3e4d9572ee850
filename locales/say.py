"""Says the domain's messages, and names the values of enums, in the reader's language."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.message import Message, Percent, Value
from domain.money import Money
from locales.format import format_date, format_money, format_number, format_percent
from locales.negotiate import Reader, reader_of
from locales.sentences import ENGLISH, Words, catalogs, words

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PLACE = re.compile(PLACEHOLDER.pattern + r"(\.?)")

Catalogs = Callable[[str], Words]
"""The words of a language by its name; those of the house unless others are given."""

_EXACT_FRACTION = 10
"""Numbers in sentences are written whole up to this many decimals: rates and what people typed have fewer."""

_PERCENT_FRACTION = 2


class SentenceIncomplete(UserWarning):
    """A sentence or label cannot be said as it should. Tests fail on it; a reader gets the next best words."""


def reader(locale: str) -> Reader:
    """A reader of one of our languages; English when there is none for the locale."""
    return reader_of(locale, catalogs())


def say(message: Message, to: Reader | str, of: Catalogs = words) -> str:
    """The sentence in the reader's language with its values written as the reader's country writes them.

    A translation that asks for a value the message lacks is passed over for the English sentence.
    """
    who = reader(to) if isinstance(to, str) else to
    values = {name: written(value, who, of) for name, value in message.values.items()}
    for language in (who.catalog, ENGLISH):
        sentence = template(message, language, of)
        missing = {name for name in PLACEHOLDER.findall(sentence) if name not in values}
        if not missing:
            return _filled(sentence, values)
        warnings.warn(f"{language}: no {', '.join(sorted(missing))} for {message.text!r}", SentenceIncomplete, 2)
    return _filled(sentence, values)


def written(value: Value | Percent, to: Reader | str, of: Catalogs = words) -> str:
    """One value as it stands in a sentence. Days are in the medium style, whose month no reader mistakes."""
    who = reader(to) if isinstance(to, str) else to
    match value:
        case Money():
            return format_money(value.amount, value.currency, who.locale)
        case Percent():
            return format_percent(value.of_hundred, who.locale, _PERCENT_FRACTION)
        case date():
            return format_date(value, who.locale)
        case Decimal() | int():
            return format_number(value, who.locale, _EXACT_FRACTION)
        case StrEnum():
            return label(type(value).__name__, value.value, who, of)
    return value


def label(enum: str, value: str, to: Reader | str, of: Catalogs = words) -> str:
    """What a person calls a value of an enum (the class's name): `Spärrad` for `HELD`."""
    catalog = (reader(to) if isinstance(to, str) else to).catalog
    for language in (catalog, ENGLISH):
        found = of(language).labels.get(enum, {}).get(value)
        if found is not None:
            return found
    warnings.warn(f"no label for {enum}.{value}", SentenceIncomplete, 2)
    return value.replace("_", " ").capitalize()


def labels(enum: str, to: Reader | str) -> dict[str, str]:
    """All values of an enum with their labels, in the enum's order; empty for a name that is none."""
    return {value: label(enum, value, to) for value in words(ENGLISH).labels.get(enum, {})}


def labelled() -> tuple[str, ...]:
    """The names of all enums that have labels."""
    return tuple(words(ENGLISH).labels)


def template(message: Message, language: str, of: Catalogs = words) -> str:
    """The sentence in one of our languages, its placeholders not filled in. English ones stand in the code."""
    found = message.values.get(message.count or "")
    count = found if isinstance(found, int) else 2
    if language == ENGLISH:
        return message.text if message.plural is None or count == 1 else message.plural
    sentences = of(language).sentences
    return (
        sentences.gettext(message.text)
        if message.plural is None
        else sentences.ngettext(message.text, message.plural, count)
    )


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """A value that ends in a full stop (`100 kr.`) ends its sentence with it: no second one follows."""

    def value(match: re.Match[str]) -> str:
        said = values.get(match[1])
        if said is None:
            return match[0]
        return said if said.endswith(".") else said + match[2]

    return _PLACE.sub(value, sentence)
