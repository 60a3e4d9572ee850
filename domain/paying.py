"""What a payment would do to the facts: it settles the oldest overdue items first, the rest stands unapplied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from domain.exposure import Balance, Category, owed
from domain.facts import CustomerFacts, Facts
from domain.money import Money


def paid(facts: Facts, payment: Money) -> Facts:
    """The facts after the payer has paid so much, in the currency of its limit. Raises `RateMissing`."""
    moved = tuple(_moved(facts.customer, payment))
    customer = replace(facts.customer, balances=(*facts.customer.balances, *moved))
    group, party = facts.group, facts.party
    if group is not None:
        group = replace(group, balances=(*group.balances, *moved))
    if party is not None:
        here = (replace(balance, company_day=facts.customer.day) for balance in moved)
        party = replace(party, balances=(*party.balances, *here))
    return replace(facts, customer=customer, group=group, party=party)


def _moved(customer: CustomerFacts, payment: Money) -> Iterator[Balance]:
    """Settlements, oldest due day first; items in another currency are paid at today's rate."""
    left = payment.amount
    for debt in owed(customer.balances, replace(customer.policy, bank_days_of=None), customer.day):
        if debt.days_overdue == 0 or debt.undisputed.amount <= 0 or left <= 0:
            continue
        price = customer.exchange.exactly(debt.undisputed, customer.currency)
        settled = debt.undisputed.amount * min(left / price, Decimal(1))
        left -= min(left, price)
        yield Balance(Category.RECEIVABLES, Money(-settled, debt.undisputed.currency), debt.due)
    if left > 0:
        yield Balance(Category.UNAPPLIED, Money(-left, payment.currency))
