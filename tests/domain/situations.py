"""Situations at random: a customer, perhaps in a group, with items of several ages and currencies, and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from domain.blocking import ExposureCategory, RuleKind, RuleType, ValidFor
from domain.check import Facts, Order
from domain.covering import covered
from domain.exposure import KEPT, TAKEN_BY_ORDERS, Balance, CountingPolicy
from domain.facts import OwnLimits
from domain.limits import LimitTerms
from tests.domain.drawn import (
    MONTH,
    SEASON,
    some_conditions,
    some_debt,
    some_limits,
    some_materiality,
    some_money,
    some_policy,
    some_receipts,
    some_turnover,
)
from tests.domain.turns import TURNS
from tests.domain.words import (
    TODAY,
    customer,
    days,
    group,
    itemized,
    margin,
    normal,
    owes,
    party,
    policy,
    rule,
    temporary,
)

OVERDUE = rule(RuleKind.OVERDUE_DAYS, RuleType.BLOCK, ValidFor.ALL, days=30)
WARNING = rule(RuleKind.CREDIT_LIMIT_USED, RuleType.WARN, ValidFor.ALL, percent=Decimal(60))
USED = rule(RuleKind.CREDIT_LIMIT_USED, RuleType.BLOCK, ValidFor.ALL, percent=Decimal(80))


@st.composite
def situations(draw: Callable[..., object]) -> tuple[Facts, Order]:
    """A customer, perhaps in a group, with items of several ages and currencies, and rules; and a few things that are
    rare (`tests.domain.turns`).
    """

    def some(strategy: object) -> object:
        return draw(strategy)

    balances = tuple(
        Balance(some(st.sampled_from(KEPT)), some(some_money()), days(-int(str(some(st.integers(-30, 60))))))
        for _ in range(int(str(some(st.integers(0, 5)))))
    )
    season, tolerance = str(some(st.decimals(-100, 200, places=2))), some(st.sampled_from(["5", "12.5", "100 EUR"]))
    begins = days(int(str(some(st.integers(-9, 9)))))
    own = tuple(
        entry
        for entry in (
            margin("SEASONAL", season, begins, days(12)),
            margin("TOLERANCE", str(tolerance), begins),
            replace(normal("0 SEK", days(-400), days(int(str(some(st.integers(-10, 10)))))), limit=some(some_money())),
            replace(temporary("0 SEK", days(int(str(some(st.integers(-9, 20))))), days(25)), limit=some(some_money())),
        )
        if some(st.booleans())
    )
    longest = some(st.sampled_from([None, 30, 60]))
    secured = replace(policy("50 EUR", "50", days(some(st.sampled_from([-2, 2])))), maximum_terms_days=longest)
    terms = LimitTerms(own, (secured,) if some(st.booleans()) else ())
    counts = some(some_policy())
    debts = tuple(some(some_debt()) for _ in range(int(str(some(st.integers(0, 3))))))
    owing = (*balances, *itemized(*debts).balances)
    receipts, lasting = some(some_receipts()), int(str(some(st.sampled_from([1, 3, 30]))))
    payer = customer(
        terms=terms,
        balances=(*owing, *covered(owing, receipts, lasting, counts, TODAY)),
        policy=counts,
        customer_since=days(-10),
        debts=debts,
        next_review_date=some(st.sampled_from([None, days(-3), days(3)])),
        payment_terms=some(st.sampled_from([None, MONTH, SEASON])),
        usual=some(some_conditions()),
        check_payment_terms_increase=some(st.sampled_from([False, False, True])),
        check_cash_discount_increase=some(st.sampled_from([False, False, True])),
        own=OwnLimits(some(some_limits()), some(some_turnover())) if some(st.integers(0, 2)) == 0 else None,
    )
    everywhere = (*(replace(one, company_day=TODAY) for one in payer.balances), replace(owes("50 EUR"), due=None))
    legal = party(some(some_limits()), balances=everywhere, turnover=some(some_turnover()))
    of_members = (*balances, owes("100 EUR"), *covered(balances, receipts, lasting, CountingPolicy(), TODAY))
    shared = group(
        replace(normal("0 SEK"), limit=some(some_money())),
        balances=of_members,
        currency="EUR",
        policy=some(some_policy()),
    )
    expired = rule(RuleKind.CREDIT_LIMIT_EXPIRED, RuleType.BLOCK, ValidFor.ALL, days=3)
    large = rule(RuleKind.ORDER_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=some(some_money()))
    larger = rule(RuleKind.ORDER_AMOUNT, RuleType.EXCLUDE, ValidFor.CUSTOMER, amount=some(some_money()))
    first = rule(
        RuleKind.NEW_CUSTOMER_AMOUNT,
        RuleType.BLOCK,
        ValidFor.ALL,
        amount=some(some_money()),
        days=some(st.integers(1, 30)),
    )
    late = rule(
        RuleKind.OVERDUE_AMOUNT,
        RuleType.BLOCK,
        ValidFor.ALL,
        amount=some(some_money()),
        percent=Decimal(some(st.integers(0, 100))),
        at_or_above=some(st.booleans()),
    )
    share = rule(
        RuleKind.OVERDUE_PERCENT,
        RuleType.BLOCK,
        ValidFor.ALL,
        days=some(st.integers(0, 40)),
        percent=Decimal(some(st.integers(0, 99))),
    )
    old = rule(RuleKind.OLDEST_OPEN_ITEM, RuleType.BLOCK, ValidFor.ALL, days=some(st.integers(0, 80)))
    dunned = rule(RuleKind.DUNNING_LEVEL, RuleType.BLOCK, ValidFor.ALL, dunning_level=some(st.integers(0, 3)))
    review = rule(RuleKind.REVIEW_DUE, RuleType.BLOCK, ValidFor.ALL, days=some(st.integers(0, 5)))
    early = rule(RuleKind.EARLY_WARNING, RuleType.WARN, ValidFor.ALL, percent=Decimal(70))
    part = rule(
        RuleKind.SUB_LIMIT_EXCEEDED,
        RuleType.BLOCK,
        ValidFor.ALL,
        amount=some(some_money()),
        exposure_category=some(st.sampled_from(ExposureCategory)),
    )
    uncovered = rule(RuleKind.COLLATERAL_TERMS, RuleType.BLOCK, ValidFor.ALL, days=some(st.integers(0, 40)))
    by_item = [replace(one, **some(some_materiality())) for one in (OVERDUE, late, share, old, dunned)]
    others = (USED, WARNING, expired, large, larger, first, review, uncovered, part, early)
    rules = tuple(one for one in (*by_item, *others) if some(st.booleans()))
    days_of = {MONTH: 30, SEASON: 90} if some(st.booleans()) else {}
    agreed = some(some_conditions())
    # What the order takes already is among what its payer takes.
    of_orders = [one for one in balances if one.category in TAKEN_BY_ORDERS]
    taken = tuple(one for one in of_orders[:1] if some(st.booleans()))
    asks = Order(some(some_money(1)), payment_terms=agreed.payment_terms_id, own=agreed, counted=taken)
    in_party = legal if some(st.integers(0, 2)) == 0 else None
    facts = Facts(payer, shared if some(st.booleans()) else None, rules, days_of, in_party)
    for turn in some(st.lists(st.sampled_from(TURNS), max_size=4, unique=True)):
        facts, asks = turn(draw, facts, asks)
    return facts, asks
