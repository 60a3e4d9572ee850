"""Open items: invoices, credit notes and whatever else stands in the receivables ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain.calendar import days_overdue
from domain.receivables import OpenItemKind
from persistence.selection import WorkedOut
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.open_item import ITEM_LEDGER, OPEN_AMOUNTS, OPEN_ITEM
from schema.connections import COLLATERAL_DECLARATIONS, OPEN_ITEMS
from schema.context import Context, Info
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.types.money import Money
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.customer import Customer

coded(
    OpenItemKind,
    "What an item of the ledger is.",
    INVOICE="An invoice.",
    CREDIT_NOTE="A credit note; its amount is negative.",
    OPENING_BALANCE="What was open when the ledger was taken over.",
    DOWN_PAYMENT="A down payment received; its amount is negative.",
    PAYMENT_REQUEST="A payment asked for in advance.",
    BILL_OF_EXCHANGE="A bill of exchange.",
)


@shaped(OPEN_ITEM, "An invoice, a credit note or another item of the receivables ledger.")
class OpenItem(Record):
    """Rows of the open item shape. Its customer is the payer at posting."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company whose ledger it is in."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "Who owes it: the payer when it was posted, or to whom it was transferred."
    )
    kind: OpenItemKind = stored("What it is.")
    kind_label: str = labelled("kind", OpenItemKind)
    number: str = stored("Its number in the company's ERP.")
    amount: Money = money("What it was posted with, tax included.", "amount")
    tax_amount: Money | None = money("The tax in it, signed as the amount is; null: not said.", "tax_amount")
    document_date: date = stored("Its date; from then on it is part of the ledger.")
    due_date: date = stored("When it falls due.")
    disputed: Money = money("The part the customer disputes.", "disputed")
    dunning_level: int = stored("How far it has been dunned, 0 to 9, as the ERP says; 0: not.")
    reversed_on: date | None = stored("The day it was reversed; null: it stands.")
    transferred_from: Annotated[OpenItem, strawberry.lazy("schema.types.open_item")] | None = link(
        "transferred_from_id", OPEN_ITEM, "The item of another payer whose rest it is; null: it was posted as it is."
    )
    transferred_on: date | None = stored("The day since which it is with its payer; null: since its date.")
    transfers: OPEN_ITEMS.connection = OPEN_ITEMS.field(  # type: ignore[name-defined]
        "What of it went to other payers.", {"transferred_from_id": "id"}
    )
    declarations: COLLATERAL_DECLARATIONS.connection = COLLATERAL_DECLARATIONS.field(  # type: ignore[name-defined]
        "To whom it was declared as overdue.", {"open_item_id": "id"}
    )

    @strawberry.field(
        description="The amount less what was settled or transferred up to a day. Nothing before it came to its payer, "
        "nothing once reversed.",
        metadata=read_as(WorkedOut(ITEM_LEDGER, "open_amount")),
    )
    async def open_amount(
        self,
        info: Info,
        as_of: Annotated[
            date | None, strawberry.argument(description="The day; today in the company unless said.")
        ] = None,
    ) -> Money:
        amount, _, _ = await _open(info.context, self.row, as_of)
        return Money(exact=amount, currency=self.row["currency"])

    @strawberry.field(
        description="Days since the due day, today in the company; 0 when nothing owed is open. "
        "Where due days move to banking days, since the day it moved to.",
        metadata=read_as(WorkedOut(ITEM_LEDGER, "days_overdue")),
    )
    async def days_overdue(self, info: Info) -> int:
        amount, day, due = await _open(info.context, self.row, None)
        return days_overdue(due, day) if amount > 0 else 0


async def _open(context: Context, row: Any, as_of: date | None) -> tuple[Decimal, date, date]:
    """What is open of an item on a day, that day, and when it falls due; many items of a list together."""

    async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[tuple[Decimal, date, date]]:
        rows = await context.reader.run(
            OPEN_AMOUNTS,
            customers=[customer for customer, _ in keys],
            items=[item for _, item in keys],
            as_of=as_of,
        )
        found = {each["id"]: (each["open_amount"], each["day"], each["due_day"]) for each in rows}
        return [found[item] for _, item in keys]

    loaded: tuple[Decimal, date, date] = await context.loader(("open amount", as_of), fetch).load(
        (row["customer_id"], row["id"])
    )
    return loaded
