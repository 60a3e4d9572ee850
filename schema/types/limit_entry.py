"""Limits as they were posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.limits import AdjustmentKind, LimitAction
from persistence.selection import LinkedToEither
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.limit_entry import LIMIT_ENTRY
from schema.context import Info
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.records import record_of
from schema.types.money import Money
from schema.types.node import CreditHolder, Record

coded(
    AdjustmentKind,
    "Whether a limit stands until the next one, replaces it for a time, or changes whichever is in force.",
    PERMANENT="It stands until the next one begins.",
    TEMPORARY="It replaces the normal limit from its first to its last day.",
    SEASONAL="It raises or lowers the limit in force by a percentage, to its last day at most.",
    TOLERANCE="It is what may be used beyond the limit in force: a percentage or an amount.",
)


coded(
    LimitAction,
    "What is done to a limit.",
    SET="A new limit, season or tolerance.",
    END="A temporary limit, a season or a tolerance ends early, or is taken back before it begins.",
    UNSET="The permanent limit is taken away, as if none had been posted: in a credit group the group alone decides.",
)


@shaped(LIMIT_ENTRY, "A limit as it was posted; it is never changed.")
class CreditLimitEntry(Record):
    """Rows of the limit entry shape."""

    @strawberry.field(
        description="Whose limit it is.",
        metadata=read_as(LinkedToEither(((CUSTOMER, "customer_id"), (CREDIT_GROUP, "credit_group_id")))),
    )
    async def holder(self, info: Info) -> CreditHolder:
        table = CREDIT_GROUP.table if self.row["customer_id"] is None else CUSTOMER.table
        found: CreditHolder = await record_of(info.context, (table, self.row["holder_id"]))
        return found

    kind: AdjustmentKind = stored("What it is.")
    kind_label: str = labelled("kind", AdjustmentKind)
    action: LimitAction = stored("Whether a limit was set or taken away from its first day on.")
    action_label: str = labelled("action", LimitAction)
    limit: Money | None = money(
        "The limit; of a seasonal factor or a tolerance what the limit came to with it when it was posted; null: it was"
        " taken away.",
        "amount",
    )
    percent: Decimal | None = stored("What a seasonal factor or a tolerance adds, as a percentage of the limit.")
    tolerance: Money | None = money("The amount that a tolerance adds.", "tolerance")
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date | None = stored("The last day; of a permanent limit the day on which it expires.")
    in_force: bool = stored(
        "Whether it is the one of its kind that is in force today, at its holder: a permanent limit also while a"
        " temporary one takes its place, and after the day on which it expired."
    )
    ended_on: date | None = stored(
        "The last day that it had, where it was ended early or another took its place; before `from`: it was taken back"
        " and never began."
    )
    replaced_by: Annotated[CreditLimitEntry, strawberry.lazy("schema.types.limit_entry")] | None = link(
        "replaced_by_id", LIMIT_ENTRY, "What took its place."
    )
