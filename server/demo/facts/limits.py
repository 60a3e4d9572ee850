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
    """A line of an adjustment. `from_` None: from the day on which it is posted."""

    account: str
    limit: int
    from_: date | None = None
    until: date | None = None


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
    """Insurance or a guarantee."""

    customer: Customer
    insurance: bool
    provider: str
    number: str
    value: int
    percent: int
    from_: date
    until: date | None


def adjustments(customers: Sequence[Customer], today: date) -> list[Adjustment]:
    """For each company what is in force, the raised limits, those of last season, and two drafts."""
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
    in_trouble = {one.account for one in customers if one.manner in (Manner.TROUBLED, Manner.LATE)}
    lower = (Limit(account, nice(Decimal(limit) / 2)) for account, limit, _ in limited if account in in_trouble)
    yield Adjustment(company, "PERMANENT", "Lower limits for late payers", tuple(lower), posted=False)
    seasonal = {one.account for one in customers if one.manner is Manner.SEASONAL}
    spring, autumn = today + timedelta(days=90), today + timedelta(days=200)
    raised = (Limit(account, limit * 2, spring, autumn) for account, limit, _ in limited if account in seasonal)
    yield Adjustment(company, "TEMPORARY", "Next high season", tuple(raised), posted=False)


def covers(customers: Sequence[Customer], today: date) -> list[Cover]:
    """Insurance and guarantees; every seventh has run out."""
    covered = [one for one in customers if one.part in (Part.INSURED, Part.GUARANTEED) and one.limit is not None]
    made = []
    for place, customer in enumerate(covered):
        insurance = customer.part is Part.INSURED
        chance = Random(f"cover {customer.account}")
        last = -30 if place % 7 == 6 else chance.randint(60, 330)
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
