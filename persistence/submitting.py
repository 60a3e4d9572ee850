"""Submitting orders for a credit check: many that wait for the same room are decided together, in one transaction.

Lock the rooms of all, load once, decide one after another (each sees what the ones before reserved), append, commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.facts import Checkpoint
from domain.message import N_, Message
from domain.money import Money, RateMissing
from domain.orders import REFUSED, OrderLine, SalesDocumentKind, SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused, rate_refusal
from persistence.coalesce import Coalescer
from persistence.database import Pool
from persistence.deciding import Room, asked, record
from persistence.facts import Moment, facts_of, groups_of, payers_of
from persistence.idempotency import Key, earlier, remember
from persistence.keys import new_key
from persistence.orders import KeptOrder, orders_by_number
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.company import company_table
from persistence.tables.customer import customer
from persistence.tables.orders import sales_order, sales_order_line
from persistence.tables.receivables import document_number
from persistence.tables.reference import payment_terms
from persistence.tables.running import audit_event
from persistence.take import AGAIN, TRIES, MovedMeanwhile, Transaction, audit_row
from persistence.writing.finding import NO_CUSTOMER, text_refusals

_CUSTOMERS = Statement(
    sa.select(customer.c.id, customer.c.account, customer.c.company_id).where(
        customer.c.company_id == sa.bindparam("company", type_=sa.Uuid()), any_of(customer.c.account, "accounts")
    )
)
_TERMS = Statement(
    sa.select(payment_terms.c.id).where(
        payment_terms.c.code == sa.bindparam("code", type_=sa.Text()),
        sa.or_(
            payment_terms.c.company_id.is_(None),
            payment_terms.c.company_id == sa.bindparam("company", type_=sa.Uuid()),
        ),
    )
)
_ROOM = Statement(
    sa.select(customer.c.id, company_table.c.time_zone)
    .join(company_table, company_table.c.id == customer.c.company_id)
    .where(
        company_table.c.code == sa.bindparam("company", type_=sa.Text()),
        customer.c.account == sa.bindparam("account", type_=sa.Text()),
    )
)


_OVER = frozenset({SalesOrderStatus.CANCELLED, SalesOrderStatus.INVOICED})
"""Nothing of such an order is to go on."""


@dataclass(frozen=True)
class OrderToSubmit:
    """An order as an ERP sends it. `company` is a code, `account` the customer's number there."""

    company: str
    number: str
    account: str
    amount: Money
    checkpoint: Checkpoint = Checkpoint.CONFIRMATION
    kind: SalesDocumentKind = SalesDocumentKind.SALES_ORDER
    payment_terms: str | None = None
    ship_date: date | None = None
    override_reason: str | None = None


@dataclass(frozen=True)
class Submission:
    """One caller's order, with its key and the companies it may submit in."""

    order: OrderToSubmit
    actor: UUID
    granted: Mapping[str, UUID]
    now: datetime
    key: Key


@dataclass(frozen=True)
class Submitted:
    """What became of it: ids, or refusals when nothing was written."""

    result: Mapping[str, Any] | None
    refusals: tuple[Refusal, ...] = ()
    replayed: bool = False


async def room_of(conn: asyncpg.Connection, order: OrderToSubmit, now: datetime) -> UUID | None:
    """Whose lock an order will wait for: the credit group's or the payer's. A look without locks, to wait together."""
    found = await _ROOM.one(conn, company=order.company, account=order.account)
    if found is None:
        return None
    day = Moment(now).day(found["time_zone"])
    payer = (await payers_of(conn, {found["id"]: day}))[found["id"]]
    return (await groups_of(conn, {payer: day})).get(payer, payer)


async def submit(conn: asyncpg.Connection, submissions: Sequence[Submission]) -> list[Submitted]:
    """Decide on orders in one transaction, in the order given. A refused one does not disturb the others."""
    async with conn.transaction():
        first = submissions[0]
        shared = await Transaction.begin(conn, first.actor, first.now, first.granted)
        buyers = await _buyers(shared, submissions)
        numbers = {(company, s.order.number) for s in submissions if (company := s.granted.get(s.order.company))}
        looked_at = await orders_by_number(conn, numbers)
        # An order that is known stays with the payer it was entered under, whoever pays for the buyer by now.
        payers = await shared.lock({*buyers.values(), *(order.payer for order in looked_at.values())})
        orders = await orders_by_number(conn, numbers)
        if any(order.payer not in {*payers, *payers.values()} for order in orders.values()):
            raise MovedMeanwhile
        currencies = {s.order.amount.currency for s in submissions} & shared.digits.keys()
        wanted = {*payers.values(), *(order.payer for order in orders.values())}
        room = Room(await facts_of(conn, sorted(wanted), shared.moment, currencies))
        answers = []
        for submission in submissions:
            tx = replace(shared, actor=submission.actor, granted=submission.granted, _audit=[], _outbox=[], warnings=[])
            try:
                answers.append(await _one(tx, submission, room, orders, buyers, payers))
            except Refused as refused:
                answers.append(await _refused(tx, submission, *refused.refusals))
            except RateMissing as missing:
                answers.append(await _refused(tx, submission, rate_refusal(missing)))
        return answers


def queue(pool: Pool) -> Coalescer[Submission, Submitted]:
    """Where orders wait together. What failed because somebody came in between is tried again."""

    async def run(batch: list[Submission]) -> list[Submitted]:
        for _ in range(TRIES - 1):
            with suppress(*AGAIN):
                async with pool.acquire() as conn:
                    return await submit(conn, batch)
        async with pool.acquire() as conn:
            return await submit(conn, batch)

    return Coalescer(run)


async def ask(pool: Pool, waiting: Coalescer[Submission, Submitted], submission: Submission) -> Submitted:
    """Submit one order, together with those that wait for the same room."""
    async with pool.acquire() as conn:
        room = await room_of(conn, submission.order, submission.now)
    return await waiting.ask(room, submission)


async def _refused(tx: Transaction, submission: Submission, *refusals: Refusal) -> Submitted:
    first, company = refusals[0], submission.granted.get(submission.order.company)
    kind = AuditEventKind.ORDER_SUBMITTED
    row = audit_row(kind, first.message, first.node, company, tx.actor, tx.now, refused=True)
    await insert(tx.conn, audit_event, [row])
    return Submitted(None, refusals)


async def _one(
    tx: Transaction,
    submission: Submission,
    room: Room,
    orders: dict[tuple[UUID, str], KeptOrder],
    buyers: Mapping[tuple[str, str], UUID],
    payers: Mapping[UUID, UUID],
) -> Submitted:
    """One order: refused or replayed before anything is written, or decided."""
    wanted = submission.order
    before = await earlier(tx.conn, submission.key, tx.now)
    if before is not None:
        return Submitted(before, replayed=True)
    company = tx.company(wanted.company)
    refusals = [*text_refusals(wanted.number, ("number",)), *tx.amount_refusals(wanted.amount, ("amount",))]
    buyer = buyers.get((wanted.company, wanted.account))
    if buyer is None:
        values = {"account": wanted.account, "company": wanted.company}
        refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_CUSTOMER, values), ("account",)))
    known = orders.get((company["id"], wanted.number))
    if known is not None and buyer is not None:
        refusals.extend(_differences(known, wanted, buyer))
    if refusals or buyer is None:
        raise Refused(*refusals)
    order = known or await _new(tx, wanted, company, buyer, payers[buyer])
    asks, decision = asked(room, order, wanted.checkpoint)
    if known is None:
        await _enter(tx, wanted, order)
    decided = await record(tx, room, order, asks, decision, wanted.override_reason)
    result = {
        "sales_order": str(order.id),
        "decision": str(decided.decision_id),
        "credit_hold": str(decided.hold_id) if decided.hold_id else None,
    }
    await remember(tx.conn, submission.key, result, tx.now)
    await tx.finish()
    orders[order.company, order.number] = decided.order
    return Submitted(result)


def _differences(known: KeptOrder, wanted: OrderToSubmit, buyer: UUID) -> list[Refusal]:
    """The same number must be the same order: a change is posted as a change, which checks again."""
    values = {"number": wanted.number, "company": wanted.company}
    if known.status in _OVER:
        message, node = Message(REFUSED[known.status], {"number": wanted.number}), ("sales_order", known.id)
        return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), node)]
    if known.buyer != buyer:
        text = N_("Order {number} of company {company} is of another customer. Use another number.")
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(text, values), ("account",), ("sales_order", known.id))]
    if wanted.ship_date is not None and wanted.ship_date != known.ship_date:
        text = N_("Order {number} of company {company} ships on another day. Send the change of the order first.")
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(text, values), ("shipDate",), ("sales_order", known.id))]
    if known.amount != wanted.amount:
        text = N_("Order {number} of company {company} exists with {known}. Send the change of the order first.")
        message = Message(text, {**values, "known": known.amount})
        node = ("sales_order", known.id)
        code = ErrorCode.DOCUMENT_DIFFERS
        return [Refusal(code, message, ("amount",), node, known.amount, wanted.amount)]
    return []


async def _buyers(tx: Transaction, submissions: Sequence[Submission]) -> dict[tuple[str, str], UUID]:
    """The customers who buy, by company code and account, in companies the caller was granted."""
    accounts: dict[tuple[str, UUID], set[str]] = {}
    for one in submissions:
        company = one.granted.get(one.order.company)
        if company is not None:
            accounts.setdefault((one.order.company, company), set()).add(one.order.account)
    found = {}
    for (code, company), wanted in sorted(accounts.items()):
        for row in await _CUSTOMERS.all(tx.conn, company=company, accounts=sorted(wanted)):
            found[code, row["account"]] = row["id"]
    return found


async def _new(tx: Transaction, wanted: OrderToSubmit, company: Row, buyer: UUID, payer: UUID) -> KeptOrder:
    """An order not known before, with one line of its whole amount. It counts for nothing until it is decided on."""
    terms = None
    if wanted.payment_terms is not None:
        terms = await _TERMS.value(tx.conn, code=wanted.payment_terms, company=company["id"])
        if terms is None:
            text = N_("Payment terms {code} are unknown.")
            message = Message(text, {"code": wanted.payment_terms})
            raise Refused(Refusal(ErrorCode.NOT_FOUND, message, ("paymentTerms",)))
    return KeptOrder(
        id=new_key(),
        payer=payer,
        buyer=buyer,
        company=company["id"],
        number=wanted.number,
        status=SalesOrderStatus.ENTERED,
        amount=wanted.amount,
        ordered_on=tx.today(company["id"]),
        ship_date=wanted.ship_date,
        excluded=False,
        admitted=False,
        lines=(OrderLine(wanted.amount),),
        payment_terms=terms,
    )


async def _enter(tx: Transaction, wanted: OrderToSubmit, order: KeptOrder) -> None:
    """Write it down."""
    own = {"customer_id": order.payer, "company_id": order.company}
    number = own | {"document": "sales_order", "number": order.number, "document_id": order.id}
    row = own | {
        "id": order.id,
        "buyer_id": order.buyer,
        "kind": wanted.kind.value,
        "number": order.number,
        "status": order.status.value,
        "amount": order.amount.amount,
        "currency": order.amount.currency,
        "ordered_on": order.ordered_on,
        "ship_date": order.ship_date,
        "payment_terms_id": order.payment_terms,
    }
    line = own | {
        "id": new_key(),
        "sales_order_id": order.id,
        "line_number": 1,
        "amount": order.amount.amount,
    }
    await insert(tx.conn, document_number, [number])
    await insert(tx.conn, sales_order, [row])
    await insert(tx.conn, sales_order_line, [line])
