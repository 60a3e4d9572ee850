"""What lies on the desks of credit people: customers to be reviewed, and what waits for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from server.demo.facts.companies import COMPANIES
from server.demo.facts.customers import CAST, Customer, Manner, Part, nice
from server.demo.facts.limits import Adjustment, Limit

REVIEWED = 3
"""Every third customer is reviewed, once a year."""

NOTES = {
    Manner.TROUBLED: "Asked for the annual report; nobody calls back.",
    Manner.LATE: "Pays when the second reminder has come.",
    Manner.SEASONAL: "Orders from March on; wants its limit higher by then.",
}
"""What was written down of those who are not plain sailing."""


@dataclass(frozen=True)
class Review:
    """What was found when a customer was looked at, and when it is looked at again."""

    customer: Customer
    rating: str
    last: date
    next: date
    note: str | None


def reviews(customers: Sequence[Customer], today: date) -> list[Review]:
    """Some that are due since yesterday or longer, and more that come in the next weeks.

    Not in the company of the README's story, whose reviews the guides write themselves.
    """
    found = []
    for company in COMPANIES[1:]:
        here = [one for one in customers if one.company is company]
        chosen = [one for place, one in enumerate(here) if place % REVIEWED == 0 or one.part is Part.WATCHED]
        for place, customer in enumerate(chosen):
            # Nobody found the time for those who are to be watched.
            ahead = -20 if customer.part is Part.WATCHED else place * 11 % 90 - 21
            next_one = today + timedelta(days=ahead)
            last = next_one - timedelta(days=365)
            found.append(Review(customer, _rating(customer.score), last, next_one, NOTES.get(customer.manner)))
    return found


def _rating(score: int) -> str:
    return "AAA" if score > 90 else "AA" if score > 75 else "A" if score > 50 else "B" if score > 25 else "C"


ASKERS: Mapping[str, str] = {"DE01": "GERMAN", "JP01": "JAPANESE"}
"""Companies that approve limits before they are posted, and who asks for them there."""

UP_TO = {"CREDIT_CLERK": 10_000, "CREDIT_MANAGER": 2_000_000}
"""Euros up to which a role approves limits and releases there."""

PERSON = ("JP01", "JAPANESE", 500_000)
"""Company, somebody there, and the euros up to which this person approves whatever the role may."""

STANDS_IN = ("DE01", "GERMAN", 100_000, 14)
"""Company, who stands in there for the credit manager, up to how many euros, and for how many days from today."""

RELEASES_IN = "DE01"
"""The company that approves releases; somebody there asks for one."""


def asked_for(customers: Sequence[Customer]) -> list[Adjustment]:
    """Limits that wait for somebody else's approval: of customers who buy more than they used to."""
    found = []
    for company in COMPANIES:
        if company.code in ASKERS:
            here = [one for one in customers if one.company is company and one.limit is not None]
            lines = tuple(Limit(one.account, nice(Decimal(one.limit or 0) * 3 / 2)) for one in here[len(CAST) :][-2:])
            found.append(Adjustment(company, "PERMANENT", "Buys more than it used to", lines))
    return found
