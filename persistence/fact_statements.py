"""The statements that load facts: few, set-based, each for many customers at once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from domain.blocking.rule import BY_ITEM
from domain.exposure import Category
from domain.receivables import OpenItemKind, category_of
from persistence.shapes.falling_due import bank_days_of, moved_due
from persistence.shapes.rule import NAMES_IN_RULES
from persistence.statements import Statement, any_of
from persistence.tables.company import blocking_rule, checkpoint_setting, company_table, credit_parameters
from persistence.tables.customer import (
    credit_group,
    credit_group_member,
    customer,
    customer_flags,
    customer_payer,
    party,
)
from persistence.tables.limits import collateral, credit_limit_entry
from persistence.tables.movements import balance, movement
from persistence.tables.receivables import open_item, settlement
from persistence.tables.reference import account_status, cash_discount, currency_table, payment_terms

_CUSTOMERS = sa.bindparam("customers", type_=sa.ARRAY(sa.Uuid()))
_DAYS = sa.bindparam("days", type_=sa.ARRAY(sa.Date()))
_DAY = sa.bindparam("day", type_=sa.Date())


def _compared(switch: str, named: sa.Table) -> list[sa.ColumnElement[Any]]:
    """What a customer usually has, where the company compares orders with it: where it does not, nothing is read."""
    minds, key = credit_parameters.c[switch], customer.c[f"{named.name}_id"]

    def of(name: str) -> sa.ColumnElement[Any]:
        found = sa.select(named.c[name]).where(named.c.id == key).correlate(customer).scalar_subquery()
        return sa.case((minds, found), else_=None).label(f"{named.name}_{name}")

    return [minds, key, of("code"), of("rank")]


# What a decision follows from, and nothing of what is only information: every order loads its payer.
CUSTOMERS = Statement(
    sa.select(
        *(
            customer.c[name]
            for name in (
                "id",
                "company_id",
                "account",
                "name",
                "credit_management_group_id",
                "account_status_id",
                "risk_group_id",
                "excluded_from_credit_management",
                "excluded_until",
                "unlimited_credit",
                "mandatory_credit_limit",
                "customer_since",
                "limits_id",
                "next_review_date",
                "intercompany",
            )
        ),
        company_table.c.code.label("company_code"),
        company_table.c.currency.label("company_currency"),
        company_table.c.time_zone,
        company_table.c.bank_days_of,
        party.c.blocked.label("on_hold"),
        party.c.id.label("party_id"),
        party.c.limits_id.label("party_limits_id"),
        account_status.c.effect.label("status_effect"),
        *(
            credit_parameters.c[name]
            for name in (
                "credit_limit_type",
                "check_credit_groups",
                "unset_limit_means_unlimited",
                "blank_expiry_means_expired",
                "disputed_reduces_exposure",
                "disputed_reduces_overdue",
                "order_horizon_days",
                "max_rate_age_days",
                "release_valid_days",
                "pending_receipt_days",
                "check_invoices_without_order",
                "check_intercompany_orders",
            )
        ),
        *_compared("check_payment_terms_increase", payment_terms),
        *_compared("check_cash_discount_increase", cash_discount),
    )
    .select_from(
        customer.join(company_table, company_table.c.id == customer.c.company_id)
        .join(credit_parameters, credit_parameters.c.company_id == customer.c.company_id)
        .join(party, party.c.id == customer.c.party_id)
        .outerjoin(account_status, account_status.c.id == customer.c.account_status_id)
    )
    .where(any_of(customer.c.id, "customers"))
)

FLAGS = ("excluded_from_credit_management", "excluded_until", "unlimited_credit", "mandatory_credit_limit")
"""What is kept of a customer as it was, when it changes."""

_ASKED = (
    sa.func.unnest(_CUSTOMERS, _DAYS)
    .table_valued(sa.column("customer_id", sa.Uuid()), sa.column("day", sa.Date()))
    .render_derived(name="asked")
)

GROUPS_OF = Statement(
    sa.select(credit_group_member.c.customer_id, credit_group_member.c.credit_group_id)
    .select_from(_ASKED)
    .join(
        credit_group_member,
        sa.and_(
            credit_group_member.c.customer_id == _ASKED.c.customer_id,
            credit_group_member.c.from_day <= _ASKED.c.day,
            sa.or_(credit_group_member.c.until_day.is_(None), credit_group_member.c.until_day >= _ASKED.c.day),
        ),
    )
)

PAYERS_OF = Statement(
    sa.select(customer_payer.c.customer_id, customer_payer.c.payer_id)
    .select_from(_ASKED)
    .join(
        customer_payer,
        sa.and_(customer_payer.c.customer_id == _ASKED.c.customer_id, customer_payer.c.from_day <= _ASKED.c.day),
    )
    .ext(distinct_on(customer_payer.c.customer_id))
    .order_by(customer_payer.c.customer_id, customer_payer.c.from_day.desc())
)

# The values of a day are those that were kept with the first last day on or after it; none: those of now.
FLAGS_OF = Statement(
    sa.select(customer_flags.c.customer_id, *(customer_flags.c[name] for name in FLAGS))
    .select_from(_ASKED)
    .join(
        customer_flags,
        sa.and_(customer_flags.c.customer_id == _ASKED.c.customer_id, customer_flags.c.until_day >= _ASKED.c.day),
    )
    .ext(distinct_on(customer_flags.c.customer_id))
    .order_by(customer_flags.c.customer_id, customer_flags.c.until_day)
)

GROUPS = Statement(sa.select(credit_group).where(any_of(credit_group.c.id, "groups")).order_by(credit_group.c.id))

_MEMBER_DAY = sa.func.coalesce(
    sa.bindparam("as_of", type_=sa.Date()),
    sa.cast(
        sa.func.timezone(company_table.c.time_zone, sa.bindparam("now", type_=sa.DateTime(timezone=True))), sa.Date()
    ),
)

# Each member by its own company's day: the day by which a check finds its group, so that who is tested is counted.
MEMBERS = Statement(
    sa.select(
        credit_group_member.c.customer_id,
        company_table.c.time_zone,
        company_table.c.bank_days_of,
        credit_parameters.c.pending_receipt_days,
    )
    .select_from(
        credit_group_member.join(customer, customer.c.id == credit_group_member.c.customer_id)
        .join(company_table, company_table.c.id == customer.c.company_id)
        .outerjoin(credit_parameters, credit_parameters.c.company_id == customer.c.company_id)
    )
    .where(
        credit_group_member.c.credit_group_id == sa.bindparam("group", type_=sa.Uuid()),
        credit_group_member.c.from_day <= _MEMBER_DAY,
        sa.or_(credit_group_member.c.until_day.is_(None), credit_group_member.c.until_day >= _MEMBER_DAY),
    )
)

ENTRIES = Statement(
    sa.select(credit_limit_entry)
    .where(any_of(credit_limit_entry.c.holder_id, "holders"))
    .order_by(credit_limit_entry.c.holder_id, credit_limit_entry.c.id)
)

COLLATERALS = Statement(
    sa.select(collateral).where(any_of(collateral.c.customer_id, "customers")).order_by(collateral.c.id)
)

CHECKPOINTS = Statement(
    sa.select(checkpoint_setting)
    .where(any_of(checkpoint_setting.c.company_id, "companies"))
    .order_by(checkpoint_setting.c.checkpoint)
)

RULES = Statement(
    sa.select(blocking_rule, *NAMES_IN_RULES)
    .where(any_of(blocking_rule.c.company_id, "companies"), blocking_rule.c.active)
    .order_by(blocking_rule.c.id)
)

TERMS_DAYS = Statement(
    sa.select(payment_terms.c.id, payment_terms.c.days)
    .where(
        payment_terms.c.days.is_not(None),
        sa.or_(
            payment_terms.c.company_id.is_(None),
            payment_terms.c.company_id == sa.func.any(sa.bindparam("companies", type_=sa.ARRAY(sa.Uuid()))),
        ),
    )
    .order_by(payment_terms.c.id)
)

BALANCES = Statement(
    sa.select(balance, currency_table.c.unit)
    .join(currency_table, currency_table.c.code == balance.c.currency)
    .where(any_of(balance.c.customer_id, "customers"), balance.c.amount != 0)
    .order_by(balance.c.customer_id, balance.c.category, balance.c.currency, balance.c.due_day)
)


def _one_of(column: sa.ColumnElement[str], values: list[str]) -> sa.ColumnElement[bool]:
    return column == sa.func.any(sa.literal(values, sa.ARRAY(sa.Text())))


_BY_ITEM = (
    sa.select(customer.c.id)
    .where(
        any_of(customer.c.id, "customers"),
        sa.exists().where(
            blocking_rule.c.company_id == customer.c.company_id,
            blocking_rule.c.active,
            sa.or_(
                _one_of(blocking_rule.c.kind, sorted(BY_ITEM)),
                blocking_rule.c.ignore_items_below.is_not(None),
                blocking_rule.c.minimum_items.is_not(None),
            ),
        ),
    )
    .cte("by_item")
    .prefix_with("MATERIALIZED")
)
_OWED_KINDS = [str(kind) for kind in OpenItemKind if category_of(kind) is Category.RECEIVABLES]
_SETTLED = (
    sa.select(sa.func.coalesce(sa.func.sum(settlement.c.amount), 0).label("amount"))
    .where(
        settlement.c.customer_id == open_item.c.customer_id,
        settlement.c.item_id == open_item.c.id,
        settlement.c.reversed_on.is_(None),
    )
    .correlate(open_item)
    .lateral("settled")
)
_OPEN = open_item.c.amount - _SETTLED.c.amount


def _debts(payers: sa.CTE) -> Statement:
    # Of most items nothing is open: settlements are looked for of those alone that were due on a day with something
    # open. These days are read once for a customer, so that its items are gone through once.
    open_days = (
        sa.select(sa.func.array_agg(balance.c.due_day).label("days"))
        .where(balance.c.customer_id == payers.c.id, balance.c.category == Category.RECEIVABLES.value)
        .correlate(payers)
        .lateral("open_days")
    )
    return Statement(
        sa.select(
            open_item.c.customer_id,
            open_item.c.document_date,
            moved_due(open_item.c.due_date, bank_days_of(open_item)).label("due_date"),
            _OPEN.label("open"),
            open_item.c.currency,
            open_item.c.disputed,
            open_item.c.dunning_level,
        )
        .select_from(
            payers.join(open_days, sa.true())
            .join(open_item, open_item.c.customer_id == payers.c.id)
            .join(_SETTLED, sa.true())
        )
        .where(
            open_item.c.reversed_on.is_(None),
            _one_of(open_item.c.kind, _OWED_KINDS),
            open_item.c.due_date == sa.func.any(open_days.c.days),
            _OPEN > 0,
        )
        .order_by(open_item.c.customer_id, open_item.c.document_date, open_item.c.id)
    )


ALL_DEBTS = _debts(
    sa.select(customer.c.id).where(any_of(customer.c.id, "customers")).cte("payer").prefix_with("MATERIALIZED")
)
"""The open items of payers."""

DEBTS = _debts(_BY_ITEM)
"""The open items of payers in whose company a rule looks at single items; of others none."""

_SUM = sa.func.sum(movement.c.amount)

BALANCES_AS_OF = Statement(
    sa.select(
        movement.c.customer_id,
        movement.c.category,
        movement.c.currency,
        movement.c.due_day,
        _SUM.label("amount"),
        currency_table.c.unit,
    )
    .join(currency_table, currency_table.c.code == movement.c.currency)
    .where(any_of(movement.c.customer_id, "customers"), movement.c.day <= _DAY)
    .group_by(
        movement.c.customer_id,
        movement.c.category,
        movement.c.currency,
        movement.c.due_day,
        currency_table.c.unit,
    )
    .having(_SUM != 0)
    .order_by(movement.c.customer_id, movement.c.category, movement.c.currency, movement.c.due_day)
)
