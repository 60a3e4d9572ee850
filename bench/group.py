"""The generated group of companies: who is in it. Everything follows from the size, so it is the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from bench.sizes import Size

COMPANIES = (
    ("SE01", "Nordkraft AB", "SE", "SEK", "sv-SE", "Europe/Stockholm"),
    ("SE02", "Nordkraft Service AB", "SE", "SEK", "sv-SE", "Europe/Stockholm"),
    ("NO01", "Nordkraft AS", "NO", "NOK", "nb-NO", "Europe/Oslo"),
    ("DK01", "Nordkraft A/S", "DK", "DKK", "da-DK", "Europe/Copenhagen"),
    ("FI01", "Nordkraft Oy", "FI", "EUR", "fi-FI", "Europe/Helsinki"),
    ("DE01", "Nordkraft GmbH", "DE", "EUR", "de-DE", "Europe/Berlin"),
    ("DE02", "Nordkraft Technik GmbH", "DE", "EUR", "de-DE", "Europe/Berlin"),
    ("NL01", "Nordkraft BV", "NL", "EUR", "nl-NL", "Europe/Amsterdam"),
    ("FR01", "Nordkraft SAS", "FR", "EUR", "fr-FR", "Europe/Paris"),
    ("ES01", "Nordkraft SL", "ES", "EUR", "es-ES", "Europe/Madrid"),
    ("IT01", "Nordkraft Srl", "IT", "EUR", "it-IT", "Europe/Rome"),
    ("PL01", "Nordkraft sp. z o.o.", "PL", "PLN", "pl-PL", "Europe/Warsaw"),
    ("CZ01", "Nordkraft s.r.o.", "CZ", "CZK", "cs-CZ", "Europe/Prague"),
    ("GB01", "Nordkraft Ltd", "GB", "GBP", "en-GB", "Europe/London"),
    ("IE01", "Nordkraft Ireland Ltd", "IE", "EUR", "en-IE", "Europe/Dublin"),
    ("US01", "Nordkraft Inc.", "US", "USD", "en-US", "America/New_York"),
    ("CA01", "Nordkraft Canada Inc.", "CA", "CAD", "en-CA", "America/Toronto"),
    ("JP01", "Nordkraft KK", "JP", "JPY", "ja-JP", "Asia/Tokyo"),
    ("CH01", "Nordkraft AG", "CH", "CHF", "de-CH", "Europe/Zurich"),
    ("IN01", "Nordkraft Pvt Ltd", "IN", "INR", "en-IN", "Asia/Kolkata"),
)

WORTH = {
    "EUR": "1",
    "SEK": "11.0525",
    "NOK": "11.7340",
    "DKK": "7.4612",
    "PLN": "4.2455",
    "CZK": "24.3180",
    "GBP": "0.8793",
    "USD": "1.1594",
    "CAD": "1.6297",
    "JPY": "179.42",
    "CHF": "0.9338",
    "INR": "102.7755",
}
"""What one euro is worth on the first day; later days move by a little."""

DIGITS = {currency: 0 if currency == "JPY" else 2 for currency in WORTH}

TERM_DAYS = (10, 20, 30, 45, 60)

FIRST_NAMES = ("Berg", "Lund", "Dal", "Strand", "Sten", "Holm", "Ek", "Lind", "Björk", "Sjö", "Åker", "Höga", "Öster")
LAST_NAMES = ("verken", "Bygg", "Handel", "Maskin", "El", "Trä", "Stål", "Data", "Livs", "Åkeri", "Möbler", "Papper")


def key(kind: int, number: int) -> str:
    """The id of the n-th record of a kind: of the form of UUIDv7, sorting by number. `kind` is below 4096."""
    return f"{0x019500000000 + (number >> 12):012x}7{number & 0xFFF:03x}8{kind:03x}{number:012x}"


COMPANY, PARTY, CUSTOMER, GROUP, ENTRY, COLLATERAL, NAME, RATE, RULE = range(1, 10)
ITEM, PAYMENT, SETTLEMENT, ORDER, LINE, DELIVERY, BILLING, MOVEMENT, TERMS = range(10, 19)


@dataclass(frozen=True)
class Company:
    """A legal entity as its row has it."""

    id: str
    code: str
    name: str
    country: str
    currency: str
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with what its documents follow from.

    `typical` is an ordinary invoice in minor units of `currency`; `slow` is how many days after the due day it
    usually pays; `group` the number of its credit group.
    """

    number: int
    id: str
    company: Company
    account: str
    currency: str
    typical: int
    slow: int
    group: int | None

    @property
    def terms(self) -> int:
        """The days of its payment terms."""
        return TERM_DAYS[self.number * 7 // 3 % len(TERM_DAYS)]


@dataclass(frozen=True)
class Group:
    """All companies and customers of a size."""

    size: Size
    companies: tuple[Company, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = tuple(Company(key(COMPANY, n), *row) for n, row in enumerate(COMPANIES[: self.size.companies]))
        object.__setattr__(self, "companies", found)

    @cached_property
    def customers(self) -> tuple[Customer, ...]:
        """Every customer, in turn in each company; one in ten is invoiced in a foreign currency."""
        return tuple(self._customers())

    def _customers(self) -> Iterator[Customer]:
        random = Random("customers")
        for number in range(self.size.customers):
            company = self.companies[number % len(self.companies)]
            foreign = random.random() < 0.1
            currency = random.choice(("EUR", "USD", "SEK")) if foreign else company.currency
            in_euro = min(random.lognormvariate(6.5, 1.1), 60_000)
            yield Customer(
                number=number,
                id=key(CUSTOMER, number),
                company=company,
                account=f"{company.code}-{number // len(self.companies):06d}",
                currency=currency,
                typical=max(100, int(in_euro * float(WORTH[currency]) * 10 ** DIGITS[currency])),
                slow=int(random.choice((0, 0, 0, 2, 5, 10, 10, 20, 40, 75))),
                group=self._group_of(number),
            )

    def _group_of(self, number: int) -> int | None:
        """One customer in five shares a limit: eight members a group, of several companies; group 0 has more."""
        if number < min(64, self.size.customers // 10):
            return 0
        if number % 5:
            return None
        return 1 + (number // 5 * 7 % (self.size.groups - 1))
