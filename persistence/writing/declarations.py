"""Overdue items are declared to whoever answers for them, before the day on which it would be too late.

A policy asks for it within so many days after the due day, for items that were written while it was valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.calendar import days_after
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.statements import Row, Statement, insert
from persistence.tables.limits import collateral, collateral_declaration
from persistence.take import Result, Transaction
from persistence.writing.collaterals import NO_COLLATERAL
from persistence.writing.finding import OPEN_ITEM, RecordKey, future_refusals, place_of, text_refusals
from persistence.writing.ledger import KeptItem, items_by_place

TABLE = "collateral_declaration"

OTHER_CUSTOMER = N_("{number} of {provider} is of another customer than item {item}.")
NOT_COVERED = N_("{number} of {provider} covers nothing that was written on {day}.")
NOTHING_OPEN = N_("Nothing is open of item {item}.")
BEFORE_ITEM = N_("Item {item} is of {day}. It cannot be declared before.")
DECLARED = N_("Item {item} was declared under {number} of {provider} already.")
LATE = N_("It was to be declared by {day}.")
RECORDED = N_("Item {item} was declared to {provider} under {number} on {day}.")

_POLICY = Statement(sa.select(collateral).where(collateral.c.id == sa.bindparam("id", type_=sa.Uuid())))
_SAME = Statement(
    sa.select(collateral_declaration.c.id).where(
        collateral_declaration.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        collateral_declaration.c.open_item_id == sa.bindparam("item", type_=sa.Uuid()),
        collateral_declaration.c.collateral_id == sa.bindparam("policy", type_=sa.Uuid()),
    )
)


@dataclass(frozen=True)
class DeclarationToRecord:
    """`declared_on` None: today at the company. `reference`: its number at the insurer or guarantor."""

    open_item: RecordKey
    collateral: UUID
    declared_on: date | None = None
    reference: str | None = None


async def record_declaration(tx: Transaction, wanted: DeclarationToRecord) -> Result:
    """Record that an item was declared; once for each policy. Late it is recorded with a warning."""
    place = await place_of(tx, OPEN_ITEM, wanted.open_item, ("openItem",))
    await tx.lock([place.customer])
    item = (await items_by_place(tx.conn, [place]))[place.id]
    policy = await _POLICY.one(tx.conn, id=wanted.collateral)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_COLLATERAL), ("collateral",))
    if policy is None:
        raise Refused(unknown)
    tx.within(policy["company_id"], unknown)
    day = wanted.declared_on or tx.today(place.company)
    values = {"item": item.number, "number": policy["number"], "provider": policy["provider"]}
    refusals = _refusals(item, policy, day, values)
    refusals += future_refusals(tx, place.company, day, ("declaredOn",))
    refusals += text_refusals(wanted.reference, ("reference",))
    same = await _SAME.value(tx.conn, customer=place.customer, item=item.id, policy=policy["id"])
    if same is not None:
        refusals.append(Refusal(ErrorCode.ALREADY_EXISTS, Message(DECLARED, values), ("openItem",), (TABLE, same)))
    if refusals:
        raise Refused(*refusals)
    row = {
        "customer_id": place.customer,
        "id": new_key(),
        "company_id": place.company,
        "collateral_id": policy["id"],
        "open_item_id": item.id,
        "amount": item.open.amount,
        "currency": item.open.currency,
        "declared_on": day,
        "reference": wanted.reference,
    }
    await insert(tx.conn, collateral_declaration, [row])
    node = (TABLE, row["id"])
    within = policy["declare_within_days"]
    if within is not None and day > days_after(item.item.due_date, within):
        last = days_after(item.item.due_date, within)
        tx.warnings.append(Refusal(ErrorCode.DATE_ORDER, Message(LATE, {"day": last}), ("declaredOn",), node))
    message = Message(RECORDED, values | {"day": day})
    tx.audit(AuditEventKind.DECLARATION_RECORDED, message, (OPEN_ITEM, item.id), place.company)
    return {TABLE: str(row["id"]), OPEN_ITEM: str(item.id)}


def _refusals(item: KeptItem, policy: Row, day: date, values: dict[str, Any]) -> list[Refusal]:
    """What speaks against declaring the item under the policy."""
    refusals = []
    written = item.item.document_date
    if policy["customer_id"] != item.payer:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_CUSTOMER, values), ("collateral",)))
    elif written < policy["from_day"] or (policy["until_day"] is not None and written > policy["until_day"]):
        message = Message(NOT_COVERED, values | {"day": written})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("collateral",)))
    if item.lowers or item.open.amount <= 0:
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(NOTHING_OPEN, values), ("openItem",)))
    if day < written:
        message = Message(BEFORE_ITEM, values | {"day": written})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("declaredOn",)))
    return refusals
