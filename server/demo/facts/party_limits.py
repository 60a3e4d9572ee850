"""Limits of parties that are customers of several companies: what all of these may be owed together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from server.demo.facts.companies import Company, in_currency
from server.demo.facts.customers import CAST, Customer, Part, nice
from server.demo.facts.documents import Item
from server.demo.facts.holds import TOO_LARGE, Held

MOST = 6
"""So many parties have limits at most."""

YEAR = timedelta(days=350)
"""Turnover counts for a year; whoever was invoiced in less has some, whatever day it is."""

A_MONTH, TWO_MONTHS = 20, 40
"""Percent of a customer's limit: what it buys in so long, and what its held order comes to."""

TURNOVER = 5
"""Percent of a year's turnover. Two years bring 24 months of it, so an order of two months is more."""


@dataclass(frozen=True)
class PartyLimit:
    """Limits of a party, amounts in euros. `holds`: orders beyond them are held; otherwise people are told."""

    party: str
    ceiling: int | None = None
    turnover: int | None = None
    days: int | None = None
    holds: bool = False


@dataclass(frozen=True)
class Bound:
    """Limits of parties, and the orders that are held for them.

    `accounts`: those of the parties whose limits hold.
    """

    limits: Sequence[PartyLimit]
    stories: Sequence[tuple[Company, Held]]
    accounts: frozenset[str]


def party_limits(
    customers: Sequence[Customer], items: Sequence[Item], owed: Mapping[str, Decimal], today: date
) -> Bound:
    """The first party has a ceiling that holds, the next with invoices a share of its turnover; the others warn."""
    invoiced = {item.account for item in items if item.kind == "INVOICE" and item.document_date > today - YEAR}
    limits: list[PartyLimit] = []
    stories: list[tuple[Company, Held]] = []
    bound: set[str] = set()
    for members in _in_several(customers)[:MOST]:
        first, abroad = members[0], members[-1]
        owing = max(Decimal(0), sum((_euros(owed[one.account], one) for one in members), Decimal(0)))
        reasons = {story.why for _, story in stories}
        if "PARTY_LIMIT_EXCEEDED" not in reasons:
            story = Held(abroad, A_MONTH, "PARTY_LIMIT_EXCEEDED")
            ceiling = nice(owing + _euros(story.amount, abroad) / 2)
            limits.append(PartyLimit(first.party, ceiling=ceiling, days=60, holds=True))
        elif "TURNOVER_LIMIT_EXCEEDED" not in reasons and any(one.account in invoiced for one in members):
            story = Held(abroad, TWO_MONTHS, "TURNOVER_LIMIT_EXCEEDED")
            limits.append(PartyLimit(first.party, turnover=TURNOVER, holds=True))
        else:
            monthly = sum((_euros(Decimal(one.monthly), one) for one in members), Decimal(0))
            limits.append(PartyLimit(first.party, ceiling=nice(monthly * 8), turnover=50, days=30))
            continue
        stories.append((abroad.company, story))
        bound |= {one.account for one in members}
    return Bound(limits, stories, frozenset(bound))


def _in_several(customers: Sequence[Customer]) -> list[list[Customer]]:
    """The customers of each party that has some in several companies, in no credit group and in no other story."""
    by_party: dict[str, list[Customer]] = defaultdict(list)
    for one in customers:
        if one.family is None:
            by_party[one.party].append(one)
    # Accounts of every company begin with its digit; those up to here have stories of their own.
    told = 100 + len(CAST) + len(TOO_LARGE) + 1
    several = [some for some in by_party.values() if len(some) > 1]
    return [
        some
        for some in several
        if all(one.part is Part.NOTHING and one.limit is not None for one in some)
        and not any(one.country == one.company.country and int(one.account[1:]) <= told for one in some)
    ]


def _euros(amount: Decimal, customer: Customer) -> Decimal:
    return amount / in_currency(1, customer.company.currency)
