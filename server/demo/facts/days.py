"""Days of the demo, counted back from the day it was loaded, so that the group looks the same whenever that is."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5


def days_before(today: date, ago: int) -> date:
    """The day so long ago; nobody books on a weekend, so Friday stands for Saturday and Sunday."""
    day = today - timedelta(days=ago)
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))
