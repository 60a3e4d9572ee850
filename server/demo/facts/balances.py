"""What is open of a ledger after everything that was posted, as creditgraph will say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from server.demo.facts.payments import Ledger

LOWER = frozenset({"CREDIT_NOTE", "DOWN_PAYMENT"})
"""Items that lower the debt."""


def open_items(ledger: Ledger) -> dict[str, Decimal]:
    """What is open of each item, by its number; what is settled is left out."""
    return {number: amount for number, amount in _left(ledger)[0].items() if amount}


def owed(ledger: Ledger) -> Mapping[str, Decimal]:
    """What each account owes, less what it disputes and what it paid without saying what for."""
    items, unapplied = _left(ledger)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in ledger.items:
        sums[item.account] += -items[item.number] if item.kind in LOWER else items[item.number] - item.disputed
    for payment in ledger.payments:
        sums[payment.account] -= unapplied[payment.number]
    return sums


def days_overdue(ledger: Ledger, today: date) -> Mapping[str, int]:
    """For how long the oldest item of each account is overdue that is not disputed."""
    left = open_items(ledger)
    overdue: dict[str, int] = defaultdict(int)
    for item in ledger.items:
        if item.number in left and item.kind not in LOWER and not item.disputed:
            overdue[item.account] = max(overdue[item.account], (today - item.due_date).days)
    return overdue


def _left(ledger: Ledger) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What is left of items and of payments, by their numbers."""
    items = {item.number: item.amount for item in ledger.items}
    for one in ledger.credited:
        amount = min(items[one.item], items[one.credit_note])
        items[one.item] -= amount
        items[one.credit_note] -= amount
    returned = {one.payment for one in ledger.returned}
    unapplied = {}
    for payment in ledger.payments:
        rest = Decimal(0) if payment.number in returned or payment.pending else payment.amount
        for settled in payment.settles:
            amount = min(items[settled.item], rest, settled.amount or rest)
            items[settled.item] -= amount
            rest -= amount
        unapplied[payment.number] = rest
    return items, unapplied
