"""Limits as they were posted."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.limits import AdjustmentKind
from persistence.shapes.limit_entry import LIMIT_ENTRY
from schema.fields import coded, labelled, money, shaped, stored
from schema.types.money import Money
from schema.types.node import Record

coded(
    AdjustmentKind,
    "Whether a limit stands until the next one, or replaces it for a time.",
    PERMANENT="It stands until the next one begins.",
    TEMPORARY="It replaces the normal limit from its first to its last day.",
)


@shaped(LIMIT_ENTRY, "A limit as it was posted; it is never changed.")
class CreditLimitEntry(Record):
    """Rows of the limit entry shape."""

    kind: AdjustmentKind = stored("Permanent or temporary.")
    kind_label: str = labelled("kind", AdjustmentKind)
    limit: Money = money("The limit.", "amount")
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date | None = stored("The last day of a temporary limit, the expiry date of a permanent one.")
