"""How sales orders and their lines are read."""

from __future__ import annotations

import sqlalchemy as sa

from domain.orders import SalesDocumentKind, SalesOrderStatus
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters, seen
from persistence.tables.orders import sales_order, sales_order_line

OVER = (
    SalesOrderStatus.REJECTED.value,
    SalesOrderStatus.INVOICED.value,
    SalesOrderStatus.CLOSED.value,
    SalesOrderStatus.CANCELLED.value,
)
"""Statuses in which nothing more will come of an order."""

_CONSUMED = sa.func.greatest(sales_order_line.c.billed, sales_order_line.c.invoiced) + sales_order_line.c.consumed_more
_TAKEN = sa.func.greatest(sales_order_line.c.delivered, _CONSUMED)
_LEFT = sa.case(
    (
        sa.or_(
            sales_order_line.c.closed, sales_order.c.status == sa.func.any(sa.literal(list(OVER), sa.ARRAY(sa.Text())))
        ),
        sa.literal(0, sa.Numeric(20, 4)),
    ),
    else_=sa.func.greatest(sales_order_line.c.amount - _TAKEN, sa.literal(0, sa.Numeric(20, 4))),
)
"""Ordered on a line and neither delivered, billed nor invoiced: `domain.orders.OrderLine.open_order`."""

_OPEN_AMOUNT = (
    sa.select(sa.func.coalesce(sa.func.sum(_LEFT), sa.literal(0, sa.Numeric(20, 4))))
    .where(
        sales_order_line.c.customer_id == sales_order.c.customer_id,
        sales_order_line.c.sales_order_id == sales_order.c.id,
    )
    .correlate(sales_order)
    .scalar_subquery()
)

SALES_ORDER = Shape(
    name="SalesOrder",
    prefix="ord",
    source=sales_order,
    id=sales_order.c.id,
    fields={
        "company_id": sales_order.c.company_id,
        "customer_id": sales_order.c.customer_id,
        "buyer_id": sales_order.c.buyer_id,
        "kind": sales_order.c.kind,
        "number": sales_order.c.number,
        "status": sales_order.c.status,
        "amount": sales_order.c.amount,
        "open_amount": _OPEN_AMOUNT,
        "prepaid": sales_order.c.prepaid,
        "currency": sales_order.c.currency,
        "ordered_on": sales_order.c.ordered_on,
        "ship_date": sales_order.c.ship_date,
        "payment_terms_id": sales_order.c.payment_terms_id,
        "cash_discount_id": sales_order.c.cash_discount_id,
        "excluded_from_credit_management": sales_order.c.excluded_from_credit_management,
        "latest_decision_id": sales_order.c.latest_decision_id,
        **record_fields(sales_order),
    },
    visible=seen(sales_order.c.company_id),
    company=sales_order.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, sales_order.c.buyer_id),
        "payer": Filterable(Kind.ID, sales_order.c.customer_id),
        "kind": Filterable(Kind.CODE, sales_order.c.kind, enum=SalesDocumentKind),
        "number": Filterable(Kind.TEXT, sales_order.c.number, sort=True),
        "status": Filterable(Kind.CODE, sales_order.c.status, enum=SalesOrderStatus),
        "amount": Filterable(
            Kind.MONEY,
            in_reporting_currency(sales_order.c.amount, sales_order.c.currency, sales_order.c.ordered_on, sales_order),
            sort=True,
        ),
        "ordered_on": Filterable(Kind.DAY, sales_order.c.ordered_on, sort=True),
        "ship_date": Filterable(Kind.DAY, sales_order.c.ship_date, sort=True),
        **record_filters(sales_order),
    },
    search=(sales_order.c.number,),
)

SALES_ORDER_LINE = Shape(
    name="SalesOrderLine",
    prefix="orl",
    source=sales_order_line.join(
        sales_order,
        sa.and_(
            sales_order.c.customer_id == sales_order_line.c.customer_id,
            sales_order.c.id == sales_order_line.c.sales_order_id,
        ),
    ),
    id=sales_order_line.c.id,
    fields={
        "company_id": sales_order_line.c.company_id,
        "customer_id": sales_order_line.c.customer_id,
        "sales_order_id": sales_order_line.c.sales_order_id,
        "line_number": sales_order_line.c.line_number,
        "description": sales_order_line.c.description,
        "amount": sales_order_line.c.amount,
        "delivered": sales_order_line.c.delivered,
        "billed": sales_order_line.c.billed,
        "consumed": _CONSUMED,
        "invoiced": sales_order_line.c.invoiced,
        "returned": sales_order_line.c.returned,
        "never_billed": sales_order_line.c.never_billed,
        "open": _LEFT,
        "closed": sales_order_line.c.closed,
        "currency": sales_order.c.currency,
        **record_fields(sales_order_line),
    },
    visible=seen(sales_order_line.c.company_id),
    company=sales_order_line.c.company_id,
    filters={
        "line_number": Filterable(Kind.WHOLE, sales_order_line.c.line_number, sort=True),
        "closed": Filterable(Kind.FLAG, sales_order_line.c.closed),
        **record_filters(sales_order_line),
    },
    search=(sales_order_line.c.description,),
    order=(("line_number", False),),
)
