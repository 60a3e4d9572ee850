"""What a release allows: up to which amount and until when a released order is not checked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.calendar import days_after
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal

RELEASE_VALID_DAYS = 14
"""How long a release without a last day stands (parameter releaseValidDays)."""

MOST_DEVIATION = 1000
"""How far above the released value a release reaches at most, in percent: what is more was meant as an amount."""


@dataclass(frozen=True)
class Agreed:
    """How the order was to be paid for when it was released: its own payment terms and cash discount."""

    payment_terms: UUID | None
    cash_discount: UUID | None


@dataclass(frozen=True)
class Release:
    """Somebody took responsibility for an order, within bounds.

    `ceiling`: the highest amount; `deviation_percent`: how far above the released value; the smaller wins, and without
    either the released value is the bound. `agreed` None: it is not known, and covers whatever it is.
    """

    released_value: Money
    released_on: date
    ceiling: Money | None = None
    deviation_percent: Decimal | None = None
    last_date: date | None = None
    agreed: Agreed | None = None


def covers(
    release: Release,
    order_amount: Money,
    day: date,
    grace_days: int | None = None,
    valid_days: int = RELEASE_VALID_DAYS,
) -> bool:
    """Is a released order left alone? At most the bound passes, equal included (SAP), until the last day inclusive.

    An order in another currency than the released one is checked again. `grace_days` are the checkpoint's (D365).
    """
    if order_amount.currency != release.released_value.currency:
        return False
    return order_amount <= highest_amount(release) and day <= last_day(release, grace_days, valid_days)


def highest_amount(release: Release) -> Money:
    """The smaller of ceiling and released value plus deviation; the released value where neither is set."""
    value = release.released_value
    bounds = []
    if release.ceiling is not None and release.ceiling.currency == value.currency:
        bounds.append(release.ceiling)
    if release.deviation_percent is not None:
        bounds.append(Money(value.amount * (100 + release.deviation_percent) / 100, value.currency))
    return min(bounds, default=value)


def last_day(release: Release, grace_days: int | None, valid_days: int) -> date:
    """The earlier of the release's last day and the checkpoint's grace; `valid_days` after it where neither is set."""
    bounds = []
    if release.last_date is not None:
        bounds.append(release.last_date)
    if grace_days is not None:
        bounds.append(days_after(release.released_on, grace_days))
    return min(bounds, default=days_after(release.released_on, valid_days))


def release_refusals(release: Release) -> tuple[Refusal, ...]:
    """Bounds that cannot be meant: a release that does not cover the order it is of would hold it again at once."""
    refusals = []
    value, ceiling = release.released_value, release.ceiling
    if ceiling is not None and ceiling.currency != value.currency:
        message = Message(OTHER_CURRENCY, {"ceiling": ceiling, "currency": value.currency})
        refusals.append(Refusal(ErrorCode.CURRENCY_MISMATCH, message, ("ceiling",)))
    elif ceiling is not None and ceiling.amount < 0:
        refusals.append(Refusal(ErrorCode.AMOUNT_NEGATIVE, Message(NEGATIVE_CEILING), ("ceiling",), actual=ceiling))
    elif ceiling is not None and ceiling < value:
        message = Message(BELOW_ORDER, {"ceiling": ceiling, "amount": value})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("ceiling",), limit=ceiling, actual=value))
    deviation = release.deviation_percent or Decimal(0)
    if not 0 <= deviation <= MOST_DEVIATION:
        message = Message(NEGATIVE_DEVIATION) if deviation < 0 else Message(FAR_DEVIATION, {"most": MOST_DEVIATION})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("deviationPercent",)))
    if release.last_date is not None and release.last_date < release.released_on:
        message = Message(ENDS_BEFORE, {"last": release.last_date, "released": release.released_on})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("lastDate",)))
    return tuple(refusals)


OTHER_CURRENCY = N_("The ceiling of {ceiling} must be in the currency of the order, {currency}.")
NEGATIVE_CEILING = N_("The ceiling of a release cannot be negative.")
BELOW_ORDER = N_(
    "The order comes to {amount}, more than the ceiling of {ceiling}: it would be held again at once. "
    "Name a ceiling that covers it, or none."
)
FAR_DEVIATION = N_("A release reaches at most {most} % above the order.")
NEGATIVE_DEVIATION = N_("The deviation of a release cannot be negative.")
ENDS_BEFORE = N_("The release of {released} cannot end on {last}, before it begins.")
