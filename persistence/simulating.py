"""A dry run of a blocking rule: what it would do to the open orders of its company. Nothing is written or locked.

It reads one snapshot and then checks every order twice by itself, so that what one order would take or free says
nothing about another.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from domain.blocking import BlockingRule, ValidFor
from domain.dry_run import RuleEffect, Trial, Tried, next_step, tried
from domain.facts import Checkpoint, Facts
from domain.message import N_, Message
from domain.money import Exchange, Money, RateMissing
from domain.orders import SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.database import Pool
from persistence.many_facts import many_facts
from persistence.orders import KeptOrder, orders_by_key
from persistence.rates import exchange_on, with_age
from persistence.shapes.rule import NAMES_IN_RULES
from persistence.statements import Row, Statement, any_of
from persistence.tables.company import blocking_rule
from persistence.tables.customer import customer
from persistence.tables.decisions import credit_decision
from persistence.tables.orders import sales_order
from persistence.take import Transaction
from persistence.told import rule_of
from persistence.writing.finding import version_refusals
from persistence.writing.rules import NO_RULE, OTHER_COMPANY, TABLE, RuleToSave, rule_wanted

MOST_ORDERS = 10_000
"""How many orders are looked at, the oldest first."""

_AT_ONCE = 10
"""So many orders are checked before others of the process get their turn."""

ONLY_THE_OLDEST = N_("More orders are open: the {most} oldest of them were looked at.")

_OPEN = (SalesOrderStatus.APPROVED.value, SalesOrderStatus.HELD.value, SalesOrderStatus.DELIVERED.value)
"""Orders that count, or wait on hold; of one that is invoiced or rejected nothing is to go on."""

_RULE = Statement(
    sa.select(blocking_rule, *NAMES_IN_RULES).where(blocking_rule.c.id == sa.bindparam("id", type_=sa.Uuid()))
)
_ORDERS = Statement(
    sa.select(sales_order.c.customer_id, sales_order.c.id, sales_order.c.currency, credit_decision.c.checkpoint)
    .join(customer, customer.c.id == sales_order.c.customer_id)
    .outerjoin(
        credit_decision,
        sa.and_(
            credit_decision.c.customer_id == sales_order.c.customer_id,
            credit_decision.c.id == sales_order.c.latest_decision_id,
        ),
    )
    .where(
        sales_order.c.company_id == sa.bindparam("company", type_=sa.Uuid()),
        sales_order.c.status == sa.func.any(sa.literal(list(_OPEN), sa.ARRAY(sa.Text()))),
        sa.or_(
            sa.bindparam("everybody", type_=sa.Boolean()),
            any_of(customer.c.id, "customers"),
            any_of(customer.c.credit_management_group_id, "groups"),
        ),
    )
    .order_by(sales_order.c.id)
    .limit(sa.bindparam("most", type_=sa.BigInteger()))
)


@dataclass(frozen=True)
class TriedOrder:
    """An order that the rule would answer otherwise."""

    order: UUID
    tried: Tried


@dataclass(frozen=True)
class Affected:
    """So many orders, and what they come to in the company's currency."""

    orders: int
    amount: Money


@dataclass(frozen=True)
class Simulation:
    """What a rule would do in its company, the orders by age. `not_decided`: no rate, so there is no answer."""

    company: UUID
    open_orders: int
    not_decided: int
    orders: tuple[TriedOrder, ...]
    affected: Mapping[RuleEffect, Affected]
    warnings: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class _Read:
    """What was read in one snapshot. `worth`: of the company's currency today; None where no order is open."""

    company: Row
    trial: Trial
    orders: tuple[KeptOrder, ...]
    asked: Mapping[UUID, Checkpoint]
    facts: Mapping[UUID, Facts]
    worth: Exchange | None
    all_read: bool


async def simulate(
    pool: Pool,
    wanted: RuleToSave,
    *,
    actor: UUID,
    now: datetime,
    granted: Mapping[str, UUID],
    readable: Iterable[UUID] = (),
    most: int = MOST_ORDERS,
) -> Simulation:
    """What would happen if the rule were saved. Raises `Refused` for what could not be saved.

    Nobody has to confirm an exclusion that is only tried, nor be allowed to waive limits.
    """
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        tx = await Transaction.begin(conn, actor, now, granted)
        tx.readable = frozenset(readable)
        read = await _read(tx, wanted, most)
    return await _compared(read, most)


async def _read(tx: Transaction, wanted: RuleToSave, most: int) -> _Read:
    company = tx.company(wanted.company)
    trial = await _trial(tx, company["id"], wanted)
    rules = trial.rules
    rows = await _ORDERS.all(
        tx.conn,
        company=company["id"],
        everybody=any(rule.valid_for is ValidFor.ALL for rule in rules),
        customers=[rule.customer for rule in rules if rule.customer is not None],
        groups=[rule.credit_management_group for rule in rules if rule.credit_management_group is not None],
        most=most + 1,
    )
    looked_at = rows[:most]
    amounts = {amount.currency for rule in rules for amount in rule.amounts}
    currencies: dict[UUID, set[str]] = defaultdict(lambda: set(amounts))
    for row in looked_at:
        currencies[row["customer_id"]].add(row["currency"])
    orders = await orders_by_key(tx.conn, [(row["customer_id"], row["id"]) for row in looked_at])
    facts = await many_facts(tx.conn, currencies, tx.now, rules) if currencies else {}
    return _Read(
        company=company,
        trial=trial,
        orders=tuple(sorted(orders, key=lambda order: order.id)),
        asked={row["id"]: Checkpoint(row["checkpoint"]) for row in looked_at if row["checkpoint"] is not None},
        facts=facts,
        worth=await _worth(tx, company, facts, {order.amount.currency for order in orders}),
        all_read=len(rows) <= most,
    )


async def _worth(tx: Transaction, company: Row, facts: Mapping[UUID, Facts], currencies: set[str]) -> Exchange | None:
    """What an order is worth in the company's currency, by the rates with which it is checked."""
    if not facts:
        return None
    oldest = next(iter(facts.values())).customer.exchange.max_age_days
    return with_age(await exchange_on(tx.conn, tx.today(company["id"]), {company["currency"], *currencies}), oldest)


async def _trial(tx: Transaction, company: UUID, wanted: RuleToSave) -> Trial:
    """The rule as it is and as it would be. Raises `Refused`."""
    kept = None if wanted.id is None else await _RULE.one(tx.conn, id=wanted.id)
    after, refusals = await rule_wanted(tx, company, replace(wanted, confirmed=True))
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_RULE), ("id",))
    if kept is None:
        if wanted.id is not None:
            raise Refused(unknown)
    else:
        tx.within(kept["company_id"], unknown)
        refusals.extend(version_refusals(kept["version"], wanted.expected_version, (TABLE, kept["id"])))
        if kept["company_id"] != company:
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_COMPANY), ("company",)))
    if refusals:
        raise Refused(*refusals)
    before: BlockingRule | None = rule_of(kept) if kept is not None and kept["active"] else None
    return Trial(before, after if wanted.active else None)


async def _compared(read: _Read, most: int) -> Simulation:
    found: list[TriedOrder] = []
    amounts: dict[RuleEffect, list[Money]] = {effect: [] for effect in RuleEffect}
    not_decided = 0
    for place, order in enumerate(read.orders):
        if place % _AT_ONCE == 0:
            await asyncio.sleep(0)
        try:
            one = _tried(read, order)
        except RateMissing:
            not_decided += 1
            continue
        if one is None or not one.differs:
            continue
        found.append(TriedOrder(order.id, one))
        if one.effect is not None:
            amounts[one.effect].append(one.then.amount)
    warning = Refusal(ErrorCode.TOO_MANY_ROWS, Message(ONLY_THE_OLDEST, {"most": most}))
    return Simulation(
        company=read.company["id"],
        open_orders=len(read.orders),
        not_decided=not_decided,
        orders=tuple(found),
        affected={effect: _affected(read, each) for effect, each in amounts.items()},
        warnings=() if read.all_read else (warning,),
    )


def _tried(read: _Read, order: KeptOrder) -> Tried | None:
    facts = read.facts[order.payer]
    last = read.asked.get(order.id, Checkpoint.CONFIRMATION)
    if order.hold is not None:
        last = Checkpoint(order.hold["checkpoint"])
    return tried(facts, read.trial, order.asks(next_step(last, facts.customer.checkpoints)))


def _affected(read: _Read, amounts: list[Money]) -> Affected:
    currency: str = read.company["currency"]
    amount = read.worth.total(amounts, currency) if read.worth is not None else Money(Decimal(0), currency)
    return Affected(len(amounts), amount)
