"""Orders that no rule and no limit is to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.sales_order import SALES_ORDER
from persistence.writing.order_exclusion import Exclusion, exclude_order
from schema.context import Info
from schema.keys import SalesOrderKey
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission

if TYPE_CHECKING:
    from schema.types.sales_order import SalesOrder


@strawberry.input(description="Exclude an order from credit management, or have it checked again.")
class ExcludeSalesOrderInput:
    """See `Exclusion`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order.")
    excluded: bool = strawberry.field(default=True, description="No rule and no limit holds it; false: it is checked.")
    reason: str = strawberry.field(description="Why, in at most 500 characters; kept on record.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="An order after it was excluded from credit management, or is checked again.")
class ExcludeSalesOrderPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, strawberry.lazy("schema.types.sales_order")] | None = written(
        "sales_order", SALES_ORDER, "The order as it now is; a check that was made hangs off it."
    )


@strawberry.type
class OrderExclusionMutations:
    """Orders that are excluded."""

    @strawberry.mutation(
        description="Exclude an order from credit management: its hold ends, unless it was set by hand, and it takes"
        " credit as others do. Not excluded any more, it is checked again where it was checked last."
    )
    async def exclude_sales_order(self, info: Info, input: ExcludeSalesOrderInput) -> ExcludeSalesOrderPayload:
        roles_in = info.context.viewer.roles_in
        wanted = Exclusion(record_key(input.sales_order), input.excluded, input.reason, input.expected_version)
        return await carry_out(
            info,
            input,
            ExcludeSalesOrderPayload,
            lambda tx: exclude_order(tx, wanted, roles_in),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.ORDER_EXCLUDED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )
