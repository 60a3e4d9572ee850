"""Posting open items to the ledger, and with them the order lines they bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.audit import AuditEventKind
from domain.debts import level_refusals
from domain.exposure import Category
from domain.message import N_, Message
from domain.money import Money
from domain.receivables import OpenItem, OpenItemKind, category_of, item_posted, signed
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.reevaluating import reevaluate
from persistence.statements import insert
from persistence.tables.receivables import document_number, open_item
from persistence.take import Result, Transaction
from persistence.writing.deliveries import OTHER_PAYER, currency_refusals, item_refusals
from persistence.writing.finding import (
    NOT_IN_COMPANY,
    OPEN_ITEM,
    SALES_ORDER,
    customers_of,
    few_enough,
    future_refusals,
    no_customer,
    places_of,
    text_refusals,
    twice_refusals,
)
from persistence.writing.ledger import KeptItem, items_by_place
from persistence.writing.order_lines import LineAmount, Steps, steps_by_place

POSTED = N_("Item {number} of {amount} was posted.")
DIFFERS = N_("Item {number} exists with other content. Reverse it and use another number, or send it as it was.")
WAS_REVERSED = N_("Item {number} was reversed on {day}. Use another number.")
DUE_TOO_EARLY = N_("An item of {document} cannot fall due on {due}, before it was written.")
TOO_MUCH_DISPUTED = N_("No more than {open} can be disputed.")
TOO_MUCH_TAX = N_("The tax of an item is at most what the item comes to: {amount}.")
NOT_DISPUTABLE = N_("Only what a customer owes can be disputed.")


@dataclass(frozen=True)
class LineBilled:
    """A line of an order that an item bills. `billing`: the billing document it posts, of the item's number if None.

    A credit note names the return that it gives credit for there.
    """

    order: str
    line: LineAmount
    billing: str | None = None


@dataclass(frozen=True)
class ItemToPost:
    """An item as an ERP sends it: positive amounts, tax included; `booked` in the company's accounting currency."""

    company: str
    account: str
    number: str
    kind: OpenItemKind
    amount: Money
    document_date: date
    due_date: date
    booked: Money | None = None
    disputed: Money | None = None
    tax: Money | None = None
    dunning_level: int = 0
    bills: tuple[LineBilled, ...] = ()


@dataclass
class _Posting:
    """What is known of the rows of one call, under the lock."""

    tx: Transaction
    customers: Mapping[tuple[str, str], UUID]
    payers: Mapping[UUID, UUID]
    known: Mapping[tuple[str, str], KeptItem]
    orders: Mapping[tuple[str, str], Steps]
    new: list[tuple[ItemToPost, OpenItem, UUID, UUID]] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    touched: dict[UUID, tuple[Steps, date]] = field(default_factory=dict)

    def take(self, row: ItemToPost, place: int) -> list[Refusal]:
        """One row: read back, planned, or refused."""
        path = ("items", str(place))
        company = self.tx.company(row.company)["id"]
        buyer = self.customers.get((row.company, row.account))
        if buyer is None:
            return [no_customer(row.company, row.account, (*path, "account"))]
        refusals = self._wrong(row, company, path)
        known = self.known.get((row.company, row.number))
        if refusals:
            return refusals
        if known is not None:
            self.ids.append(known.id)
            return _differences(known, row, buyer, path)
        item = _item(row)
        refusals = [
            found
            for at, billed in enumerate(row.bills)
            for found in self._bill(row, item, billed, self.payers[buyer], (*path, "bills", str(at)))
        ]
        self.new.append((row, item, buyer, self.payers[buyer]))
        self.ids.append(item.id)
        return refusals

    def _wrong(self, row: ItemToPost, company: UUID, path: tuple[str, ...]) -> list[Refusal]:
        """What is wrong with a row whatever else there is."""
        tx = self.tx
        refusals = [
            *text_refusals(row.number, (*path, "number")),
            *tx.amount_refusals(row.amount, (*path, "amount")),
            *future_refusals(tx, company, row.document_date, (*path, "documentDate")),
            *due_refusals(row.document_date, row.due_date, (*path, "dueDate")),
        ]
        if row.booked is not None:
            accounting = Money(row.booked.amount, tx.companies[company]["currency"])
            refusals.extend(same_currency(row.booked, accounting.currency, (*path, "bookedAmount")))
            refusals.extend(tx.amount_refusals(row.booked, (*path, "bookedAmount")))
        if row.tax is not None and not refusals:
            refusals.extend(_tax_refusals(tx, row, row.tax, (*path, "taxAmount")))
        refusals.extend(level_refusals(row.dunning_level, (*path, "dunningLevel")))
        if row.disputed is not None and not refusals:
            refusals.extend(_disputed_refusals(tx, row, row.disputed, (*path, "disputed")))
        return refusals

    def _bill(
        self, row: ItemToPost, item: OpenItem, billed: LineBilled, payer: UUID, path: tuple[str, ...]
    ) -> list[Refusal]:
        """The lines that an item bills are posted with it, so that nothing counts twice."""
        steps = self.orders.get((row.company, billed.order))
        if steps is None:
            message = Message(NOT_IN_COMPANY[SALES_ORDER], {"number": billed.order, "company": row.company})
            return [Refusal(ErrorCode.NOT_FOUND, message, (*path, "salesOrder"))]
        if steps.now.payer != payer:
            message = Message(OTHER_PAYER, {"item": row.number, "number": billed.order})
            return [Refusal(ErrorCode.DIFFERENT_PAYER, message, (*path, "salesOrder"), steps.node)]
        credits = item.kind is OpenItemKind.CREDIT_NOTE and billed.billing is not None
        if credits:
            refusals = currency_refusals(steps, item.amount, (*path, "salesOrder"), steps.node, row.number)
        else:
            refusals = item_refusals(steps, item.amount, (*path, "salesOrder"), steps.node, None, row.number)
        refusals = refusals or steps.status_refusals((*path, "salesOrder"))
        if refusals:
            return refusals
        before = self.touched.get(steps.now.id, (steps, row.document_date))[1]
        self.touched[steps.now.id] = (steps, max(before, row.document_date))
        number = billed.billing or row.number
        if credits:
            return steps.credit(self.tx, billed.line, number, item.id, path)
        return steps.bill(self.tx, billed.line, number, row.document_date, item.id, path)


async def post_items(tx: Transaction, items: Sequence[ItemToPost]) -> Result:
    """Post items; one that is in the ledger already is read back when its content is the same."""
    few_enough(items, "items")
    for place, row in enumerate(items):
        few_enough(row.bills, "items", str(place), "bills")
    numbers = [(row.company, row.number) for row in items]
    customers = await customers_of(tx, [(row.company, row.account) for row in items])
    places = await places_of(tx, OPEN_ITEM, numbers)
    orders = await places_of(tx, SALES_ORDER, [(row.company, billed.order) for row in items for billed in row.bills])
    kept_under = {place.customer for place in (*places.values(), *orders.values())}
    payers = await tx.lock({*customers.values(), *kept_under})
    found = await items_by_place(tx.conn, list(places.values()))
    steps = await steps_by_place(tx.conn, orders.values())
    posting = _Posting(
        tx,
        customers,
        payers,
        known={key: found[place.id] for key, place in places.items()},
        orders={key: steps[place.id] for key, place in orders.items()},
    )
    refusals = twice_refusals(numbers, "items", "number")
    for place, row in enumerate(items):
        refusals.extend(posting.take(row, place))
    if refusals:
        raise Refused(*refusals)
    await _write(tx, posting)
    await reevaluate(tx, {payer for _, _, _, payer in posting.new})
    return {"open_items": [str(key) for key in posting.ids]}


async def _write(tx: Transaction, posting: _Posting) -> None:
    numbers, rows = [], []
    moved: list[Moved] = []
    for row, item, buyer, payer in posting.new:
        company = tx.company(row.company)
        own = {"customer_id": payer, "company_id": company["id"], "number": row.number}
        numbers.append(own | {"document": OPEN_ITEM, "document_id": item.id})
        rows.append(own | _row(row, item, buyer, company["currency"]))
        moved.extend(Moved(payer, company["id"], movement) for movement in item_posted(item))
        message = Message(POSTED, {"number": row.number, "amount": item.amount})
        tx.audit(
            AuditEventKind.OPEN_ITEMS_POSTED, message, (OPEN_ITEM, item.id), company["id"], event="OPEN_ITEM_POSTED"
        )
    await insert(tx.conn, document_number, numbers)
    await insert(tx.conn, open_item, rows)
    await tx.move(moved)
    for steps, day in posting.touched.values():
        await steps.write(tx, day)


def due_refusals(
    document: date, due: date, path: tuple[str, ...], node: tuple[str, UUID] | None = None
) -> list[Refusal]:
    """Nothing falls due before it was written."""
    if due >= document:
        return []
    return [Refusal(ErrorCode.DATE_ORDER, Message(DUE_TOO_EARLY, {"document": document, "due": due}), path, node)]


def _disputed_refusals(tx: Transaction, row: ItemToPost, part: Money, path: tuple[str, ...]) -> list[Refusal]:
    refusals = [
        *tx.amount_refusals(part, path, positive=False),
        *same_currency(part, row.amount.currency, path),
    ]
    if refusals:
        return refusals
    if part.amount and category_of(row.kind) is not Category.RECEIVABLES:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(NOT_DISPUTABLE), path)]
    if part > row.amount:
        message = Message(TOO_MUCH_DISPUTED, {"open": row.amount})
        return [Refusal(ErrorCode.MORE_THAN_OPEN, message, path, None, row.amount, part)]
    return []


def _tax_refusals(tx: Transaction, row: ItemToPost, tax: Money, path: tuple[str, ...]) -> list[Refusal]:
    refusals = [*tx.amount_refusals(tax, path, positive=False), *same_currency(tax, row.amount.currency, path)]
    if not refusals and tax > row.amount:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(TOO_MUCH_TAX, {"amount": row.amount}), path, actual=tax)]
    return refusals


def same_currency(money: Money, currency: str, path: tuple[str, ...]) -> list[Refusal]:
    """An amount that must be in one currency is in it."""
    if money.currency == currency:
        return []
    message = Message(N_("This amount must be in {currency}."), {"currency": currency})
    return [Refusal(ErrorCode.CURRENCY_MISMATCH, message, path)]


def _differences(kept: KeptItem, row: ItemToPost, buyer: UUID, path: tuple[str, ...]) -> list[Refusal]:
    """The same number must be the same item. A disputed part may have changed since."""
    node = (OPEN_ITEM, kept.id)
    if kept.reversed_on is not None:
        message = Message(WAS_REVERSED, {"number": row.number, "day": kept.reversed_on})
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "number"), node)]
    item = kept.item
    before = (kept.buyer or kept.payer, item.kind, item.amount, item.document_date, item.due_date)
    amount = Money(signed(row.kind, row.amount.amount), row.amount.currency)
    if before == (buyer, row.kind, amount, row.document_date, row.due_date):
        return []
    message = Message(DIFFERS, {"number": row.number})
    return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "number"), node, item.amount, amount)]


def _item(row: ItemToPost) -> OpenItem:
    return OpenItem(
        id=new_key(),
        kind=row.kind,
        amount=Money(signed(row.kind, row.amount.amount), row.amount.currency),
        document_date=row.document_date,
        due_date=row.due_date,
        disputed=row.disputed.amount if row.disputed else Decimal(0),
    )


def _row(row: ItemToPost, item: OpenItem, buyer: UUID, accounting: str) -> dict[str, Any]:
    booked = row.booked or (row.amount if row.amount.currency == accounting else None)
    return {
        "id": item.id,
        "buyer_id": buyer,
        "kind": item.kind.value,
        "amount": item.amount.amount,
        "currency": item.amount.currency,
        "tax_amount": None if row.tax is None else signed(row.kind, row.tax.amount),
        "booked_amount": None if booked is None else signed(row.kind, booked.amount),
        "document_date": item.document_date,
        "due_date": item.due_date,
        "disputed": item.disputed,
        "dunning_level": row.dunning_level,
    }
