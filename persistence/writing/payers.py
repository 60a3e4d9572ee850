"""Who pays for a customer, from a day on.

Documents posted from that day on are kept under the new payer: its limit is used and its exposure rises. What is in the
ledger stays with whom it was posted to. Open orders move when that is asked for: each is checked against the limit of
its new payer, as if it were new (decision 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.facts import payers_of
from persistence.statements import Row, Statement, insert
from persistence.tables.customer import customer, customer_payer
from persistence.tables.orders import sales_order
from persistence.take import Result, Transaction
from persistence.writing.customers import PAYER_CHAIN
from persistence.writing.finding import Place, RecordKey, customer_of, version_refusals
from persistence.writing.order_changes import move_orders
from persistence.writing.order_payer import MOVING, OTHER_COMPANY
from persistence.writing.saving import update

_CUSTOMER = Statement(sa.select(customer).where(customer.c.id == sa.bindparam("customer", type_=sa.Uuid())))
_PAID_BY = Statement(
    sa.select(customer_payer.c.customer_id)
    .where(
        customer_payer.c.payer_id == sa.bindparam("payer", type_=sa.Uuid()),
        customer_payer.c.customer_id != customer_payer.c.payer_id,
    )
    .distinct()
)
_SAME_DAY = Statement(
    sa.update(customer_payer)
    .where(
        customer_payer.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        customer_payer.c.from_day == sa.bindparam("day", type_=sa.Date()),
    )
    .values(
        payer_id=sa.bindparam("payer", type_=sa.Uuid()),
        recorded_at=sa.bindparam("now", type_=sa.DateTime(timezone=True)),
    )
    .returning(customer_payer.c.customer_id)
)

_BUYER = sa.bindparam("buyer", type_=sa.Uuid())
_OPEN_ORDERS = Statement(
    sa.select(sales_order.c.customer_id, sales_order.c.id)
    .where(
        sa.or_(
            sales_order.c.customer_id == _BUYER,
            sales_order.c.customer_id.in_(
                sa.select(customer_payer.c.payer_id).where(customer_payer.c.customer_id == _BUYER)
            ),
        ),
        sales_order.c.customer_id != sa.bindparam("payer", type_=sa.Uuid()),
        sales_order.c.buyer_id == _BUYER,
        sales_order.c.status == sa.func.any(sa.literal(sorted(MOVING), sa.ARRAY(sa.Text()))),
    )
    .order_by(sales_order.c.id)
)

CHANGED = N_("From {day} on customer {payer} pays for customer {account}.")
PAYS_ITSELF = N_("From {day} on customer {account} pays itself.")
MOVE_TODAY = N_("Open orders move today. Change the payer from today on, or leave them with who pays now.")
PAYS_FOR_OTHERS = N_("Customer {account} pays for others, so nobody else can pay for it.")
IN_PAST = N_("The payer can change from {today} on, not from {day}: what was posted before stays where it is.")


@dataclass(frozen=True)
class PayerChange:
    """Who pays for a customer from a day on, today unless said. `move_orders`: its open orders go to the new payer."""

    customer: RecordKey
    payer: RecordKey
    day: date | None = None
    move_orders: bool = False
    expected_version: int | None = None


async def change_payer(tx: Transaction, wanted: PayerChange) -> Result:
    """Let another customer of the company, or the customer itself, pay for it from a day on."""
    buyer, company = await customer_of(tx, wanted.customer, ("customer",))
    payer, payers_company = await customer_of(tx, wanted.payer, ("payer",))
    places = await _open_orders(tx, buyer, payer, company) if wanted.move_orders else []
    await tx.lock({buyer, payer, *(place.customer for place in places)})
    rows = {key: await _CUSTOMER.one(tx.conn, customer=key) for key in (buyer, payer)}
    bought, pays = rows[buyer], rows[payer]
    assert bought is not None, "customers are never deleted"
    assert pays is not None, "customers are never deleted"
    today = tx.today(company)
    on = wanted.day or today
    refusals = version_refusals(bought["version"], wanted.expected_version, ("customer", buyer))
    if payers_company != company:
        message = Message(OTHER_COMPANY, {"account": pays["account"]})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("payer",), ("customer", payer)))
    if on < today:
        message = Message(IN_PAST, {"today": today, "day": on})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("from",)))
    if on > today and wanted.move_orders:
        refusals.append(Refusal(ErrorCode.DATE_ORDER, Message(MOVE_TODAY), ("moveOrders",)))
    if buyer != payer:
        refusals.extend(await _chain(tx, bought, pays, on))
    if refusals:
        raise Refused(*refusals)
    result = {"customer": str(buyer)}
    if (await payers_of(tx.conn, {buyer: on}))[buyer] != payer:
        if await _SAME_DAY.one(tx.conn, customer=buyer, day=on, payer=payer, now=tx.now) is None:
            row = {"customer_id": buyer, "from_day": on, "payer_id": payer, "recorded_at": tx.now}
            await insert(tx.conn, customer_payer, [row])
        await update(tx.conn, customer, {"id": buyer}, {})
        values: Mapping[str, Value] = {"day": on, "payer": pays["account"], "account": bought["account"]}
        message = Message(PAYS_ITSELF if buyer == payer else CHANGED, values)
        tx.audit(AuditEventKind.PAYER_CHANGED, message, ("customer", buyer), company, event="CUSTOMER_SAVED")
    await move_orders(tx, places, payer)
    return result


async def _open_orders(tx: Transaction, buyer: UUID, payer: UUID, company: UUID) -> list[Place]:
    """Orders of a buyer that are open with whoever paid for it so far, oldest first."""
    rows = await _OPEN_ORDERS.all(tx.conn, buyer=buyer, payer=payer)
    return [Place(row["customer_id"], row["id"], company) for row in rows]


async def _chain(tx: Transaction, bought: Row, pays: Row, day: date) -> list[Refusal]:
    """Who pays is asked once: a payer has no payer of its own."""
    refusals = []
    others = await payers_of(tx.conn, {pays["id"]: day})
    if others[pays["id"]] != pays["id"]:
        message = Message(PAYER_CHAIN, {"account": pays["account"]})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("payer",), ("customer", pays["id"])))
    paid_for: list[UUID] = [row["customer_id"] for row in await _PAID_BY.all(tx.conn, payer=bought["id"])]
    payers = await payers_of(tx.conn, dict.fromkeys(paid_for, day))
    if any(payers[key] == bought["id"] for key in paid_for):
        message = Message(PAYS_FOR_OTHERS, {"account": bought["account"]})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("customer",), ("customer", bought["id"])))
    return refusals
