"""What a release allows: up to which amount and until when a released order is not checked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.money import Money

RELEASE_VALID_DAYS = 14
"""How long a release without a last day stands (parameter releaseValidDays)."""


@dataclass(frozen=True)
class Release:
    """Somebody took responsibility for an order, within bounds.

    `ceiling`: the highest amount; `deviation_percent`: how far above the released value; the smaller wins, and without
    either the released value is the bound.
    """

    released_value: Money
    released_on: date
    ceiling: Money | None = None
    deviation_percent: Decimal | None = None
    last_date: date | None = None
