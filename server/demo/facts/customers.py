"""The parties as customers of the companies: how much they buy, how they pay, and what is special about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from random import Random

from server.demo.facts.companies import BY_COUNTRY, COMPANIES, Company, in_currency
from server.demo.facts.parties import Party, parties
from server.demo.facts.scale import Scale
from server.demo.facts.story import ACCOUNTS


class Manner(Enum):
    """How a customer pays."""

    PROMPT = auto()
    SLOW = auto()
    LATE = auto()
    SEASONAL = auto()
    """Promptly; buys in spring and summer."""
    TROUBLED = auto()
    """Late, and nothing any more for some months."""
    NEW = auto()
    """It has not bought yet."""


class Part(Enum):
    """What is special about a customer, for the stories."""

    NOTHING = auto()
    INSURED = auto()
    GUARANTEED = auto()
    WATCHED = auto()
    KEY_ACCOUNT = auto()
    STOPPED = auto()
    """It has an account status that lets no order through."""
    BLOCKED = auto()
    """Its party has no credit in any company."""
    LIMIT_EXPIRED = auto()
    EXCLUDED = auto()
    UNLIMITED = auto()
    MANDATORY = auto()
    """It needs a limit, and has none."""
    RAISED = auto()
    """A temporary limit stands in the place of its own."""
    WAS_RAISED = auto()
    WAIVED = auto()
    """A rule lets all of its orders through."""


CAST = (
    (Manner.TROUBLED, Part.NOTHING),
    (Manner.TROUBLED, Part.INSURED),
    (Manner.LATE, Part.NOTHING),
    (Manner.LATE, Part.KEY_ACCOUNT),
    (Manner.SLOW, Part.WATCHED),
    (Manner.NEW, Part.NOTHING),
    (Manner.NEW, Part.NOTHING),
    (Manner.NEW, Part.MANDATORY),
    (Manner.PROMPT, Part.STOPPED),
    (Manner.PROMPT, Part.BLOCKED),
    (Manner.PROMPT, Part.LIMIT_EXPIRED),
    (Manner.PROMPT, Part.EXCLUDED),
    (Manner.PROMPT, Part.UNLIMITED),
    (Manner.PROMPT, Part.RAISED),
    (Manner.SLOW, Part.WAS_RAISED),
    (Manner.LATE, Part.WAIVED),
    (Manner.PROMPT, Part.GUARANTEED),
    (Manner.SEASONAL, Part.INSURED),
)
"""The first customers of each company; those after them are as chance has it."""

PLAIN = 8
"""So many of each company after the cast pay promptly and are nothing special: orders too large are theirs."""


@dataclass(frozen=True)
class Customer:
    """A customer. `monthly`: what it buys in a month, in the company's currency; `limit` None: none of its own.

    `size` 0 to 2: what small, middle and large customers do differently. `debited`: we collect from its account.
    """

    company: Company
    account: str
    party: str
    name: str
    country: str
    locale: str
    manner: Manner
    part: Part
    size: int
    monthly: int
    limit: int | None
    score: int
    known_for: int
    debited: bool = False
    family: int | None = None

    @property
    def risk(self) -> str:
        """Code of its class of risk."""
        if self.manner is Manner.TROUBLED:
            return "D"
        return "C" if self.manner is Manner.LATE else "A" if self.score > 75 else "B"

    @property
    def group(self) -> str:
        """Code of its ordinary group."""
        return ("TRADE", "BUILDING", "INDUSTRY")[self.size]


def customers(scale: Scale) -> list[Customer]:
    """Those that are generated: every party at home, and some in another country too, as many as are left."""
    numbers = {company.code: company.series * 1000 + 100 for company in COMPANIES}
    made: list[Customer] = []

    def add(party: Party, company: Company) -> None:
        numbers[company.code] += 1
        made.append(_customer(party, company, str(numbers[company.code])))

    all_ = parties(scale)
    for party in all_:
        add(party, BY_COUNTRY[party.country])
    left = scale.customers - len(ACCOUNTS) - len(all_)
    families = [party for party in all_ if party.family is not None]
    # The last of the stories buy abroad at any scale; of the cast nobody does, so that what is told stays where it is.
    last = [party for party in all_ if party.family is None and party.place == len(CAST) + PLAIN - 1]
    others = [party for party in all_ if party.family is None and party.place >= len(CAST) and party not in last]
    step = max(1, len(others) // max(1, left - len(families) - len(last)))
    for place, party in enumerate([*families, *last, *others[::step]][:left]):
        countries = [company for company in COMPANIES if company.country != party.country]
        add(party, countries[(place * 3 + place // 7) % len(countries)])
    return made


def plain(customers: Sequence[Customer]) -> list[Customer]:
    """Those of a company who pay promptly and are nothing special, and of whom stories are told."""
    at_home = [one for one in customers if one.family is None and one.country == one.company.country]
    return at_home[len(CAST) : len(CAST) + PLAIN]


def nice(amount: Decimal) -> int:
    """An amount as people set limits: two digits, then zeros."""
    zeros = max(0, len(str(int(amount))) - 2)
    return int(amount.scaleb(-zeros)) * int(10**zeros)


def _customer(party: Party, company: Company, account: str) -> Customer:
    chance = Random(f"customer {account}")
    at_home = party.country == company.country
    manner, part = _role(party, chance) if at_home else (Manner.PROMPT, Part.NOTHING)
    size = chance.choices((0, 1, 2), (5, 4, 2))[0]
    if party.family is not None:
        size = 2
    elif manner in (Manner.TROUBLED, Manner.LATE):
        size = 1
    euros = chance.randint(*((2_000, 7_000), (8_000, 25_000), (28_000, 90_000))[size])
    monthly = nice(in_currency(euros, company.currency))
    made = Customer(
        company=company,
        account=account,
        party=party.number,
        name=party.name,
        country=party.country,
        locale=_locale(party, company, chance),
        manner=manner,
        part=part,
        size=size,
        monthly=monthly,
        limit=nice(Decimal(monthly * 5)),
        score=chance.randint(55, 98)
        if manner in (Manner.PROMPT, Manner.SEASONAL, Manner.NEW)
        else chance.randint(8, 54),
        known_for=chance.randint(30, 90) if manner is Manner.NEW else chance.randint(900, 7_000),
        debited=manner is Manner.PROMPT and company.currency == "EUR" and chance.random() < 0.3,
        family=party.family,
    )
    shares = party.family is not None and not at_home and chance.random() < 0.4
    return replace(made, limit=None) if shares or part in (Part.UNLIMITED, Part.MANDATORY) else made


def _role(party: Party, chance: Random) -> tuple[Manner, Part]:
    if party.family is not None or len(CAST) <= party.place < len(CAST) + PLAIN:
        return Manner.PROMPT, Part.NOTHING
    if party.place < len(CAST):
        return CAST[party.place]
    manner = chance.choices((Manner.PROMPT, Manner.SLOW, Manner.LATE, Manner.SEASONAL), (60, 23, 6, 11))[0]
    return manner, chance.choices((Part.NOTHING, Part.INSURED, Part.GUARANTEED), (86, 9, 5))[0]


def _locale(party: Party, company: Company, chance: Random) -> str:
    """What it reads: at home what is spoken there, in Canada one of two languages, from abroad English."""
    if party.country != company.country:
        return "en"
    if company.country == "CA":
        return chance.choice(("fr-CA", "en-CA"))
    return company.locale
