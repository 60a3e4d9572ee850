"""Open receivables by how long they are overdue. Disputed amounts are in; unapplied payments have their own column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.calendar import bank_day, days_past
from domain.exposure import Balance, Category
from domain.message import N_, Message
from domain.money import Exchange, Money


@dataclass(frozen=True)
class AgingBucketDefinition:
    """Days past due, both inclusive; None is without end. Days up to 0 are not due."""

    from_day: int | None
    until_day: int | None

    def holds(self, days: int) -> bool:
        """Does an item so many days past due belong here?"""
        after_first = self.from_day is None or self.from_day <= days
        return after_first and (self.until_day is None or days <= self.until_day)

    @property
    def title(self) -> Message:
        """What the column is called."""
        if self.from_day is None:
            return Message(NOT_DUE) if self.until_day == 0 else Message(UP_TO, {"until": self.until_day or 0})
        if self.until_day is None:
            return Message(OVER, {"days": self.from_day - 1})
        return Message(BETWEEN, {"from": self.from_day, "until": self.until_day})


@dataclass(frozen=True)
class AgingDefinition:
    """Any number of buckets, from young to old, which together hold every day once."""

    buckets: tuple[AgingBucketDefinition, ...]


DEFAULT_AGING = AgingDefinition(
    (
        AgingBucketDefinition(None, 0),
        AgingBucketDefinition(1, 30),
        AgingBucketDefinition(31, 60),
        AgingBucketDefinition(61, 90),
        AgingBucketDefinition(91, None),
    )
)


@dataclass(frozen=True)
class AgingBucket:
    """The receivables of one bucket."""

    title: Message
    from_day: int | None
    until_day: int | None
    amount: Money


@dataclass(frozen=True)
class Aging:
    """`unapplied` is positive; total = buckets − unapplied, rounded once."""

    as_of: date
    total: Money
    unapplied: Money
    buckets: tuple[AgingBucket, ...]


def aging(
    balances: Iterable[Balance],
    definition: AgingDefinition,
    exchange: Exchange,
    currency: str,
    day: date,
    bank_days_of: str | None = None,
) -> Aging:
    """Receivables by due day, each bucket's sums per currency converted, added, and rounded once.

    `bank_days_of`: the country whose banking days move a due day. Raises `RateMissing`.
    """
    open_items: list[tuple[int, Money]] = []
    unapplied: list[Money] = []
    for balance in balances:
        if balance.category is Category.UNAPPLIED:
            unapplied.append(balance.amount)
        elif balance.category is Category.RECEIVABLES:
            due = balance.due or day
            past = days_past(bank_day(due, bank_days_of), balance.company_day or day)
            open_items.append((past, balance.amount))
    return Aging(
        as_of=day,
        total=exchange.total((*(amount for _, amount in open_items), *unapplied), currency),
        unapplied=-exchange.total(unapplied, currency),
        buckets=tuple(
            AgingBucket(
                bucket.title,
                bucket.from_day,
                bucket.until_day,
                exchange.total((amount for past, amount in open_items if bucket.holds(past)), currency),
            )
            for bucket in definition.buckets
        ),
    )


NOT_DUE = N_("Not due")
UP_TO = N_("Up to {until} days")
BETWEEN = N_("{from}–{until} days")
OVER = N_("Over {days} days")
