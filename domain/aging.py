"""Open receivables by how long they are overdue. Disputed amounts are in; unapplied payments have their own column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.message import Message
from domain.money import Money


@dataclass(frozen=True)
class AgingBucketDefinition:
    """Days past due, both inclusive; None is without end. Days up to 0 are not due."""

    from_day: int | None
    until_day: int | None


@dataclass(frozen=True)
class AgingDefinition:
    """Any number of buckets, from young to old."""

    buckets: tuple[AgingBucketDefinition, ...]


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
