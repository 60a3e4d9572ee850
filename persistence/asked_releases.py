"""The release that is asked for of a hold in approval, and whether it is still about the order as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
import sqlalchemy as sa

from domain.money import Money
from domain.release_request import still_asks_for
from persistence.orders import KeptOrder
from persistence.statements import Row, Statement
from persistence.tables.approval import release_request

_REQUEST = Statement(
    sa.select(release_request).where(
        release_request.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        release_request.c.id == sa.bindparam("id", type_=sa.Uuid()),
    )
)


async def request_of(conn: asyncpg.Connection, hold: Mapping[str, Any]) -> Row:
    """The release that was asked for last of a hold. There must be one: of a hold in approval there is."""
    row = await _REQUEST.one(conn, customer=hold["customer_id"], id=hold["release_request_id"])
    assert row is not None, "a hold in approval was asked to be released"
    return row


async def still_asked(conn: asyncpg.Connection, order: KeptOrder) -> bool:
    """Whether the order comes to no more than what was asked for, where its hold is in approval."""
    assert order.hold is not None
    request = await request_of(conn, order.hold)
    return still_asks_for(order.amount, Money(request["highest"], request["currency"]))
