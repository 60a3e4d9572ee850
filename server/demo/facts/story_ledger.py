"""What the customers of the README's story were invoiced, and how they paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from server.demo.facts.companies import currency_of
from server.demo.facts.documents import Item, Payment, Settles
from server.demo.facts.payments import Ledger
from server.demo.facts.story import ACCOUNTS, BUILDERS, Account

TERMS = timedelta(days=30)
EVERY = timedelta(days=11)
INVOICES = 10
"""Of each customer, the newest a few days old."""

PART_OF_LIMIT = (3, 5, 2, 7, 4, 6, 3, 8, 2, 5)
"""Percent of the limit, invoice by invoice."""

DISPUTED = ("1004", 5)
"""Account and place of an invoice of which a quarter is disputed."""

CENT = Decimal("0.01")


def story_ledger(today: date) -> Ledger:
    """Ten invoices of each customer, oldest first, with their payments."""
    ledger = Ledger()
    for place, account in enumerate(ACCOUNTS):
        for number in range(INVOICES):
            item = _item(account, place, number, today)
            ledger.items.append(item)
            payment = _payment(account, item, number, today)
            if payment is not None:
                ledger.payments.append(payment)
    return ledger


def _item(account: Account, place: int, number: int, today: date) -> Item:
    limit = account.limit or (50_000 if currency_of(account.company) == "EUR" else 400_000)
    part = PART_OF_LIMIT[(number + place) % len(PART_OF_LIMIT)]
    # Believable amounts are not round.
    amount = Decimal(limit * part) / 100 + Decimal((place * 37 + number * 53) % 97) * Decimal("1.25")
    written = today - EVERY * (INVOICES - number) + timedelta(days=place % 7)
    return Item(
        company=account.company,
        account=account.number,
        number=f"F{account.number}-{number + 1:03d}",
        kind="INVOICE",
        amount=amount,
        document_date=written,
        due_date=written + TERMS,
        disputed=(amount / 4).quantize(CENT) if (account.number, number) == DISPUTED else Decimal(0),
    )


def _payment(account: Account, item: Item, number: int, today: date) -> Payment | None:
    """People are as late as they are, a few days more or less; None while nothing was paid."""
    if account.number in BUILDERS:
        paid_on = item.document_date + timedelta(days=2)
    elif account.days_late is None:
        return None
    else:
        paid_on = item.due_date + timedelta(days=account.days_late + (number * 3) % 5 - 2)
    if paid_on > today:
        return None
    partly = account.number not in BUILDERS and (account.days_late or 0) > 10 and number % 4 == 2
    amount = (item.amount / 2).quantize(CENT) if partly else item.amount
    return Payment(item.company, item.account, f"P{item.number}", amount, paid_on, (Settles(item.number),))
