"""A credit hold: an order waits for a person, or for facts to change."""

from __future__ import annotations

from enum import StrEnum


class CreditHoldStatus(StrEnum):
    """READY_TO_RELEASE: no reason is left. The last three are final."""

    OPEN = "OPEN"
    READY_TO_RELEASE = "READY_TO_RELEASE"
    IN_APPROVAL = "IN_APPROVAL"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
