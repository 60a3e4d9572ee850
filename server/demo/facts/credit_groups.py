"""The credit groups of the demo group: the families, each with one limit over companies and currencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from server.demo.facts.companies import COMPANIES, EURO_IN
from server.demo.facts.customers import Customer, nice, plain
from server.demo.facts.words import WORDS, family_word

FULL_UP = len(COMPANIES)
"""So many of the groups owe more than they may, if they owe much at all; each company has a member of one."""


@dataclass(frozen=True)
class CreditGroup:
    """Customers who share a limit, the one whose currency and day count first. `full`: they owe more than that.

    `left`: who belonged to it once.
    """

    number: str
    name: str
    limit: int
    members: tuple[Customer, ...]
    full: bool
    left: Customer | None = None

    @property
    def currency(self) -> str:
        """That of the first member's company."""
        return self.members[0].company.currency


def credit_groups(customers: Sequence[Customer], owed: Mapping[str, Decimal]) -> list[CreditGroup]:
    """One for each family."""
    families: dict[int, list[Customer]] = defaultdict(list)
    for customer in customers:
        if customer.family is not None:
            families[customer.family].append(customer)
    made = [_group(place, members, owed) for place, members in sorted(families.items())]
    return [
        replace(group, left=_once(group, customers)) if place < FULL_UP else group for place, group in enumerate(made)
    ]


def _once(group: CreditGroup, customers: Sequence[Customer]) -> Customer:
    """The last plain customer of its first company belonged to it before it was sold."""
    return plain([one for one in customers if one.company is group.members[0].company])[-1]


def _group(place: int, members: Sequence[Customer], owed: Mapping[str, Decimal]) -> CreditGroup:
    currency = members[0].company.currency
    used = sum((_euros(owed[one.account], one) for one in members), Decimal(0)) * EURO_IN.get(currency, 1)
    bought = sum((_euros(Decimal(one.monthly), one) for one in members), Decimal(0)) * EURO_IN.get(currency, 1)
    full = place < FULL_UP and used > bought / 10
    limit = nice(used * Decimal("0.85")) if full else nice(max(used, Decimal(0)) + 4 * bought)
    country = members[0].company.country
    name = WORDS[country].group.format(family=family_word(country, place // len(COMPANIES)))
    return CreditGroup(f"KG-{place + 1:03d}", name, limit, tuple(members), full)


def _euros(amount: Decimal, customer: Customer) -> Decimal:
    return amount / EURO_IN.get(customer.company.currency, Decimal(1))
