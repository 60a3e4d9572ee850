"""Sales orders with their lines, what was delivered and what was billed of them."""

from __future__ import annotations

import sqlalchemy as sa

from domain.orders import SalesDocumentKind, SalesOrderStatus
from persistence.tables.columns import (
    amount,
    choice,
    company,
    currency,
    day,
    fact_key,
    flag,
    identity,
    record,
    reference,
    table,
    text,
    whole,
)

sales_order = table(
    "sales_order",
    "a sales document that may be held",
    *fact_key(),
    company(),
    reference("buyer_id", "customer", "who bought"),
    choice("kind", SalesDocumentKind, "what it is", default="SALES_ORDER"),
    text("number", "its number in the company's ERP"),
    choice("status", SalesOrderStatus, "where it stands"),
    amount("amount", "tax included"),
    currency(),
    day("ordered_on", "the business day it came"),
    day("ship_date", "when it ships; null: at once", nullable=True),
    reference("payment_terms_id", "payment_terms", "its own terms", nullable=True),
    reference("cash_discount_id", "cash_discount", "its own cash discount", nullable=True),
    flag("excluded_from_credit_management", "no rule and no limit holds it"),
    flag("admitted", "it passed or was released once: it counts, also while a later step holds it"),
    identity("latest_decision_id", "the last credit decision on it", nullable=True),
    identity(
        "admitting_decision_id",
        "the decision from which on it counts as admitted or released: it was reopened, or got another payer",
        nullable=True,
    ),
    amount("prepaid", "collected in advance for it and not settled with an item", default="0"),
    record(),
    sa.Index(None, "company_id", "number"),
    sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
)

sales_order_line = table(
    "sales_order_line",
    "a line of a sales document with what became of it",
    *fact_key(),
    company(),
    identity("sales_order_id", "its document"),
    whole("line_number", "its place", nullable=False),
    text("description", "what is sold", nullable=True),
    amount("amount", "tax included, in the document's currency"),
    amount("delivered", "of that, delivered", default="0"),
    amount("billed", "of that, on billing documents, posted or not", default="0"),
    amount("invoiced", "of that, posted to the ledger as an open item", default="0"),
    amount("returned", "of what was delivered, came back", default="0"),
    amount("credited", "of that, on credit notes of the ledger", default="0"),
    amount(
        "consumed_more",
        "taken of it by billing documents beyond what they bill; below zero: they bill more",
        default="0",
    ),
    amount("never_billed", "of what was delivered, will not be billed", default="0"),
    flag("closed", "what is left will not come"),
    record(),
    sa.UniqueConstraint("customer_id", "sales_order_id", "line_number"),
    sa.CheckConstraint("amount >= 0 and delivered >= 0 and billed >= 0 and invoiced >= 0", name="not_negative"),
)

delivery = table(
    "delivery",
    "goods that left for a customer",
    *fact_key(),
    company(),
    identity("sales_order_id", "its document"),
    identity("line_id", "its line"),
    text("number", "packing slip number"),
    amount("amount", "value delivered, in the document's currency"),
    day("delivered_on", "the business day"),
    day("reversed_on", "the goods had not left after all; null: they have", nullable=True),
    record(),
    sa.UniqueConstraint("customer_id", "line_id", "number"),
)

billing = table(
    "billing",
    "an invoice made for a delivered line: first a billing document, then an open item of the ledger",
    *fact_key(),
    company(),
    identity("sales_order_id", "its document"),
    identity("line_id", "its line"),
    text("number", "number of the billing document"),
    amount("amount", "what is billed, in the document's currency"),
    amount("consumes", "what it takes of the line; null: as much as it bills", nullable=True),
    day("billed_on", "the business day"),
    identity("item_id", "the open item it became; null: not yet in the ledger", nullable=True),
    day("reversed_on", "it was cancelled before it came into the ledger; null: it stands", nullable=True),
    record(),
    sa.UniqueConstraint("customer_id", "line_id", "number"),
)

goods_return = table(
    "goods_return",
    "goods that came back from a customer: first without, then with a credit note of the ledger",
    *fact_key(),
    company(),
    identity("sales_order_id", "its document"),
    identity("line_id", "its line"),
    text("number", "number of the return"),
    amount("amount", "value that came back, in the document's currency"),
    day("returned_on", "the business day"),
    identity("item_id", "the credit note it became; null: not yet in the ledger", nullable=True),
    record(),
    sa.UniqueConstraint("customer_id", "line_id", "number"),
    sa.Index(None, "customer_id", "sales_order_id"),
)
