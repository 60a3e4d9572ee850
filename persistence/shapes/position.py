"""Limit and exposure side by side with what is left, exactly as `domain.limits.position` says of facts as loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.exposure import CreditLimitType
from domain.limits import CreditLimitKind, CreditLimitPartKind
from persistence.shapes import exposure, owing
from persistence.shapes.flags import flag_on
from persistence.shapes.limit import Holder, Limit, limit_on
from persistence.shapes.limit_entry import LIMIT_ENTRY
from persistence.shapes.party_limits import ceiling_on
from persistence.shapes.terms import Terms, company_terms, group_terms, party_terms
from persistence.shapes.worked import (
    Amount,
    Asked,
    Expression,
    Figures,
    Lazily,
    LinkTo,
    LinkToEither,
    Object,
    Row,
    Rows,
)
from persistence.shapes.worth import NOTHING, ZERO, constant
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group, credit_group_member, customer, party

_ONE = sa.literal_column("1", sa.Integer())
_NO_KEY = sa.literal_column("null::uuid", sa.Uuid())
_HUNDRED = sa.literal_column("100", sa.Numeric())
_CENTS = constant(2)
_FINELY = constant(30)


def _customer(row: Row, asked: Asked) -> Object:
    key = row[customer.c.id]
    terms = company_terms(row[customer.c.company_id], asked, (row.source,))
    whose = owing.of_customer(key, terms, asked)
    found = exposure.figures(whose, terms)

    def flag(column: sa.Column[bool]) -> sa.ColumnElement[bool]:
        if asked.as_of is None:
            return row[column]
        return flag_on(row[column], column.name, key, terms["day"], terms["past"], terms.before)

    def limit() -> Limit:
        holder = Holder(
            key=key,
            customer=key,
            in_group=sa.and_(terms["check_credit_groups"], _memberships(key, terms).exists()),
            unlimited=flag(customer.c.unlimited_credit),
            mandatory=flag(customer.c.mandatory_credit_limit),
            unset_means_unlimited=terms["unset_limit_means_unlimited"],
        )
        return limit_on(holder, terms, asked.names)

    def insured() -> Expression:
        return exposure.insured_of(exposure.covered(key, terms).c.value, found.c.total)

    def room() -> Expression:
        member = _memberships(key, terms).limit(_ONE).lateral()
        group = group_terms(member.c.id, Asked(asked.as_of, terms["currency"]), (terms.lateral, member))
        return sa.case((terms["check_credit_groups"], _room(group, asked)), else_=NOTHING)

    return _position(limit, exposure.exposure_of(whose, terms, found, insured), found, terms, room)


def _group(row: Row, asked: Asked) -> Object:
    terms = group_terms(row[credit_group.c.id], asked, (row.source,))
    whose = owing.of_group(terms, asked)
    found = exposure.figures(whose, terms)
    owed = exposure.exposure_of(whose, terms, found, lambda: exposure.insured(whose, terms).c.value)
    return _position(lambda: limit_on(Holder(terms["id"]), terms, asked.names), owed, found, terms, lambda: NOTHING)


def _party(row: Row, asked: Asked) -> Object:
    terms = party_terms(row[party.c.id], asked, row)
    whose = owing.of_party(terms, asked)
    found = exposure.figures(whose, terms)
    owed = exposure.exposure_of(whose, terms, found, lambda: exposure.insured(whose, terms).c.value)
    position = _position(cache(lambda: _ceiling(terms)), owed, found, terms, lambda: NOTHING)
    return replace(position, present=terms["currency"].is_not(None))  # the slow lane says what is missing


def _ceiling(terms: Terms) -> Limit:
    """The ceiling of a party, shown as a limit of one part that was never posted; null where there is none."""
    kept = ceiling_on(terms["id"], terms)
    worth = terms.worth(kept.c.ceiling, kept.c.currency)
    known = kept.c.ceiling.is_not(None)
    total = sa.case((known, terms.rounded(worth)), else_=NOTHING)
    amount = Amount(total, terms["currency"], terms["digits"])
    part = (
        sa.select(total.label("amount"), terms["currency"].label("currency"), _ONE.label("place"))
        .where(known)
        .correlate(*terms.before, kept)
    )

    def one(row: sa.FromClause) -> dict[str, Any]:
        source = LinkToEither(((_NO_KEY, LIMIT_ENTRY),))
        base = constant(CreditLimitPartKind.BASE)
        return {"kind": base, "amount": Amount(row.c.amount, row.c.currency), "source": source}

    figures = {
        "kind": constant(CreditLimitKind.AMOUNT),
        "total": amount,
        "base": amount,
        "temporary": LinkTo(_NO_KEY, LIMIT_ENTRY),
        "insurance_and_guarantees": Amount(terms.rounded(ZERO), terms["currency"], terms["digits"]),
        "parts": Rows(part, ("place",), one),
        "expiry_date": sa.cast(sa.null(), sa.Date()),
    }
    return Limit(total, sa.false(), Object(figures, present=known))


def _company(row: Row, asked: Asked) -> Object:
    terms = company_terms(row[company_table.c.id], asked, (row.source,))
    whose = owing.of_company(terms, asked)

    def insured() -> Expression:
        return terms.rounded(exposure.insured(owing.of_each_customer(terms, asked), terms, rounded=False).c.value)

    return exposure.exposure_of(whose, terms, exposure.figures(whose, terms), insured)


_NAMES = frozenset({*exposure.FIGURES, "insurance_and_guarantees"})
"""What is left out of sums where it is not wanted."""

CUSTOMER_POSITION = Figures(
    (customer.c.id, customer.c.company_id, customer.c.unlimited_credit, customer.c.mandatory_credit_limit),
    _customer,
    _NAMES,
)
"""The credit of a customer, with its group's room; the currency is its company's unless asked."""

GROUP_POSITION = Figures((credit_group.c.id,), _group, _NAMES)
"""The credit of a credit group over all members in all companies."""

PARTY_POSITION = Figures((party.c.id,), _party, _NAMES)
"""What a party owes all companies together. The currency must be asked: without one there is no figure."""


COMPANY_EXPOSURE = Figures((company_table.c.id,), _company, _NAMES)
"""What the customers of a company owe, those of our own group left out unless asked for; an `Exposure`."""


def _position(
    limit_of: Callable[[], Limit],
    owed: Object,
    found: sa.FromClause,
    terms: Terms,
    room: Callable[[], Expression],
) -> Object:
    """`domain.limits.position`; `room` is what the group has left: null where there is none, or it is not limited."""
    limit = cache(limit_of)

    def available() -> Expression:
        return limit().total - found.c.total

    def used_percent() -> Expression:
        percent = sa.func.round(found.c.total * _HUNDRED, _FINELY, type_=sa.Numeric()) / limit().total
        rounded = sa.func.round(percent, _CENTS, type_=sa.Numeric())
        return sa.case((limit().total > ZERO, rounded), else_=NOTHING)

    def effective() -> Expression:
        least = sa.func.least(available(), room(), type_=sa.Numeric())
        return sa.case((limit().unlimited, NOTHING), else_=least)

    return Object(
        Lazily(
            {
                "limit": lambda: limit().object,
                "exposure": lambda: owed,
                "available": lambda: Amount(available(), terms["currency"], terms["digits"]),
                "used_percent": used_percent,
                "effective_available": lambda: Amount(effective(), terms["currency"], terms["digits"]),
            }
        )
    )


def _memberships(key: Expression, terms: Terms) -> sa.Select[Any]:
    """The credit group (`id`) of a customer on the day of its terms."""
    member = credit_group_member.alias()
    until = member.c.until_day
    return (
        sa.select(member.c.credit_group_id.label("id"))
        .where(
            member.c.customer_id == key,
            member.c.from_day <= terms["day"],
            sa.or_(until.is_(None), until >= terms["day"]),
        )
        .correlate(*terms.before)
    )


def _room(terms: Terms, asked: Asked) -> Expression:
    """What a credit group has left, on its own day; null where nothing is tested, or there is no group."""
    limit = limit_on(Holder(terms["id"]), terms, frozenset())
    found = exposure.figures(owing.of_group(terms, replace(asked, names=frozenset())), terms)
    untested = sa.or_(terms["id"].is_(None), terms["limit_type"] == constant(CreditLimitType.NONE))
    return sa.case((untested, NOTHING), else_=limit.total - found.c.total)
