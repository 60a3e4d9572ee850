"""Sales orders as the ERPs send them: entered, changed, closed, opened again, called off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.orders import SalesDocumentKind
from persistence.shapes.sales_order import SALES_ORDER
from persistence.writing.order_changes import OrderChange, change_order
from persistence.writing.order_closing import LineToClose, close_line, reopen
from persistence.writing.order_rows import LineToSave, OrderToSave
from persistence.writing.orders import cancel_order, save_orders
from schema.context import Info
from schema.keys import CustomerKey, SalesOrderKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.sales_order import SalesOrder

_ORDERS = strawberry.lazy("schema.types.sales_order")
_NOW = "The order as it now is."
_CHECKED = "The order as it now is; a check that was made hangs off it."


@strawberry.input(description="A line of a sales order.")
class SalesOrderLineInput:
    """See `LineToSave`."""

    line_number: int = strawberry.field(description="Its number in the order, from 1.")
    amount: MoneyInput = strawberry.field(description="What it comes to, tax included.")
    description: str | None = strawberry.field(default=None, description="What is sold.")

    def wanted(self) -> LineToSave:
        """What is asked for."""
        return LineToSave(self.line_number, plain(self.amount), self.description)


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
            lines=tuple(line.wanted() for line in self.lines),
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


@strawberry.input(description="Change a sales order: what is not given stays as it is, and so does every other line.")
class ChangeSalesOrderInput:
    """See `OrderChange`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order.")
    save_lines: list[SalesOrderLineInput] = strawberry.field(
        default_factory=list,
        description="Lines that are new or changed, at most 250: another quantity or price is another amount."
        " For another currency give every line. A closed line is opened again.",
    )
    ship_date: date | None = strawberry.field(default=None, description="When it ships.")
    payment_terms: str | None = strawberry.field(default=None, description="Code of its own payment terms.")
    cash_discount: str | None = strawberry.field(default=None, description="Code of its own cash discount.")
    payer: CustomerKey | None = strawberry.field(
        default=None,
        description="Who pays for it from now on, a customer of the same company: it is checked against that limit.",
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="What is left of a line will not come.")
class CloseSalesOrderLineInput:
    """One line."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order.")
    line_number: int = strawberry.field(description="The line, of which something is left.")
    delivered_too: bool = strawberry.field(
        default=False,
        description="What of it is delivered and on no billing document is never billed either; say why in `reason`.",
    )
    reason: str | None = strawberry.field(default=None, description="Why, in at most 500 characters; kept on record.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="Closed lines come after all.")
class ReopenSalesOrderInput:
    """One order."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order, a line of which is closed.")
    lines: list[int] = strawberry.field(
        default_factory=list, description="Numbers of the lines; none: every line that is closed."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="An order will not come: it takes nothing any more.")
class CancelSalesOrderInput:
    """One order."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    sales_order: SalesOrderKey = strawberry.field(description="The order, of which nothing is delivered or billed.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="Orders after they were saved.")
class UpsertSalesOrdersPayload(Payload):
    """In the order of the input."""

    sales_orders: list[Annotated[SalesOrder, _ORDERS]] | None = written(
        "sales_orders", SALES_ORDER, "As they now are, in the order of the input; a check that was made hangs off them."
    )


@strawberry.type(description="An order after it was changed.")
class ChangeSalesOrderPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _CHECKED)


@strawberry.type(description="An order after a line of it was closed.")
class CloseSalesOrderLinePayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


@strawberry.type(description="An order after it was opened again.")
class ReopenSalesOrderPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _CHECKED)


@strawberry.type(description="An order after it was cancelled.")
class CancelSalesOrderPayload(Payload):
    """Also when it was refused."""

    sales_order: Annotated[SalesOrder, _ORDERS] | None = written("sales_order", SALES_ORDER, _NOW)


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

    @strawberry.mutation(
        description="Change an order. What takes more, or another payer's room, is checked again at once; what takes"
        " less gives its room to those who wait."
    )
    async def change_sales_order(self, info: Info, input: ChangeSalesOrderInput) -> ChangeSalesOrderPayload:
        wanted = OrderChange(
            order=record_key(input.sales_order),
            lines=tuple(line.wanted() for line in input.save_lines),
            ship_date=input.ship_date,
            payment_terms=input.payment_terms,
            cash_discount=input.cash_discount,
            payer=record_key(input.payer) if input.payer else None,
            expected_version=input.expected_version,
        )
        return await carry_out(
            info,
            input,
            ChangeSalesOrderPayload,
            lambda tx: change_order(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.ORDER_SAVED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

    @strawberry.mutation(description="What is left of a line will not come: it takes nothing any more.")
    async def close_sales_order_line(self, info: Info, input: CloseSalesOrderLineInput) -> CloseSalesOrderLinePayload:
        wanted = LineToClose(
            order=record_key(input.sales_order),
            line=input.line_number,
            delivered_too=input.delivered_too,
            reason=input.reason,
            expected_version=input.expected_version,
        )
        return await carry_out(
            info,
            input,
            CloseSalesOrderLinePayload,
            lambda tx: close_line(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.ORDER_SAVED,
            current=await as_it_is(info, sales_order=input.sales_order),
        )

    @strawberry.mutation(
        description="Closed lines come after all. What they take is checked again; an order of which nothing was to"
        " come is decided on as if it were new."
    )
    async def reopen_sales_order(self, info: Info, input: ReopenSalesOrderInput) -> ReopenSalesOrderPayload:
        key = record_key(input.sales_order)
        return await carry_out(
            info,
            input,
            ReopenSalesOrderPayload,
            lambda tx: reopen(tx, key, input.lines, input.expected_version),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.ORDER_SAVED,
            current=await as_it_is(info, sales_order=input.sales_order),
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
