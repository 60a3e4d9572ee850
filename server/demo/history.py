"""What happened in the demo group before today: invoices, and how they were paid. The same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from server.demo.group import ACCOUNTS, BUILDERS, Account, currency_of

TERMS = timedelta(days=30)
EVERY = timedelta(days=11)
INVOICES = 10
"""Of each customer, the newest a few days old."""

PART_OF_LIMIT = (3, 5, 2, 7, 4, 6, 3, 8, 2, 5)
"""Percent of the limit, invoice by invoice."""

DISPUTED = ("1004", 5)
"""Account and place of an invoice of which a quarter is disputed."""

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Invoice:
    """An invoice and its payment: `paid_on` None while it is open, `paid` may be a part of it."""

    company: str
    account: str
    number: str
    amount: Decimal
    currency: str
    document_date: date
    due_date: date
    paid_on: date | None
    paid: Decimal
    disputed: Decimal = Decimal(0)


def invoices(today: date) -> list[Invoice]:
    """About ten of each customer, oldest first."""
    return [
        _invoice(account, place, number, today) for place, account in enumerate(ACCOUNTS) for number in range(INVOICES)
    ]


def _invoice(account: Account, place: int, number: int, today: date) -> Invoice:
    limit = account.limit or (50_000 if currency_of(account.company) == "EUR" else 400_000)
    part = PART_OF_LIMIT[(number + place) % len(PART_OF_LIMIT)]
    # Believable amounts are not round.
    amount = Decimal(limit * part) / 100 + Decimal((place * 37 + number * 53) % 97) * Decimal("1.25")
    written = today - EVERY * (INVOICES - number) + timedelta(days=place % 7)
    due = written + TERMS
    paid_on = _paid_on(account, due, number)
    if account.number in BUILDERS:
        paid_on = written + timedelta(days=2)
    known = paid_on is not None and paid_on <= today
    partly = known and account.days_late is not None and account.days_late > 10 and number % 4 == 2
    return Invoice(
        company=account.company,
        account=account.number,
        number=f"F{account.number}-{number + 1:03d}",
        amount=amount,
        currency=currency_of(account.company),
        document_date=written,
        due_date=due,
        paid_on=paid_on if known else None,
        paid=(amount / 2).quantize(CENT) if partly else amount if known else Decimal(0),
        disputed=(amount / 4).quantize(CENT) if (account.number, number) == DISPUTED else Decimal(0),
    )


def _paid_on(account: Account, due: date, number: int) -> date | None:
    """People are as late as they are, a few days more or less."""
    if account.days_late is None:
        return None
    return due + timedelta(days=account.days_late + (number * 3) % 5 - 2)
