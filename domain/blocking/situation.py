"""What the rules look at: figures that are already worked out, without where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.collateral import CoveredTerms
from domain.debts import Claim
from domain.exposure import Balance, CountingPolicy, Owed
from domain.money import Exchange, Money

_EVERYTHING = CountingPolicy()


@dataclass(frozen=True)
class Used:
    """How much of a limit is used, with the order. `group` is the group's number when the limit is a group's."""

    used: Money
    limit: Money
    group: str | None = None


@dataclass(frozen=True)
class Expiry:
    """The last day of a limit that binds, and today where it is kept. None: blank, and blank counts as expired."""

    expiry: date | None
    day: date
    group: str | None = None


@dataclass(frozen=True)
class Situation:
    """The payer and its order at the moment of the check.

    `amount`: of the order, in its currency. `payment_terms`: the order's own, or else the payer's. `used`: of the
    customer's limit, or of the group's where the group alone decides; None where nothing is limited. `overdue`: sums
    per currency. `expiries`: of the limits that bind and can expire, customer before group. `currency`: of the limit.

    What few rules look at is there where one of them does: `claims`, the single items; `receivables`, by due day;
    `balance`, what the customer owes less what it has paid already, per currency; `balances`, everything of it as
    `policy` counts it, and `adds`, what the order adds to its open orders; `terms_days`, those of the payment terms,
    and `covered`, the longest terms that are covered.
    """

    customer: UUID
    credit_management_group: UUID | None
    risk_group: UUID | None
    account_status: UUID | None
    customer_since: date | None
    day: date
    amount: Money
    payment_terms: UUID | None
    used: Used | None
    expiries: tuple[Expiry, ...]
    days_overdue: int
    overdue: tuple[Money, ...]
    exchange: Exchange
    currency: str
    next_review_date: date | None = None
    claims: tuple[Claim, ...] = ()
    receivables: tuple[Owed, ...] = ()
    balance: tuple[Money, ...] = ()
    balances: tuple[Balance, ...] = ()
    policy: CountingPolicy = _EVERYTHING
    adds: tuple[Money, ...] = ()
    terms_days: int | None = None
    covered: CoveredTerms | None = None
