"""Days: what is overdue, what a month back is, and the days beside those on which banks are closed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import MINYEAR, date, timedelta

DAY = timedelta(days=1)


def days_past(due: date, today: date) -> int:
    """Days since the due day; negative before it. An item is overdue when its due day is before today (D365, BC)."""
    return (today - due).days


def days_overdue(due: date, today: date) -> int:
    """Days overdue = today − due day, 0 on the due day and before it."""
    return max(0, days_past(due, today))


def days_after(day: date, days: int) -> date:
    """So many days later; the last day there is when that is further than the calendar goes."""
    return day + timedelta(days=min(days, (date.max - day).days))


def months_back(day: date, months: int) -> date:
    """The same day some months earlier, or the last day of a shorter month; the first day there is at most."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < MINYEAR:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class ClosedDay:
    """A day on which banks are closed, with the last open day before it and the first one after it.

    What falls due on it is due on `open_after` (Sweden: lagen (1930:173)).
    """

    day: date
    open_before: date
    open_after: date


def closed_days(closed: Collection[date]) -> Iterator[ClosedDay]:
    """Each of some days on which banks are closed, in order; on all other days they are open."""
    known = frozenset(closed)
    for day in sorted(known):
        before = after = day
        while before in known:
            before -= DAY
        while after in known:
            after += DAY
        yield ClosedDay(day, before, after)
