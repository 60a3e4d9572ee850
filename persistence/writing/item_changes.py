"""Open items are reversed, or fall due on another day. What was posted stays; its opposite is appended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.exposure import Category
from domain.message import N_, Message, Value
from domain.money import Money
from domain.receivables import (
    Movement,
    OpenItem,
    category_of,
    item_posted,
    reversed_on,
    standing,
)
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.movements import Moved
from persistence.reevaluating import reevaluate
from persistence.statements import Statement
from persistence.tables.orders import billing, goods_return
from persistence.tables.receivables import open_item
from persistence.take import Result, Transaction
from persistence.writing.finding import OPEN_ITEM, Place, RecordKey, future_refusals, place_of, version_refusals
from persistence.writing.items import WAS_REVERSED, due_refusals
from persistence.writing.ledger import KeptItem, items_by_place
from persistence.writing.order_lines import steps_by_place
from persistence.writing.saving import changes, update

_BILLED_BY = Statement(
    sa.union(
        *(
            sa.select(table.c.sales_order_id).where(
                table.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
                table.c.item_id == sa.bindparam("item", type_=sa.Uuid()),
            )
            for table in (billing, goods_return)
        )
    )
)

REVERSED = N_("Item {number} of {amount} was reversed.")
DUE_CHANGED = N_("Item {number} falls due on {due} instead of {before}.")
SETTLED = N_("Of item {number} {amount} is settled. Undo its settlements first.")
TRANSFERRED = N_("Item {number} was transferred from one payer to another. Give credit for it by a credit note.")
BEFORE_POSTING = N_("Item {number} can be reversed from {earliest} on, not on {day}.")


async def reverse_item(tx: Transaction, key: RecordKey, day: date | None, expected_version: int | None) -> Result:
    """Take an item out of the ledger again, from a day on. What it billed waits as a billing document."""
    kept = await _kept(tx, key)
    on = day or tx.today(kept.company)
    refusals = _change_refusals(kept, expected_version)
    refusals.extend(future_refusals(tx, kept.company, on, ("day",)))
    if on < kept.movable_from:
        values: dict[str, Value] = {"number": kept.number, "earliest": kept.movable_from, "day": on}
        refusals.append(Refusal(ErrorCode.DATE_ORDER, Message(BEFORE_POSTING, values), ("day",), (OPEN_ITEM, kept.id)))
    if kept.transferred:
        message = Message(TRANSFERRED, {"number": kept.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("openItem",), (OPEN_ITEM, kept.id)))
    elif kept.settled:
        amount = Money(kept.settled, kept.open.currency)
        message = Message(SETTLED, {"number": kept.number, "amount": amount})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("openItem",), (OPEN_ITEM, kept.id)))
    if refusals:
        raise Refused(*refusals)
    await update(tx.conn, open_item, {"customer_id": kept.payer, "id": kept.id}, {"reversed_on": on})
    await tx.move(_of(kept, reversed_on(item_posted(kept.item), on)))
    billed = await _BILLED_BY.all(tx.conn, customer=kept.payer, item=kept.id)
    orders = await steps_by_place(tx.conn, [Place(kept.payer, row["sales_order_id"], kept.company) for row in billed])
    for steps in orders.values():
        steps.unpost(kept.id)
        await steps.write(tx, on)
    message = Message(REVERSED, {"number": kept.number, "amount": kept.item.amount})
    tx.audit(AuditEventKind.REVERSED, message, (OPEN_ITEM, kept.id), kept.company, event="OPEN_ITEM_CHANGED")
    await reevaluate(tx, [kept.payer])
    return {"open_item": str(kept.id)}


async def change_due_date(tx: Transaction, key: RecordKey, due: date, expected_version: int | None) -> Result:
    """Let what is open of an item fall due on another day, from today on."""
    kept = await _kept(tx, key)
    item, today = kept.item, tx.today(kept.company)
    refusals = [
        *_change_refusals(kept, expected_version),
        *due_refusals(item.document_date, due, ("dueDate",), (OPEN_ITEM, kept.id)),
    ]
    if refusals:
        raise Refused(*refusals)
    result = {"open_item": str(kept.id)}
    if due == item.due_date:
        return result
    after = replace(item, due_date=due)
    await update(tx.conn, open_item, {"customer_id": kept.payer, "id": kept.id}, {"due_date": due})
    await tx.move(_of(kept, [*_open_part(kept, item, today, -1), *_open_part(kept, after, today, 1)]))
    values: dict[str, Value] = {"number": kept.number, "due": due, "before": item.due_date}
    tx.audit(
        AuditEventKind.OPEN_ITEM_CHANGED,
        Message(DUE_CHANGED, values),
        (OPEN_ITEM, kept.id),
        kept.company,
        changes({"due_date": item.due_date}, {"due_date": due}),
        event="OPEN_ITEM_CHANGED",
    )
    await reevaluate(tx, [kept.payer])
    return result


def _open_part(kept: KeptItem, item: OpenItem, day: date, sign: int) -> list[Movement]:
    """What is open of an item, taken from or put on its due day. What ages by its document date does not move."""
    category = category_of(item.kind)
    if category is Category.UNAPPLIED:
        return []
    stands = standing(item, kept.signed, day)
    return list(stands if sign > 0 else reversed_on(stands, day))


async def _kept(tx: Transaction, key: RecordKey) -> KeptItem:
    place = await place_of(tx, OPEN_ITEM, key, ("openItem",))
    await tx.lock([place.customer])
    return (await items_by_place(tx.conn, [place]))[place.id]


def _change_refusals(kept: KeptItem, expected_version: int | None) -> list[Refusal]:
    node = (OPEN_ITEM, kept.id)
    refusals = version_refusals(kept.version, expected_version, node)
    if kept.reversed_on is not None:
        message = Message(WAS_REVERSED, {"number": kept.number, "day": kept.reversed_on})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("openItem",), node))
    return refusals


def _of(kept: KeptItem, movements: Sequence[Movement]) -> list[Moved]:
    return [Moved(kept.payer, kept.company, movement) for movement in movements]
