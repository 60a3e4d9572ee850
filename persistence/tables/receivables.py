"""Open items, payments, and which payment settled which item."""

from __future__ import annotations

import sqlalchemy as sa

from domain.debts import HIGHEST_DUNNING_LEVEL
from domain.receivables import OpenItemKind, PaymentKind, PaymentStatus
from persistence.tables.columns import (
    amount,
    choice,
    company,
    currency,
    day,
    fact_key,
    identity,
    record,
    reference,
    table,
    text,
    whole,
)

document_number = table(
    "document_number",
    "which number in a company's ERP is which fact: the natural keys, apart from the facts, which are kept by customer",
    sa.Column("company_id", sa.Uuid(), primary_key=True, comment="the company"),
    sa.Column("document", sa.Text(), primary_key=True, comment="open_item, payment, sales_order"),
    sa.Column("number", sa.Text(), primary_key=True, comment="its number there"),
    sa.Column("customer_id", sa.Uuid(), nullable=False, comment="the payer it is kept under"),
    sa.Column("document_id", sa.Uuid(), nullable=False, comment="its id"),
)

open_item = table(
    "open_item",
    "an invoice, credit note or other item of the receivables ledger",
    *fact_key(),
    company(),
    reference("buyer_id", "customer", "who bought", nullable=True),
    choice("kind", OpenItemKind, "what it is"),
    text("number", "its number in the company's ERP"),
    amount("amount", "what it was posted with, tax included; credit notes and down payments are negative"),
    currency(),
    amount("tax_amount", "the tax in it, signed as it is; null: not said", nullable=True),
    amount("booked_amount", "the same in the company's accounting currency, as booked", nullable=True),
    day("document_date", "its date; it is part of the ledger from then on"),
    day("due_date", "when it falls due"),
    amount("disputed", "the part the customer disputes", default="0"),
    whole("dunning_level", "how far it has been dunned, as who dunns says; 0: not", nullable=False, default="0"),
    day("reversed_on", "the day it was reversed; null: it stands", nullable=True),
    record(),
    sa.Index(None, "company_id", "number"),
    sa.Index(None, "updated_at"),
    sa.CheckConstraint("disputed >= 0", name="disputed_not_negative"),
    sa.CheckConstraint(f"dunning_level between 0 and {HIGHEST_DUNNING_LEVEL}", name="dunning_level_known"),
)

payment = table(
    "payment",
    "money received, or on its way",
    *fact_key(),
    company(),
    choice("kind", PaymentKind, "receipt or direct debit"),
    choice("status", PaymentStatus, "only collected money lowers exposure"),
    text("number", "its number in the company's ERP"),
    amount("amount", "what was paid"),
    currency(),
    day("paid_on", "the business day"),
    day("reversed_on", "the day it was reversed or returned; null: it stands", nullable=True),
    identity("sales_order_id", "the order it was paid in advance for; null: none", nullable=True),
    record(),
    sa.Index(None, "company_id", "number"),
    sa.Index(None, "company_id", "paid_on"),
    sa.Index(None, "customer_id", "paid_on"),
    sa.CheckConstraint("amount > 0", name="amount_positive"),
)

settlement = table(
    "settlement",
    "a payment or credit note that settles a part of an item of the same payer",
    *fact_key(),
    company(),
    identity("item_id", "the open item that is settled"),
    identity("payment_id", "by this payment", nullable=True),
    identity("credit_item_id", "or by this credit note", nullable=True),
    amount("amount", "how much"),
    currency(),
    day("settled_on", "the business day"),
    day("reversed_on", "the day it was undone; null: it stands", nullable=True),
    record(),
    sa.Index(None, "customer_id", "item_id"),
    sa.CheckConstraint("amount > 0", name="amount_positive"),
    sa.CheckConstraint("(payment_id is null) <> (credit_item_id is null)", name="one_source"),
)
