"""No text of an input is longer than what anybody writes or reads: notes, reasons, descriptions, and whatever else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal

LONGEST_TEXT = 10_000
"""Characters. Numbers, codes and names have narrower bounds of their own."""

TOO_LONG = N_("`{field}` has at most {longest} characters.")


def too_long(given: Any) -> tuple[Refusal, ...]:
    """What is said of each text of an input that is longer than any may be, with its place."""
    return tuple(
        Refusal(ErrorCode.INVALID_VALUE, Message(TOO_LONG, {"field": _field(path), "longest": LONGEST_TEXT}), path)
        for path in _places(given, ())
    )


def _field(path: tuple[str, ...]) -> str:
    """The field of a place; of a list that of all of it."""
    return next(part for part in reversed(path) if not part.isdecimal())


def _places(given: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(given, str):
        if len(given) > LONGEST_TEXT:
            yield path
    elif isinstance(given, list):
        for place, one in enumerate(given):
            yield from _places(one, (*path, str(place)))
    elif hasattr(given, "__dataclass_fields__"):
        for name, value in vars(given).items():
            if isinstance(value, str | list) or hasattr(value, "__dataclass_fields__"):
                yield from _places(value, (*path, to_camel_case(name.rstrip("_"))))
