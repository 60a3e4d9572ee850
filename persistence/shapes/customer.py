"""How customers are read. Who pays and which credit group a customer is in are dated: today at its company."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from persistence.shapes.shape import COMPANIES, Filterable, Kind, Shape, record_fields, record_filters, seen, today
from persistence.tables.company import company_table as company
from persistence.tables.customer import credit_group, credit_group_member, customer, customer_payer

_ONE = sa.literal_column("1", sa.Integer())

_TODAY = today(company.c.time_zone)

_REFERENCES = (
    "party",
    "customer_group",
    "credit_management_group",
    "account_status",
    "status_reason",
    "payment_terms",
    "cash_discount",
    "risk_group",
    "credit_representative",
)
_FLAGS = (
    "excluded_from_credit_management",
    "unlimited_credit",
    "mandatory_credit_limit",
    "intercompany",
    "with_agency",
    "title_held",
)


def _payer() -> sa.ColumnElement[Any]:
    """Who pays: the last who was named by today, otherwise the customer itself."""
    named = (
        sa.select(customer_payer.c.payer_id)
        .where(customer_payer.c.customer_id == customer.c.id, customer_payer.c.from_day <= _TODAY)
        .order_by(customer_payer.c.from_day.desc())
        .limit(_ONE)
        .correlate(customer, company)
        .scalar_subquery()
    )
    return sa.func.coalesce(named, customer.c.id)


def _credit_group() -> sa.ColumnElement[Any]:
    """The credit group it is in today."""
    return (
        sa.select(credit_group_member.c.credit_group_id)
        .where(credit_group_member.c.customer_id == customer.c.id, member_on(_TODAY))
        .limit(_ONE)
        .correlate(customer, company)
        .scalar_subquery()
    )


def member_on(day: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """A membership that holds on a day; its first and last day are inside."""
    until = credit_group_member.c.until_day
    return sa.and_(credit_group_member.c.from_day <= day, sa.or_(until.is_(None), until >= day))


def _member_of(group: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Members of a credit group, today where the group is."""
    # A column of the group's own row stands two selects further out: correlation to it must be said.
    members = (
        sa.select(credit_group_member.c.customer_id)
        .join(credit_group, credit_group.c.id == credit_group_member.c.credit_group_id)
        .where(credit_group.c.id == group, member_on(today(credit_group.c.time_zone)))
        .correlate(getattr(group, "table", None))
    )
    return customer.c.id.in_(members)


def _candidate_of(group: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Customers of the parties of a group's members that the viewer may see, who neither are nor will be in a group."""
    own, until = customer.alias("own"), credit_group_member.c.until_day
    parties = (
        sa.select(own.c.party_id)
        .join(credit_group_member, credit_group_member.c.customer_id == own.c.id)
        .join(credit_group, credit_group.c.id == credit_group_member.c.credit_group_id)
        .where(
            credit_group.c.id == group,
            member_on(today(credit_group.c.time_zone)),
            own.c.company_id == sa.func.any(COMPANIES),
        )
        .correlate(getattr(group, "table", None))
    )
    taken = (
        sa.select(_ONE)
        .where(
            credit_group_member.c.customer_id == customer.c.id,
            sa.or_(until.is_(None), sa.and_(until >= credit_group_member.c.from_day, until >= _TODAY)),
        )
        .correlate(customer, company)
        .exists()
    )
    return sa.and_(customer.c.party_id.in_(parties), sa.not_(taken))


def _above_limits_of(company_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Customers of a company that are above their own limits today; those of our own group are left out."""
    from persistence.shapes.over_limit import above_limits  # limits speak of customers, so it knows this shape

    return sa.and_(customer.c.company_id == company_id, customer.c.id.in_(above_limits(company_id)))


CUSTOMER = Shape(
    name="Customer",
    prefix="cus",
    source=customer.join(company, company.c.id == customer.c.company_id),
    id=customer.c.id,
    fields={
        "company_id": customer.c.company_id,
        "account": customer.c.account,
        "name": customer.c.name,
        "country": customer.c.country,
        "currency": customer.c.currency,
        "locale": customer.c.locale,
        "payer_id": _payer(),
        "credit_group_id": _credit_group(),
        "risk_score": customer.c.risk_score,
        "customer_since": customer.c.customer_since,
        "in_business_since": customer.c.in_business_since,
        "excluded_until": customer.c.excluded_until,
        "credit_rating": customer.c.credit_rating,
        "eligible_limit": customer.c.eligible_limit,
        "eligible_limit_currency": customer.c.eligible_limit_currency,
        "eligible_limit_date": customer.c.eligible_limit_date,
        "last_review_date": customer.c.last_review_date,
        "next_review_date": customer.c.next_review_date,
        "notes": customer.c.notes,
        "limits_id": customer.c.limits_id,
        **{f"{name}_id": customer.c[f"{name}_id"] for name in _REFERENCES},
        **{name: customer.c[name] for name in _FLAGS},
        **record_fields(customer),
    },
    visible=seen(customer.c.company_id),
    company=customer.c.company_id,
    filters={
        "account": Filterable(Kind.TEXT, customer.c.account, sort=True),
        "name": Filterable(Kind.TEXT, customer.c.name, sort=True, spoken=customer.c.name),
        "country": Filterable(Kind.TEXT, customer.c.country),
        "currency": Filterable(Kind.TEXT, customer.c.currency),
        "risk_score": Filterable(Kind.WHOLE, customer.c.risk_score, sort=True),
        "customer_since": Filterable(Kind.DAY, customer.c.customer_since, sort=True),
        "in_business_since": Filterable(Kind.DAY, customer.c.in_business_since),
        "excluded_until": Filterable(Kind.DAY, customer.c.excluded_until),
        "credit_rating": Filterable(Kind.TEXT, customer.c.credit_rating, sort=True),
        "last_review_date": Filterable(Kind.DAY, customer.c.last_review_date, sort=True),
        "next_review_date": Filterable(Kind.DAY, customer.c.next_review_date, sort=True),
        **{name: Filterable(Kind.ID, customer.c[f"{name}_id"]) for name in _REFERENCES},
        **{name: Filterable(Kind.FLAG, customer.c[name]) for name in _FLAGS},
        **record_filters(customer),
    },
    within={"member_of": _member_of, "candidate_of": _candidate_of, "above_limits_of": _above_limits_of},
    search=(customer.c.account, customer.c.name),
    title=customer.c.name,
    order=(("account", False),),
)
