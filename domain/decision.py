"""What a check answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.facts import Checkpoint
from domain.message import Message
from domain.money import Money, RateUsed

CUSTOMER = "customer"
CREDIT_GROUP = "credit_group"
"""The kinds of a holder of a limit."""


class CreditOutcome(StrEnum):
    """Everything but HELD lets the order go on, and makes it count."""

    PASSED = "PASSED"
    WARNED = "WARNED"
    HELD = "HELD"
    EXEMPT = "EXEMPT"
    NOT_CHECKED = "NOT_CHECKED"


class BlockReasonCode(StrEnum):
    """Why an order is held, most serious first: the order here is the order in every decision."""

    CUSTOMER_ON_HOLD = "CUSTOMER_ON_HOLD"
    FORCED = "FORCED"
    ACCOUNT_STATUS = "ACCOUNT_STATUS"
    GROUP_LIMIT_EXCEEDED = "GROUP_LIMIT_EXCEEDED"
    PARTY_LIMIT_EXCEEDED = "PARTY_LIMIT_EXCEEDED"
    CREDIT_LIMIT_EXCEEDED = "CREDIT_LIMIT_EXCEEDED"
    SUB_LIMIT_EXCEEDED = "SUB_LIMIT_EXCEEDED"
    TURNOVER_LIMIT_EXCEEDED = "TURNOVER_LIMIT_EXCEEDED"
    CREDIT_LIMIT_EXPIRED = "CREDIT_LIMIT_EXPIRED"
    CREDIT_LIMIT_USED = "CREDIT_LIMIT_USED"
    OVERDUE_DAYS = "OVERDUE_DAYS"
    OVERDUE_AMOUNT = "OVERDUE_AMOUNT"
    OVERDUE_PERCENT = "OVERDUE_PERCENT"
    OLDEST_OPEN_ITEM = "OLDEST_OPEN_ITEM"
    ORDER_AMOUNT = "ORDER_AMOUNT"
    NEW_CUSTOMER_AMOUNT = "NEW_CUSTOMER_AMOUNT"
    PAYMENT_TERMS = "PAYMENT_TERMS"
    PAYMENT_TERMS_RANK = "PAYMENT_TERMS_RANK"
    CASH_DISCOUNT_RANK = "CASH_DISCOUNT_RANK"
    DUNNING_LEVEL = "DUNNING_LEVEL"
    REVIEW_DUE = "REVIEW_DUE"
    COLLATERAL_TERMS = "COLLATERAL_TERMS"
    EARLY_WARNING = "EARLY_WARNING"


@dataclass(frozen=True)
class BlockReason:
    """One reason to hold; `active` until it is no longer true. `rule`: the blocking rule that it comes of, if any."""

    code: BlockReasonCode
    message: Message
    active: bool = True
    rule: UUID | None = None


class LimitTestKind(StrEnum):
    """What kind of limit was compared."""

    CREDIT_LIMIT = "CREDIT_LIMIT"
    CEILING = "CEILING"
    TURNOVER = "TURNOVER"


@dataclass(frozen=True)
class LimitTest:
    """One limit compared, in the holder's currency: passed when exposure + amount is not above the limit.

    `holder` is (CUSTOMER, CREDIT_GROUP or PARTY, id). `exposure` is without the order, `amount` what the order takes,
    `available` the limit less the exposure (before the order), `used_percent` with the order. `limit` is None where the
    holder's limit does not bind. The rounded figures shown are the figures compared.
    """

    holder: tuple[str, UUID]
    name: str
    passed: bool
    limit: Money | None
    exposure: Money
    amount: Money
    available: Money | None
    used_percent: Decimal | None
    rates: tuple[RateUsed, ...]
    day: date
    kind: LimitTestKind = LimitTestKind.CREDIT_LIMIT

    @property
    def excess(self) -> Money | None:
        """How far the order goes above what is available; negative when it fits, None where nothing binds."""
        return None if self.available is None else self.amount - self.available


@dataclass(frozen=True)
class Decision:
    """The answer, with every test and every reason, and one sentence that says it. `as_of` is the company's day."""

    outcome: CreditOutcome
    checkpoint: Checkpoint
    as_of: date
    amount: Money
    reasons: tuple[BlockReason, ...]
    tests: tuple[LimitTest, ...]
    explanation: Message

    @property
    def held(self) -> bool:
        """The order must wait for a person, or for facts to change."""
        return self.outcome is CreditOutcome.HELD
