"""A blocking rule as people set it up (D365: blocking and exclusion rules)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class RuleKind(StrEnum):
    """What a rule looks at. One file beside this one each."""

    CREDIT_LIMIT_EXPIRED = "CREDIT_LIMIT_EXPIRED"
    CREDIT_LIMIT_USED = "CREDIT_LIMIT_USED"
    OVERDUE_DAYS = "OVERDUE_DAYS"
    ORDER_AMOUNT = "ORDER_AMOUNT"


class RuleType(StrEnum):
    """BLOCK holds orders; EXCLUDE lifts blocks of the same kind and value type at wider levels."""

    BLOCK = "BLOCK"
    EXCLUDE = "EXCLUDE"


class ValidFor(StrEnum):
    """The level, from narrow to wide, in the order in which it is asked."""

    CUSTOMER = "CUSTOMER"
    GROUP = "GROUP"
    ALL = "ALL"


class ValueType(StrEnum):
    """What the threshold of a rule is."""

    DAYS = "DAYS"
    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"


@dataclass(frozen=True)
class BlockingRule:
    """One rule. The threshold is `days`, `percent` (0–100 or above) or `amount`, whichever is set.

    A block needs a figure strictly above the threshold; `at_or_above` lets equality block too, and an exclusion is the
    exact opposite: at most the threshold, below it with `at_or_above`. `release_all` (exclusions only): the order is
    exempt from everything, limits included.
    """

    id: UUID
    kind: RuleKind
    type: RuleType
    valid_for: ValidFor
    customer: UUID | None = None
    credit_management_group: UUID | None = None
    risk_group: UUID | None = None
    days: int | None = None
    percent: Decimal | None = None
    amount: Money | None = None
    at_or_above: bool = False
    release_all: bool = False

    @property
    def value_type(self) -> ValueType:
        """A rule with an amount compares amounts, with a percentage percentages, otherwise days."""
        if self.amount is not None:
            return ValueType.AMOUNT
        return ValueType.DAYS if self.percent is None else ValueType.PERCENT
