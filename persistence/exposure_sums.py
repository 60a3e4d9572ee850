"""The sums an exposure report is made of: per group and currency, every figure that is a plain sum of balances.

What counts is said by `domain.exposure`; here it becomes SQL, since a report is over more customers than fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.exposure import Category
from persistence.exposure_dimensions import (
    AS_OF,
    Dimensions,
    ExposureDimension,
    key_columns,
    scope,
    who,
    written,
)
from persistence.shapes.covering import CATEGORY, anywhere, covered_in
from persistence.statements import Statement, any_of
from persistence.tables.customer import customer
from persistence.tables.limits import collateral
from persistence.tables.movements import balance, company_balance, movement, movement_tail
from persistence.tables.reference import currency_table

BUCKETS: dict[str, tuple[int | None, int | None]] = {
    "not_due": (None, 0),
    "days_1_to_30": (1, 30),
    "days_31_to_60": (31, 60),
    "days_61_to_90": (61, 90),
    "over_90": (91, None),
}
"""Receivables by days past due, both inclusive; the disputed part is in."""

FIGURES = (
    "total",
    "receivables",
    "special_liabilities",
    "open_orders",
    "open_deliveries",
    "open_billing",
    "unapplied_payments",
    "disputed",
    "overdue",
    "held_orders",
    *BUCKETS,
)

_SUMS = ("category", "currency", "due_day", "amount")


@cache
def figures(dimensions: Dimensions, *, past: bool, intercompany: bool) -> Statement:
    """Every figure per group and currency, as amounts.

    Of the customers `customers` when one of the dimensions is the customer, otherwise of the groups whose keys are
    given as lists, one list a column. `past`: as it was at the end of the day `as_of`. `intercompany`: with customers
    of our own group.
    """
    if not past and _by_company(dimensions):
        sums = _sums_of_companies(dimensions, intercompany=intercompany)
    else:
        sums = _sums(dimensions, past=past, intercompany=intercompany)
    keys, companies = [sums.c[name] for name in key_columns(dimensions)], scope()
    return Statement(
        sa.select(
            *keys,
            sums.c.currency,
            *((value * currency_table.c.unit).label(name) for name, value in _figures(sums, companies).items()),
        )
        .select_from(
            sums.join(companies, companies.c.id == sums.c.company_id).join(
                currency_table, currency_table.c.code == sums.c.currency
            )
        )
        .group_by(*keys, sums.c.currency, currency_table.c.unit)
        .order_by(*keys, sums.c.currency)
    )


@cache
def covered(dimensions: Dimensions, *, intercompany: bool) -> Statement:
    """What is insured, guaranteed or pledged for each customer of a group on the day, by currency, in full value."""
    customers = who(dimensions, intercompany=intercompany)
    keys = [written(customers.c[name]).label(name) for name in key_columns(dimensions)]
    selected = (
        sa.select(
            *keys,
            customers.c.id,
            collateral.c.currency,
            sa.func.sum(collateral.c.value).label("value"),
        )
        .select_from(customers.join(collateral, valid(customers)))
        .group_by(*(key.element for key in keys), customers.c.id, collateral.c.currency)
        .order_by(customers.c.id, collateral.c.currency)
    )
    return Statement(narrowed(selected, dimensions, customers))


@cache
def counted(*, past: bool, intercompany: bool) -> Statement:
    """What counts as used credit of each of the customers `customers`, by currency."""
    customers = who((), intercompany=intercompany)
    used = used_of(customers, any_of(customers.c.id, "customers"), past=past)
    return Statement(sa.select(used.c.id, used.c.currency, used.c.used).order_by(used.c.id, used.c.currency))


def used_of(customers: sa.Subquery | sa.CTE, *conditions: sa.ColumnElement[bool], past: bool) -> sa.Subquery:
    """What counts as used credit of each of some customers, by currency."""
    kept, companies = _kept(past=past), scope()
    minor = (
        _standing(
            sa.select(customers.c.id, kept.c.currency, _total(kept, companies).label("minor"))
            .select_from(
                customers.join(kept, kept.c.customer_id == customers.c.id).join(
                    companies, companies.c.id == customers.c.company_id
                )
            )
            .where(*conditions),
            kept,
        )
        .group_by(customers.c.id, kept.c.currency)
        .subquery("counted")
    )
    return (
        sa.select(minor.c.id, minor.c.currency, (minor.c.minor * currency_table.c.unit).label("used"))
        .join(currency_table, currency_table.c.code == minor.c.currency)
        .subquery("used")
    )


@cache
def members(dimensions: Dimensions, *, intercompany: bool) -> Statement:
    """How many customers there are in each group."""
    customers = who(dimensions, intercompany=intercompany)
    keys = [written(customers.c[name]).label(name) for name in key_columns(dimensions)]
    selected = sa.select(*keys, sa.func.count().label("customers")).select_from(customers)
    return Statement(narrowed(selected.group_by(*(key.element for key in keys)), dimensions, customers))


def narrowed(selected: sa.Select[Any], dimensions: Dimensions, customers: sa.Subquery) -> sa.Select[Any]:
    """Only the groups that are asked for: by their customers, or by their keys."""
    names = key_columns(dimensions)
    if not names:
        return selected
    if ExposureDimension.CUSTOMER in dimensions:
        return selected.where(any_of(customers.c.id, "customers"))
    asked = (
        sa.func.unnest(*(sa.bindparam(f"keys_{name}", type_=sa.ARRAY(sa.Text())) for name in names))
        .table_valued(*(sa.column(name, sa.Text()) for name in names))
        .render_derived(name="asked")
    )
    same = [written(customers.c[name]) == asked.c[name] for name in names]
    return selected.where(sa.exists(sa.select(1).select_from(asked).where(*same).correlate(customers)))


def _by_company(dimensions: Dimensions) -> bool:
    return set(dimensions) <= {ExposureDimension.COMPANY}


def _sums(dimensions: Dimensions, *, past: bool, intercompany: bool) -> sa.Subquery:
    """Balances of the customers of each group and company, added up before anything is asked of them."""
    customers, kept = who(dimensions, intercompany=intercompany), _kept(past=past)
    keys = [written(customers.c[name]).label(name) for name in key_columns(dimensions)]
    by = [customers.c.company_id, kept.c.category, kept.c.currency, kept.c.due_day]
    selected = (
        sa.select(*keys, *by, sa.func.sum(kept.c.amount).label("amount"))
        .select_from(customers.join(kept, kept.c.customer_id == customers.c.id))
        .group_by(*(key.element for key in keys), *by)
    )
    standing = narrowed(_standing(selected, kept), dimensions, customers)
    covering = narrowed(_covered(dimensions, customers, past=past), dimensions, customers)
    return sa.union_all(standing, covering).subquery("sums")


def _covered(dimensions: Dimensions, customers: sa.Subquery, *, past: bool) -> sa.Select[Any]:
    """What receipts of these customers cover, with the columns of their sums."""
    companies = scope()
    found = _covered_in(companies, past=past, intercompany=True)
    return (
        sa.select(
            *(written(customers.c[name]).label(name) for name in key_columns(dimensions)),
            customers.c.company_id,
            CATEGORY,
            *(found.c[name] for name in _SUMS[1:]),
        )
        .select_from(
            companies.join(found, sa.true()).join(
                customers, sa.and_(customers.c.id == found.c.customer_id, customers.c.company_id == companies.c.id)
            )
        )
        .where(anywhere())
    )


def _covered_in(companies: sa.CTE, *, past: bool, intercompany: bool) -> sa.FromClause:
    """What receipts cover of the customers of the companies; `past`: everything is read as it was then."""
    reduces = companies.c.disputed_reduces_overdue
    return covered_in(companies.c.id, companies.c.day, sa.literal(past), reduces, sa.literal(intercompany))


def _kept(*, past: bool) -> sa.Table:
    return movement if past else balance


def _standing(selected: sa.Select[Any], kept: sa.Table) -> sa.Select[Any]:
    """What is part of an exposure, on the day asked for when it is in the past."""
    selected = selected.where(kept.c.category != Category.SALES.value)
    return selected.where(kept.c.day <= AS_OF) if kept is movement else selected


def company_sums(*, intercompany: bool) -> sa.CompoundSelect[Any]:
    """The kept sums of the companies `wanted` and what is not yet folded into them, less what our own companies owe,
    unless they are asked for.
    """
    tables = [
        *(
            sa.select(table.c.company_id, *(table.c[name] for name in _SUMS)).where(
                any_of(table.c.company_id, "wanted")
            )
            for table in (company_balance, movement_tail)
        ),
        covered_of_companies(past=False, intercompany=intercompany),
    ]
    if intercompany:
        return sa.union_all(*tables)
    own = (
        sa.select(balance.c.company_id, balance.c.category, balance.c.currency, balance.c.due_day, -balance.c.amount)
        .join(customer, customer.c.id == balance.c.customer_id)
        .where(any_of(customer.c.company_id, "wanted"), customer.c.intercompany)
    )
    return sa.union_all(*tables, own)


def covered_of_companies(*, past: bool, intercompany: bool) -> sa.Select[Any]:
    """What receipts of customers of the companies `wanted` cover, as sums of the companies have it."""
    companies = scope()
    found = _covered_in(companies, past=past, intercompany=intercompany)
    return (
        sa.select(companies.c.id.label("company_id"), CATEGORY, *(found.c[name] for name in _SUMS[1:]))
        .select_from(companies.join(found, sa.true()))
        .where(anywhere())
    )


def _sums_of_companies(dimensions: Dimensions, *, intercompany: bool) -> sa.Subquery:
    known, kept = scope(), company_sums(intercompany=intercompany).subquery("kept")
    keys = [written(known.c.code).label(name) for name in key_columns(dimensions)]
    selected = (
        sa.select(*keys, *(kept.c[name] for name in ("company_id", *_SUMS)))
        .select_from(known.join(kept, kept.c.company_id == known.c.id))
        .where(kept.c.category != Category.SALES.value)
    )
    if keys:
        selected = selected.where(any_of(written(known.c.code), "keys_company_code"))
    return selected.subquery("sums")


def _figures(sums: sa.Subquery, companies: sa.CTE) -> dict[str, sa.ColumnElement[Any]]:
    def of(category: Category, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return _sum((sa.and_(sums.c.category == category.value, *conditions), sums.c.amount))

    late = sums.c.due_day <= companies.c.due_0
    return {
        "total": _total(sums, companies),
        "receivables": of(Category.RECEIVABLES),
        "special_liabilities": of(Category.SPECIAL_LIABILITIES),
        "open_orders": of(Category.OPEN_ORDERS, sa.not_(_ships_later(sums, companies))),
        "open_deliveries": of(Category.OPEN_DELIVERIES),
        "open_billing": of(Category.OPEN_BILLING),
        "unapplied_payments": -of(Category.UNAPPLIED),
        "disputed": of(Category.DISPUTED),
        "overdue": of(Category.RECEIVABLES, late)
        - of(Category.DISPUTED, late, companies.c.disputed_reduces_overdue)
        - of(Category.COVERED),
        "held_orders": of(Category.HELD_ORDERS),
        **{name: of(Category.RECEIVABLES, *_between(sums, companies, *bounds)) for name, bounds in BUCKETS.items()},
    }


def _total(sums: sa.FromClause, companies: sa.CTE) -> sa.ColumnElement[Any]:
    """`domain.exposure.counted`."""
    later = sa.and_(sums.c.category == Category.OPEN_ORDERS.value, _ships_later(sums, companies))
    counts = sa.and_(sums.c.category == sa.func.any(companies.c.counting), sa.not_(later))
    disputed = sa.and_(sums.c.category == Category.DISPUTED.value, companies.c.disputed_reduces_exposure)
    return _sum((counts, sums.c.amount), (disputed, -sums.c.amount))


def _ships_later(sums: sa.FromClause, companies: sa.CTE) -> sa.ColumnElement[bool]:
    """`domain.exposure.ships_later`."""
    return sa.func.coalesce(sums.c.due_day - companies.c.day > companies.c.order_horizon_days, sa.false())


def _between(
    sums: sa.FromClause, companies: sa.CTE, first: int | None, last: int | None
) -> Iterator[sa.ColumnElement[bool]]:
    """So many days past due, by the last due days that are more than some days past (`scope`)."""
    if first is not None:
        yield sums.c.due_day <= companies.c[f"due_{first - 1}"]
    if last is not None:
        yield sums.c.due_day > companies.c[f"due_{last}"]


def _sum(*cases: tuple[sa.ColumnElement[bool], sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case(*cases)), 0)


def valid(customers: sa.Subquery | sa.CTE) -> sa.ColumnElement[bool]:
    """A policy of a customer that is valid on its day."""
    return sa.and_(
        collateral.c.customer_id == customers.c.id,
        collateral.c.from_day <= customers.c.day,
        sa.or_(collateral.c.until_day.is_(None), collateral.c.until_day >= customers.c.day),
    )
