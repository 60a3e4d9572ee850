"""Settling items by payments and credit notes of the same payer, and undoing it (decision 28)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.money import Money
from domain.receivables import Movement, OpenItemKind, counted_due, disputed, reversed_on, settled
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.reevaluating import reevaluate
from persistence.statements import Row, insert
from persistence.tables.receivables import open_item, payment, settlement
from persistence.take import Result, Transaction
from persistence.writing.finding import OPEN_ITEM, PAYMENT, Place, RecordKey, future_refusals, place_of
from persistence.writing.ledger import KeptItem, KeptPayment, items_by_place, payments_by_place, settlements_of
from persistence.writing.prepayments import count_again
from persistence.writing.saving import update, update_many

Source = KeptPayment | KeptItem
"""What settles: a payment or a credit note."""

SETTLED = N_("Item {number} was settled by {source} with {amount}.")
UNSETTLED = N_("The settlement of item {number} by {source} was undone: {amount} is open again.")
ITEM_OPEN = N_("Only {open} of item {number} is open.")
MORE_THAN_SOURCE = N_("Only {open} of {source} is left, less than {amount}.")
OTHER_PAYER = N_(
    "Item {number} and {source} are of different payers. Settle it with a payment or credit note of its own payer."
)
OTHER_CURRENCY = N_("Item {number} is in {currency}, {source} in {other}. A settlement is in one currency.")
NOT_OWED = N_("Item {number} lowers what is owed, so it settles other items and is not settled itself.")
NO_CREDIT_NOTE = N_("Item {number} is no credit note. Only payments and credit notes settle.")
TOO_EARLY = N_("Item {number} can be settled from {earliest} on, not on {day}.")
NOTHING_LEFT = N_("Nothing is left to settle between item {number} and {source}.")
NO_SETTLEMENT = N_("Item {number} is not settled by {source}.")


@dataclass(frozen=True)
class Wanted:
    """A settlement that is asked for. Without an amount: as much as both have; without a day: the first possible."""

    item: KeptItem
    source: Source
    amount: Money | None
    day: date | None
    path: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """A settlement that nothing speaks against."""

    item: KeptItem
    source: Source
    amount: Decimal
    day: date


@dataclass
class Plan:
    """Settlements decided one after another: each sees what the ones before left open."""

    tx: Transaction
    planned: list[Planned] = field(default_factory=list)
    taken: dict[UUID, Decimal] = field(default_factory=dict)

    def left(self, one: Source) -> Money:
        """What is left of an item or of what settles it."""
        return one.left - Money(self.taken.get(one.id, Decimal(0)), one.left.currency)

    def settle(self, wanted: Wanted) -> list[Refusal]:
        """Plan one settlement, or say what is in the way."""
        refusals = _in_the_way(wanted)
        if refusals:
            return refusals
        day = wanted.day or max(wanted.item.movable_from, wanted.source.movable_from)
        of_item, of_source = self.left(wanted.item), self.left(wanted.source)
        amount = wanted.amount or min(of_item, of_source)
        refusals = [*self._days(wanted, day), *self._too_much(wanted, amount, of_item, of_source)]
        if not refusals and amount.amount:
            self.planned.append(Planned(wanted.item, wanted.source, amount.amount, day))
            for key in (wanted.item.id, wanted.source.id):
                self.taken[key] = self.taken.get(key, Decimal(0)) + amount.amount
        return refusals

    def _days(self, wanted: Wanted, day: date) -> list[Refusal]:
        path = (*wanted.path, "day")
        earliest = max(wanted.item.movable_from, wanted.source.movable_from)
        if day < earliest:
            values: dict[str, Value] = {"number": wanted.item.number, "earliest": earliest, "day": day}
            return [Refusal(ErrorCode.DATE_ORDER, Message(TOO_EARLY, values), path, _node(wanted.item))]
        return future_refusals(self.tx, wanted.item.company, day, path)

    def _too_much(self, wanted: Wanted, amount: Money, of_item: Money, of_source: Money) -> list[Refusal]:
        path = (*wanted.path, "amount")
        if wanted.amount is not None and (refusals := self.tx.amount_refusals(amount, path)):
            return refusals
        names: dict[str, Value] = {"number": wanted.item.number, "source": wanted.source.number, "amount": amount}
        found = []
        if amount > of_item:
            message = Message(ITEM_OPEN, {**names, "open": of_item})
            found.append(Refusal(ErrorCode.MORE_THAN_OPEN, message, path, _node(wanted.item), of_item, amount))
        if amount > of_source:
            message = Message(MORE_THAN_SOURCE, {**names, "open": of_source})
            found.append(Refusal(ErrorCode.MORE_THAN_OPEN, message, path, _node(wanted.source), of_source, amount))
        return found

    async def write(self, new: Set[UUID] = frozenset()) -> None:
        """Append what was planned: settlements and what they move; a disputed part is never more than what is open.

        `new`: payments that were written in the same transaction, which need not count as changed.
        """
        for one in self.planned:
            self.tx.audit(
                AuditEventKind.SETTLED,
                Message(SETTLED, _values(one.item, one.source, one.amount)),
                _node(one.item),
                one.item.company,
                event="OPEN_ITEM_CHANGED",
            )
        await insert(self.tx.conn, settlement, [_row(one) for one in self.planned])
        await self.tx.move(moved for one in self.planned for moved in _moved(one))
        await self._write_items()
        payments = {one.source.id: one.source for one in self.planned if isinstance(one.source, KeptPayment)}
        touched: list[tuple[dict[str, UUID], dict[str, Any]]] = [
            ({"customer_id": one.payer, "id": one.id}, {}) for one in payments.values() if one.id not in new
        ]
        await update_many(self.tx.conn, payment, touched, edited=False)
        await count_again(self.tx, payments.values())

    async def _write_items(self) -> None:
        items = {one.item.id: one.item for one in self.planned}
        items |= {one.source.id: one.source for one in self.planned if isinstance(one.source, KeptItem)}
        last = {one.item.id: one.day for one in sorted(self.planned, key=lambda one: one.day)}
        rows, lowered = [], []
        for key, item in sorted(items.items()):
            before = item.item.disputed
            after = min(before, self.left(item).amount)
            rows.append(({"customer_id": item.payer, "id": key}, {"disputed": after}))
            if after < before:
                lowered.append(Moved(item.payer, item.company, disputed(item.item, after - before, last[key])))
        await update_many(self.tx.conn, open_item, rows, edited=False)
        await self.tx.move(lowered)


async def settle(
    tx: Transaction, item: RecordKey, source: RecordKey, by: str, amount: Money | None, day: date | None
) -> Result:
    """Settle an item by a payment (`by` is `payment`) or a credit note (`creditNote`)."""
    kept, kept_source = await _both(tx, item, source, by)
    plan = Plan(tx)
    refusals = plan.settle(Wanted(kept, kept_source, amount, day or tx.today(kept.company), ()))
    if not refusals and not plan.planned:
        message = Message(NOTHING_LEFT, {"number": kept.number, "source": kept_source.number})
        refusals = [Refusal(ErrorCode.MORE_THAN_OPEN, message, ("amount",), _node(kept))]
    if refusals:
        raise Refused(*refusals)
    await plan.write()
    await reevaluate(tx, [kept.payer])
    return _result(kept, kept_source)


async def unsettle(tx: Transaction, item: RecordKey, source: RecordKey, by: str, day: date | None) -> Result:
    """Undo every settlement of an item by a payment or credit note: both are open again from that day."""
    kept, kept_source = await _both(tx, item, source, by)
    on = day or tx.today(kept.company)
    rows = [
        row
        for row in await settlements_of(tx.conn, Place(kept.payer, kept.id, kept.company))
        if row["reversed_on"] is None and kept_source.id in (row["payment_id"], row["credit_item_id"])
    ]
    refusals = future_refusals(tx, kept.company, on, ("day",))
    if not rows:
        message = Message(NO_SETTLEMENT, {"number": kept.number, "source": kept_source.number})
        refusals.append(Refusal(ErrorCode.NOT_FOUND, message, (by,), _node(kept)))
    refusals.extend(undo_refusals(rows, on))
    if refusals:
        raise Refused(*refusals)
    await undo(tx, [(row, kept, kept_source) for row in rows], on)
    await reevaluate(tx, [kept.payer])
    return _result(kept, kept_source)


def undo_refusals(rows: Sequence[Row], day: date) -> list[Refusal]:
    """A settlement is undone on its day or later."""
    last = max((row["settled_on"] for row in rows), default=day)
    if day >= last:
        return []
    message = Message(N_("This was settled on {settled} and cannot be undone on {day}."), {"settled": last, "day": day})
    return [Refusal(ErrorCode.DATE_ORDER, message, ("day",))]


async def undo(tx: Transaction, undone: Sequence[tuple[Row, KeptItem, Source]], day: date) -> None:
    """Write settlements off: the opposite of what they moved, on a day."""
    moved: list[Moved] = []
    for row, item, source in undone:
        before = _movements(item, source, row["amount"], row["settled_on"])
        moved.extend(Moved(item.payer, item.company, one) for one in reversed_on(before, day))
        message = Message(UNSETTLED, _values(item, source, row["amount"]))
        tx.audit(AuditEventKind.REVERSED, message, _node(item), item.company, event="OPEN_ITEM_CHANGED")
        await update(tx.conn, settlement, {"customer_id": row["customer_id"], "id": row["id"]}, {"reversed_on": day})
        await update(tx.conn, open_item, {"customer_id": item.payer, "id": item.id}, {}, edited=False)
        table = payment if isinstance(source, KeptPayment) else open_item
        await update(tx.conn, table, {"customer_id": item.payer, "id": source.id}, {}, edited=False)
    await tx.move(moved)
    await count_again(tx, [source for _, _, source in undone if isinstance(source, KeptPayment)])


async def _both(tx: Transaction, item: RecordKey, source: RecordKey, by: str) -> tuple[KeptItem, Source]:
    """The item and what settles it, under the lock of their payers."""
    place = await place_of(tx, OPEN_ITEM, item, ("openItem",))
    table = PAYMENT if by == "payment" else OPEN_ITEM
    source_place = await place_of(tx, table, source, (by,))
    await tx.lock({place.customer, source_place.customer})
    kept = (await items_by_place(tx.conn, [place]))[place.id]
    if by == "payment":
        return kept, (await payments_by_place(tx.conn, [source_place]))[source_place.id]
    credit = (await items_by_place(tx.conn, [source_place]))[source_place.id]
    if credit.item.kind is not OpenItemKind.CREDIT_NOTE:
        message = Message(NO_CREDIT_NOTE, {"number": credit.number})
        raise Refused(Refusal(ErrorCode.INVALID_VALUE, message, (by,), _node(credit)))
    return kept, credit


def _in_the_way(wanted: Wanted) -> list[Refusal]:
    """What speaks against a settlement whatever its amount."""
    item, source = wanted.item, wanted.source
    path = (*wanted.path, "openItem")
    names = {"number": item.number, "source": source.number}
    if item.payer != source.payer:
        return [Refusal(ErrorCode.DIFFERENT_PAYER, Message(OTHER_PAYER, names), path, _node(item))]
    if item.lowers:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(NOT_OWED, names), path, _node(item))]
    other = source.left.currency
    if item.open.currency != other:
        message = Message(OTHER_CURRENCY, {**names, "currency": item.open.currency, "other": other})
        return [Refusal(ErrorCode.CURRENCY_MISMATCH, message, path, _node(item))]
    if wanted.amount is not None and wanted.amount.currency != other:
        text = N_("The amount is in {currency}, the item in {other}.")
        message = Message(text, {"currency": wanted.amount.currency, "other": other})
        return [Refusal(ErrorCode.CURRENCY_MISMATCH, message, (*wanted.path, "amount"), _node(item))]
    return []


def _movements(item: KeptItem, source: Source, amount: Decimal, day: date) -> tuple[Movement, ...]:
    source_day = counted_due(source.item) if isinstance(source, KeptItem) else source.payment.paid_on
    return settled(item.item, amount, source.id, source_day, day)


def _moved(one: Planned) -> list[Moved]:
    found = _movements(one.item, one.source, one.amount, one.day)
    return [Moved(one.item.payer, one.item.company, movement) for movement in found]


def _row(one: Planned) -> dict[str, object]:
    by_payment = isinstance(one.source, KeptPayment)
    return {
        "customer_id": one.item.payer,
        "id": new_key(),
        "company_id": one.item.company,
        "item_id": one.item.id,
        "payment_id": one.source.id if by_payment else None,
        "credit_item_id": None if by_payment else one.source.id,
        "amount": one.amount,
        "currency": one.item.open.currency,
        "settled_on": one.day,
    }


def _node(one: Source) -> tuple[str, UUID]:
    return (OPEN_ITEM if isinstance(one, KeptItem) else PAYMENT, one.id)


def _values(item: KeptItem, source: Source, amount: Decimal) -> dict[str, Value]:
    return {"number": item.number, "source": source.number, "amount": Money(amount, item.open.currency)}


def _result(item: KeptItem, source: Source) -> Result:
    by_payment = isinstance(source, KeptPayment)
    return {
        "open_item": str(item.id),
        "payment": str(source.id) if by_payment else None,
        "credit_note": None if by_payment else str(source.id),
    }
