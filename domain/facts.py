"""What a check is told: frozen values, loaded after the locks are held, with their own days and rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.blocking.rule import BlockingRule
from domain.debts import Debt
from domain.exposure import Balance, CountingPolicy
from domain.limits import LimitTerms
from domain.money import Exchange, Money
from domain.party_limits import PartyLimits
from domain.ranks import UNSAID, Conditions
from domain.reason import AccountStatusEffect
from domain.release import RELEASE_VALID_DAYS, Release


class Checkpoint(StrEnum):
    """The step of an order at which it is checked (D365), in the order in which they come."""

    CONFIRMATION = "CONFIRMATION"
    PICKING_LIST = "PICKING_LIST"
    RELEASE_TO_WAREHOUSE = "RELEASE_TO_WAREHOUSE"
    PACKING_SLIP = "PACKING_SLIP"
    INVOICE = "INVOICE"


DEFAULT_CHECKPOINTS = frozenset((Checkpoint.CONFIRMATION, Checkpoint.PACKING_SLIP))


@dataclass(frozen=True)
class OwnLimits:
    """Limits of a customer beside its credit limit. `turnover`: what was sold to it; None: nothing ever was."""

    limits: PartyLimits
    turnover: tuple[Money, ...] | None = None


@dataclass(frozen=True)
class CustomerFacts:
    """The payer, as it stands. `currency` is that of its limit: the company's. `day` is today at the company.

    `excluded`: from credit management. `on_hold`: its party is blocked. `status_effect`: what its account status does.
    `grace_days`: per checkpoint, how long after a release an order is not checked again. `checks_invoices`: invoices
    that no order came before are checked before they are posted, whether or not that step is ticked (D365). `debts`:
    its open items, where a rule looks at single ones. `usual`: how it usually pays, as far as that is compared with
    orders (`check_payment_terms_increase`, `check_cash_discount_increase`). `intercompany`: a company of our own group,
    whose orders its seller does not check.
    """

    id: UUID
    company: str
    account: str
    name: str
    currency: str
    day: date
    terms: LimitTerms
    balances: tuple[Balance, ...]
    policy: CountingPolicy
    exchange: Exchange
    check_groups: bool = True
    excluded: bool = False
    on_hold: bool = False
    status_effect: AccountStatusEffect = AccountStatusEffect.NONE
    blank_expiry_means_expired: bool = False
    credit_management_group: UUID | None = None
    risk_group: UUID | None = None
    account_status: UUID | None = None
    payment_terms: UUID | None = None
    customer_since: date | None = None
    next_review_date: date | None = None
    debts: tuple[Debt, ...] = ()
    checkpoints: frozenset[Checkpoint] = DEFAULT_CHECKPOINTS
    grace_days: Mapping[Checkpoint, int] = field(default_factory=dict)
    release_valid_days: int = RELEASE_VALID_DAYS
    checks_invoices: bool = False
    usual: Conditions = UNSAID
    check_payment_terms_increase: bool = False
    check_cash_discount_increase: bool = False
    own: OwnLimits | None = None
    intercompany: bool = False


@dataclass(frozen=True)
class GroupFacts:
    """The payer's credit group: balances of all members in all companies, its own policy, currency, day and rates."""

    id: UUID
    number: str
    name: str
    currency: str
    day: date
    terms: LimitTerms
    balances: tuple[Balance, ...]
    policy: CountingPolicy
    exchange: Exchange


@dataclass(frozen=True)
class PartyFacts:
    """The payer's party, where it has limits: balances of all its customers in all companies, all of which count.

    `day`: the latest of its companies' days. `turnover`: what they sold to it; None: nothing, so no share is tested.
    """

    id: UUID
    name: str
    day: date
    limits: PartyLimits
    balances: tuple[Balance, ...]
    exchange: Exchange
    turnover: tuple[Money, ...] | None = None
    policy: CountingPolicy = field(default_factory=CountingPolicy)


@dataclass(frozen=True)
class Order:
    """The document that asks for credit, tax included.

    `counted`: what it already takes among the balances, which is never counted twice. `delivered`: the goods have left.
    `forced`: somebody put it on hold by hand and nobody has released it. `held_at`: the step at which it is on hold, or
    was rejected. `payment_terms`: its own; None: the payer's. `own`: the same with their rank, and its cash discount.
    `without_order`: an invoice that no order came before. `billed`: goods that left are billed for more than they were
    delivered for.
    """

    amount: Money
    checkpoint: Checkpoint = Checkpoint.CONFIRMATION
    number: str | None = None
    excluded: bool = False
    ship_date: date | None = None
    counted: tuple[Balance, ...] = ()
    delivered: bool = False
    release: Release | None = None
    forced: bool = False
    held_at: Checkpoint | None = None
    payment_terms: UUID | None = None
    without_order: bool = False
    billed: bool = False
    own: Conditions = UNSAID


@dataclass(frozen=True)
class Facts:
    """Everything a decision follows from, apart from the order.

    `terms_days`: the days of payment terms, where a rule compares them with what insurance covers.
    """

    customer: CustomerFacts
    group: GroupFacts | None = None
    rules: tuple[BlockingRule, ...] = ()
    terms_days: Mapping[UUID, int] = field(default_factory=dict)
    party: PartyFacts | None = None
