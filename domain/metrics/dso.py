"""Days sales outstanding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.money import Money


class DsoMethod(StrEnum):
    """STANDARD: receivables / sales of the window × days of the window (D365)."""

    STANDARD = "STANDARD"


@dataclass(frozen=True)
class DaysSalesOutstanding:
    """`days` has two decimals and is None without sales. The window is (window_start, as_of], `window_days` long."""

    days: Decimal | None
    method: DsoMethod
    receivables: Money
    sales: Money
    window_start: date
    window_days: int
    as_of: date
