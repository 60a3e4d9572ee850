"""Two years of invoices and credit notes of the generated customers, as each of them buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from server.demo.facts.companies import in_currency, rounded
from server.demo.facts.customers import Customer, Manner
from server.demo.facts.scale import shared_out

DAYS = 720
SEASONS = ((75, 200), (440, 565))
"""So many days ago seasonal customers buy."""
OFTEN = {Manner.SEASONAL: 0.6, Manner.LATE: 1.5, Manner.TROUBLED: 2.0}
"""Some buy more often than others of their size: of those who pay late something is always open."""

CREDIT_NOTES = 0.006
OPENING = 20
"""Of customers with so many items the oldest one is what was open when the ledger was taken over."""


@dataclass(frozen=True)
class Written:
    """An item by how many days ago it was written and falls due; below 0 in the future.

    `credits`: a credit note for an earlier invoice; its number, None of a note that stands for itself.
    """

    customer: Customer
    number: str
    kind: str
    amount: Decimal
    written: int
    due: int
    credits: str | None = None


def written(buying: Sequence[Customer], total: int) -> dict[str, list[Written]]:
    """So many items in all, by account, each customer's oldest first."""
    weights = [(1.0, 2.0, 4.0)[one.size] * OFTEN.get(one.manner, 1.0) for one in buying]
    counts = shared_out(total, weights)
    return {one.account: _of(one, count) for one, count in zip(buying, counts, strict=True)}


def _of(customer: Customer, count: int) -> list[Written]:
    chance = Random(f"invoices {customer.account}")
    usual = Decimal(customer.monthly) * DAYS / 30 / count if count else Decimal(0)
    ages = sorted((_ago(customer, place, count, chance) for place in range(count)), reverse=True)
    made: list[Written] = []
    for place, ago in enumerate(ages):
        # Amounts scatter around what is usual, and are not round.
        part = Decimal(str(round(min(3.0, chance.lognormvariate(-0.12, 0.5)), 4)))
        amount = rounded(usual * part + Decimal(chance.randint(0, 99)) / 100, customer.company.currency)
        least = in_currency(Decimal(25), customer.company.currency)
        item = Written(
            customer,
            f"F{customer.account}-{place + 1:03d}",
            "OPENING_BALANCE" if place == 0 and count >= OPENING else "INVOICE",
            max(amount, rounded(least, customer.company.currency)),
            ago,
            ago - customer.company.days,
        )
        before = made[-1] if made else None
        if before is not None and before.kind == "INVOICE" and chance.random() < CREDIT_NOTES:
            part = Decimal(chance.randint(10, 35)) / 100
            item = replace(
                item,
                kind="CREDIT_NOTE",
                amount=rounded(before.amount * part, customer.company.currency),
                due=ago,
                # What was written lately is not settled yet.
                credits=before.number if ago > 45 else None,
            )
        made.append(item)
    return made


def _ago(customer: Customer, place: int, count: int, chance: Random) -> int:
    share = (place + chance.random()) / count
    if customer.manner is not Manner.SEASONAL:
        return 1 + int(share * DAYS)
    first, last = SEASONS[place % len(SEASONS)]
    return first + int(share * (last - first))
