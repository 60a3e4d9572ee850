"""What insurers were told of: items overdue, before their deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.demo.facts.balances import LOWER, open_items
from server.demo.facts.customers import Manner
from server.demo.facts.limits import Cover
from server.demo.facts.payments import Ledger

LEFT = 5
"""Days that are left before the deadline, at least; of what is later nobody has thought yet."""


@dataclass(frozen=True)
class Declaration:
    """An item that the insurer was told of."""

    cover: Cover
    item: str


def declarations(covers: Sequence[Cover], ledger: Ledger, today: date) -> list[Declaration]:
    """For every other customer in trouble with a policy in force the oldest item that is declared in time."""
    left, made = open_items(ledger), []
    in_trouble = [one for one in covers if one.customer.manner is Manner.TROUBLED and one.declared_in is not None]
    for cover in [one for one in in_trouble if one.until is None or one.until > today][::2]:
        mine = [
            item
            for item in ledger.items
            if item.account == cover.customer.account and item.number in left and item.kind not in LOWER
        ]
        due = [
            item
            for item in mine
            if 0 < (today - item.due_date).days <= (cover.declared_in or 0) - LEFT and item.document_date >= cover.from_
        ]
        if due:
            made.append(Declaration(cover, min(due, key=lambda one: one.due_date).number))
    return made
