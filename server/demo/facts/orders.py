"""Orders of the generated customers, in every state an order can be brought into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, islice
from random import Random

from server.demo.facts.companies import Company, rounded
from server.demo.facts.customers import Customer, Manner, Part, plain
from server.demo.facts.days import days_before
from server.demo.facts.documents import Item, Order, Then, Way
from server.demo.facts.holds import Held
from server.demo.facts.rules import INVOICE, PARAMETERS
from server.demo.facts.scale import shared_out
from server.demo.facts.words import WORDS

KINDS = (
    # what becomes of it, how it comes, its share of the orders that are not held
    (Then.IN_LEDGER, Way.TAKEN_OVER, 49),
    (Then.NOTHING, Way.TAKEN_OVER, 14),
    (Then.PARTLY_DELIVERED, Way.TAKEN_OVER, 7),
    (Then.DELIVERED, Way.TAKEN_OVER, 7),
    (Then.BILLED, Way.TAKEN_OVER, 3),
    (Then.CANCELLED, Way.TAKEN_OVER, 2),
    (Then.NOTHING, Way.ENTERED, 5),
    (Then.CANCELLED, Way.ENTERED, 1),
    (Then.NOTHING, Way.SUBMITTED, 5),
    (Then.INVOICED, Way.SUBMITTED, 1),
    (Then.DELIVERED, Way.SUBMITTED, 1),
    (Then.CLOSED_SHORT, Way.SUBMITTED, 1),
    (Then.CLOSED, Way.SUBMITTED, 1),
    (Then.RETURNED, Way.TAKEN_OVER, 1),
    (Then.REOPENED, Way.SUBMITTED, 1),
    (Then.PREPAID, Way.SUBMITTED, 1),
)

LEDGER_DAYS = 170
"""Items due for less than so many days bill orders that creditgraph knows."""

ENDS = {
    Then.DELIVERED: "DELIVERED",
    Then.BILLED: "DELIVERED",
    Then.INVOICED: "INVOICED",
    Then.IN_LEDGER: "INVOICED",
    Then.CLOSED_SHORT: "DELIVERED",
    Then.CLOSED: "CLOSED",
    Then.RETURNED: "DELIVERED",
    Then.CANCELLED: "CANCELLED",
    Then.REJECTED: "REJECTED",
    Then.RELEASED: "APPROVED",
    Then.FORCED: "HELD",
}


def status_of(order: Order) -> str:
    """Where it stands in the end."""
    if order.then is Then.RAISED and PARAMETERS[order.company].values.get("releaseWhenReady"):
        return "APPROVED"
    waiting = "APPROVED" if order.why is None else "HELD"
    return ENDS.get(order.then, "ENTERED" if order.way is Way.ENTERED else waiting)


@dataclass
class Placing:
    """Orders one by one. `owed`: what each account owes, so that no order is too large that should pass.

    `bound`: accounts whose parties have limits that hold; only stories of holds are told of them.
    """

    today: date
    owed: Mapping[str, Decimal]
    bound: Collection[str] = ()
    made: list[Order] = field(default_factory=list)
    taken: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1000))

    def place_held(self, stories: Sequence[tuple[Company, Held]], times: int) -> None:
        """Each story so many times, at the next step of its company every time."""
        steps = {code: cycle(parameters.steps) for code, parameters in PARAMETERS.items()}
        for company, story in [*stories] * times:
            step = next(steps[company.code])
            kind = "FREE_TEXT_INVOICE" if step == INVOICE else "SALES_ORDER"
            order = self._next(story.customer, rounded(story.amount, company.currency))
            told = replace(order, then=story.then, why=story.why, checkpoint=step, kind=kind)
            self.made.append(replace(told, conditions=story.conditions))

    def place_others(self, customers: Sequence[Customer], items: Sequence[Item], count: int) -> dict[str, str]:
        """So many orders that are not held; answers with the orders that items bill, by the items' numbers."""
        busy = {customer.account for customer in plain_of_all(customers)} | {*self.bound}
        buying = [one for one in customers if one.manner is not Manner.NEW and one.part is not Part.BLOCKED]
        sound = [one for one in buying if _is_sound(one) and one.account not in busy]
        counts = shared_out(count, [share for *_, share in KINDS])
        billed = self._in_ledger(buying, items, counts[0])
        # In all companies, not in the first ones first.
        Random("whose order is next").shuffle(sound)
        next_one = cycle(sound)
        for (then, way, _), number in [*zip(KINDS, counts, strict=True)][1:]:
            placed = (self._other(customer, then, way) for customer in next_one)
            # Who has no room left is passed over.
            for _ in islice(filter(None, placed), number):
                continue
        return billed

    def _in_ledger(self, buying: Sequence[Customer], items: Sequence[Item], count: int) -> dict[str, str]:
        by_account = {one.account: one for one in buying}
        known = [item for item in items if item.account in by_account and self._is_recent(item)]
        chosen = Random("orders in the ledger").sample(known, min(count, len(known)))
        billed: dict[str, str] = {}
        for item in sorted(chosen, key=lambda one: one.number):
            customer = by_account[item.account]
            ago = (self.today - item.document_date).days + 3 + len(billed) % 9
            order = self._next(customer, item.amount)
            self.made.append(
                replace(order, way=Way.TAKEN_OVER, then=Then.IN_LEDGER, ordered_on=days_before(self.today, ago))
            )
            billed[item.number] = order.number
        return billed

    def _is_recent(self, item: Item) -> bool:
        # By the due day: it is the one that weekends do not move.
        return item.kind == "INVOICE" and (self.today - item.due_date).days < LEDGER_DAYS

    def _other(self, customer: Customer, then: Then, way: Way) -> bool:
        """One order, unless it would be held."""
        chance = Random(f"order {customer.account} {len(self.made)}")
        amount = rounded(
            Decimal(customer.monthly) * chance.randint(8, 45) / 100 + Decimal(chance.randint(0, 99)) / 100,
            customer.company.currency,
        )
        counts = way is not Way.ENTERED
        if counts and not self._fits(customer, amount):
            return False
        if counts:
            self.taken[customer.account] += amount
        taken_over = way is Way.TAKEN_OVER
        quoted = way is Way.ENTERED and then is Then.NOTHING and chance.random() < 0.5
        project = way is Way.SUBMITTED and then is Then.NOTHING and chance.random() < 0.4
        ships = self.today + timedelta(days=chance.randint(2, 25))
        order = replace(
            self._next(customer, amount),
            way=way,
            then=then,
            ordered_on=days_before(self.today, chance.randint(6, 21)) if taken_over else None,
            ship_date=ships if then is Then.NOTHING and counts else None,
            kind="QUOTATION" if quoted else "PROJECT_INVOICE" if project else "SALES_ORDER",
        )
        self.made.append(order)
        return True

    def _fits(self, customer: Customer, amount: Decimal) -> bool:
        used = self.owed[customer.account] + self.taken[customer.account] + amount
        return customer.limit is None or used < customer.limit * Decimal("0.75")

    def _next(self, customer: Customer, amount: Decimal) -> Order:
        """One more order of the company, of something it sells."""
        company = customer.company
        self.numbers[company.code] += 1
        place = self.numbers[company.code]
        goods = WORDS[company.country].goods
        number = f"SO-{company.series}{place}"
        return Order(company.code, customer.account, number, amount, goods=goods[place % len(goods)])


def plain_of_all(customers: Sequence[Customer]) -> Iterator[Customer]:
    """Those of whom stories are told, of every company."""
    by_company: dict[str, list[Customer]] = defaultdict(list)
    for one in customers:
        by_company[one.company.code].append(one)
    for some in by_company.values():
        yield from plain(some)


def _is_sound(customer: Customer) -> bool:
    """Nothing speaks against its orders."""
    pays = customer.manner in (Manner.PROMPT, Manner.SEASONAL)
    return pays and customer.family is None and customer.part in (Part.NOTHING, Part.GUARANTEED, Part.INSURED)
