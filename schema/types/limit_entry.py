"""Limits as they were posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from domain.limits import AdjustmentKind
from persistence.shapes.limit_entry import LIMIT_ENTRY
from schema.fields import coded, labelled, money, shaped, stored
from schema.types.money import Money
from schema.types.node import Record

coded(
    AdjustmentKind,
    "Whether a limit stands until the next one, replaces it for a time, or changes whichever is in force.",
    PERMANENT="It stands until the next one begins.",
    TEMPORARY="It replaces the normal limit from its first to its last day.",
    SEASONAL="It raises or lowers the limit in force by a percentage, to its last day at most.",
    TOLERANCE="It is what may be used beyond the limit in force: a percentage or an amount.",
)


@shaped(LIMIT_ENTRY, "A limit as it was posted; it is never changed.")
class CreditLimitEntry(Record):
    """Rows of the limit entry shape."""

    kind: AdjustmentKind = stored("What it is.")
    kind_label: str = labelled("kind", AdjustmentKind)
    limit: Money = money(
        "The limit; of a seasonal factor or a tolerance what the limit came to with it when it was posted.", "amount"
    )
    percent: Decimal | None = stored("What a seasonal factor or a tolerance adds, as a percentage of the limit.")
    tolerance: Money | None = money("The amount that a tolerance adds.", "tolerance")
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date | None = stored("The last day; of a permanent limit the day on which it expires.")
