"""What if: a credit check that writes nothing, through the same rules as a submission.

It reads one snapshot and takes no lock: the answer is true for that moment, and reserves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.check import check
from domain.decision import Decision
from domain.facts import Checkpoint, Facts, Order
from domain.message import N_, Message
from domain.money import Money
from domain.orders import WITHOUT_ORDER, SalesDocumentKind
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.database import Connection
from persistence.facts import Moment, facts_of, payers_of
from persistence.orders import KeptOrder, orders_by_key
from persistence.statements import Statement
from persistence.tables.company import company_table
from persistence.tables.customer import customer
from persistence.tables.orders import sales_order
from persistence.tables.reference import payment_terms

_ID = sa.bindparam("id", type_=sa.Uuid())

_CUSTOMER = Statement(
    sa.select(customer.c.id, company_table.c.time_zone)
    .join(company_table, company_table.c.id == customer.c.company_id)
    .where(customer.c.id == _ID)
)
_TERMS = Statement(
    sa.select(payment_terms.c.id)
    .join(customer, customer.c.id == _ID)
    .where(
        payment_terms.c.code == sa.bindparam("code", type_=sa.Text()),
        sa.or_(payment_terms.c.company_id.is_(None), payment_terms.c.company_id == customer.c.company_id),
    )
    .order_by(payment_terms.c.company_id.nulls_last())
    .limit(1)
)
_PAYER_OF_ORDER = Statement(sa.select(sales_order.c.customer_id).where(sales_order.c.id == _ID))


@dataclass(frozen=True)
class WhatIf:
    """An order that might come. `order`: one that is there already and would be changed; it is not counted twice."""

    customer: UUID
    amount: Money
    checkpoint: Checkpoint = Checkpoint.CONFIRMATION
    order: UUID | None = None
    ship_date: date | None = None
    payment_terms: str | None = None
    kind: SalesDocumentKind = SalesDocumentKind.SALES_ORDER


@dataclass(frozen=True)
class Checked:
    """The answer, and the facts it was made on, for the options that would let it pass."""

    decision: Decision
    facts: Facts
    asks: Order
    order: UUID | None


async def what_if(conn: Connection, wanted: WhatIf, moment: Moment) -> Checked:
    """Check without writing. Raises `RateMissing`, and `Refused` for payment terms that are unknown."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        found = await _CUSTOMER.one(conn, id=wanted.customer)
        assert found is not None, "the customer was looked up before"
        terms = await _terms(conn, wanted)
        day = moment.day(found["time_zone"])
        known = await _known(conn, wanted.order)
        payer = known.payer if known else (await payers_of(conn, {wanted.customer: day}))[wanted.customer]
        facts = (await facts_of(conn, [payer], moment, [wanted.amount.currency]))[payer]
    asks = Order(
        wanted.amount,
        wanted.checkpoint,
        ship_date=wanted.ship_date,
        payment_terms=terms,
        without_order=wanted.kind in WITHOUT_ORDER,
    )
    if known is not None:
        kept = known.asks(wanted.checkpoint)
        amount = replace(wanted.amount, amount=wanted.amount.amount - known.posted)
        terms = terms or kept.payment_terms
        asks = replace(kept, amount=amount, ship_date=wanted.ship_date or kept.ship_date, payment_terms=terms)
    return Checked(check(facts, asks), facts, asks, wanted.order)


async def _terms(conn: Connection, wanted: WhatIf) -> UUID | None:
    if wanted.payment_terms is None:
        return None
    found: UUID | None = await _TERMS.value(conn, id=wanted.customer, code=wanted.payment_terms)
    if found is None:
        message = Message(N_("Payment terms {code} are unknown."), {"code": wanted.payment_terms})
        raise Refused(Refusal(ErrorCode.NOT_FOUND, message, ("paymentTerms",)))
    return found


async def _known(conn: Connection, order: UUID | None) -> KeptOrder | None:
    if order is None:
        return None
    payer = await _PAYER_OF_ORDER.value(conn, id=order)
    (known,) = await orders_by_key(conn, [(payer, order)])
    return known
