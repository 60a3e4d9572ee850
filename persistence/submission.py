"""An order as it is submitted: what it is, how it may differ from the one that is known, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.facts import Checkpoint
from domain.message import N_, Message
from domain.money import Money
from domain.orders import REFUSED, OrderLine, SalesDocumentKind, SalesOrderStatus
from domain.ranks import Conditions
from domain.refusal import ErrorCode, Refusal
from persistence.idempotency import Key
from persistence.keys import new_key
from persistence.orders import KeptOrder
from persistence.payment_conditions import Codes
from persistence.statements import Row
from persistence.tables.orders import sales_order, sales_order_line
from persistence.tables.receivables import document_number
from persistence.take import Transaction

SAVED = N_("Order {number} of {amount} was saved.")
NOT_YOURS_TO_OVERRIDE = N_(
    "You may not pass over warnings in this company. Submit the order without an override reason."
)

_OVER = frozenset({SalesOrderStatus.CANCELLED, SalesOrderStatus.CLOSED, SalesOrderStatus.INVOICED})
"""Nothing of such an order is to go on."""


@dataclass(frozen=True)
class OrderToSubmit:
    """An order as an ERP sends it. `company` is a code, `account` the customer's number there."""

    company: str
    number: str
    account: str
    amount: Money
    checkpoint: Checkpoint = Checkpoint.CONFIRMATION
    kind: SalesDocumentKind = SalesDocumentKind.SALES_ORDER
    payment_terms: str | None = None
    cash_discount: str | None = None
    ship_date: date | None = None
    override_reason: str | None = None

    @property
    def conditions(self) -> Codes:
        """How it is paid for."""
        return Codes(self.payment_terms, self.cash_discount)


@dataclass(frozen=True)
class Submission:
    """One caller's order, with its key and the companies it may submit in. `may_override`: also with a reason why a
    warning is passed over.
    """

    order: OrderToSubmit
    actor: UUID
    granted: Mapping[str, UUID]
    now: datetime
    key: Key
    may_override: bool = False

    @property
    def right_refusals(self) -> list[Refusal]:
        """Why a warning is passed over is said by those who answer for it (decision 6)."""
        if self.order.override_reason is None or self.may_override:
            return []
        return [Refusal(ErrorCode.FORBIDDEN, Message(NOT_YOURS_TO_OVERRIDE), ("overrideReason",))]


@dataclass(frozen=True)
class Submitted:
    """What became of it: ids, or refusals when nothing was written.

    `rows`: by their ids, the records that were appended and stayed as they were until the commit.
    """

    result: Mapping[str, Any] | None
    refusals: tuple[Refusal, ...] = ()
    replayed: bool = False
    rows: Mapping[UUID, Row] = field(default_factory=dict)


def differences(known: KeptOrder, wanted: OrderToSubmit, buyer: UUID) -> list[Refusal]:
    """The same number must be the same order: a change is posted as a change, which checks again."""
    values = {"number": wanted.number, "company": wanted.company}
    if known.status in _OVER:
        message, node = Message(REFUSED[known.status], {"number": wanted.number}), ("sales_order", known.id)
        return [Refusal(ErrorCode.WRONG_STATUS, message, ("number",), node)]
    if known.kind is not wanted.kind:
        text = N_("Order {number} of company {company} is another kind of document. Use another number.")
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(text, values), ("kind",), ("sales_order", known.id))]
    if known.buyer != buyer:
        text = N_("Order {number} of company {company} is of another customer. Use another number.")
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(text, values), ("account",), ("sales_order", known.id))]
    if wanted.ship_date is not None and wanted.ship_date != known.ship_date:
        text = N_("Order {number} of company {company} ships on another day. Send the change of the order first.")
        return [Refusal(ErrorCode.DOCUMENT_DIFFERS, Message(text, values), ("shipDate",), ("sales_order", known.id))]
    if known.amount != wanted.amount:
        text = N_("Order {number} of company {company} exists with {known}. Send the change of the order first.")
        message = Message(text, {**values, "known": known.amount})
        node = ("sales_order", known.id)
        code = ErrorCode.DOCUMENT_DIFFERS
        return [Refusal(code, message, ("amount",), node, known.amount, wanted.amount)]
    return []


def other_conditions(before: KeptOrder, after: KeptOrder) -> list[dict[str, Any]]:
    """What changes about how an order is paid for, as the audit has it."""
    parts = (
        ("payment_terms", before.own.payment_terms, after.own.payment_terms),
        ("cash_discount", before.own.cash_discount, after.own.cash_discount),
    )
    return [
        {"field": name, "before": was and was.code, "after": now and now.code} for name, was, now in parts if was != now
    ]


def new_order(
    wanted: OrderToSubmit, company: UUID, buyer: UUID, payer: UUID, today: date, own: Conditions
) -> KeptOrder:
    """An order not known before, with one line of its whole amount. It counts for nothing until it is decided on."""
    return KeptOrder(
        id=new_key(),
        payer=payer,
        buyer=buyer,
        company=company,
        number=wanted.number,
        status=SalesOrderStatus.ENTERED,
        amount=wanted.amount,
        ordered_on=today,
        ship_date=wanted.ship_date,
        excluded=False,
        admitted=False,
        lines=(OrderLine(wanted.amount),),
        own=own,
        kind=wanted.kind,
    )


async def enter(tx: Transaction, order: KeptOrder, decision: UUID) -> Row:
    """Write down an order not known before, as it is after the decision on it; its row."""
    own = {"customer_id": order.payer, "company_id": order.company}
    number = own | {"document": "sales_order", "number": order.number, "document_id": order.id}
    row = own | {
        "id": order.id,
        "buyer_id": order.buyer,
        "kind": order.kind.value,
        "number": order.number,
        "status": order.status.value,
        "admitted": order.admitted,
        "latest_decision_id": decision,
        "amount": order.amount.amount,
        "currency": order.amount.currency,
        "ordered_on": order.ordered_on,
        "ship_date": order.ship_date,
        "payment_terms_id": order.own.payment_terms_id,
        "cash_discount_id": order.own.cash_discount_id,
    }
    line = own | {
        "id": new_key(),
        "sales_order_id": order.id,
        "line_number": 1,
        "amount": order.amount.amount,
    }
    await tx.insert(document_number, [number])
    await tx.insert(sales_order, [row])
    await tx.insert(sales_order_line, [line])
    return row
