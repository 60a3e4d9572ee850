"""Holds that look after themselves: when a payment, limit, rate, security, rule or day changed, they are checked again.

Oldest first, in the transaction of the change and inside its locks, so that the room that became free is given once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from domain.facts import Checkpoint
from domain.hold import CreditHoldStatus
from domain.money import RateMissing
from domain.orders import SalesOrderStatus
from persistence.deciding import Room, asked, reconsider, set_status
from persistence.facts import facts_of
from persistence.orders import ENDED, KeptOrder, orders_by_key
from persistence.room_statements import limited
from persistence.statements import Statement, any_of, none_of
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import credit_group_member, customer, party
from persistence.tables.decisions import credit_hold
from persistence.take import Transaction

_PAYERS = sa.bindparam("payers", type_=sa.ARRAY(sa.Uuid()))

_DAY = sa.cast(
    sa.func.timezone(company_table.c.time_zone, sa.bindparam("now", type_=sa.DateTime(timezone=True))), sa.Date()
)
# Members by their own company's day, as a check finds them: also those who will leave.
_MEMBERS = (
    sa.select(credit_group_member.c.customer_id, credit_group_member.c.credit_group_id)
    .join(customer, customer.c.id == credit_group_member.c.customer_id)
    .join(company_table, company_table.c.id == customer.c.company_id)
    .where(
        credit_group_member.c.from_day <= _DAY,
        sa.or_(credit_group_member.c.until_day.is_(None), credit_group_member.c.until_day >= _DAY),
    )
    .subquery("member")
)
_FELLOW = _MEMBERS.alias("fellow")
_FELLOWS = (
    sa.select(_FELLOW.c.customer_id)
    .join(_MEMBERS, _MEMBERS.c.credit_group_id == _FELLOW.c.credit_group_id)
    .where(_MEMBERS.c.customer_id == sa.func.any(_PAYERS))
)
_OWN, _OTHER = customer.alias("own"), customer.alias("other")
_SAME_PARTY = (
    sa.select(_OTHER.c.id)
    .join(_OWN, _OWN.c.party_id == _OTHER.c.party_id)
    .join(party, limited(party, _OWN))
    .where(_OWN.c.id == sa.func.any(_PAYERS))
)
_WAITING = Statement(
    sa.select(
        credit_hold.c.customer_id,
        credit_hold.c.sales_order_id,
        credit_hold.c.checkpoint,
        credit_parameters.c.release_when_ready,
    )
    .join(credit_parameters, credit_parameters.c.company_id == credit_hold.c.company_id)
    .where(
        sa.or_(
            credit_hold.c.customer_id == sa.func.any(_PAYERS),
            credit_hold.c.customer_id.in_(_FELLOWS),
            credit_hold.c.customer_id.in_(_SAME_PARTY),
        ),
        none_of(credit_hold.c.status, ENDED),
    )
    .order_by(credit_hold.c.held_at, credit_hold.c.id)
)
_COMPANIES = sa.bindparam("companies", type_=sa.ARRAY(sa.Uuid()))
_THERE = customer.alias("there")
_FELLOWS_OF_COMPANIES = (
    sa.select(_FELLOW.c.customer_id)
    .join(_MEMBERS, _MEMBERS.c.credit_group_id == _FELLOW.c.credit_group_id)
    .join(_THERE, _THERE.c.id == _MEMBERS.c.customer_id)
    .where(_THERE.c.company_id == sa.func.any(_COMPANIES))
)
_PARTIES_OF_COMPANIES = (
    sa.select(_OTHER.c.id)
    .join(_OWN, _OWN.c.party_id == _OTHER.c.party_id)
    .join(party, limited(party, _OWN))
    .where(_OWN.c.company_id == sa.func.any(_COMPANIES))
)
_WAITING_NEAR = Statement(
    sa.select(credit_hold.c.customer_id)
    .where(
        sa.or_(
            credit_hold.c.company_id == sa.func.any(_COMPANIES),
            credit_hold.c.customer_id.in_(_FELLOWS_OF_COMPANIES),
            credit_hold.c.customer_id.in_(_PARTIES_OF_COMPANIES),
        ),
        none_of(credit_hold.c.status, ENDED),
    )
    .distinct()
    .order_by(credit_hold.c.customer_id)
)
_WAITING_IN = Statement(
    sa.select(credit_hold.c.customer_id)
    .where(any_of(credit_hold.c.company_id, "companies"), none_of(credit_hold.c.status, ENDED))
    .distinct()
    .order_by(credit_hold.c.customer_id)
)


async def waiting_in(tx: Transaction, companies: Iterable[UUID]) -> list[UUID]:
    """The payers in these companies with an order on hold."""
    return [row["customer_id"] for row in await _WAITING_IN.all(tx.conn, companies=list(companies))]


async def waiting_near(tx: Transaction, companies: Iterable[UUID]) -> list[UUID]:
    """The same, and those of other companies that share a credit group or a party's limits with a customer of these.

    What a company's customers owe, and when it is due, decides on them too.
    """
    return [row["customer_id"] for row in await _WAITING_NEAR.all(tx.conn, companies=list(companies), now=tx.now)]


async def reevaluate(tx: Transaction, payers: Iterable[UUID]) -> None:
    """Check the open holds of these payers again, and of those that share a credit group or a party's limits with them.

    Their rooms are locked already; where others have rooms of their own, the transaction begins anew with all. A hold
    whose figures cannot be converted stays as it is.
    """
    rows = await _WAITING.all(tx.conn, payers=sorted(set(payers)), now=tx.now)
    if not rows:
        return
    await tx.lock(row["customer_id"] for row in rows)
    orders = {
        order.id: order
        for order in await orders_by_key(tx.conn, [(row["customer_id"], row["sales_order_id"]) for row in rows])
    }
    currencies = {order.amount.currency for order in orders.values()}
    room = Room(await facts_of(tx.conn, {row["customer_id"] for row in rows}, tx.moment, currencies))
    for row in rows:
        order = orders[row["sales_order_id"]]
        try:
            _, decision = asked(room, order, Checkpoint(row["checkpoint"]))
        except RateMissing:
            continue
        status = await reconsider(tx, order, decision, releases_itself=row["release_when_ready"])
        if status is CreditHoldStatus.RELEASED:
            await let_go(tx, order, room)


async def let_go(tx: Transaction, order: KeptOrder, room: Room | None = None) -> KeptOrder:
    """A held order goes on: it counts from now. One that is delivered already is delivered, and no longer to come."""
    after = order
    if order.status is SalesOrderStatus.HELD:
        after = replace(order, status=SalesOrderStatus.APPROVED, admitted=True)
        after = replace(after, status=after.stands)
    await set_status(tx, after)
    moved = order.moves_to(after, tx.today(order.company))
    await tx.move(moved)
    if room is not None:
        room.take(moved)
    return after
