"""How far something was counted."""

from __future__ import annotations

from enum import StrEnum


class CountPrecision(StrEnum):
    """Whether a count is exact, or stopped at a limit."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
