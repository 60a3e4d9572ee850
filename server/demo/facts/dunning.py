"""How far open items were dunned: a letter more, the longer they are overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.demo.facts.balances import LOWER, open_items
from server.demo.facts.customers import Customer
from server.demo.facts.holds import DUNNED_LAST
from server.demo.facts.payments import Ledger

LETTERS = (15, 35, DUNNED_LAST)
"""Days overdue after which each letter goes out."""


def dunned(customers: Sequence[Customer], ledger: Ledger, today: date) -> dict[str, int]:
    """The level that each open item of these customers has reached, by its number; disputed ones are not dunned."""
    left, theirs = open_items(ledger), {one.account for one in customers}
    late = {
        item.number: sum((today - item.due_date).days >= days for days in LETTERS)
        for item in ledger.items
        if item.account in theirs and item.number in left and item.kind not in LOWER and not item.disputed
    }
    return {number: level for number, level in late.items() if level}
