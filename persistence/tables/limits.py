"""Limits as they were posted, the adjustments that posted them, and what secures a customer's debt."""

from __future__ import annotations

import sqlalchemy as sa

from domain.adjustment import AdjustmentStatus
from domain.collateral import CollateralKind
from domain.limits import AdjustmentKind, LimitAction
from persistence.tables.columns import (
    amount,
    choice,
    company,
    currency,
    day,
    fact_key,
    flag,
    identity,
    instant,
    key,
    percent,
    record,
    reference,
    table,
    text,
    whole,
)

_HOLDER = "(customer_id is null) <> (credit_group_id is null)"

credit_limit_entry = table(
    "credit_limit_entry",
    "a limit as posted, never changed: a permanent one holds until the next begins, a temporary one between its days;"
    " seasonal factors and tolerances change whichever holds",
    sa.Column("holder_id", sa.Uuid(), primary_key=True, comment="the customer or the credit group it is of"),
    sa.Column("id", sa.Uuid(), primary_key=True, index=True, comment="UUIDv7 made by the application"),
    reference("customer_id", "customer", "its customer", nullable=True),
    reference("credit_group_id", "credit_group", "or its credit group", nullable=True),
    choice("kind", AdjustmentKind, "permanent or temporary, or what changes one of these"),
    amount(
        "amount",
        "the limit; of a seasonal factor or a tolerance what it came to when that was posted; null: it ends the one it"
        " replaces, or takes the limit away",
        nullable=True,
    ),
    currency(),
    percent("percent", "what a seasonal factor or a tolerance adds, of the limit"),
    amount("tolerance", "or the amount that a tolerance adds", nullable=True),
    day("from_day", "the first day"),
    day("until_day", "the last day; expiry date of a permanent limit", nullable=True),
    identity("replaces_id", "what ends the day before this one begins", nullable=True),
    reference(
        "adjustment_line_id", "credit_limit_adjustment_line", "what posted it; null: initial load", nullable=True
    ),
    record(),
    sa.CheckConstraint(_HOLDER, name="one_holder"),
    sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
    # Few limits have them: who reads a limit looks here whether it has.
    sa.Index(
        "ix_credit_limit_entry_margin",
        "holder_id",
        "kind",
        "from_day",
        "id",
        postgresql_where=sa.text("kind in ('SEASONAL', 'TOLERANCE')"),
    ),
    # The worklist of limits that expire looks at those with a last day.
    sa.Index("ix_credit_limit_entry_until", "until_day", postgresql_where=sa.text("until_day is not null")),
)

credit_limit_adjustment = table(
    "credit_limit_adjustment",
    "a document that changes limits when it is posted",
    key(),
    company(),
    text("number", "its number in the company"),
    choice("kind", AdjustmentKind, "permanent or temporary limits, or what changes these"),
    text("description", "what it is for", nullable=True),
    choice("status", AdjustmentStatus, "where it stands", default="DRAFT"),
    reference("created_by_id", "actor", "who wrote it"),
    sa.Column(
        "author_ids",
        sa.ARRAY(sa.Uuid()),
        nullable=False,
        server_default=sa.text("'{}'"),
        comment="who wrote, changed or submitted it; none of them approves it",
    ),
    instant("submitted_at", "since when it is in review; null: it never was", nullable=True),
    instant("posted_at", "when its limits were posted", nullable=True),
    record(),
    sa.UniqueConstraint("company_id", "number"),
)

credit_limit_adjustment_line = table(
    "credit_limit_adjustment_line",
    "the new limit of one customer or credit group",
    key(),
    reference("adjustment_id", "credit_limit_adjustment", "its document", index=True),
    whole("line_number", "its place in the document", nullable=False),
    reference("customer_id", "customer", "its customer", nullable=True),
    reference("credit_group_id", "credit_group", "or its credit group", nullable=True),
    amount("current_amount", "the limit in force when it was posted; null: none", nullable=True),
    currency("current_currency", "of that limit", nullable=True),
    amount("amount", "the new limit; what it comes to by a seasonal factor, a tolerance, or without what ends"),
    currency(),
    percent("percent", "what a seasonal factor or a tolerance adds, of the limit"),
    amount("tolerance", "or the amount that a tolerance adds", nullable=True),
    day("from_day", "the first day; null: the day of posting", nullable=True),
    day("until_day", "the last day, or the expiry date", nullable=True),
    identity("replaces_id", "what it replaces or ends", nullable=True),
    choice("action", LimitAction, "whether it sets a limit, ends one or takes it away", default="SET"),
    choice("status", AdjustmentStatus, "where it stands", default="DRAFT"),
    record(),
    sa.CheckConstraint(_HOLDER, name="one_holder"),
    sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
)

collateral = table(
    "collateral",
    "insurance, guarantees and collateral of a customer",
    *fact_key(),
    company(),
    choice("kind", CollateralKind, "what secures the debt"),
    text("provider", "insurer, guarantor or bank"),
    text("number", "policy or document number"),
    amount("value", "what it is worth"),
    currency(),
    percent("percent", "how much of its value is added to the limit, 0 to 100", nullable=False),
    day("from_day", "the first day"),
    day("until_day", "the last day; null: open-ended", nullable=True),
    flag("included_in_exposure", "its full value is taken off the limit as a part of its own"),
    reference("type_id", "collateral_type", "what kind of security it is", nullable=True),
    reference("coverage_type_id", "coverage_type", "what a policy covers", nullable=True),
    whole("maximum_terms_days", "days of payment terms that it covers at most; null: any"),
    whole("declare_within_days", "days after its due day in which an overdue item is to be declared; null: never"),
    record(),
    sa.UniqueConstraint("customer_id", "kind", "number"),
    sa.CheckConstraint("percent between 0 and 100", name="percent_share"),
    sa.CheckConstraint("value >= 0", name="value_not_negative"),
    sa.CheckConstraint("maximum_terms_days >= 0", name="maximum_terms_not_negative"),
    sa.CheckConstraint("declare_within_days >= 0", name="declare_within_not_negative"),
    # The worklist of declarations reads the few policies that ask for them.
    sa.Index(
        "ix_collateral_declared",
        "company_id",
        "customer_id",
        postgresql_where=sa.text("declare_within_days is not null"),
    ),
)

collateral_declaration = table(
    "collateral_declaration",
    "that an overdue item was declared to whoever answers for it",
    *fact_key(),
    company(),
    identity("collateral_id", "the policy or document it was declared under"),
    identity("open_item_id", "the item"),
    amount("amount", "what was open of it then"),
    currency(),
    day("declared_on", "the day it was declared"),
    text("reference", "the number of the declaration there", nullable=True),
    record(),
    sa.UniqueConstraint("customer_id", "open_item_id", "collateral_id"),
)
