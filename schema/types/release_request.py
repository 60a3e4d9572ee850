"""Releases that somebody asked for and somebody else decides about."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.release_request import ReleaseRequestStatus
from persistence.shapes.actor import ACTOR
from persistence.shapes.named import REASON
from schema.fields import Shaped, coded, labelled, link, money, stored
from schema.types.money import Money

if TYPE_CHECKING:
    from schema.types.named import Reason
    from schema.types.reference import Actor

coded(
    ReleaseRequestStatus,
    "Where a release that was asked for stands.",
    WAITING="Somebody is to decide about it.",
    APPROVED="It was approved, and the order went on.",
    REJECTED="It was rejected, or taken back; the order stayed on hold.",
    ENDED="Nobody need decide any more: the order or its hold changed meanwhile.",
)


@strawberry.type(description="A release that somebody asked for, since it was beyond their authority.")
class ReleaseRequest(Shaped):
    """A row of the releases that were asked for."""

    status: ReleaseRequestStatus = stored("Where it stands.")
    status_label: str = labelled("status", ReleaseRequestStatus)
    reason: Annotated[Reason, strawberry.lazy("schema.types.named")] = link("reason_id", REASON, "Why.")
    with_posting: bool = stored("The step that was held is to be posted at once.")
    amount: Money = money("What the order came to when it was asked for.", "amount")
    highest: Money = money("The most it may come to by this release: what the approval is about.", "highest")
    ceiling: Money | None = money("The bound that was asked for; null: none.", "ceiling")
    deviation_percent: Decimal | None = stored("How much it may grow over the released amount, in percent.")
    last_date: date | None = stored("The last day it holds; null: as long as the company's parameters say.")
    note: str | None = stored("What the one who asked wrote.")
    asked_at: datetime = stored("When it was asked for.")
    asked_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link("asked_by_id", ACTOR, "Who asked.")
    decided_at: datetime | None = stored("When it was decided; null: it was not.")
    decided_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] | None = link(
        "decided_by_id", ACTOR, "Who decided; null: nobody did."
    )
    decided_for: Annotated[Actor, strawberry.lazy("schema.types.reference")] | None = link(
        "decided_for_id", ACTOR, "By whose authority, where somebody stood in for them."
    )
    decision_note: str | None = stored("What the one who decided wrote.")
