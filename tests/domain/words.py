"""Readable builders: a healthy customer, and the words to spoil one thing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.blocking import BlockingRule, RuleKind, RuleType, ValidFor
from domain.check import CustomerFacts, Facts, GroupFacts, Order
from domain.collateral import Collateral, CollateralKind
from domain.debts import Debt
from domain.exposure import Balance, Category, CountingPolicy
from domain.facts import PartyFacts
from domain.limits import AdjustmentKind, LimitEntry, LimitTerms
from domain.money import Exchange, Money, Rate
from domain.party_limits import PartyLimits

TODAY = date(2026, 11, 16)
DIGITS = {"SEK": 2, "EUR": 2, "PLN": 2, "JPY": 0, "KWD": 3, "USD": 2}
RATES = (
    Rate("EUR", "SEK", Decimal("11.50"), date(2026, 11, 13)),
    Rate("EUR", "PLN", Decimal("4.25"), date(2026, 11, 13)),
    Rate("EUR", "JPY", Decimal("165.00"), date(2026, 11, 13)),
    Rate("EUR", "USD", Decimal("2"), date(2026, 11, 13)),
)
EXCHANGE = Exchange(TODAY, DIGITS, RATES)
ALWAYS = date(2020, 1, 1)

ACME = UUID(int=1)
GROUP = UUID(int=2)
SOUTH = UUID(int=3)
ITS_TERMS = UUID(int=4)
LEGAL = UUID(int=5)
"""A customer, a credit group, a credit management group, payment terms, a party."""


def money(text: str) -> Money:
    """`money("1,000.00 SEK")`."""
    amount, currency = text.split()
    return Money(Decimal(amount.replace(",", "")), currency)


def days(number: int) -> date:
    """So many days from today, back when negative."""
    return TODAY + timedelta(days=number)


def normal(limit: str, from_: date = ALWAYS, until: date | None = None, posted: int = 0, id_: int = 100) -> LimitEntry:
    return LimitEntry(UUID(int=id_), AdjustmentKind.PERMANENT, money(limit), from_, until, posted)


def temporary(limit: str, from_: date, until: date, posted: int = 0, id_: int = 200, **more: UUID) -> LimitEntry:
    return LimitEntry(UUID(int=id_), AdjustmentKind.TEMPORARY, money(limit), from_, until, posted, **more)


def margin(kind: str, added: str, from_: date = ALWAYS, until: date | None = None, **more: int) -> LimitEntry:
    """A seasonal factor or a tolerance: `margin("SEASONAL", "-5")`, `margin("TOLERANCE", "10 SEK")`."""
    by_amount = {"tolerance": money(added)} if " " in added else {"percent": Decimal(added)}
    posted = {"posted": more.get("posted", 0), **by_amount}
    nothing = money("0 SEK")
    return LimitEntry(UUID(int=more.get("id_", 250)), AdjustmentKind(kind), nothing, from_, until, **posted)


def policy(
    value: str, percent: str, from_: date = ALWAYS, until: date | None = None, flagged: bool = False
) -> Collateral:
    insurer = "Atradius"
    return Collateral(
        UUID(int=300), CollateralKind.INSURANCE, insurer, money(value), Decimal(percent), from_, until, flagged
    )


def owes(amount: str, overdue: int = 0) -> Balance:
    """An open item, so many days overdue (negative: due later)."""
    return Balance(Category.RECEIVABLES, money(amount), days(-overdue))


def debt(amount: str, overdue: int = 0, old: int | None = None, level: int = 0, disputed: str = "0") -> Debt:
    """The same item by itself, so many days old (as old as it is overdue unless said), dunned so far."""
    written = days(-(max(overdue, 0) if old is None else old))
    return Debt(written, days(-overdue), money(amount), Decimal(disputed), level)


def itemized(*debts: Debt, **more: object) -> CustomerFacts:
    """A customer with room who owes these items."""
    claimed = (Balance(Category.RECEIVABLES, one.open, one.due) for one in debts)
    disputed = (Balance(Category.DISPUTED, Money(one.disputed, one.open.currency), one.due) for one in debts)
    balances = (*claimed, *(one for one in disputed if one.amount.amount))
    return customer(normal("100,000 SEK"), balances=balances, debts=debts, **more)


def ordered(amount: str, ships_in: int | None = None) -> Balance:
    return Balance(Category.OPEN_ORDERS, money(amount), None if ships_in is None else days(ships_in))


def customer(*entries: LimitEntry, balances: tuple[Balance, ...] = (), **more: object) -> CustomerFacts:
    """A customer of a Swedish company; `terms` replaces the entries."""
    facts = CustomerFacts(
        id=ACME,
        company="SE01",
        account="1001",
        name="Acme AB",
        currency="SEK",
        day=TODAY,
        terms=LimitTerms(entries),
        balances=balances,
        policy=CountingPolicy(),
        exchange=EXCHANGE,
        credit_management_group=SOUTH,
    )
    return replace(facts, **more)


def group(*entries: LimitEntry, balances: tuple[Balance, ...] = (), **more: object) -> GroupFacts:
    facts = GroupFacts(
        id=GROUP,
        number="G1",
        name="Acme Group",
        currency="SEK",
        day=TODAY,
        terms=LimitTerms(entries),
        balances=balances,
        policy=CountingPolicy(),
        exchange=EXCHANGE,
    )
    return replace(facts, **more)


def party(limits: PartyLimits, **more: object) -> PartyFacts:
    """A party that owes 40,000 and was sold 800,000, in all companies together."""
    owing = (replace(owes("40,000 SEK", overdue=-10), company_day=TODAY),)
    facts = PartyFacts(LEGAL, "Acme", TODAY, limits, owing, EXCHANGE, (money("800,000 SEK"),))
    return replace(facts, **more)


def order(amount: str, **more: object) -> Order:
    return Order(money(amount), **more)


def rule(kind: RuleKind, type_: RuleType, valid_for: ValidFor, **threshold: object) -> BlockingRule:
    """A rule for Acme, for its credit management group, or for all."""
    scope: dict[str, UUID] = {}
    if valid_for is ValidFor.CUSTOMER:
        scope = {"customer": ACME}
    if valid_for is ValidFor.GROUP:
        scope = {"credit_management_group": SOUTH}
    return BlockingRule(UUID(int=400), kind, type_, valid_for, **{**scope, **threshold})


HEALTHY = Facts(
    customer(normal("100,000 SEK", until=days(300)), balances=(owes("40,000 SEK", overdue=-10),)),
    group(normal("1,000,000 SEK", until=days(300)), balances=(owes("40,000 SEK", overdue=-10), owes("460,000 SEK"))),
    (
        rule(RuleKind.OVERDUE_DAYS, RuleType.BLOCK, ValidFor.ALL, days=30),
        rule(RuleKind.CREDIT_LIMIT_EXPIRED, RuleType.BLOCK, ValidFor.ALL, days=5),
        rule(RuleKind.CREDIT_LIMIT_USED, RuleType.BLOCK, ValidFor.ALL, percent=Decimal(90)),
    ),
)
"""60,000 of 100,000 is free, 500,000 of 1,000,000 in the group; nothing overdue, nothing expired."""


def with_customer(facts: Facts = HEALTHY, **changes: object) -> Facts:
    return replace(facts, customer=replace(facts.customer, **changes))


def covered(most: int | None, asked: int | None, **more: object) -> Facts:
    """A healthy customer whose insurance covers terms of so many days at most, and whose own have so many."""
    secured = replace(policy("1 SEK", "0"), maximum_terms_days=most)
    terms = replace(HEALTHY.customer.terms, collaterals=(secured,))
    facts = with_customer(terms=terms, payment_terms=ITS_TERMS, **more)
    return replace(facts, terms_days={} if asked is None else {ITS_TERMS: asked})


def with_group(facts: Facts = HEALTHY, **changes: object) -> Facts:
    assert facts.group is not None
    return replace(facts, group=replace(facts.group, **changes))
