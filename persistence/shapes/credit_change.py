"""How changes of credit that were asked for are read, and which of them the viewer may decide about.

One about a customer is its company's. One about a credit group or a party as a whole is seen by who sees the group or
the party, and decided by who may change credit in the companies of all its members or customers.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.credit_change import CreditChangeKind, CreditChangeStatus
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.document import each, field_change
from persistence.shapes.job import VIEWER
from persistence.shapes.party import PARTY
from persistence.shapes.reaching import CLERK_IN, MANAGER_IN, code, long_asked
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, today
from persistence.shapes.worked import Asked, Figures, Object, Row, Rows
from persistence.tables.approval import credit_change_request as request
from persistence.tables.company import company_table, credit_parameters
from persistence.tables.customer import credit_group_member, customer

Expression = sa.ColumnElement[Any]

_IN_REVIEW = request.c.status == code(CreditChangeStatus.IN_REVIEW.value)
_OWN = request.c.asked_by_id == VIEWER
_OF_CUSTOMER = request.c.company_id.is_not(None)

_joined = customer.alias("joined")
_of_party = customer.alias("of_party")
_its_company = company_table.alias("its_company")


def _member(condition: Expression) -> Expression:
    """A member of the group, now or soon, of which something is so."""
    until = credit_group_member.c.until_day
    lasts = sa.and_(until >= credit_group_member.c.from_day, until >= today(_its_company.c.time_zone))
    joined = credit_group_member.join(_joined, _joined.c.id == credit_group_member.c.customer_id)
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(joined.join(_its_company, _its_company.c.id == _joined.c.company_id))
        .where(
            credit_group_member.c.credit_group_id == request.c.credit_group_id,
            sa.or_(until.is_(None), lasts),
            condition,
        )
        .correlate(request, company_table)
    )


def _customer_of_party(condition: Expression) -> Expression:
    """A customer of the party, of which something is so."""
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(_of_party)
        .where(_of_party.c.party_id == request.c.party_id, condition)
        .correlate(request, company_table)
    )


def _concerns(company: Expression) -> Expression:
    """The customer is of a company, or where it is about a whole group or party a member or a customer is."""
    shared = sa.or_(_member(_joined.c.company_id == company), _customer_of_party(_of_party.c.company_id == company))
    return sa.case((_OF_CUSTOMER, request.c.company_id == company), else_=shared)


def in_companies(companies: Expression) -> Expression:
    """It concerns a company of some."""
    some = sa.func.any(companies)
    shared = sa.or_(_member(_joined.c.company_id == some), _customer_of_party(_of_party.c.company_id == some))
    return sa.case((_OF_CUSTOMER, request.c.company_id == some), else_=shared)


def decides() -> Expression:
    """The viewer may change credit wherever the change itself needs it, and in the group of who joins or leaves."""
    mine, others = sa.func.any(MANAGER_IN), sa.func.all(MANAGER_IN)
    in_group = sa.or_(_member(_joined.c.company_id == mine), sa.not_(_member(sa.true())))
    alone = sa.and_(request.c.company_id == mine, sa.or_(request.c.credit_group_id.is_(None), in_group))
    elsewhere = sa.or_(
        _member(_joined.c.company_id != others),
        _customer_of_party(_of_party.c.company_id != others),
    )
    somewhere = sa.func.cardinality(MANAGER_IN) > 0
    return sa.case((_OF_CUSTOMER, alone), else_=sa.and_(somewhere, sa.not_(elsewhere)))


MAY_DECIDE = sa.and_(_IN_REVIEW, decides())
"""It waits, and the viewer may change credit wherever that is needed."""

MAY_APPROVE = sa.and_(MAY_DECIDE, sa.not_(_OWN))
"""And somebody else asked."""

_STILL = sa.or_(
    request.c.company_id.is_(None), *(request.c.company_id == sa.func.any(role) for role in (CLERK_IN, MANAGER_IN))
)

MAY_REJECT = sa.or_(MAY_DECIDE, sa.and_(_IN_REVIEW, _OWN, _STILL))
"""Who asked takes it back, too."""

ESCALATED = sa.and_(
    _IN_REVIEW,
    sa.exists(
        sa.select(sa.literal(1))
        .select_from(company_table.join(credit_parameters, credit_parameters.c.company_id == company_table.c.id))
        .where(_concerns(company_table.c.id), long_asked(request.c.created_at))
        .correlate(request)
    ),
)
"""It waits for longer than a company of those it concerns lets it."""


def _sees(shape: Shape, key: Expression) -> Expression:
    """The viewer sees the record of a key."""
    found = sa.select(sa.literal(1)).select_from(shape.source).where(shape.id == key, shape.visible)
    return sa.exists(found.correlate(request))


CREDIT_CHANGE_REQUEST = Shape(
    name="CreditChangeRequest",
    prefix="ccr",
    source=request,
    id=request.c.id,
    fields={
        "company_id": request.c.company_id,
        "kind": request.c.kind,
        "message": request.c.message,
        "customer_id": request.c.customer_id,
        "credit_group_id": request.c.credit_group_id,
        "party_id": request.c.party_id,
        "collateral_id": request.c.collateral_id,
        "status": request.c.status,
        "changes": request.c.changes,
        "asked_by_id": request.c.asked_by_id,
        "decided_at": request.c.decided_at,
        "decided_by_id": request.c.decided_by_id,
        "decision_note": request.c.decision_note,
        "may_approve": MAY_APPROVE,
        "may_reject": MAY_REJECT,
        "escalated": ESCALATED,
        **record_fields(request),
    },
    visible=sa.or_(
        seen(request.c.company_id),
        sa.and_(
            request.c.company_id.is_(None),
            sa.or_(_sees(CREDIT_GROUP, request.c.credit_group_id), _sees(PARTY, request.c.party_id)),
        ),
    ),
    in_companies=in_companies,
    filters={
        "kind": Filterable(Kind.CODE, request.c.kind, enum=CreditChangeKind),
        "customer": Filterable(Kind.ID, request.c.customer_id),
        "credit_group": Filterable(Kind.ID, request.c.credit_group_id),
        "party": Filterable(Kind.ID, request.c.party_id),
        "status": Filterable(Kind.CODE, request.c.status, enum=CreditChangeStatus),
        "asked_by": Filterable(Kind.ID, request.c.asked_by_id),
        "viewer_may_approve": Filterable(Kind.FLAG, MAY_APPROVE),
        "escalated": Filterable(Kind.FLAG, ESCALATED),
        "decided_at": Filterable(Kind.INSTANT, request.c.decided_at),
        **record_filters(request),
    },
    search=(request.c.decision_note,),
    order=(("created_at", True),),
)


def _worked_out(row: Row, asked: Asked) -> Object:
    return Object({"changes": Rows(each(row[request.c.changes], row.source), ("place",), field_change)})


ASKED_CHANGES = Figures((request.c.changes,), _worked_out)
"""What was asked for, field by field."""
