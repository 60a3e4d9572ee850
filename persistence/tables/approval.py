"""Approval: who stands in for whom, and the releases and changes of credit that are asked for."""

from __future__ import annotations

import sqlalchemy as sa

from domain.approval import APPROVING
from domain.credit_change import ATTRIBUTES, CreditChangeKind, CreditChangeStatus
from domain.release_request import DECISIONS
from persistence.tables.columns import (
    amount,
    choice,
    company,
    currency,
    day,
    document,
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
)

delegation = table(
    "delegation",
    "somebody's approval authority in other hands for some days",
    key(),
    company(),
    reference("lender_id", "actor", "whose authority it is"),
    reference("delegate_id", "actor", "who may use it"),
    choice("role", APPROVING, "as what the lender has it"),
    amount("amount", "no more than this of it; null: all of it", nullable=True),
    currency("currency", "of that amount", nullable=True),
    day("from_day", "the first day"),
    day("until_day", "the last day"),
    text("note", "what was written about it", nullable=True),
    instant("ended_at", "when somebody ended it early", nullable=True),
    reference("ended_by_id", "actor", "who ended it early", nullable=True),
    record(),
    sa.Index(None, "company_id", "delegate_id"),
    sa.CheckConstraint("(amount is null) = (currency is null)", name="amount_with_currency"),
    sa.CheckConstraint("from_day <= until_day", name="days_in_order"),
    sa.CheckConstraint("lender_id <> delegate_id", name="two_people"),
)

release_request = table(
    "release_request",
    "a release that somebody asked for and somebody else decides about",
    *fact_key(),
    company(),
    identity("hold_id", "the hold"),
    identity("sales_order_id", "the order"),
    reference("reason_id", "reason", "why"),
    flag("with_posting", "the step that was held is to be posted at once"),
    amount("amount", "of the order when it was asked for"),
    amount("highest", "the most the order may come to by it: what is approved"),
    amount("ceiling", "the most the order may come to; null: no bound of its own", nullable=True),
    currency(),
    percent("deviation_percent", "how much it may grow over the released amount"),
    day("last_date", "the last day it is to hold", nullable=True),
    text("note", "what the one who asked wrote", nullable=True),
    instant("asked_at", "when"),
    reference("asked_by_id", "actor", "who asked"),
    choice("decision", DECISIONS, "what was decided; null: nothing yet", nullable=True),
    instant("decided_at", "when it was decided", nullable=True),
    reference("decided_by_id", "actor", "who decided", nullable=True),
    reference("decided_for_id", "actor", "by whose authority; null: by their own", nullable=True),
    text("decision_note", "what the one who decided wrote", nullable=True),
    sa.Index(None, "customer_id", "hold_id"),
)

credit_change_request = table(
    "credit_change_request",
    "a change of credit that somebody asked for and somebody else decides about",
    key(),
    reference("company_id", "company", "the customer's; null: it is about a credit group or a party", nullable=True),
    choice("kind", CreditChangeKind, "what is to be done", default="ATTRIBUTES"),
    reference("customer_id", "customer", "whose credit it is", nullable=True, index=True),
    reference("credit_group_id", "credit_group", "who joins it, leaves it or closes it", nullable=True, index=True),
    reference("party_id", "party", "whose limits they are", nullable=True, index=True),
    identity("collateral_id", "the insurance or guarantee that is to change or end", nullable=True),
    choice("status", CreditChangeStatus, "where it stands", default="IN_REVIEW"),
    document("asked", "what is to be written: of attributes what stood in each column and what is to, else the call"),
    document("changes", "the same for people: field, before, after"),
    document("message", "the same in a sentence", default={"text": ATTRIBUTES, "values": {}}),
    reference("asked_by_id", "actor", "who asked"),
    instant("decided_at", "when it was decided", nullable=True),
    reference("decided_by_id", "actor", "who decided", nullable=True),
    text("decision_note", "what the one who decided wrote", nullable=True),
    record(),
    sa.Index(None, "company_id", "status"),
    sa.CheckConstraint("(status = 'IN_REVIEW') = (decided_at is null)", name="decided_when_not_in_review"),
    sa.CheckConstraint("(customer_id is null) = (company_id is null)", name="customer_with_company"),
    sa.CheckConstraint("num_nonnulls(coalesce(customer_id, credit_group_id), party_id) = 1", name="about_somebody"),
)
