"""The orders of the README's story."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from server.demo.facts.documents import Order, Then, Way
from server.demo.facts.story import account

_HELD = "CREDIT_LIMIT_EXCEEDED"

ORDERS = (
    # The example of the README: 500,000 kr of the shared 1,000,000 are taken, by two companies in two currencies ...
    ("1002", "SO-10001", 388_000, Then.NOTHING, None),
    ("2001", "SO-20001", 10_000, Then.NOTHING, None),
    # ... and this one is held, for its customer may owe 100,000 kr.
    ("1001", "SO-10002", 110_000, Then.NOTHING, _HELD),
    ("1003", "SO-10003", 42_000, Then.NOTHING, None),
    ("1004", "SO-10004", 190_000, Then.NOTHING, _HELD),
    ("1005", "SO-10005", 36_500, Then.PARTLY_DELIVERED, None),
    ("1006", "SO-10006", 205_000, Then.NOTHING, None),
    ("1007", "SO-10007", 5_200, Then.NOTHING, "OVERDUE_DAYS"),
    ("1008", "SO-10008", 28_750, Then.BILLED, None),
    ("1009", "SO-10009", 64_000, Then.RELEASED, None),
    ("3001", "SO-30001", 55_000, Then.INVOICED, None),
    ("3002", "SO-30002", 12_900, Then.CANCELLED, None),
    ("3003", "SO-30003", 96_000, Then.DELIVERED, None),
    ("3004", "SO-30004", 140_000, Then.PARTLY_DELIVERED, None),
    ("3005", "SO-30005", 390_000, Then.REJECTED, _HELD),
    ("3006", "SO-30006", 115_000, Then.NOTHING, _HELD),
    ("2002", "SO-20002", 14_000, Then.NOTHING, None),
    ("2003", "SO-20003", 61_000, Then.NOTHING, None),
    ("2004", "SO-20004", 21_000, Then.NOTHING, None),
    ("2005", "SO-20005", 27_500, Then.NOTHING, _HELD),
)
"""Account, number, amount, what became of it, and the reason it is held for."""

ENTERED = ("1003", "SO-10010", 18_400)
"""Known, never submitted."""


def story_orders(today: date) -> list[Order]:
    """In the order in which they came."""
    number, order, amount = ENTERED
    entered = Order(account(number).company, number, order, Decimal(amount), Way.ENTERED)
    ships = today + timedelta(days=7)
    submitted = [
        Order(account(number).company, number, order, Decimal(amount), then=then, why=why, ship_date=ships)
        for number, order, amount, then, why in ORDERS
    ]
    return [entered, *submitted]
