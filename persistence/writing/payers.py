"""Who pays for a customer, from a day on.

Documents posted from that day on are kept under the new payer: its limit is used and its exposure rises. Documents that
are there stay where they are; to move an order, cancel it and send it anew, so that it is checked again (decision 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.facts import payers_of
from persistence.statements import Row, Statement, insert
from persistence.tables.customer import customer, customer_payer
from persistence.take import Result, Transaction
from persistence.writing.customers import PAYER_CHAIN
from persistence.writing.finding import RecordKey, customer_of, version_refusals
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

CHANGED = N_("From {day} on customer {payer} pays for customer {account}.")
PAYS_ITSELF = N_("From {day} on customer {account} pays itself.")
OTHER_COMPANY = N_("Customer {account} is of another company. Only a customer of the same company pays.")
PAYS_FOR_OTHERS = N_("Customer {account} pays for others, so nobody else can pay for it.")
IN_PAST = N_("The payer can change from {today} on, not from {day}: what was posted before stays where it is.")


async def change_payer(
    tx: Transaction, key: RecordKey, payer_key: RecordKey, day: date | None, expected_version: int | None
) -> Result:
    """Let another customer of the company, or the customer itself, pay for it from a day on."""
    buyer, company = await customer_of(tx, key, ("customer",))
    payer, payers_company = await customer_of(tx, payer_key, ("payer",))
    await tx.lock([buyer, payer])
    rows = {key: await _CUSTOMER.one(tx.conn, customer=key) for key in (buyer, payer)}
    bought, pays = rows[buyer], rows[payer]
    assert bought is not None, "customers are never deleted"
    assert pays is not None, "customers are never deleted"
    today = tx.today(company)
    on = day or today
    refusals = version_refusals(bought["version"], expected_version, ("customer", buyer))
    if payers_company != company:
        message = Message(OTHER_COMPANY, {"account": pays["account"]})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("payer",), ("customer", payer)))
    if on < today:
        message = Message(IN_PAST, {"today": today, "day": on})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("from",)))
    if buyer != payer:
        refusals.extend(await _chain(tx, bought, pays, on))
    if refusals:
        raise Refused(*refusals)
    result = {"customer": str(buyer)}
    if (await payers_of(tx.conn, {buyer: on}))[buyer] == payer:
        return result
    if await _SAME_DAY.one(tx.conn, customer=buyer, day=on, payer=payer, now=tx.now) is None:
        row = {"customer_id": buyer, "from_day": on, "payer_id": payer, "recorded_at": tx.now}
        await insert(tx.conn, customer_payer, [row])
    await update(tx.conn, customer, {"id": buyer}, {})
    values: Mapping[str, Value] = {"day": on, "payer": pays["account"], "account": bought["account"]}
    message = Message(PAYS_ITSELF if buyer == payer else CHANGED, values)
    tx.audit(AuditEventKind.PAYER_CHANGED, message, ("customer", buyer), company, event="CUSTOMER_SAVED")
    return result


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
