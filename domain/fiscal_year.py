"""The fiscal years of a company: twelve months from the same month on, until it changes that.

A change names the first day of a fiscal year, from which on they begin on its anniversaries. The year in which it falls
ends the day before, and so is a short one; or the year before that goes on until then, and is a long one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date

from domain.calendar import DAY
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal

MONTHS = 12


@dataclass(frozen=True)
class FiscalYear:
    """Its first and its last day."""

    first: date
    last: date


@dataclass(frozen=True)
class FiscalYearChange:
    """From this day on, the first of a fiscal year and of a month, they begin on its anniversaries.

    `long_year`: the year before lasts longer than twelve months; otherwise a shorter one comes between.
    """

    from_: date
    long_year: bool = False


@dataclass(frozen=True)
class FiscalCalendar:
    """`month`: the one in which fiscal years began before the first of the `changes`, which are in order."""

    month: int = 1
    changes: tuple[FiscalYearChange, ...] = ()

    def year_of(self, day: date) -> FiscalYear:
        """The fiscal year of a day. The first and the last one there are end with the calendar."""
        of = _month(day)
        month = self.month
        after: FiscalYearChange | None = None
        for change in self.changes:
            if change.from_ > day:
                after = change
                break
            month = change.from_.month
        began = _latest(month, of)
        ends = began + MONTHS
        if after is not None:
            turns = _month(after.from_)
            ends = min(ends, turns)
            last = _latest(month, turns - 1)
            if after.long_year and began >= last - MONTHS:
                began, ends = last - MONTHS, turns
        return FiscalYear(_first_day(began), _last_day(ends - 1))

    def closed_before(self, day: date) -> FiscalYear | None:
        """The fiscal year closed last before a day. None: that of the day is the first one there is."""
        first = self.year_of(day).first
        return None if first == date.min else self.year_of(first - DAY)

    def refusals(self) -> list[Refusal]:
        """What cannot be meant: fiscal years are to be whole months, one after the other."""
        if not 1 <= self.month <= MONTHS:
            return [Refusal(ErrorCode.INVALID_VALUE, Message(NO_MONTH), ("fiscalYearStart",))]
        found: list[Refusal] = []
        before: date | None = None
        for place, change in enumerate(self.changes):
            path = ("fiscalYearChanges", str(place))
            values = {"from": change.from_} if before is None else {"from": change.from_, "before": before}
            month = self.month if before is None else before.month
            if change.from_.day != 1:
                found.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_FIRST, values), (*path, "from")))
            elif before is not None and change.from_ <= before:
                found.append(Refusal(ErrorCode.DATE_ORDER, Message(OUT_OF_ORDER, values), (*path, "from")))
            elif change.from_.month == month:
                found.append(Refusal(ErrorCode.INVALID_VALUE, Message(CHANGES_NOTHING, values), (*path, "from")))
            elif change.long_year and before is not None and _month(change.from_) < _month(before) + MONTHS:
                found.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_LONG, values), (*path, "longYear")))
            before = change.from_
        return found


def _month(day: date) -> int:
    """Months are counted, so that years before the first and after the last one can be spoken of."""
    return day.year * MONTHS + day.month - 1


def _latest(month: int, of: int) -> int:
    """The latest month of a name up to one."""
    return of - (of - (month - 1)) % MONTHS


def _first_day(month: int) -> date:
    year, of = divmod(month, MONTHS)
    return date.min if year < MINYEAR else date(year, of + 1, 1)


def _last_day(month: int) -> date:
    return date.max if month + 1 >= (MAXYEAR + 1) * MONTHS else _first_day(month + 1) - DAY


NO_MONTH = N_("The month in which the fiscal year begins is a number from 1 to 12.")
NOT_FIRST = N_("A fiscal year begins on the first day of a month. {from} is none.")
OUT_OF_ORDER = N_(
    "Name the changes of the fiscal year in the order of their days, each once. {from} stands after {before}."
)
CHANGES_NOTHING = N_("A fiscal year begins on {from} without this change.")
NOT_LONG = N_("From {before} to {from} are less than twelve months: no long fiscal year lies between.")
