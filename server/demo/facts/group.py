"""The demo group as a whole: everything that is posted, made from a day and a scale alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.demo.facts.balances import days_overdue, owed
from server.demo.facts.companies import COMPANIES, Rate, rates
from server.demo.facts.credit_groups import CreditGroup, credit_groups
from server.demo.facts.customers import Customer, Manner, customers
from server.demo.facts.declarations import Declaration, declarations
from server.demo.facts.desk import RELEASES_IN, Review, asked_for, reviews
from server.demo.facts.documents import Order, Then
from server.demo.facts.dunning import dunned
from server.demo.facts.holds import held
from server.demo.facts.invoices import written
from server.demo.facts.limits import Adjustment, Cover, adjustments, covers, raises
from server.demo.facts.orders import Placing
from server.demo.facts.parties import Party, parties
from server.demo.facts.party_limits import PartyLimit, party_limits
from server.demo.facts.payments import Ledger, ledger_of
from server.demo.facts.rules import Rule, rules
from server.demo.facts.scale import FULL, Scale
from server.demo.facts.special_items import special_items
from server.demo.facts.story_ledger import story_ledger
from server.demo.facts.story_orders import story_orders

STORIES_PER_ORDERS = 1_000
"""Every story of a hold is told once for so many orders."""


@dataclass(frozen=True)
class Facts:
    """Everything, in the order in which it is posted.

    `later`: limits that are raised after the orders were held; `requests`: those that wait for approval; `wanted`: the
    order whose release does.
    """

    today: date
    scale: Scale
    parties: Sequence[Party]
    customers: Sequence[Customer]
    rates: Sequence[Rate]
    groups: Sequence[CreditGroup]
    adjustments: Sequence[Adjustment]
    covers: Sequence[Cover]
    party_limits: Sequence[PartyLimit]
    rules: Sequence[Rule]
    ledger: Ledger
    orders: Sequence[Order]
    later: Sequence[Adjustment]
    reviews: Sequence[Review]
    declared: Sequence[Declaration]
    requests: Sequence[Adjustment]
    wanted: Order

    def known_since(self, customer: Customer) -> date:
        """When business with it began."""
        return self.today - timedelta(days=customer.known_for)


def facts(today: date, scale: Scale = FULL) -> Facts:
    """The group as it looks on a day. Raises nothing; the same day and scale give the same facts everywhere."""
    everybody = customers(scale)
    ledger = _ledger(everybody, scale, today)
    owing = owed(ledger)
    groups = credit_groups(everybody, owing)
    orders = story_orders(today)
    bound = party_limits(everybody, ledger.items, owing, today)
    placing = Placing(today, owing, bound.accounts)
    stories = [*held(everybody, groups, days_overdue(ledger, today)), *bound.stories]
    placing.place_held(stories, max(1, scale.orders // STORIES_PER_ORDERS))
    billed = placing.place_others(everybody, ledger.items, scale.orders - len(orders) - len(placing.made))
    letters = dunned(everybody, ledger, today)
    ledger.items = [
        replace(item, order=billed.get(item.number), dunned=letters.get(item.number, 0)) for item in ledger.items
    ]
    orders += placing.made
    insured = covers(everybody, today)
    return Facts(
        today=today,
        scale=scale,
        parties=parties(scale),
        customers=everybody,
        rates=rates(today),
        groups=groups,
        adjustments=adjustments(everybody, today),
        covers=insured,
        party_limits=bound.limits,
        rules=rules(everybody),
        ledger=ledger,
        orders=orders,
        later=raises([order.account for order in orders if order.then is Then.RAISED], everybody),
        reviews=reviews(everybody, today),
        declared=declarations(insured, ledger, today),
        requests=asked_for(everybody),
        wanted=next(one for one in placing.made if one.company == RELEASES_IN and one.why == "CREDIT_LIMIT_EXCEEDED"),
    )


def _ledger(everybody: Sequence[Customer], scale: Scale, today: date) -> Ledger:
    ledger = story_ledger(today)
    special = [item for company in COMPANIES for item in special_items(company, everybody, today)]
    left = scale.items - len(ledger.items) - len(special)
    buying = [one for one in everybody if one.manner is not Manner.NEW]
    items = written(buying, left)
    for customer in buying:
        ledger.add(ledger_of(customer, items[customer.account], today))
    ledger.items += special
    return ledger
