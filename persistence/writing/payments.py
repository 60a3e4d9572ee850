"""Payments: posted, with what they settle at once, and direct debits collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.money import Money
from domain.receivables import Payment, PaymentKind, PaymentStatus, payment_posted
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.orders import KeptOrder, orders_by_key
from persistence.reevaluating import reevaluate
from persistence.statements import insert
from persistence.tables.receivables import document_number, payment
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.finding import (
    NOT_IN_COMPANY,
    OPEN_ITEM,
    PAYMENT,
    SALES_ORDER,
    customers_of,
    few_enough,
    future_refusals,
    no_customer,
    places_of,
    text_refusals,
    twice_refusals,
)
from persistence.writing.ledger import KeptItem, KeptPayment, items_by_place, payments_by_place, settlements_of
from persistence.writing.prepayments import count_again
from persistence.writing.saving import update
from persistence.writing.settlements import Plan, Wanted

POSTED = N_("Payment {number} of {amount} was posted.")
PREPAYS = N_("Payment {number} of {amount} is in advance for order {order}.")
COLLECTED = N_("Direct debit {number} of {amount} was collected.")
DIFFERS = N_("Payment {number} exists with other content. Reverse it and use another number, or send it as it was.")
WAS_REVERSED = N_("Payment {number} was reversed on {day}. Use another number.")
SETTLES_OTHERS = N_("Payment {number} is posted already and does not settle item {item}. Settle the item with it.")
RETURNED_FIRST = N_("A payment is posted first, and returned by reversing it.")
ONLY_DEBITS = N_("Only a direct debit can be pending.")
FOR_ANOTHER = N_("Payment {number} is in advance for another order than {order}.")
OTHER_PAYER = N_("Payment {number} and order {order} are of different payers.")
OTHER_CURRENCY = N_("Payment {number} is in {currency}, order {order} in {other}.")
PENDING_SETTLES = N_("Direct debit {number} is pending. It settles items once it is collected.")


@dataclass(frozen=True)
class Settles:
    """An item that a payment settles, by its number. Without an amount: as much as is open, and left of the payment."""

    item: str
    amount: Money | None = None


@dataclass(frozen=True)
class PaymentToPost:
    """Money that came from a customer, or a direct debit on its way. Sent again as COLLECTED, a debit is collected.

    `sales_order`: the number of the order it is paid in advance for; it may be sent again with it.
    """

    company: str
    account: str
    number: str
    amount: Money
    paid_on: date
    kind: PaymentKind = PaymentKind.RECEIPT
    status: PaymentStatus = PaymentStatus.COLLECTED
    settles: tuple[Settles, ...] = ()
    sales_order: str | None = None


@dataclass
class _Posting:
    """What is known of the rows of one call, under the lock."""

    tx: Transaction
    plan: Plan
    customers: Mapping[tuple[str, str], UUID]
    payers: Mapping[UUID, UUID]
    known: Mapping[tuple[str, str], KeptPayment]
    items: Mapping[tuple[str, str], KeptItem]
    settled_by: Mapping[UUID, frozenset[UUID]]
    orders: Mapping[tuple[str, str], KeptOrder]
    new: list[KeptPayment] = field(default_factory=list)
    collected: list[KeptPayment] = field(default_factory=list)
    tied: list[tuple[KeptPayment, str]] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)

    def take(self, row: PaymentToPost, place: int) -> list[Refusal]:
        """One row: read back, collected, planned, or refused."""
        path = ("payments", str(place))
        company = self.tx.company(row.company)["id"]
        buyer = self.customers.get((row.company, row.account))
        if buyer is None:
            return [no_customer(row.company, row.account, (*path, "account"))]
        refusals = [*self._wrong(row, company, path), *self._unknown_items(row, path)]
        if refusals:
            return refusals
        known = self.known.get((row.company, row.number))
        if known is None:
            kept = _kept(row, company, self._payer(row, buyer))
            refusals, order = self._prepays(row, kept, path)
            kept = replace(kept, sales_order=order)
            self.new.append(kept)
            self.ids.append(kept.id)
            return [*refusals, *self._settle(row, kept, path)]
        self.ids.append(known.id)
        return self._again(row, known, buyer, path)

    def _again(self, row: PaymentToPost, known: KeptPayment, buyer: UUID, path: tuple[str, ...]) -> list[Refusal]:
        """A number that is posted already: the same payment, or a pending debit that was collected."""
        refusals = _differences(known, row, {buyer, self.payers[buyer]}, path)
        if refusals:
            return refusals
        more, order = self._prepays(row, known, path)
        if more:
            return more
        if order != known.sales_order:
            known = replace(known, sales_order=order)
            self.tied.append((known, row.sales_order or ""))
        if known.payment.status is PaymentStatus.PENDING and row.status is PaymentStatus.COLLECTED:
            paid = replace(known.payment, status=PaymentStatus.COLLECTED, paid_on=row.paid_on)
            kept = replace(known, payment=paid, movable_from=row.paid_on)
            self.collected.append(kept)
            return self._settle(row, kept, path)
        for at, one in enumerate(row.settles):
            item = self.items[row.company, one.item]
            if item.id not in self.settled_by[known.id]:
                message = Message(SETTLES_OTHERS, {"number": row.number, "item": one.item})
                refusal_path = (*path, "settlements", str(at), "openItem")
                refusals.append(Refusal(ErrorCode.DOCUMENT_DIFFERS, message, refusal_path, (PAYMENT, known.id)))
        return refusals

    def _settle(self, row: PaymentToPost, kept: KeptPayment, path: tuple[str, ...]) -> list[Refusal]:
        if row.settles and row.status is PaymentStatus.PENDING:
            message = Message(PENDING_SETTLES, {"number": row.number})
            return [Refusal(ErrorCode.WRONG_STATUS, message, (*path, "settlements"))]
        return [
            refusal
            for at, one in enumerate(row.settles)
            for refusal in self.plan.settle(
                Wanted(self.items[row.company, one.item], kept, one.amount, None, (*path, "settlements", str(at)))
            )
        ]

    def _prepays(
        self, row: PaymentToPost, kept: KeptPayment, path: tuple[str, ...]
    ) -> tuple[list[Refusal], UUID | None]:
        """The order that a payment is in advance for: of the same payer and currency, and of no other order before."""
        if row.sales_order is None:
            return [], kept.sales_order
        at = (*path, "salesOrder")
        order = self.orders.get((row.company, row.sales_order))
        if order is None:
            message = Message(NOT_IN_COMPANY[SALES_ORDER], {"number": row.sales_order, "company": row.company})
            return [Refusal(ErrorCode.NOT_FOUND, message, at)], None
        node = (SALES_ORDER, order.id)
        names = {"number": row.number, "order": row.sales_order}
        if kept.sales_order not in (None, order.id):
            return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(FOR_ANOTHER, names), at, (PAYMENT, kept.id))], None
        if order.payer != kept.payer:
            return [Refusal(ErrorCode.DIFFERENT_PAYER, Message(OTHER_PAYER, names), at, node)], None
        if order.amount.currency != row.amount.currency:
            values = {**names, "currency": row.amount.currency, "other": order.amount.currency}
            return [Refusal(ErrorCode.CURRENCY_MISMATCH, Message(OTHER_CURRENCY, values), at, node)], None
        return [], order.id

    def _payer(self, row: PaymentToPost, buyer: UUID) -> UUID:
        """Who pays today; the customer itself where it settles items from before somebody else paid for it."""
        payers = {self.items[row.company, one.item].payer for one in row.settles}
        return buyer if payers == {buyer} else self.payers[buyer]

    def _unknown_items(self, row: PaymentToPost, path: tuple[str, ...]) -> list[Refusal]:
        return [
            Refusal(
                ErrorCode.NOT_FOUND,
                Message(NOT_IN_COMPANY[OPEN_ITEM], {"number": one.item, "company": row.company}),
                (*path, "settlements", str(at), "openItem"),
            )
            for at, one in enumerate(row.settles)
            if (row.company, one.item) not in self.items
        ]

    def _wrong(self, row: PaymentToPost, company: UUID, path: tuple[str, ...]) -> list[Refusal]:
        """What is wrong with a row whatever else there is."""
        refusals = [
            *text_refusals(row.number, (*path, "number")),
            *self.tx.amount_refusals(row.amount, (*path, "amount")),
        ]
        if row.status is PaymentStatus.RETURNED:
            refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(RETURNED_FIRST), (*path, "status")))
        elif row.status is PaymentStatus.PENDING and row.kind is not PaymentKind.DIRECT_DEBIT:
            refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(ONLY_DEBITS), (*path, "status")))
        if row.status is PaymentStatus.COLLECTED:
            refusals.extend(future_refusals(self.tx, company, row.paid_on, (*path, "paidOn")))
        return refusals


async def post_payments(tx: Transaction, rows: Sequence[PaymentToPost]) -> Result:
    """Post payments and settle the items they name; one that is posted already is read back when it is the same."""
    few_enough(rows, "payments")
    for place, row in enumerate(rows):
        few_enough(row.settles, "payments", str(place), "settlements")
    numbers = [(row.company, row.number) for row in rows]
    customers = await customers_of(tx, [(row.company, row.account) for row in rows])
    places = await places_of(tx, PAYMENT, numbers)
    item_places = await places_of(tx, OPEN_ITEM, [(row.company, one.item) for row in rows for one in row.settles])
    named = [(row.company, row.sales_order) for row in rows if row.sales_order is not None]
    order_places = await places_of(tx, SALES_ORDER, named)
    kept_under = {place.customer for place in (*places.values(), *item_places.values(), *order_places.values())}
    payers = await tx.lock({*customers.values(), *kept_under})
    known = await payments_by_place(tx.conn, list(places.values()))
    items = await items_by_place(tx.conn, list(item_places.values()))
    orders = {
        order.id: order
        for order in await orders_by_key(tx.conn, [(place.customer, place.id) for place in order_places.values()])
    }
    if orders.keys() != {place.id for place in order_places.values()}:
        raise MovedMeanwhile  # another customer pays for one of them by now
    plan = Plan(tx)
    posting = _Posting(
        tx,
        plan,
        customers,
        payers,
        known={key: known[place.id] for key, place in places.items()},
        items={key: items[place.id] for key, place in item_places.items()},
        settled_by={
            place.id: frozenset(row["item_id"] for row in await settlements_of(tx.conn, place))
            for place in places.values()
        },
        orders={key: orders[place.id] for key, place in order_places.items()},
    )
    refusals = twice_refusals(numbers, "payments", "number")
    for place, row in enumerate(rows):
        refusals.extend(posting.take(row, place))
    if refusals:
        raise Refused(*refusals)
    await _write(tx, posting)
    await plan.write({kept.id for kept in posting.new})
    ties = [kept for kept, _ in posting.tied]
    await count_again(tx, [*posting.new, *posting.collected, *ties])
    await reevaluate(tx, {kept.payer for kept in (*posting.new, *posting.collected, *ties)})
    return {"payments": [str(key) for key in posting.ids]}


async def _write(tx: Transaction, posting: _Posting) -> None:
    numbers, rows = [], []
    for kept in posting.new:
        own = {"customer_id": kept.payer, "company_id": kept.company, "number": kept.number}
        numbers.append(own | {"document": PAYMENT, "document_id": kept.id})
        rows.append(own | _row(kept))
    await insert(tx.conn, document_number, numbers)
    await insert(tx.conn, payment, rows)
    for kept in posting.collected:
        changed = {"status": kept.payment.status.value, "paid_on": kept.payment.paid_on}
        await update(tx.conn, payment, {"customer_id": kept.payer, "id": kept.id}, changed)
    for kept, order in posting.tied:
        key = {"customer_id": kept.payer, "id": kept.id}
        await update(tx.conn, payment, key, {"sales_order_id": kept.sales_order})
        message = Message(PREPAYS, {"number": kept.number, "amount": kept.payment.amount, "order": order})
        tx.audit(AuditEventKind.PAYMENT_POSTED, message, (PAYMENT, kept.id), kept.company, event="PAYMENT_CHANGED")
    written = [*((kept, POSTED) for kept in posting.new), *((kept, COLLECTED) for kept in posting.collected)]
    await tx.move(
        Moved(kept.payer, kept.company, movement) for kept, _ in written for movement in payment_posted(kept.payment)
    )
    for kept, text in written:
        message = Message(text, {"number": kept.number, "amount": kept.payment.amount})
        tx.audit(AuditEventKind.PAYMENT_POSTED, message, (PAYMENT, kept.id), kept.company, event="PAYMENT_POSTED")


def _differences(known: KeptPayment, row: PaymentToPost, payers: set[UUID], path: tuple[str, ...]) -> list[Refusal]:
    """The same number must be the same payment; a pending debit may be collected, on another day too."""
    node = (PAYMENT, known.id)
    if known.reversed_on is not None:
        message = Message(WAS_REVERSED, {"number": row.number, "day": known.reversed_on})
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "number"), node)]
    kept = known.payment
    collects = kept.status is PaymentStatus.PENDING and row.status is PaymentStatus.COLLECTED
    same = (kept.kind, kept.amount) == (row.kind, row.amount) and known.payer in payers
    if same and (collects or (kept.status, kept.paid_on) == (row.status, row.paid_on)):
        return []
    message = Message(DIFFERS, {"number": row.number})
    return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "number"), node, kept.amount, row.amount)]


def _kept(row: PaymentToPost, company: UUID, payer: UUID) -> KeptPayment:
    return KeptPayment(
        payment=Payment(new_key(), row.kind, row.status, row.amount, row.paid_on),
        payer=payer,
        company=company,
        number=row.number,
        version=1,
        reversed_on=None,
        settled=row.amount.amount * 0,
        movable_from=row.paid_on,
    )


def _row(kept: KeptPayment) -> dict[str, Any]:
    return {
        "id": kept.id,
        "kind": kept.payment.kind.value,
        "status": kept.payment.status.value,
        "amount": kept.payment.amount.amount,
        "currency": kept.payment.amount.currency,
        "paid_on": kept.payment.paid_on,
        "sales_order_id": kept.sales_order,
    }
