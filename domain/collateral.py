"""Insurance, guarantees and other collateral: what they add to a limit, and what they take off again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.message import N_, Message
from domain.money import Exchange, Money


class CollateralKind(StrEnum):
    """Who answers for the customer: an insurer, a guarantor, or a thing pledged."""

    INSURANCE = "INSURANCE"
    GUARANTEE = "GUARANTEE"
    COLLATERAL = "COLLATERAL"


@dataclass(frozen=True)
class Collateral:
    """One policy. `percent` (0–100) of its value is added to the limit while it is valid, both days inclusive.

    `included_in_exposure`: its full value is taken off the limit as a part of its own (D365: "included in exposure").
    `maximum_terms_days`: the payment terms that it covers at most; None: any.
    """

    id: UUID
    kind: CollateralKind
    provider: str
    value: Money
    percent: Decimal
    from_: date
    until: date | None = None
    included_in_exposure: bool = False
    maximum_terms_days: int | None = None

    def valid_on(self, day: date) -> bool:
        """From its first to its last day, both inclusive."""
        return self.from_ <= day and (self.until is None or day <= self.until)

    @property
    def addition(self) -> Money:
        """Value × percent, unrounded, in the policy's currency."""
        return Money(self.value.amount * self.percent / 100, self.value.currency)


def insured(collaterals: tuple[Collateral, ...], exposure: Money, exchange: Exchange, day: date) -> Money:
    """The part of an exposure that others answer for: the full value of what is valid, at most the exposure itself."""
    covered = exchange.total((c.value for c in collaterals if c.valid_on(day)), exposure.currency)
    return min(covered, max(exposure, Money(Decimal(0), exposure.currency)))


@dataclass(frozen=True)
class CoveredTerms:
    """The payment terms in days that one who answers for a customer covers at most."""

    provider: str
    days: int


def covered_terms(collaterals: tuple[Collateral, ...], day: date) -> CoveredTerms | None:
    """The shortest terms that anything valid on a day covers at most; None where nothing is said of terms."""
    said = [
        CoveredTerms(one.provider, one.maximum_terms_days)
        for one in collaterals
        if one.maximum_terms_days is not None and one.valid_on(day)
    ]
    return min(said, key=lambda covered: (covered.days, covered.provider), default=None)


def warnings(collateral: Collateral) -> tuple[Message, ...]:
    """A flagged policy that leaves less limit than no policy would is saved, but never silently."""
    if not collateral.included_in_exposure or collateral.percent >= 100:
        return ()
    return (Message(LESS_THAN_WITHOUT, {"value": collateral.value, "added": collateral.addition}),)


LESS_THAN_WITHOUT = N_(
    "The policy adds {added} to the credit limit and, being included in exposure, takes {value} off it: "
    "the limit is lower than without the policy."
)
