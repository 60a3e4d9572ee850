"""Money paid in advance for an order: it lowers the order, as far as something of it is to come (decision 11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from persistence.orders import orders_by_key
from persistence.statements import Statement, any_of
from persistence.tables.orders import sales_order
from persistence.tables.receivables import payment, settlement
from persistence.take import Transaction
from persistence.writing.ledger import KeptPayment
from persistence.writing.saving import update

_SETTLED = (
    sa.select(sa.func.coalesce(sa.func.sum(settlement.c.amount), 0))
    .where(
        settlement.c.customer_id == payment.c.customer_id,
        settlement.c.payment_id == payment.c.id,
        settlement.c.reversed_on.is_(None),
    )
    .scalar_subquery()
)
_PREPAID = Statement(
    sa.select(payment.c.sales_order_id, sa.func.sum(payment.c.amount - _SETTLED).label("amount"))
    .where(
        any_of(payment.c.customer_id, "customers"),
        any_of(payment.c.sales_order_id, "orders"),
        payment.c.status == "COLLECTED",
        payment.c.reversed_on.is_(None),
    )
    .group_by(payment.c.sales_order_id)
)


async def count_again(tx: Transaction, payments: Iterable[KeptPayment]) -> None:
    """What is prepaid of the orders of these payments, after they came, settled something or were taken back."""
    keys = sorted({(one.payer, one.sales_order) for one in payments if one.sales_order is not None})
    if not keys:
        return
    given = {"customers": [payer for payer, _ in keys], "orders": [order for _, order in keys]}
    now: dict[UUID, Decimal] = {row["sales_order_id"]: row["amount"] for row in await _PREPAID.all(tx.conn, **given)}
    for before in await orders_by_key(tx.conn, keys):
        after = replace(before, prepaid=now.get(before.id, Decimal(0)))
        key = {"customer_id": after.payer, "id": after.id}
        await update(tx.conn, sales_order, key, {"prepaid": after.prepaid}, edited=False)
        await tx.move(before.moves_to(after, tx.today(after.company)))
