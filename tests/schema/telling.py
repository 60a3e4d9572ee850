"""What an answer tells: marks of the other company, counts of what it does not show, what another answer says."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from domain.refusal import ErrorCode
from tests.schema.two_companies import CANARY, DIGITS

_SEPARATORS = re.compile(r"[\s.,'’_]")
_HEX = re.compile(r"[0-9a-f]{32}")
_ALPHABET = re.compile(r"[A-Za-z0-9_-]{16,}")


def leaks(body: Mapping[str, Any], ids: frozenset[str], said: Any = None) -> list[str]:
    """Marked texts, digits and ids in an answer. What the caller `said` itself may be said back in errors."""
    echoed = sorted(set(_texts(said)), key=len, reverse=True)
    found = []
    for text, in_error in _told(body):
        if in_error:
            for echo in echoed:
                text = text.replace(echo, "")
        if _marked(text, ids) or _marked(_uncovered(text), ids):
            found.append(text)
    return found


def miscounted(value: Any, path: str = "") -> list[str]:
    """The lists of an answer, shown whole, whose counts are not the number of records they show."""
    found = []
    if isinstance(value, Mapping):
        page, count, nodes = value.get("pageInfo"), value.get("count"), value.get("nodes")
        whole = page and not page.get("hasNextPage", True) and not page.get("hasPreviousPage", True)
        if whole and count and nodes is not None:
            said, exact = count.get("value", len(nodes)), count.get("precision") == "EXACT"
            found += [path] if said > len(nodes) or (exact and said < len(nodes)) else []
        for name, each in value.items():
            found += miscounted(each, f"{path}.{name}")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            found += miscounted(each, f"{path}.{place}")
    return found


def comparable(body: Mapping[str, Any]) -> Any:
    """An answer without what is different each time: of many errors alike, any may be told first. So may any of the
    rates that are missing, each of which ends the whole question.
    """
    errors = {_error(error) for error in body.get("errors", ())}
    return {"data": body.get("data"), "errors": sorted(errors)}


def _error(error: Mapping[str, Any]) -> tuple[str, ...]:
    code: str = error["extensions"]["code"]
    if code == ErrorCode.RATE_MISSING:
        return (code,)
    return (code, error["message"], *(step for step in error.get("path", ()) if isinstance(step, str)))


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two answers differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        return [each for name in one for each in differences(one[name], other[name], f"{path}.{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [each for place, pair in pairs for each in differences(*pair, f"{path}.{place}")]
    return [] if one == other else [f"{path}: {one} or {other}"]


def _told(value: Any, in_error: bool = False) -> Iterator[tuple[str, bool]]:
    """Every text and number, and whether it stands in an error."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _told(each, in_error or name in ("errors", "warnings"))
    elif isinstance(value, list):
        for each in value:
            yield from _told(each, in_error)
    elif isinstance(value, str):
        yield value, in_error
    elif isinstance(value, int):
        yield str(value), in_error


def _texts(value: Any) -> Iterator[str]:
    return (text for text, _ in _told(value) if text)


def _marked(text: str, ids: frozenset[str]) -> bool:
    small = text.lower()
    if CANARY.lower() in small or DIGITS in _SEPARATORS.sub("", text):
        return True
    return not ids.isdisjoint(_HEX.findall(small.replace("-", "")))


def _uncovered(text: str) -> str:
    """What a cursor holds; anything else has nothing under its cover."""
    if not _ALPHABET.fullmatch(text):
        return ""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
