"""What the coded names that people give are used for."""

from __future__ import annotations

from enum import StrEnum


class ReasonKind(StrEnum):
    """What a reason is given for: holding an order, releasing it, or a customer's account status."""

    HOLD = "HOLD"
    RELEASE = "RELEASE"
    STATUS = "STATUS"


class AccountStatusEffect(StrEnum):
    """What an account status does (D365's invoicing and delivery on hold)."""

    NONE = "NONE"
    HOLD_INVOICING = "HOLD_INVOICING"
    HOLD_ALL = "HOLD_ALL"
