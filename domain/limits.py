"""The credit limit of a customer or a group on a day, with the parts it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from domain.calendar import DAY
from domain.collateral import Collateral
from domain.exposure import Exposure
from domain.money import Exchange, Money

LIMIT_ENTRY = "credit_limit_entry"
COLLATERAL = "collateral"
"""The kinds of what a part of a limit comes from."""

FIRST = date.min + DAY
"""The first day that has a day before it."""


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

    `mandatory` treats an unset limit as 0. `unset_means_unlimited` is the company's, for customers in no group.
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


def limit_on(terms: LimitTerms, day: date, exchange: Exchange, currency: str) -> CreditLimit:
    """The limit in force on a day, in one currency. Raises `RateMissing`.

    A temporary limit replaces the normal one, higher or lower; valid collateral adds to whichever is in force, 0 too.
    """
    normal, temporary = normal_on(terms.entries, day), temporary_on(terms.entries, day)
    kind = _kind(terms, normal, temporary)
    in_force = temporary or normal
    binds = kind is CreditLimitKind.AMOUNT or (
        kind is CreditLimitKind.UNSET and (temporary is not None or terms.mandatory or not terms.in_group)
    )
    exact: list[tuple[CreditLimitPartKind, Money, tuple[str, UUID]]] = []
    if binds and in_force is not None:
        part = CreditLimitPartKind.BASE if temporary is None else CreditLimitPartKind.TEMPORARY
        exact.append((part, in_force.limit, (LIMIT_ENTRY, in_force.id)))
    collateral = [part for c in terms.collaterals if binds and c.valid_on(day) for part in _parts_of(c)]
    amounts = [amount for _, amount, _ in exact + collateral]
    return CreditLimit(
        kind=kind,
        total=exchange.total(amounts, currency) if binds else None,
        base=None if normal is None or kind is CreditLimitKind.UNLIMITED else exchange.convert(normal.limit, currency),
        temporary=temporary,
        insurance_and_guarantees=exchange.total((amount for _, amount, _ in collateral), currency),
        parts=tuple(
            LimitPart(part, exchange.convert(amount, currency), source) for part, amount, source in exact + collateral
        ),
        expiry=None if normal is None else normal.until,
    )


def normal_on(entries: tuple[LimitEntry, ...], day: date) -> LimitEntry | None:
    """The permanent entry in force: the last that has begun, and of those that begin the same day the last posted."""
    begun = [e for e in entries if e.kind is AdjustmentKind.PERMANENT and e.from_ <= day]
    return max(begun, key=lambda e: (e.from_, e.posted), default=None)


def temporary_on(entries: tuple[LimitEntry, ...], day: date) -> LimitEntry | None:
    """The temporary entry in force, from its first to its last day, both inclusive, unless another took its place."""
    active = [e for e in entries if e.kind is AdjustmentKind.TEMPORARY and e.from_ <= day <= _last_day(e, entries)]
    return max(active, key=lambda e: (e.posted, e.from_), default=None)


def overlapping(entries: tuple[LimitEntry, ...], new: LimitEntry) -> LimitEntry | None:
    """The temporary entry that a new temporary one would overlap, other than the one whose place it takes."""
    if new.kind is not AdjustmentKind.TEMPORARY:
        return None
    for entry in sorted(entries, key=lambda e: (e.from_, e.posted)):
        if entry.kind is not AdjustmentKind.TEMPORARY or entry.id in (new.id, new.replaces):
            continue
        if entry.from_ <= (new.until or date.max) and new.from_ <= _last_day(entry, entries):
            return entry
    return None


def position(limit: CreditLimit, exposure: Exposure, group_available: Money | None) -> CreditPosition:
    """Limit and exposure side by side; both, and the group's room (None: no group, or not limited), in one currency."""
    available = None if limit.total is None else limit.total - exposure.total
    rooms = [room for room in (available, group_available) if room is not None]
    unlimited = limit.kind is CreditLimitKind.UNLIMITED or not rooms
    return CreditPosition(
        limit=limit,
        exposure=exposure,
        available=available,
        used_percent=used_percent(exposure.total, limit.total),
        effective_available=None if unlimited else min(rooms),
    )


def used_percent(used: Money, limit: Money | None) -> Decimal | None:
    """Used of the limit, with two decimals, half away from zero; None where the limit is not above 0."""
    if limit is None or limit.amount <= 0:
        return None
    return (used.amount * 100 / limit.amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _kind(terms: LimitTerms, normal: LimitEntry | None, temporary: LimitEntry | None) -> CreditLimitKind:
    if terms.unlimited:
        return CreditLimitKind.UNLIMITED
    if normal is not None:
        return CreditLimitKind.AMOUNT
    decides = terms.in_group or terms.mandatory or temporary is not None
    return CreditLimitKind.UNLIMITED if terms.unset_means_unlimited and not decides else CreditLimitKind.UNSET


def _last_day(entry: LimitEntry, entries: tuple[LimitEntry, ...]) -> date:
    """The last day of a temporary entry; the day before the one that took its place begins, when that is earlier."""
    replaced = (max(e.from_, FIRST) - DAY for e in entries if e.replaces == entry.id)
    return min((entry.until or date.max, *replaced))


def _parts_of(collateral: Collateral) -> list[tuple[CreditLimitPartKind, Money, tuple[str, UUID]]]:
    source = (COLLATERAL, collateral.id)
    parts = [(CreditLimitPartKind(collateral.kind.value), collateral.addition, source)]
    if collateral.included_in_exposure:
        parts.append((CreditLimitPartKind.FLAGGED_POLICY, -collateral.value, source))
    return parts
