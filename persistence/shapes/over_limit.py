"""How many customers a company has, what their limits come to, and how far they are above them.

All customers of a company are worked out in one pass, those of our own group left out unless asked for (decision 11):
`domain.limits` and `domain.exposure` for each, in the company's own currency and rounded, before anything is counted or
added up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from domain.exposure import BALANCE, COUNTING, Category
from domain.limits import AdjustmentKind
from persistence.shapes.collateral import change
from persistence.shapes.flags import flag_on
from persistence.shapes.limit import valid
from persistence.shapes.margins import lasts, margins_of_many
from persistence.shapes.owing import Owing, Whose
from persistence.shapes.terms import KEPT_APART, Terms, company_terms
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import NOTHING, ZERO, constant, one_of, rounded_to, unit
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group_member, customer
from persistence.tables.limits import collateral, credit_limit_entry

_COUNTING = (*sorted(frozenset().union(*COUNTING.values())), Category.DISPUTED)
"""What a total may be made of."""

_ONE = sa.literal_column("1", sa.Numeric())
_NEAR = sa.literal_column("1e-30", sa.Numeric())
"""So near to half a minor unit, only the exact amount tells how it is rounded."""


def _company(row: Row, asked: Asked) -> Object:
    company = row[company_table.c.id]
    own = company_terms(company, replace(asked, currency=None), (row.source,))
    terms = company_terms(company, asked, (row.source,))
    above = _above(own, asked)
    amount = terms.rounded(terms.worth(above.c.amount, own["currency"]))
    return Object(
        {
            "customers": _customers(terms, asked).c.customers,
            "credit_limits": Amount(_limits(terms, asked).c.total, terms["currency"]),
            "over_limit_customers": above.c.customers,
            "over_limit_amount": Amount(amount, terms["currency"]),
        }
    )


OVER_LIMIT = Figures((company_table.c.id,), _company)
"""`customers` of a company, their `credit_limits`, `over_limit_customers` and `over_limit_amount`.

`credit_limits` is null where no customer has a limit. A limit that was never set is 0, unless the credit group decides
or the company says that it means unlimited.
"""


def _customers(terms: Terms, asked: Asked) -> sa.FromClause:
    """How many there are: a lateral of one row."""
    own = customer.alias()
    counted = sa.select(sa.func.count().label("customers")).select_from(own).where(_counts(own, terms, asked))
    return counted.correlate(*terms.before).lateral()


def _limits(terms: Terms, asked: Asked) -> sa.FromClause:
    """The sum of the limits of those that have one (AMOUNT), rounded once; null where none has: one row."""
    holders = _holders(terms, asked)
    having = (
        sa.select(holders.c.id, holders.c.amount, holders.c.currency)
        .where(holders.c.normal)
        .correlate(*terms.before)
        .cte("having", nesting=True)
        .prefix_with("MATERIALIZED")
    )
    more = margins_of_many(having, terms["day"], terms.before).subquery()
    added = sa.select(more.c.currency, more.c.amount)
    parts = sa.union_all(sa.select(having.c.currency, having.c.amount), added, _secured(having, terms)).subquery()
    sums = (
        sa.select(parts.c.currency, sa.func.sum(parts.c.amount).label("amount"))
        .group_by(parts.c.currency)
        .correlate(*terms.before)
        .subquery()
    )
    total = terms.rounded(sa.func.sum(terms.worth(sums.c.amount, sums.c.currency)))
    some = sa.func.count() > constant(0)
    found = sa.select(sa.case((some, total), else_=NOTHING).label("total")).select_from(sums)
    return found.add_cte(having, nest_here=True).correlate(*terms.before).lateral()


def above_limits(company: Expression) -> sa.Select[Any]:
    """The keys of a company's customers that are above their limits today, those that it is counted of.

    `company`: its key, a parameter or a column of a row around. Raises CG001 without a rate.
    """
    # A column of the company's own row stands further out: correlation to it must be said.
    around = getattr(company, "table", None)
    asked = Asked(names=frozenset())
    own = company_terms(company, asked, () if around is None else (around,))
    above = _those_above(own, asked).lateral()
    return sa.select(above.c.id).select_from(own.lateral.join(above, sa.true())).correlate(around)


def _above(own: Terms, asked: Asked) -> sa.FromClause:
    """How many are above their limits, and by how much in the company's currency: a lateral of one row."""
    each = _those_above(own, asked).subquery()
    beyond = sa.func.coalesce(sa.func.sum(each.c.beyond), ZERO, type_=sa.Numeric())
    counted = sa.select(sa.func.count().label("customers"), beyond.label("amount")).select_from(each)
    return counted.correlate(*own.before).lateral()


def _those_above(own: Terms, asked: Asked) -> sa.Select[Any]:
    """Each that is above its limit, `id`, and by how much in the company's currency, `beyond`."""
    bound = _bound(own, asked).cte("bound", nesting=True).prefix_with("MATERIALIZED")
    parts = _used_and_allowed(bound, own, asked).cte("parts", nesting=True).prefix_with("MATERIALIZED")
    there = sa.or_(parts.c.used != ZERO, parts.c.allowed != ZERO)
    known = sa.select(parts.c.currency).where(there).distinct().subquery()
    worth = (
        sa.select(known.c.currency, own.worth(_ONE, known.c.currency).label("one"))
        .offset(KEPT_APART)
        .correlate(*own.before)
        .subquery()
    )
    sums = (
        sa.select(parts.c.id, *(sa.func.sum(parts.c[name] * worth.c.one).label(name) for name in ("used", "allowed")))
        .select_from(parts.join(worth, worth.c.currency == parts.c.currency))
        .group_by(parts.c.id)
        .correlate(*own.before)
        .subquery()
    )
    each = (
        sa.select(sums.c.id, *(_exactly(name, sums, parts, own).label(name) for name in ("used", "allowed")))
        .where(sums.c.used + _NEAR > sums.c.allowed)
        .offset(KEPT_APART)
        .correlate(*own.before)
        .subquery()
    )
    return (
        sa.select(each.c.id, (each.c.used - each.c.allowed).label("beyond"))
        .where(each.c.used > each.c.allowed)
        .add_cte(bound, nest_here=True)
        .add_cte(parts, nest_here=True)
        .correlate(*own.before)
    )


def _bound(terms: Terms, asked: Asked) -> sa.Select[Any]:
    """The customers whose limit has a total, `id`, with the `amount` and `currency` posted; null: none was.

    `domain.limits.CreditLimit.binds`.
    """
    holders, member = _holders(terms, asked), credit_group_member.alias()
    until = member.c.until_day
    in_group = (
        sa.select(member.c.customer_id)
        .where(
            member.c.customer_id == holders.c.id,
            member.c.from_day <= terms["day"],
            sa.or_(until.is_(None), until >= terms["day"]),
        )
        .offset(KEPT_APART)  # looked up for the few without a limit: PostgreSQL would read all members of all groups
        .correlate(holders, *terms.before)
        .exists()
    )
    undecided = sa.or_(terms["unset_limit_means_unlimited"], sa.and_(terms["check_credit_groups"], in_group))
    return (
        sa.select(holders.c.id, holders.c.amount, holders.c.currency)
        .where(sa.or_(holders.c.amount.is_not(None), holders.c.mandatory, sa.not_(undecided)))
        .correlate(*terms.before)
    )


def _used_and_allowed(bound: sa.FromClause, terms: Terms, asked: Asked) -> sa.CompoundSelect[Any]:
    """What customers use and what their limits are made of, in the currencies they are kept in, as amounts.

    Columns: `id` of the customer, `currency`, `used`, `allowed`.
    """
    whose = Whose.by(terms, bound, sa.true(), bound.c.id)
    kept = Owing(lambda: whose, terms.before, asked).of(_COUNTING)
    used = sa.func.coalesce(sa.func.sum(_counted(kept, terms)), ZERO) * unit(kept.c.currency)
    secured = _secured(bound, terms).add_columns(bound.c.id).subquery()
    more = margins_of_many(bound, terms["day"], terms.before).subquery()
    return sa.union_all(
        sa.select(kept.c.customer_id.label("id"), kept.c.currency, used.label("used"), ZERO.label("allowed"))
        .group_by(kept.c.customer_id, kept.c.currency)
        .correlate(*terms.before),
        sa.select(bound.c.id, bound.c.currency, ZERO, bound.c.amount).where(bound.c.amount.is_not(None)),
        sa.select(secured.c.id, secured.c.currency, ZERO, secured.c.amount),
        sa.select(more.c.id, more.c.currency, ZERO, more.c.amount),
    )


def _counted(kept: sa.FromClause, terms: Terms) -> Expression:
    """What a balance adds to the total, in minor units; null: nothing. `domain.exposure.counted`."""
    category, amount = kept.c.category, kept.c.amount
    counts = sa.case(*((terms["limit_type"] == constant(of), one_of(category, some)) for of, some in COUNTING.items()))
    in_time = sa.func.coalesce(kept.c.due_day - terms["day"] <= terms["horizon"], sa.true(), type_=sa.Boolean())
    return sa.case(
        (one_of(category, BALANCE), amount),  # most of them, whatever else counts
        (category == constant(Category.DISPUTED), sa.case((terms["disputed_reduces_exposure"], -amount))),
        (sa.and_(counts, sa.or_(category != constant(Category.OPEN_ORDERS), in_time)), amount),
    )


def _holders(terms: Terms, asked: Asked) -> sa.FromClause:
    """A company's customers but for those of unlimited credit, each with the posted limit in force.

    Columns: `id`, `amount` and `currency` (null: none is in force), whether a permanent one is (`normal`), and whether
    one is `mandatory`. A temporary limit comes first: `domain.limits.temporary_on`, else `normal_on`.
    """
    own, entry = customer.alias(), credit_limit_entry.alias()

    def flag(name: str) -> sa.ColumnElement[bool]:
        if asked.as_of is None:
            return own.c[name]
        return flag_on(own.c[name], name, own.c.id, terms["day"], terms["past"], (*terms.before, own))

    permanent = entry.c.kind == constant(AdjustmentKind.PERMANENT)
    temporary = entry.c.kind == constant(AdjustmentKind.TEMPORARY)
    active = sa.and_(temporary, lasts(entry, terms["day"], *terms.before))
    posted = sa.and_(entry.c.holder_id == own.c.id, entry.c.from_day <= terms["day"], sa.or_(permanent, active))
    begun = sa.case((permanent, entry.c.from_day))
    return (
        sa.select(
            own.c.id,
            flag("mandatory_credit_limit").label("mandatory"),
            entry.c.amount,
            entry.c.currency,
            sa.func.first_value(sa.case((permanent, entry.c.amount)))
            .over(partition_by=own.c.id, order_by=(begun.desc().nulls_last(), entry.c.id.desc()))
            .is_not(None)
            .label("normal"),
        )
        .select_from(own.outerjoin(entry, posted))
        .where(_counts(own, terms, asked), sa.not_(flag("unlimited_credit")))
        .ext(distinct_on(own.c.id))
        .order_by(own.c.id, permanent, begun.desc(), entry.c.id.desc())
        .correlate(*terms.before)
        .subquery()
    )


def _secured(holders: sa.FromClause, terms: Terms) -> sa.Select[Any]:
    """What collateral changes of the limits of these customers: `currency` and `amount` of each policy."""
    policy = collateral.alias()
    changed = change(policy.c.value, policy.c.percent, policy.c.included_in_exposure)
    return (
        sa.select(policy.c.currency, changed.label("amount"))
        .select_from(holders.join(policy, valid(policy, holders.c.id, terms["day"])))
        .correlate(*terms.before)
    )


def _counts(own: sa.FromClause, terms: Terms, asked: Asked) -> sa.ColumnElement[bool]:
    """A customer of the company; not one of our own group unless they are asked for."""
    there = own.c.company_id == terms["id"]
    return there if asked.intercompany else sa.and_(there, sa.not_(own.c.intercompany))


def _exactly(name: str, sums: sa.FromClause, parts: sa.FromClause, terms: Terms) -> Expression:
    """What a customer's amounts are worth, rounded: `domain.money.Exchange.total`.

    Each currency is converted once for all customers. What it is worth times an amount is not always what the amount
    is worth: where that could change how it is rounded, the customer's own amounts are converted.
    """
    nearly, digits = sums.c[name], terms["digits"]
    mine = (
        sa.select(parts.c.currency, sa.func.sum(parts.c[name]).label("amount"))
        .where(parts.c.id == sums.c.id)
        .group_by(parts.c.currency)
        .correlate(*terms.before, sums)
        .subquery()
    )
    whole = terms.rounded(sa.func.sum(terms.worth(mine.c.amount, mine.c.currency)))
    exact = sa.select(whole).select_from(mine).correlate(*terms.before, sums).scalar_subquery()
    sure = rounded_to(nearly - _NEAR, digits) == rounded_to(nearly + _NEAR, digits)
    return sa.case((sure, rounded_to(nearly, digits)), else_=exact)
