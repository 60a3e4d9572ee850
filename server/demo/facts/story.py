"""The story of the README: its parties, customers and limits. What is generated goes around it and leaves it alone."""

from __future__ import annotations

from dataclasses import dataclass

PARTIES = (
    # number, name, country
    ("P001", "Bergström Bygg AB", "SE"),
    ("P002", "Bergström Maskin AB", "SE"),
    ("P003", "Bergström Rakennus Oy", "FI"),
    ("P004", "Fjordvann Rør AS", "NO"),
    ("P005", "Sjölunda & Söner AB", "SE"),
    ("P006", "Kalliokoski Sähkö Oy", "FI"),
    ("P007", "Lindhags Trävaror AB", "SE"),
    ("P008", "Mäkirinne Konepaja Oy", "FI"),
    ("P009", "Nordlysvik Entreprenør AS", "NO"),
    ("P010", "Öbergs VVS i Norr AB", "SE"),
    ("P011", "Strandheim Fisk AS", "NO"),
    ("P012", "Åkerby Transport AB", "SE"),
)


@dataclass(frozen=True)
class Account:
    """A party as a customer of a company. `limit` in the company's currency; None: none of its own.

    `days_late`: how long after the due day it usually pays; None: it has not begun to pay yet.
    """

    company: str
    number: str
    party: str
    limit: int | None
    days_late: int | None = 0


ACCOUNTS = (
    Account("SE01", "1001", "P001", 100_000),
    Account("SE01", "1002", "P002", 600_000),
    Account("FI01", "2001", "P003", None),
    Account("SE01", "1003", "P004", 250_000, 6),
    Account("NO01", "3001", "P004", 300_000, 4),
    Account("SE01", "1004", "P005", 200_000, 25),
    Account("SE01", "1005", "P006", 150_000, 2),
    Account("FI01", "2002", "P006", 40_000, 9),
    Account("NO01", "3006", "P006", 120_000, 3),
    Account("SE01", "1006", "P007", 180_000, 9),
    Account("NO01", "3002", "P007", 90_000, 15),
    Account("FI01", "2003", "P008", 60_000, 5),
    Account("NO01", "3003", "P009", 400_000, 1),
    Account("FI01", "2004", "P009", None, 7),
    Account("SE01", "1007", "P010", 75_000, None),
    Account("SE01", "1008", "P011", 160_000, 3),
    Account("NO01", "3004", "P011", 500_000, 8),
    Account("SE01", "1009", "P012", 300_000, 18),
    Account("FI01", "2005", "P012", 30_000, 0),
    Account("NO01", "3005", "P012", 200_000, 30),
)

BUILDERS = ("1001", "1002", "2001")
"""The group whose numbers the first screen of the README shows; its customers pay at once, so only orders are open."""

GROUPS = (
    # number, name, currency, limit, members by account
    ("KG-BERGSTROM", "Bergströmgruppen", "SEK", 1_000_000, BUILDERS),
    ("KG-NORDLYS", "Nordlysvik och Åkerby", "EUR", 250_000, ("3003", "2004", "1009", "2005", "3005")),
)

TEMPORARY = ("1006", 260_000, 20)
"""Account, limit and days from today."""

INSURED = ("2003", "Nordisk Kreditförsäkring", "NK-2026-118", 50_000, 80)
"""Account, insurer, policy, value and the percent of it that counts."""


def account(number: str) -> Account:
    """The account of that number; numbers are different in all companies of the demo."""
    return next(found for found in ACCOUNTS if found.number == number)
