"""Open receivables by how long they are overdue. Disputed amounts are in; unapplied payments have their own column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from domain.calendar import days_past
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

    definition: AgingBucketDefinition
    items: tuple[Money, ...]
    exchange: Exchange
    currency: str

    @property
    def title(self) -> Message:
        """What the column is called."""
        return self.definition.title

    @property
    def from_day(self) -> int | None:
        """The first day past due; None is without end."""
        return self.definition.from_day

    @property
    def until_day(self) -> int | None:
        """The last day past due; None is without end."""
        return self.definition.until_day

    @cached_property
    def amount(self) -> Money:
        """What is open. Raises `RateMissing`."""
        return self.exchange.total(self.items, self.currency)


@dataclass(frozen=True)
class Aging:
    """Receivables by due day. Each figure is worked out when it is asked for, and may raise `RateMissing`.

    `items`: open amounts with their days past due, `payments`: unapplied ones, negative. Each figure is its sums per
    currency, converted, added, and rounded once.
    """

    as_of: date
    definition: AgingDefinition
    items: tuple[tuple[int, Money], ...]
    payments: tuple[Money, ...]
    exchange: Exchange
    currency: str

    @cached_property
    def total(self) -> Money:
        """All buckets − unapplied."""
        return self.exchange.total((*(amount for _, amount in self.items), *self.payments), self.currency)

    @cached_property
    def unapplied(self) -> Money:
        """Receipts and credit notes that have not settled an item, positive."""
        return -self.exchange.total(self.payments, self.currency)

    @cached_property
    def buckets(self) -> tuple[AgingBucket, ...]:
        """The buckets, from young to old."""
        return tuple(
            AgingBucket(
                bucket,
                tuple(amount for past, amount in self.items if bucket.holds(past)),
                self.exchange,
                self.currency,
            )
            for bucket in self.definition.buckets
        )


def aging(
    balances: Iterable[Balance],
    definition: AgingDefinition,
    exchange: Exchange,
    currency: str,
    day: date,
) -> Aging:
    """Receivables by due day."""
    items: list[tuple[int, Money]] = []
    payments: list[Money] = []
    for balance in balances:
        if balance.category is Category.UNAPPLIED:
            payments.append(balance.amount)
        elif balance.category is Category.RECEIVABLES:
            due = balance.due or day
            items.append((days_past(due, balance.company_day or day), balance.amount))
    return Aging(day, definition, tuple(items), tuple(payments), exchange, currency)


NOT_DUE = N_("Not due")
UP_TO = N_("Up to {until} days")
BETWEEN = N_("{from}–{until} days")
OVER = N_("Over {days} days")
