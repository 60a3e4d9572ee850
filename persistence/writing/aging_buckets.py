"""The buckets of an aging as people set them up: from young to old, every day in exactly one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal
from persistence.writing.adjustments import rows_refusals
from persistence.writing.finding import text_refusals

NONE = N_("An aging needs at least one bucket.")
OPEN_FIRST = N_("The first bucket has no first day: it holds what is not due.")
OPEN_LAST = N_("The last bucket has no last day.")
CONTIGUOUS = N_("A bucket begins on the day after the one before it ends, here on day {day}.")
NOT_OPEN = N_("Only the last bucket is without a last day.")
BACKWARDS = N_("A bucket cannot end before it begins.")


@dataclass(frozen=True)
class Bucket:
    """Days after the due day, both inclusive; None is without end. Without a title it is called by its days."""

    from_day: int | None
    until_day: int | None
    title: str | None = None


def as_kept(buckets: Sequence[Bucket]) -> list[dict[str, Any]]:
    """Buckets for their column."""
    return [{"title": one.title, "from": one.from_day, "until": one.until_day} for one in buckets]


def bucket_refusals(buckets: Sequence[Bucket]) -> list[Refusal]:
    """What is wrong with buckets, each with its path."""
    if not buckets:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(NONE), ("buckets",))]
    refusals = rows_refusals(buckets, "buckets")
    for place, one in enumerate(buckets):
        path = ("buckets", str(place))
        refusals += text_refusals(one.title, (*path, "title"))
        wrong = _wrong(buckets, place)
        if wrong is not None:
            field, message = wrong
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, (*path, field)))
    return refusals


def _wrong(buckets: Sequence[Bucket], place: int) -> tuple[str, Message] | None:
    """The first thing wrong with one bucket: the field, and what to say."""
    one, last = buckets[place], place == len(buckets) - 1
    before = buckets[place - 1].until_day if place else None
    if place == 0 and one.from_day is not None:
        return "fromDay", Message(OPEN_FIRST)
    if place and before is not None and one.from_day != before + 1:
        return "fromDay", Message(CONTIGUOUS, {"day": before + 1})
    if last and one.until_day is not None:
        return "untilDay", Message(OPEN_LAST)
    if not last and one.until_day is None:
        return "untilDay", Message(NOT_OPEN)
    if one.from_day is not None and one.until_day is not None and one.until_day < one.from_day:
        return "untilDay", Message(BACKWARDS)
    return None
