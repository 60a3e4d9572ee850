"""Submitting a sales order: it is checked and passes, or it is held and says why."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from domain.facts import Checkpoint
from domain.orders import SalesDocumentKind
from persistence.shapes.decision import CREDIT_DECISION
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.sales_order import SALES_ORDER
from persistence.submitting import OrderToSubmit, Submission, ask
from persistence.take import Taken
from schema.context import Info
from schema.mutations.carry_out import answer, key_for, plain
from schema.mutations.long_texts import too_long
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY
from schema.rights import Permission
from schema.types.money import MoneyInput


@strawberry.input(description="A sales order as it comes from the ERP.")
class SubmitSalesOrderInput:
    """See `OrderToSubmit`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    company: str = strawberry.field(description="Code of the company that sells.")
    number: str = strawberry.field(description="The order's number in the ERP.")
    account: str = strawberry.field(description="The customer's number in that company; its payer's limit is used.")
    amount: MoneyInput = strawberry.field(description="What it comes to, tax included.")
    checkpoint: Checkpoint = strawberry.field(
        default=Checkpoint.CONFIRMATION, description="The step the order is about to take."
    )
    kind: SalesDocumentKind = strawberry.field(
        default=SalesDocumentKind.SALES_ORDER, description="What document it is."
    )
    payment_terms: str | None = strawberry.field(
        default=None, description="Code of its own payment terms; of a known order none: as they are."
    )
    cash_discount: str | None = strawberry.field(
        default=None, description="Code of its own cash discount; of a known order none: as it is."
    )
    ship_date: date | None = strawberry.field(default=None, description="When it ships; none: at once.")
    override_reason: str | None = strawberry.field(
        default=None,
        description="Why a warning is passed over; kept with the decision. FORBIDDEN without OVERRIDE_WARNINGS.",
    )


@strawberry.type(description="What became of a submitted order.")
class SubmitSalesOrderPayload(Payload):
    """The order, the decision, and the hold if there is one."""

    sales_order: Annotated[SalesOrder, strawberry.lazy("schema.types.sales_order")] | None = written(  # type: ignore[name-defined]  # noqa: F821
        "sales_order", SALES_ORDER, "The order as it now is."
    )
    decision: Annotated[CreditDecision, strawberry.lazy("schema.types.decision")] | None = written(  # type: ignore[name-defined]  # noqa: F821
        "decision", CREDIT_DECISION, "Why it passed or was held."
    )
    credit_hold: Annotated[CreditHold, strawberry.lazy("schema.types.hold")] | None = written(  # type: ignore[name-defined]  # noqa: F821
        "credit_hold", CREDIT_HOLD, "The hold, when it was held."
    )


@strawberry.type
class SubmittingMutations:
    """Orders that want to go on."""

    @strawberry.mutation(
        description="Check a sales order at a step: it passes and takes its room, or it is held with every reason."
    )
    async def submit_sales_order(self, info: Info, input: SubmitSalesOrderInput) -> SubmitSalesOrderPayload:
        context = info.context
        context.need(Permission.SUBMIT_ORDERS)
        refusals = too_long(input)
        if refusals:
            return answer(context, Taken({}, refusals), SubmitSalesOrderPayload)
        key = key_for(info, input)
        assert key is not None, "the input has a key"
        order = OrderToSubmit(**plain(input))
        granted = context.granted(Permission.SUBMIT_ORDERS)
        reasoned = order.override_reason is not None
        may_override = reasoned and input.company in context.granted(Permission.OVERRIDE_WARNINGS)
        submission = Submission(order, context.viewer.actor, granted, context.now, key, may_override)
        submitted = await ask(context.house.waiting, submission)
        taken = Taken(submitted.result or {}, submitted.refusals, replayed=submitted.replayed, rows=submitted.rows)
        return answer(context, taken, SubmitSalesOrderPayload)
