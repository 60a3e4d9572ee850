"""The single open items of a payer, for rules that look at each: how old, how late, how far dunned, and how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.calendar import days_overdue, days_past
from domain.exposure import Balance, CountingPolicy
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal

HIGHEST_DUNNING_LEVEL = 9
"""Levels have one digit, as in SAP; 0: not dunned."""


@dataclass(frozen=True)
class Debt:
    """What is open of one item of the receivables; `disputed` is a part of it. `dunning_level`: as the ERP says.

    `due`: moved to a banking day where the company says so, as in balances.
    """

    document_date: date
    due: date
    open: Money
    disputed: Decimal = Decimal(0)
    dunning_level: int = 0

    def claimed(self, policy: CountingPolicy) -> Money:
        """What is claimed of it: without the disputed part, where the policy lets that reduce what is overdue."""
        disputed = self.disputed if policy.disputed_reduces_overdue else Decimal(0)
        return Money(self.open.amount - disputed, self.open.currency)


@dataclass(frozen=True)
class Claim:
    """What is claimed of one item on a day, and not covered. `days_old` counts from its document date."""

    days_old: int
    days_overdue: int
    amount: Money
    dunning_level: int


def uncovered(
    debts: Iterable[Debt], balances: Iterable[Balance], policy: CountingPolicy, day: date
) -> Iterator[tuple[Debt, Money]]:
    """Each item with what is claimed of it and no receipt covers; of one due day those written first are covered first.

    `balances`: everything of the payer, with what receipts cover of each due day.
    """
    left: dict[tuple[date | None, str], Decimal] = defaultdict(Decimal)
    for balance in balances:
        if balance.covers(day):
            left[balance.due, balance.amount.currency] += balance.amount.amount
    for debt in sorted(debts, key=_written_first) if left else debts:
        claimed = debt.claimed(policy)
        part = min(left[debt.due, claimed.currency], max(claimed.amount, Decimal(0))) if left else Decimal(0)
        if part:
            left[debt.due, claimed.currency] -= part
        yield debt, Money(claimed.amount - part, claimed.currency)


def _written_first(debt: Debt) -> tuple[date, int, Decimal, Decimal]:
    """Of one day the one that was dunned most, so that no order of loading decides."""
    return debt.document_date, -debt.dunning_level, debt.open.amount, debt.disputed


def claims(debts: Iterable[Debt], balances: Iterable[Balance], policy: CountingPolicy, day: date) -> tuple[Claim, ...]:
    """Of which items how much is claimed; those in dispute as a whole, or covered as a whole, are left out."""
    return tuple(
        Claim(
            days_past(debt.document_date, day),
            days_overdue(debt.due, day),
            amount,
            debt.dunning_level,
        )
        for debt, amount in uncovered(debts, balances, policy, day)
        if amount.amount > 0
    )


def level_refusals(level: int, path: tuple[str, ...]) -> list[Refusal]:
    """A dunning level that there is."""
    if 0 <= level <= HIGHEST_DUNNING_LEVEL:
        return []
    message = Message(NO_LEVEL, {"highest": HIGHEST_DUNNING_LEVEL})
    return [Refusal(ErrorCode.INVALID_VALUE, message, path)]


NO_LEVEL = N_("A dunning level is a whole number from 0 to {highest}.")
