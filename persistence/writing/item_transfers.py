"""What is open of an item goes to another payer of the company: a step of its own, on record (decisions 9, 28, 29).

The item of the old payer is settled by the transfer; with the new one stands another item over the rest, which ages as
the first did. Nothing of what was before is changed, so that earlier days are answered as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.receivables import Movement, reversed_on, share, standing
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.movements import Moved
from persistence.reevaluating import reevaluate
from persistence.statements import Statement, any_of, insert
from persistence.tables.customer import customer
from persistence.tables.receivables import document_number, open_item, settlement
from persistence.take import Result, Transaction
from persistence.writing.declarations import NOTHING_OPEN
from persistence.writing.finding import (
    OPEN_ITEM,
    RecordKey,
    customer_of,
    future_refusals,
    place_of,
    places_of,
    text_refusals,
    version_refusals,
)
from persistence.writing.items import WAS_REVERSED
from persistence.writing.ledger import KeptItem, items_by_place
from persistence.writing.order_payer import may_not_pay
from persistence.writing.saving import update

TRANSFERRED = N_("{amount} of item {number} was transferred from customer {before} to customer {payer} as {to}.")
WITH_THEM = N_("Customer {account} is the payer of item {number} already.")
TOO_EARLY = N_("Item {number} can be transferred from {earliest} on, not on {day}.")
NUMBER_TAKEN = N_("Item {number} exists already. Use another number.")

_ACCOUNTS = Statement(sa.select(customer.c.id, customer.c.account).where(any_of(customer.c.id, "customers")))


@dataclass(frozen=True)
class ItemTransfer:
    """An item whose rest goes to another payer.

    `customer` None: to whoever pays for its buyer by now. `number` of what stands with the new payer, None: that of the
    item with /2, /3, …. `day` None: today at the company.
    """

    open_item: RecordKey
    customer: RecordKey | None = None
    number: str | None = None
    day: date | None = None
    expected_version: int | None = None


async def transfer_item(tx: Transaction, wanted: ItemTransfer) -> Result:
    """Give what is open of an item to another payer. Orders of both that are on hold are looked at again."""
    place = await place_of(tx, OPEN_ITEM, wanted.open_item, ("openItem",))
    named = None if wanted.customer is None else (await customer_of(tx, wanted.customer, ("customer",)))[0]
    known = (await items_by_place(tx.conn, [place]))[place.id]
    buyer = known.buyer or known.payer
    payers = await tx.lock({place.customer, buyer, named or buyer})
    kept = (await items_by_place(tx.conn, [place]))[place.id]
    payer = named or payers[buyer]
    day = wanted.day or tx.today(kept.company)
    accounts = {row["id"]: row["account"] for row in await _ACCOUNTS.all(tx.conn, customers=[kept.payer, payer])}
    refusals = _refusals(tx, kept, wanted, day)
    if payer == kept.payer:
        message = Message(WITH_THEM, {"account": accounts[payer], "number": kept.number})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("customer",), ("customer", payer)))
    else:
        refusals.extend(await may_not_pay(tx, kept.company, buyer, payer, ("customer",)))
    refusals.extend(text_refusals(wanted.number, ("number",)))
    number = wanted.number if refusals else await _number(tx, kept, wanted.number)
    if number is None and not refusals:
        message = Message(NUMBER_TAKEN, {"number": wanted.number or kept.number})
        refusals.append(Refusal(ErrorCode.ALREADY_EXISTS, message, ("number",)))
    if refusals or number is None:
        raise Refused(*refusals)
    key = await _write(tx, kept, payer, number, day)
    values: dict[str, Value] = {"amount": kept.open, "number": kept.number, "to": number}
    values |= {"before": accounts[kept.payer], "payer": accounts[payer]}
    message, kind = Message(TRANSFERRED, values), AuditEventKind.OPEN_ITEM_TRANSFERRED
    tx.audit(kind, message, (OPEN_ITEM, kept.id), kept.company, event="OPEN_ITEM_CHANGED")
    tx.audit(kind, message, (OPEN_ITEM, key), kept.company, event="OPEN_ITEM_POSTED")
    await reevaluate(tx, {kept.payer, payer})
    return {"open_item": str(kept.id), "transferred_to": str(key)}


def _refusals(tx: Transaction, kept: KeptItem, wanted: ItemTransfer, day: date) -> list[Refusal]:
    """What is in the way whoever the new payer is."""
    node = (OPEN_ITEM, kept.id)
    refusals = version_refusals(kept.version, wanted.expected_version, node)
    if kept.reversed_on is not None:
        message = Message(WAS_REVERSED, {"number": kept.number, "day": kept.reversed_on})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("openItem",), node))
    elif not kept.open.amount:
        message = Message(NOTHING_OPEN, {"item": kept.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("openItem",), node))
    refusals.extend(future_refusals(tx, kept.company, day, ("day",)))
    if day < kept.movable_from:
        values: dict[str, Value] = {"number": kept.number, "earliest": kept.movable_from, "day": day}
        refusals.append(Refusal(ErrorCode.DATE_ORDER, Message(TOO_EARLY, values), ("day",), node))
    return refusals


async def _number(tx: Transaction, kept: KeptItem, wanted: str | None) -> str | None:
    """The number of what stands with the new payer; None where the one that is wanted is taken."""
    code = tx.companies[kept.company]["code"]
    for number in [wanted] if wanted is not None else (f"{kept.number}/{place}" for place in count(2)):
        if not await places_of(tx, OPEN_ITEM, [(code, number)]):
            return number
    return None


async def _write(tx: Transaction, kept: KeptItem, payer: UUID, number: str, day: date) -> UUID:
    """The item of the new payer and what it moves; the old one is settled by it."""
    item = replace(kept.item, id=new_key(), amount=kept.signed)
    company, accounting = kept.company, tx.companies[kept.company]["currency"]
    booked = None
    if kept.booked is not None:
        booked = share(kept.booked, item.amount.amount, kept.item.amount.amount, tx.digits[accounting])
    own = {"customer_id": payer, "company_id": company, "number": number}
    await insert(tx.conn, document_number, [own | {"document": OPEN_ITEM, "document_id": item.id}])
    row: dict[str, Any] = {
        "id": item.id,
        "buyer_id": kept.buyer,
        "kind": item.kind.value,
        "amount": item.amount.amount,
        "currency": item.amount.currency,
        "booked_amount": booked,
        "document_date": item.document_date,
        "due_date": item.due_date,
        "disputed": item.disputed,
        "dunning_level": kept.dunning_level,
        "transferred_from_id": kept.id,
        "transferred_on": day,
    }
    await insert(tx.conn, open_item, [own | row])
    settled = {
        "customer_id": kept.payer,
        "id": new_key(),
        "company_id": company,
        "item_id": kept.id,
        "transfer_item_id": item.id,
        "amount": item.amount.amount,
        "currency": item.amount.currency,
        "settled_on": day,
    }
    await insert(tx.conn, settlement, [settled])
    await update(tx.conn, open_item, {"customer_id": kept.payer, "id": kept.id}, {"disputed": Decimal(0)})
    gone = reversed_on(standing(kept.item, kept.signed, day), day)
    await tx.move([*_of(kept.payer, company, gone), *_of(payer, company, standing(item, item.amount, day))])
    return item.id


def _of(payer: UUID, company: UUID, movements: Sequence[Movement]) -> list[Moved]:
    return [Moved(payer, company, movement) for movement in movements]
