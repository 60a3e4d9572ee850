"""What waits for the viewer's approval, of whichever kind."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.approval import ApprovalKind
from persistence.frozen import thaw_message
from persistence.selection import Finished, LinkedToEither
from persistence.shapes.actor import ACTOR
from persistence.shapes.adjustment import CREDIT_LIMIT_ADJUSTMENT
from persistence.shapes.approval_waiting import APPROVAL_WAITING
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_change import CREDIT_CHANGE_REQUEST
from persistence.shapes.hold import CREDIT_HOLD
from schema.arguments import InLocale
from schema.context import Info
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.records import record_of
from schema.types.money import Money
from schema.types.node import Node, Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.reference import Actor

coded(
    ApprovalKind,
    "What somebody asks to be approved.",
    LIMIT_ADJUSTMENT="New limits: a `CreditLimitAdjustment`.",
    RELEASE="That an order goes on: a `CreditHold` whose release is asked for.",
    CREDIT_CHANGE="Anything else that widens credit: a `CreditChangeRequest`.",
)

_SUBJECTS = (
    (CREDIT_LIMIT_ADJUSTMENT, "adjustment_id"),
    (CREDIT_HOLD, "hold_id"),
    (CREDIT_CHANGE_REQUEST, "change_id"),
)


@shaped(APPROVAL_WAITING, "Something that waits for approval, and that you may approve now.")
class ApprovalWaiting(Node):
    """Rows of the shape of what waits."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] | None = link(
        "company_id", COMPANY, "Whose it is; null: it is about a whole credit group or party."
    )
    kind: ApprovalKind = stored("What it is.")
    kind_label: str = labelled("kind", ApprovalKind)
    asked_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link(
        "asked_by_id", ACTOR, "Who asked; of a limit adjustment who wrote it."
    )
    asked_at: datetime = stored("Since when it waits.")
    amount: Money | None = money(
        "The most the order may come to, or the new limit; null: it has no one amount, as changes of credit and limit"
        " adjustments of several lines.",
        "amount",
    )
    escalated: bool = stored("It waits for longer than the company lets it.")

    @strawberry.field(description="What is to be done, in words.", metadata=read_as(Finished("said", ("message",))))
    def message(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(thaw_message(self.row["message"]), locale)

    @strawberry.field(
        description="What is approved or rejected: by its own id, and mutations of its own.",
        metadata=read_as(LinkedToEither(_SUBJECTS)),
    )
    async def subject(self, info: Info) -> Record:
        kept = next((shape.table, self.row[key]) for shape, key in _SUBJECTS if self.row[key] is not None)
        found: Record = await record_of(info.context, kept)
        return found
