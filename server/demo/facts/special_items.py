"""Down payments, payment requests and bills of exchange: a few of each in every company, more bills in Japan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from server.demo.facts.companies import Company, rounded
from server.demo.facts.customers import Customer, Manner, Part
from server.demo.facts.days import days_before
from server.demo.facts.documents import Item

KINDS = ("DOWN_PAYMENT", "PAYMENT_REQUEST", "BILL_OF_EXCHANGE")
IN_JAPAN = 6
"""So many customers there have a bill of exchange: they pay much so."""


def special_items(company: Company, customers: Sequence[Customer], today: date) -> list[Item]:
    """Of large customers who pay promptly."""
    large = [
        one
        for one in customers
        if one.company is company and one.size == 2 and one.manner is Manner.PROMPT and one.part is Part.NOTHING
    ]
    kinds = (*KINDS, *(("BILL_OF_EXCHANGE",) * IN_JAPAN if company.country == "JP" else ()))
    return [
        Item(
            company=company.code,
            account=customer.account,
            number=f"{kind[0]}{customer.account}",
            kind=kind,
            amount=rounded(Decimal(customer.monthly) * (15 + 4 * place) / 100, company.currency),
            document_date=days_before(today, 9 + place),
            due_date=today + timedelta(days=30 + 5 * place),
        )
        for place, (kind, customer) in enumerate(zip(kinds, large, strict=False))
    ]
