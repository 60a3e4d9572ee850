"""A credit limit on a day with its parts, exactly as `domain.limits` works it out of posted limits and collateral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.limits import AdjustmentKind, CreditLimitKind, CreditLimitPartKind
from persistence.shapes.collateral import COLLATERAL, added, change
from persistence.shapes.limit_entry import LIMIT_ENTRY
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
    `unset_means_unlimited` as `domain.limits.LimitTerms`. `of`: the laterals that these speak of.
    """

    key: Expression
    customer: Expression | None = None
    in_group: sa.ColumnElement[bool] = _NO
    unlimited: sa.ColumnElement[bool] = _NO
    mandatory: sa.ColumnElement[bool] = _NO
    unset_means_unlimited: sa.ColumnElement[bool] = _NO
    of: tuple[sa.FromClause, ...] = ()

    def before(self, terms: Terms) -> tuple[sa.FromClause, ...]:
        """What a lateral about this holder is correlated to."""
        return tuple(dict.fromkeys((*terms.before, *self.of)))


@dataclass(frozen=True)
class Limit:
    """A limit in the currency of its terms, rounded; `total` is null where nothing binds."""

    kind: Expression
    total: Expression
    object: Object


def limit_on(holder: Holder, terms: Terms, names: frozenset[str] | None = None) -> Limit:
    """The limit of a holder on the day of its terms: `domain.limits.limit_on`. `names`: what is wanted, if known."""
    normal, temporary = normal_on(holder, terms), temporary_on(holder, terms)
    ruling = _ruling(holder, terms, normal, temporary)
    sums = _sums(holder, terms, ruling, secures=names is None or "insurance_and_guarantees" in names)
    currency = terms["currency"]
    makers: dict[str, Callable[[], Worked]] = {
        "kind": lambda: ruling.c.kind,
        "total": lambda: Amount(sums.c.total, currency),
        "base": lambda: Amount(_base(terms, ruling, normal), currency),
        "temporary": lambda: LinkTo(temporary.c.id, LIMIT_ENTRY),
        "insurance_and_guarantees": lambda: Amount(sums.c.insurance_and_guarantees, currency),
        "parts": lambda: _parts(holder, terms, ruling),
        "expiry_date": lambda: normal.c.until_day,
    }
    return Limit(ruling.c.kind, sums.c.total, Object(Lazily(makers)))


def _base(terms: Terms, ruling: sa.FromClause, normal: sa.FromClause) -> Expression:
    """The permanent limit in force, whether it rules or not."""
    return sa.case(
        (ruling.c.kind == constant(CreditLimitKind.UNLIMITED), NOTHING),
        (normal.c.id.is_(None), NOTHING),
        else_=terms.rounded(terms.worth(normal.c.amount, normal.c.currency)),
    )


def normal_on(holder: Holder, terms: Terms) -> sa.FromClause:
    """The permanent limit in force: the last that has begun, and of one day the last posted."""
    entry = credit_limit_entry.alias()
    return (
        _posted(entry, AdjustmentKind.PERMANENT, holder, terms)
        .order_by(entry.c.from_day.desc(), entry.c.id.desc())
        .limit(_ONE)
        .correlate(*holder.before(terms))
        .lateral()
    )


def temporary_on(holder: Holder, terms: Terms) -> sa.FromClause:
    """The temporary limit in force, unless another took its place: `domain.limits.temporary_on`."""
    entry, later = credit_limit_entry.alias(), credit_limit_entry.alias()
    replaced = (
        sa.select(later.c.id)
        .where(later.c.holder_id == holder.key, later.c.replaces_id == entry.c.id, later.c.from_day <= terms["day"])
        .correlate(entry, *holder.before(terms))
        .exists()
    )
    return (
        _posted(entry, AdjustmentKind.TEMPORARY, holder, terms)
        .where(sa.or_(entry.c.until_day.is_(None), entry.c.until_day >= terms["day"]), sa.not_(replaced))
        .order_by(entry.c.id.desc())
        .limit(_ONE)
        .correlate(*holder.before(terms))
        .lateral()
    )


def _posted(entry: sa.FromClause, kind: AdjustmentKind, holder: Holder, terms: Terms) -> sa.Select[Any]:
    return sa.select(entry.c.id, entry.c.amount, entry.c.currency, entry.c.until_day).where(
        entry.c.holder_id == holder.key, entry.c.kind == constant(kind), entry.c.from_day <= terms["day"]
    )


def _ruling(holder: Holder, terms: Terms, normal: sa.FromClause, temporary: sa.FromClause) -> sa.FromClause:
    """What kind of limit it is, whether it binds, and the posted limit in force; all of it known without a rate."""
    is_temporary = temporary.c.id.is_not(None)
    decides = sa.or_(holder.in_group, holder.mandatory, is_temporary)
    kind = sa.case(
        (holder.unlimited, constant(CreditLimitKind.UNLIMITED)),
        (normal.c.id.is_not(None), constant(CreditLimitKind.AMOUNT)),
        (sa.and_(holder.unset_means_unlimited, sa.not_(decides)), constant(CreditLimitKind.UNLIMITED)),
        else_=constant(CreditLimitKind.UNSET),
    )
    binds = sa.and_(
        kind != constant(CreditLimitKind.UNLIMITED),
        sa.or_(normal.c.id.is_not(None), is_temporary, holder.mandatory, sa.not_(holder.in_group)),
    )
    part = sa.case((is_temporary, constant(CreditLimitPartKind.TEMPORARY)), else_=constant(CreditLimitPartKind.BASE))
    return (
        sa.select(
            kind.label("kind"),
            binds.label("binds"),
            part.label("part"),
            *(
                sa.case((is_temporary, temporary.c[name]), else_=normal.c[name]).label(name)
                for name in ("id", "amount", "currency")
            ),
        )
        .offset(KEPT_APART)
        .correlate(*holder.before(terms), normal, temporary)
        .lateral()
    )


def _sums(holder: Holder, terms: Terms, ruling: sa.FromClause, *, secures: bool) -> sa.FromClause:
    """The total, and where it is wanted what collateral changes of it: a lateral of one row.

    Without collateral nothing is added up.
    """
    before = (*holder.before(terms), ruling)

    def with_collateral(name: str, without: Expression) -> Expression:
        if holder.customer is None:
            return without
        policy = collateral.alias()
        secured = sa.select(policy.c.id).where(valid(policy, holder.customer, terms["day"])).correlate(*before).exists()
        return sa.case((secured, _added_up(name, holder.customer, terms, ruling, before)), else_=without)

    total = with_collateral("amount", terms.rounded(terms.worth(ruling.c.amount, ruling.c.currency)))
    columns = [sa.case((ruling.c.binds, total), else_=NOTHING).label("total")]
    if secures:
        nothing = terms.rounded(ZERO)
        changed = sa.case((ruling.c.binds, with_collateral("change", nothing)), else_=nothing)
        columns.append(changed.label("insurance_and_guarantees"))
    return sa.select(*columns).offset(KEPT_APART).correlate(*before).lateral()


def _added_up(
    name: str, customer: Expression, terms: Terms, ruling: sa.FromClause, before: tuple[sa.FromClause, ...]
) -> Expression:
    """The sum of all parts (`amount`) or of what collateral changes (`change`): per currency, converted, rounded."""
    policy = collateral.alias()
    changed = change(policy.c.value, policy.c.percent, policy.c.included_in_exposure)
    secured = _policies(policy, constant(CreditLimitPartKind.COLLATERAL), changed, customer, terms, ruling)
    both = [_in_force(ruling).add_columns(ZERO.label("change")), secured.add_columns(changed.label("change"))]
    parts = sa.union_all(*(each.correlate(*before) for each in both)).subquery()
    sums = (
        sa.select(parts.c.currency, sa.func.sum(parts.c[name]).label("amount"))
        .group_by(parts.c.currency)
        .correlate(*before)
        .subquery()
    )
    whole = terms.rounded(sa.func.sum(terms.worth(sums.c.amount, sums.c.currency)))
    return sa.select(whole).select_from(sums).correlate(*before).scalar_subquery()


def _parts(holder: Holder, terms: Terms, ruling: sa.FromClause) -> Rows:
    """What the limit is made of, each part rounded: the posted limit, then each policy."""
    before = (*holder.before(terms), ruling)
    parts = sa.union_all(*(each.correlate(*before) for each in _amounts(holder, terms, ruling))).subquery()
    listed = (
        sa.select(
            parts.c.kind,
            parts.c.id,
            parts.c.place,
            (parts.c.place > constant(0)).label("secured"),
            terms.rounded(terms.worth(parts.c.amount, parts.c.currency)).label("amount"),
            terms["currency"].label("currency"),
        )
        .select_from(parts)
        .correlate(*before)
    )
    return Rows(
        listed,
        ("secured", "id", "place"),
        _part,
    )


def _part(row: sa.FromClause) -> dict[str, Expression | Amount | LinkToEither]:
    posted, policy = (sa.case((found, row.c.id), else_=_NO_KEY) for found in (sa.not_(row.c.secured), row.c.secured))
    return {
        "kind": row.c.kind,
        "amount": Amount(row.c.amount, row.c.currency),
        "source": LinkToEither(((posted, LIMIT_ENTRY), (policy, COLLATERAL))),
    }


def _amounts(holder: Holder, terms: Terms, ruling: sa.FromClause) -> list[sa.Select[Any]]:
    """The parts of a limit that binds, in the currencies they were given in."""
    parts = [_in_force(ruling).add_columns(constant(0).label("place"))]
    if holder.customer is None:
        return parts
    policy = collateral.alias()
    asked = (holder.customer, terms, ruling)
    adding = _policies(policy, policy.c.kind, added(policy.c.value, policy.c.percent), *asked)
    flagged = _policies(policy, constant(CreditLimitPartKind.FLAGGED_POLICY), -policy.c.value, *asked)
    parts.append(adding.add_columns(constant(1).label("place")))
    parts.append(flagged.add_columns(constant(2).label("place")).where(policy.c.included_in_exposure))
    return parts


def _in_force(ruling: sa.FromClause) -> sa.Select[Any]:
    """The posted limit in force, where it binds."""
    return sa.select(
        ruling.c.part.label("kind"),
        ruling.c.id.label("id"),
        ruling.c.amount.label("amount"),
        ruling.c.currency.label("currency"),
    ).where(ruling.c.binds, ruling.c.id.is_not(None))


def _policies(
    policy: sa.FromClause,
    kind: Expression,
    amount: Expression,
    customer: Expression,
    terms: Terms,
    ruling: sa.FromClause,
) -> sa.Select[Any]:
    """The policies that are valid, each with an amount, where the limit binds."""
    return sa.select(
        kind.label("kind"), policy.c.id.label("id"), amount.label("amount"), policy.c.currency.label("currency")
    ).where(ruling.c.binds, valid(policy, customer, terms["day"]))


def valid(policy: sa.FromClause, customer: Expression, day: Expression) -> sa.ColumnElement[bool]:
    """The policies of a customer that are valid on a day, both days inclusive."""
    return sa.and_(
        policy.c.customer_id == customer,
        policy.c.from_day <= day,
        sa.or_(policy.c.until_day.is_(None), policy.c.until_day >= day),
    )
