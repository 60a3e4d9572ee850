"""What becomes of orders: goods that leave and come back, billing documents, and each of them taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.open_item import OPEN_ITEM
from persistence.shapes.sales_order import SALES_ORDER
from persistence.writing.deliveries import Billing, Delivery, Return, record_billing, record_delivery
from persistence.writing.delivery_reversal import TakeBack, cancel_billing, reverse_delivery
from persistence.writing.order_lines import LineAmount
from persistence.writing.returns import record_return
from schema.context import Info
from schema.keys import SalesOrderKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import CONSUMES, KEY
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.open_item import OpenItem
    from schema.types.sales_order import SalesOrder

_ORDERS = strawberry.lazy("schema.types.sales_order")
_ITEMS = strawberry.lazy("schema.types.open_item")
_NOW = "The order as it now is."
_DAY = "The business day; none: today."
_ORDER = "The order."


@strawberry.input(description="A part of an order's line.")
class LineAmountInput:
    """See `LineAmount`."""

    line_number: int = strawberry.field(description="The line.")
    amount: MoneyInput = strawberry.field(description="What of it, tax included, in the order's currency.")

    def wanted(self) -> LineAmount:
        """What is asked for."""
        return LineAmount(self.line_number, plain(self.amount))


@strawberry.input(description="A part of an order's line that is billed.")
class LineToBillInput:
    """See `LineAmount`."""

    line_number: int = strawberry.field(description="The line.")
    amount: MoneyInput = strawberry.field(description="What is billed, tax included, in the order's currency.")
    consumes: MoneyInput | None = strawberry.field(default=None, description=CONSUMES)

    def wanted(self) -> LineAmount:
        """What is asked for."""
        return LineAmount(self.line_number, plain(self.amount), plain(self.consumes))


@strawberry.input(description="Goods of an order left on a packing slip.")
class RecordDeliveryInput:
    """See `Delivery`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order.")
    number: str = strawberry.field(description="Number of the packing slip; the same number is the same delivery.")
    delivered_on: date | None = strawberry.field(default=None, description="The business day; none: today.")
    lines: list[LineAmountInput] = strawberry.field(description="What left, at most 250 lines.")


@strawberry.input(description="A billing document for lines of an order.")
class RecordBillingInput:
    """See `Billing`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order.")
    number: str = strawberry.field(description="Number of the billing document; the same number is the same document.")
    billed_on: date | None = strawberry.field(default=None, description="The business day; none: today.")
    lines: list[LineToBillInput] = strawberry.field(description="What was billed, at most 250 lines.")
    open_item: str | None = strawberry.field(
        default=None,
        description="Number of the open item that it is in the ledger: the lines count as the item from then on."
        " Sent again with it, a billing document that waited is in the ledger.",
    )


@strawberry.input(description="A delivery of which the goods had not left, or came back at once.")
class ReverseDeliveryInput:
    """See `TakeBack`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description=_ORDER)
    number: str = strawberry.field(description="Number of the packing slip, of which nothing is billed.")
    day: date | None = strawberry.field(default=None, description=_DAY)


@strawberry.input(description="A billing document that will not come into the ledger.")
class CancelBillingInput:
    """See `TakeBack`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description=_ORDER)
    number: str = strawberry.field(description="Number of the billing document, which is not in the ledger.")
    day: date | None = strawberry.field(default=None, description=_DAY)


@strawberry.input(description="Goods of an order came back from the customer.")
class RecordReturnInput:
    """See `Return`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description=_ORDER)
    number: str = strawberry.field(description="Number of the return; the same number is the same return.")
    returned_on: date | None = strawberry.field(default=None, description=_DAY)
    lines: list[LineAmountInput] = strawberry.field(description="What came back, at most 250 lines.")
    credit_note: str | None = strawberry.field(
        default=None,
        description="Number of the credit note that it is in the ledger: it lowers the debt from then on."
        " Sent again with it, a return that waited is in the ledger.",
    )


@strawberry.type(description="An order after goods of it left.")
class RecordDeliveryPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


@strawberry.type(description="An order after it was billed.")
class RecordBillingPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)
    open_item: Annotated[OpenItem, _ITEMS] | None = written(
        "open_item", OPEN_ITEM, "The item that the billing document is in the ledger."
    )


@strawberry.type(description="An order after a delivery of it was reversed.")
class ReverseDeliveryPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


@strawberry.type(description="An order after a billing document of it was cancelled.")
class CancelBillingPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


@strawberry.type(description="An order after goods of it came back.")
class RecordReturnPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)
    credit_note: Annotated[OpenItem, _ITEMS] | None = written(
        "credit_note", OPEN_ITEM, "The credit note that the return is in the ledger."
    )


@strawberry.type
class DeliveryMutations:
    """What becomes of orders."""

    @strawberry.mutation(description="Goods left: they count as delivered and no longer as ordered.")
    async def record_delivery(self, info: Info, input: RecordDeliveryInput) -> RecordDeliveryPayload:
        lines = tuple(line.wanted() for line in input.lines)
        wanted = Delivery(record_key(input.sales_order), input.number, input.delivered_on, lines)
        return await carry_out(
            info,
            input,
            RecordDeliveryPayload,
            lambda tx: record_delivery(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.DELIVERED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

    @strawberry.mutation(
        description="Lines were billed: they count as billed, and with the number of an open item as that item."
    )
    async def record_billing(self, info: Info, input: RecordBillingInput) -> RecordBillingPayload:
        lines = tuple(line.wanted() for line in input.lines)
        wanted = Billing(record_key(input.sales_order), input.number, input.billed_on, lines, input.open_item)
        return await carry_out(
            info,
            input,
            RecordBillingPayload,
            lambda tx: record_billing(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.BILLED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

    @strawberry.mutation(description="Reverse a delivery: what it took is to be delivered again.")
    async def reverse_delivery(self, info: Info, input: ReverseDeliveryInput) -> ReverseDeliveryPayload:
        wanted = TakeBack(record_key(input.sales_order), input.number, input.day)
        return await carry_out(
            info,
            input,
            ReverseDeliveryPayload,
            lambda tx: reverse_delivery(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.REVERSED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

    @strawberry.mutation(
        description="Cancel a billing document: what it billed waits as delivered, or is to come again."
    )
    async def cancel_billing(self, info: Info, input: CancelBillingInput) -> CancelBillingPayload:
        wanted = TakeBack(record_key(input.sales_order), input.number, input.day)
        return await carry_out(
            info,
            input,
            CancelBillingPayload,
            lambda tx: cancel_billing(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.REVERSED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

    @strawberry.mutation(description="Goods came back: they lower the debt at once, until their credit note does.")
    async def record_return(self, info: Info, input: RecordReturnInput) -> RecordReturnPayload:
        lines = tuple(line.wanted() for line in input.lines)
        wanted = Return(record_key(input.sales_order), input.number, input.returned_on, lines, input.credit_note)
        return await carry_out(
            info,
            input,
            RecordReturnPayload,
            lambda tx: record_return(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.RETURNED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )
