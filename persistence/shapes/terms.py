"""By what sums are worked out: the currency, the day, how old rates may be, and what counts.

A company says it for its customers, a credit group for its members together, nobody for a party: there all counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.aging import DEFAULT_AGING
from domain.exposure import CreditLimitType
from persistence.shapes.falling_due import past_due
from persistence.shapes.shape import today
from persistence.shapes.worked import Asked, Expression, Row
from persistence.shapes.worth import ZERO, constant, converted, digits, path, rounded_to, worth_by
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import credit_group, customer
from persistence.tables.party_limits import party_limits

KEPT_APART = sa.literal_column("0", sa.Integer())
"""The offset of a lateral that is worked out once a row, not wherever it is spoken of: 40 % less time for customers."""

PAST = tuple(one.until_day for one in DEFAULT_AGING.buckets if one.until_day is not None)
"""The days past due at which the usual columns of an aging end."""

OVERDUE = (0,)
"""More than so many days past is overdue."""

MAX_RATE_AGE_DAYS = 7
"""How old a rate may be where no company or group says otherwise (decision 13)."""


@dataclass(frozen=True)
class Terms:
    """A lateral of one row, and what else a lateral over it needs before it in the statement.

    Its columns: `id` of the company, group or party; `currency` to convert to, with its `digits`; `day`; `past`
    (balances as kept now would be too new); `max_age` of rates in days; `limit_type`; `horizon` in days;
    `disputed_reduces_exposure` and `disputed_reduces_overdue`. Of a company also `check_credit_groups`,
    `unset_limit_means_unlimited`, `bank_days_of`, `pending_receipt_days` and, where it is wanted, `due_0` and on for
    `PAST`: the last due day that is more than so many days past; of a party no `past`.
    """

    lateral: sa.FromClause
    also: tuple[sa.FromClause, ...] = ()

    def __getitem__(self, name: str) -> Expression:
        column: Expression = self.lateral.c[name]
        return column

    @property
    def dated(self) -> bool:
        """Whether there are the due days that one company's usual columns of an aging end with."""
        return f"due_{PAST[-1]}" in self.lateral.c

    @property
    def overdue_until(self) -> Expression:
        """The last due day that is overdue on the day; null where that is not wanted."""
        found: Expression = self.lateral.c["due_0"] if "due_0" in self.lateral.c else sa.null()
        return found

    @property
    def before(self) -> tuple[sa.FromClause, ...]:
        """What a lateral over these terms is correlated to."""
        return (*self.also, self.lateral)

    def worth(self, amount: Expression, currency: Expression) -> Expression:
        """An amount in the currency of the terms, unrounded. Raises CG001 without a rate."""
        return converted(amount, currency, self["currency"], self["day"], self["max_age"])

    def with_paths(self, sums: sa.FromClause, correlated: tuple[sa.FromClause, ...]) -> sa.FromClause:
        """Sums by `currency`, each with the rates that lead to the currency of the terms (`path`), looked up once."""
        to = path(sums.c.currency, self["currency"], self["day"], self["max_age"])
        return sa.select(*sums.c, to.label("path")).offset(KEPT_APART).correlate(*correlated).subquery()

    def worth_in(self, sums: sa.FromClause, name: str) -> Expression:
        """One of several sums of minor units (`with_paths`, with `unit`), in the currency of the terms, unrounded."""
        amount = worth_by(sums.c.path, sums.c[name], sums.c.currency, self["currency"], self["day"])
        return sa.func.sum(amount * sums.c.unit, type_=sa.Numeric())

    def rounded(self, amount: Expression) -> Expression:
        """A sum of what amounts are worth, rounded once; nothing is zero."""
        return rounded_to(sa.func.coalesce(amount, ZERO), self["digits"])


def company_terms(
    company: Expression, asked: Asked, before: tuple[sa.FromClause, ...], past: Sequence[int] = OVERDUE
) -> Terms:
    """What a company says for its customers. The company's key speaks of `before`.

    `past`: for which of `PAST` there are due days; for none where what is overdue is not wanted.
    """
    own, parameters = company_table.alias(), credit_parameters.alias()
    known = (
        sa.select(
            own.c.id,
            *_currency(asked, own.c.currency),
            *_day(own.c.time_zone, asked),
            *_policy(parameters),
            parameters.c.check_credit_groups,
            parameters.c.unset_limit_means_unlimited,
            parameters.c.pending_receipt_days,
            own.c.bank_days_of,
        )
        .select_from(own.join(parameters, parameters.c.company_id == own.c.id))
        .where(own.c.id == company)
        .offset(KEPT_APART)
        .correlate(*before)
    )
    if past is OVERDUE and asked.names is not None and "overdue" not in asked.names:
        return Terms(known.lateral(), before)
    kept = known.subquery()  # so that the day is looked up once for all of them
    dated = sa.select(*kept.c, *past_columns(kept.c.day, kept.c.bank_days_of, past))
    return Terms(dated.offset(KEPT_APART).correlate(*before).lateral(), before)


def group_terms(group: Expression, asked: Asked, before: tuple[sa.FromClause, ...]) -> Terms:
    """What a credit group says for its members together, on its own day. The group's key speaks of `before`."""
    own = credit_group.alias()
    found = (
        sa.select(own.c.id, *_currency(asked, own.c.currency), *_day(own.c.time_zone, asked), *_policy(own))
        .where(own.c.id == group)
        .offset(KEPT_APART)
        .correlate(*before)
        .lateral()
    )
    return Terms(found)


def party_terms(party: Expression, asked: Asked, row: Row) -> Terms:
    """Everything counts, on the latest of the days of the companies it is a customer of.

    The currency is that of its ceiling; without one it must be asked, or there are no figures.
    """
    own, of = customer.alias(), company_table.alias()
    here = today(of.c.time_zone)
    latest = sa.func.max(here if asked.as_of is None else sa.func.coalesce(asked.as_of, here))
    elsewhere = today(constant("UTC"))
    default = elsewhere if asked.as_of is None else sa.func.coalesce(asked.as_of, elsewhere)
    day = (
        sa.select(sa.func.coalesce(latest, default, type_=sa.Date()))
        .select_from(own.join(of, of.c.id == own.c.company_id))
        .where(own.c.party_id == party)
        .correlate(row.source)
        .scalar_subquery()
    )
    days = sa.select(day.label("day")).correlate(row.source).subquery()
    saved = party_limits.alias()
    ceiling: Expression = (
        sa.select(sa.case((saved.c.ceiling.is_not(None), saved.c.currency)))
        .where(saved.c.holder_id == party, saved.c.from_day <= days.c.day)
        .order_by(saved.c.version.desc())
        .limit(constant(1))
        .correlate(row.source, days)
        .scalar_subquery()
    )
    found = (
        sa.select(
            party.label("id"),
            *_currency(asked, ceiling),
            days.c.day,
            constant(MAX_RATE_AGE_DAYS).label("max_age"),
            constant(CreditLimitType.ALL).label("limit_type"),
            sa.literal_column("null::integer", sa.Integer()).label("horizon"),
            sa.true().label("disputed_reduces_exposure"),
            sa.true().label("disputed_reduces_overdue"),
        )
        .select_from(days)
        .correlate(row.source)
        .lateral()
    )
    return Terms(found)


def days(time_zone: Expression, asked: Asked) -> tuple[Expression, sa.ColumnElement[bool]]:
    """The day that is asked for in a time zone, and whether it is over there."""
    here = today(time_zone)
    if asked.as_of is None:
        return here, sa.false()
    return sa.func.coalesce(asked.as_of, here, type_=sa.Date()), sa.func.coalesce(asked.as_of < here, sa.false())


def past_columns(day: Expression, bank_days_of: Expression, past: Sequence[int]) -> list[sa.ColumnElement[Any]]:
    """`due_0` and on: the last due day that is more than so many days past on a day."""
    return [past_due(day, most, bank_days_of).label(f"due_{most}") for most in past]


def _currency(asked: Asked, own: Expression) -> list[sa.ColumnElement[Any]]:
    found = own if asked.currency is None else sa.func.coalesce(asked.currency, own)
    return [found.label("currency"), digits(found).label("digits")]


def _day(time_zone: Expression, asked: Asked) -> list[sa.ColumnElement[Any]]:
    day, past = days(time_zone, asked)
    return [day.label("day"), past.label("past")]


def _policy(table: Any) -> list[sa.ColumnElement[Any]]:
    return [
        table.c.credit_limit_type.label("limit_type"),
        table.c.order_horizon_days.label("horizon"),
        table.c.max_rate_age_days.label("max_age"),
        table.c.disputed_reduces_exposure,
        table.c.disputed_reduces_overdue,
    ]
