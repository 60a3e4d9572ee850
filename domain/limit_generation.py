"""New limits made of those there are: ± an amount or a percentage, rounded up or down, on given days or moved ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import Enum, StrEnum
from uuid import UUID

from domain.adjustment import (
    BELOW_NOTHING,
    ENDS_BEFORE,
    MOST_PERCENT,
    NEEDS_LAST_DAY,
    OTHER_WORDS,
    SEASON_NEEDS_LAST_DAY,
    TOLERANCE_NEGATIVE,
    TOO_MUCH,
    AdjustmentLine,
    Holder,
    comes_to,
)
from domain.amounts import amount_refusals
from domain.limits import MARGINS, AdjustmentKind, LimitEntry, normal_on, overlapping, temporary_on
from domain.message import N_, Message, Value
from domain.money import Exchange, Money, rounded
from domain.refusal import ErrorCode, Refusal

MOST_DAYS = 36_500
"""How far days may be moved: a hundred years."""

_HUNDRED = Decimal(100)


class RoundingDirection(StrEnum):
    """Which way a generated limit is rounded to its unit."""

    UP = "UP"
    DOWN = "DOWN"


class LeftOut(Enum):
    """Why somebody gets no line."""

    EXCLUDED = "EXCLUDED"
    UNLIMITED = "UNLIMITED"
    NO_LIMIT = "NO_LIMIT"
    OVERLAPS = "OVERLAPS"
    NO_DAYS = "NO_DAYS"


@dataclass(frozen=True)
class LimitChange:
    """What becomes of a limit: `amount` or `percent` is added, below 0 taken off. `unit` None: the smallest amount of
    the currency, rounded half away from zero.
    """

    amount: Money | None = None
    percent: Decimal | None = None
    unit: Decimal | None = None
    direction: RoundingDirection = RoundingDirection.UP

    def of(self, limit: Money, exchange: Exchange) -> Money:
        """The new limit, never below 0 (D365: generating an adjustment journal). Raises `RateMissing`."""
        with localcontext(prec=60):
            added = limit.amount * (self.percent or 0) / _HUNDRED
            if self.amount is not None:
                added += exchange.exactly(self.amount, limit.currency)
            changed = max(limit.amount + added, Decimal(0))
            if self.unit is None:
                return Money(rounded(changed, exchange.digits[limit.currency]), limit.currency)
            beyond = changed % self.unit
            down = changed - beyond
            up = beyond and self.direction is RoundingDirection.UP
            return Money(down + self.unit if up else down, limit.currency)


@dataclass(frozen=True)
class LimitDays:
    """When new limits hold. `relative`: `from_days` counts from today, `until_days` from the last day of the limit that
    is changed; otherwise the days are as given. Without a first day a limit begins when it is posted.
    """

    from_: date | None = None
    until: date | None = None
    relative: bool = False
    from_days: int | None = None
    until_days: int | None = None

    def first(self, today: date) -> date | None:
        """The first day."""
        if not self.relative:
            return self.from_
        return None if self.from_days is None else moved(today, self.from_days)

    def last(self, first: date, was: date | None, kind: AdjustmentKind) -> date | None:
        """The last day, of a limit that ended on `was`; a temporary one beside a limit without an end is counted from
        its own first day, as what changes limits is; a permanent one then has none either.
        """
        if not self.relative:
            return self.until
        if kind is AdjustmentKind.TOLERANCE:
            return None if self.until_days is None else moved(first, self.until_days)
        if kind is AdjustmentKind.SEASONAL or (was is None and kind is AdjustmentKind.TEMPORARY):
            was = first
        return None if was is None else moved(was, self.until_days or 0)


@dataclass(frozen=True)
class Candidate:
    """Whose limit may get a line. `today` and `currency` are the holder's; `excluded`: from credit management."""

    holder: Holder
    currency: str
    today: date
    entries: tuple[LimitEntry, ...]
    unlimited: bool = False
    excluded: bool = False


@dataclass(frozen=True)
class Generated:
    """A line: the new limit and its days. `replaces`: the temporary limit that it moves."""

    limit: Money
    from_: date | None
    until: date | None
    replaces: LimitEntry | None = None
    percent: Decimal | None = None
    tolerance: Money | None = None


def generated(
    of: Candidate, kind: AdjustmentKind, change: LimitChange, days: LimitDays, exchange: Exchange
) -> Generated | LeftOut:
    """The line of one holder, or why it gets none. Raises `RateMissing`.

    The normal limit is changed. A temporary limit that is in force is changed itself where temporary limits are made on
    moved days: it is replaced.
    """
    if of.excluded or of.unlimited:
        return LeftOut.UNLIMITED if of.unlimited else LeftOut.EXCLUDED
    moves = kind is AdjustmentKind.TEMPORARY and days.relative
    active = temporary_on(of.entries, of.today) if moves else None
    base = active or normal_on(of.entries, of.today)
    if base is None:
        return LeftOut.NO_LIMIT
    first = days.first(of.today)
    begins = first or of.today
    last = days.last(begins, base.until if active or kind is AdjustmentKind.PERMANENT else None, kind)
    if last is not None and last < begins:
        return LeftOut.NO_DAYS
    if kind in MARGINS:
        return _margin(of, kind, change, (first, last), exchange) or LeftOut.NO_LIMIT
    limit = change.of(exchange.convert(base.limit, of.currency), exchange)
    new = LimitEntry(base.id, kind, limit, begins, last, replaces=active.id if active else None)
    if overlapping(of.entries, new) is not None:
        return LeftOut.OVERLAPS
    return Generated(limit, first, last, active)


def _margin(
    of: Candidate,
    kind: AdjustmentKind,
    change: LimitChange,
    days: tuple[date | None, date | None],
    exchange: Exchange,
) -> Generated | None:
    """A seasonal factor or a tolerance, with what the limit comes to on its first day."""
    amount = change.amount and exchange.convert(change.amount, of.currency)
    nothing = Money(Decimal(0), of.currency)
    line = AdjustmentLine(UUID(int=0), of.holder, kind, nothing, of.currency, *days, None, change.percent, amount)
    limit = comes_to(line, of.entries, exchange, of.today)
    return None if limit is None else Generated(limit, *days, percent=change.percent, tolerance=amount)


def asked_refusals(
    kind: AdjustmentKind, change: LimitChange, days: LimitDays, digits: Mapping[str, int]
) -> list[Refusal]:
    """What of a wish to generate cannot be meant. `digits`: the decimals of every currency there is."""
    refusals = []
    if change.amount is not None:
        size = Money(abs(change.amount.amount), change.amount.currency)
        refusals += amount_refusals(size, digits, ("change", "amount"), positive=False)
    if change.percent is not None and change.percent < -_HUNDRED:
        refusals.append(_invalid(BELOW_NOTHING, "change", "percent"))
    if kind in MARGINS:
        refusals += _margin_refusals(kind, change)
    if change.unit is not None and change.unit <= 0:
        refusals.append(_invalid(UNIT, "rounding", "unit"))
    for name, number in (("fromDays", days.from_days), ("untilDays", days.until_days)):
        if number is not None and abs(number) > MOST_DAYS:
            refusals.append(_invalid(FAR, "dates", "relative", name, most=MOST_DAYS))
    until = ("dates", "relative", "untilDays") if days.relative else ("dates", "absolute", "until")
    needing = {AdjustmentKind.TEMPORARY: NEEDS_LAST_DAY, AdjustmentKind.SEASONAL: SEASON_NEEDS_LAST_DAY}
    if kind in needing and (days.until_days if days.relative else days.until) is None:
        refusals.append(_invalid(needing[kind], *until))
    if days.from_ is not None and days.until is not None and days.until < days.from_:
        message = Message(ENDS_BEFORE, {"from": days.from_, "until": days.until})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, until))
    return refusals


def _margin_refusals(kind: AdjustmentKind, change: LimitChange) -> list[Refusal]:
    """A seasonal factor is a percentage, no tolerance is negative, and neither is rounded."""
    refusals = []
    added = change.percent if change.amount is None else change.amount.amount
    field = ("change", "percent" if change.amount is None else "amount")
    if change.unit is not None:
        refusals.append(_invalid(OTHER_WORDS, "rounding"))
    if kind is AdjustmentKind.SEASONAL and change.amount is not None:
        refusals.append(_invalid(OTHER_WORDS, *field))
    if kind is AdjustmentKind.TOLERANCE and (added or 0) < 0:
        refusals.append(_invalid(TOLERANCE_NEGATIVE, *field))
    if change.percent is not None and change.percent > MOST_PERCENT:
        refusals.append(_invalid(TOO_MUCH, *field, most=MOST_PERCENT))
    return refusals


def left_out(why: LeftOut, count: int) -> Refusal:
    """The warning that so many got no line."""
    return Refusal(ErrorCode.LEFT_OUT, Message(SAID[why], {"count": count}), ("holders",))


def moved(day: date, days: int) -> date:
    """A day so many days later, within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _invalid(text: str, *path: str, **values: Value) -> Refusal:
    return Refusal(ErrorCode.INVALID_VALUE, Message(text, values), path)


UNIT = N_("The unit of rounding must be above zero.")
FAR = N_("Days can be moved by {most} at most.")

SAID = {
    LeftOut.EXCLUDED: N_("Left out, being excluded from credit management: {count}."),
    LeftOut.UNLIMITED: N_("Left out, having unlimited credit: {count}."),
    LeftOut.NO_LIMIT: N_("Left out, having no credit limit: {count}."),
    LeftOut.OVERLAPS: N_("Left out, having a temporary credit limit in these days: {count}."),
    LeftOut.NO_DAYS: N_("Left out, since their credit limit would end before it begins: {count}."),
}
