"""Days sales outstanding of a customer, exactly as `domain.metrics.dso` says of facts as loaded."""

from __future__ import annotations

import sqlalchemy as sa

from domain.exposure import Category
from domain.metrics.dso import MOST_MONTHS, USUAL_MONTHS, DsoMethod
from persistence.shapes import owing
from persistence.shapes.exposure import total_where
from persistence.shapes.terms import Terms, company_terms
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import NOTHING, ZERO, constant, unit
from persistence.tables.customer import customer

_MONTHS = constant(USUAL_MONTHS)
_CENTS = constant(2)
_FINELY = constant(30)


def _customer(row: Row, asked: Asked) -> Object:
    terms = company_terms(row[customer.c.company_id], asked, (row.source,))
    whose = owing.of_customer(row[customer.c.id], terms, asked)
    months = _MONTHS if asked.months is None else sa.func.coalesce(asked.months, _MONTHS, type_=sa.Integer())
    window = _window(terms, months, row[customer.c.customer_since], row)
    sums = _sums(whose, terms, window)
    worked = sa.func.round(sums.c.receivables * window.c.days, _FINELY, type_=sa.Numeric()) / sums.c.sales
    days = sa.case(
        (sa.and_(sums.c.sales > ZERO, window.c.days > constant(0)), sa.func.round(worked, _CENTS, type_=sa.Numeric())),
        else_=NOTHING,
    )
    return Object(
        {
            "days": days,
            "method": constant(DsoMethod.STANDARD),
            "receivables": Amount(sums.c.receivables, terms["currency"]),
            "sales": Amount(sums.c.sales, terms["currency"]),
            "window_start": window.c.start,
            "window_days": window.c.days,
            "as_of": terms["day"],
        },
        None if asked.months is None else months.between(constant(1), constant(MOST_MONTHS)),
    )


CUSTOMER_DSO = Figures((customer.c.id, customer.c.company_id, customer.c.customer_since), _customer)
"""How long a customer takes to pay; over 12 months unless asked, null for a window out of bounds."""


def _window(terms: Terms, months: Expression, since: Expression, row: Row) -> sa.FromClause:
    """The day the window starts after, and how long it is: a lateral of one row."""
    back = sa.cast(terms["day"] - sa.func.make_interval(constant(0), months), sa.Date())
    start = sa.func.greatest(back, since, type_=sa.Date())
    length = sa.func.greatest(terms["day"] - start, constant(0), type_=sa.Integer())
    return sa.select(start.label("start"), length.label("days")).correlate(*terms.before, row.source).lateral()


def _sums(whose: owing.Owing, terms: Terms, window: sa.FromClause) -> sa.FromClause:
    """Open receivables and the sales of the window, rounded: a lateral of one row."""
    before = (*whose.before, window)
    kept = whose.of((Category.RECEIVABLES, Category.SALES))
    sold = sa.and_(
        kept.c.category == constant(Category.SALES),
        kept.c.due_day > window.c.start,
        kept.c.due_day <= terms["day"],
    )
    sums = (
        sa.select(
            kept.c.currency,
            unit(kept.c.currency).label("unit"),
            total_where(kept.c.amount, kept.c.category == constant(Category.RECEIVABLES)).label("receivables"),
            total_where(kept.c.amount, sold).label("sales"),
        )
        .group_by(kept.c.currency)
        .correlate(*before)
        .subquery()
    )
    return (
        sa.select(
            *(
                terms.rounded(sa.func.sum(terms.worth(sums.c[name], sums.c.currency) * sums.c.unit)).label(name)
                for name in ("receivables", "sales")
            )
        )
        .correlate(*before)
        .lateral()
    )
