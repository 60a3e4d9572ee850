"""Rows become facts: what the rules are told of a payer and its credit group, on a day.

This is the narrow door through which a group's members in all companies are summed, whoever asks (decision 10): nothing
of it but totals leaves. In the write lane it is called after the locks are granted, so that what it reads is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from domain.blocking.rule import BlockingRule, RuleKind
from domain.exposure import Balance, Category, CountingPolicy
from domain.facts import CustomerFacts, Facts, GroupFacts
from domain.money import Exchange, Money
from persistence import fact_statements as sql
from persistence.closed_days import moved_dues
from persistence.moment import Moment
from persistence.party_facts import limits_beside
from persistence.rates import exchange_on
from persistence.receipts import receipts_of
from persistence.statements import Row
from persistence.told import (
    ToldOfCustomer,
    ToldOfGroup,
    collateral_of,
    collaterals_of,
    debts_of,
    entries_of,
    entry_of,
    policy_of,
    rule_of,
    steps_of,
)

__all__ = [
    "Moment",
    "collateral_of",
    "customer_facts",
    "entry_of",
    "facts_of",
    "group_facts",
    "groups_of",
    "payers_of",
    "rule_of",
    "terms_compared",
    "terms_days",
]


async def customer_facts(
    conn: asyncpg.Connection,
    customers: Iterable[UUID],
    moment: Moment,
    currencies: Iterable[str] = (),
    *,
    by_item: bool = False,
) -> dict[UUID, CustomerFacts]:
    """What a check is told of each of these customers as a payer; `currencies` will be converted from or to as well.

    `by_item`: with their open items, where a rule of their company looks at single ones.
    """
    rows = {row["id"]: row for row in await sql.CUSTOMERS.all(conn, customers=list(set(customers)))}
    days = {key: moment.day(row["time_zone"]) for key, row in rows.items()}
    if moment.as_of is not None:
        rows |= await _as_they_were(conn, rows, moment)
    groups = await groups_of(conn, days)
    entries = entries_of(await sql.ENTRIES.all(conn, holders=list(rows)))
    collaterals = collaterals_of(await sql.COLLATERALS.all(conn, customers=list(rows)))
    balances = await _customer_balances(conn, rows, moment)
    receipts = await receipts_of(conn, rows.values(), moment)
    debts = debts_of(await sql.DEBTS.all(conn, customers=list(rows)) if by_item else ())
    companies = {row["company_id"] for row in rows.values()}
    steps = steps_of(await sql.CHECKPOINTS.all(conn, companies=list(companies)))
    worth: dict[tuple[date, frozenset[str]], Exchange] = {}
    facts = {}
    for key, row in rows.items():
        told = ToldOfCustomer(
            row=row,
            day=days[key],
            member=key in groups,
            entries=entries[key],
            collaterals=collaterals[key],
            balances=(*balances[key], *receipts[key].cover(balances[key], policy_of(row), days[key])),
            steps=steps[row["company_id"]],
            debts=debts[key],
        )
        asked = (days[key], frozenset({*currencies, *told.currencies}))
        if asked not in worth:
            worth[asked] = await exchange_on(conn, *asked)
        facts[key] = told.facts(worth[asked])
    return facts


async def _as_they_were(conn: asyncpg.Connection, rows: Mapping[UUID, Row], moment: Moment) -> dict[UUID, Row]:
    """Customers whose credit flags were others on an earlier day, with those."""
    past = [key for key, row in rows.items() if moment.past(row["time_zone"])]
    kept = await sql.FLAGS_OF.all(conn, customers=past, days=[moment.as_of] * len(past)) if past else []
    return {row["customer_id"]: {**rows[row["customer_id"]], **{name: row[name] for name in sql.FLAGS}} for row in kept}


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
        key = row["id"]
        entries = entries_of(await sql.ENTRIES.all(conn, holders=[key]))[key]
        balances = await _group_balances(conn, key, moment, policy_of(row))
        told = ToldOfGroup(row, moment.day(row["time_zone"]), entries, balances)
        facts[key] = told.facts(await exchange_on(conn, told.day, {*currencies, *told.currencies}))
    return facts


async def facts_of(
    conn: asyncpg.Connection, payers: Iterable[UUID], moment: Moment, currencies: Iterable[str] = ()
) -> dict[UUID, Facts]:
    """Everything a decision about each payer follows from. `currencies`: those of the orders to be decided on."""
    payers = list(payers)
    rows = await sql.CUSTOMERS.all(conn, customers=payers)
    codes = {row["company_id"]: row["company_code"] for row in rows}
    rules: dict[str, tuple[BlockingRule, ...]] = dict.fromkeys(codes.values(), ())
    for row in await sql.RULES.all(conn, companies=list(codes)):
        rules[codes[row["company_id"]]] += (rule_of(row),)
    currencies = set(currencies)
    beside = await limits_beside(conn, rows, moment, dict.fromkeys(payers, currencies))
    every = [rule for found in rules.values() for rule in found]
    used = {*currencies, *(amount.currency for rule in every for amount in rule.amounts)}
    own = {currency for payer in payers for currency in beside.currencies(payer)}
    customers = await customer_facts(conn, payers, moment, used | own, by_item=any(rule.by_item for rule in every))
    group_of = await groups_of(conn, {key: customer.day for key, customer in customers.items()})
    groups = await group_facts(conn, group_of.values(), moment, used)
    terms = await terms_days(conn, every, codes)
    return {
        key: Facts(
            beside.with_own(customer),
            groups.get(group_of[key]) if key in group_of else None,
            rules[customer.company],
            terms_compared(customer, terms),
            beside.party(key),
        )
        for key, customer in customers.items()
    }


async def terms_days(
    conn: asyncpg.Connection, rules: Iterable[BlockingRule], companies: Iterable[UUID]
) -> Mapping[UUID, int]:
    """The days of payment terms that companies may use, where a rule looks at them; read for such rules alone."""
    if not any(rule.kind is RuleKind.COLLATERAL_TERMS for rule in rules):
        return {}
    rows = await sql.TERMS_DAYS.all(conn, companies=sorted(set(companies)))
    return {row["id"]: row["days"] for row in rows}


def terms_compared(customer: CustomerFacts, terms: Mapping[UUID, int]) -> Mapping[UUID, int]:
    """The days that are compared: none where nothing that secures the customer's debt says how long terms may be."""
    said = any(collateral.maximum_terms_days is not None for collateral in customer.terms.collaterals)
    return terms if said else {}


async def _customer_balances(
    conn: asyncpg.Connection, rows: Mapping[UUID, Row], moment: Moment
) -> dict[UUID, tuple[Balance, ...]]:
    found: dict[UUID, list[Balance]] = {key: [] for key in rows}
    past = [key for key, row in rows.items() if moment.past(row["time_zone"])]
    current = [key for key in rows if key not in set(past)]
    kept = list(await sql.BALANCES.all(conn, customers=current)) if current else []
    if past:
        kept.extend(await sql.BALANCES_AS_OF.all(conn, customers=past, day=moment.as_of))
    for row in await moved_dues(conn, kept, {key: row["bank_days_of"] for key, row in rows.items()}):
        found[row["customer_id"]].append(_balance(row))
    return {key: tuple(balances) for key, balances in found.items()}


async def _group_balances(
    conn: asyncpg.Connection, group: UUID, moment: Moment, policy: CountingPolicy
) -> tuple[Balance, ...]:
    """The sums of all members; what receipts of each cover is worked out before, and as the group counts."""
    members = await sql.MEMBERS.all(conn, group=group, as_of=moment.as_of, now=moment.now)
    balances: dict[tuple[Any, ...], Balance] = {}
    current = [row["customer_id"] for row in members if not moment.past(row["time_zone"])]
    past = [row["customer_id"] for row in members if moment.past(row["time_zone"])]
    days = {row["customer_id"]: moment.day(row["time_zone"]) for row in members}
    kept = list(await sql.BALANCES.all(conn, customers=current)) if current else []
    if past:
        kept.extend(await sql.BALANCES_AS_OF.all(conn, customers=past, day=moment.as_of))
    receipts = await receipts_of(conn, members, moment, "customer_id")
    covering: dict[UUID, list[Balance]] = {customer: [] for customer in receipts}

    def add(one: Balance) -> None:
        key = (one.category, one.amount.currency, one.due, one.company_day, one.until)
        already = balances.get(key)
        balances[key] = one if already is None else replace(one, amount=one.amount + already.amount)

    for row in await moved_dues(conn, kept, {row["customer_id"]: row["bank_days_of"] for row in members}):
        customer = row["customer_id"]
        one = _balance(row, days[customer])
        add(one)
        if customer in covering:
            covering[customer].append(one)
    for customer, owing in covering.items():
        for one in receipts[customer].cover(owing, policy, days[customer], dated=True):
            add(one)
    return tuple(balances[key] for key in sorted(balances, key=str))


def _balance(row: Row, company_day: date | None = None) -> Balance:
    return Balance(
        Category(row["category"]), Money(row["amount"] * row["unit"], row["currency"]), row["due_day"], company_day
    )
