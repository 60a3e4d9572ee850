"""What an exposure report can be grouped by, and the customers it is about.

A group is known by the texts it is sorted by. In a key a text is written with a letter before it, so that the total of
a group ("") comes before its parts ("a…"), and the customers that belong nowhere ("z") come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.exposure import COUNTING, Category, CreditLimitType
from persistence.shapes.flags import flag_on
from persistence.shapes.shape import today
from persistence.shapes.terms import PAST, past_columns
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import credit_group, credit_group_member, customer
from persistence.tables.reference import customer_group, risk_group

AS_OF = sa.bindparam("as_of", type_=sa.Date())
"""The business day asked for; null: today at each company."""

WHOLE, BELONGS, NOWHERE = "", "a", "z"
"""In a key: not divided by this dimension; the letter before a text; the customers that have none."""


class ExposureDimension(StrEnum):
    """By what an exposure report is divided."""

    COMPANY = "COMPANY"
    CUSTOMER = "CUSTOMER"
    CUSTOMER_GROUP = "CUSTOMER_GROUP"
    CREDIT_GROUP = "CREDIT_GROUP"
    RISK_GROUP = "RISK_GROUP"
    COUNTRY = "COUNTRY"


Dimensions = tuple[ExposureDimension, ...]

KEYS: dict[ExposureDimension, tuple[str, ...]] = {
    ExposureDimension.COMPANY: ("company_code",),
    ExposureDimension.CUSTOMER: ("customer_account", "customer_id"),
    ExposureDimension.CUSTOMER_GROUP: ("customer_group",),
    ExposureDimension.CREDIT_GROUP: ("credit_group",),
    ExposureDimension.RISK_GROUP: ("risk_group",),
    ExposureDimension.COUNTRY: ("country",),
}
"""The columns of `who` that tell the groups of a dimension apart, in the order they are sorted by."""

NAMES: dict[ExposureDimension, tuple[str, ...]] = {
    ExposureDimension.COMPANY: ("company_name",),
    ExposureDimension.CUSTOMER: ("customer_name", "customer_country"),
}
"""What else is said of the groups of a dimension."""


def key_columns(dimensions: Sequence[ExposureDimension]) -> tuple[str, ...]:
    """The columns that make up a key."""
    return tuple(name for dimension in dimensions for name in KEYS[dimension])


def _listed(categories: Iterable[Category]) -> sa.ColumnElement[Any]:
    return sa.literal(sorted(category.value for category in categories), sa.ARRAY(sa.Text()))


_DAY = sa.func.coalesce(AS_OF, today(company_table.c.time_zone))


@cache
def scope() -> sa.CTE:
    """The companies `wanted`, each with its day and with what counts there: worked out once, not for every balance."""
    parameters = credit_parameters.c
    return (
        sa.select(
            company_table.c.id,
            company_table.c.code,
            company_table.c.name,
            company_table.c.currency,
            _DAY.label("day"),
            sa.func.coalesce(today(company_table.c.time_zone) > AS_OF, sa.false()).label("past"),
            sa.func.coalesce(parameters.credit_limit_type, CreditLimitType.ALL.value).label("credit_limit_type"),
            sa.case(
                {limit_type.value: _listed(counting) for limit_type, counting in COUNTING.items()},
                value=sa.func.coalesce(parameters.credit_limit_type, CreditLimitType.ALL.value),
            ).label("counting"),
            sa.func.coalesce(parameters.disputed_reduces_exposure, sa.true()).label("disputed_reduces_exposure"),
            sa.func.coalesce(parameters.disputed_reduces_overdue, sa.true()).label("disputed_reduces_overdue"),
            sa.func.coalesce(parameters.check_credit_groups, sa.true()).label("check_credit_groups"),
            sa.func.coalesce(parameters.unset_limit_means_unlimited, sa.false()).label("unset_limit_means_unlimited"),
            parameters.order_horizon_days,
            *past_columns(_DAY, company_table.c.bank_days_of, PAST),
        )
        .select_from(company_table.outerjoin(credit_parameters, credit_parameters.c.company_id == company_table.c.id))
        .where(any_of(company_table.c.id, "wanted"))
        .cte("scope")
        .prefix_with("MATERIALIZED")
    )


@cache
def days() -> Statement:
    """The day asked for and today in each of the companies `wanted`, and how old a rate may be there."""
    return Statement(
        sa.select(
            company_table.c.id,
            company_table.c.code,
            company_table.c.currency,
            sa.func.coalesce(AS_OF, today(company_table.c.time_zone)).label("day"),
            today(company_table.c.time_zone).label("today"),
            sa.func.coalesce(credit_parameters.c.max_rate_age_days, 7).label("max_rate_age_days"),
        )
        .select_from(company_table.outerjoin(credit_parameters, credit_parameters.c.company_id == company_table.c.id))
        .where(any_of(company_table.c.id, "wanted"))
        .order_by(company_table.c.code)
    )


@cache
def who(dimensions: Dimensions, *, intercompany: bool) -> sa.Subquery:
    """The customers of the companies `wanted`, each with the groups it falls in.

    `intercompany`: with those of our own group, who are left out unless they are asked for.
    """
    companies = scope()
    source: sa.FromClause = customer.join(companies, companies.c.id == customer.c.company_id)
    columns: dict[str, sa.ColumnElement[Any]] = {}
    for dimension in dimensions:
        match dimension:
            case ExposureDimension.COMPANY:
                columns |= {"company_code": companies.c.code, "company_name": companies.c.name}
            case ExposureDimension.CUSTOMER:
                columns |= {
                    "customer_account": customer.c.account,
                    "customer_id": sa.cast(customer.c.id, sa.Text()),
                    "customer_name": customer.c.name,
                    "customer_country": customer.c.country,
                }
            case ExposureDimension.COUNTRY:
                columns["country"] = customer.c.country
            case ExposureDimension.CUSTOMER_GROUP:
                source = source.outerjoin(customer_group, customer_group.c.id == customer.c.customer_group_id)
                columns["customer_group"] = customer_group.c.code
            case ExposureDimension.RISK_GROUP:
                source = source.outerjoin(risk_group, risk_group.c.id == customer.c.risk_group_id)
                columns["risk_group"] = risk_group.c.code
            case ExposureDimension.CREDIT_GROUP:
                source = source.outerjoin(credit_group_member, member_on(companies.c.day)).outerjoin(
                    credit_group, credit_group.c.id == credit_group_member.c.credit_group_id
                )
                columns["credit_group"] = credit_group.c.number
    selected = sa.select(
        customer.c.id,
        customer.c.company_id,
        *(
            flag_on(
                customer.c[name], name, customer.c.id, companies.c.day, companies.c.past, (customer, companies)
            ).label(name)
            for name in ("unlimited_credit", "mandatory_credit_limit")
        ),
        companies.c.currency.label("company_currency"),
        companies.c.day,
        companies.c.check_credit_groups,
        companies.c.unset_limit_means_unlimited,
        *(column.label(name) for name, column in columns.items()),
    ).select_from(source)
    return (selected if intercompany else selected.where(sa.not_(customer.c.intercompany))).subquery("who")


def member_on(day: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """A customer's membership of a credit group on a day."""
    return sa.and_(
        credit_group_member.c.customer_id == customer.c.id,
        credit_group_member.c.from_day <= day,
        sa.or_(credit_group_member.c.until_day.is_(None), credit_group_member.c.until_day >= day),
    )


def written(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column as it stands in a key."""
    return sa.func.coalesce(sa.literal(BELONGS, sa.Text()).concat(column), NOWHERE)


def said(key: str) -> str | None:
    """The text in a part of a key; None where the group is not divided by it, or belongs nowhere."""
    return key[len(BELONGS) :] if key.startswith(BELONGS) else None


@cache
def page_of_keys(
    dimensions: Dimensions, levels: tuple[int, ...], *, after: bool, before: bool, backwards: bool, intercompany: bool
) -> Statement:
    """The groups of some levels, in order: `limit` of them, those beyond the keys of a cursor."""
    names = key_columns(dimensions)
    bounds = {"after": after, "before": before, "backwards": backwards}
    parts = [_level(dimensions, level, **bounds, intercompany=intercompany) for level in levels]
    united = sa.union_all(*parts).subquery("found")
    direction = sa.desc if backwards else sa.asc
    return Statement(sa.select(united).order_by(*(direction(united.c[name]) for name in names)).limit(_LIMIT))


@cache
def number_of_keys(dimensions: Dimensions, levels: tuple[int, ...], *, intercompany: bool) -> Statement:
    """How many groups of some levels there are, counted no further than `limit`."""
    bounds = dict.fromkeys(("after", "before", "backwards"), False)
    parts = [_level(dimensions, level, **bounds, intercompany=intercompany) for level in levels]
    found = sa.union_all(*parts).subquery("found")
    return Statement(sa.select(sa.func.count()).select_from(found))


def _level(
    dimensions: Dimensions, level: int, *, after: bool, before: bool, backwards: bool, intercompany: bool
) -> sa.Select[Any]:
    own = dimensions[:level]
    customers = who(own, intercompany=intercompany)
    mine = key_columns(own)
    keys = [
        written(customers.c[name]) if name in mine else sa.literal(WHOLE, sa.Text()) for name in key_columns(dimensions)
    ]
    names = [name for dimension in dimensions for name in NAMES.get(dimension, ())]
    known = {name for dimension in own for name in NAMES.get(dimension, ())}
    grouped = ExposureDimension.CUSTOMER not in own
    said_of = [
        (sa.func.min(customers.c[name]) if grouped else customers.c[name])
        if name in known
        else sa.cast(sa.null(), sa.Text())
        for name in names
    ]
    selected = sa.select(
        sa.literal(level, sa.Integer()).label("level"),
        *(key.label(name) for key, name in zip(keys, key_columns(dimensions), strict=True)),
        *(column.label(name) for column, name in zip(said_of, names, strict=True)),
    )
    place = sa.tuple_(*keys)
    if after:
        selected = selected.where(place > _bound("after", dimensions))
    if before:
        selected = selected.where(place < _bound("before", dimensions))
    if grouped:
        selected = selected.group_by(*keys[: len(mine)])
    direction = sa.desc if backwards else sa.asc
    return sa.select(
        selected.order_by(*(direction(key) for key in keys[: len(mine)])).limit(_LIMIT).subquery(f"level_{level}")
    )


_LIMIT: sa.ColumnElement[int] = sa.bindparam("limit", type_=sa.Integer())


def _bound(name: str, dimensions: Dimensions) -> Any:
    return sa.tuple_(*(sa.bindparam(f"{name}_{column}", type_=sa.Text()) for column in key_columns(dimensions)))
