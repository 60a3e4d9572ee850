"""When facts are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from persistence.zones import zone


@dataclass(frozen=True)
class Moment:
    """When facts are wanted: as they are now, or as they were at the end of an earlier business day."""

    now: datetime
    as_of: date | None = None

    def day(self, time_zone: str) -> date:
        """The day asked for, in a time zone."""
        return self.as_of or self.today(time_zone)

    def today(self, time_zone: str) -> date:
        """The day it is in a time zone."""
        return self.now.astimezone(zone(time_zone)).date()

    def past(self, time_zone: str) -> bool:
        """Whether balances as kept now would be too new."""
        return self.as_of is not None and self.as_of < self.today(time_zone)
