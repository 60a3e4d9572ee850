"""How limits change: only by posted adjustments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.limits import AdjustmentKind
from domain.money import Money


class AdjustmentStatus(StrEnum):
    """POSTED is final; a rejected line stays as it was refused."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    POSTED = "POSTED"


@dataclass(frozen=True)
class AdjustmentLine:
    """One new limit for one holder, as (kind, id). `from_` None: from the day it is posted.

    `replaces`: the temporary limit whose place it takes.
    """

    holder: tuple[str, UUID]
    kind: AdjustmentKind
    limit: Money
    from_: date | None = None
    until: date | None = None
    replaces: UUID | None = None
