"""What credit comes to where no limit of its holder's own is left: what it takes to approve taking one away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.adjustment import Holder
from domain.amounts import LARGEST
from domain.facts import CustomerFacts, GroupFacts
from domain.limits import limit_on
from domain.money import Money
from persistence.facts import customer_facts, group_facts, groups_of
from persistence.take import Transaction
from persistence.writing.holders import CUSTOMER


async def left_to_decide(tx: Transaction, holders: Iterable[Holder]) -> dict[Holder, Money]:
    """For each customer the limit of the credit group that decides alone then; any amount where its company says that
    an unset limit is unlimited; otherwise nothing, as for credit groups. Raises `RateMissing`.
    """
    wanted = list(holders)
    customers = await customer_facts(tx.conn, [key for kind, key in wanted if kind == CUSTOMER], tx.moment)
    group_of = await groups_of(tx.conn, {key: one.day for key, one in customers.items()})
    currencies = {one.currency for one in customers.values()}
    groups = await group_facts(tx.conn, group_of.values(), tx.moment, currencies)
    found: dict[UUID, Money] = {}
    for key, one in customers.items():
        group = groups.get(group_of[key]) if key in group_of else None
        found[key] = Money(_decided(one, group), one.currency)
    return {(kind, key): found[key] for kind, key in wanted if key in found}


def _decided(customer: CustomerFacts, group: GroupFacts | None) -> Decimal:
    unset = limit_on(replace(customer.terms, entries=()), customer.day, customer.exchange, customer.currency)
    if customer.terms.unlimited or unset.binds:
        return Decimal(0)
    if not customer.terms.in_group or group is None:
        return LARGEST
    total = limit_on(group.terms, group.day, group.exchange, group.currency).total
    return Decimal(0) if total is None else group.exchange.convert(total, customer.currency).amount
