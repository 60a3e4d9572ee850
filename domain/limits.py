"""The credit limit of a customer or a group on a day, with the parts it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from domain.calendar import DAY
from domain.collateral import Collateral
from domain.exposure import Exposure
from domain.money import Exchange, Money, rounded

LIMIT_ENTRY = "credit_limit_entry"
COLLATERAL = "collateral"
"""The kinds of what a part of a limit comes from."""

FIRST = date.min + DAY
"""The first day that has a day before it."""


class CreditLimitKind(StrEnum):
    """AMOUNT: 0 is an amount, no credit of its own. UNSET: no limit was posted, or it was taken away."""

    AMOUNT = "AMOUNT"
    UNLIMITED = "UNLIMITED"
    UNSET = "UNSET"


class AdjustmentKind(StrEnum):
    """PERMANENT stands until the next one begins; TEMPORARY replaces it from its first to its last day. SEASONAL and
    TOLERANCE change whichever of them is in force.
    """

    PERMANENT = "PERMANENT"
    TEMPORARY = "TEMPORARY"
    SEASONAL = "SEASONAL"
    TOLERANCE = "TOLERANCE"


class LimitAction(StrEnum):
    """What a line of an adjustment does: SET a limit, a season or a tolerance; END one of those with a last day before
    it, or before it begins; UNSET the permanent limit, as if none had been posted.
    """

    SET = "SET"
    END = "END"
    UNSET = "UNSET"


MARGINS = (AdjustmentKind.SEASONAL, AdjustmentKind.TOLERANCE)
"""What is no limit by itself, but more or less of one."""


class CreditLimitPartKind(StrEnum):
    """What a limit is made of. FLAGGED_POLICY is negative: the full value of a policy included in exposure. SEASONAL
    can be.
    """

    BASE = "BASE"
    TEMPORARY = "TEMPORARY"
    SEASONAL = "SEASONAL"
    TOLERANCE = "TOLERANCE"
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

    SEASONAL adds `percent` of the limit in force, or takes it off, as a seasonal factor of SAP does; TOLERANCE adds
    `percent` of that or the amount `tolerance`. Of each kind the one that began last stands, to its last day where it
    has one; then the one around it goes on. `limit` is what the limit came to when such a one was posted, and decides
    nothing.

    END ends the one it replaces the day before `from_`, which is its own last day: so it is never in force itself.
    UNSET is a permanent one without an amount: from its first day no limit is set.
    """

    id: UUID
    kind: AdjustmentKind
    limit: Money
    from_: date
    until: date | None = None
    posted: int = 0
    replaces: UUID | None = None
    percent: Decimal | None = None
    tolerance: Money | None = None
    action: LimitAction = LimitAction.SET


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
    """One part of a limit: `exact` in its own currency, `source` is what it comes from, as (kind, id)."""

    kind: CreditLimitPartKind
    exact: Money
    source: tuple[str, UUID]
    exchange: Exchange
    currency: str

    @cached_property
    def amount(self) -> Money:
        """The part in the limit's currency, rounded. Raises `RateMissing`."""
        return self.exchange.convert(self.exact, self.currency)


@dataclass(frozen=True)
class CreditLimit:
    """A limit on a day, in one currency: each figure is worked out when it is asked for, and may raise `RateMissing`.

    A temporary limit replaces the normal one, higher or lower; valid collateral adds to whichever is in force, 0 too.
    """

    terms: LimitTerms
    day: date
    exchange: Exchange
    currency: str

    @cached_property
    def normal(self) -> LimitEntry | None:
        """The permanent limit in force."""
        return normal_on(self.terms.entries, self.day)

    @cached_property
    def temporary(self) -> LimitEntry | None:
        """The temporary limit in force."""
        return temporary_on(self.terms.entries, self.day)

    @property
    def kind(self) -> CreditLimitKind:
        """What kind of limit it is."""
        return _kind(self.terms, self.normal, self.temporary)

    @property
    def binds(self) -> bool:
        """Whether it limits anything: not where it is UNLIMITED, or UNSET and the credit group alone decides."""
        terms, unset = self.terms, self.kind is CreditLimitKind.UNSET
        decides = self.temporary is not None or terms.mandatory or not terms.in_group
        return self.kind is CreditLimitKind.AMOUNT or (unset and decides)

    @cached_property
    def total(self) -> Money | None:
        """What may be used: (temporary or base) ± seasonal + tolerance + insurance_and_guarantees; None where nothing
        binds.
        """
        return self.exchange.total((part.exact for part in self.parts), self.currency) if self.binds else None

    @cached_property
    def base(self) -> Money | None:
        """The normal limit; None when UNSET."""
        if self.normal is None or self.kind is CreditLimitKind.UNLIMITED:
            return None
        return self.exchange.convert(self.normal.limit, self.currency)

    @cached_property
    def insurance_and_guarantees(self) -> Money:
        """What collateral changes, flagged policies included."""
        return self.exchange.total((part.exact for part in self.parts if part.source[0] == COLLATERAL), self.currency)

    @cached_property
    def parts(self) -> tuple[LimitPart, ...]:
        """What it is made of, where it binds: the posted limit in force with its margins, then each valid policy."""
        if not self.binds:
            return ()
        parts: list[tuple[CreditLimitPartKind, Money, tuple[str, UUID]]] = []
        in_force = self.temporary or self.normal
        if in_force is not None:
            part = CreditLimitPartKind.BASE if self.temporary is None else CreditLimitPartKind.TEMPORARY
            parts.append((part, in_force.limit, (LIMIT_ENTRY, in_force.id)))
            parts.extend(_margins(self.terms.entries, in_force.limit, self.day))
        for policy in self.terms.collaterals:
            if policy.valid_on(self.day):
                parts.extend(_parts_of(policy))
        return tuple(LimitPart(*part, self.exchange, self.currency) for part in parts)

    @property
    def expiry(self) -> date | None:
        """The last day of the normal limit, which blocks only through a rule."""
        return None if self.normal is None else self.normal.until


@dataclass(frozen=True)
class CreditPosition:
    """Limit and exposure side by side, in one currency; each figure is worked out when it is asked for.

    `group`: the position of the credit group, in the same currency; None: no group, or one that is not limited.
    """

    limit: CreditLimit
    exposure: Exposure
    group: CreditPosition | None = None

    @property
    def available(self) -> Money | None:
        """What is left of the own limit, negative above it; None where it has no total."""
        return None if self.limit.total is None else self.limit.total - self.exposure.total

    @property
    def used_percent(self) -> Decimal | None:
        """How much of the own limit is used; None where it has no total above 0."""
        return None if self.limit.total is None else used_percent(self.exposure.total, self.limit.total)

    @property
    def effective_available(self) -> Money | None:
        """What is left with the group regarded too; None is unlimited."""
        if self.limit.kind is CreditLimitKind.UNLIMITED:
            return None
        rooms = (self.available, None if self.group is None else self.group.available)
        return min((room for room in rooms if room is not None), default=None)


def limit_on(terms: LimitTerms, day: date, exchange: Exchange, currency: str) -> CreditLimit:
    """The limit in force on a day, in one currency."""
    return CreditLimit(terms, day, exchange, currency)


def normal_on(entries: tuple[LimitEntry, ...], day: date) -> LimitEntry | None:
    """The permanent entry in force: the last that has begun, and of those that begin the same day the last posted;
    None where that one took the limit away.
    """
    begun = [e for e in entries if e.kind is AdjustmentKind.PERMANENT and e.from_ <= day]
    last = max(begun, key=lambda e: (e.from_, e.posted), default=None)
    return None if last is None or last.action is LimitAction.UNSET else last


def temporary_on(entries: tuple[LimitEntry, ...], day: date) -> LimitEntry | None:
    """The temporary entry in force, from its first to its last day, both inclusive, unless it was ended or replaced."""
    return max(_lasting(entries, AdjustmentKind.TEMPORARY, day), key=lambda e: (e.posted, e.from_), default=None)


def margin_on(entries: tuple[LimitEntry, ...], kind: AdjustmentKind, day: date) -> LimitEntry | None:
    """The seasonal factor or the tolerance in force: of those that are not over the one that began last, of two that
    begin the same day the one posted last. When it is over, the one around it goes on.
    """
    return max(_lasting(entries, kind, day), key=lambda e: (e.from_, e.posted), default=None)


def _lasting(entries: tuple[LimitEntry, ...], kind: AdjustmentKind, day: date) -> list[LimitEntry]:
    return [e for e in entries if e.kind is kind and e.from_ <= day <= last_day(e, entries)]


def _margins(
    entries: tuple[LimitEntry, ...], limit: Money, day: date
) -> Iterator[tuple[CreditLimitPartKind, Money, tuple[str, UUID]]]:
    """What the margins in force add to a limit: first the season, then the tolerance of what comes to."""
    for kind in MARGINS:
        margin = margin_on(entries, kind, day)
        if margin is not None:
            added = margin.tolerance or Money(limit.amount * (margin.percent or 0) / 100, limit.currency)
            if kind is AdjustmentKind.SEASONAL:
                limit += added
            yield CreditLimitPartKind(kind.value), added, (LIMIT_ENTRY, margin.id)


def overlapping(entries: tuple[LimitEntry, ...], new: LimitEntry) -> LimitEntry | None:
    """The temporary entry that a new temporary one would overlap, other than the one whose place it takes."""
    if new.kind is not AdjustmentKind.TEMPORARY:
        return None
    for entry in sorted(entries, key=lambda e: (e.from_, e.posted)):
        set_ = entry.kind is AdjustmentKind.TEMPORARY and entry.action is LimitAction.SET
        if not set_ or entry.id in (new.id, new.replaces):
            continue
        if entry.from_ <= (new.until or date.max) and new.from_ <= last_day(entry, entries):
            return entry
    return None


def used_percent(used: Money, limit: Money | None) -> Decimal | None:
    """Used of the limit, with two decimals, half away from zero; None where the limit is not above 0."""
    if limit is None or limit.amount <= 0:
        return None
    return rounded(used.amount * 100 / limit.amount, 2)


def _kind(terms: LimitTerms, normal: LimitEntry | None, temporary: LimitEntry | None) -> CreditLimitKind:
    if terms.unlimited:
        return CreditLimitKind.UNLIMITED
    if normal is not None:
        return CreditLimitKind.AMOUNT
    decides = terms.in_group or terms.mandatory or temporary is not None
    return CreditLimitKind.UNLIMITED if terms.unset_means_unlimited and not decides else CreditLimitKind.UNSET


def last_day(entry: LimitEntry, entries: tuple[LimitEntry, ...]) -> date:
    """The last day of what has one; the day before it was ended or another took its place, when that is earlier."""
    replaced = (max(e.from_, FIRST) - DAY for e in entries if e.replaces == entry.id)
    return min((entry.until or date.max, *replaced))


def _parts_of(collateral: Collateral) -> list[tuple[CreditLimitPartKind, Money, tuple[str, UUID]]]:
    source = (COLLATERAL, collateral.id)
    parts = [(CreditLimitPartKind(collateral.kind.value), collateral.addition, source)]
    if collateral.included_in_exposure:
        parts.append((CreditLimitPartKind.FLAGGED_POLICY, -collateral.value, source))
    return parts
