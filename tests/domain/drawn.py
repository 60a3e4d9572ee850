"""Parts of a situation at random: amounts, items, receipts, limits beside the credit limit, what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from domain.covering import Receipt
from domain.debts import Debt
from domain.exposure import CountingPolicy, CreditLimitType
from domain.money import Money
from domain.party_limits import PartyLimitReaction, PartyLimits, TurnoverShare
from domain.ranks import Conditions, Ranked
from tests.domain.words import DIGITS, days

currencies = st.sampled_from(["SEK", "EUR", "JPY"])

MONTH, SEASON = UUID(int=520), UUID(int=521)
"""Payment terms of 30 and of 90 days."""


@st.composite
def some_money(draw: Callable[..., object], lowest: int = 0) -> Money:
    currency = str(draw(currencies))
    whole = int(str(draw(st.integers(lowest, 500_000))))
    return Money(Decimal(whole).scaleb(-DIGITS[currency]), currency)


@st.composite
def some_debt(draw: Callable[..., object]) -> Debt:
    """An item by itself, perhaps in dispute, perhaps dunned."""
    overdue = int(str(draw(st.integers(-30, 60))))
    disputed = st.sampled_from([Decimal(0), Decimal(1)])
    old = max(overdue, 0) + int(str(draw(st.integers(0, 30))))
    level = draw(st.sampled_from([0, 0, 1, 2, 3]))
    return Debt(days(-old), days(-overdue), draw(some_money(100_000)), draw(disputed), level)


@st.composite
def some_receipts(draw: Callable[..., object]) -> tuple[Receipt, ...]:
    """What a customer has paid these days and nothing was settled with, mostly nothing."""
    number = int(str(draw(st.sampled_from([0, 0, 1, 2, 4]))))
    return tuple(Receipt(draw(some_money(1)), days(-int(str(draw(st.integers(0, 5)))))) for _ in range(number))


@st.composite
def some_materiality(draw: Callable[..., object]) -> dict[str, object]:
    """What a rule leaves out, mostly nothing."""
    amounts = st.one_of(st.none(), st.none(), some_money(1))
    return {
        "ignore_items_below": draw(amounts),
        "ignore_balance_below": draw(amounts),
        "ignore_orders_below": draw(amounts),
        "minimum_items": draw(st.sampled_from([None, None, 1, 2])),
    }


@st.composite
def some_limits(draw: Callable[..., object]) -> PartyLimits:
    """Limits beside the credit limit: any of a ceiling, a share of turnover and days overdue."""
    share = TurnoverShare(Decimal(int(str(draw(st.integers(1, 200))))), str(draw(currencies)))
    return PartyLimits(
        draw(st.one_of(st.none(), some_money())),
        draw(st.sampled_from([None, replace(share, with_orders=bool(draw(st.booleans())))])),
        draw(st.sampled_from([None, None, 0, 20])),
        draw(st.sampled_from(PartyLimitReaction)),
    )


@st.composite
def some_turnover(draw: Callable[..., object]) -> tuple[Money, ...] | None:
    """What was sold, perhaps nothing ever."""
    return draw(st.sampled_from([None, (draw(some_money()), draw(some_money()))]))


@st.composite
def some_conditions(draw: Callable[..., object]) -> Conditions:
    """How something is paid for, with ranks."""
    terms = [None, *(Ranked(key, code, rank) for key, code, rank in ((MONTH, "30D", None), (SEASON, "90D", 2)))]
    discounts = [None, *(Ranked(UUID(int=530 + rank), f"{rank}%", rank) for rank in (1, 2))]
    return Conditions(draw(st.sampled_from(terms)), draw(st.sampled_from(discounts)))


@st.composite
def some_policy(draw: Callable[..., object]) -> CountingPolicy:
    """What counts, mostly everything."""
    every = [CreditLimitType.ALL] * 4
    mostly = st.sampled_from([True, True, True, False])
    return CountingPolicy(
        limit_type=draw(st.sampled_from([*every, *CreditLimitType])),
        order_horizon_days=draw(st.sampled_from([None, 5])),
        disputed_reduces_exposure=draw(mostly),
        disputed_reduces_overdue=draw(mostly),
    )
