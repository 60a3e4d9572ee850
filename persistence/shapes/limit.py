"""A credit limit on a day with its parts, exactly as `domain.limits` works it out of posted limits and collateral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.limits import AdjustmentKind, CreditLimitKind, CreditLimitPartKind
from persistence.shapes.collateral import COLLATERAL, added, change
from persistence.shapes.limit_entry import LIMIT_ENTRY
from persistence.shapes.margins import has_margins, lasts, margins
from persistence.shapes.terms import KEPT_APART, Terms
from persistence.shapes.worked import Amount, Expression, Lazily, LinkTo, LinkToEither, Object, Rows, Worked
from persistence.shapes.worth import NOTHING, ZERO, constant
from persistence.tables.limits import collateral, credit_limit_entry

_NO = sa.false()
_NO_KEY = sa.literal_column("null::uuid", sa.Uuid())
_ONE = sa.literal_column("1", sa.Integer())


@dataclass(frozen=True)
class Holder:
    """Whose limit: the key its limits are posted under, and everything else a limit follows from.

    `customer`: whose collateral counts; None: a group has none. `in_group`, `unlimited`, `mandatory` and
    `unset_means_unlimited` as `domain.limits.LimitTerms`.
    """

    key: Expression
    customer: Expression | None = None
    in_group: sa.ColumnElement[bool] = _NO
    unlimited: sa.ColumnElement[bool] = _NO
    mandatory: sa.ColumnElement[bool] = _NO
    unset_means_unlimited: sa.ColumnElement[bool] = _NO


@dataclass(frozen=True)
class Limit:
    """A limit in the currency of its terms, rounded; `total` is null where nothing binds.

    `unlimited`: whether its kind is UNLIMITED, which needs fewer rows than the kind itself.
    """

    total: Expression
    unlimited: sa.ColumnElement[bool]
    object: Object


def limit_on(holder: Holder, terms: Terms, names: frozenset[str] | None = None) -> Limit:
    """The limit of a holder on the day of its terms: `domain.limits.limit_on`. `names`: what is wanted, if known.

    A total follows from the posted limit in force alone. Whether there is a permanent one beside a temporary one is
    looked up only for who asks.
    """
    posted = in_force(holder.key, terms)
    normal = cache(lambda: _normal_on(holder, terms))
    unlimited = sa.case(
        (holder.unlimited, sa.true()),
        (posted.c.amount.is_not(None), sa.false()),
        else_=sa.and_(holder.unset_means_unlimited, sa.not_(holder.mandatory), sa.not_(holder.in_group)),
    )
    sums = _sums(holder, terms, posted, secures=names is None or "insurance_and_guarantees" in names)
    temporary = sa.case((_is_temporary(posted), posted.c.id), else_=_NO_KEY)
    makers: dict[str, Callable[[], Worked]] = {
        "kind": lambda: _kind(unlimited, normal()),
        "total": lambda: Amount(sums.c.total, terms["currency"], terms["digits"]),
        "base": lambda: Amount(_base(terms, unlimited, normal()), terms["currency"], terms["digits"]),
        "temporary": lambda: LinkTo(temporary, LIMIT_ENTRY),
        "insurance_and_guarantees": lambda: Amount(sums.c.insurance_and_guarantees, terms["currency"], terms["digits"]),
        "parts": lambda: _parts(holder, terms, posted),
        "expiry_date": lambda: normal().c.until_day,
    }
    return Limit(sums.c.total, unlimited, Object(Lazily(makers)))


def in_force(holder: Expression, terms: Terms) -> sa.FromClause:
    """The posted limit in force, a lateral of one row or none: `id`, `kind`, `amount`, `currency`.

    A temporary limit, unless another took its place (`domain.limits.temporary_on`); otherwise the permanent limit
    that began last, and of one day the one posted last (`domain.limits.normal_on`); without an `amount` where that took
    the limit away.
    """
    entry = credit_limit_entry.alias()
    permanent = entry.c.kind == constant(AdjustmentKind.PERMANENT)
    temporary = entry.c.kind == constant(AdjustmentKind.TEMPORARY)
    return (
        sa.select(entry.c.id, entry.c.kind, entry.c.amount, entry.c.currency)
        .where(
            entry.c.holder_id == holder,
            entry.c.from_day <= terms["day"],
            sa.or_(permanent, sa.and_(temporary, lasts(entry, terms["day"], *terms.before))),
        )
        .order_by(permanent, sa.case((permanent, entry.c.from_day)).desc(), entry.c.id.desc())
        .limit(_ONE)
        .correlate(*terms.before)
        .lateral()
    )


def _normal_on(holder: Holder, terms: Terms) -> sa.FromClause:
    """The permanent limit in force, whether a temporary one takes its place or not: a lateral of one row or none."""
    entry = credit_limit_entry.alias()
    return (
        sa.select(entry.c.id, entry.c.amount, entry.c.currency, entry.c.until_day)
        .where(
            entry.c.holder_id == holder.key,
            entry.c.kind == constant(AdjustmentKind.PERMANENT),
            entry.c.from_day <= terms["day"],
        )
        .order_by(entry.c.from_day.desc(), entry.c.id.desc())
        .limit(_ONE)
        .correlate(*terms.before)
        .lateral()
    )


def _is_temporary(posted: sa.FromClause) -> sa.ColumnElement[bool]:
    return posted.c.kind == constant(AdjustmentKind.TEMPORARY)


def _kind(unlimited: sa.ColumnElement[bool], normal: sa.FromClause) -> Expression:
    return sa.case(
        (unlimited, constant(CreditLimitKind.UNLIMITED)),
        (normal.c.amount.is_not(None), constant(CreditLimitKind.AMOUNT)),
        else_=constant(CreditLimitKind.UNSET),
    )


def _base(terms: Terms, unlimited: sa.ColumnElement[bool], normal: sa.FromClause) -> Expression:
    """The permanent limit in force, whether it rules or not."""
    return sa.case(
        (sa.or_(unlimited, normal.c.amount.is_(None)), NOTHING),
        else_=terms.rounded(terms.worth(normal.c.amount, normal.c.currency)),
    )


def _binds(holder: Holder, posted: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether the limit has a total: `domain.limits.CreditLimit.binds`."""
    return sa.case(
        (holder.unlimited, sa.false()),
        (sa.or_(posted.c.amount.is_not(None), holder.mandatory), sa.true()),
        else_=sa.not_(sa.or_(holder.unset_means_unlimited, holder.in_group)),
    )


def _sums(holder: Holder, terms: Terms, posted: sa.FromClause, *, secures: bool) -> sa.FromClause:
    """The total, and where it is wanted what collateral changes of it: a lateral of one row.

    Without collateral, seasonal factor and tolerance nothing is added up.
    """
    before = (*terms.before, posted)

    def with_more(name: str, without: Expression, *more: sa.ColumnElement[bool]) -> Expression:
        if holder.customer is not None:
            policy = collateral.alias()
            secured = sa.select(policy.c.id).where(valid(policy, holder.customer, terms["day"]))
            more = (*more, secured.correlate(*before).exists())
        return sa.case((sa.or_(*more), _added_up(name, holder, terms, posted, before)), else_=without)

    binds = _binds(holder, posted)
    alone = terms.rounded(terms.worth(posted.c.amount, posted.c.currency))
    total = with_more("amount", alone, has_margins(holder.key, terms, before))
    columns = [sa.case((binds, total), else_=NOTHING).label("total")]
    if secures:
        nothing = terms.rounded(ZERO)
        changed = nothing if holder.customer is None else sa.case((binds, with_more("change", nothing)), else_=nothing)
        columns.append(changed.label("insurance_and_guarantees"))
    return sa.select(*columns).offset(KEPT_APART).correlate(*before).lateral()


def _added_up(
    name: str, holder: Holder, terms: Terms, posted: sa.FromClause, before: tuple[sa.FromClause, ...]
) -> Expression:
    """The sum of all parts (`amount`) or of what collateral changes (`change`): per currency, converted, rounded."""
    limits = [_base_part(posted), *margins(posted, holder.key, terms).values()]
    each = [limit.add_columns(ZERO.label("change")) for limit in limits]
    if holder.customer is not None:
        policy = collateral.alias()
        changed = change(policy.c.value, policy.c.percent, policy.c.included_in_exposure)
        secured = _policies(policy, constant(CreditLimitPartKind.COLLATERAL), changed, holder.customer, terms)
        each.append(secured.add_columns(changed.label("change")))
    parts = sa.union_all(*(one.correlate(*before) for one in each)).subquery()
    sums = (
        sa.select(parts.c.currency, sa.func.sum(parts.c[name]).label("amount"))
        .group_by(parts.c.currency)
        .correlate(*before)
        .subquery()
    )
    whole = terms.rounded(sa.func.sum(terms.worth(sums.c.amount, sums.c.currency)))
    return sa.select(whole).select_from(sums).correlate(*before).scalar_subquery()


def _parts(holder: Holder, terms: Terms, posted: sa.FromClause) -> Rows:
    """What the limit is made of, each part rounded: the posted limit with its margins, then each policy; nothing where
    none binds.
    """
    before = (*terms.before, posted)
    parts = sa.union_all(*(each.correlate(*before) for each in _amounts(holder, terms, posted))).subquery()
    secured = parts.c.place > constant(0)
    listed = (
        sa.select(
            parts.c.kind,
            parts.c.id,
            parts.c.place,
            secured.label("secured"),
            sa.case((secured, parts.c.id), else_=_NO_KEY).label("policy"),
            terms.rounded(terms.worth(parts.c.amount, parts.c.currency)).label("amount"),
            terms["currency"].label("currency"),
        )
        .select_from(parts)
        .where(_binds(holder, posted))
        .correlate(*before)
    )
    return Rows(
        listed,
        ("secured", "policy", "place"),
        _part,
    )


def _part(row: sa.FromClause) -> dict[str, Expression | Amount | LinkToEither]:
    posted, policy = (sa.case((found, row.c.id), else_=_NO_KEY) for found in (sa.not_(row.c.secured), row.c.secured))
    return {
        "kind": row.c.kind,
        "amount": Amount(row.c.amount, row.c.currency),
        "source": LinkToEither(((posted, LIMIT_ENTRY), (policy, COLLATERAL))),
    }


def _amounts(holder: Holder, terms: Terms, posted: sa.FromClause) -> list[sa.Select[Any]]:
    """The parts of a limit, in the currencies they were given in."""
    parts = [_base_part(posted).add_columns(constant(-2).label("place"))]
    for place, margin in enumerate(margins(posted, holder.key, terms).values(), start=-1):
        parts.append(margin.add_columns(constant(place).label("place")))
    if holder.customer is None:
        return parts
    policy = collateral.alias()
    adding = _policies(policy, policy.c.kind, added(policy.c.value, policy.c.percent), holder.customer, terms)
    flagged = _policies(policy, constant(CreditLimitPartKind.FLAGGED_POLICY), -policy.c.value, holder.customer, terms)
    parts.append(adding.add_columns(constant(1).label("place")))
    parts.append(flagged.add_columns(constant(2).label("place")).where(policy.c.included_in_exposure))
    return parts


def _base_part(posted: sa.FromClause) -> sa.Select[Any]:
    """The posted limit in force, where there is one."""
    kind = sa.case(
        (_is_temporary(posted), constant(CreditLimitPartKind.TEMPORARY)), else_=constant(CreditLimitPartKind.BASE)
    )
    return sa.select(
        kind.label("kind"),
        posted.c.id.label("id"),
        posted.c.amount.label("amount"),
        posted.c.currency.label("currency"),
    ).where(posted.c.amount.is_not(None))


def _policies(
    policy: sa.FromClause, kind: Expression, amount: Expression, customer: Expression, terms: Terms
) -> sa.Select[Any]:
    """The policies that are valid, each with an amount."""
    return sa.select(
        kind.label("kind"), policy.c.id.label("id"), amount.label("amount"), policy.c.currency.label("currency")
    ).where(valid(policy, customer, terms["day"]))


def valid(policy: sa.FromClause, customer: Expression, day: Expression) -> sa.ColumnElement[bool]:
    """The policies of a customer that are valid on a day, both days inclusive."""
    return sa.and_(
        policy.c.customer_id == customer,
        policy.c.from_day <= day,
        sa.or_(policy.c.until_day.is_(None), policy.c.until_day >= day),
    )
