"""The rooms that orders want: looked for, locked, then loaded, each in one round trip for many orders.

Who pays and who shares a limit is read or remembered before the locks, to know what to lock, and read again with the
facts, after they are granted: where somebody changed it in between, the transaction begins anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from domain.blocking.rule import BlockingRule
from domain.exposure import Balance, Category
from domain.facts import CustomerFacts, Facts, GroupFacts
from domain.money import EURO, Exchange, Money
from persistence import fact_statements, room_statements
from persistence.facts import Moment, terms_compared, terms_days
from persistence.idempotency import Key
from persistence.orders import KeptOrder, orders_by_key
from persistence.party_facts import Beside, limits_beside
from persistence.payment_conditions import CONDITIONS, NO_CODES, Codes
from persistence.rates import LAST_RATES, exchange_of, exchange_on, known_digits
from persistence.receipts import receipts_of
from persistence.statements import Row
from persistence.take import MovedMeanwhile
from persistence.together import Together
from persistence.told import (
    ToldOfCustomer,
    ToldOfGroup,
    collaterals_of,
    debts_of,
    entries_of,
    policy_of,
    rule_of,
    steps_of,
)

Named = tuple[UUID, str]
"""A company and an account or a number in it."""

_LOOK = Together(buyers=room_statements.BUYERS, numbers=room_statements.NUMBERS, whose=room_statements.WHOSE_ASKED)
_LOAD = Together(
    numbers=room_statements.NUMBERS,
    whose=room_statements.WHOSE,
    customers=fact_statements.CUSTOMERS,
    checkpoints=fact_statements.CHECKPOINTS,
    rules=fact_statements.RULES,
    entries=fact_statements.ENTRIES,
    collaterals=fact_statements.COLLATERALS,
    balances=room_statements.BALANCES,
    debts=fact_statements.DEBTS,
    groups=fact_statements.GROUPS,
    group_balances=room_statements.GROUP_BALANCES,
    rates=LAST_RATES,
    keys=room_statements.KEYS,
    conditions=CONDITIONS,
)


@dataclass(frozen=True)
class Asked:
    """One order as far as its room goes. `buyer` and `number` name a company that the caller was granted."""

    buyer: Named
    number: Named
    currency: str
    key: Key
    conditions: Codes = NO_CODES


@dataclass(frozen=True)
class Looked:
    """Whose the orders are.

    `whose` holds, by customer, its payer, the credit groups of both, and their parties where these have limits, as they
    are today.
    """

    now: datetime
    buyers: Mapping[Named, UUID]
    orders: Mapping[Named, UUID]
    whose: Mapping[UUID, Row]

    def customers_of(self, asked: Asked) -> set[UUID]:
        """The buyer, and the payer under which the order was entered, if it is known."""
        return {found for found in (self.buyers.get(asked.buyer), self.orders.get(asked.number)) if found is not None}

    def groups(self, customers: Iterable[UUID]) -> set[UUID]:
        """The credit groups to lock for these customers: theirs, and those of their payers."""
        found = (self.whose[key] for key in customers)
        return {one[name] for one in found for name in ("own_group_id", "payer_group_id")} - {None}

    def parties(self, customers: Iterable[UUID]) -> set[UUID]:
        """The parties to lock for these customers: theirs, and those of their payers, where they have limits."""
        found = (self.whose[key] for key in customers)
        return {one[name] for one in found for name in ("own_party_id", "payer_party_id")} - {None}

    def payers(self, customers: Iterable[UUID]) -> set[UUID]:
        """The customers to lock: themselves and their payers."""
        return {found for key in customers for found in (key, self.whose[key]["payer_id"])}

    @classmethod
    def again(cls, asked: Iterable[Asked], known: Mapping[Named, Row], now: datetime) -> Looked | None:
        """As it was when these buyers ordered last, if all of them did; `load` proves that it is so still.

        Their orders are taken to be new, or entered under the payer they have.
        """
        buyers: dict[Named, UUID] = {}
        whose: dict[UUID, Row] = {}
        for one in asked:
            row = known.get(one.buyer)
            if row is None:
                return None
            buyers[one.buyer] = row["id"]
            whose[row["id"]] = row
        return cls(now, buyers, {}, whose)

    def payer(self, asked: Asked) -> UUID | None:
        """Who pays for the buyer."""
        buyer = self.buyers.get(asked.buyer)
        return None if buyer is None else self.whose[buyer]["payer_id"]


def room_of(whose: Row) -> UUID:
    """Whose lock an order of a buyer waits for: of a party with limits, of the credit group, or the payer's."""
    room: UUID = whose["payer_party_id"] or whose["payer_group_id"] or whose["payer_id"]
    return room


@dataclass(frozen=True)
class Loaded:
    """What was read under the locks.

    As rows `keys`: what came of idempotency keys before, and `conditions`: how the orders are paid for.
    """

    facts: Mapping[UUID, Facts]
    orders: dict[Named, KeptOrder]
    keys: Mapping[tuple[UUID, str, str], Row]
    conditions: Sequence[Row]


async def look(conn: asyncpg.Connection, asked: Sequence[Asked], now: datetime) -> Looked:
    """Whose the orders are, without locks. Buyers and orders that do not exist are not in it."""
    buyers = {"companies": [one.buyer[0] for one in asked], "accounts": [one.buyer[1] for one in asked]}
    numbers = {"companies": [one.number[0] for one in asked], "numbers": [one.number[1] for one in asked]}
    found = await _LOOK.all(conn, buyers=buyers, numbers=numbers, whose={**buyers, **numbers, "now": now})
    return Looked(
        now=now,
        buyers={(row["company_id"], row["account"]): row["id"] for row in found["buyers"]},
        orders={(row["company_id"], row["number"]): row["customer_id"] for row in found["numbers"]},
        whose={row["id"]: row for row in found["whose"]},
    )


async def lock(conn: asyncpg.Connection, looked: Looked, asked: Sequence[Asked]) -> None:
    """Lock the rooms of all, waiting for them: parties by id, then credit groups, then customers."""
    customers = {key for one in asked for key in looked.customers_of(one)}
    parties = sorted(looked.parties(customers))
    if parties:
        await room_statements.LOCK_PARTIES.all(conn, parties=parties)
    groups = sorted(looked.groups(customers))
    if groups:
        await room_statements.LOCK_GROUPS.all(conn, groups=groups)
    await room_statements.LOCK_CUSTOMERS.all(conn, customers=sorted(looked.payers(customers)))


async def lock_free(conn: asyncpg.Connection, looked: Looked, asked: Sequence[Asked]) -> list[bool]:
    """Lock the rooms that nobody else has locked; for each order whether all it needs is ours."""
    customers = {key for one in asked for key in looked.customers_of(one)}
    wanted = {
        "parties": sorted(looked.parties(customers)),
        "groups": sorted(looked.groups(customers)),
        "customers": sorted(looked.payers(customers)),
    }
    ours = {row["id"] for row in await room_statements.LOCK_FREE.all(conn, **wanted)}
    needed = (looked.customers_of(one) for one in asked)
    return [looked.payers(some) | looked.groups(some) | looked.parties(some) <= ours for some in needed]


async def load(conn: asyncpg.Connection, looked: Looked, asked: Sequence[Asked]) -> Loaded:
    """The facts of the locked rooms. Raises `MovedMeanwhile` where they are not the rooms of these orders any more."""
    customers = {key for one in asked for key in looked.customers_of(one)}
    payers = {looked.whose[key]["payer_id"] for key in customers}
    payers |= {payer for one in asked if (payer := looked.orders.get(one.number)) is not None}
    group_of = _groups(looked, customers, payers)
    given = _given(looked, asked, customers, payers, set(group_of.values()))
    read = await _LOAD.all(conn, **given)
    if {row["id"]: row for row in read["whose"]} != {key: looked.whose[key] for key in customers}:
        raise MovedMeanwhile
    if any(buyer != _named(looked.whose[key]) for buyer, key in looked.buyers.items()):
        raise MovedMeanwhile
    known = await orders_by_key(conn, [(row["customer_id"], row["document_id"]) for row in read["numbers"]])
    if any(order.payer not in payers for order in known):
        raise MovedMeanwhile
    currencies: dict[UUID, set[str]] = defaultdict(set)
    for one in asked:
        if (payer := looked.payer(one)) is not None:
            currencies[payer].add(one.currency)
    for order in known:
        currencies[order.payer].add(order.amount.currency)
    days, loaded = frozenset(given["rates"]["days"]), frozenset(given["rates"]["currencies"])
    beside = await limits_beside(conn, read["customers"], Moment(looked.now), currencies)
    return Loaded(
        facts=await Thawing(conn, read, looked.now, group_of, currencies, days, loaded, beside).facts(),
        orders={(order.company, order.number): order for order in known},
        keys={(row["actor_id"], row["mutation"], row["key"]): row for row in read["keys"]},
        conditions=read["conditions"],
    )


def _named(row: Row) -> Named:
    return row["company_id"], row["account"]


def _groups(looked: Looked, customers: set[UUID], payers: set[UUID]) -> dict[UUID, UUID]:
    """The credit group of each payer."""
    found = {row["payer_id"]: row["payer_group_id"] for row in (looked.whose[key] for key in customers)}
    found |= {key: looked.whose[key]["own_group_id"] for key in customers & payers}
    return {payer: group for payer, group in found.items() if group is not None}


def _given(
    looked: Looked, asked: Sequence[Asked], customers: set[UUID], payers: set[UUID], groups: set[UUID]
) -> dict[str, dict[str, Any]]:
    """The values of each part of the load."""
    whose = [looked.whose[key] for key in customers]
    companies = sorted({row["company_id"] for row in whose})
    zones = {row[name] for row in whose for name in ("time_zone", "group_time_zone")} - {None}
    moment = Moment(looked.now)
    currencies = {row[name] for row in whose for name in ("currency", "group_currency")} - {None}
    currencies |= {EURO, *(one.currency for one in asked)}
    return {
        "numbers": {"companies": [one.number[0] for one in asked], "numbers": [one.number[1] for one in asked]},
        "whose": {"customers": sorted(customers), "now": looked.now},
        "customers": {"customers": sorted(payers)},
        "checkpoints": {"companies": companies},
        "rules": {"companies": companies},
        "entries": {"holders": sorted(payers | groups)},
        "collaterals": {"customers": sorted(payers)},
        "balances": {"customers": sorted(payers)},
        "debts": {"customers": sorted(payers)},
        "groups": {"groups": sorted(groups)},
        "group_balances": {"groups": sorted(groups), "now": looked.now},
        "rates": {"days": sorted({moment.day(zone) for zone in zones}), "currencies": sorted(currencies)},
        "keys": {
            "actors": [one.key.actor for one in asked],
            "mutations": [one.key.mutation for one in asked],
            "keys": [one.key.key for one in asked],
        },
        "conditions": {
            "codes": sorted({one.conditions.payment_terms for one in asked} - {None}),
            "discounts": sorted({one.conditions.cash_discount for one in asked} - {None}),
        },
    }


@dataclass
class Thawing:
    """Rows of one load on their way to facts. `tried`: rules that are not in force, but looked at beside the others."""

    conn: asyncpg.Connection
    read: Mapping[str, Sequence[Row]]
    now: datetime
    group_of: Mapping[UUID, UUID]
    currencies: Mapping[UUID, set[str]]
    days: frozenset[date]
    loaded: frozenset[str]
    beside: Beside
    tried: Sequence[BlockingRule] = ()
    _known: dict[tuple[date, frozenset[str]], Exchange] = field(default_factory=dict)

    async def facts(self) -> dict[UUID, Facts]:
        """The facts of every payer."""
        read, moment = self.read, Moment(self.now)
        digits = await known_digits(self.conn)
        entries, collaterals = entries_of(read["entries"]), collaterals_of(read["collaterals"])
        steps = steps_of(read["checkpoints"])
        rules: dict[UUID, tuple[BlockingRule, ...]] = defaultdict(tuple)
        for row in read["rules"]:
            rules[row["company_id"]] += (rule_of(row),)
        own, debts = _balances(read["balances"], digits), debts_of(read["debts"])
        receipts = await receipts_of(self.conn, read["customers"], moment)
        customers: dict[UUID, CustomerFacts] = {}
        of_group: dict[UUID, set[str]] = defaultdict(set)
        rules_of: dict[UUID, tuple[BlockingRule, ...]] = {}
        for row in read["customers"]:
            key, company = row["id"], row["company_id"]
            day = moment.day(row["time_zone"])
            told = ToldOfCustomer(
                row=row,
                day=day,
                member=key in self.group_of,
                entries=entries[key],
                collaterals=collaterals[key],
                balances=(*own[key], *receipts[key].cover(own[key], policy_of(row), day)),
                steps=steps[company],
                debts=debts[key],
            )
            rules_of[key] = rules[company]
            used = {*self.currencies[key], *(amount.currency for rule in rules[company] for amount in rule.amounts)}
            worth = await self._worth(told.day, used | told.currencies | self.beside.currencies(key))
            customers[key] = self.beside.with_own(told.facts(worth))
            if key in self.group_of:
                of_group[self.group_of[key]] |= used
        sums = _balances(read["group_balances"], digits)
        groups: dict[UUID, GroupFacts] = {}
        for row in read["groups"]:
            key = row["id"]
            told_of = ToldOfGroup(row, moment.day(row["time_zone"]), entries[key], sums[key])
            groups[key] = told_of.facts(await self._worth(told_of.day, of_group[key] | told_of.currencies))
        every = (rule for found in (*rules.values(), self.tried) for rule in found)
        terms = await terms_days(self.conn, every, {row["company_id"] for row in read["customers"]})
        return {
            key: Facts(
                one,
                groups[self.group_of[key]] if key in self.group_of else None,
                rules_of[key],
                terms_compared(one, terms),
                self.beside.party(key),
            )
            for key, one in customers.items()
        }

    async def _worth(self, day: date, currencies: set[str]) -> Exchange:
        """What currencies are worth on a day; one alone needs no rates."""
        asked = (day, frozenset(currencies))
        if asked not in self._known:
            if len(currencies) > 1 and not (day in self.days and currencies <= self.loaded):
                self._known[asked] = await exchange_on(self.conn, day, currencies)
            else:
                rows = self.read["rates"] if len(currencies) > 1 else ()
                wanted = {EURO, *currencies} if rows else currencies
                self._known[asked] = exchange_of(rows, day, wanted, await known_digits(self.conn))
        return self._known[asked]


def _balances(rows: Sequence[Row], digits: Mapping[str, int]) -> Mapping[UUID, list[Balance]]:
    """Sums in minor units as balances, by whose they are."""
    found: dict[UUID, list[Balance]] = defaultdict(list)
    for row in rows:
        currency = row["currency"]
        amount = Money(Decimal(row["amount"]).scaleb(-digits[currency]), currency)
        found[row["id"]].append(Balance(_CATEGORIES[row["category"]], amount, row["due_day"], row.get("company_day")))
    return found


_CATEGORIES = {category.value: category for category in Category}
