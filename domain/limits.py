"""The credit limit of a customer or a group on a day, with the parts it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.collateral import Collateral
from domain.exposure import Exposure
from domain.money import Exchange, Money


class CreditLimitKind(StrEnum):
    """AMOUNT: 0 is an amount, no credit of its own. UNSET: no limit was ever posted."""

    AMOUNT = "AMOUNT"
    UNLIMITED = "UNLIMITED"
    UNSET = "UNSET"


class AdjustmentKind(StrEnum):
    """PERMANENT stands until the next one begins; TEMPORARY replaces it from its first to its last day."""

    PERMANENT = "PERMANENT"
    TEMPORARY = "TEMPORARY"


class CreditLimitPartKind(StrEnum):
    """What a limit is made of. FLAGGED_POLICY is negative: the full value of a policy included in exposure."""

    BASE = "BASE"
    TEMPORARY = "TEMPORARY"
    INSURANCE = "INSURANCE"
    GUARANTEE = "GUARANTEE"
    COLLATERAL = "COLLATERAL"
    FLAGGED_POLICY = "FLAGGED_POLICY"


@dataclass(frozen=True)
class LimitEntry:
    """One posted limit. `posted` is the order of posting; of two that begin the same day the later one wins.

    PERMANENT: in force from `from_` until the next one begins; `until` is the expiry date, which blocks only through a
    rule. TEMPORARY: in force from `from_` to `until`, both inclusive. `replaces`: the temporary entry that ends the day
    before this one begins (ending one early is replacing it by itself with an earlier last day).
    """

    id: UUID
    kind: AdjustmentKind
    limit: Money
    from_: date
    until: date | None = None
    posted: int = 0
    replaces: UUID | None = None


@dataclass(frozen=True)
class LimitTerms:
    """Everything a limit follows from. `in_group`: member of a credit group whose limit the company tests.

    `mandatory` treats an unset limit as 0. `unset_means_unlimited` is the company's parameter, for customers in no group.
    """

    entries: tuple[LimitEntry, ...] = ()
    collaterals: tuple[Collateral, ...] = ()
    unlimited: bool = False
    mandatory: bool = False
    in_group: bool = False
    unset_means_unlimited: bool = False


@dataclass(frozen=True)
class LimitPart:
    """One part of a limit, in the limit's currency; `source` is what it comes from, as (kind, id)."""

    kind: CreditLimitPartKind
    amount: Money
    source: tuple[str, UUID] | None = None


@dataclass(frozen=True)
class CreditLimit:
    """A limit on a day. `total` is None where nothing binds: UNLIMITED, or UNSET where the group alone decides.

    `base`: the normal limit, None when UNSET. `insurance_and_guarantees`: what collateral changes, flagged policies
    included, so that total = (temporary or base) + insurance_and_guarantees.
    """

    kind: CreditLimitKind
    total: Money | None
    base: Money | None
    temporary: LimitEntry | None
    insurance_and_guarantees: Money
    parts: tuple[LimitPart, ...]
    expiry: date | None


@dataclass(frozen=True)
class CreditPosition:
    """Limit and exposure side by side, in one currency.

    `available` and `used_percent` are of the own limit: None where it has no total, the percentage also where it is not
    above 0. `effective_available` regards the group too; None is unlimited.
    """

    limit: CreditLimit
    exposure: Exposure
    available: Money | None
    used_percent: Decimal | None
    effective_available: Money | None
