"""Days sales outstanding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from domain.calendar import months_back
from domain.exposure import Balance, Category
from domain.money import Exchange, Money, rounded

USUAL_MONTHS, MOST_MONTHS = 12, 120
"""How many months back sales count unless said, and at most."""


class DsoMethod(StrEnum):
    """STANDARD: receivables / sales of the window × days of the window (D365)."""

    STANDARD = "STANDARD"


@dataclass(frozen=True)
class DaysSalesOutstanding:
    """The window is (window_start, as_of]. Each figure is worked out when asked for, and may raise `RateMissing`."""

    balances: tuple[Balance, ...]
    exchange: Exchange
    currency: str
    as_of: date
    window_start: date
    method: DsoMethod = DsoMethod.STANDARD

    @property
    def window_days(self) -> int:
        """How long the window is, counted exclusively: the day it starts is not one of its days."""
        return max(0, (self.as_of - self.window_start).days)

    @cached_property
    def receivables(self) -> Money:
        """All open receivables, whatever their age."""
        open_ = (b.amount for b in self.balances if b.category is Category.RECEIVABLES)
        return self.exchange.total(open_, self.currency)

    @cached_property
    def sales(self) -> Money:
        """The gross sales invoiced in the window."""
        sold = (b.amount for b in self.balances if _sold_in(b, self.window_start, self.as_of))
        return self.exchange.total(sold, self.currency)

    @property
    def days(self) -> Decimal | None:
        """Receivables / sales × days of the window, with two decimals; None without sales."""
        if self.sales.amount <= 0 or not self.window_days:
            return None
        return rounded(self.receivables.amount * self.window_days / self.sales.amount, 2)


def dso(
    balances: Iterable[Balance],
    exchange: Exchange,
    currency: str,
    day: date,
    months: int = USUAL_MONTHS,
    customer_since: date | None = None,
) -> DaysSalesOutstanding:
    """Standard DSO: all open receivables over the gross sales invoiced in the window.

    The window goes so many calendar months back, but not before the customer became one. Sales carry their document
    day as `due`.
    """
    start = max(months_back(day, months), customer_since or date.min)
    return DaysSalesOutstanding(tuple(balances), exchange, currency, day, start)


def _sold_in(balance: Balance, start: date, day: date) -> bool:
    return balance.category is Category.SALES and balance.due is not None and start < balance.due <= day
