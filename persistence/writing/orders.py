"""Orders as an ERP sends them: new, changed, cancelled.

A new order counts for nothing until it is submitted. One that counts and comes to more is checked again at the step
where it was checked last, in the same transaction (decision 20), and so is one that is to be paid for otherwise; with
the same or less it only moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.orders import REFUSED, OrderLine, SalesOrderStatus, status_refusals
from domain.ranks import Conditions
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.deciding import set_status
from persistence.keys import new_key
from persistence.orders import KeptOrder
from persistence.payment_conditions import CONDITIONS
from persistence.reevaluating import reevaluate
from persistence.statements import Row
from persistence.take import Result, Transaction
from persistence.writing.finding import (
    SALES_ORDER,
    RecordKey,
    customers_of,
    few_enough,
    findable,
    future_refusals,
    no_customer,
    place_of,
    places_of,
    text_refusals,
    twice_refusals,
    version_refusals,
)
from persistence.writing.order_changes import ENDED, end_hold, saved, write_changes
from persistence.writing.order_lines import Steps, steps_by_place
from persistence.writing.order_rows import Changed, OrderToSave, changed, enter, line_refusals

CANCELLED = N_("Order {number} was cancelled.")
OTHER_CUSTOMER = N_("Order {number} is of another customer. Cancel it and send a new one under another number.")
OTHER_KIND = N_("Order {number} is another kind of document. Use another number.")
NEEDS_INITIAL_LOAD = N_(
    "Only an initial load may bring orders that are approved already. Submit order {number} instead."
)
PARTLY_GONE = N_("Part of order {number} is delivered or billed. Send it without the lines that will not come instead.")


@dataclass
class _Saving:
    """What is known of the rows of one call, under the lock."""

    tx: Transaction
    loading: frozenset[UUID]
    customers: Mapping[tuple[str, str], UUID]
    payers: Mapping[UUID, UUID]
    known: Mapping[tuple[str, str], Steps]
    conditions: Sequence[Row]
    new: list[tuple[OrderToSave, KeptOrder]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)

    def take(self, row: OrderToSave, place: int) -> list[Refusal]:
        """One row: entered, changed, untouched, or refused."""
        path = ("salesOrders", str(place))
        company = self.tx.company(row.company)["id"]
        buyer = self.customers.get((row.company, row.account))
        if buyer is None:
            return [no_customer(row.company, row.account, (*path, "account"))]
        refusals = [*text_refusals(row.number, (*path, "number")), *line_refusals(self.tx, row, path)]
        if row.ordered_on is not None:
            refusals.extend(future_refusals(self.tx, company, row.ordered_on, (*path, "orderedOn")))
        own, unknown = row.conditions.found(self.conditions, company, path)
        refusals.extend(unknown)
        steps = self.known.get((row.company, row.number))
        if refusals:
            return refusals
        if steps is None:
            return self._new(row, company, buyer, own, path)
        self.ids.append(steps.now.id)
        return self._change(row, steps, buyer, own, path)

    def _new(
        self, row: OrderToSave, company: UUID, buyer: UUID, own: Conditions, path: tuple[str, ...]
    ) -> list[Refusal]:
        ordered = row.ordered_on or self.tx.today(company)
        refusals = []
        if row.approved and company not in self.loading:
            message = Message(NEEDS_INITIAL_LOAD, {"number": row.number})
            refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, (*path, "approved")))
        order = KeptOrder(
            id=new_key(),
            payer=self.payers[buyer],
            buyer=buyer,
            company=company,
            number=row.number,
            status=SalesOrderStatus.APPROVED if row.approved else SalesOrderStatus.ENTERED,
            amount=row.amount,
            ordered_on=ordered,
            ship_date=row.ship_date,
            excluded=False,
            admitted=row.approved,
            lines=tuple(OrderLine(line.amount) for line in row.in_order),
            own=own,
            kind=row.kind,
        )
        self.new.append((row, order))
        self.ids.append(order.id)
        return refusals

    def _change(
        self, row: OrderToSave, steps: Steps, buyer: UUID, own: Conditions, path: tuple[str, ...]
    ) -> list[Refusal]:
        names = {"number": row.number}
        if steps.before.buyer != buyer:
            message = Message(OTHER_CUSTOMER, names)
            return [Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "account"), steps.node)]
        if steps.before.kind is not row.kind:
            return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(OTHER_KIND, names), (*path, "kind"), steps.node)]
        change, refusals = changed(steps, row, own, path)
        if refusals or change is None:
            return refusals
        status = steps.before.status
        if status in ENDED:
            return [Refusal(ErrorCode.WRONG_STATUS, Message(REFUSED[status], names), (*path, "number"), steps.node)]
        self.changed.append(change)
        return []


async def save_orders(tx: Transaction, rows: Sequence[OrderToSave], loading: Iterable[UUID]) -> Result:
    """Enter or change orders; sent again as they are, they stay untouched. `loading`: companies of initial loads."""
    few_enough(rows, "salesOrders")
    for place, row in enumerate(rows):
        few_enough(row.lines, "salesOrders", str(place), "lines")
    numbers = [(row.company, row.number) for row in rows]
    customers = await customers_of(tx, [(row.company, row.account) for row in rows])
    places = await places_of(tx, SALES_ORDER, numbers)
    payers = await tx.lock({*customers.values(), *(place.customer for place in places.values())})
    steps = await steps_by_place(tx.conn, places.values())
    codes = findable(row.payment_terms for row in rows if row.payment_terms is not None)
    discounts = findable(row.cash_discount for row in rows if row.cash_discount is not None)
    saving = _Saving(
        tx,
        frozenset(loading),
        customers,
        payers,
        known={key: steps[place.id] for key, place in places.items()},
        conditions=await CONDITIONS.all(tx.conn, codes=codes, discounts=discounts),
    )
    refusals = twice_refusals(numbers, "salesOrders", "number")
    for place, row in enumerate(rows):
        refusals.extend(saving.take(row, place))
    if refusals:
        raise Refused(*refusals)
    await _write(tx, saving)
    await reevaluate(tx, {order.payer for order in _touched(saving)})
    return {"sales_orders": [str(key) for key in saving.ids]}


def _touched(saving: _Saving) -> list[KeptOrder]:
    return [*(order for _, order in saving.new if order.admitted), *(one.after for one in saving.changed)]


async def _write(tx: Transaction, saving: _Saving) -> None:
    await enter(tx, saving.new)
    for _, order in saving.new:
        saved(tx, order)
    await write_changes(tx, saving.changed)


async def cancel_order(tx: Transaction, key: RecordKey, expected_version: int | None) -> Result:
    """An order will not come: it takes nothing any more, and an open hold on it ends."""
    place = await place_of(tx, SALES_ORDER, key, ("salesOrder",))
    await tx.lock([place.customer])
    steps = (await steps_by_place(tx.conn, [place]))[place.id]
    order = steps.now
    refusals = version_refusals(steps.version, expected_version, steps.node)
    for refusal in status_refusals(order.number, order.status, SalesOrderStatus.CANCELLED):
        refusals.append(replace(refusal, path=("salesOrder",), node=steps.node))
    if not refusals and any(line.delivered or line.billed or line.posted for line in order.lines):
        message = Message(PARTLY_GONE, {"number": order.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), steps.node))
    if refusals:
        raise Refused(*refusals)
    after = replace(order, status=SalesOrderStatus.CANCELLED)
    await set_status(tx, after)
    today = tx.today(order.company)
    await tx.move(order.moves_to(after, max(today, steps.last_moved or today)))
    await end_hold(tx, order)
    message = Message(CANCELLED, {"number": order.number})
    tx.audit(AuditEventKind.ORDER_CANCELLED, message, steps.node, order.company, event="SALES_ORDER_CHANGED")
    await reevaluate(tx, [order.payer])
    return {"sales_order": str(order.id)}
