"""What every fact that moves money appends, and the sums kept of it."""

from __future__ import annotations

import sqlalchemy as sa

from domain.exposure import Category
from persistence.tables.columns import (
    choice,
    company,
    currency,
    day,
    fact_key,
    identity,
    instant,
    key,
    minor,
    table,
)

movement = table(
    "movement",
    "every change of what a customer owes or has reserved; never changed, corrections append the opposite",
    *fact_key(),
    company(),
    choice("category", Category, "what kind of exposure moves"),
    currency(),
    day("day", "the business day it happened"),
    day("due_day", "due day of items, ship day of orders, day of receipts"),
    minor("amount", "minor units of the currency, signed"),
    identity("source_id", "the item, payment or order that moved it"),
    instant("recorded_at", "when it became known"),
    sa.Index(None, "company_id", "day"),
    sa.Index(None, "customer_id", "source_id"),
)


def sums(customer: bool, comment: str, name: str) -> sa.Table:
    """A table of sums of movements by category, currency and due day."""

    owner = (
        [
            sa.Column("customer_id", sa.Uuid(), sa.ForeignKey("customer.id"), primary_key=True, comment="the payer"),
            sa.Column("company_id", sa.Uuid(), sa.ForeignKey("company.id"), nullable=False, comment="the legal entity"),
        ]
        if customer
        else [
            sa.Column(
                "company_id", sa.Uuid(), sa.ForeignKey("company.id"), primary_key=True, comment="the legal entity"
            )
        ]
    )
    return table(
        name,
        comment,
        owner,
        sa.Column("category", sa.Text(), primary_key=True, comment="what kind of exposure"),
        sa.Column("currency", sa.String(3), sa.ForeignKey("currency.code"), primary_key=True, comment="ISO 4217 code"),
        sa.Column("due_day", sa.Date(), primary_key=True, comment="due day of items, ship day of orders"),
        minor("amount", "minor units of the currency, signed"),
    )


balance = sums(True, "sums of a customer's movements, kept in the transaction that appends them", "balance")

company_balance = sums(
    False, "sums of a company's movements, kept in the background; readers add the tail", "company_balance"
)

movement_tail = table(
    "movement_tail",
    "movements that the folder has not yet added to the sums of their company",
    key(),
    company(),
    choice("category", Category, "what kind of exposure moves"),
    currency(),
    day("due_day", "due day of items, ship day of orders"),
    minor("amount", "minor units of the currency, signed"),
)
