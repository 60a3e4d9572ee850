"""Holding orders by hand: one, or many that are named or found."""

# No postponed annotations in this file: the type of a filter is made while it runs.

from typing import Annotated
from uuid import UUID

import strawberry

from domain.audit import AuditEventKind
from domain.orders import SalesOrderStatus
from persistence.shapes.named import REASON
from persistence.shapes.sales_order import SALES_ORDER
from persistence.take import Result, Transaction
from persistence.writing import forced_holds
from schema.connections import SALES_ORDERS
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.hold_batches import AFTER, END, Became, CreditHoldResult, Many, each
from schema.mutations.holds import CreditHoldPayload
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY
from schema.rights import Permission

REASON_OF_HOLD = "Why: a reason of the kind HOLD."

HOLDABLE = (SalesOrderStatus.ENTERED, SalesOrderStatus.APPROVED, SalesOrderStatus.HELD)
"""Of the orders that a filter finds, those of which something is to come. What is delivered is invoiced."""


@strawberry.input(
    description="Hold an order by hand, whatever the rules say, also one that was never submitted. Only a person"
    " releases it."
)
class ForceCreditHoldInput:
    """One order."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: strawberry.ID = strawberry.field(description="The order.")
    reason: strawberry.ID | None = strawberry.field(default=None, description=REASON_OF_HOLD)
    note: str | None = strawberry.field(default=None, description="What there is to say about it.")


@strawberry.input(description="Hold many orders by hand; each is held or refused by itself.")
class ForceCreditHoldsInput:
    """At most 250 orders: named, or found by a filter."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_orders: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The orders, at most 250; or `where`."
    )
    where: SALES_ORDERS.where | None = strawberry.field(  # type: ignore[name-defined]
        default=None,
        description="Instead of naming them: the orders that are ENTERED, APPROVED or HELD and that the filter finds,"
        " 250 at a time; an empty filter: all.",
    )
    after: str | None = strawberry.field(default=None, description=AFTER)
    reason: strawberry.ID | None = strawberry.field(default=None, description=REASON_OF_HOLD)
    note: str | None = strawberry.field(default=None, description="What there is to say about them.")


@strawberry.type(description="The hold that was made by hand.")
class ForceCreditHoldPayload(CreditHoldPayload):
    """It is never released by itself."""


@strawberry.type(description="What became of one of many orders.")
class ForceCreditHoldResult(CreditHoldResult):
    """One row."""

    sales_order: Annotated["SalesOrder", strawberry.lazy("schema.types.sales_order")] | None = written(  # type: ignore[name-defined]  # noqa: F821
        "sales_order", SALES_ORDER, "The order as it now is."
    )


@strawberry.type(description="What became of the orders that were to be held.")
class ForceCreditHoldsPayload(Payload):
    """One result for each."""

    results: list[ForceCreditHoldResult] = strawberry.field(description="One for each order, in the order asked.")
    end_cursor: str | None = strawberry.field(description=END)


@strawberry.type
class ForcedHoldMutations:
    """Holding orders by hand."""

    @strawberry.mutation(
        description="Hold an order by hand, whatever the rules say. That is a decision with its reasons: FORCED, and"
        " what the rules find. The hold stays open until somebody releases it."
    )
    async def force_credit_hold(self, info: Info, input: ForceCreditHoldInput) -> ForceCreditHoldPayload:
        wanted = _wanted(key_of(input.sales_order, SALES_ORDER.prefix), input.reason, input.note)
        return await carry_out(
            info,
            input,
            ForceCreditHoldPayload,
            lambda tx: forced_holds.force(tx, wanted),
            needs=Permission.WORK_ON_HOLDS,
            kind=AuditEventKind.CREDIT_HELD,
        )

    @strawberry.mutation(
        description="Hold many orders by hand for one reason: those that are named, or those that a filter finds."
    )
    async def force_credit_holds(self, info: Info, input: ForceCreditHoldsInput) -> ForceCreditHoldsPayload:
        open_orders = {"status": {"in": [status.value for status in HOLDABLE]}}
        asked = Many(SALES_ORDER, input.sales_orders, input.where, input.after, open_orders)

        async def one(tx: Transaction, key: UUID) -> Result:
            return await forced_holds.force(tx, _wanted(key, input.reason, input.note))

        def row(key: UUID, became: Became) -> ForceCreditHoldResult:
            return ForceCreditHoldResult(result={"sales_order": str(key), **became.result}, errors=became.errors)

        needs, kind = Permission.WORK_ON_HOLDS, AuditEventKind.CREDIT_HELD
        return await each(info, input, asked, ForceCreditHoldsPayload, row, one, needs, kind)


def _wanted(order: UUID, reason: str | None, note: str | None) -> forced_holds.HoldWanted:
    return forced_holds.HoldWanted(order, None if reason is None else key_of(reason, REASON.prefix), note)
