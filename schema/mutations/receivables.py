"""Open items of the ledger: posted, reversed, due on another day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.receivables import OpenItemKind
from persistence.shapes.open_item import OPEN_ITEM
from persistence.writing.dunning import LevelToSet, set_dunning_levels
from persistence.writing.item_changes import change_due_date, reverse_item
from persistence.writing.items import ItemToPost, LineBilled, post_items
from persistence.writing.order_lines import LineAmount
from schema.context import Info
from schema.keys import OpenItemKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import CONSUMES, KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.open_item import OpenItem

_TYPES = strawberry.lazy("schema.types.open_item")


@strawberry.input(description="A line of a sales order that an item bills: it counts as the item from then on.")
class LineBilledInput:
    """See `LineBilled`."""

    sales_order: str = strawberry.field(description="Number of the order.")
    line_number: int = strawberry.field(description="The line.")
    amount: MoneyInput = strawberry.field(description="What of the line is billed, tax included.")
    consumes: MoneyInput | None = strawberry.field(default=None, description=CONSUMES)
    billing: str | None = strawberry.field(
        default=None,
        description="Number of the billing document that it posts; none: the item's own number."
        " A credit note names the return that it gives credit for.",
    )

    def wanted(self) -> LineBilled:
        """What is asked for."""
        line = LineAmount(self.line_number, plain(self.amount), plain(self.consumes))
        return LineBilled(self.sales_order, line, self.billing)


@strawberry.input(description="An item of the receivables ledger.")
class OpenItemInput:
    """See `ItemToPost`."""

    company: str = strawberry.field(description="Code of the company whose ledger it is in.")
    account: str = strawberry.field(description="Number of the customer who bought; its payer owes it.")
    number: str = strawberry.field(description="Its number in the ERP; the same number is the same item.")
    kind: OpenItemKind = strawberry.field(default=OpenItemKind.INVOICE, description="What it is.")
    amount: MoneyInput = strawberry.field(
        description="Above zero, tax included; what lowers the debt is known by its kind."
    )
    booked_amount: MoneyInput | None = strawberry.field(
        default=None, description="The same as it was booked in the company's accounting currency."
    )
    tax_amount: MoneyInput | None = strawberry.field(
        default=None, description="The tax in it, for a share of turnover net of tax. Left out, all of it counts."
    )
    document_date: date = strawberry.field(description="Its date; from then on it is part of the ledger.")
    due_date: date = strawberry.field(description="When it falls due.")
    disputed: MoneyInput | None = strawberry.field(default=None, description="The part the customer disputes.")
    dunning_level: int = strawberry.field(
        default=0, description="How far it has been dunned, 0 to 9; later changes come by `setDunningLevels`."
    )
    bills: list[LineBilledInput] = strawberry.field(
        default_factory=list, description="Lines of orders that it bills, so that nothing counts twice; at most 250."
    )

    def wanted(self) -> ItemToPost:
        """What is asked for."""
        return ItemToPost(
            company=self.company,
            account=self.account,
            number=self.number,
            kind=self.kind,
            amount=plain(self.amount),
            document_date=self.document_date,
            due_date=self.due_date,
            booked=plain(self.booked_amount),
            disputed=plain(self.disputed),
            tax=plain(self.tax_amount),
            dunning_level=self.dunning_level,
            bills=tuple(line.wanted() for line in self.bills),
        )


@strawberry.input(description="Post items to the receivables ledger.")
class PostOpenItemsInput:
    """All or nothing."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    items: list[OpenItemInput] = strawberry.field(description="The items, at most 250.")


@strawberry.input(description="Take an item out of the ledger again. What it billed waits as a billing document.")
class ReverseOpenItemInput:
    """One item."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    open_item: OpenItemKey = strawberry.field(description="The item; its settlements are undone first.")
    day: date | None = strawberry.field(default=None, description="The business day; none: today.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="Let what is open of an item fall due on another day.")
class ChangeDueDateInput:
    """One item."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    open_item: OpenItemKey = strawberry.field(description="The item.")
    due_date: date = strawberry.field(description="The new due day, not before the item's date.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="How far an open item has been dunned.")
class DunningLevelInput:
    """See `LevelToSet`."""

    company: str = strawberry.field(description="Code of the company whose ledger it is in.")
    number: str = strawberry.field(description="Number of the item.")
    dunning_level: int = strawberry.field(description="The level it has reached, 0 to 9; 0: dunned no more.")


@strawberry.input(description="Say how far open items have been dunned, after a run of letters.")
class SetDunningLevelsInput:
    """All or nothing."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    items: list[DunningLevelInput] = strawberry.field(description="The items, at most 250.")


@strawberry.type(description="Items after they were posted.")
class PostOpenItemsPayload(Payload):
    """In the order of the input."""

    open_items: list[Annotated[OpenItem, _TYPES]] | None = written(
        "open_items", OPEN_ITEM, "As they now are, in the order of the input."
    )


@strawberry.type(description="Items after their dunning levels were set.")
class SetDunningLevelsPayload(Payload):
    """In the order of the input."""

    open_items: list[Annotated[OpenItem, _TYPES]] | None = written(
        "open_items", OPEN_ITEM, "As they now are, in the order of the input."
    )


@strawberry.type(description="An item after it was reversed.")
class ReverseOpenItemPayload(Payload):
    """Also when it was refused."""

    open_item: Annotated[OpenItem, _TYPES] | None = written("open_item", OPEN_ITEM, "The item as it now is.")


@strawberry.type(description="An item after its due day was changed.")
class ChangeDueDatePayload(Payload):
    """Also when it was refused."""

    open_item: Annotated[OpenItem, _TYPES] | None = written("open_item", OPEN_ITEM, "The item as it now is.")


@strawberry.type
class ReceivablesMutations:
    """The ledger."""

    @strawberry.mutation(
        description="Post items to the ledger. One that is there already with the same content is read back."
    )
    async def post_open_items(self, info: Info, input: PostOpenItemsInput) -> PostOpenItemsPayload:
        rows = [row.wanted() for row in input.items]
        return await carry_out(
            info,
            input,
            PostOpenItemsPayload,
            lambda tx: post_items(tx, rows),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.OPEN_ITEMS_POSTED,
        )

    @strawberry.mutation(description="Take an item out of the ledger again; its number is not used again.")
    async def reverse_open_item(self, info: Info, input: ReverseOpenItemInput) -> ReverseOpenItemPayload:
        key = record_key(input.open_item)
        return await carry_out(
            info,
            input,
            ReverseOpenItemPayload,
            lambda tx: reverse_item(tx, key, input.day, input.expected_version),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.REVERSED,
            current=await as_it_is(info, open_item=input.open_item),
        )

    @strawberry.mutation(description="Let what is open of an item fall due on another day, from today on.")
    async def change_due_date(self, info: Info, input: ChangeDueDateInput) -> ChangeDueDatePayload:
        key = record_key(input.open_item)
        return await carry_out(
            info,
            input,
            ChangeDueDatePayload,
            lambda tx: change_due_date(tx, key, input.due_date, input.expected_version),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.OPEN_ITEM_CHANGED,
            current=await as_it_is(info, open_item=input.open_item),
        )

    @strawberry.mutation(description="Say how far open items have been dunned; orders on hold are checked again.")
    async def set_dunning_levels(self, info: Info, input: SetDunningLevelsInput) -> SetDunningLevelsPayload:
        rows = [LevelToSet(row.company, row.number, row.dunning_level) for row in input.items]
        return await carry_out(
            info,
            input,
            SetDunningLevelsPayload,
            lambda tx: set_dunning_levels(tx, rows),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.OPEN_ITEM_CHANGED,
        )
