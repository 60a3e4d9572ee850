"""Receipts that have settled nothing yet, and the oldest overdue items that they cover for some days (decision 11).

Where a company says so (parameter pendingReceiptDays), what is overdue is told as if its receipts had been matched: a
receipt covers on the day it came and on as many days as make up the parameter. The ledger is shown as it is:
receivables, unapplied payments, aging and the total know nothing of it (decision 33).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.calendar import DAY
from domain.exposure import Balance, Category, CountingPolicy, owed
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal

MOST_DAYS = 60
"""What lies unmatched for longer is no receipt on its way to its item."""


@dataclass(frozen=True)
class Receipt:
    """Collected money of one customer that has settled nothing and is in advance for no order; `paid_on`: when it came.

    Credit notes are none: they are not what the customer sent to pay with.
    """

    amount: Money
    paid_on: date

    def last_day(self, days: int) -> date:
        """The last day on which it covers something, where receipts do for so many days."""
        return self.paid_on + (days - 1) * DAY


def covered(
    balances: Iterable[Balance], receipts: Iterable[Receipt], days: int, policy: CountingPolicy, day: date
) -> Iterator[Balance]:
    """What the receipts of one customer cover of what it owes, as balances: oldest due first, in their own currency.

    The oldest items go to the youngest receipts. So on any later day, when the oldest receipts are too old and more is
    overdue, what the others cover is what they would have been given on that day. For the same reason items that are
    not overdue yet are covered too, which counts from the day they are.
    """
    fresh: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for receipt in sorted(receipts, key=lambda one: one.paid_on):
        if receipt.paid_on <= day <= receipt.last_day(days):
            fresh[receipt.amount.currency].append((receipt.last_day(days), receipt.amount.amount))
    for debt in owed(balances, policy, day):
        currency, open_ = debt.undisputed.currency, debt.undisputed.amount
        left = fresh[currency]
        while open_ > 0 and left:
            until, amount = left.pop()
            part = min(open_, amount)
            open_ -= part
            if amount > part:
                left.append((until, amount - part))
            yield Balance(Category.COVERED, Money(part, currency), debt.due, until=until)


def days_refusals(days: int | None, path: tuple[str, ...]) -> list[Refusal]:
    """So many days that receipts may cover; 0: they cover nothing."""
    if days is None or 0 <= days <= MOST_DAYS:
        return []
    return [Refusal(ErrorCode.INVALID_VALUE, Message(NOT_SO_MANY, {"highest": MOST_DAYS}), path)]


NOT_SO_MANY = N_("The number of days is a whole number from 0 to {highest}.")
