"""Documents and customers as inputs name them, turned into what persistence looks for and what a refusal shows."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from persistence.shapes.customer import CUSTOMER
from persistence.shapes.open_item import OPEN_ITEM
from persistence.shapes.payment import PAYMENT
from persistence.shapes.sales_order import SALES_ORDER
from persistence.shapes.shape import Shape
from persistence.writing.finding import RecordKey
from schema.context import Info
from schema.ids import key_of
from schema.keys import CustomerKey, OpenItemKey, PaymentKey, SalesOrderKey

SHAPES: Mapping[type, Shape] = {
    CustomerKey: CUSTOMER,
    OpenItemKey: OPEN_ITEM,
    PaymentKey: PAYMENT,
    SalesOrderKey: SALES_ORDER,
}


def record_key(key: CustomerKey | OpenItemKey | PaymentKey | SalesOrderKey) -> RecordKey:
    """A record by id or number. Raises `ClientMistake` for an id of another type."""
    if isinstance(key, CustomerKey):
        if key.number:
            return RecordKey(company=key.number.company, number=key.number.account)
    elif key.number:
        return RecordKey(company=key.number.company, number=key.number.number)
    return RecordKey(id=key_of(key.id or "", SHAPES[type(key)].prefix))


async def as_it_is(
    info: Info, **keys: CustomerKey | OpenItemKey | PaymentKey | SalesOrderKey | None
) -> Mapping[str, str]:
    """The records that are named, by fields of the payload, to be answered as they are when a call is refused."""
    found = {}
    for name, key in keys.items():
        if key:
            there = await _id(info, SHAPES[type(key)], record_key(key))
            if there is not None:
                found[name] = str(there)
    return found


async def _id(info: Info, shape: Shape, key: RecordKey) -> UUID | None:
    context = info.context
    if key.id is not None:
        return key.id
    company = context.granted().get(key.company or "")
    number = "account" if shape is CUSTOMER else "number"
    row = None if company is None else await context.reader.where(shape, {"company_id": company, number: key.number})
    found: UUID | None = None if row is None else row["id"]
    return found
