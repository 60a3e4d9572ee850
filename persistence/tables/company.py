"""Companies, how each of them manages credit, and its blocking rules."""

from __future__ import annotations

import sqlalchemy as sa

from domain.approval import APPROVING
from domain.blocking.rule import ExposureCategory, RuleKind, RuleType, ValidFor
from domain.covering import MOST_DAYS
from domain.exposure import CreditLimitType
from domain.facts import Checkpoint
from persistence.tables.columns import (
    amount,
    choice,
    company,
    currency,
    day,
    flag,
    key,
    percent,
    record,
    reference,
    table,
    text,
    whole,
)

company_table = table(
    "company",
    "a legal entity of the group",
    key(),
    text("code", "its short code in the ERP"),
    text("name", "its name"),
    text("country", "ISO 3166 code of its country"),
    currency("currency", "its accounting currency"),
    text("locale", "the language it writes in, BCP 47"),
    text("time_zone", "IANA name; its days begin and end there"),
    text(
        "bank_days_of",
        "the country whose banking days move due days, worked out of its country and parameters; null: none move",
        nullable=True,
    ),
    record(),
    sa.UniqueConstraint("code"),
)

closed_day = table(
    "closed_day",
    "the days on which the banks of a country are closed, weekends too; of countries whose banking days move due days",
    sa.Column("country", sa.Text(), primary_key=True, comment="ISO 3166 code"),
    sa.Column("day", sa.Date(), primary_key=True, comment="a day on which they are closed"),
    day("open_before", "the last day before it on which they are open"),
    day("open_after", "the first day after it on which they are open"),
)

credit_parameters = table(
    "credit_parameters",
    "how a company manages credit",
    sa.Column(
        "company_id", sa.Uuid(), sa.ForeignKey("company.id"), primary_key=True, comment="the company they are of"
    ),
    choice("credit_limit_type", CreditLimitType, "what counts as used credit", default="ALL"),
    flag("check_credit_groups", "the shared limit of a customer's credit group is tested", default=True),
    flag("unset_limit_means_unlimited", "a customer outside a group with no limit has unlimited credit"),
    flag("blank_expiry_means_expired", "a limit without an expiry date counts as expired"),
    flag("disputed_reduces_exposure", "the disputed part of items is taken off used credit", default=True),
    flag("disputed_reduces_overdue", "the disputed part of items is taken off overdue", default=True),
    flag("due_rolls_to_bank_day", "a due day on which banks are closed moves to the next day they are open"),
    whole(
        "pending_receipt_days",
        "days on which an unmatched receipt covers the oldest overdue; 0: none",
        nullable=False,
        default="0",
    ),
    sa.CheckConstraint(f"pending_receipt_days between 0 and {MOST_DAYS}", name="pending_receipt_days_few"),
    flag("check_invoices_without_order", "free-text and project invoices are checked before they are posted"),
    flag("check_intercompany_orders", "orders of customers that are companies of our own group are checked too"),
    flag("approve_limit_adjustments", "limit adjustments are approved before they are posted"),
    flag("post_approved_limits", "a limit adjustment is posted as soon as it is approved"),
    flag("approve_releases", "a release beyond the authority of who asks is approved by somebody else"),
    flag("approve_credit_changes", "what widens a customer's credit beside its limit is approved by somebody else"),
    whole("escalate_after_days", "what waits for approval longer is escalated; null: never"),
    flag("check_payment_terms_increase", "payment terms that rank above the payer's usual ones hold an order"),
    flag("check_cash_discount_increase", "a cash discount that ranks above the payer's usual one holds an order"),
    flag("release_when_ready", "a hold without reasons left is released by itself; otherwise it waits, ready"),
    reference("reason_when_ready_id", "reason", "why a hold is released by itself", nullable=True),
    reference("reason_when_changed_id", "reason", "the same where its order was changed", nullable=True),
    reference("reason_when_cancelled_id", "reason", "why a hold ends with its order", nullable=True),
    whole("order_horizon_days", "orders that ship later do not count; null: all count"),
    whole("max_rate_age_days", "how old an exchange rate may be", nullable=False, default="7"),
    whole("release_valid_days", "how long a release without bounds holds", nullable=False, default="14"),
    whole(
        "fiscal_year_start",
        "the month in which its fiscal years begin, until the first change of them",
        nullable=False,
        default="1",
    ),
    sa.CheckConstraint("fiscal_year_start between 1 and 12", name="fiscal_year_start_month"),
    record(),
)

checkpoint_setting = table(
    "checkpoint_setting",
    "the steps of an order at which a company checks credit",
    sa.Column("company_id", sa.Uuid(), sa.ForeignKey("company.id"), primary_key=True, comment="the company"),
    sa.Column("checkpoint", sa.Text(), primary_key=True, comment="the step"),
    whole("grace_days", "days after a release before it is checked again here; null: as long as the release holds"),
    sa.CheckConstraint(
        "checkpoint in ({})".format(", ".join(f"'{found}'" for found in Checkpoint)), name="checkpoint_known"
    ),
)

fiscal_year_change = table(
    "fiscal_year_change",
    "from when on the fiscal years of a company begin on the anniversaries of another day",
    sa.Column("company_id", sa.Uuid(), sa.ForeignKey("company.id"), primary_key=True, comment="the company"),
    sa.Column("from_day", sa.Date(), primary_key=True, comment="the first day of a fiscal year, the first of a month"),
    flag("long_year", "the fiscal year before lasts longer than twelve months; otherwise a shorter one comes between"),
    sa.CheckConstraint("extract(day from from_day) = 1", name="first_of_a_month"),
)

approval_authority = table(
    "approval_authority",
    "up to which amount a role or a person approves limits and releases in a company",
    key(),
    company(),
    choice("role", APPROVING, "the role", nullable=True),
    reference("actor_id", "actor", "or the one person, in place of what their roles have", nullable=True),
    amount("amount", "up to this amount, itself included; null: any", nullable=True),
    currency("currency", "of that amount", nullable=True),
    record(),
    sa.UniqueConstraint("company_id", "role"),
    sa.UniqueConstraint("company_id", "actor_id"),
    sa.CheckConstraint("(role is null) <> (actor_id is null)", name="role_or_actor"),
    sa.CheckConstraint("(amount is null) = (currency is null)", name="amount_with_currency"),
)

blocking_rule = table(
    "blocking_rule",
    "when an order is held although its limits have room, and when it is not",
    key(),
    company(),
    choice("kind", RuleKind, "what it looks at"),
    choice("type", RuleType, "whether it blocks or lifts a block"),
    choice("valid_for", ValidFor, "one customer, a credit management group, or all"),
    reference("customer_id", "customer", "the one customer", nullable=True),
    reference("credit_management_group_id", "credit_management_group", "the group", nullable=True),
    reference("risk_group_id", "risk_group", "only customers of this class of risk", nullable=True),
    whole("days", "more than so many days"),
    percent("percent", "above this share of the limit"),
    amount("amount", "above, or for an exclusion below, this amount", nullable=True),
    currency("currency", "of its amounts", nullable=True),
    reference("account_status_id", "account_status", "this credit standing", nullable=True),
    reference("payment_terms_id", "payment_terms", "these terms of the order", nullable=True),
    whole("dunning_level", "above this dunning level"),
    choice("exposure_category", ExposureCategory, "this part of the exposure", nullable=True),
    flag("at_or_above", "reaching the threshold is enough"),
    flag("release_all", "an exclusion that lifts every block, limits included"),
    amount("ignore_items_below", "items of less are left out", nullable=True),
    whole("minimum_items", "so many items must be beyond the threshold; null: one"),
    amount("ignore_balance_below", "customers who owe less are left out", nullable=True),
    amount("ignore_orders_below", "orders of less are left out", nullable=True),
    flag("active", "in force", default=True),
    record(),
    sa.Index(None, "company_id"),
)
