"""The figures of an exposure over any balances, exactly as `domain.exposure` works them out of loaded facts.

Sums per currency first, each converted, added, and rounded once. PostgreSQL leaves out the figures of a
lateral that nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

import sqlalchemy as sa

from domain.exposure import KEPT, Category, CreditLimitType
from persistence.shapes.falling_due import moved_due
from persistence.shapes.limit import valid
from persistence.shapes.owing import CompanyOwing, Owing, Whose
from persistence.shapes.terms import KEPT_APART, Terms
from persistence.shapes.worked import Amount, Expression, Lazily, Object
from persistence.shapes.worth import ZERO, constant, equals_one_of, rounded_to, unit, unit_of
from persistence.tables.limits import collateral

EXPOSED = tuple(category for category in KEPT if category is not Category.SALES)
"""What an exposure is made of. Sales are many, and never read for it."""

_ALWAYS = (Category.RECEIVABLES, Category.UNAPPLIED, Category.SPECIAL_LIABILITIES)
_DELIVERED = (Category.OPEN_DELIVERIES, Category.OPEN_BILLING)
_UP_TO_DELIVERIES = (CreditLimitType.BALANCE_AND_DELIVERIES, CreditLimitType.ALL)

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
)


_CLAIMED = (Category.RECEIVABLES, Category.DISPUTED, Category.COVERED)
"""What is overdue is made of."""


def figures(owing: Owing | CompanyOwing, terms: Terms) -> sa.FromClause:
    """The figures that are plain sums, in the currency of the terms and rounded: a lateral of one row.

    Those that are not asked for are left out: PostgreSQL would not work them out, but it would have to read of them.
    """
    names = [name for name in FIGURES if owing.asked.names is None or name in {"total", *owing.asked.names}]
    if owing.alone:
        return _of_one(owing, terms, names)
    sums = _per_currency(owing, terms, names)
    return (
        sa.select(*(terms.rounded(terms.worth_in(sums, name)).label(name) for name in names))
        .select_from(sums)
        .correlate(*owing.before)
        .lateral()
    )


def _needed(names: Sequence[str]) -> Sequence[Category]:
    """Receipts cover what is overdue, and change nothing else."""
    return (*EXPOSED, Category.COVERED) if "overdue" in names else EXPOSED


def _of_one(owing: Owing | CompanyOwing, terms: Terms, names: Sequence[str]) -> sa.FromClause:
    """The figures of one customer, who mostly owes in one currency: that of the terms is summed without grouping.

    Others are grouped and converted only where there are any, together with what receipts cover.
    """
    kept = owing.of(EXPOSED)
    changes, own = changing(kept, terms), kept.c.currency == terms["currency"]
    sums = (
        sa.select(
            sa.func.bool_and(own).label("alone"),
            *(sa.func.sum(changes[name](), type_=sa.Numeric()).filter(own).label(name) for name in names),
        )
        .select_from(kept)
        .offset(KEPT_APART)
        .correlate(*owing.before)
        .lateral()
    )
    others = _per_currency(
        owing,
        terms,
        names,
        lambda kept: sa.or_(kept.c.currency != terms["currency"], kept.c.category == constant(Category.COVERED)),
    )
    alone = sa.and_(sums.c.alone, terms["pending_receipt_days"] == constant(0)) if "overdue" in names else sums.c.alone
    unit_here = unit_of(terms["digits"])

    def figure(name: str) -> Expression:
        here = sa.func.coalesce(sums.c[name], ZERO, type_=sa.Numeric()) * unit_here
        elsewhere = sa.func.coalesce(terms.worth_in(others, name), ZERO, type_=sa.Numeric())
        return rounded_to(here + elsewhere, terms["digits"])

    return (
        sa.select(*(figure(name).label(name) for name in names))
        .select_from(others)
        .where(sa.not_(alone))
        .correlate(*owing.before, sums)
        .lateral()
    )


def oldest(owing: Owing | CompanyOwing, terms: Terms) -> sa.FromClause:
    """The oldest due day of what is claimed, and how many days it is overdue: a lateral of one row."""
    kept = owing.of(_CLAIMED)
    claimed = sa.case(
        (kept.c.category == constant(Category.RECEIVABLES), kept.c.amount),
        (sa.or_(kept.c.category == constant(Category.COVERED), terms["disputed_reduces_overdue"]), -kept.c.amount),
        else_=constant(0),
    )
    due = moved_due(kept.c.due_day, kept.c.bank_days_of)
    debts = (
        sa.select(due.label("due_day"), kept.c.company_day)
        .select_from(kept)
        .group_by(due, kept.c.company_day, kept.c.currency)
        .having(sa.func.sum(claimed) > 0)
        .correlate(*owing.before)
        .subquery()
    )
    late = sa.func.max(debts.c.company_day - debts.c.due_day)
    return (
        sa.select(
            sa.func.min(debts.c.due_day).label("due_date"),
            sa.func.greatest(late, constant(0), type_=sa.Integer()).label("days_overdue"),
        )
        .select_from(debts)
        .correlate(*owing.before)
        .lateral()
    )


def exposure_of(
    owing: Owing | CompanyOwing, terms: Terms, found: sa.FromClause, insured: Callable[[], Expression]
) -> Object:
    """An exposure as it is given: its figures, its oldest debt, and the part that others answer for (rounded)."""
    currency, digits = terms["currency"], terms["digits"]
    covered, aged = cache(insured), cache(lambda: oldest(owing, terms))
    return Object(
        Lazily(
            {
                **{name: partial(_sum, found, name, terms) for name in FIGURES},
                "insured": lambda: Amount(covered(), currency),
                "net": lambda: Amount(found.c.total - covered(), currency, digits),
                "oldest_due_date": lambda: aged().c.due_date,
                "days_overdue": lambda: aged().c.days_overdue,
                "as_of": lambda: terms["day"],
            }
        )
    )


def _sum(found: sa.FromClause, name: str, terms: Terms) -> Amount:
    return Amount(found.c[name], terms["currency"], terms["digits"])


def counted(kept: sa.FromClause, terms: Terms) -> Expression:
    """What a balance adds to the total, in minor units; null: nothing. `domain.exposure.counted`.

    One sum of it is worth eight sums of categories.
    """
    category, amount = kept.c.category, kept.c.amount
    return sa.case(
        (equals_one_of(category, _ALWAYS), amount),
        (category == constant(Category.DISPUTED), sa.case((terms["disputed_reduces_exposure"], -amount))),
        (
            category == constant(Category.OPEN_ORDERS),
            sa.case((sa.and_(terms["limit_type"] == constant(CreditLimitType.ALL), _in_time(kept, terms)), amount)),
        ),
        (equals_one_of(category, _DELIVERED), sa.case((equals_one_of(terms["limit_type"], _UP_TO_DELIVERIES), amount))),
    )


def changing(kept: sa.FromClause, terms: Terms) -> dict[str, Callable[[], Expression]]:
    """What a balance adds to each figure, in minor units; null: nothing. Orders after the horizon add nothing."""

    def of(category: Category, amount: Expression | None = None, *conditions: sa.ColumnElement[bool]) -> Expression:
        adds = kept.c.amount if amount is None else amount
        return sa.case((sa.and_(kept.c.category == constant(category), *conditions), adds))

    def late() -> Expression:
        reduces = sa.and_(kept.c.category == constant(Category.DISPUTED), terms["disputed_reduces_overdue"])
        reduces = sa.or_(reduces, kept.c.category == constant(Category.COVERED))
        claimed = sa.case((kept.c.category == constant(Category.RECEIVABLES), kept.c.amount), (reduces, -kept.c.amount))
        return sa.case((kept.c.due_day <= kept.c.overdue_until, claimed))

    return {
        "total": lambda: counted(kept, terms),
        "receivables": lambda: of(Category.RECEIVABLES),
        "special_liabilities": lambda: of(Category.SPECIAL_LIABILITIES),
        "open_orders": lambda: of(Category.OPEN_ORDERS, None, _in_time(kept, terms)),
        "open_deliveries": lambda: of(Category.OPEN_DELIVERIES),
        "open_billing": lambda: of(Category.OPEN_BILLING),
        "unapplied_payments": lambda: of(Category.UNAPPLIED, -kept.c.amount),
        "disputed": lambda: of(Category.DISPUTED),
        "overdue": late,
        "held_orders": lambda: of(Category.HELD_ORDERS),
    }


def _in_time(kept: sa.FromClause, terms: Terms) -> sa.ColumnElement[bool]:
    """Ships within the horizon, or there is none."""
    return sa.func.coalesce(kept.c.due_day - terms["day"] <= terms["horizon"], sa.true(), type_=sa.Boolean())


def total_where(amount: Expression, *conditions: sa.ColumnElement[bool]) -> Expression:
    """The sum of an amount over the rows that meet all conditions; 0 when there are none."""
    found = sa.func.sum(amount, type_=sa.Numeric())
    return sa.func.coalesce(found.filter(*conditions) if conditions else found, ZERO, type_=sa.Numeric())


def _per_currency(
    owing: Owing | CompanyOwing,
    terms: Terms,
    names: Sequence[str],
    only: Callable[[sa.FromClause], sa.ColumnElement[bool]] = lambda kept: sa.true(),
) -> sa.FromClause:
    """Figures for each currency, in its minor units, with the rates that they are converted by."""
    kept = owing.of(_needed(names))
    changes = changing(kept, terms)
    sums = (
        sa.select(
            kept.c.currency,
            unit(kept.c.currency).label("unit"),
            *(total_where(changes[name]()).label(name) for name in names),
        )
        .select_from(kept)
        .where(only(kept))
        .group_by(kept.c.currency)
        .correlate(*owing.before)
        .subquery()
    )
    return terms.with_paths(sums, owing.before)


def insured(owing: Owing, terms: Terms, *, rounded: bool = True) -> sa.FromClause:
    """What others answer for, added up over customers, of each at most what it owes: a lateral of one row.

    `rounded`: each customer's part is. Of a company only their sum is.
    """
    covered, own = _covered(owing, terms, rounded), _used_by_each(_secured(owing), terms, rounded)
    most = sa.func.greatest(sa.func.coalesce(own.c.total, ZERO), ZERO, type_=sa.Numeric())
    return (
        sa.select(sa.func.coalesce(sa.func.sum(sa.func.least(covered.c.value, most)), ZERO).label("value"))
        .select_from(covered.outerjoin(own, own.c.customer_id == covered.c.customer_id))
        .correlate(*owing.before)
        .lateral()
    )


def _secured(owing: Owing) -> Owing:
    """Only the customers that others answer for: what the many others owe is not read."""

    def whose() -> Whose:
        every, policy = owing.whose(), collateral.alias()
        has = sa.select(policy.c.id).where(valid(policy, every.id, every.day)).correlate_except(policy).exists()
        return replace(every, where=sa.and_(every.where, has))

    return replace(owing, whose=whose)


def _covered(owing: Owing, terms: Terms, rounded: bool) -> sa.FromClause:
    """The full value of each customer's policies that are valid on its day, rounded."""
    policy, whose = collateral.alias(), owing.whose()
    mine = valid(policy, whose.id, whose.day)
    values = (
        sa.select(policy.c.customer_id, policy.c.currency, sa.func.sum(policy.c.value).label("value"))
        .select_from(policy if whose.source is None else whose.source.join(policy, mine))
        .where(mine, whose.where)
        .group_by(policy.c.customer_id, policy.c.currency)
        .correlate(*owing.before)
        .subquery()
    )
    value = sa.func.sum(terms.worth(values.c.value, values.c.currency))
    return (
        sa.select(values.c.customer_id, (terms.rounded(value) if rounded else value).label("value"))
        .group_by(values.c.customer_id)
        .correlate(*owing.before)
        .subquery()
    )


def _used_by_each(owing: Owing, terms: Terms, rounded: bool) -> sa.FromClause:
    """What counts as used credit of each customer, rounded."""
    kept = owing.of(EXPOSED)
    sums = (
        sa.select(kept.c.customer_id, kept.c.currency, total_where(counted(kept, terms)).label("total"))
        .group_by(kept.c.customer_id, kept.c.currency)
        .correlate(*owing.before)
        .subquery()
    )
    total = sa.func.sum(terms.worth(sums.c.total, sums.c.currency) * unit(sums.c.currency))
    return (
        sa.select(sums.c.customer_id, (terms.rounded(total) if rounded else total).label("total"))
        .group_by(sums.c.customer_id)
        .correlate(*owing.before)
        .subquery()
    )


def covered(customer: Expression, terms: Terms) -> sa.FromClause:
    """The full value of one customer's policies that are valid on the day, rounded: a lateral of one row."""
    policy = collateral.alias()
    values = (
        sa.select(policy.c.currency, sa.func.sum(policy.c.value).label("value"))
        .where(valid(policy, customer, terms["day"]))
        .group_by(policy.c.currency)
        .correlate(*terms.before)
        .subquery()
    )
    value = terms.rounded(sa.func.sum(terms.worth(values.c.value, values.c.currency)))
    return sa.select(value.label("value")).correlate(*terms.before).lateral()


def insured_of(covered_value: Expression, total: Expression) -> Expression:
    """`domain.collateral.insured`: at most the exposure itself."""
    return sa.func.least(covered_value, sa.func.greatest(total, ZERO), type_=sa.Numeric())
