"""Sales orders and other documents that are checked for credit before they go on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.orders import SalesDocumentKind, SalesOrderStatus
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.decision import CREDIT_DECISION
from persistence.shapes.named import CASH_DISCOUNT, PAYMENT_TERMS
from persistence.shapes.sales_order import SALES_ORDER, SALES_ORDER_LINE
from schema.connections import CREDIT_HOLDS, SALES_ORDER_LINES
from schema.fields import coded, labelled, link, money, shaped, stored
from schema.types.money import Money
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.customer import Customer
    from schema.types.decision import CreditDecision
    from schema.types.named import CashDiscount, PaymentTerms

coded(
    SalesDocumentKind,
    "What can be checked and held.",
    SALES_ORDER="An order.",
    FREE_TEXT_INVOICE="An invoice without an order.",
    PROJECT_INVOICE="An invoice of a project.",
    QUOTATION="An offer.",
)
coded(
    SalesOrderStatus,
    "Where an order stands.",
    ENTERED="Known, never submitted for a credit check; it takes no credit.",
    APPROVED="It passed or was released, and takes credit.",
    HELD="It waits for a person, or for facts to change.",
    REJECTED="It was turned down.",
    DELIVERED="All of it is delivered.",
    INVOICED="All of it is invoiced.",
    CLOSED="What is left will not come.",
    CANCELLED="It was called off.",
)


@shaped(SALES_ORDER_LINE, "A line of a sales order with what became of it.")
class SalesOrderLine(Record):
    """Rows of the line shape; all amounts are in the order's currency, tax included."""

    line_number: int = stored("Its place in the order.")
    description: str | None = stored("What is sold.")
    amount: Money = money("What was ordered.", "amount")
    delivered: Money = money("Of that, delivered.", "delivered")
    billed: Money = money("What billing documents bill for it.", "billed")
    consumed: Money = money(
        "What billing documents take of it: other than what is billed where they bill more or less.", "consumed"
    )
    invoiced: Money = money("Of what is billed, in the ledger.", "invoiced")
    returned: Money = money("Of what was delivered, came back.", "returned")
    never_billed: Money = money("Of what was delivered, will not be billed.", "never_billed")
    open: Money = money("Of that, still to come.", "open")
    closed: bool = stored("What is left of it will not come.")


@shaped(SALES_ORDER, "A sales order or another document that can be held.")
class SalesOrder(Record):
    """Rows of the order shape: kept under its payer."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company that sells."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link("buyer_id", CUSTOMER, "Who buys.")
    payer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "Who pays, whose limit is used."
    )
    kind: SalesDocumentKind = stored("What it is.")
    kind_label: str = labelled("kind", SalesDocumentKind)
    number: str = stored("Its number in the company's ERP.")
    status: SalesOrderStatus = stored("Where it stands.")
    status_label: str = labelled("status", SalesOrderStatus)
    lines: SALES_ORDER_LINES.connection = SALES_ORDER_LINES.field(  # type: ignore[name-defined]
        "Its lines.", {"customer_id": "customer_id", "sales_order_id": "id"}
    )
    amount: Money = money("All of it, tax included.", "amount")
    open_amount: Money = money("What is still to be delivered, billed or invoiced of its lines.", "open_amount")
    prepaid: Money = money("Paid in advance for it and not settled with an item; it lowers what it takes.", "prepaid")
    ordered_on: date = stored("The business day it came.")
    ship_date: date | None = stored("When it ships; null: at once.")
    payment_terms: Annotated[PaymentTerms, strawberry.lazy("schema.types.named")] | None = link(
        "payment_terms_id", PAYMENT_TERMS, "Its own terms; null: the customer's."
    )
    cash_discount: Annotated[CashDiscount, strawberry.lazy("schema.types.named")] | None = link(
        "cash_discount_id", CASH_DISCOUNT, "Its own cash discount; null: the customer's."
    )
    excluded_from_credit_management: bool = stored("No rule and no limit holds it.")
    latest_decision: Annotated[CreditDecision, strawberry.lazy("schema.types.decision")] | None = link(
        "latest_decision_id", CREDIT_DECISION, "The last credit decision on it."
    )
    credit_holds: CREDIT_HOLDS.connection = CREDIT_HOLDS.field(  # type: ignore[name-defined]
        "Every time it was held.",
        {"customer_id": "customer_id", "sales_order_id": "id"},
    )
