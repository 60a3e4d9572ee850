"""Credit decisions, holds with their reasons, and releases."""

from __future__ import annotations

import sqlalchemy as sa

from domain.decision import BlockReasonCode, CreditOutcome
from domain.facts import Checkpoint
from domain.hold import CreditHoldStatus
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
    percent,
    record,
    reference,
    table,
    text,
)

credit_decision = table(
    "credit_decision",
    "whether an order could go on, with everything that decided it",
    *fact_key(),
    company(),
    identity("sales_order_id", "the order"),
    choice("checkpoint", Checkpoint, "the step"),
    choice("outcome", CreditOutcome, "the decision"),
    amount("amount", "of the order"),
    currency(),
    day("as_of", "the company's day"),
    instant("decided_at", "when"),
    reference("decided_by_id", "actor", "who asked"),
    document("result", "tests, reasons, rates and explanation as codes and values, to be said in any language"),
    document("inputs", "the facts it was decided on: deciding again gives the same"),
    text("override_reason", "why a warning was passed over", nullable=True),
    sa.Index(None, "customer_id", "sales_order_id"),
)

credit_hold = table(
    "credit_hold",
    "an order that was held",
    *fact_key(),
    company(),
    identity("sales_order_id", "the order"),
    identity("decision_id", "the decision that held it"),
    choice("checkpoint", Checkpoint, "the step at which it was held"),
    amount("amount", "of the order as it was checked last while it was held"),
    currency(),
    choice("status", CreditHoldStatus, "where it stands"),
    flag("forced", "held by hand; never released by itself"),
    reference("forced_reason_id", "reason", "why somebody held it by hand", nullable=True),
    instant("held_at", "when"),
    day("review_date", "when to look at it again", nullable=True),
    text("notes", "what was written about it", nullable=True),
    reference("responsible_id", "actor", "who looks after it", nullable=True),
    identity("release_request_id", "the release that was asked for last", nullable=True),
    reference("end_reason_id", "reason", "why it ended without anybody deciding on it", nullable=True),
    record(),
    sa.Index(None, "customer_id", "sales_order_id"),
    sa.Index(None, "company_id", "status"),
    sa.Index(None, "decision_id"),
)

hold_reason = table(
    "hold_reason",
    "why an order was held, and whether that is still so",
    *fact_key(),
    company(),
    identity("hold_id", "the hold"),
    sa.Column("place", sa.SmallInteger(), nullable=False, comment="most serious first"),
    choice("code", BlockReasonCode, "the reason"),
    document("message", "the sentence with its values, to be said in any language"),
    flag("active", "still true", default=True),
    identity("rule_id", "the blocking rule it comes of", nullable=True),
    sa.Index(None, "customer_id", "hold_id"),
)

credit_release = table(
    "credit_release",
    "who let a held order go on, why, and within what bounds",
    *fact_key(),
    company(),
    identity("hold_id", "the hold"),
    identity("sales_order_id", "the order"),
    reference("reason_id", "reason", "why"),
    flag("with_posting", "the step that was held was posted at once"),
    amount("released_amount", "of the order when it was released"),
    amount("ceiling", "the most the order may come to; null: no bound of its own", nullable=True),
    currency(),
    percent("deviation_percent", "how much it may grow over the released amount"),
    day("released_on", "the company's day"),
    day("last_date", "the last day it holds", nullable=True),
    instant("released_at", "when"),
    reference("released_by_id", "actor", "who"),
    text("note", "what was written about it", nullable=True),
    reference("payment_terms_id", "payment_terms", "the order's own terms when it was released", nullable=True),
    reference("cash_discount_id", "cash_discount", "the order's own cash discount then", nullable=True),
    sa.Index(None, "customer_id", "sales_order_id"),
    sa.Index(None, "customer_id", "hold_id"),
)
