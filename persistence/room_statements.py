"""The statements of an order's room: whose it is, its locks, and what only a decision needs of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from domain.exposure import KEPT, Category
from persistence.shapes.falling_due import CLAIMED, bank_days_of, moved_due
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import credit_group, credit_group_member, customer, customer_payer, party
from persistence.tables.movements import balance
from persistence.tables.receivables import document_number
from persistence.tables.running import idempotency_key

_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_COMPANIES = sa.bindparam("companies", type_=sa.ARRAY(sa.Uuid()))


def _texts(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=sa.ARRAY(sa.Text()))


def _today(zone: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.timezone(zone, _NOW), sa.Date())


def _asked(*columns: str) -> sa.FromClause:
    """Pairs of a company and what is looked for in it, given as two arrays."""
    return (
        sa.func.unnest(_COMPANIES, _texts(columns[0]))
        .table_valued(sa.column("company_id", sa.Uuid()), sa.column("value", sa.Text()))
        .render_derived(name="asked")
    )


def _buyers(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    asked = _asked("accounts")
    same = sa.and_(customer.c.company_id == asked.c.company_id, customer.c.account == asked.c.value)
    return sa.select(*columns).select_from(asked.join(customer, same))


def _numbers(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    asked = _asked("numbers")
    same = sa.and_(
        document_number.c.company_id == asked.c.company_id,
        document_number.c.document == "sales_order",
        document_number.c.number == asked.c.value,
    )
    return sa.select(*columns).select_from(asked.join(document_number, same))


BUYERS = Statement(_buyers(customer.c.id, customer.c.company_id, customer.c.account))
"""Customers by company and account."""

NUMBERS = Statement(
    _numbers(
        document_number.c.customer_id,
        document_number.c.document_id,
        document_number.c.company_id,
        document_number.c.number,
    )
)
"""Orders by company and number: whose they are."""


def _whose(customers: sa.ColumnElement[bool]) -> Statement:
    """Who pays for customers today, and which credit groups they and their payers are in: each by its company's day.

    With the parties of both where these have limits, which are rooms too.
    """
    day = _today(company_table.c.time_zone)
    payer = (
        sa.select(customer_payer.c.payer_id)
        .where(customer_payer.c.customer_id == customer.c.id, customer_payer.c.from_day <= day)
        .order_by(customer_payer.c.from_day.desc())
        .limit(1)
        .correlate(customer, company_table)
        .lateral("payer")
    )
    own, shared = credit_group_member.alias("own"), credit_group_member.alias("shared")
    paying, own_party, payer_party = customer.alias("paying"), party.alias("own_party"), party.alias("payer_party")
    payer_id = sa.func.coalesce(payer.c.payer_id, customer.c.id)

    def member(of: sa.FromClause, key: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        until = sa.or_(of.c.until_day.is_(None), of.c.until_day >= day)
        return sa.and_(of.c.customer_id == key, of.c.from_day <= day, until)

    return Statement(
        sa.select(
            customer.c.id,
            customer.c.company_id,
            customer.c.account,
            payer_id.label("payer_id"),
            own.c.credit_group_id.label("own_group_id"),
            shared.c.credit_group_id.label("payer_group_id"),
            own_party.c.id.label("own_party_id"),
            payer_party.c.id.label("payer_party_id"),
            company_table.c.time_zone,
            company_table.c.currency,
            credit_group.c.time_zone.label("group_time_zone"),
            credit_group.c.currency.label("group_currency"),
        )
        .select_from(
            customer.join(company_table, company_table.c.id == customer.c.company_id)
            .outerjoin(payer, sa.true())
            .outerjoin(own, member(own, customer.c.id))
            .outerjoin(shared, member(shared, payer_id))
            .outerjoin(credit_group, credit_group.c.id == shared.c.credit_group_id)
            .outerjoin(paying, paying.c.id == payer_id)
            .outerjoin(own_party, limited(own_party, customer))
            .outerjoin(payer_party, limited(payer_party, paying))
        )
        .where(customers)
    )


def limited(of: sa.FromClause, whose: sa.FromClause) -> sa.ColumnElement[bool]:
    """The party of a customer, if it has limits: then all its customers are one room."""
    return sa.and_(of.c.id == whose.c.party_id, of.c.limits_id.is_not(None))


WHOSE = _whose(any_of(customer.c.id, "customers"))
"""Of customers by id."""

_LOOKED_FOR = sa.union_all(_buyers(customer.c.id), _numbers(document_number.c.customer_id)).scalar_subquery()

WHOSE_ASKED = _whose(customer.c.id == sa.func.any(sa.func.array(_LOOKED_FOR)))
"""Of the customers and of the orders asked for."""


def _locks(table: sa.Table, name: str, *, free: bool) -> sa.Select[Any]:
    return (
        sa.select(table.c.id)
        .where(any_of(table.c.id, name))
        .order_by(table.c.id)
        .with_for_update(key_share=True, skip_locked=free)
    )


LOCK_PARTIES = Statement(_locks(party, "parties", free=False))
LOCK_GROUPS = Statement(_locks(credit_group, "groups", free=False))
LOCK_CUSTOMERS = Statement(_locks(customer, "customers", free=False))


def _lock_free() -> Statement:
    found = [_locks(table, name, free=True).cte(f"free_{name}") for table, name in _LOCKED]
    return Statement(sa.union_all(*(sa.select(one.c.id) for one in found)))


_LOCKED = ((party, "parties"), (credit_group, "groups"), (customer, "customers"))

LOCK_FREE = _lock_free()
"""Only those that nobody else has locked: since nobody is waited for, all are locked at once."""


def _rooms_of() -> Statement:
    asked = (
        sa.func.unnest(
            sa.bindparam("customers", type_=sa.ARRAY(sa.Uuid())), sa.bindparam("days", type_=sa.ARRAY(sa.Date()))
        )
        .table_valued(sa.column("customer_id", sa.Uuid()), sa.column("day", sa.Date()))
        .render_derived(name="asked")
    )
    member = credit_group_member
    until = sa.or_(member.c.until_day.is_(None), member.c.until_day >= asked.c.day)
    there = sa.and_(member.c.customer_id == asked.c.customer_id, member.c.from_day <= asked.c.day, until)
    return Statement(
        sa.select(asked.c.customer_id, member.c.credit_group_id, party.c.id.label("party_id")).select_from(
            asked.join(customer, customer.c.id == asked.c.customer_id)
            .outerjoin(member, there)
            .outerjoin(party, limited(party, customer))
        )
    )


ROOMS_OF = _rooms_of()
"""The credit group of each customer on its day, and its party where that has limits."""

_COUNTED = [category.value for category in KEPT if category is not Category.SALES]
_CLAIMED = [category.value for category in CLAIMED]
_SUM: sa.ColumnElement[int] = sa.cast(sa.func.sum(balance.c.amount), sa.BigInteger())
_DAY = _today(company_table.c.time_zone)


def _any(values: list[str]) -> sa.ColumnElement[bool]:
    return balance.c.category == sa.func.any(sa.literal(values, sa.ARRAY(sa.Text())))


def _sums(holders: sa.CTE, *dated: tuple[sa.ColumnElement[bool], Any], more: Sequence[Any] = ()) -> Statement:
    """Sums of what counts, in minor units, by due day where a decision looks at it, so that they stay few."""
    due = sa.case(*dated, else_=None)
    keys = (holders.c.id, balance.c.category, balance.c.currency, due, *more)
    return Statement(
        sa.select(*keys[:3], due.label("due_day"), *more, _SUM.label("amount"))
        .select_from(holders.join(balance, balance.c.customer_id == holders.c.customer_id))
        .where(_any(_COUNTED), balance.c.amount != 0)
        .group_by(*keys)
        .having(_SUM != 0)
    )


_PAYERS = (
    sa.select(
        customer.c.id,
        customer.c.id.label("customer_id"),
        credit_parameters.c.order_horizon_days,
        credit_parameters.c.due_rolls_to_bank_day,
    )
    .join(credit_parameters, credit_parameters.c.company_id == customer.c.company_id)
    .where(any_of(customer.c.id, "customers"))
    .cte("payer")
    .prefix_with("MATERIALIZED")
)
_MEMBERS = (
    sa.select(
        credit_group_member.c.credit_group_id.label("id"),
        credit_group_member.c.customer_id,
        _DAY.label("day"),
        credit_group.c.order_horizon_days,
    )
    .join(credit_group, credit_group.c.id == credit_group_member.c.credit_group_id)
    .join(customer, customer.c.id == credit_group_member.c.customer_id)
    .join(company_table, company_table.c.id == customer.c.company_id)
    .where(
        any_of(credit_group_member.c.credit_group_id, "groups"),
        credit_group_member.c.from_day <= _DAY,
        sa.or_(credit_group_member.c.until_day.is_(None), credit_group_member.c.until_day >= _DAY),
    )
    .cte("member")
    .prefix_with("MATERIALIZED")
)


def _ordered(holders: sa.CTE) -> sa.ColumnElement[bool]:
    return sa.and_(balance.c.category == Category.OPEN_ORDERS.value, holders.c.order_horizon_days.is_not(None))


BALANCES = _sums(
    _PAYERS,
    (sa.and_(_any(_CLAIMED), _PAYERS.c.due_rolls_to_bank_day), moved_due(balance.c.due_day, bank_days_of(balance))),
    (_any(_CLAIMED), balance.c.due_day),
    (_ordered(_PAYERS), balance.c.due_day),
)
"""Of payers: by due day orders that a horizon may leave out, and what is or will be overdue."""

GROUP_BALANCES = _sums(_MEMBERS, (_ordered(_MEMBERS), balance.c.due_day), more=(_MEMBERS.c.day.label("company_day"),))
"""Of all members of groups, each by its own company's day; nothing looks at what a group has overdue."""


def _keys() -> sa.Select[Any]:
    asked = (
        sa.func.unnest(sa.bindparam("actors", type_=sa.ARRAY(sa.Uuid())), _texts("mutations"), _texts("keys"))
        .table_valued(sa.column("actor_id", sa.Uuid()), sa.column("mutation", sa.Text()), sa.column("key", sa.Text()))
        .render_derived(name="asked")
    )
    kept = idempotency_key.c
    same = (kept.actor_id == asked.c.actor_id, kept.mutation == asked.c.mutation, kept.key == asked.c.key)
    result = sa.cast(kept.result, sa.Text()).label("result")
    return sa.select(kept.actor_id, kept.mutation, kept.key, kept.input_hash, result, kept.recorded_at).join_from(
        asked, idempotency_key, sa.and_(*same)
    )


KEYS = Statement(_keys())
"""What came of keys before."""
