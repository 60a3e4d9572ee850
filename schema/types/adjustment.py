"""Limit adjustments: documents that change limits when they are posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain import money as domain
from domain.adjustment import AdjustmentStatus
from domain.limits import AdjustmentKind, LimitAction, LimitEntry, normal_on, temporary_on
from domain.permitted import Action
from persistence.facts import entry_of
from persistence.selection import LinkedToEither, WorkedOut
from persistence.shapes.actor import ACTOR
from persistence.shapes.adjustment import (
    CREDIT_LIMIT_ADJUSTMENT,
    CREDIT_LIMIT_ADJUSTMENT_LINE,
    CURRENT_LIMIT,
    LIMITS_NOW,
)
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.limit_entry import LIMIT_ENTRY
from schema.connections import CREDIT_LIMIT_ADJUSTMENT_LINES
from schema.context import Info
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.permitted import may_as_read, viewer_may
from schema.records import record_of
from schema.types.money import Money
from schema.types.node import CreditHolder, Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.limit_entry import CreditLimitEntry
    from schema.types.reference import Actor

coded(
    AdjustmentStatus,
    "Where a limit adjustment or one of its lines stands.",
    DRAFT="It is being written.",
    IN_REVIEW="It waits for approval.",
    APPROVED="It may be posted.",
    REJECTED="It was turned down.",
    POSTED="Its limits are in force; it is final.",
    WITHDRAWN="It was taken back before anything came of it.",
)


@shaped(CREDIT_LIMIT_ADJUSTMENT_LINE, "The new limit of one customer or credit group.")
class CreditLimitAdjustmentLine(Record):
    """Rows of the line shape."""

    line_number: int = stored("Its place in the document.")
    action: LimitAction = stored("What it does.")
    action_label: str = labelled("action", LimitAction)
    replaces: Annotated[CreditLimitEntry, strawberry.lazy("schema.types.limit_entry")] | None = link(
        "replaces_id", LIMIT_ENTRY, "The limit whose place it takes, or that it ends."
    )
    new_limit: Money | None = money(
        "The new limit; of a seasonal factor, a tolerance or what ends a limit what the limit comes to then; null: none"
        " of the holder's own is left.",
        "amount",
    )
    percent: Decimal | None = stored("What a seasonal factor or a tolerance adds, as a percentage of the limit.")
    tolerance: Money | None = money("The amount that a tolerance adds.", "tolerance")
    status: AdjustmentStatus = stored("Where it stands.")
    status_label: str = labelled("status", AdjustmentStatus)

    from_: date | None = stored("The first day; null: the day of posting.", "from")
    until: date | None = stored(
        "The last day; of a permanent limit the day on which it expires; of what is ended null is the day before it is"
        " posted."
    )

    @strawberry.field(
        description="Whose limit it is.",
        metadata=read_as(LinkedToEither(((CUSTOMER, "customer_id"), (CREDIT_GROUP, "credit_group_id")))),
    )
    async def holder(self, info: Info) -> CreditHolder:
        customer = self.row["customer_id"]
        kept = (CUSTOMER.table, customer) if customer else (CREDIT_GROUP.table, self.row["credit_group_id"])
        found: CreditHolder = await record_of(info.context, kept)
        return found

    @strawberry.field(
        description="The limit in force: when it was posted, or now when it is not posted yet.",
        metadata=read_as(WorkedOut(CURRENT_LIMIT, "current_limit")),
    )
    async def current_limit(self, info: Info) -> Money | None:
        if self.row["status"] == AdjustmentStatus.POSTED.value:
            amount = self.row["current_amount"]
            return None if amount is None else Money(exact=amount, currency=self.row["current_currency"])

        async def fetch(holders: list[UUID]) -> Sequence[domain.Money | None]:
            entries: dict[UUID, list[LimitEntry]] = defaultdict(list)
            days: dict[UUID, date] = {}
            for posted, each in enumerate(await info.context.reader.run(LIMITS_NOW, holders=holders)):
                entries[each["holder_id"]].append(entry_of(each, posted))
                days[each["holder_id"]] = each["today"]
            return [_in_force(tuple(entries[key]), days[key]) if key in days else None for key in holders]

        holder = self.row["customer_id"] or self.row["credit_group_id"]
        return Money.maybe(await info.context.loader("limits now", fetch).load(holder))


@shaped(CREDIT_LIMIT_ADJUSTMENT, "A document that changes limits when it is posted.")
class CreditLimitAdjustment(Record):
    """Rows of the adjustment shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company it was written in."
    )
    number: str = stored("Its number in the company.")
    kind: AdjustmentKind = stored("What its lines are.")
    kind_label: str = labelled("kind", AdjustmentKind)
    description: str | None = stored("What it is for.")
    status: AdjustmentStatus = stored("Where it stands.")
    status_label: str = labelled("status", AdjustmentStatus)
    lines: CREDIT_LIMIT_ADJUSTMENT_LINES.connection = CREDIT_LIMIT_ADJUSTMENT_LINES.field(  # type: ignore[name-defined]
        "Its lines, those whose holders you may see.", {"adjustment_id": "id"}
    )
    created_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link(
        "created_by_id", ACTOR, "Who wrote it."
    )
    submitted_at: datetime | None = stored("Since when it waits for approval; null: nobody submitted it.")
    escalated: bool = stored("It waits for approval for longer than the company lets it.")
    posted_at: datetime | None = stored("When its limits were posted.")

    @strawberry.field(
        description="What you may do with it now.", metadata=read_as(may_as_read("CreditLimitAdjustment"))
    )
    def viewer_may(self, info: Info) -> list[Action]:
        return viewer_may(info.context.viewer, "CreditLimitAdjustment", self.row)

    @strawberry.field(
        description="What the values of `viewerMay` are called in your language.",
        metadata=read_as(may_as_read("CreditLimitAdjustment", labels=True)),
    )
    def viewer_may_labels(self, info: Info) -> list[str]:
        return [info.context.label("Action", action) for action in CreditLimitAdjustment.viewer_may(self, info)]


def _in_force(entries: tuple[LimitEntry, ...], day: date) -> domain.Money | None:
    entry = temporary_on(entries, day) or normal_on(entries, day)
    return None if entry is None else entry.limit
