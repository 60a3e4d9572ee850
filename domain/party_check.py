"""Limits of a party and of a customer beside its credit limit, compared: strictly above fails, equal passes.

They say nothing of who asks: a party's figures are sums over all its customers, each overdue by its company's day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.comparison import room_used
from domain.decision import CUSTOMER, BlockReason, BlockReasonCode, LimitTest, LimitTestKind
from domain.exposure import Balance, Category, CountingPolicy, Exposure, longest_overdue, owed
from domain.facts import Facts, Order
from domain.limits import used_percent
from domain.message import N_, NN_, Message, Percent, Value
from domain.money import Exchange, Money, per_currency
from domain.party_limits import PARTY, PartyLimitReaction, PartyLimits, TurnoverShare
from domain.refusal import ErrorCode, Refusal

_NOT_INVOICED = frozenset({Category.OPEN_ORDERS, Category.OPEN_DELIVERIES, Category.OPEN_BILLING})


@dataclass(frozen=True)
class Found:
    """What the limits of the party and the customer say: each test, and each reason by what it does to the order."""

    tests: tuple[LimitTest, ...] = ()
    holding: tuple[BlockReason, ...] = ()
    warning: tuple[BlockReason, ...] = ()


@dataclass(frozen=True)
class _Bounded:
    """Whoever has such limits, with what is compared. `turnover` None: no history, so that no share of it is tested."""

    holder: tuple[str, UUID]
    name: str
    day: date
    balances: tuple[Balance, ...]
    policy: CountingPolicy
    exchange: Exchange
    limits: PartyLimits
    turnover: tuple[Money, ...] | None


def check_party_limits(facts: Facts, order: Order) -> Found:
    """The party's limits first, then the customer's. Raises `RateMissing`: without a rate there is no decision."""
    tests: list[LimitTest] = []
    reasons: dict[PartyLimitReaction, list[BlockReason]] = {reaction: [] for reaction in PartyLimitReaction}
    for bounded in _bounded(facts):
        found = tuple(_tests(bounded, order))
        tests += found
        said = reasons[bounded.limits.reaction]
        said += (_exceeded(bounded, test, order) for test in found if not test.passed)
        said += _overdue(bounded)
    return Found(tuple(tests), tuple(reasons[PartyLimitReaction.HOLD]), tuple(reasons[PartyLimitReaction.WARN]))


def ceiling_below_used(facts: Facts, holder: tuple[str, UUID], path: tuple[str, ...]) -> Refusal | None:
    """The warning that the ceiling of a payer's party, or of the payer, is below what is used of it: lowering is
    allowed (decision 7). Both are told in the ceiling's currency. Raises `RateMissing`.
    """
    for bounded in _bounded(facts):
        ceiling = bounded.limits.ceiling
        if bounded.holder == holder and ceiling is not None:
            used = Exposure(bounded.balances, bounded.policy, bounded.exchange, ceiling.currency, bounded.day).total
            if used > ceiling:
                message = Message(BELOW_USED, {"used": used, "ceiling": ceiling})
                return Refusal(ErrorCode.LIMIT_BELOW_USED, message, path, node=holder, limit=ceiling, actual=used)
    return None


def _bounded(facts: Facts) -> Iterator[_Bounded]:
    party, customer = facts.party, facts.customer
    if party is not None:
        yield _Bounded(
            (PARTY, party.id),
            party.name,
            party.day,
            party.balances,
            party.policy,
            party.exchange,
            party.limits,
            party.turnover,
        )
    if customer.own is not None:
        yield _Bounded(
            (CUSTOMER, customer.id),
            customer.name,
            customer.day,
            customer.balances,
            customer.policy,
            customer.exchange,
            customer.own.limits,
            customer.own.turnover,
        )


def _tests(bounded: _Bounded, order: Order) -> Iterator[LimitTest]:
    limits = bounded.limits
    if limits.ceiling is not None:
        yield _compared(bounded, order, LimitTestKind.CEILING, limits.ceiling)
    if limits.turnover is not None and bounded.turnover is not None:
        share = limits.turnover
        turnover = bounded.exchange.exact_total(_turnover(bounded, share, order), share.currency)
        limit = bounded.exchange.rounded(turnover * share.percent / 100, share.currency)
        yield _compared(bounded, order, LimitTestKind.TURNOVER, limit)


def _compared(bounded: _Bounded, order: Order, kind: LimitTestKind, limit: Money) -> LimitTest:
    used = room_used(bounded, order, limit.currency)
    share = bounded.limits.turnover if kind is LimitTestKind.TURNOVER else None
    sold = () if share is None else _turnover(bounded, share, order)
    currencies = used.currencies | {money.currency for money in sold}
    return LimitTest(
        holder=bounded.holder,
        name=bounded.name,
        passed=used.exposure + used.amount <= limit,
        limit=limit,
        exposure=used.exposure,
        amount=used.amount,
        available=limit - used.exposure,
        used_percent=used_percent(used.exposure + used.amount, limit),
        rates=bounded.exchange.rates_used(currencies, limit.currency),
        day=bounded.day,
        kind=kind,
    )


def _turnover(bounded: _Bounded, share: TurnoverShare, order: Order) -> tuple[Money, ...]:
    """What was sold, and with orders what will be, the order itself never."""
    sold = bounded.turnover or ()
    if not share.with_orders:
        return sold
    coming = (balance.amount for balance in bounded.balances if balance.category in _NOT_INVOICED)
    itself = (-balance.amount for balance in order.counted if balance.category in _NOT_INVOICED)
    return per_currency((*sold, *coming, *itself))


def _exceeded(bounded: _Bounded, test: LimitTest, order: Order) -> BlockReason:
    assert test.limit is not None
    assert test.available is not None
    assert test.excess is not None
    values: dict[str, Value] = {"holder": test.name, "limit": test.limit, "excess": test.excess}
    share = bounded.limits.turnover
    if test.kind is LimitTestKind.TURNOVER and share is not None:
        message = Message(
            TURNOVER,
            {
                **values,
                "percent": Percent(share.percent),
                "turnover": bounded.exchange.total(_turnover(bounded, share, order), share.currency),
            },
        )
        return BlockReason(BlockReasonCode.TURNOVER_LIMIT_EXCEEDED, message)
    if test.available.amount <= 0:
        return BlockReason(BlockReasonCode.PARTY_LIMIT_EXCEEDED, Message(USED_UP, values))
    values["available"] = test.available
    return BlockReason(BlockReasonCode.PARTY_LIMIT_EXCEEDED, Message(EXCEEDED, values))


def _overdue(bounded: _Bounded) -> Iterator[BlockReason]:
    allowed = bounded.limits.max_days_overdue
    if allowed is None:
        return
    days = longest_overdue(owed(bounded.balances, bounded.policy, bounded.day))
    if days > allowed:
        values: dict[str, Value] = {"holder": bounded.name, "days": days, "allowed": allowed}
        message = Message(OVERDUE[0], values, plural=OVERDUE[1], count="days")
        yield BlockReason(BlockReasonCode.OVERDUE_DAYS, message)


EXCEEDED = N_("{available} of the ceiling of {limit} for {holder} is available; the order exceeds it by {excess}.")
USED_UP = N_("The ceiling of {limit} for {holder} is used up; with the order it is exceeded by {excess}.")
TURNOVER = N_(
    "{holder} may use {limit}, which is {percent} of its turnover of {turnover}; the order exceeds that by {excess}."
)
OVERDUE = NN_(
    "The oldest unpaid item of {holder} is {days} day overdue; its limit is {allowed}.",
    "The oldest unpaid item of {holder} is {days} days overdue; its limit is {allowed}.",
)
BELOW_USED = N_("{used} is used already, which is more than the ceiling of {ceiling}.")
