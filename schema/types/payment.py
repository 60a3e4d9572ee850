"""Payments: money received, or on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain.receivables import PaymentKind, PaymentStatus
from persistence.selection import WorkedOut
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.payment import PAYMENT, PAYMENT_LEDGER, UNAPPLIED_AMOUNTS
from persistence.shapes.sales_order import SALES_ORDER
from schema.context import Info
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.types.money import Money
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.customer import Customer
    from schema.types.sales_order import SalesOrder

coded(
    PaymentKind,
    "How money comes in.",
    RECEIPT="The customer paid.",
    DIRECT_DEBIT="Collected from the customer's account.",
)
coded(
    PaymentStatus,
    "Where a payment stands.",
    PENDING="Asked of the bank; it does not lower exposure yet.",
    COLLECTED="The money is here.",
    RETURNED="The bank took it back.",
)


@shaped(PAYMENT, "Money received, or on its way.")
class Payment(Record):
    """Rows of the payment shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company that was paid."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link("customer_id", CUSTOMER, "Who paid.")
    kind: PaymentKind = stored("How the money comes in.")
    kind_label: str = labelled("kind", PaymentKind)
    status: PaymentStatus = stored("Where it stands.")
    status_label: str = labelled("status", PaymentStatus)
    number: str = stored("Its number in the company's ERP.")
    amount: Money = money("What was paid.", "amount")
    paid_on: date = stored("The business day it came.")
    reversed_on: date | None = stored("The day it was reversed or returned; null: it stands.")
    sales_order: Annotated[SalesOrder, strawberry.lazy("schema.types.sales_order")] | None = link(
        "sales_order_id", SALES_ORDER, "The order it was paid in advance for."
    )

    @strawberry.field(
        description="What of it has not settled anything up to a day.",
        metadata=read_as(WorkedOut(PAYMENT_LEDGER, "unapplied")),
    )
    async def unapplied(
        self,
        info: Info,
        as_of: Annotated[
            date | None, strawberry.argument(description="The day; today in the company unless said.")
        ] = None,
    ) -> Money:
        async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[Decimal]:
            rows = await info.context.reader.run(
                UNAPPLIED_AMOUNTS,
                customers=[customer for customer, _ in keys],
                payments=[payment for _, payment in keys],
                as_of=as_of,
            )
            found = {each["id"]: each["unapplied"] for each in rows}
            return [found[payment] for _, payment in keys]

        key = (self.row["customer_id"], self.row["id"])
        amount = await info.context.loader(("unapplied", as_of), fetch).load(key)
        return Money(exact=amount, currency=self.row["currency"])
