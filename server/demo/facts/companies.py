"""The companies of the demo group, and what their currencies are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

TIME_ZONE = "Europe/Stockholm"
"""Of the head office: the demo's today, and the days of the credit groups."""


@dataclass(frozen=True)
class Company:
    """A company. Account numbers begin with `series`.

    `share`: its part of the customers; `days`: what it gives them to pay.
    """

    code: str
    name: str
    country: str
    currency: str
    locale: str
    time_zone: str
    series: int
    share: int
    days: int


COMPANIES = (
    Company("SE01", "Nordvik Handel AB", "SE", "SEK", "sv-SE", "Europe/Stockholm", 1, 20, 30),
    Company("FI01", "Nordvik Suomi Oy", "FI", "EUR", "fi-FI", "Europe/Helsinki", 2, 12, 14),
    Company("NO01", "Nordvik Norge AS", "NO", "NOK", "nb-NO", "Europe/Oslo", 3, 12, 30),
    Company("DE01", "Nordvik Deutschland GmbH", "DE", "EUR", "de-DE", "Europe/Berlin", 4, 16, 30),
    Company("FR01", "Nordvik France SAS", "FR", "EUR", "fr-FR", "Europe/Paris", 5, 12, 45),
    Company("US01", "Nordvik Americas Inc.", "US", "USD", "en-US", "America/Chicago", 6, 13, 30),
    Company("CA01", "Nordvik Canada inc.", "CA", "CAD", "fr-CA", "America/Toronto", 7, 7, 30),
    Company("JP01", "ノルドヴィク・ジャパン株式会社", "JP", "JPY", "ja-JP", "Asia/Tokyo", 8, 8, 60),
)

BY_CODE = {company.code: company for company in COMPANIES}
BY_COUNTRY = {company.country: company for company in COMPANIES}

EURO_IN = {
    "SEK": Decimal("11.2000"),
    "NOK": Decimal("11.8000"),
    "USD": Decimal("1.1600"),
    "CAD": Decimal("1.6200"),
    "JPY": Decimal("172.0000"),
}
"""One euro today: whatever day that is, so that the figures of the README hold."""

DAYS_OF_RATES = 740
DAILY = 30
"""So many days back there is a rate for every day; before, for every seventh."""


def currency_of(company: str) -> str:
    """The accounting currency of a company."""
    return BY_CODE[company].currency


def in_currency(euros: Decimal | int, currency: str) -> Decimal:
    """Euros at the rate of today."""
    return Decimal(euros) * EURO_IN.get(currency, Decimal(1))


def digits(currency: str) -> int:
    """How many digits an amount has behind the comma."""
    return 0 if currency == "JPY" else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """With as many digits as the currency has."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)))


@dataclass(frozen=True)
class Rate:
    """What a euro was worth from a day on."""

    quote: str
    rate: Decimal
    day: date


def rates(today: date) -> list[Rate]:
    """Two years of rates: those of today as written above, those before wander a little beside them."""
    ages = [*range(DAILY), *range(DAILY, DAYS_OF_RATES, 7)]
    found = []
    for quote, rate in EURO_IN.items():
        chance, permille = Random(f"rates {quote}"), 0
        for ago in ages:
            found.append(Rate(quote, (rate * (1000 + permille) / 1000).quantize(rate), today - timedelta(days=ago)))
            permille = max(-60, min(60, permille + chance.randint(-4, 4)))
    return found


def rates_of(day: date) -> list[Rate]:
    """The rates of a later day on which the demo is started."""
    return [Rate(quote, rate, day) for quote, rate in EURO_IN.items()]
