"""Parties, customers, who pays for whom, and the credit groups that share one limit across companies."""

from __future__ import annotations

import sqlalchemy as sa

from domain.exposure import CreditLimitType
from persistence.tables.columns import (
    amount,
    choice,
    company,
    currency,
    day,
    flag,
    identity,
    key,
    record,
    reference,
    table,
    text,
    whole,
)

party = table(
    "party",
    "a legal person, who may be a customer in several companies",
    key(),
    text("number", "its number in the group"),
    text("name", "its name"),
    text("registration_number", "company registration number", nullable=True),
    text("country", "ISO 3166 code", nullable=True),
    flag("blocked", "no credit in any company: insolvent, fraud"),
    identity("limits_id", "its limits in force, over all its customers; null: none", nullable=True),
    record(),
    sa.UniqueConstraint("number"),
)

customer = table(
    "customer",
    "a party as a customer of one company",
    key(),
    company(),
    text("account", "its number in the company"),
    reference("party_id", "party", "the legal person", index=True),
    text("name", "its name in the company's ledger"),
    text("country", "ISO 3166 code", nullable=True),
    currency("currency", "the currency it is usually invoiced in"),
    text("locale", "the language it reads, BCP 47"),
    reference("customer_group_id", "customer_group", "its ordinary group", nullable=True),
    reference("credit_management_group_id", "credit_management_group", "which rules it falls under", nullable=True),
    reference("account_status_id", "account_status", "its credit standing", nullable=True),
    reference("status_reason_id", "reason", "why it was given that standing", nullable=True),
    reference("payment_terms_id", "payment_terms", "when it usually pays", nullable=True),
    reference("cash_discount_id", "cash_discount", "what it usually takes off for paying early", nullable=True),
    reference("risk_group_id", "risk_group", "its class of risk", nullable=True),
    whole("risk_score", "its score of risk, as imported"),
    flag("excluded_from_credit_management", "no rule and no limit holds its orders"),
    day("excluded_until", "the last day of that; null: until somebody ends it", nullable=True),
    flag("unlimited_credit", "no limit, also inside a group"),
    flag("mandatory_credit_limit", "no limit set means no credit, also inside a group"),
    flag("intercompany", "a company of our own group; left out of totals unless asked for"),
    day("customer_since", "first business with it", nullable=True),
    day("in_business_since", "when its own business began", nullable=True),
    text("credit_rating", "its rating, as an agency or the credit office writes it", nullable=True),
    amount("eligible_limit", "the highest limit it was judged good for; information", nullable=True),
    currency("eligible_limit_currency", "of that limit", nullable=True),
    day("eligible_limit_date", "when it was judged", nullable=True),
    day("last_review_date", "when its credit was last reviewed", nullable=True),
    day("next_review_date", "when it is due to be reviewed", nullable=True),
    reference("credit_representative_id", "actor", "who looks after its credit", nullable=True),
    flag("with_agency", "its debts are with a collection agency; information"),
    flag("title_held", "goods are delivered with retention of title; information"),
    text("notes", "what the credit office wrote about it", nullable=True),
    identity("limits_id", "its limits in force beside its credit limit; null: none", nullable=True),
    record(),
    sa.UniqueConstraint("company_id", "account"),
    # Every exposure of a company takes off what the few customers of our own group owe.
    sa.Index("ix_customer_intercompany", "company_id", postgresql_where=sa.text("intercompany")),
    # The worklist of reviews reads the few that are due, of many customers that never are.
    sa.Index(
        "ix_customer_next_review_date",
        "company_id",
        "next_review_date",
        "id",
        postgresql_where=sa.text("next_review_date is not null"),
    ),
    # Each of those who share the customers reads their own.
    sa.Index(
        "ix_customer_credit_representative",
        "company_id",
        "credit_representative_id",
        postgresql_where=sa.text("credit_representative_id is not null"),
    ),
)

customer_payer = table(
    "customer_payer",
    "who pays for a customer, dated: the payer's limit is used and its exposure rises",
    sa.Column("customer_id", sa.Uuid(), sa.ForeignKey("customer.id"), primary_key=True, comment="who buys"),
    sa.Column("from_day", sa.Date(), primary_key=True, comment="the first day"),
    reference("payer_id", "customer", "who pays: a customer of the same company, or itself again"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when it became known"),
)

customer_flags = table(
    "customer_flags",
    "the credit flags of a customer as they were up to a day, kept when they changed; those of now stand at the"
    " customer",
    sa.Column("customer_id", sa.Uuid(), sa.ForeignKey("customer.id"), primary_key=True, comment="the customer"),
    sa.Column("until_day", sa.Date(), primary_key=True, comment="the last day on which they were so"),
    flag("excluded_from_credit_management", "no rule and no limit held its orders"),
    day("excluded_until", "the last day of that; null: until somebody ended it", nullable=True),
    flag("unlimited_credit", "no limit, also inside a group"),
    flag("mandatory_credit_limit", "no limit set meant no credit, also inside a group"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when they were changed"),
)

credit_group = table(
    "credit_group",
    "customers of any companies that share one credit limit",
    key(),
    text("number", "its number in the group"),
    text("name", "its name"),
    currency("currency", "of its limit"),
    text("time_zone", "IANA name; its limit and rates go by the day there"),
    choice("credit_limit_type", CreditLimitType, "what counts as used credit of the group", default="ALL"),
    flag("disputed_reduces_exposure", "the disputed part of items is taken off used credit", default=True),
    flag("disputed_reduces_overdue", "the disputed part of items is taken off overdue", default=True),
    whole("order_horizon_days", "orders that ship later do not count; null: all count"),
    whole("max_rate_age_days", "how old an exchange rate may be", nullable=False, default="7"),
    flag("active", "open; a closed group keeps its history and has no members", default=True),
    record(),
    sa.UniqueConstraint("number"),
)

credit_group_member = table(
    "credit_group_member",
    "which customer shares which group's limit, dated",
    sa.Column("customer_id", sa.Uuid(), sa.ForeignKey("customer.id"), primary_key=True, comment="the member"),
    sa.Column("from_day", sa.Date(), primary_key=True, comment="the first day of membership"),
    reference("credit_group_id", "credit_group", "the group", index=True),
    day("until_day", "the last day of membership; null: still a member", nullable=True),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when it became known"),
    sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False, comment="its id"),
    sa.UniqueConstraint("id"),
)
