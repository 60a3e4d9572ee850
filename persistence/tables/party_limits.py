"""Limits of parties over all their customers and of single customers, beside the credit limit, as they were saved."""

from __future__ import annotations

import sqlalchemy as sa

from domain.party_limits import PartyLimitReaction
from persistence.tables.columns import (
    amount,
    choice,
    currency,
    day,
    flag,
    key,
    percent,
    record,
    reference,
    table,
    whole,
)

party_limits = table(
    "party_limits",
    "limits of a party or a customer as saved, never changed: they hold until the next are saved",
    key(),
    sa.Column("holder_id", sa.Uuid(), nullable=False, comment="the party or the customer they are of"),
    reference("party_id", "party", "its party", nullable=True),
    reference("customer_id", "customer", "or its customer", nullable=True),
    choice("reaction", PartyLimitReaction, "whether an order that exceeds them waits or is warned of"),
    amount("ceiling", "what may be owed and ordered at most; null: no ceiling", nullable=True),
    percent("turnover_percent", "so much of the turnover may be used; null: no such limit"),
    currency("currency", "of the ceiling and the turnover", nullable=True),
    flag("turnover_rolling", "of the twelve months up to today; otherwise of the fiscal year closed last"),
    flag("turnover_net_of_tax", "without the tax of items that say it"),
    flag("turnover_with_orders", "orders not yet invoiced are turnover too"),
    whole("max_days_overdue", "no item may be overdue for longer; null: no such limit"),
    day("from_day", "the day they were saved: the latest of the party's companies, or the customer's company's"),
    reference("saved_by_id", "actor", "who saved them"),
    record(),
    sa.UniqueConstraint("holder_id", "version"),
    sa.CheckConstraint("(party_id is null) <> (customer_id is null)", name="one_holder"),
    sa.CheckConstraint("ceiling >= 0", name="ceiling_not_negative"),
    sa.CheckConstraint(
        "currency is not null or (ceiling is null and turnover_percent is null)", name="amounts_with_currency"
    ),
)
