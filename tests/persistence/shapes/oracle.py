"""What the domain says of facts as they are loaded, under the names that shapes give their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from domain.exposure import CountingPolicy, CreditLimitType, Exposure, Secured, exposure
from domain.limits import AdjustmentKind, CreditLimit, CreditPosition, LimitEntry, LimitTerms, limit_on
from domain.money import Money
from persistence import facts as stored
from persistence.customer_sums import CustomerSums, customer_sums, customers_of_parties, members_of_group
from persistence.database import Connection
from persistence.rates import exchange_on, with_age
from persistence.shapes.party_limits import CEILINGS
from tests.persistence.shapes.composing import Path
from tests.persistence.shapes.firms import CURRENCIES, NOW

Figure = Callable[[], Any]


async def customer_figures(conn: Connection, key: UUID, as_of: date | None, currency: str | None) -> dict[Path, Figure]:
    """Every figure of a customer's position, worked out when it is called."""
    moment = stored.Moment(NOW, as_of)
    facts = (await stored.customer_facts(conn, [key], moment, CURRENCIES))[key]
    to = currency or facts.currency
    group = (await stored.groups_of(conn, {key: facts.day})).get(key)
    shared = None if group is None else (await stored.group_facts(conn, [group], moment, CURRENCIES))[group]
    limit = lambda: limit_on(facts.terms, facts.day, facts.exchange, to)  # noqa: E731
    owed = lambda: exposure(  # noqa: E731
        facts.balances, facts.policy, facts.exchange, to, facts.day, facts.terms.collaterals
    )

    def group_position() -> CreditPosition | None:
        if shared is None or not facts.check_groups or shared.policy.limit_type is CreditLimitType.NONE:
            return None
        used = exposure(shared.balances, shared.policy, shared.exchange, to, shared.day)
        return CreditPosition(limit_on(shared.terms, shared.day, shared.exchange, to), used)

    return figures(limit, owed, group_position)


async def group_figures(conn: Connection, key: UUID, as_of: date | None, currency: str | None) -> dict[Path, Figure]:
    """Every figure of a credit group's position."""
    moment = stored.Moment(NOW, as_of)
    facts = (await stored.group_facts(conn, [key], moment, CURRENCIES))[key]
    members = await customer_sums(conn, await members_of_group(conn, key, moment), moment)
    to = currency or facts.currency

    def owed() -> Exposure:
        return Exposure(facts.balances, facts.policy, facts.exchange, to, facts.day, secured(members))

    return figures(lambda: limit_on(facts.terms, facts.day, facts.exchange, to), owed, lambda: None)


async def party_figures(conn: Connection, key: UUID, as_of: date | None, currency: str) -> dict[Path, Figure]:
    """Every figure of what a party owes."""
    moment = stored.Moment(NOW, as_of)
    customers = await customer_sums(conn, (await customers_of_parties(conn, [key])).get(key, ()), moment)
    day = max((one.day for one in customers), default=as_of or NOW.date())
    rates = with_age(await exchange_on(conn, day, CURRENCIES), 7)
    balances = tuple(balance for one in customers for balance in one.owing(CountingPolicy()))

    def owed() -> Exposure:
        return Exposure(balances, CountingPolicy(), rates, currency, day, secured(customers))

    rows = await CEILINGS.all(conn, parties=[key], day=day)
    if not rows or rows[0]["ceiling"] is None:
        return NO_CEILING | exposure_figures(owed)
    ceiling = Money(rows[0]["ceiling"], rows[0]["currency"])
    terms = LimitTerms((LimitEntry(rows[0]["id"], AdjustmentKind.PERMANENT, ceiling, rows[0]["from_day"]),))
    found = figures(lambda: limit_on(terms, day, rates, currency), owed, lambda: None)
    # It was never posted, so that the part has no source.
    return found | {("limit", "parts"): lambda: [f"BASE|{limit_on(terms, day, rates, currency).total.amount:f}"]}


NO_CEILING: dict[Path, Figure] = {
    **{("limit", name): lambda: None for name in ("total", "base", "temporary", "parts", "expiry_date")},
    ("limit", "kind"): lambda: "AMOUNT",
    ("limit", "insurance_and_guarantees"): lambda: Decimal(0),
    **{(name,): lambda: None for name in ("available", "used_percent", "effective_available")},
}
"""What is worked out where a party has no ceiling; the limit is not shown then."""


def figures(
    limit: Callable[[], CreditLimit], owed: Callable[[], Exposure], group: Callable[[], CreditPosition | None]
) -> dict[Path, Figure]:
    """The figures of a position."""

    def whole() -> CreditPosition:
        return CreditPosition(limit(), owed(), group())

    return {
        ("limit", "kind"): lambda: limit().kind.value,
        ("limit", "total"): lambda: _amount(limit().total),
        ("limit", "base"): lambda: _amount(limit().base),
        ("limit", "temporary"): lambda: (entry := limit().temporary) and entry.id,
        ("limit", "insurance_and_guarantees"): lambda: limit().insurance_and_guarantees.amount,
        ("limit", "parts"): lambda: (
            [f"{part.kind.value}|{part.amount.amount:f}|{part.source[1]}" for part in limit().parts] or None
        ),
        ("limit", "expiry_date"): lambda: limit().expiry,
        **exposure_figures(owed),
        ("available",): lambda: _amount(whole().available),
        ("used_percent",): lambda: whole().used_percent,
        ("effective_available",): lambda: _amount(whole().effective_available),
    }


AMOUNTS = (
    "total",
    "receivables",
    "special_liabilities",
    "open_orders",
    "open_deliveries",
    "open_billing",
    "unapplied_payments",
    "disputed",
    "overdue",
    "held_orders",
    "insured",
    "net",
)


def exposure_figures(owed: Callable[[], Exposure], *before: str) -> dict[Path, Figure]:
    """The figures of an exposure."""

    def amount(name: str) -> Figure:
        return lambda: getattr(owed(), name).amount

    return {
        **{("exposure", name): amount(name) for name in AMOUNTS},
        ("exposure", "oldest_due_date"): lambda: owed().oldest_due,
        ("exposure", "days_overdue"): lambda: owed().days_overdue,
        ("exposure", "as_of"): lambda: owed().as_of,
    }


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else money.amount


def secured(customers: Iterable[CustomerSums]) -> tuple[Secured, ...]:
    """Some customers with what others answer for each."""
    return tuple(Secured(one.balances, one.collaterals, one.day) for one in customers)


async def share_figures(
    conn: Connection, key: UUID, as_of: date | None, currency: str | None, granted: Sequence[UUID]
) -> list[str]:
    """Each company's share of what a group owes, in the order of its code, and the others' last; as text."""
    moment = stored.Moment(NOW, as_of)
    facts = (await stored.group_facts(conn, [key], moment, CURRENCIES))[key]
    members = await customer_sums(conn, await members_of_group(conn, key, moment), moment)
    codes = {row["id"]: row["code"] for row in await conn.fetch("select id, code from company")}
    shares: dict[UUID | None, list[CustomerSums]] = {}
    for member in members:
        shares.setdefault(member.company if member.company in granted else None, []).append(member)
    found = []
    for company in sorted(shares, key=lambda one: (one is None, one and codes[one])):
        balances = tuple(balance for one in shares[company] for balance in one.owing(facts.policy))
        to = currency or facts.currency
        owed = Exposure(balances, facts.policy, facts.exchange, to, facts.day, secured(shares[company]))
        figures_ = [figure() for figure in exposure_figures(partial(_same, owed)).values()]
        found.append("|".join(str(part) for part in (company, *figures_) if part is not None))
    return found


def _same(owed: Exposure) -> Exposure:
    return owed
