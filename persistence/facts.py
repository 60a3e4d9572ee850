"""Rows become facts: what the rules are told of a payer and its credit group, on a day.

This is the narrow door through which a group's members in all companies are summed, whoever asks (decision 10): nothing
of it but totals leaves. In the write lane it is called after the locks are granted, so that what it reads is the truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from domain.blocking.rule import BlockingRule, RuleKind, RuleType, ValidFor
from domain.collateral import Collateral, CollateralKind
from domain.exposure import Balance, Category, CountingPolicy, CreditLimitType
from domain.facts import Checkpoint, CustomerFacts, Facts, GroupFacts
from domain.limits import AdjustmentKind, LimitEntry, LimitTerms
from domain.money import Exchange, Money
from persistence import fact_statements as sql
from persistence.rates import exchange_on, with_age
from persistence.statements import Row


@dataclass(frozen=True)
class Moment:
    """When facts are wanted: as they are now, or as they were at the end of an earlier business day."""

    now: datetime
    as_of: date | None = None

    def day(self, time_zone: str) -> date:
        """The day asked for, in a time zone."""
        return self.as_of or self.today(time_zone)

    def today(self, time_zone: str) -> date:
        """The day it is in a time zone."""
        return self.now.astimezone(ZoneInfo(time_zone)).date()

    def past(self, time_zone: str) -> bool:
        """Whether balances as kept now would be too new."""
        return self.as_of is not None and self.as_of < self.today(time_zone)


async def customer_facts(
    conn: asyncpg.Connection, customers: Iterable[UUID], moment: Moment, currencies: Iterable[str] = ()
) -> dict[UUID, CustomerFacts]:
    """What a check is told of each of these customers as a payer; `currencies` will be converted from or to as well."""
    rows = {row["id"]: row for row in await sql.CUSTOMERS.all(conn, customers=list(set(customers)))}
    days = {key: moment.day(row["time_zone"]) for key, row in rows.items()}
    groups = await groups_of(conn, days)
    entries = await _entries(conn, rows)
    collaterals = await _collaterals(conn, rows)
    balances = await _customer_balances(conn, rows, days, moment)
    settings = await _checkpoints(conn, {row["company_id"] for row in rows.values()})
    worth: dict[tuple[date, frozenset[str]], Exchange] = {}
    facts = {}
    for key, row in rows.items():
        currency, day = row["company_currency"], days[key]
        own, secured = balances[key], tuple(collaterals[key])
        used = [currency, *currencies, *(b.amount.currency for b in own), *(c.value.currency for c in secured)]
        used.extend(entry.limit.currency for entry in entries[key])
        asked = (day, frozenset(used))
        if asked not in worth:
            worth[asked] = await exchange_on(conn, *asked)
        facts[key] = CustomerFacts(
            id=key,
            company=row["company_code"],
            account=row["account"],
            name=row["name"],
            currency=currency,
            day=day,
            terms=LimitTerms(
                entries=tuple(entries[key]),
                collaterals=secured,
                unlimited=row["unlimited_credit"],
                mandatory=row["mandatory_credit_limit"],
                in_group=row["check_credit_groups"] and key in groups,
                unset_means_unlimited=row["unset_limit_means_unlimited"],
            ),
            balances=own,
            policy=_policy(row),
            exchange=with_age(worth[asked], row["max_rate_age_days"]),
            check_groups=row["check_credit_groups"],
            excluded=row["excluded_from_credit_management"],
            on_hold=row["on_hold"],
            blank_expiry_means_expired=row["blank_expiry_means_expired"],
            credit_management_group=row["credit_management_group_id"],
            risk_group=row["risk_group_id"],
            checkpoints=frozenset(settings[row["company_id"]]),
            grace_days={step: days for step, days in settings[row["company_id"]].items() if days is not None},
            release_valid_days=row["release_valid_days"],
        )
    return facts


async def groups_of(conn: asyncpg.Connection, days: Mapping[UUID, date]) -> dict[UUID, UUID]:
    """The credit group of each customer on its day."""
    rows = await sql.GROUPS_OF.all(conn, customers=list(days), days=list(days.values()))
    return {row["customer_id"]: row["credit_group_id"] for row in rows}


async def payers_of(conn: asyncpg.Connection, days: Mapping[UUID, date]) -> dict[UUID, UUID]:
    """Who pays for each customer on its day: itself unless somebody else was named."""
    rows = await sql.PAYERS_OF.all(conn, customers=list(days), days=list(days.values()))
    return {customer: customer for customer in days} | {row["customer_id"]: row["payer_id"] for row in rows}


async def group_facts(
    conn: asyncpg.Connection, groups: Iterable[UUID], moment: Moment, currencies: Iterable[str] = ()
) -> dict[UUID, GroupFacts]:
    """What a check is told of each of these credit groups: the sums of all members in all companies."""
    facts = {}
    for row in await sql.GROUPS.all(conn, groups=list(set(groups))):
        key, day = row["id"], moment.day(row["time_zone"])
        entries = (await _entries(conn, [key]))[key]
        balances = await _group_balances(conn, key, moment)
        used = [
            row["currency"],
            *currencies,
            *(b.amount.currency for b in balances),
            *(e.limit.currency for e in entries),
        ]
        exchange = await exchange_on(conn, day, used)
        facts[key] = GroupFacts(
            id=key,
            number=row["number"],
            name=row["name"],
            currency=row["currency"],
            day=day,
            terms=LimitTerms(entries=tuple(entries)),
            balances=balances,
            policy=_policy(row),
            exchange=with_age(exchange, row["max_rate_age_days"]),
        )
    return facts


async def facts_of(
    conn: asyncpg.Connection, payers: Iterable[UUID], moment: Moment, currencies: Iterable[str] = ()
) -> dict[UUID, Facts]:
    """Everything a decision about each payer follows from. `currencies`: those of the orders to be decided on."""
    payers = list(payers)
    codes = {row["company_code"] for row in await sql.CUSTOMERS.all(conn, customers=payers)}
    rules = {code: tuple(rule_of(row) for row in await sql.RULES.all(conn, company=code)) for code in sorted(codes)}
    used = {*currencies, *(rule.amount.currency for found in rules.values() for rule in found if rule.amount)}
    customers = await customer_facts(conn, payers, moment, used)
    group_of = await groups_of(conn, {key: customer.day for key, customer in customers.items()})
    groups = await group_facts(conn, group_of.values(), moment, used)
    return {
        key: Facts(customer, groups.get(group_of[key]) if key in group_of else None, rules[customer.company])
        for key, customer in customers.items()
    }


def rule_of(row: Row) -> BlockingRule:
    """A blocking rule as the rules know it."""
    amount = None if row["amount"] is None else Money(row["amount"], row["currency"])
    return BlockingRule(
        id=row["id"],
        kind=RuleKind(row["kind"]),
        type=RuleType(row["type"]),
        valid_for=ValidFor(row["valid_for"]),
        customer=row["customer_id"],
        credit_management_group=row["credit_management_group_id"],
        risk_group=row["risk_group_id"],
        days=row["days"],
        percent=row["percent"],
        amount=amount,
        at_or_above=row["at_or_above"],
        release_all=row["release_all"],
    )


def entry_of(row: Row, posted: int = 0) -> LimitEntry:
    """A posted limit as the rules know it."""
    return LimitEntry(
        id=row["id"],
        kind=AdjustmentKind(row["kind"]),
        limit=Money(row["amount"], row["currency"]),
        from_=row["from_day"],
        until=row["until_day"],
        posted=posted,
        replaces=row["replaces_id"],
    )


def collateral_of(row: Row) -> Collateral:
    """Insurance, a guarantee or collateral as the rules know it."""
    return Collateral(
        id=row["id"],
        kind=CollateralKind(row["kind"]),
        provider=row["provider"],
        value=Money(row["value"], row["currency"]),
        percent=row["percent"],
        from_=row["from_day"],
        until=row["until_day"],
        included_in_exposure=row["included_in_exposure"],
    )


def _policy(row: Row) -> CountingPolicy:
    return CountingPolicy(
        limit_type=CreditLimitType(row["credit_limit_type"]),
        order_horizon_days=row["order_horizon_days"],
        disputed_reduces_exposure=row["disputed_reduces_exposure"],
        disputed_reduces_overdue=row["disputed_reduces_overdue"],
    )


async def _entries(conn: asyncpg.Connection, holders: Iterable[UUID]) -> Mapping[UUID, Sequence[LimitEntry]]:
    found: dict[UUID, list[LimitEntry]] = defaultdict(list)
    for posted, row in enumerate(await sql.ENTRIES.all(conn, holders=list(holders))):
        found[row["holder_id"]].append(entry_of(row, posted))
    return found


async def _collaterals(conn: asyncpg.Connection, customers: Iterable[UUID]) -> Mapping[UUID, Sequence[Collateral]]:
    found: dict[UUID, list[Collateral]] = defaultdict(list)
    for row in await sql.COLLATERALS.all(conn, customers=list(customers)):
        found[row["customer_id"]].append(collateral_of(row))
    return found


async def _checkpoints(
    conn: asyncpg.Connection, companies: Iterable[UUID]
) -> Mapping[UUID, dict[Checkpoint, int | None]]:
    found: dict[UUID, dict[Checkpoint, int | None]] = defaultdict(dict)
    for row in await sql.CHECKPOINTS.all(conn, companies=list(companies)):
        found[row["company_id"]][Checkpoint(row["checkpoint"])] = row["grace_days"]
    return found


async def _customer_balances(
    conn: asyncpg.Connection, rows: Mapping[UUID, Row], days: Mapping[UUID, date], moment: Moment
) -> dict[UUID, tuple[Balance, ...]]:
    found: dict[UUID, list[Balance]] = {key: [] for key in rows}
    past = [key for key, row in rows.items() if moment.past(row["time_zone"])]
    current = [key for key in rows if key not in set(past)]
    kept = list(await sql.BALANCES.all(conn, customers=current)) if current else []
    if past:
        kept.extend(await sql.BALANCES_AS_OF.all(conn, customers=past, day=moment.as_of))
    for row in kept:
        found[row["customer_id"]].append(_balance(row))
    return {key: tuple(balances) for key, balances in found.items()}


async def _group_balances(conn: asyncpg.Connection, group: UUID, moment: Moment) -> tuple[Balance, ...]:
    members = await sql.MEMBERS.all(conn, group=group, as_of=moment.as_of, now=moment.now)
    balances: dict[tuple[Any, ...], Balance] = {}
    current = [row["customer_id"] for row in members if not moment.past(row["time_zone"])]
    past = [row["customer_id"] for row in members if moment.past(row["time_zone"])]
    days = {row["customer_id"]: moment.day(row["time_zone"]) for row in members}
    kept = list(await sql.BALANCES.all(conn, customers=current)) if current else []
    if past:
        kept.extend(await sql.BALANCES_AS_OF.all(conn, customers=past, day=moment.as_of))
    for row in kept:
        one = _balance(row, days[row["customer_id"]])
        key = (one.category, one.amount.currency, one.due, one.company_day)
        already = balances.get(key)
        balances[key] = one if already is None else _added(already, one)
    return tuple(balances[key] for key in sorted(balances, key=str))


def _added(one: Balance, other: Balance) -> Balance:
    return Balance(one.category, one.amount + other.amount, one.due, one.company_day)


def _balance(row: Row, company_day: date | None = None) -> Balance:
    return Balance(
        Category(row["category"]), Money(row["amount"] * row["unit"], row["currency"]), row["due_day"], company_day
    )
