"""Reading documents: items, payments, orders, and what was decided about them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from persistence.shapes.sales_order import SALES_ORDER
from schema.connections import (
    APPROVALS_WAITING,
    BLOCKING_RULES,
    CREDIT_CHANGE_REQUESTS,
    CREDIT_DECISIONS,
    CREDIT_HOLDS,
    CREDIT_LIMIT_ADJUSTMENTS,
    DELEGATIONS,
    OPEN_ITEMS,
    PAYMENTS,
    SALES_ORDERS,
)
from schema.context import Info
from schema.fields import read_as
from schema.keys import SalesOrderKey
from schema.lookups import sales_order_by
from schema.planned_arguments import by_key
from schema.types.sales_order import SalesOrder


@strawberry.type
class DocumentQueries:
    """The fields of `Query` about documents."""

    open_items: OPEN_ITEMS.connection = OPEN_ITEMS.field("Items of the receivables ledgers.")  # type: ignore[name-defined]
    payments: PAYMENTS.connection = PAYMENTS.field("Payments.")  # type: ignore[name-defined]
    sales_orders: SALES_ORDERS.connection = SALES_ORDERS.field(  # type: ignore[name-defined]
        "Sales orders and other documents that can be held."
    )
    credit_decisions: CREDIT_DECISIONS.connection = CREDIT_DECISIONS.field(  # type: ignore[name-defined]
        "Credit decisions, the latest first."
    )
    credit_holds: CREDIT_HOLDS.connection = CREDIT_HOLDS.field(  # type: ignore[name-defined]
        "Credit holds, the latest first."
    )
    credit_limit_adjustments: CREDIT_LIMIT_ADJUSTMENTS.connection = CREDIT_LIMIT_ADJUSTMENTS.field(  # type: ignore[name-defined]
        "Limit adjustments, the latest first."
    )
    credit_change_requests: CREDIT_CHANGE_REQUESTS.connection = CREDIT_CHANGE_REQUESTS.field(  # type: ignore[name-defined]
        "Changes of customers' credit that were asked for, the latest first."
    )
    approvals_waiting: APPROVALS_WAITING.connection = APPROVALS_WAITING.field(  # type: ignore[name-defined]
        "What waits for approval and you may approve now, of whichever kind, the oldest first."
    )
    delegations: DELEGATIONS.connection = DELEGATIONS.field(  # type: ignore[name-defined]
        "Who may approve for whom, the latest first."
    )
    blocking_rules: BLOCKING_RULES.connection = BLOCKING_RULES.field("Blocking rules.")  # type: ignore[name-defined]

    @strawberry.field(
        description="One sales order; null if there is none or it is not of a company granted to you.",
        metadata=read_as(by_key(SALES_ORDER, "number")),
    )
    async def sales_order(
        self, info: Info, by: Annotated[SalesOrderKey, strawberry.argument(description="Which.")]
    ) -> SalesOrder | None:
        return SalesOrder.maybe(await sales_order_by(info.context, by))
