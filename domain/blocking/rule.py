"""A blocking rule as people set it up (D365: blocking and exclusion rules)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class RuleKind(StrEnum):
    """What a rule looks at. One file beside this one each."""

    ACCOUNT_STATUS = "ACCOUNT_STATUS"
    SUB_LIMIT_EXCEEDED = "SUB_LIMIT_EXCEEDED"
    CREDIT_LIMIT_EXPIRED = "CREDIT_LIMIT_EXPIRED"
    CREDIT_LIMIT_USED = "CREDIT_LIMIT_USED"
    OVERDUE_DAYS = "OVERDUE_DAYS"
    OVERDUE_AMOUNT = "OVERDUE_AMOUNT"
    OVERDUE_PERCENT = "OVERDUE_PERCENT"
    OLDEST_OPEN_ITEM = "OLDEST_OPEN_ITEM"
    ORDER_AMOUNT = "ORDER_AMOUNT"
    NEW_CUSTOMER_AMOUNT = "NEW_CUSTOMER_AMOUNT"
    PAYMENT_TERMS = "PAYMENT_TERMS"
    DUNNING_LEVEL = "DUNNING_LEVEL"
    REVIEW_DUE = "REVIEW_DUE"
    COLLATERAL_TERMS = "COLLATERAL_TERMS"
    EARLY_WARNING = "EARLY_WARNING"


BY_ITEM = frozenset({RuleKind.OLDEST_OPEN_ITEM, RuleKind.DUNNING_LEVEL})
"""Kinds that look at single items whatever their threshold."""


class RuleType(StrEnum):
    """BLOCK holds orders; WARN says the same and holds nothing; EXCLUDE lifts both at wider levels.

    An exclusion lifts rules of its own kind and threshold.
    """

    BLOCK = "BLOCK"
    WARN = "WARN"
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
    ACCOUNT_STATUS = "ACCOUNT_STATUS"
    PAYMENT_TERMS = "PAYMENT_TERMS"
    DUNNING_LEVEL = "DUNNING_LEVEL"
    EXPOSURE_CATEGORY = "EXPOSURE_CATEGORY"


class ExposureCategory(StrEnum):
    """A part of an exposure that may have a limit of its own: the figures of an exposure, by their names there."""

    RECEIVABLES = "RECEIVABLES"
    SPECIAL_LIABILITIES = "SPECIAL_LIABILITIES"
    OPEN_ORDERS = "OPEN_ORDERS"
    OPEN_DELIVERIES = "OPEN_DELIVERIES"
    OPEN_BILLING = "OPEN_BILLING"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True)
class Coded:
    """A name that people gave, such as an account status: compared by its `id`, said by its `code`."""

    id: UUID
    code: str


@dataclass(frozen=True)
class BlockingRule:
    """One rule. Its threshold is whichever is set of `days`, `percent` (0–100 or above), `amount`, level and names.

    A block needs a figure strictly above the threshold; `at_or_above` lets equality block too, and an exclusion is the
    exact opposite: at most the threshold, below it with `at_or_above`. A name is compared for being the same, by blocks
    and by exclusions. `release_all` (exclusions only): the order is exempt from everything, limits included.

    What is too small to matter: items of less than `ignore_items_below`, and fewer than `minimum_items` of them;
    customers who owe less than `ignore_balance_below`; orders of less than `ignore_orders_below`.
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
    account_status: Coded | None = None
    payment_terms: Coded | None = None
    dunning_level: int | None = None
    exposure_category: ExposureCategory | None = None
    at_or_above: bool = False
    release_all: bool = False
    ignore_items_below: Money | None = None
    minimum_items: int | None = None
    ignore_balance_below: Money | None = None
    ignore_orders_below: Money | None = None

    @property
    def given(self) -> frozenset[ValueType]:
        """What its threshold consists of. An exclusion lifts only blocks whose threshold is of the same."""
        values = {
            ValueType.DAYS: self.days,
            ValueType.PERCENT: self.percent,
            ValueType.AMOUNT: self.amount,
            ValueType.ACCOUNT_STATUS: self.account_status,
            ValueType.PAYMENT_TERMS: self.payment_terms,
            ValueType.DUNNING_LEVEL: self.dunning_level,
            ValueType.EXPOSURE_CATEGORY: self.exposure_category,
        }
        return frozenset(value_type for value_type, value in values.items() if value is not None)

    @property
    def lifts(self) -> tuple[frozenset[ValueType], ExposureCategory | None]:
        """What an exclusion has in common with a block that it lifts: of sub-limits, the part of the exposure too."""
        return self.given, self.exposure_category

    @property
    def by_item(self) -> bool:
        """It looks at the single items of a customer, which are read for such rules alone."""
        return self.kind in BY_ITEM or self.ignore_items_below is not None or self.minimum_items is not None

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount of it, for the rates that comparing takes."""
        every = (self.amount, self.ignore_items_below, self.ignore_balance_below, self.ignore_orders_below)
        return tuple(amount for amount in every if amount is not None)
