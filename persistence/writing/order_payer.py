"""Another customer of the company pays for an order: its rows go there, and it is decided on as if it were new.

The decisions that were made on it stay with the payer whose limit they tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.hold import CreditHoldStatus
from domain.message import N_, Message
from domain.orders import SalesOrderStatus
from domain.refusal import ErrorCode, Refusal
from persistence.facts import payers_of
from persistence.orders import KeptOrder
from persistence.statements import Statement
from persistence.tables.approval import release_request
from persistence.tables.customer import customer
from persistence.tables.decisions import credit_hold, credit_release, hold_reason
from persistence.tables.orders import billing, delivery, goods_return, sales_order, sales_order_line
from persistence.tables.receivables import document_number
from persistence.take import Transaction
from persistence.writing.customers import PAYER_CHAIN
from persistence.writing.finding import SALES_ORDER
from persistence.writing.order_rows import Changed
from persistence.writing.saving import update

OTHER_COMPANY = N_("Customer {account} is of another company. Only a customer of the same company pays.")
STAYS = N_("Order {number} stays with its payer, since part of it is invoiced or paid in advance.")

NOT_ASKED = N_("Order {number} has another payer by now: its release is not asked for any more.")

MOVING = frozenset(
    {SalesOrderStatus.ENTERED, SalesOrderStatus.APPROVED, SalesOrderStatus.HELD, SalesOrderStatus.DELIVERED}
)
"""Orders in one of these may get another payer."""

_PAYER = sa.bindparam("payer", type_=sa.Uuid())
_BEFORE = sa.bindparam("before", type_=sa.Uuid())
_ORDER = sa.bindparam("order", type_=sa.Uuid())


def _moves(table: sa.Table, found: sa.ColumnElement[bool]) -> Statement:
    return Statement(sa.update(table).where(table.c.customer_id == _BEFORE, found).values(customer_id=_PAYER))


_HOLDS = sa.select(credit_hold.c.id).where(credit_hold.c.customer_id == _BEFORE, credit_hold.c.sales_order_id == _ORDER)
_MOVES = (
    _moves(hold_reason, hold_reason.c.hold_id.in_(_HOLDS)),
    *(
        _moves(table, table.c.sales_order_id == _ORDER)
        for table in (credit_hold, credit_release, release_request, sales_order_line, delivery, billing, goods_return)
    ),
    _moves(sales_order, sales_order.c.id == _ORDER),
    _moves(
        document_number,
        sa.and_(document_number.c.document == SALES_ORDER, document_number.c.document_id == _ORDER),
    ),
)
_CUSTOMER = Statement(
    sa.select(customer.c.account, customer.c.company_id).where(customer.c.id == sa.bindparam("id", type_=sa.Uuid()))
)


async def payer_refusals(tx: Transaction, order: KeptOrder, payer: UUID, path: tuple[str, ...]) -> list[Refusal]:
    """What is in the way of another payer of an order."""
    refusals = await may_not_pay(tx, order.company, order.buyer, payer, path)
    return refusals or staying(order, path)


async def may_not_pay(tx: Transaction, company: UUID, buyer: UUID, payer: UUID, path: tuple[str, ...]) -> list[Refusal]:
    """A payer is a customer of the same company: the buyer itself, or one that nobody else pays for."""
    row = await _CUSTOMER.one(tx.conn, id=payer)
    assert row is not None, "customers are never deleted"
    node = ("customer", payer)
    if row["company_id"] != company:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_COMPANY, {"account": row["account"]}), path, node)]
    if payer != buyer and (await payers_of(tx.conn, {payer: tx.today(company)}))[payer] != payer:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(PAYER_CHAIN, {"account": row["account"]}), path, node)]
    return []


def staying(order: KeptOrder, path: tuple[str, ...]) -> list[Refusal]:
    """What ties an order to its payer: items and payments of it that are the payer's own."""
    if not order.prepaid and not any(line.posted or line.credited for line in order.lines):
        return []
    message = Message(STAYS, {"number": order.number})
    return [Refusal(ErrorCode.WRONG_STATUS, message, path, (SALES_ORDER, order.id))]


async def give_payer(tx: Transaction, change: Changed, payer: UUID) -> Changed:
    """Move an order's rows to another payer; what it took there is free, what it takes here is still to be decided."""
    before = change.before
    for statement in _MOVES:
        await statement.run(tx.conn, before=before.payer, payer=payer, order=before.id)
    submitted = before.status is not SalesOrderStatus.ENTERED
    kept = as_new(replace(before, payer=payer))
    day = max(tx.today(before.company), change.steps.last_moved or before.ordered_on)
    nothing = replace(before, lines=(), status=SalesOrderStatus.ENTERED)
    await tx.move(before.moves_to(nothing, day))
    await tx.move(replace(nothing, payer=payer).moves_to(kept, day))
    after = as_new(replace(change.after, payer=payer, hold=await _hold_of(tx, kept, before.hold)))
    return replace(change, steps=replace(change.steps, before=kept, now=kept), after=after, as_new=submitted)


async def _hold_of(tx: Transaction, order: KeptOrder, hold: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The hold of an order with its new payer. A release that is being approved was asked for another's risk: it is not
    asked for any more.
    """
    if hold is None or hold["status"] != CreditHoldStatus.IN_APPROVAL.value:
        return None if hold is None else {**hold, "customer_id": order.payer}
    now = {"status": CreditHoldStatus.OPEN.value}
    await update(tx.conn, credit_hold, {"customer_id": order.payer, "id": hold["id"]}, now)
    message, subject = Message(NOT_ASKED, {"number": order.number}), ("credit_hold", hold["id"])
    tx.audit(AuditEventKind.HOLDS_EVALUATED, message, subject, order.company, event="CREDIT_HOLD_CHANGED")
    return {**hold, "customer_id": order.payer, **now}


def as_new(order: KeptOrder) -> KeptOrder:
    """An order before its first check: nothing admitted or released it. Its goods count wherever they are."""
    return replace(order, status=SalesOrderStatus.ENTERED, admitted=False, release=None)
