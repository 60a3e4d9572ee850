"""Limits of the generated customers: in force, temporary, expired, in drafts; and who answers for them besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from server.demo.facts.companies import COMPANIES, Company
from server.demo.facts.customers import Customer, Manner, Part, nice

PROVIDERS = {
    "SE": ("Norrsken Kreditskydd", "Svea Strand Bank"),
    "FI": ("Revontuli Luottovakuutus", "Lehtipankki"),
    "NO": ("Fjellvern Kredittforsikring", "Kystnes Bank"),
    "DE": ("Eichenschild Kreditversicherung", "Bankhaus Birkenfurt"),
    "FR": ("Assurcrédit du Ponant", "Banque Valcouronne"),
    "US": ("Harbor Lantern Credit Insurance", "Nine Oaks Bank"),
    "CA": ("Boréale Assurance-crédit", "Banque des Loutres"),
    "JP": ("霧ヶ原信用保険", "桜瀬銀行"),
}
"""An insurer and a bank of each country, invented."""


@dataclass(frozen=True)
class Limit:
    """A line of an adjustment: a `limit`, or for a season or a tolerance a `percent`.

    `from_` None: from the day on which it is posted.
    """

    account: str
    limit: int | None = None
    from_: date | None = None
    until: date | None = None
    percent: int | None = None


@dataclass(frozen=True)
class Adjustment:
    """New limits of one company. `posted`: in force; otherwise a draft."""

    company: Company
    kind: str
    description: str
    lines: tuple[Limit, ...]
    posted: bool = True


@dataclass(frozen=True)
class Cover:
    """Insurance or a guarantee; `coverage` by its code.

    `longest`: days of payment terms that it covers at most; `declared_in`: days after which it covers nothing that it
    was not told of.
    """

    customer: Customer
    insurance: bool
    provider: str
    number: str
    value: int
    percent: int
    from_: date
    until: date | None
    coverage: str | None = None
    longest: int | None = None
    declared_in: int | None = None

    @property
    def type(self) -> str:
        """Code of what kind of security it is."""
        return "CREDIT_INSURANCE" if self.insurance else "BANK_GUARANTEE"


NOTHING_SAID = "SE01"
"""The company whose policies say no deadlines: the guides write them themselves."""

DECLARED_IN = 60
LONGER = 15
"""Days that insurance lets a customer pay later than the company's terms say."""


def adjustments(customers: Sequence[Customer], today: date) -> list[Adjustment]:
    """For each company what is in force, the raised limits, those of last season, what is added, and two drafts."""
    return [
        one
        for company in COMPANIES
        for one in _of(company, [customer for customer in customers if customer.company is company], today)
        if one.lines
    ]


def _of(company: Company, customers: Sequence[Customer], today: date) -> Iterable[Adjustment]:
    limited = [(one.account, one.limit, one.part) for one in customers if one.limit is not None]
    year = today - timedelta(days=300)
    yield Adjustment(
        company,
        "PERMANENT",
        "Yearly review",
        tuple(
            Limit(account, limit, year, today - timedelta(days=40) if part is Part.LIMIT_EXPIRED else None)
            for account, limit, part in limited
        ),
    )
    for part, description, first, last in (
        (Part.RAISED, "High season", -20, 40),
        (Part.WAS_RAISED, "Last high season", -210, -120),
    ):
        lines = (
            Limit(account, limit * 2, today + timedelta(days=first), today + timedelta(days=last))
            for account, limit, has in limited
            if has is part
        )
        yield Adjustment(company, "TEMPORARY", description, tuple(lines))
    yield from _added(company, customers, today)
    in_trouble = {one.account for one in customers if one.manner in (Manner.TROUBLED, Manner.LATE)}
    lower = (Limit(account, nice(Decimal(limit) / 2)) for account, limit, _ in limited if account in in_trouble)
    yield Adjustment(company, "PERMANENT", "Lower limits for late payers", tuple(lower), posted=False)
    seasonal = {one.account for one in customers if one.manner is Manner.SEASONAL}
    spring, autumn = today + timedelta(days=90), today + timedelta(days=200)
    raised = (Limit(account, limit * 2, spring, autumn) for account, limit, _ in limited if account in seasonal)
    yield Adjustment(company, "TEMPORARY", "Next high season", tuple(raised), posted=False)


def _added(company: Company, customers: Sequence[Customer], today: date) -> Iterable[Adjustment]:
    """What is added to limits in force: a season for who buys in one, and a tolerance for key accounts."""
    seasonal = tuple(
        Limit(one.account, from_=today - timedelta(days=25), until=today + timedelta(days=65), percent=15)
        for one in customers
        if one.manner is Manner.SEASONAL and one.limit is not None
    )
    yield Adjustment(company, "SEASONAL", "Stocking up for spring", seasonal)
    keys = tuple(
        Limit(one.account, from_=today - timedelta(days=250), percent=5)
        for one in customers
        if one.part is Part.KEY_ACCOUNT and one.limit is not None
    )
    yield Adjustment(company, "TOLERANCE", "Key accounts may go a little beyond", keys)


def covers(customers: Sequence[Customer], today: date) -> list[Cover]:
    """Insurance and guarantees; about every seventh has run out."""
    covered = [one for one in customers if one.part in (Part.INSURED, Part.GUARANTEED) and one.limit is not None]
    made = []
    for place, customer in enumerate(covered):
        insurance = customer.part is Part.INSURED
        chance = Random(f"cover {customer.account}")
        # Never of those who buy in a season: a story is told of their insurance.
        over = place % 7 == 6 and customer.manner is not Manner.SEASONAL
        says = insurance and customer.company.code != NOTHING_SAID
        last = -30 if over else chance.randint(60, 330)
        made.append(
            Cover(
                customer=customer,
                insurance=insurance,
                provider=PROVIDERS[customer.company.country][0 if insurance else 1],
                number=f"{'KV' if insurance else 'BG'}-{customer.account}-{chance.randint(100, 999)}",
                value=nice(Decimal(customer.limit or 0) * chance.randint(20, 80) / 100),
                percent=chance.choice((70, 80, 90)) if insurance else 100,
                from_=today - timedelta(days=chance.randint(40, 350)),
                until=today + timedelta(days=last) if insurance or last < 0 else None,
                coverage=("NAMED" if customer.size else "BLANKET") if insurance else None,
                longest=customer.company.days + LONGER if says else None,
                declared_in=DECLARED_IN if says else None,
            )
        )
    return made


def raises(accounts: Iterable[str], customers: Sequence[Customer]) -> list[Adjustment]:
    """Limits that are raised after orders were held: those holds are ready to be released."""
    by_account = {one.account: one for one in customers}
    chosen = [by_account[account] for account in sorted(set(accounts))]
    return [
        Adjustment(company, "PERMANENT", "Raised after a call", tuple(lines))
        for company in COMPANIES
        if (lines := [Limit(one.account, one.limit * 4) for one in chosen if one.company is company and one.limit])
    ]
