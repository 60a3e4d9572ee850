"""Facts that grow with history: items with their payments, and orders; in the order of time, as they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.copying import NULL
from bench.group import (
    BILLING,
    DELIVERY,
    DIGITS,
    ITEM,
    LINE,
    ORDER,
    PAYMENT,
    SETTLEMENT,
    Customer,
    Group,
    key,
)

INTERVAL = 10
"""Days between two invoices of a customer."""

RECENT = 10
"""Of so many last items of a customer some are credit notes, disputed, or never paid; older ones are all paid."""

ITEMS = (
    "customer_id id company_id buyer_id kind number amount currency booked_amount document_date due_date disputed"
    " created_at updated_at"
)
PAYMENTS = "customer_id id company_id kind status number amount currency paid_on created_at updated_at"
SETTLEMENTS = "customer_id id company_id item_id payment_id amount currency settled_on created_at updated_at"
ORDERS = (
    "customer_id id company_id buyer_id kind number status amount currency ordered_on ship_date admitted"
    " created_at updated_at"
)
LINES = (
    "customer_id id company_id sales_order_id line_number description amount delivered billed invoiced"
    " created_at updated_at"
)
DELIVERIES = "customer_id id company_id sales_order_id line_id number amount delivered_on"
BILLINGS = "customer_id id company_id sales_order_id line_id number amount billed_on item_id"


def amount(minor: int, currency: str) -> str:
    """Minor units as an exact amount, as COPY reads it."""
    if DIGITS[currency] == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


@dataclass(frozen=True, slots=True)
class Item:
    """One item before it is written: `paid` days after `dated` (both as days before today), or open."""

    number: int
    customer: Customer
    kind: str
    minor: int
    dated: int
    due: int
    paid: int | None
    disputed: int


class Ledger:
    """The items of all customers. Walking it again gives the same items, so each table is one walk."""

    def __init__(self, group: Group, today: date) -> None:
        self._group = group
        self._history = group.size.history
        oldest = self._history * INTERVAL + 40
        self._days = [(today - timedelta(days=back)).isoformat() for back in range(oldest + 200)]
        self._ahead = [(today + timedelta(days=ahead)).isoformat() for ahead in range(200)]

    def items(self) -> Iterator[Item]:
        """Every item, oldest first."""
        random = Random("items")
        chance = random.random
        number = 0
        terms = [c.terms for c in self._group.customers]
        for place in range(self._history, 0, -1):
            recent = place <= RECENT
            for c, days in zip(self._group.customers, terms, strict=True):
                dated = (place - 1) * INTERVAL + int(chance() * INTERVAL)
                minor = int(c.typical * (0.3 + 1.4 * chance())) + 1
                luck = chance()
                paid: int | None = dated - days - c.slow - int(chance() * 5)
                kind, disputed = "INVOICE", 0
                if paid is not None and paid < 0:
                    paid = None
                if recent:
                    if luck < 0.02:
                        kind, minor, paid = "CREDIT_NOTE", -(minor // 4 + 1), None
                    elif luck < 0.03:
                        kind = "BILL_OF_EXCHANGE"
                        paid = None
                    elif luck < 0.06:
                        paid = None
                    elif luck < 0.09 and paid is None:
                        disputed = minor // 2
                yield Item(number, c, kind, minor, dated, dated - days, paid, disputed)
                number += 1

    def day(self, back: int) -> str:
        """A day as COPY reads it, by how many days before today it is."""
        return self._days[back] if back >= 0 else self._ahead[-back]

    def item_lines(self) -> Iterator[str]:
        """Rows of `open_item`."""
        for i in self.items():
            c, money = i.customer, amount(i.minor, i.customer.currency)
            dated = self.day(i.dated)
            booked = money if c.currency == c.company.currency else NULL
            yield (
                f"{c.id}\t{key(ITEM, i.number)}\t{c.company.id}\t{c.id}\t{i.kind}\tINV{i.number:09d}\t{money}\t"
                f"{c.currency}\t{booked}\t{dated}\t{self.day(i.due)}\t{amount(i.disputed, c.currency)}\t"
                f"{dated}\t{dated}"
            )

    def payment_lines(self) -> Iterator[str]:
        """Rows of `payment`: each pays one item in full; one in two hundred came yesterday for nothing yet."""
        for i in self.items():
            c = i.customer
            if i.paid is not None:
                paid = self.day(i.paid)
                yield (
                    f"{c.id}\t{key(PAYMENT, i.number)}\t{c.company.id}\tRECEIPT\tCOLLECTED\tPAY{i.number:09d}\t"
                    f"{amount(i.minor, c.currency)}\t{c.currency}\t{paid}\t{paid}\t{paid}"
                )
            elif i.dated < INTERVAL and i.number % 200 == 0 and i.kind == "INVOICE":
                came = self.day(1)
                yield (
                    f"{c.id}\t{key(PAYMENT, i.number)}\t{c.company.id}\tRECEIPT\tCOLLECTED\tPAY{i.number:09d}\t"
                    f"{amount(i.minor // 3 + 1, c.currency)}\t{c.currency}\t{came}\t{came}\t{came}"
                )

    def settlement_lines(self) -> Iterator[str]:
        """Rows of `settlement`."""
        for i in self.items():
            if i.paid is not None:
                c, paid = i.customer, self.day(i.paid)
                yield (
                    f"{c.id}\t{key(SETTLEMENT, i.number)}\t{c.company.id}\t{key(ITEM, i.number)}\t"
                    f"{key(PAYMENT, i.number)}\t{amount(i.minor, c.currency)}\t{c.currency}\t{paid}\t{paid}\t{paid}"
                )


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one line. `status` is APPROVED (open), DELIVERED (not billed) or INVOICED."""

    number: int
    customer: Customer
    status: str
    minor: int
    ordered: int
    ships: int


class Orders:
    """The orders of all customers, oldest first."""

    def __init__(self, group: Group, ledger: Ledger) -> None:
        self._group = group
        self._day = ledger.day

    def orders(self) -> Iterator[Order]:
        """Three for every two customers: one in four still open, one in twenty delivered and not billed."""
        random = Random("orders")
        customers = self._group.customers
        for number in range(self._group.size.orders):
            c = customers[number % len(customers)]
            luck = random.random()
            status = "APPROVED" if luck < 0.25 else "DELIVERED" if luck < 0.3 else "INVOICED"
            ordered = random.randrange(0, 20) if status != "INVOICED" else random.randrange(20, 90)
            ships = ordered - random.randrange(5, 15) if status == "APPROVED" else ordered - 2
            yield Order(number, c, status, int(c.typical * (0.2 + random.random())) + 1, ordered, ships)

    def order_lines(self) -> Iterator[str]:
        """Rows of `sales_order`."""
        for o in self.orders():
            c, day = o.customer, self._day(o.ordered)
            yield (
                f"{c.id}\t{key(ORDER, o.number)}\t{c.company.id}\t{c.id}\tSALES_ORDER\tSO{o.number:08d}\t{o.status}\t"
                f"{amount(o.minor, c.currency)}\t{c.currency}\t{day}\t{self._day(o.ships)}\tt\t{day}\t{day}"
            )

    def line_lines(self) -> Iterator[str]:
        """Rows of `sales_order_line`."""
        for o in self.orders():
            c, day, money = o.customer, self._day(o.ordered), amount(o.minor, o.customer.currency)
            delivered = money if o.status != "APPROVED" else "0"
            invoiced = money if o.status == "INVOICED" else "0"
            yield (
                f"{c.id}\t{key(LINE, o.number)}\t{c.company.id}\t{key(ORDER, o.number)}\t1\tGoods\t{money}\t"
                f"{delivered}\t{invoiced}\t{invoiced}\t{day}\t{day}"
            )

    def delivery_lines(self) -> Iterator[str]:
        """Rows of `delivery`."""
        for o in self.orders():
            if o.status != "APPROVED":
                yield self._step(o, key(DELIVERY, o.number), "PS") + self._day(max(0, o.ordered - 2))

    def billing_lines(self) -> Iterator[str]:
        """Rows of `billing`, each posted to the ledger."""
        for o in self.orders():
            if o.status == "INVOICED":
                day = self._day(max(0, o.ordered - 3))
                yield self._step(o, key(BILLING, o.number), "BD") + f"{day}\t{key(ITEM, o.number)}"

    def _step(self, o: Order, step: str, prefix: str) -> str:
        c = o.customer
        return (
            f"{c.id}\t{step}\t{c.company.id}\t{key(ORDER, o.number)}\t{key(LINE, o.number)}\t{prefix}{o.number:08d}\t"
            f"{amount(o.minor, c.currency)}\t"
        )
