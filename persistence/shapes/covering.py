"""What receipts that settled nothing yet cover of what is overdue, as `domain.covering` works it out of facts.

Functions of the database work it out (migration `pending_receipts`), so that a statement is not much longer for it.
They are not called where a company's receipts cover nothing: that is known of one company by its parameters
(`only_where`), of many by asking once for a statement whether any has such parameters (`anywhere`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.exposure import Category
from persistence.shapes.worked import Expression
from persistence.shapes.worth import constant
from persistence.tables.company import credit_parameters

CATEGORY = constant(Category.COVERED).label("category")


def anywhere() -> sa.ColumnElement[bool]:
    """Does any company let receipts cover something? It speaks of no row: PostgreSQL asks it before all else."""
    parameters = credit_parameters.alias()
    return sa.select(parameters.c.company_id).where(parameters.c.pending_receipt_days > constant(0)).exists()


def only_where(days: Expression, key: Expression) -> Expression:
    """The key where receipts cover something for some days, otherwise null: with that a function is not called."""
    return sa.case((days > constant(0), key))


def covered(payer: Expression, company: Expression, day: Expression, past: Any, less_disputed: Any) -> sa.FromClause:
    """What receipts of a payer cover at the end of a day: `currency`, `due_day` (moved), `amount` in minor units.

    `past`: the day is over at the company. `less_disputed`: what is in dispute is not claimed.
    """
    return _rows(sa.func.covered(payer, company, day, past, less_disputed))


def covered_in(company: Expression, day: Expression, past: Any, less_disputed: Any, intercompany: Any) -> sa.FromClause:
    """The same of each of a company's customers, with `customer_id`; of our own group only where they are asked for."""
    return _rows(
        sa.func.covered_in(company, day, past, less_disputed, intercompany), sa.column("customer_id", sa.Uuid())
    )


def _rows(function: sa.Function[Any], *more: sa.ColumnClause[Any]) -> sa.FromClause:
    columns = (
        sa.column("currency", sa.String(3)),
        sa.column("due_day", sa.Date()),
        sa.column("amount", sa.BigInteger()),
    )
    return function.table_valued(*more, *columns)
