"""How blocking rules are read."""

from __future__ import annotations

import sqlalchemy as sa

from domain.blocking.rule import RuleKind, RuleType, ValidFor
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, tidy
from persistence.tables.company import blocking_rule
from persistence.tables.reference import account_status, payment_terms

NAMED_IN_RULES = (account_status, payment_terms)
"""What a rule may name."""

NAMES_IN_RULES = tuple(
    sa.select(table.c.code)
    .where(table.c.id == blocking_rule.c[f"{table.name}_id"])
    .correlate(blocking_rule)
    .scalar_subquery()
    .label(f"{table.name}_code")
    for table in NAMED_IN_RULES
)
"""The codes of what rules name: looked up row by row, so that who has no rules pays nothing."""

BLOCKING_RULE = Shape(
    name="BlockingRule",
    prefix="rul",
    source=blocking_rule,
    id=blocking_rule.c.id,
    fields={
        "company_id": blocking_rule.c.company_id,
        "kind": blocking_rule.c.kind,
        "type": blocking_rule.c.type,
        "valid_for": blocking_rule.c.valid_for,
        "customer_id": blocking_rule.c.customer_id,
        "credit_management_group_id": blocking_rule.c.credit_management_group_id,
        "risk_group_id": blocking_rule.c.risk_group_id,
        "days": blocking_rule.c.days,
        "percent": tidy(blocking_rule.c.percent),
        "amount": blocking_rule.c.amount,
        "currency": blocking_rule.c.currency,
        **{f"{table.name}_id": blocking_rule.c[f"{table.name}_id"] for table in NAMED_IN_RULES},
        **{name.name: name.element for name in NAMES_IN_RULES},
        "dunning_level": blocking_rule.c.dunning_level,
        "exposure_category": blocking_rule.c.exposure_category,
        "ignore_items_below": blocking_rule.c.ignore_items_below,
        "minimum_items": blocking_rule.c.minimum_items,
        "ignore_balance_below": blocking_rule.c.ignore_balance_below,
        "ignore_orders_below": blocking_rule.c.ignore_orders_below,
        "at_or_above": blocking_rule.c.at_or_above,
        "release_all": blocking_rule.c.release_all,
        "active": blocking_rule.c.active,
        **record_fields(blocking_rule),
    },
    visible=seen(blocking_rule.c.company_id),
    company=blocking_rule.c.company_id,
    filters={
        "kind": Filterable(Kind.CODE, blocking_rule.c.kind, enum=RuleKind, sort=True),
        "type": Filterable(Kind.CODE, blocking_rule.c.type, enum=RuleType, sort=True),
        "valid_for": Filterable(Kind.CODE, blocking_rule.c.valid_for, enum=ValidFor, sort=True),
        "customer": Filterable(Kind.ID, blocking_rule.c.customer_id),
        "credit_management_group": Filterable(Kind.ID, blocking_rule.c.credit_management_group_id),
        "risk_group": Filterable(Kind.ID, blocking_rule.c.risk_group_id),
        "active": Filterable(Kind.FLAG, blocking_rule.c.active),
        **record_filters(blocking_rule),
    },
)
