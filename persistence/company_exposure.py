"""What the customers of a company owe in all, how old it is, and how far they are above their limits.

Read from the kept sums of companies and what is not yet folded into them; a day in the past from the movements.
Customers of our own group of companies are left out unless they are asked for, `intercompany` (decision 11).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.aging import Aging, AgingDefinition, aging
from domain.exposure import Balance, Category, CountingPolicy, CreditLimitType, Exposure
from domain.money import Exchange, Money
from persistence.exposure_dimensions import AS_OF, BELONGS, ExposureDimension, days, scope
from persistence.exposure_limits import compared, limits
from persistence.exposure_rows import insured, used_by
from persistence.exposure_sums import company_sums, covered, covered_of_companies, members
from persistence.rates import exchange_on, with_age
from persistence.shapes.falling_due import claimed_due
from persistence.statements import Row, Statement, any_of
from persistence.tables.company import company_table
from persistence.tables.customer import customer
from persistence.tables.movements import movement
from persistence.tables.reference import currency_table

_BY_COMPANY = (ExposureDimension.COMPANY,)


@dataclass(frozen=True)
class CompanySums:
    """A company's customers on one day: what they owe, what secures it, and the worth of every currency in it.

    `limits` is None where no customer has a limit. `secured` and `used` are of the customers that others answer for.
    """

    company: UUID
    code: str
    currency: str
    day: date
    policy: CountingPolicy
    exchange: Exchange
    balances: tuple[Balance, ...]
    customers: int
    limits: tuple[Money, ...] | None
    secured: Mapping[UUID, Sequence[Money]]
    used: Mapping[UUID, Sequence[Money]]

    def exposure(self, currency: str) -> Exposure:
        """Every figure in one currency."""
        return CompanyOwed(self.balances, self.policy, self.exchange, currency, self.day, sums=self)

    def aging(self, definition: AgingDefinition, currency: str) -> Aging:
        """Open receivables by how long they are overdue. Raises `RateMissing`."""
        return aging(self.balances, definition, self.exchange, currency, self.day)

    def credit_limits(self, currency: str) -> Money | None:
        """The sum of the limits of its customers; None where none has one. Raises `RateMissing`."""
        return None if self.limits is None else self.exchange.total(self.limits, currency)


@dataclass(frozen=True, kw_only=True)
class CompanyOwed(Exposure):
    """The exposure of a company's customers."""

    sums: CompanySums

    @cached_property
    def insured(self) -> Money:
        """What others answer for, added up over customers and rounded once."""
        sums = self.sums
        return self.exchange.rounded(insured(sums.secured, sums.used, self.exchange, self.currency), self.currency)


@dataclass(frozen=True)
class OverLimit:
    """The customers of a company whose exposure is above their own limit, and by how much in its currency."""

    above: tuple[UUID, ...]
    amount: Money

    @property
    def customers(self) -> int:
        """How many they are."""
        return len(self.above)


async def company_sums_of(
    conn: asyncpg.Connection,
    companies: Sequence[UUID],
    as_of: date | None,
    now: datetime,
    currencies: Iterable[str] = (),
    *,
    intercompany: bool = False,
) -> dict[UUID, CompanySums]:
    """The sums of these companies; `currencies` will be converted to."""
    given = {"wanted": list(companies), "as_of": as_of, "now": now}
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        known = await days().all(conn, **given)
        past = as_of is not None and any(as_of < row["today"] for row in known)
        keys = {row["code"]: BELONGS + row["code"] for row in known}
        narrowed = {**given, "keys_company_code": list(keys.values())}
        policies = {row["id"]: _policy(row) for row in await _scope().all(conn, **given)}
        balances = await _balances_of(conn, given, past=past, intercompany=intercompany)
        counted = await members(_BY_COMPANY, intercompany=intercompany).all(conn, **narrowed)
        counts = {row["company_code"]: row["customers"] for row in counted}
        limited: dict[str, list[Money]] = defaultdict(list)
        for row in await limits(_BY_COMPANY, intercompany=intercompany).all(conn, **narrowed):
            limited[row["company_code"]].append(Money(row["amount"], row["currency"]))
        secured: dict[str, dict[UUID, list[Money]]] = defaultdict(lambda: defaultdict(list))
        for row in await covered(_BY_COMPANY, intercompany=intercompany).all(conn, **narrowed):
            secured[row["company_code"]][row["id"]].append(Money(row["value"], row["currency"]))
        owing = {key for each in secured.values() for key in each}
        used = await used_by(conn, owing, given, past=past, intercompany=intercompany)
        found = {}
        for row in known:
            key, code = row["id"], keys[row["code"]]
            of_currency = {row["currency"], *currencies, *(b.amount.currency for b in balances[key])}
            of_currency |= {money.currency for money in limited.get(code, ())}
            mine = secured.get(code, {})
            amounts = [*mine.values(), *(used.get(each, []) for each in mine)]
            of_currency |= {money.currency for group in amounts for money in group}
            exchange = await exchange_on(conn, row["day"], of_currency)
            found[key] = CompanySums(
                company=key,
                code=row["code"],
                currency=row["currency"],
                day=row["day"],
                policy=policies[key],
                exchange=with_age(exchange, row["max_rate_age_days"]),
                balances=tuple(balances[key]),
                customers=counts.get(code, 0),
                limits=tuple(limited[code]) if code in limited else None,
                secured=mine,
                used=used,
            )
    return found


async def over_limit(
    conn: asyncpg.Connection,
    companies: Sequence[UUID],
    as_of: date | None,
    now: datetime,
    *,
    intercompany: bool = False,
) -> dict[UUID, OverLimit]:
    """Which customers of each company are above their own limit, and by how much. Raises `RateMissing`."""
    given = {"wanted": list(companies), "as_of": as_of, "now": now}
    known = {row["id"]: row for row in await days().all(conn, **given)}
    past = as_of is not None and any(as_of < row["today"] for row in known.values())
    rows = await compared(past=past, intercompany=intercompany).all(conn, **given)
    currencies: dict[UUID, set[str]] = {key: {row["currency"]} for key, row in known.items()}
    for row in rows:
        currencies[row["company_id"]].update(row["currency"])
    exchanges = {
        key: with_age(await exchange_on(conn, row["day"], currencies[key]), row["max_rate_age_days"])
        for key, row in known.items()
    }
    above: dict[UUID, dict[UUID, Money]] = {key: {} for key in known}
    for row in rows:
        company = row["company_id"]
        exchange, currency = exchanges[company], known[company]["currency"]
        used, allowed = (
            exchange.total(map(Money, row[column], row["currency"]), currency) for column in ("used", "allowed")
        )
        if used > allowed:
            above[company][row["id"]] = used - allowed
    return {
        key: OverLimit(tuple(found), exchanges[key].total(found.values(), known[key]["currency"]))
        for key, found in above.items()
    }


@cache
def _scope() -> Statement:
    return Statement(sa.select(scope()))


def _policy(row: Row) -> CountingPolicy:
    return CountingPolicy(
        limit_type=CreditLimitType(row["credit_limit_type"]),
        order_horizon_days=row["order_horizon_days"],
        disputed_reduces_exposure=row["disputed_reduces_exposure"],
        disputed_reduces_overdue=row["disputed_reduces_overdue"],
    )


async def _balances_of(
    conn: asyncpg.Connection, given: Mapping[str, object], *, past: bool, intercompany: bool
) -> dict[UUID, list[Balance]]:
    found: dict[UUID, list[Balance]] = defaultdict(list)
    summed = _past if past else _kept
    for row in await summed(intercompany=intercompany).all(conn, **given):
        money = Money(row["amount"] * row["unit"], row["currency"])
        found[row["company_id"]].append(Balance(Category(row["category"]), money, row["due_day"]))
    return found


@cache
def _kept(*, intercompany: bool) -> Statement:
    return _summed(company_sums(intercompany=intercompany).subquery("kept"))


@cache
def _past(*, intercompany: bool) -> Statement:
    moved = sa.select(
        movement.c.company_id, movement.c.category, movement.c.currency, movement.c.due_day, movement.c.amount
    ).where(any_of(movement.c.company_id, "wanted"), movement.c.day <= AS_OF)
    if not intercompany:
        outside = sa.not_(customer.c.intercompany)
        moved = moved.join(customer, customer.c.id == movement.c.customer_id).where(outside)
    covering = covered_of_companies(past=True, intercompany=intercompany)
    return _summed(sa.union_all(moved, covering).subquery("kept"))


def _summed(kept: sa.Subquery) -> Statement:
    due = claimed_due(kept, company_table.c.bank_days_of)
    key = [kept.c.company_id, kept.c.category, kept.c.currency, due.label("due_day")]
    amount = sa.func.sum(kept.c.amount)
    return Statement(
        sa.select(*key, amount.label("amount"), currency_table.c.unit)
        .select_from(
            kept.join(currency_table, currency_table.c.code == kept.c.currency).join(
                company_table, company_table.c.id == kept.c.company_id
            )
        )
        .where(kept.c.category != Category.SALES.value)
        .group_by(*key[:-1], due, currency_table.c.unit)
        .having(amount != 0)
        .order_by(*key[:-1], due)
    )
