"""How limits change: only by posted adjustments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.calendar import DAY
from domain.limits import (
    LIMIT_ENTRY,
    MARGINS,
    AdjustmentKind,
    CreditPosition,
    LimitAction,
    LimitEntry,
    LimitTerms,
    last_day,
    limit_on,
    normal_on,
    overlapping,
)
from domain.message import N_, Message
from domain.money import Exchange, Money
from domain.refusal import ErrorCode, Refusal

SET = LimitAction.SET

Holder = tuple[str, UUID]
"""Whose limit it is: (CUSTOMER or CREDIT_GROUP, id)."""


class AdjustmentStatus(StrEnum):
    """POSTED is final; a rejected line stays as it was refused, and one that was withdrawn as it was asked for."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    POSTED = "POSTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class AdjustmentLine:
    """One new limit for one holder. `from_` None: from the day it is posted.

    `id` becomes the id of the limit it makes. `replaces`: the temporary limit whose place it takes. `currency`: the
    holder's. Of a seasonal factor or a tolerance `limit` is what the limit comes to with it (`comes_to`), and of what
    ends or takes away what it comes to then. `until` of what ends: the last day of what it `replaces`; None: the day
    before it is posted.
    """

    id: UUID
    holder: Holder
    kind: AdjustmentKind
    limit: Money
    currency: str
    from_: date | None = None
    until: date | None = None
    replaces: UUID | None = None
    percent: Decimal | None = None
    tolerance: Money | None = None
    action: LimitAction = LimitAction.SET

    def entry(self, today: date, posted: int) -> LimitEntry:
        """The limit it makes when it is posted today."""
        from_, until = self.from_ or today, self.until
        if self.action is LimitAction.END:
            from_ = from_ if until is None else until + DAY
            until = from_ - DAY
        more = (self.percent, self.tolerance, self.action)
        return LimitEntry(self.id, self.kind, self.limit, from_, until, posted, self.replaces, *more)


def comes_to(line: AdjustmentLine, entries: tuple[LimitEntry, ...], exchange: Exchange, today: date) -> Money | None:
    """What the limit of a holder comes to on the first day of a seasonal factor or a tolerance, or without what the
    line ends or takes away; without collateral.

    None: there is no limit then. Raises `RateMissing`.
    """
    new = line.entry(today, posted=1 + max((e.posted for e in entries), default=0))
    ended = [e.from_ for e in entries if line.action is LimitAction.END and e.id == line.replaces]
    limit = limit_on(LimitTerms((*entries, new)), max((new.from_, *ended)), exchange, line.currency)
    return limit.total if limit.temporary or limit.normal else None


_FIRST_TO_ACT = (
    AdjustmentStatus.IN_REVIEW,
    AdjustmentStatus.DRAFT,
    AdjustmentStatus.APPROVED,
    AdjustmentStatus.POSTED,
    AdjustmentStatus.REJECTED,
    AdjustmentStatus.WITHDRAWN,
)


def standing(lines: Iterable[AdjustmentStatus]) -> AdjustmentStatus:
    """Where an adjustment stands by its lines: in review while one is, rejected only when all are, or those that were
    not withdrawn. Without lines it is a draft.
    """
    return min(lines, key=_FIRST_TO_ACT.index, default=AdjustmentStatus.DRAFT)


def post_refusals(
    lines: Sequence[AdjustmentLine],
    entries: Mapping[Holder, tuple[LimitEntry, ...]],
    status: AdjustmentStatus,
    today: date,
    workflow: bool = False,
) -> tuple[Refusal, ...]:
    """Everything in the way of posting, each with the path of its line. `entries`: what each holder has already.

    `workflow`: the company posts only what is approved. Lines of one adjustment may not overlap either.
    """
    if status is not AdjustmentStatus.APPROVED and (workflow or status is not AdjustmentStatus.DRAFT):
        return (Refusal(ErrorCode.WRONG_STATUS, Message(NOT_POSTABLE[status]), ("creditLimitAdjustment",)),)
    if not lines:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(EMPTY), ("lines",)),)
    refusals: list[Refusal] = []
    taken = dict(entries)
    for place, line in enumerate(lines):
        refusals += _line_refusals(line, taken.get(line.holder, ()), today, ("lines", str(place)))
        taken[line.holder] = (*taken.get(line.holder, ()), line.entry(today, posted=place))
    return tuple(refusals)


def _line_refusals(
    line: AdjustmentLine, entries: tuple[LimitEntry, ...], today: date, path: tuple[str, ...]
) -> list[Refusal]:
    if line.action is LimitAction.END:
        return _end_refusals(line, entries, today, path)
    if line.action is LimitAction.UNSET:
        return _unset_refusals(line, entries, today, path)
    refusals = _margin_refusals(line, path)
    new = line.entry(today, posted=0)
    if line.limit.amount < 0 and line.kind not in MARGINS:
        refusals.append(Refusal(ErrorCode.AMOUNT_NEGATIVE, Message(NEGATIVE), (*path, "newLimit"), actual=line.limit))
    if line.limit.currency != line.currency and line.kind not in MARGINS:
        message = Message(OTHER_CURRENCY, {"currency": line.currency})
        refusals.append(Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*path, "newLimit"), actual=line.limit))
    if line.kind is AdjustmentKind.TEMPORARY and new.until is None:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NEEDS_LAST_DAY), (*path, "until")))
    if line.kind is AdjustmentKind.SEASONAL and new.until is None:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(SEASON_NEEDS_LAST_DAY), (*path, "until")))
    if new.until is not None and new.until < new.from_:
        message = Message(ENDS_BEFORE, {"from": new.from_, "until": new.until})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, (*path, "until")))
    replaceable = {e.id for e in entries if e.kind is new.kind is AdjustmentKind.TEMPORARY and e.action is SET}
    if line.replaces is not None and line.replaces not in replaceable:
        refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NOTHING_TO_REPLACE), (*path, "replaces")))
    other = overlapping(entries, new)
    if other is not None and other.until is not None:
        message = Message(OVERLAPS, {"limit": other.limit, "from": other.from_, "until": other.until})
        refusals.append(Refusal(ErrorCode.OVERLAPPING_TEMPORARY_LIMIT, message, (*path, "from"), limit=other.limit))
    return refusals


def _end_refusals(
    line: AdjustmentLine, entries: tuple[LimitEntry, ...], today: date, path: tuple[str, ...]
) -> list[Refusal]:
    """There is something to end, and days of it that are left: what was in force stays as it was."""
    now, until = line.from_ or today, line.until
    mine = (e for e in entries if e.id == line.replaces and e.kind is line.kind is not AdjustmentKind.PERMANENT)
    ended = next((e for e in mine if e.action is LimitAction.SET and last_day(e, entries) >= max(now, e.from_)), None)
    if ended is None:
        return [Refusal(ErrorCode.NOT_FOUND, Message(NOTHING_TO_END), (*path, "ends"))]
    last = last_day(ended, entries)
    if until is None or max(now - DAY, ended.from_) <= until < last:
        return []
    message = Message(ENDS_BEFORE, {"from": ended.from_, "until": until})
    if until >= last:
        message = Message(ENDS_ALREADY, {"until": last})
    elif until >= ended.from_:
        message = Message(ENDED_LATE, {"until": now - DAY})
    return [Refusal(ErrorCode.DATE_ORDER, message, (*path, "until"))]


def _unset_refusals(
    line: AdjustmentLine, entries: tuple[LimitEntry, ...], today: date, path: tuple[str, ...]
) -> list[Refusal]:
    """Only a permanent limit that there is can be taken away."""
    if line.kind is not AdjustmentKind.PERMANENT:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(ONLY_PERMANENT), (*path, "unset"))]
    if normal_on(entries, line.from_ or today) is None:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(NOTHING_TO_CHANGE), (*path, "from"))]
    return []


def _margin_refusals(line: AdjustmentLine, path: tuple[str, ...]) -> list[Refusal]:
    """What is wrong with percentage and tolerance: each kind is said in its own way."""
    percent, tolerance = line.percent, line.tolerance
    given = (percent is not None, tolerance is not None)
    if given not in SAID_BY[line.kind]:
        field = "tolerance" if tolerance is not None and line.kind is not AdjustmentKind.TOLERANCE else "percent"
        return [Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_WORDS), (*path, field))]
    if percent is not None and line.kind is AdjustmentKind.SEASONAL and percent < -100:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(BELOW_NOTHING), (*path, "percent"))]
    if percent is not None and percent > MOST_PERCENT:
        message = Message(TOO_MUCH, {"most": MOST_PERCENT})
        return [Refusal(ErrorCode.INVALID_VALUE, message, (*path, "percent"))]
    if line.kind is AdjustmentKind.TOLERANCE and (percent or 0) < 0:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(TOLERANCE_NEGATIVE), (*path, "percent"))]
    if tolerance is not None and tolerance.amount < 0:
        message = Message(TOLERANCE_NEGATIVE)
        return [Refusal(ErrorCode.AMOUNT_NEGATIVE, message, (*path, "tolerance"), actual=tolerance)]
    if tolerance is not None and tolerance.currency != line.currency:
        message = Message(OTHER_CURRENCY, {"currency": line.currency})
        return [Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*path, "tolerance"), actual=tolerance)]
    return []


MOST_PERCENT = 1000
"""What a season or a tolerance adds at most."""

SAID_BY = {
    AdjustmentKind.PERMANENT: ((False, False),),
    AdjustmentKind.TEMPORARY: ((False, False),),
    AdjustmentKind.SEASONAL: ((True, False),),
    AdjustmentKind.TOLERANCE: ((True, False), (False, True)),
}
"""Whether a line of each kind has a percentage, and whether it has a tolerance."""


def below_used(position: CreditPosition, entry: UUID, holder: Holder, path: tuple[str, ...]) -> Refusal | None:
    """The warning that a posted limit, in force by now, is below what is used: lowering is allowed (decision 7). The
    whole limit counts, with insurance. Raises `RateMissing`.
    """
    limit, used = position.limit.total, position.exposure.total
    in_force = {part.source for part in position.limit.parts}
    in_force |= {
        (LIMIT_ENTRY, e.id)
        for e in position.limit.terms.entries
        if e.action is not SET and e.from_ <= position.limit.day
    }
    if limit is None or used <= limit or (LIMIT_ENTRY, entry) not in in_force:
        return None
    message = Message(BELOW_USED, {"used": used, "limit": limit})
    return Refusal(ErrorCode.LIMIT_BELOW_USED, message, path, node=holder, limit=limit, actual=used)


NOT_POSTABLE = {
    AdjustmentStatus.DRAFT: N_("The adjustment must be approved before it is posted."),
    AdjustmentStatus.IN_REVIEW: N_("The adjustment is being approved."),
    AdjustmentStatus.REJECTED: N_("The adjustment was rejected."),
    AdjustmentStatus.POSTED: N_("The adjustment is posted already."),
    AdjustmentStatus.WITHDRAWN: N_("The adjustment was withdrawn."),
}
EMPTY = N_("The adjustment has no lines.")
NEGATIVE = N_("A credit limit cannot be negative.")
OTHER_CURRENCY = N_(
    "The credit limit is kept in {currency}, in which it is compared. Convert the amount and give it so."
)
NEEDS_LAST_DAY = N_("A temporary credit limit needs a last day.")
SEASON_NEEDS_LAST_DAY = N_("A seasonal factor needs a last day.")
OTHER_WORDS = N_(
    "A permanent or temporary credit limit is said as an amount, a seasonal factor as a percentage, "
    "a tolerance as a percentage or an amount."
)
BELOW_NOTHING = N_("A credit limit can be lowered by 100 % at most.")
TOO_MUCH = N_("At most {most} % can be added to a credit limit.")
TOLERANCE_NEGATIVE = N_("A tolerance cannot be negative.")
NOTHING_TO_CHANGE = N_("There is no credit limit on that day that this could change.")
ENDS_BEFORE = N_("A credit limit from {from} cannot end on {until}, before it begins.")
NOTHING_TO_END = N_("There is no credit limit, season or tolerance with days left to end. It may be over.")
ENDS_ALREADY = N_("It ends on {until} already.")
ENDED_LATE = N_("It was in force until today. It can end on {until} at the earliest.")
ONLY_PERMANENT = N_("Only a permanent credit limit is taken away. Others are ended.")
NOTHING_TO_REPLACE = N_("There is no temporary credit limit to replace.")
BELOW_USED = N_("{used} is used already, which is more than the credit limit of {limit}.")
OVERLAPS = N_("There is a temporary credit limit of {limit} from {from} to {until} already.")
