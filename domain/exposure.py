"""What a customer or a group owes and has ordered, each amount counted once along its way from order to payment.

total = receivables − disputed part (by switch) − unapplied payments + special liabilities + open orders
        + open deliveries + open billing

The rest (held orders, overdue, insured, net) stands beside the total, never in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.calendar import bank_day, days_overdue
from domain.collateral import Collateral, insured
from domain.money import Exchange, Money


class Category(StrEnum):
    """Where on its way an amount stands. SALES (gross, invoiced) is for metrics and never part of an exposure."""

    RECEIVABLES = "RECEIVABLES"
    DISPUTED = "DISPUTED"
    UNAPPLIED = "UNAPPLIED"
    SPECIAL_LIABILITIES = "SPECIAL_LIABILITIES"
    OPEN_ORDERS = "OPEN_ORDERS"
    OPEN_DELIVERIES = "OPEN_DELIVERIES"
    OPEN_BILLING = "OPEN_BILLING"
    HELD_ORDERS = "HELD_ORDERS"
    SALES = "SALES"


class CreditLimitType(StrEnum):
    """Which categories count (D365). NONE: no limit is tested unless mandatory, then as BALANCE."""

    NONE = "NONE"
    BALANCE = "BALANCE"
    BALANCE_AND_DELIVERIES = "BALANCE_AND_DELIVERIES"
    ALL = "ALL"


@dataclass(frozen=True)
class Balance:
    """The sum of movements of one category, currency and due day, signed.

    `due`: the due day of items, the ship day of orders, the document day of sales. UNAPPLIED (receipts and open credit
    notes) is negative. DISPUTED is the disputed part of RECEIVABLES: positive, with the item's due day, and contained in
    RECEIVABLES too. `company_day`: today at the company it belongs to; None is the day that is asked for. A group's
    balances carry it, since each member's overdue is of its own company's day.
    """

    category: Category
    amount: Money
    due: date | None = None
    company_day: date | None = None


@dataclass(frozen=True)
class CountingPolicy:
    """What counts: a company's for its customers, a group's own for the group.

    `order_horizon_days`: orders that ship later than so many days from today are left out; None leaves none out.
    `bank_days_of`: the country whose banking days move a due day (parameter dueRollsToBankDay); None moves none.
    """

    limit_type: CreditLimitType = CreditLimitType.ALL
    order_horizon_days: int | None = None
    disputed_reduces_exposure: bool = True
    disputed_reduces_overdue: bool = True
    bank_days_of: str | None = None


@dataclass(frozen=True)
class Exposure:
    """An exposure in one currency on one day. Each figure is rounded once, so parts may miss the total by a few units.

    `exact_total` is the total before its rounding. `unapplied_payments` is positive. `oldest_due` is the oldest due day
    of open receivables, overdue or not; `days_overdue` counts from it. `net` is the total less `insured`.
    """

    total: Money
    receivables: Money
    special_liabilities: Money
    open_orders: Money
    open_deliveries: Money
    open_billing: Money
    unapplied_payments: Money
    disputed: Money
    overdue: Money
    held_orders: Money
    insured: Money
    net: Money
    oldest_due: date | None
    days_overdue: int
    as_of: date
    exact_total: Decimal
