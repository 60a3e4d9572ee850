"""What would let a held order pass. Each option was verified by running the check on the changed facts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.message import Message
from domain.money import Money


class UnblockKind(StrEnum):
    """In the order in which options are listed."""

    PAY = "PAY"
    LESS = "LESS"
    WAIT = "WAIT"
    RAISE = "RAISE"


@dataclass(frozen=True)
class UnblockOption:
    """The smallest change that lets the order pass.

    PAY: `amount` to be paid, in the limit's currency. LESS: the largest order that passes, in the order's currency.
    WAIT: the first `date` on which it passes. RAISE: `amount` is the new limit (the customer's when both must rise), and
    `limits` names every limit to be raised, as ((kind, id), new limit before insurance and guarantees).
    """

    kind: UnblockKind
    amount: Money | None
    date: datetime.date | None
    message: Message
    limits: tuple[tuple[tuple[str, UUID], Money], ...] = ()
