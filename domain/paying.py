"""What a payment would do to the facts: it settles the oldest overdue items first, the rest stands unapplied.

Where a rule looks at single items, the rest settles what falls due next: an item may be old without being overdue. What
receipts cover already is not paid once more; of one due day they cover then what was written next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.debts import Debt
from domain.exposure import Balance, Category, owed
from domain.facts import CustomerFacts, Facts
from domain.money import Money


def paid(facts: Facts, payment: Money) -> Facts:
    """The facts after the payer has paid so much, in the currency of its limit. Raises `RateMissing`."""
    payer = facts.customer
    moved = tuple(_moved(payer, payment))
    customer = replace(payer, balances=(*payer.balances, *moved), debts=tuple(_left(payer, moved)))
    group, party = facts.group, facts.party
    if group is not None:
        group = replace(group, balances=(*group.balances, *moved))
    if party is not None:
        here = (replace(balance, company_day=payer.day) for balance in moved)
        party = replace(party, balances=(*party.balances, *here))
    return replace(facts, customer=customer, group=group, party=party)


def _moved(customer: CustomerFacts, payment: Money) -> Iterator[Balance]:
    """Settlements, oldest due day first; items in another currency are paid at today's rate."""
    left = payment.amount
    for debt in owed(customer.balances, customer.policy, customer.day):
        if (debt.days_overdue == 0 and not customer.debts) or debt.undisputed.amount <= 0 or left <= 0:
            continue
        price = customer.exchange.exactly(debt.undisputed, customer.currency)
        settled = debt.undisputed.amount if left >= price else debt.undisputed.amount * left / price
        left -= min(left, price)
        yield Balance(Category.RECEIVABLES, Money(-settled, debt.undisputed.currency), debt.due)
    if left > 0:
        yield Balance(Category.UNAPPLIED, Money(-left, payment.currency))


def _left(customer: CustomerFacts, moved: Iterable[Balance]) -> Iterator[Debt]:
    """The single items after the settlements of their due days, those written first settled first."""
    settled: dict[tuple[date | None, str], Decimal] = defaultdict(Decimal)
    for one in moved:
        if one.category is Category.RECEIVABLES:
            settled[one.due, one.amount.currency] -= one.amount.amount
    for debt in sorted(customer.debts, key=lambda debt: debt.document_date) if settled else customer.debts:
        amount = min(settled[debt.due, debt.open.currency], max(debt.claimed(customer.policy).amount, Decimal(0)))
        settled[debt.due, debt.open.currency] -= amount
        yield replace(debt, open=Money(debt.open.amount - amount, debt.open.currency)) if amount else debt
