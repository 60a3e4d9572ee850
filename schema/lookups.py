"""The record that a client names in one of several ways, if the viewer may see it."""

from __future__ import annotations

from typing import Any

import strawberry

from persistence.reader import Asked
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.sales_order import SALES_ORDER
from persistence.shapes.shape import Shape
from persistence.statements import Row
from schema.context import Context
from schema.ids import key_of
from schema.keys import CustomerKey, SalesOrderKey


async def customer_by(context: Context, key: CustomerKey) -> Row | None:
    """A customer by id, or by its number in a company. Raises `ClientMistake` for a company that is not granted."""
    if key.number is not strawberry.UNSET and key.number is not None:
        return await _one(context, CUSTOMER, key.number.company, account=key.number.account)
    return await context.load(CUSTOMER, key_of(str(key.id), CUSTOMER.prefix))


async def sales_order_by(context: Context, key: SalesOrderKey) -> Row | None:
    """A sales order by id, or by its number in a company. Raises `ClientMistake` for a company that is not granted."""
    if key.number is not strawberry.UNSET and key.number is not None:
        return await _one(context, SALES_ORDER, key.number.company, number=key.number.number)
    return await context.load(SALES_ORDER, key_of(str(key.id), SALES_ORDER.prefix))


async def _one(context: Context, shape: Shape, company: str, **fields: Any) -> Row | None:
    within = {"company_id": context.company_id(company), **fields}
    page = await context.reader.page(shape, Asked(first=1), within)
    return page.rows[0] if page.rows else None
