"""One word per term: where the English has a term, the translation has the term's word in that language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Term:
    """An English term, the stems that translate it in one language (any of them), and words that must not."""

    english: str
    stems: tuple[str, ...]
    instead_of: tuple[str, ...] = ()


_NAME = re.compile(r"`[^`]*`|\b[A-Z][A-Z_]+\b")
"""Names of fields and values: they are no words of a language, even where they look like a term."""


def terms(language: str) -> tuple[Term, ...]:
    """The terms of a language, longest English first; none when it has no list."""
    path = Path(__file__).parent / language / "glossary.toml"
    if not path.exists():
        return ()
    rows = tomllib.loads(path.read_text("utf-8"))["term"]
    made = (Term(row["en"], tuple(row["stems"]), tuple(row.get("not", ()))) for row in rows)
    return tuple(sorted(made, key=lambda term: -len(term.english)))


def broken(english: str, translation: str, terms: tuple[Term, ...]) -> Iterator[str]:
    """The terms of an English text that its translation does not have, and the words it must not have.

    A term inside a longer one does not count: `credit limit` in `temporary credit limit`.
    """
    said, english = _NAME.sub("", translation).lower(), _NAME.sub("", english)
    for term in terms:
        english, times = _english(term.english).subn("|", english)
        if times and not any(stem in said for stem in term.stems):
            yield f"{term.english!r} is {' or '.join(map(repr, term.stems))}"
        yield from (f"not {word!r}" for word in term.instead_of if re.search(rf"\b{re.escape(word)}", said))


@cache
def _english(term: str) -> re.Pattern[str]:
    plural = rf"{re.escape(term[:-1])}(?:y|ies)" if term.endswith("y") else rf"{re.escape(term)}s?"
    return re.compile(rf"\b{plural}\b(?![^{{]*\}})", re.IGNORECASE)
