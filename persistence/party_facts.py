"""Limits of a payer's party and of the payer beside its credit limit, with what they are compared with.

The other narrow door of decision 10: customers of a party in all companies are summed, whoever asks, and nothing of
them but totals leaves. Read only for those that have such limits, as they are now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from domain.exposure import KEPT, Balance, Category, CountingPolicy
from domain.facts import CustomerFacts, OwnLimits, PartyFacts
from domain.money import Money
from domain.party_limits import PartyLimitReaction, PartyLimits, TurnoverShare, turnover_window
from domain.receivables import SALES
from persistence.closed_days import moved_dues
from persistence.fact_statements import BALANCES
from persistence.fiscal_years import fiscal_calendars
from persistence.moment import Moment
from persistence.rates import exchange_on, with_age
from persistence.receipts import receipts_of
from persistence.shapes.falling_due import moved_due
from persistence.statements import Row, Statement, any_of
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import customer, party
from persistence.tables.movements import balance
from persistence.tables.party_limits import party_limits
from persistence.tables.receivables import open_item
from persistence.tables.reference import currency_table

MAX_RATE_AGE_DAYS = 7
"""How old a rate may be where no company or group says otherwise (decision 13)."""

_COUNTED = [category.value for category in KEPT if category is not Category.SALES]
_CLAIMED = [Category.RECEIVABLES.value, Category.DISPUTED.value]

_IN_FORCE = Statement(sa.select(party_limits).where(any_of(party_limits.c.id, "ids")))

_CUSTOMERS = Statement(
    sa.select(
        customer.c.id,
        customer.c.party_id,
        party.c.name.label("party_name"),
        customer.c.company_id,
        company_table.c.time_zone,
        company_table.c.bank_days_of,
        credit_parameters.c.pending_receipt_days,
    )
    .select_from(
        customer.join(party, party.c.id == customer.c.party_id)
        .join(company_table, company_table.c.id == customer.c.company_id)
        .join(credit_parameters, credit_parameters.c.company_id == customer.c.company_id)
    )
    .where(sa.or_(any_of(customer.c.party_id, "parties"), any_of(customer.c.id, "customers")))
    .order_by(customer.c.id)
)


def _any(values: Sequence[str]) -> sa.ColumnElement[bool]:
    return balance.c.category == sa.func.any(sa.literal(list(values), sa.ARRAY(sa.Text())))


def _balances() -> Statement:
    """By due day only where a check looks at it, so that they stay few."""
    moved = moved_due(balance.c.due_day, company_table.c.bank_days_of)
    due = sa.case((_any(_CLAIMED), moved), else_=None).label("due_day")
    total = sa.cast(sa.func.sum(balance.c.amount), sa.BigInteger())
    keys = (customer.c.party_id, company_table.c.time_zone, balance.c.category, balance.c.currency, due)
    return Statement(
        sa.select(*keys, total.label("amount"), currency_table.c.unit)
        .select_from(
            customer.join(balance, balance.c.customer_id == customer.c.id)
            .join(company_table, company_table.c.id == customer.c.company_id)
            .join(currency_table, currency_table.c.code == balance.c.currency)
        )
        .where(any_of(customer.c.party_id, "parties"), _any(_COUNTED), balance.c.amount != 0)
        .group_by(*keys, currency_table.c.unit)
        .having(total != 0)
        .order_by(*keys)
    )


_BALANCES = _balances()


def _asked() -> sa.FromClause:
    """Customers, each with the first and the last day of its window."""
    days = (sa.bindparam(name, type_=sa.ARRAY(sa.Date())) for name in ("firsts", "lasts"))
    customers = sa.bindparam("customers", type_=sa.ARRAY(sa.Uuid()))
    return (
        sa.func.unnest(customers, *days)
        .table_valued(
            sa.column("customer_id", sa.Uuid()), sa.column("first_day", sa.Date()), sa.column("last_day", sa.Date())
        )
        .render_derived(name="asked")
    )


def _sold() -> Statement:
    asked = _asked()
    there = sa.and_(
        balance.c.customer_id == asked.c.customer_id,
        balance.c.category == Category.SALES.value,
        balance.c.due_day.between(asked.c.first_day, asked.c.last_day),
    )
    return Statement(
        sa.select(
            asked.c.customer_id,
            balance.c.currency,
            (sa.cast(sa.func.sum(balance.c.amount), sa.BigInteger()) * currency_table.c.unit).label("amount"),
        )
        .select_from(asked.join(balance, there).join(currency_table, currency_table.c.code == balance.c.currency))
        .group_by(asked.c.customer_id, balance.c.currency, currency_table.c.unit)
        .order_by(asked.c.customer_id, balance.c.currency)
    )


def _taxed() -> Statement:
    asked, kinds = _asked(), [kind.value for kind in sorted(SALES)]
    there = sa.and_(
        open_item.c.customer_id == asked.c.customer_id,
        open_item.c.document_date.between(asked.c.first_day, asked.c.last_day),
        open_item.c.kind == sa.func.any(sa.literal(kinds, sa.ARRAY(sa.Text()))),
        open_item.c.reversed_on.is_(None),
    )
    return Statement(
        sa.select(asked.c.customer_id, open_item.c.currency, sa.func.sum(-open_item.c.tax_amount).label("amount"))
        .select_from(asked.join(open_item, there))
        .where(open_item.c.tax_amount.is_not(None))
        .group_by(asked.c.customer_id, open_item.c.currency)
        .order_by(asked.c.customer_id, open_item.c.currency)
    )


_SOLD = _sold()
"""Invoices less credit notes of each customer's window, tax included. Nothing: there were none."""

_TAXED = _taxed()
"""The tax in them, to be taken off."""


def limits_of(row: Row) -> PartyLimits:
    """Limits as the rules know them."""
    ceiling = None if row["ceiling"] is None else Money(row["ceiling"], row["currency"])
    share = None
    if row["turnover_percent"] is not None:
        share = TurnoverShare(
            row["turnover_percent"],
            row["currency"],
            row["turnover_rolling"],
            row["turnover_net_of_tax"],
            row["turnover_with_orders"],
        )
    return PartyLimits(ceiling, share, row["max_days_overdue"], PartyLimitReaction(row["reaction"]))


@dataclass(frozen=True)
class Beside:
    """What stands beside the credit limits of some payers."""

    own: Mapping[UUID, OwnLimits] = field(default_factory=dict)
    parties: Mapping[UUID, PartyFacts] = field(default_factory=dict)
    party_of: Mapping[UUID, UUID] = field(default_factory=dict)

    def party(self, payer: UUID) -> PartyFacts | None:
        """The payer's party, where it has limits."""
        return self.parties.get(self.party_of[payer]) if payer in self.party_of else None

    def with_own(self, facts: CustomerFacts) -> CustomerFacts:
        """The payer with its own limits."""
        return replace(facts, own=self.own[facts.id]) if facts.id in self.own else facts

    def currencies(self, payer: UUID) -> set[str]:
        """What the payer's own limits are converted from and to."""
        return _currencies(self.own[payer].limits, self.own[payer].turnover) if payer in self.own else set()


async def limits_beside(
    conn: asyncpg.Connection, payers: Iterable[Row], moment: Moment, currencies: Mapping[UUID, Iterable[str]]
) -> Beside:
    """The limits of payers and their parties.

    `payers`: rows of `fact_statements.CUSTOMERS`; `currencies`: those of the payers' orders.
    """
    limited = [row for row in payers if row["party_limits_id"] is not None or row["limits_id"] is not None]
    if not limited:
        return Beside()
    ids = {row[name] for row in limited for name in ("party_limits_id", "limits_id")} - {None}
    kept = {row["holder_id"]: limits_of(row) for row in await _IN_FORCE.all(conn, ids=sorted(ids))}
    own = sorted(row["id"] for row in limited if row["id"] in kept)
    party_of = {row["id"]: row["party_id"] for row in limited if row["party_id"] in kept}
    parties = sorted(set(party_of.values()))
    customers = await _CUSTOMERS.all(conn, parties=parties, customers=own)
    turnover = await _turnover(conn, customers, kept, moment)
    used: dict[UUID, set[str]] = defaultdict(set)
    for payer, key in party_of.items():
        used[key].update(currencies[payer])
    balances = await _party_balances(conn, parties, moment)
    for key, covering in (await _covered(conn, [row for row in customers if row["party_id"] in kept], moment)).items():
        balances[key] += covering
    found = {}
    for key in parties:
        of = [row for row in customers if row["party_id"] == key]
        day = max(moment.day(row["time_zone"]) for row in of)
        owing, sold = balances[key], turnover.get(key)
        wanted = used[key] | _currencies(kept[key], sold) | {one.amount.currency for one in owing}
        worth = with_age(await exchange_on(conn, day, wanted), MAX_RATE_AGE_DAYS)
        found[key] = PartyFacts(key, of[0]["party_name"], day, kept[key], tuple(owing), worth, sold)
    return Beside({key: OwnLimits(kept[key], turnover.get(key)) for key in own}, found, party_of)


def _currencies(limits: PartyLimits, turnover: Iterable[Money] | None) -> set[str]:
    used = {money.currency for money in turnover or ()}
    if limits.ceiling is not None:
        used.add(limits.ceiling.currency)
    if limits.turnover is not None:
        used.add(limits.turnover.currency)
    return used


async def _covered(conn: asyncpg.Connection, customers: Sequence[Row], moment: Moment) -> Mapping[UUID, list[Balance]]:
    """What receipts of each customer cover of what it owes itself, by its party; everything counts there."""
    receipts = await receipts_of(conn, customers, moment)
    paying = {row["id"]: row for row in customers if row["id"] in receipts}
    owing: dict[UUID, list[Balance]] = defaultdict(list)
    kept = await BALANCES.all(conn, customers=list(paying)) if paying else []
    for row in await moved_dues(conn, kept, {key: row["bank_days_of"] for key, row in paying.items()}):
        money = Money(row["amount"] * row["unit"], row["currency"])
        owing[row["customer_id"]].append(Balance(Category(row["category"]), money, row["due_day"]))
    found: dict[UUID, list[Balance]] = defaultdict(list)
    for key, row in paying.items():
        day = moment.day(row["time_zone"])
        found[row["party_id"]] += receipts[key].cover(owing[key], CountingPolicy(), day, dated=True)
    return found


async def _party_balances(
    conn: asyncpg.Connection, parties: Sequence[UUID], moment: Moment
) -> dict[UUID, list[Balance]]:
    found: dict[UUID, list[Balance]] = defaultdict(list)
    for row in await _BALANCES.all(conn, parties=parties) if parties else ():
        money = Money(row["amount"] * row["unit"], row["currency"])
        day = moment.day(row["time_zone"])
        found[row["party_id"]].append(Balance(Category(row["category"]), money, row["due_day"], day))
    return found


async def _turnover(
    conn: asyncpg.Connection, customers: Iterable[Row], kept: Mapping[UUID, PartyLimits], moment: Moment
) -> dict[UUID, tuple[Money, ...]]:
    """What was sold to each holder of a share of turnover, in each company's window; who was sold nothing has none."""
    shares = [
        (holder, row, share)
        for row in customers
        for holder in (row["party_id"], row["id"])
        if holder in kept and (share := kept[holder].turnover) is not None
    ]
    if not shares:
        return {}
    fiscal = await fiscal_calendars(conn, {row["company_id"] for _, row, _ in shares})
    windows: dict[tuple[UUID, UUID], tuple[date, date]] = {}
    for holder, row, share in shares:
        today = moment.day(row["time_zone"])
        windows[holder, row["id"]] = turnover_window(share.rolling, fiscal[row["company_id"]], today)
    found: dict[UUID, list[Money]] = defaultdict(list)
    for holder in {holder for holder, _ in windows}:
        mine = {key: window for (of, key), window in windows.items() if of == holder}
        given = _windows(mine)
        for row in await _SOLD.all(conn, **given):
            found[holder].append(Money(row["amount"], row["currency"]))
        share = kept[holder].turnover
        if holder in found and share is not None and share.net_of_tax:
            for row in await _TAXED.all(conn, **given):
                found[holder].append(Money(row["amount"], row["currency"]))
    return {holder: tuple(sold) for holder, sold in found.items()}


def _windows(windows: Mapping[UUID, tuple[date, date]]) -> dict[str, Any]:
    return {
        "customers": list(windows),
        "firsts": [first for first, _ in windows.values()],
        "lasts": [last for _, last in windows.values()],
    }
