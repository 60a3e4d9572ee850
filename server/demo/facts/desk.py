"""What lies on the desks of credit people: customers to be reviewed, and limits that wait for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from server.demo.facts.companies import COMPANIES
from server.demo.facts.customers import CAST, Customer, Manner, nice
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
        here = [one for one in customers if one.company is company][::REVIEWED]
        for place, customer in enumerate(here):
            next_one = today + timedelta(days=place * 11 % 90 - 21)
            last = next_one - timedelta(days=365)
            found.append(Review(customer, _rating(customer.score), last, next_one, NOTES.get(customer.manner)))
    return found


def _rating(score: int) -> str:
    return "AAA" if score > 90 else "AA" if score > 75 else "A" if score > 50 else "B" if score > 25 else "C"


ASKERS: Mapping[str, str] = {"DE01": "GERMAN", "JP01": "JAPANESE"}
"""Companies that approve limits before they are posted, and who asks for them there."""

UP_TO = {"CREDIT_CLERK": 20_000, "CREDIT_MANAGER": 2_000_000}
"""Euros up to which a role approves limits there."""


def asked_for(customers: Sequence[Customer]) -> list[Adjustment]:
    """Limits that wait for somebody else's approval: of customers who buy more than they used to."""
    found = []
    for company in COMPANIES:
        if company.code in ASKERS:
            here = [one for one in customers if one.company is company and one.limit is not None]
            lines = tuple(Limit(one.account, nice(Decimal(one.limit or 0) * 3 / 2)) for one in here[len(CAST) :][-2:])
            found.append(Adjustment(company, "PERMANENT", "Buys more than it used to", lines))
    return found
