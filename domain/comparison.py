"""The comparison of a limit with what is used of it and the order: strictly above fails, equal passes.

The figures shown are the figures compared: the exposure rounded once, the order converted and rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.blocking import Expiry, RuleKind, Situation, Used
from domain.collateral import covered_terms
from domain.debts import claims
from domain.decision import CREDIT_GROUP, CUSTOMER, LimitTest
from domain.exposure import (
    TAKEN_BY_ORDERS,
    Balance,
    Category,
    CountingPolicy,
    CreditLimitType,
    counted,
    longest_overdue,
    overdue,
    owed,
    ships_later,
    within_horizon,
)
from domain.facts import Checkpoint, CustomerFacts, Facts, GroupFacts, Order
from domain.limits import CreditLimit, CreditLimitKind, limit_on, used_percent
from domain.money import Exchange, Money, per_currency


@dataclass(frozen=True)
class Limits:
    """The limits of a payer and of its group, each worked out once. `group` is None where no group is tested."""

    customer: CreditLimit
    group: CreditLimit | None


def limits(facts: Facts) -> Limits:
    """The limits that may bind."""
    group = tested_group(facts)
    if group is None:
        return Limits(customer_limit(facts), None)
    return Limits(customer_limit(facts), limit_on(group.terms, group.day, group.exchange, group.currency))


def limit_tests(facts: Facts, order: Order, limits: Limits) -> tuple[LimitTest, ...]:
    """The group's test, then the customer's. Raises `RateMissing`: without a rate there is no decision.

    The group's limit does not bind a customer whose credit is unlimited.
    """
    binds = limits.customer.kind is not CreditLimitKind.UNLIMITED
    customer_test = _compare(facts.customer, CUSTOMER, limits.customer, order, binds=True)
    group = tested_group(facts)
    if group is None or limits.group is None:
        return (customer_test,)
    return _compare(group, CREDIT_GROUP, limits.group, order, binds=binds), customer_test


def tested_group(facts: Facts) -> GroupFacts | None:
    """The customer's credit group, unless the company does not test groups; the order uses its room either way."""
    return facts.group if facts.customer.check_groups else None


def customer_limit(facts: Facts) -> CreditLimit:
    """The customer's own limit today."""
    customer, terms = facts.customer, facts.customer.terms
    if terms.in_group is not (tested_group(facts) is not None):
        terms = replace(terms, in_group=not terms.in_group)
    return limit_on(terms, customer.day, customer.exchange, customer.currency)


def situation(facts: Facts, order: Order, tests: tuple[LimitTest, ...], limits: Limits) -> Situation:
    """What the blocking rules look at."""
    customer = facts.customer
    # What is not due yet is not overdue.
    late = (b for b in customer.balances if b.due is not None and b.due < (b.company_day or customer.day))
    shares = any(rule.kind is RuleKind.OVERDUE_PERCENT for rule in facts.rules)
    balances = any(rule.ignore_balance_below is not None for rule in facts.rules)
    owing = replace(customer.policy, limit_type=CreditLimitType.BALANCE)
    debts = owed(late, customer.policy, customer.day)
    terms = order.payment_terms or customer.payment_terms
    return Situation(
        customer=customer.id,
        credit_management_group=customer.credit_management_group,
        risk_group=customer.risk_group,
        account_status=customer.account_status,
        customer_since=customer.customer_since,
        day=customer.day,
        amount=order.amount,
        payment_terms=terms,
        used=_used(tests),
        expiries=tuple(_expiries(facts, tests, limits)),
        days_overdue=longest_overdue(debts),
        overdue=overdue(debts),
        exchange=customer.exchange,
        currency=customer.currency,
        next_review_date=customer.next_review_date,
        claims=claims(customer.debts, customer.balances, customer.policy, customer.day),
        receivables=owed(customer.balances, customer.policy, customer.day) if shares else (),
        balance=tuple(counted(customer.balances, owing, customer.day)) if balances else (),
        balances=customer.balances,
        policy=customer.policy,
        adds=tuple(_adds(customer, order)),
        terms_days=None if terms is None else facts.terms_days.get(terms),
        covered=covered_terms(customer.terms.collaterals, customer.day) if facts.terms_days else None,
    )


def _adds(customer: CustomerFacts, order: Order) -> Iterable[Money]:
    """What the order adds to the open orders among the balances: what it asks for, less what it takes there already.

    What is prepaid of it lowers the order, and is kept as money that no longer stands unapplied.
    """
    policy, day = customer.policy, customer.day
    if order.checkpoint is Checkpoint.CONFIRMATION and ships_later(order.ship_date, policy, day):
        return
    yield order.amount
    for balance in order.counted:
        taken = balance.category in TAKEN_BY_ORDERS or balance.category is Category.UNAPPLIED
        if taken and within_horizon(balance, policy, day):
            yield -balance.amount


def _compare(
    holder: CustomerFacts | GroupFacts, kind: str, limit: CreditLimit, order: Order, *, binds: bool
) -> LimitTest:
    exchange, currency, policy = holder.exchange, holder.currency, holder.policy
    used = room_used(holder, order, currency)
    exposure, amount = used.exposure, used.amount
    untested = policy.limit_type is CreditLimitType.NONE and not holder.terms.mandatory
    total = limit.total if binds and not untested else None
    return LimitTest(
        holder=(kind, holder.id),
        name=holder.name,
        passed=total is None or exposure + amount <= total,
        limit=total,
        exposure=exposure,
        amount=amount,
        available=None if total is None else total - exposure,
        used_percent=used_percent(exposure + amount, total),
        rates=exchange.rates_used(_currencies(holder, limit if total is not None else None, used.currencies), currency),
        day=holder.day,
    )


class HasBalances(Protocol):
    """Whoever owes, and what of it counts."""

    @property
    def balances(self) -> tuple[Balance, ...]: ...
    @property
    def policy(self) -> CountingPolicy: ...
    @property
    def exchange(self) -> Exchange: ...
    @property
    def day(self) -> date: ...


@dataclass(frozen=True)
class RoomUsed:
    """What is used without the order, what the order takes, and every currency that either came from."""

    exposure: Money
    amount: Money
    currencies: frozenset[str]


def room_used(holder: HasBalances, order: Order, currency: str) -> RoomUsed:
    """Each figure rounded once, as it is shown. The order is never counted twice. Raises `RateMissing`."""
    exchange, policy, day = holder.exchange, holder.policy, holder.day
    itself = (-money for money in counted(order.counted, policy, day))
    others = per_currency((*counted(holder.balances, policy, day), *itself))
    later = order.checkpoint is Checkpoint.CONFIRMATION and ships_later(order.ship_date, policy, day)
    amount = exchange.convert(Money(order.amount.amount * (not later), order.amount.currency), currency)
    currencies = frozenset({order.amount.currency, *(money.currency for money in others)})
    return RoomUsed(exchange.total(others, currency), amount, currencies)


def _currencies(holder: CustomerFacts | GroupFacts, limit: CreditLimit | None, used: frozenset[str]) -> Iterable[str]:
    """Every currency that entered the comparison; `limit` is None where it does not bind."""
    if limit is None:
        return used
    in_limit = [entry.limit.currency for entry in (limit.normal, limit.temporary) if entry is not None]
    in_limit += [part.exact.currency for part in limit.parts]
    valid = (policy.value.currency for policy in holder.terms.collaterals if policy.valid_on(holder.day))
    return {*used, *in_limit, *valid}


def _used(tests: tuple[LimitTest, ...]) -> Used | None:
    """Of the customer's own limit, or of the group's where the group alone decides."""
    for test in reversed(tests):
        if test.limit is not None:
            group = test.name if test.holder[0] == CREDIT_GROUP else None
            return Used(test.exposure + test.amount, test.limit, group)
    return None


def _expiries(facts: Facts, tests: tuple[LimitTest, ...], limits: Limits) -> Iterable[Expiry]:
    """Of the limits that bind; while a temporary limit is active the normal one's expiry does not matter."""
    binding = {test.holder for test in tests if test.limit is not None}
    customer, group, limit = facts.customer, tested_group(facts), limits.customer
    if _can_expire((CUSTOMER, customer.id), limit, binding) and (limit.expiry or customer.blank_expiry_means_expired):
        yield Expiry(limit.expiry, customer.day)
    if group is not None and limits.group is not None:
        limit = limits.group
        if _can_expire((CREDIT_GROUP, group.id), limit, binding) and limit.expiry:
            yield Expiry(limit.expiry, group.day, group.name)


def _can_expire(holder: tuple[str, UUID], limit: CreditLimit, binding: set[tuple[str, UUID]]) -> bool:
    return holder in binding and limit.kind is CreditLimitKind.AMOUNT and limit.temporary is None
