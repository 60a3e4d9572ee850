"""Days sales outstanding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from domain.calendar import months_back
from domain.exposure import Balance, Category
from domain.money import Exchange, Money


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


def dso(
    balances: Iterable[Balance],
    exchange: Exchange,
    currency: str,
    day: date,
    months: int = 12,
    customer_since: date | None = None,
) -> DaysSalesOutstanding:
    """Standard DSO: all open receivables, whatever their age, over the gross sales invoiced in the window.

    The window goes so many calendar months back, but not before the customer became one; its days are counted
    exclusively (the day the window starts is not one of them). Sales carry their document day as `due`.

    Raises `RateMissing`.
    """
    balances = tuple(balances)
    start = max(months_back(day, months), customer_since or date.min)
    receivables = exchange.total((b.amount for b in balances if b.category is Category.RECEIVABLES), currency)
    sales = exchange.total((b.amount for b in balances if _sold_in(b, start, day)), currency)
    window_days = max(0, (day - start).days)
    days = None
    if sales.amount > 0 and window_days:
        days = (receivables.amount * window_days / sales.amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return DaysSalesOutstanding(days, DsoMethod.STANDARD, receivables, sales, start, window_days, day)


def _sold_in(balance: Balance, start: date, day: date) -> bool:
    return balance.category is Category.SALES and balance.due is not None and start < balance.due <= day
