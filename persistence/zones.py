"""Time zones by their names (IANA), each read once: the standard library keeps the last eight only."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone. Raises `ZoneInfoNotFoundError`, which is not kept: there are as many as the system knows."""
    return ZoneInfo(name)
