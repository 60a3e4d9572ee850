"""Open items and payments as they are kept, with what is open of them and from which day more may be settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.exposure import Category
from domain.money import Money
from domain.receivables import LOWERS, OpenItem, OpenItemKind, Payment, PaymentKind, PaymentStatus, signed
from persistence.statements import Row, Statement, any_of
from persistence.tables.movements import movement
from persistence.tables.receivables import open_item, payment, settlement
from persistence.writing.finding import Place

_ITEMS = Statement(
    sa.select(open_item).where(any_of(open_item.c.customer_id, "customers"), any_of(open_item.c.id, "ids"))
)
_PAYMENTS = Statement(sa.select(payment).where(any_of(payment.c.customer_id, "customers"), any_of(payment.c.id, "ids")))
_SETTLEMENTS = Statement(
    sa.select(settlement)
    .where(
        any_of(settlement.c.customer_id, "customers"),
        sa.or_(
            any_of(settlement.c.item_id, "ids"),
            any_of(settlement.c.payment_id, "ids"),
            any_of(settlement.c.credit_item_id, "ids"),
        ),
    )
    .order_by(settlement.c.id)
)
# Where an item has been aged by another due day before, the last movement there is the day the due day changed.
_DUE_CHANGED = Statement(
    sa.select(movement.c.source_id, sa.func.max(movement.c.day).label("day"))
    .join(
        open_item,
        sa.and_(open_item.c.customer_id == movement.c.customer_id, open_item.c.id == movement.c.source_id),
    )
    .where(
        any_of(movement.c.customer_id, "customers"),
        any_of(movement.c.source_id, "ids"),
        movement.c.category == sa.func.any(sa.bindparam("categories", type_=sa.ARRAY(sa.Text()))),
        movement.c.due_day != open_item.c.due_date,
    )
    .group_by(movement.c.source_id)
)
_AGED = [Category.RECEIVABLES.value, Category.SPECIAL_LIABILITIES.value]


@dataclass(frozen=True)
class KeptItem:
    """An open item. `settled`: what stands settled of it, of a credit note what of it was used; both positive.

    `movable_from`: the first day on which it may be settled, so that on no day more than it was is settled. `booked`:
    all of it in accounting currency. `transferred`: it came from another payer, or something of it went to one.
    """

    item: OpenItem
    payer: UUID
    buyer: UUID | None
    company: UUID
    number: str
    version: int
    reversed_on: date | None
    settled: Decimal
    movable_from: date
    booked: Decimal | None = None
    dunning_level: int = 0
    transferred: bool = False

    @property
    def id(self) -> UUID:
        """Its id."""
        return self.item.id

    @property
    def lowers(self) -> bool:
        """It lowers what the customer owes, so it settles and is never settled."""
        return self.item.kind in LOWERS

    @property
    def open(self) -> Money:
        """What is left of it, positive whatever its sign; nothing once it is reversed."""
        amount = self.item.amount
        left = Decimal(0) if self.reversed_on else abs(amount.amount) - self.settled
        return Money(left, amount.currency)

    @property
    def signed(self) -> Money:
        """The same with the sign of the item."""
        return Money(signed(self.item.kind, self.open.amount), self.open.currency)

    @property
    def left(self) -> Money:
        """The same, said of a credit note."""
        return self.open


@dataclass(frozen=True)
class KeptPayment:
    """A payment. `settled`: what of it stands as settlements of items. `sales_order`: what it is in advance for."""

    payment: Payment
    payer: UUID
    company: UUID
    number: str
    version: int
    reversed_on: date | None
    settled: Decimal
    movable_from: date
    sales_order: UUID | None = None

    @property
    def id(self) -> UUID:
        """Its id."""
        return self.payment.id

    @property
    def left(self) -> Money:
        """What of it has settled nothing; nothing while it is pending and once it is reversed or returned."""
        amount = self.payment.amount
        collected = self.payment.status is PaymentStatus.COLLECTED and self.reversed_on is None
        return Money(amount.amount - self.settled if collected else Decimal(0), amount.currency)


async def items_by_place(conn: asyncpg.Connection, places: Sequence[Place]) -> dict[UUID, KeptItem]:
    """Open items by id, under the lock of their payers."""
    if not places:
        return {}
    given = _given(places)
    settlements = await _SETTLEMENTS.all(conn, **given)
    settled, last = _settled(settlements)
    given_away = {row["item_id"] for row in settlements if row["transfer_item_id"] is not None}
    rows = await _DUE_CHANGED.all(conn, **given, categories=_AGED)
    due_changed: dict[UUID, date] = {row["source_id"]: row["day"] for row in rows}
    found = {}
    for row in await _ITEMS.all(conn, **given):
        item = item_of(row)
        key = item.id
        days = (item.document_date, row["transferred_on"], last.get(key), due_changed.get(key))
        found[key] = KeptItem(
            item=item,
            payer=row["customer_id"],
            buyer=row["buyer_id"],
            company=row["company_id"],
            number=row["number"],
            version=row["version"],
            reversed_on=row["reversed_on"],
            settled=settled[key],
            movable_from=max(day for day in days if day is not None),
            booked=row["booked_amount"],
            dunning_level=row["dunning_level"],
            transferred=key in given_away or row["transferred_from_id"] is not None,
        )
    return found


async def payments_by_place(conn: asyncpg.Connection, places: Sequence[Place]) -> dict[UUID, KeptPayment]:
    """Payments by id, under the lock of their payers."""
    if not places:
        return {}
    given = _given(places)
    settled, last = _settled(await _SETTLEMENTS.all(conn, **given))
    return {
        row["id"]: KeptPayment(
            payment=payment_of(row),
            payer=row["customer_id"],
            company=row["company_id"],
            number=row["number"],
            version=row["version"],
            reversed_on=row["reversed_on"],
            settled=settled[row["id"]],
            movable_from=max(row["paid_on"], last.get(row["id"], row["paid_on"])),
            sales_order=row["sales_order_id"],
        )
        for row in await _PAYMENTS.all(conn, **given)
    }


async def settlements_of(conn: asyncpg.Connection, place: Place) -> list[Row]:
    """Every settlement of an item, or by a payment or credit note, oldest first; those undone too."""
    return await _SETTLEMENTS.all(conn, **_given([place]))


def item_of(row: Row) -> OpenItem:
    """An open item as the rules know it."""
    return OpenItem(
        id=row["id"],
        kind=OpenItemKind(row["kind"]),
        amount=Money(row["amount"], row["currency"]),
        document_date=row["document_date"],
        due_date=row["due_date"],
        disputed=row["disputed"],
    )


def payment_of(row: Row) -> Payment:
    """A payment as the rules know it."""
    return Payment(
        id=row["id"],
        kind=PaymentKind(row["kind"]),
        status=PaymentStatus(row["status"]),
        amount=Money(row["amount"], row["currency"]),
        paid_on=row["paid_on"],
    )


def _given(places: Sequence[Place]) -> dict[str, list[UUID]]:
    return {"customers": sorted({place.customer for place in places}), "ids": sorted({place.id for place in places})}


def _settled(rows: Sequence[Row]) -> tuple[dict[UUID, Decimal], dict[UUID, date]]:
    """How much of each item and payment stands settled, and the last day on which a settlement of it was undone.

    A transfer settles its item alone: what it came to is another payer's.
    """
    amounts: dict[UUID, Decimal] = defaultdict(Decimal)
    undone: dict[UUID, date] = {}
    for row in rows:
        both = (row["item_id"], row["payment_id"] or row["credit_item_id"])
        for key in (one for one in both if one is not None):
            if row["reversed_on"] is None:
                amounts[key] += abs(row["amount"])
            else:
                undone[key] = max(row["reversed_on"], undone.get(key, row["reversed_on"]))
    return amounts, undone
