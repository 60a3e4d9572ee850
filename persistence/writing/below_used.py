"""What is said of limits and ceilings that are below what is used of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.adjustment import Holder, below_used
from domain.exposure import Exposure
from domain.limits import CreditPosition, limit_on
from domain.money import RateMissing
from domain.party_check import ceiling_below_used
from persistence.facts import customer_facts, facts_of, group_facts
from persistence.take import Transaction
from persistence.writing.holders import CUSTOMER, GROUP


async def warn_below_used(tx: Transaction, posted: Iterable[tuple[Holder, UUID]]) -> None:
    """Warn of each posted limit (holder and id) that is in force and below what is used. `posted` are the lines in
    their order. A figure that cannot be converted is in nobody's way.
    """
    lines = list(posted)
    customers = await customer_facts(tx.conn, [key for (kind, key), _ in lines if kind == CUSTOMER], tx.moment)
    groups = await group_facts(tx.conn, [key for (kind, key), _ in lines if kind == GROUP], tx.moment)
    for place, (holder, entry) in enumerate(lines):
        kind, key = holder
        of = customers[key] if kind == CUSTOMER else groups[key]
        owed = Exposure(of.balances, of.policy, of.exchange, of.currency, of.day)
        position = CreditPosition(limit_on(of.terms, of.day, of.exchange, of.currency), owed)
        try:
            warning = below_used(position, entry, holder, ("lines", str(place), "newLimit"))
        except RateMissing:
            continue
        if warning is not None:
            tx.warnings.append(warning)


async def warn_below_ceiling(tx: Transaction, holder: Holder, customers: Sequence[UUID]) -> None:
    """Warn of the ceiling of a party or a customer that is below what its `customers` use: all of them together, so
    that one of them tells. A figure that cannot be converted is in nobody's way.
    """
    for facts in (await facts_of(tx.conn, customers[:1], tx.moment)).values():
        try:
            warning = ceiling_below_used(facts, holder, ("ceiling",))
        except RateMissing:
            continue
        if warning is not None:
            tx.warnings.append(warning)
