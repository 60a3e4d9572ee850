"""Sales orders as the ERPs send them, and what becomes of them: deliveries and billing documents."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.orders import SalesDocumentKind
from persistence.shapes.open_item import OPEN_ITEM
from persistence.shapes.sales_order import SALES_ORDER
from persistence.writing.deliveries import Billing, Delivery, record_billing, record_delivery
from persistence.writing.order_lines import LineAmount
from persistence.writing.order_rows import LineToSave, OrderToSave
from persistence.writing.orders import cancel_order, save_orders
from schema.context import Info
from schema.keys import SalesOrderKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.open_item import OpenItem
    from schema.types.sales_order import SalesOrder

_ORDERS = strawberry.lazy("schema.types.sales_order")
_NOW = "The order as it now is."


@strawberry.input(description="A line of a sales order.")
class SalesOrderLineInput:
    """See `LineToSave`."""

    line_number: int = strawberry.field(description="Its number in the order, from 1.")
    amount: MoneyInput = strawberry.field(description="What it comes to, tax included.")
    description: str | None = strawberry.field(default=None, description="What is sold.")


@strawberry.input(description="A sales order, whole: what is not sent any more is gone, a line will not come.")
class SalesOrderInput:
    """See `OrderToSave`."""

    company: str = strawberry.field(description="Code of the company that sells.")
    account: str = strawberry.field(description="Number of the customer who buys.")
    number: str = strawberry.field(description="Its number in the ERP: what is sent again under it is changed.")
    kind: SalesDocumentKind = strawberry.field(
        default=SalesDocumentKind.SALES_ORDER, description="What it is; it stays what it was first."
    )
    lines: list[SalesOrderLineInput] = strawberry.field(description="Its lines, in one currency; at most 250.")
    ordered_on: date | None = strawberry.field(
        default=None, description="The business day it came; none: today, or as it is."
    )
    ship_date: date | None = strawberry.field(default=None, description="When it ships; none: at once.")
    payment_terms: str | None = strawberry.field(default=None, description="Code of its own payment terms.")
    cash_discount: str | None = strawberry.field(default=None, description="Code of its own cash discount.")
    approved: bool = strawberry.field(
        default=False, description="It passed elsewhere and counts at once. Only for new orders of an initial load."
    )

    def wanted(self) -> OrderToSave:
        """What is asked for."""
        return OrderToSave(
            company=self.company,
            account=self.account,
            number=self.number,
            lines=tuple(LineToSave(line.line_number, plain(line.amount), line.description) for line in self.lines),
            kind=self.kind,
            ordered_on=self.ordered_on,
            ship_date=self.ship_date,
            payment_terms=self.payment_terms,
            cash_discount=self.cash_discount,
            approved=self.approved,
        )


@strawberry.input(description="Enter or change sales orders.")
class UpsertSalesOrdersInput:
    """All or nothing."""

    sales_orders: list[SalesOrderInput] = strawberry.field(description="The orders, at most 250.")


@strawberry.input(description="An order will not come: it takes nothing any more.")
class CancelSalesOrderInput:
    """One order."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order, of which nothing is delivered or billed.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="A part of an order's line.")
class LineAmountInput:
    """See `LineAmount`."""

    line_number: int = strawberry.field(description="The line.")
    amount: MoneyInput = strawberry.field(description="What of it, tax included, in the order's currency.")

    def wanted(self) -> LineAmount:
        """What is asked for."""
        return LineAmount(self.line_number, plain(self.amount))


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
    lines: list[LineAmountInput] = strawberry.field(description="What was billed, at most 250 lines.")
    open_item: str | None = strawberry.field(
        default=None,
        description="Number of the open item that it is in the ledger: the lines count as the item from then on."
        " Sent again with it, a billing document that waited is in the ledger.",
    )


@strawberry.type(description="Orders after they were saved.")
class UpsertSalesOrdersPayload(Payload):
    """In the order of the input."""

    sales_orders: list[Annotated[SalesOrder, _ORDERS]] | None = written(
        "sales_orders", SALES_ORDER, "As they now are, in the order of the input; a check that was made hangs off them."
    )


@strawberry.type(description="An order after it was cancelled.")
class CancelSalesOrderPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


@strawberry.type(description="An order after goods of it left.")
class RecordDeliveryPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


@strawberry.type(description="An order after it was billed.")
class RecordBillingPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)
    open_item: Annotated[OpenItem, strawberry.lazy("schema.types.open_item")] | None = written(
        "open_item", OPEN_ITEM, "The item that the billing document is in the ledger."
    )


@strawberry.type
class OrderMutations:
    """Orders and what becomes of them."""

    @strawberry.mutation(
        description="Enter or change sales orders. A new one counts for nothing until it is submitted; one that counts"
        " and comes to more is checked again at once, with the same or less it only moves."
    )
    async def upsert_sales_orders(self, info: Info, input: UpsertSalesOrdersInput) -> UpsertSalesOrdersPayload:
        rows = [row.wanted() for row in input.sales_orders]
        loading = info.context.granted(Permission.INITIAL_LOAD).values()
        return await carry_out(
            info,
            input,
            UpsertSalesOrdersPayload,
            lambda tx: save_orders(tx, rows, loading),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.ORDER_SAVED,
        )

    @strawberry.mutation(description="Call an order off: it takes nothing any more, and an open hold on it ends.")
    async def cancel_sales_order(self, info: Info, input: CancelSalesOrderInput) -> CancelSalesOrderPayload:
        key = record_key(input.sales_order)
        return await carry_out(
            info,
            input,
            CancelSalesOrderPayload,
            lambda tx: cancel_order(tx, key, input.expected_version),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.ORDER_CANCELLED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

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
