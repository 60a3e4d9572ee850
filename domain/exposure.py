"""What a customer or a group owes and has ordered, each amount counted once along its way from order to payment.

total = receivables − disputed part (by switch) − unapplied payments + special liabilities + open orders
        + open deliveries + open billing

The rest (held orders, overdue, insured, net) stands beside the total, never in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from domain.calendar import days_overdue
from domain.collateral import Collateral, insured
from domain.money import Exchange, Money


class Category(StrEnum):
    """Where on its way an amount stands. SALES (gross, invoiced) is for metrics and never part of an exposure.

    COVERED is worked out and never kept: what receipts that have settled nothing yet cover of what is overdue.
    """

    RECEIVABLES = "RECEIVABLES"
    DISPUTED = "DISPUTED"
    UNAPPLIED = "UNAPPLIED"
    SPECIAL_LIABILITIES = "SPECIAL_LIABILITIES"
    OPEN_ORDERS = "OPEN_ORDERS"
    OPEN_DELIVERIES = "OPEN_DELIVERIES"
    OPEN_BILLING = "OPEN_BILLING"
    HELD_ORDERS = "HELD_ORDERS"
    SALES = "SALES"
    COVERED = "COVERED"


KEPT = tuple(category for category in Category if category is not Category.COVERED)
"""The categories that movements have."""


class CreditLimitType(StrEnum):
    """Which categories count (D365). NONE: no limit is tested unless mandatory, then as BALANCE."""

    NONE = "NONE"
    BALANCE = "BALANCE"
    BALANCE_AND_DELIVERIES = "BALANCE_AND_DELIVERIES"
    ALL = "ALL"


@dataclass(frozen=True)
class Balance:
    """The sum of movements of one category, currency and due day, signed.

    `due`: the due day of items, moved to a banking day where the company says so (dueRollsToBankDay); the ship day of
    orders, the document day of sales. UNAPPLIED (receipts and open credit notes) is negative. DISPUTED is the disputed
    part of RECEIVABLES: positive, with the item's due day, and contained in RECEIVABLES too, as is COVERED
    (`domain.covering`), which counts to the day `until`. `company_day`: today at the company it belongs to; None is the
    day that is asked for. A group's balances carry it, since each member's overdue is of its own company's day.
    """

    category: Category
    amount: Money
    due: date | None = None
    company_day: date | None = None
    until: date | None = None

    def covers(self, today: date) -> bool:
        """Is it something overdue on this day that a receipt covers still?"""
        overdue = self.category is Category.COVERED and self.due is not None and self.due < today
        return overdue and (self.until is None or today <= self.until)


@dataclass(frozen=True)
class CountingPolicy:
    """What counts: a company's for its customers, a group's own for the group.

    `order_horizon_days`: orders that ship later than so many days from today are left out; None leaves none out.
    """

    limit_type: CreditLimitType = CreditLimitType.ALL
    order_horizon_days: int | None = None
    disputed_reduces_exposure: bool = True
    disputed_reduces_overdue: bool = True


BALANCE = frozenset({Category.RECEIVABLES, Category.UNAPPLIED, Category.SPECIAL_LIABILITIES})
DELIVERIES = BALANCE | {Category.OPEN_DELIVERIES, Category.OPEN_BILLING}
COUNTING = {
    CreditLimitType.NONE: BALANCE,
    CreditLimitType.BALANCE: BALANCE,
    CreditLimitType.BALANCE_AND_DELIVERIES: DELIVERIES,
    CreditLimitType.ALL: DELIVERIES | {Category.OPEN_ORDERS},
}
"""The categories that make up the total; the disputed part comes off it by a switch of its own."""


TAKEN_BY_ORDERS = frozenset({Category.OPEN_ORDERS, Category.OPEN_DELIVERIES, Category.OPEN_BILLING})
"""Where an order stands until the ledger has it."""


def counted(balances: Iterable[Balance], policy: CountingPolicy, day: date) -> Iterator[Money]:
    """What of the balances makes up the total, signed as it counts there."""
    categories = COUNTING[policy.limit_type]
    for balance in balances:
        if balance.category is Category.DISPUTED:
            if policy.disputed_reduces_exposure:
                yield -balance.amount
        elif balance.category in categories and within_horizon(balance, policy, day):
            yield balance.amount


def within_horizon(balance: Balance, policy: CountingPolicy, day: date) -> bool:
    """Orders that ship later than the horizon are left out of open orders and of the total."""
    return balance.category is not Category.OPEN_ORDERS or not ships_later(balance.due, policy, day)


def ships_later(ship_date: date | None, policy: CountingPolicy, day: date) -> bool:
    """Does it ship after the last day of the horizon? Without a ship day it may ship at any time."""
    if policy.order_horizon_days is None or ship_date is None:
        return False
    return (ship_date - day).days > policy.order_horizon_days


@dataclass(frozen=True)
class Owed:
    """Open receivables of one due day and currency: `undisputed` of them are claimed from the payer, and uncovered."""

    due: date
    days_overdue: int
    open: Money
    undisputed: Money


def owed(balances: Iterable[Balance], policy: CountingPolicy, day: date) -> tuple[Owed, ...]:
    """Open receivables by due day, oldest first.

    What comes off what is claimed of a due day: disputed parts, when the policy lets them reduce what is overdue, and
    what receipts cover.
    """
    sums: dict[tuple[date, date, str], list[Decimal]] = {}
    for balance in balances:
        if balance.due is None or balance.category not in _OWED:
            continue
        today = balance.company_day or day
        open_and_claimed = sums.setdefault((balance.due, today, balance.amount.currency), [Decimal(0), Decimal(0)])
        if balance.category is Category.RECEIVABLES:
            open_and_claimed[0] += balance.amount.amount
            open_and_claimed[1] += balance.amount.amount
        elif balance.covers(today) or (balance.category is Category.DISPUTED and policy.disputed_reduces_overdue):
            open_and_claimed[1] -= balance.amount.amount
    return tuple(
        Owed(due, days_overdue(due, today), Money(open_, currency), Money(claimed, currency))
        for (due, today, currency), (open_, claimed) in sorted(sums.items())
    )


_OWED = frozenset({Category.RECEIVABLES, Category.DISPUTED, Category.COVERED})


def longest_overdue(debts: Iterable[Owed]) -> int:
    """Days overdue of the oldest receivable that is claimed; 0 when nothing is overdue."""
    return max((debt.days_overdue for debt in debts if debt.undisputed.amount > 0), default=0)


def overdue(debts: Iterable[Owed]) -> tuple[Money, ...]:
    """What is claimed and overdue, per due day and currency."""
    return tuple(debt.undisputed for debt in debts if debt.days_overdue > 0)


@dataclass(frozen=True)
class Secured:
    """A customer with what others answer for it, valid on `day`."""

    balances: tuple[Balance, ...]
    collaterals: tuple[Collateral, ...]
    day: date


@dataclass(frozen=True)
class Exposure:
    """An exposure in one currency on one day: a figure is worked out when it is asked for, and may raise `RateMissing`.

    Each is its sums per currency, converted, added and rounded once, so parts may miss the total by a few units. All
    figures but the total are shown in full, whichever of them count; open orders are those within the horizon.
    """

    balances: tuple[Balance, ...]
    policy: CountingPolicy
    exchange: Exchange
    currency: str
    as_of: date
    secured: tuple[Secured, ...] = ()

    @cached_property
    def exact_total(self) -> Decimal:
        """The total before its rounding."""
        return self.exchange.exact_total(counted(self.balances, self.policy, self.as_of), self.currency)

    @cached_property
    def total(self) -> Money:
        """What counts, by the policy."""
        return self.exchange.rounded(self.exact_total, self.currency)

    @cached_property
    def receivables(self) -> Money:
        """Open items, disputed ones included."""
        return self._sum(Category.RECEIVABLES)

    @cached_property
    def special_liabilities(self) -> Money:
        """Down payments (negative), payment requests and bills of exchange."""
        return self._sum(Category.SPECIAL_LIABILITIES)

    @cached_property
    def open_orders(self) -> Money:
        """Ordered and not yet delivered, within the horizon."""
        return self._sum(Category.OPEN_ORDERS)

    @cached_property
    def open_deliveries(self) -> Money:
        """Delivered and not yet billed."""
        return self._sum(Category.OPEN_DELIVERIES)

    @cached_property
    def open_billing(self) -> Money:
        """Billed and not yet in the ledger."""
        return self._sum(Category.OPEN_BILLING)

    @cached_property
    def unapplied_payments(self) -> Money:
        """Receipts and credit notes that have not settled an item, positive."""
        return -self._sum(Category.UNAPPLIED)

    @cached_property
    def disputed(self) -> Money:
        """The disputed part of receivables."""
        return self._sum(Category.DISPUTED)

    @cached_property
    def overdue(self) -> Money:
        """The part of receivables that is claimed, overdue and not covered by a receipt."""
        return self.exchange.total(overdue(self.debts), self.currency)

    @cached_property
    def held_orders(self) -> Money:
        """Orders on hold, which do not count."""
        return self._sum(Category.HELD_ORDERS)

    @cached_property
    def insured(self) -> Money:
        """What others answer for, added up over customers: nobody's insurance covers somebody else's debt."""
        covered = Money(Decimal(0), self.currency)
        for one in self.secured:
            if any(collateral.valid_on(one.day) for collateral in one.collaterals):
                own = self.exchange.total(counted(one.balances, self.policy, self.as_of), self.currency)
                covered += insured(one.collaterals, own, self.exchange, one.day)
        return covered

    @cached_property
    def net(self) -> Money:
        """The total less what others answer for."""
        return self.total - self.insured

    @cached_property
    def debts(self) -> tuple[Owed, ...]:
        """Open receivables by due day, oldest first."""
        return owed(self.balances, self.policy, self.as_of)

    @property
    def oldest_due(self) -> date | None:
        """The oldest due day of what is claimed, overdue or not."""
        return min((debt.due for debt in self.debts if debt.undisputed.amount > 0), default=None)

    @property
    def days_overdue(self) -> int:
        """How many days the oldest receivable that is claimed is overdue; 0 when none is."""
        return longest_overdue(self.debts)

    def _sum(self, category: Category) -> Money:
        amounts = (
            b.amount for b in self.balances if b.category is category and within_horizon(b, self.policy, self.as_of)
        )
        return self.exchange.total(amounts, self.currency)


def exposure(
    balances: Iterable[Balance],
    policy: CountingPolicy,
    exchange: Exchange,
    currency: str,
    day: date,
    collaterals: tuple[Collateral, ...] = (),
) -> Exposure:
    """The exposure of one customer, with what others answer for."""
    balances = tuple(balances)
    return Exposure(balances, policy, exchange, currency, day, (Secured(balances, collaterals, day),))
