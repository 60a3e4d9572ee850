"""Looks for English that did not go through the catalogs, in what was said in the pseudo-locale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_ENGLISH = re.compile(r"(?<![\w/`.=-])[A-Za-z]?[a-z]{2,}(?: [A-Za-z]?[a-z]+)+")


def plain_english(text: str) -> list[str]:
    """Two words or more that follow each other outside the brackets of the pseudo-locale."""
    before = None
    while before != text:
        before, text = text, _BRACKETS.sub(" | ", text)
    return _ENGLISH.findall(text)


def strings(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an answer, with the names that lead to it."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from strings(value, f"{path}.{name}")
    elif isinstance(found, list):
        for value in found:
            yield from strings(value, path)
    elif isinstance(found, str):
        yield path, found
