"""Days: what is overdue, what a month back is, and when banks are open."""

from __future__ import annotations

from calendar import monthrange
from datetime import MINYEAR, date, timedelta
from functools import cache

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


def bank_day(due: date, country: str | None) -> date:
    """The due day, moved to the next day banks are open in the country; not moved for None.

    Sweden: lagen (1930:173) moves the last day for payment past Sundays, holidays, Saturdays, Midsummer's, Christmas
    and New Year's Eve. A country without a calendar of its own has weekends only.
    """
    if country is None:
        return due
    while due.weekday() >= 5 or (country == "SE" and due in swedish_bank_holidays(due.year)):
        due += DAY
    return due


@cache
def swedish_bank_holidays(year: int) -> frozenset[date]:
    """Days other than Saturdays and Sundays when Swedish banks are closed: lagen (1989:253) and (1930:173)."""
    easter = easter_sunday(year)
    midsummer_eve = next(d for d in (date(year, 6, 19) + DAY * n for n in range(7)) if d.weekday() == 4)
    fixed = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    moving = (easter - 2 * DAY, easter + DAY, easter + 39 * DAY, midsummer_eve)
    return frozenset((*(date(year, month, day) for month, day in fixed), *moving))


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (the anonymous algorithm, Meeus 1991)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
