"""How payments are read, and how much of each has not settled anything on a day."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from domain.receivables import PaymentKind, PaymentStatus
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.open_item import AS_OF, day_at, settled_until
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen, today
from persistence.shapes.terms import KEPT_APART
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row
from persistence.shapes.worth import ZERO
from persistence.statements import Statement, any_of
from persistence.tables.company import company_table
from persistence.tables.receivables import payment, settlement

PAYMENT = Shape(
    name="Payment",
    prefix="pay",
    source=payment,
    id=payment.c.id,
    fields={
        "company_id": payment.c.company_id,
        "customer_id": payment.c.customer_id,
        "kind": payment.c.kind,
        "status": payment.c.status,
        "number": payment.c.number,
        "amount": payment.c.amount,
        "currency": payment.c.currency,
        "paid_on": payment.c.paid_on,
        "reversed_on": payment.c.reversed_on,
        "sales_order_id": payment.c.sales_order_id,
        **record_fields(payment),
    },
    visible=seen(payment.c.company_id),
    company=payment.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, payment.c.customer_id),
        "kind": Filterable(Kind.CODE, payment.c.kind, enum=PaymentKind),
        "status": Filterable(Kind.CODE, payment.c.status, enum=PaymentStatus),
        "number": Filterable(Kind.TEXT, payment.c.number, sort=True),
        "amount": Filterable(
            Kind.MONEY,
            in_reporting_currency(payment.c.amount, payment.c.currency, payment.c.paid_on, payment),
            sort=True,
        ),
        "paid_on": Filterable(Kind.DAY, payment.c.paid_on, sort=True),
        "reversed_on": Filterable(Kind.DAY, payment.c.reversed_on),
        **record_filters(payment),
    },
    search=(payment.c.number,),
)


def _unapplied_amounts() -> Statement:
    paid = (
        sa.select(
            payment.c.id,
            payment.c.customer_id,
            payment.c.status,
            payment.c.amount,
            payment.c.paid_on,
            payment.c.reversed_on,
            sa.func.coalesce(AS_OF, today(company_table.c.time_zone)).label("day"),
        )
        .join(company_table, company_table.c.id == payment.c.company_id)
        .where(
            any_of(payment.c.customer_id, "customers"),
            any_of(payment.c.id, "payments"),
            seen(payment.c.company_id),
        )
        .subquery("paid")
    )
    return Statement(sa.select(paid.c.id, _unapplied(dict(paid.c.items()), paid.c.day, paid).label("unapplied")))


def _unapplied(paid: Mapping[str, Expression], day: Expression, *of: sa.FromClause) -> Expression:
    """What of a payment has settled nothing at the end of a day; both speak of `of`."""
    settled = settled_until(
        sa.and_(settlement.c.customer_id == paid["customer_id"], settlement.c.payment_id == paid["id"]), day, *of
    )
    counts = sa.and_(
        paid["paid_on"] <= day,
        sa.case(
            (paid["reversed_on"].is_(None), paid["status"] == PaymentStatus.COLLECTED.value),
            else_=sa.and_(paid["status"] != PaymentStatus.PENDING.value, paid["reversed_on"] > day),
        ),
    )
    return sa.case((counts, paid["amount"] - settled), else_=ZERO)


UNAPPLIED_AMOUNTS = _unapplied_amounts()
"""For `payments` of `customers`: what of each was collected and had settled nothing at the end of the day `as_of`.

Nothing before the money came, nothing from the day it was reversed or returned, nothing while a debit is pending.
"""


_NEEDS = ("id", "company_id", "customer_id", "status", "amount", "currency", "paid_on", "reversed_on")


def _left(row: Row, asked: Asked) -> Object:
    paid = {name: row[payment.c[name]] for name in _NEEDS}
    day = day_at(paid["company_id"], asked, row.source)
    before = (row.source, day)
    left = sa.select(_unapplied(paid, day.c.day, *before).label("amount"))
    kept = left.offset(KEPT_APART).correlate(*before).lateral()
    return Object({"unapplied": Amount(kept.c.amount, paid["currency"])})


PAYMENT_LEDGER = Figures(tuple(payment.c[name] for name in _NEEDS), _left)
"""What of a payment has settled nothing on a day."""
