"""What if: a credit check that writes nothing, through the same rules as a submission.

It reads one snapshot and takes no lock: the answer is true for that moment, and reserves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.check import check
from domain.decision import Decision
from domain.facts import Checkpoint, Facts, Order
from domain.money import Money, RateMissing
from domain.orders import WITHOUT_ORDER, SalesDocumentKind
from domain.ranks import UNSAID, Conditions
from domain.refusal import Refused
from persistence.database import Connection
from persistence.facts import Moment, facts_of, payers_of
from persistence.orders import KeptOrder, orders_by_key
from persistence.payment_conditions import CONDITIONS, NO_CODES, Codes
from persistence.statements import Statement
from persistence.tables.company import company_table
from persistence.tables.customer import customer
from persistence.tables.orders import sales_order

_ID = sa.bindparam("id", type_=sa.Uuid())

_CUSTOMER = Statement(
    sa.select(customer.c.id, customer.c.company_id, company_table.c.time_zone)
    .join(company_table, company_table.c.id == customer.c.company_id)
    .where(customer.c.id == _ID)
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
    cash_discount: str | None = None
    kind: SalesDocumentKind = SalesDocumentKind.SALES_ORDER


@dataclass(frozen=True)
class Checked:
    """The answer, and the facts it was made on, for the options that would let it pass."""

    decision: Decision
    facts: Facts
    asks: Order
    order: UUID | None


async def as_they_stand(
    conn: Connection, orders: Sequence[tuple[UUID, UUID]], moment: Moment
) -> Mapping[UUID, Checked]:
    """The orders on hold among some (payers with ids), checked as a hold is evaluated, by their ids. Nothing is kept.

    Without one whose figures cannot be converted.
    """
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        held = [order for order in await orders_by_key(conn, orders) if order.hold is not None]
        currencies = {order.amount.currency for order in held}
        facts = await facts_of(conn, {order.payer for order in held}, moment, currencies)
    found = {}
    for order in held:
        assert order.hold is not None
        asks = order.asks(Checkpoint(order.hold["checkpoint"]))
        with suppress(RateMissing):
            found[order.id] = Checked(check(facts[order.payer], asks), facts[order.payer], asks, order.id)
    return found


async def what_if(conn: Connection, wanted: WhatIf, moment: Moment) -> Checked:
    """Check without writing. Raises `RateMissing`, and `Refused` for unknown payment terms or discounts."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        found = await _CUSTOMER.one(conn, id=wanted.customer)
        assert found is not None, "the customer was looked up before"
        own = await _own(conn, wanted, found["company_id"])
        day = moment.day(found["time_zone"])
        known = await _known(conn, wanted.order)
        payer = known.payer if known else (await payers_of(conn, {wanted.customer: day}))[wanted.customer]
        facts = (await facts_of(conn, [payer], moment, [wanted.amount.currency]))[payer]
    asks = Order(
        wanted.amount,
        wanted.checkpoint,
        ship_date=wanted.ship_date,
        payment_terms=own.payment_terms_id,
        own=own,
        without_order=wanted.kind in WITHOUT_ORDER,
    )
    if known is not None:
        own = Codes(wanted.payment_terms, wanted.cash_discount).instead_of(known.own, own)
        kept = replace(known, own=own).asks(wanted.checkpoint)
        amount = replace(wanted.amount, amount=wanted.amount.amount - known.amount.amount + known.asked_for)
        asks = replace(kept, amount=amount, ship_date=wanted.ship_date or kept.ship_date)
    return Checked(check(facts, asks), facts, asks, wanted.order)


async def _own(conn: Connection, wanted: WhatIf, company: UUID) -> Conditions:
    """How it would be paid for."""
    codes = Codes(wanted.payment_terms, wanted.cash_discount)
    if codes == NO_CODES:
        return UNSAID
    looked_for = codes.findable
    given = {"codes": [looked_for.payment_terms], "discounts": [looked_for.cash_discount]}
    found, refusals = codes.found(await CONDITIONS.all(conn, **given), company)
    if refusals:
        raise Refused(*refusals)
    return found


async def _known(conn: Connection, order: UUID | None) -> KeptOrder | None:
    if order is None:
        return None
    payer = await _PAYER_OF_ORDER.value(conn, id=order)
    (known,) = await orders_by_key(conn, [(payer, order)])
    return known
