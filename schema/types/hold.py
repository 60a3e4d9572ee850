"""Credit holds: orders that wait, why, and who let them go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain.facts import Checkpoint
from domain.hold import ENDED, CreditHoldStatus
from domain.permitted import Action
from persistence.checking import as_they_stand
from persistence.decisions import reason_of
from persistence.facts import Moment
from persistence.selection import WorkedOut
from persistence.shapes.actor import ACTOR
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.decision import CREDIT_DECISION
from persistence.shapes.hold import CREDIT_HOLD, HOLD_FIGURES, REASONS, RELEASES
from persistence.shapes.named import REASON
from persistence.shapes.release_request import HOLD_REQUEST, REQUESTS
from persistence.shapes.sales_order import SALES_ORDER
from schema.context import Info
from schema.fields import Shaped, coded, labelled, link, money, read_as, shaped, stored
from schema.permitted import may_as_read, viewer_may
from schema.types.check import BlockReason, CreditCheck
from schema.types.money import Money
from schema.types.node import Record
from schema.types.release_request import ReleaseRequest

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.customer import Customer
    from schema.types.decision import CreditDecision
    from schema.types.named import Reason
    from schema.types.reference import Actor
    from schema.types.sales_order import SalesOrder

coded(
    CreditHoldStatus,
    "Where a credit hold stands. RELEASED, REJECTED and CANCELLED are final.",
    OPEN="It waits.",
    READY_TO_RELEASE="No reason is left; it waits to be released.",
    IN_APPROVAL="Its release is being approved.",
    RELEASED="The order goes on.",
    REJECTED="The order was turned down.",
    CANCELLED="The order was called off.",
)


@strawberry.type(description="Who let a held order go on, why, and within what bounds.")
class Release(Shaped):
    """A row of releases. Beyond its bounds the order is checked again."""

    reason: Annotated[Reason, strawberry.lazy("schema.types.named")] = link("reason_id", REASON, "Why.")
    with_posting: bool = stored("The step that was held was posted at once.")
    released_amount: Money = money("What the order came to when it was released.", "released_amount")
    ceiling: Money | None = money("The most it may come to; null: no bound of its own.", "ceiling")
    deviation_percent: Decimal | None = stored("How much it may grow over the released amount, in percent.")
    last_date: date | None = stored("The last day it holds; null: as long as the company's parameters say.")
    note: str | None = stored("What was written about it.")
    released_at: datetime = stored("When.")
    released_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link("released_by_id", ACTOR, "Who.")


@shaped(CREDIT_HOLD, "An order that was held.")
class CreditHold(Record):
    """Rows of the hold shape. Its customer is the payer, whose limit is used."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company that sells."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "Who pays, whose limit is used."
    )
    order: Annotated[SalesOrder, strawberry.lazy("schema.types.sales_order")] = link(
        "sales_order_id", SALES_ORDER, "The order that waits."
    )
    checkpoint: Checkpoint = stored("The step at which it was held.")
    checkpoint_label: str = labelled("checkpoint", Checkpoint)
    amount: Money = money("Of the order. It follows the order as long as it is on hold.", "amount")
    status: CreditHoldStatus = stored("Where it stands.")
    status_label: str = labelled("status", CreditHoldStatus)
    forced: bool = stored("Held by hand; never released by itself.")
    forced_reason: Annotated[Reason, strawberry.lazy("schema.types.named")] | None = link(
        "forced_reason_id", REASON, "Why somebody held it by hand; null: nobody did, or gave no reason."
    )
    decision: Annotated[CreditDecision, strawberry.lazy("schema.types.decision")] = link(
        "decision_id", CREDIT_DECISION, "The decision that held it, on the facts of then."
    )
    held_at: datetime = stored("When.")
    review_date: date | None = stored("When to look at it again.")
    notes: str | None = stored("What was written about it.")
    responsible: Annotated[Actor, strawberry.lazy("schema.types.reference")] | None = link(
        "responsible_id", ACTOR, "Who looks after it."
    )
    end_reason: Annotated[Reason, strawberry.lazy("schema.types.named")] | None = link(
        "end_reason_id",
        REASON,
        "Why it ended without anybody deciding on it, as the company's parameters say: nothing held the order any "
        "more, or the order was cancelled. Null: it has not, or they name no reason.",
    )

    escalated: bool = stored("Its release waits for approval for longer than the company lets it.")

    @strawberry.field(
        description="Why it was held, most serious first; those no longer true are not active.",
        metadata=read_as(WorkedOut(HOLD_FIGURES, "reasons")),
    )
    async def reasons(self, info: Info) -> list[BlockReason]:
        async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[list[BlockReason]]:
            found: Mapping[UUID, list[BlockReason]] = defaultdict(list)
            for each in await info.context.reader.run(REASONS, **_asked(keys)):
                reason = reason_of(each)
                found[each["hold_id"]].append(BlockReason.of(reason))
            return [found[hold] for _, hold in keys]

        loaded: list[BlockReason] = await info.context.loader("hold reasons", fetch).load(_key(self.row))
        return loaded

    @strawberry.field(
        description="What the rules say about its order now, with what would let it pass now. Nothing of it is kept."
        " Null: it has ended, or an exchange rate is missing."
    )
    async def check(self, info: Info) -> CreditCheck | None:
        async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[CreditCheck | None]:
            async with info.context.house.pool.acquire() as conn:
                found = await as_they_stand(conn, keys, Moment(info.context.now))
            return [CreditCheck.maybe(found.get(order)) for _, order in keys]

        if CreditHoldStatus(self.row["status"]) in ENDED:
            return None
        key = (self.row["customer_id"], self.row["sales_order_id"])
        loaded: CreditCheck | None = await info.context.loader("hold checks", fetch).load(key)
        return loaded

    @strawberry.field(
        description="Who let it go on; null: nobody did.", metadata=read_as(WorkedOut(HOLD_FIGURES, "release"))
    )
    async def release(self, info: Info) -> Release | None:
        async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[Release | None]:
            rows = await info.context.reader.run(RELEASES, **_asked(keys))
            found = {each["hold_id"]: Release.of(each) for each in rows}
            return [found.get(hold) for _, hold in keys]

        loaded: Release | None = await info.context.loader("hold releases", fetch).load(_key(self.row))
        return loaded

    @strawberry.field(
        description="The release that was asked for last; null: nobody had to ask.",
        metadata=read_as(WorkedOut(HOLD_REQUEST, "release_request")),
    )
    async def release_request(self, info: Info) -> ReleaseRequest | None:
        async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[ReleaseRequest | None]:
            rows = await info.context.reader.run(REQUESTS, **_asked(keys))
            found = {each["hold_id"]: ReleaseRequest.of(each) for each in rows}
            return [found.get(hold) for _, hold in keys]

        loaded: ReleaseRequest | None = await info.context.loader("release requests", fetch).load(_key(self.row))
        return loaded

    @strawberry.field(
        description="What you may do with it now. In approval APPROVE and REJECT are about the release that is asked"
        " for: `approveCreditRelease` and `rejectCreditRelease`.",
        metadata=read_as(may_as_read("CreditHold")),
    )
    def viewer_may(self, info: Info) -> list[Action]:
        return viewer_may(info.context.viewer, "CreditHold", self.row)

    @strawberry.field(
        description="What the values of `viewerMay` are called in your language.",
        metadata=read_as(may_as_read("CreditHold", labels=True)),
    )
    def viewer_may_labels(self, info: Info) -> list[str]:
        return [info.context.label("Action", action) for action in CreditHold.viewer_may(self, info)]


def _key(row: Mapping[str, Any]) -> tuple[UUID, UUID]:
    return row["customer_id"], row["id"]


def _asked(keys: list[tuple[UUID, UUID]]) -> dict[str, list[UUID]]:
    return {"customers": [customer for customer, _ in keys], "holds": [hold for _, hold in keys]}
