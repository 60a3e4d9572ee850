"""What every fact that moves money appends, and the sums kept of it.

All of it is worked out of facts, which have the foreign keys; `reconcile` proves that it agrees with them. Foreign keys
of its own would prove the same again row by row, at two thirds of the time that appending takes.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.exposure import KEPT
from persistence.tables.columns import (
    choice,
    day,
    identity,
    instant,
    key,
    minor,
    table,
)

_LEGAL_ENTITY = "the legal entity it belongs to"


def _currency() -> sa.Column[str]:
    return sa.Column("currency", sa.String(3), nullable=False, comment="ISO 4217 code")


movement = table(
    "movement",
    "every change of what a customer owes or has reserved; never changed, corrections append the opposite",
    sa.Column("customer_id", sa.Uuid(), primary_key=True, comment="the payer at posting, whose limit is used"),
    sa.Column("id", sa.Uuid(), primary_key=True, index=True, comment="UUIDv7 made by the application"),
    identity("company_id", _LEGAL_ENTITY),
    choice("category", KEPT, "what kind of exposure moves"),
    _currency(),
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
            sa.Column("customer_id", sa.Uuid(), primary_key=True, comment="the payer"),
            identity("company_id", "the legal entity"),
        ]
        if customer
        else [sa.Column("company_id", sa.Uuid(), primary_key=True, comment="the legal entity")]
    )
    return table(
        name,
        comment,
        owner,
        sa.Column("category", sa.Text(), primary_key=True, comment="what kind of exposure"),
        sa.Column("currency", sa.String(3), primary_key=True, comment="ISO 4217 code"),
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
    identity("company_id", _LEGAL_ENTITY),
    choice("category", KEPT, "what kind of exposure moves"),
    _currency(),
    day("due_day", "due day of items, ship day of orders"),
    minor("amount", "minor units of the currency, signed"),
    sa.Column(
        "customers",
        sa.ARRAY(sa.Uuid()),
        nullable=True,
        comment="the payers whose sums the transaction changed, in one of its rows; the folder tells of them",
    ),
)
