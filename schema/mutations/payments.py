"""Payments and what they settle."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.receivables import PaymentKind, PaymentStatus
from domain.refusal import ErrorCode
from persistence.shapes.open_item import OPEN_ITEM
from persistence.shapes.payment import PAYMENT
from persistence.writing.finding import RecordKey
from persistence.writing.payment_reversal import reverse_payment
from persistence.writing.payments import PaymentToPost, Settles, post_payments
from persistence.writing.settlements import settle, unsettle
from schema.context import Info
from schema.errors import ClientMistake
from schema.keys import OpenItemKey, PaymentKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.open_item import OpenItem
    from schema.types.payment import Payment

_ITEMS = strawberry.lazy("schema.types.open_item")
_PAYMENTS = strawberry.lazy("schema.types.payment")


@strawberry.input(description="An item that a payment settles.")
class SettlementInput:
    """See `Settles`."""

    open_item: str = strawberry.field(description="Number of the item, in the payment's company.")
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much of it; none: as much as is open of it and left of the payment."
    )


@strawberry.input(description="Money that came, or a direct debit on its way.")
class PaymentInput:
    """See `PaymentToPost`."""

    company: str = strawberry.field(description="Code of the company that was paid.")
    account: str = strawberry.field(description="Number of the customer it came from.")
    number: str = strawberry.field(description="Its number in the ERP; the same number is the same payment.")
    amount: MoneyInput = strawberry.field(description="What was paid, above zero.")
    paid_on: date = strawberry.field(description="The business day; of a pending debit the day it is expected.")
    kind: PaymentKind = strawberry.field(default=PaymentKind.RECEIPT, description="How the money comes in.")
    status: PaymentStatus = strawberry.field(
        default=PaymentStatus.COLLECTED,
        description="PENDING for a direct debit on its way; sent again as COLLECTED, it is collected.",
    )
    settlements: list[SettlementInput] = strawberry.field(
        default_factory=list, description="What it settles, in this order; at most 250. The rest stands unapplied."
    )
    sales_order: str | None = strawberry.field(
        default=None,
        description="Number of the order it is paid in advance for: it lowers that order, as far as something of it is"
        " to come. A payment that came without may be sent again with it.",
    )

    def wanted(self) -> PaymentToPost:
        """What is asked for."""
        return PaymentToPost(
            company=self.company,
            account=self.account,
            number=self.number,
            amount=plain(self.amount),
            paid_on=self.paid_on,
            kind=self.kind,
            status=self.status,
            settles=tuple(Settles(one.open_item, plain(one.amount)) for one in self.settlements),
            sales_order=self.sales_order,
        )


@strawberry.input(description="Post payments, and settle items with them.")
class PostPaymentsInput:
    """All or nothing."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    payments: list[PaymentInput] = strawberry.field(description="The payments, at most 250.")


@strawberry.input(description="Take a payment back: a returned debit, a bounced check. What it settled is open again.")
class ReversePaymentInput:
    """One payment."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    payment: PaymentKey = strawberry.field(description="The payment.")
    day: date | None = strawberry.field(default=None, description="The business day; none: today.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="An item, and the payment or credit note of the same payer that settles it.")
class SettlingInput:
    """Either a payment or a credit note."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    open_item: OpenItemKey = strawberry.field(description="The item.")
    payment: PaymentKey | None = strawberry.field(default=None, description="The payment, or `creditNote`.")
    credit_note: OpenItemKey | None = strawberry.field(default=None, description="The credit note, or `payment`.")
    day: date | None = strawberry.field(default=None, description="The business day; none: today.")

    def source(self) -> tuple[RecordKey, str]:
        """What settles, and in which field it was named. Raises `ClientMistake` unless it is exactly one."""
        if (self.payment is None) == (self.credit_note is None):
            text = N_("Name either the payment or the credit note that settles the item.")
            raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(text))
        if self.payment is not None:
            return record_key(self.payment), "payment"
        assert self.credit_note is not None, "one of both"
        return record_key(self.credit_note), "creditNote"


@strawberry.input(description="Settle an item by a payment or a credit note of the same payer and currency.")
class SettleInput(SettlingInput):
    """See `settle`."""

    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much; none: as much as is open of both."
    )


@strawberry.input(description="Undo every settlement of an item by a payment or credit note.")
class UnsettleInput(SettlingInput):
    """See `unsettle`."""


@strawberry.type(description="Payments after they were posted.")
class PostPaymentsPayload(Payload):
    """In the order of the input."""

    payments: list[Annotated[Payment, _PAYMENTS]] | None = written(
        "payments", PAYMENT, "As they now are, in the order of the input."
    )


@strawberry.type(description="A payment after it was reversed.")
class ReversePaymentPayload(Payload):
    """Also when it was refused."""

    payment: Annotated[Payment, _PAYMENTS] | None = written("payment", PAYMENT, "The payment as it now is.")


@strawberry.type(description="An item and what settles it, after the settlement.")
class SettlePayload(Payload):
    """Also when it was refused."""

    open_item: Annotated[OpenItem, _ITEMS] | None = written("open_item", OPEN_ITEM, "The item as it now is.")
    payment: Annotated[Payment, _PAYMENTS] | None = written("payment", PAYMENT, "The payment as it now is.")
    credit_note: Annotated[OpenItem, _ITEMS] | None = written("credit_note", OPEN_ITEM, "The credit note as it now is.")


@strawberry.type(description="An item and what settled it, after the settlement was undone.")
class UnsettlePayload(SettlePayload):
    """Also when it was refused."""


@strawberry.type
class PaymentMutations:
    """Payments and settlements."""

    @strawberry.mutation(
        description="Post payments and settle items with them. One that is posted already with the same content is read"
        " back."
    )
    async def post_payments(self, info: Info, input: PostPaymentsInput) -> PostPaymentsPayload:
        rows = [row.wanted() for row in input.payments]
        return await carry_out(
            info,
            input,
            PostPaymentsPayload,
            lambda tx: post_payments(tx, rows),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.PAYMENT_POSTED,
        )

    @strawberry.mutation(description="Take a payment back; what it settled is open again.")
    async def reverse_payment(self, info: Info, input: ReversePaymentInput) -> ReversePaymentPayload:
        key = record_key(input.payment)
        return await carry_out(
            info,
            input,
            ReversePaymentPayload,
            lambda tx: reverse_payment(tx, key, input.day, input.expected_version),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.REVERSED,
            current=await as_it_is(info, payment=input.payment),
        )

    @strawberry.mutation(description="Settle an item by a payment or a credit note of the same payer and currency.")
    async def settle(self, info: Info, input: SettleInput) -> SettlePayload:
        item, (source, by) = record_key(input.open_item), input.source()
        return await carry_out(
            info,
            input,
            SettlePayload,
            lambda tx: settle(tx, item, source, by, plain(input.amount), input.day),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.SETTLED,
            current=await _both(info, input),
        )

    @strawberry.mutation(
        description="Undo every settlement of an item by a payment or credit note: both are open again."
    )
    async def unsettle(self, info: Info, input: UnsettleInput) -> UnsettlePayload:
        item, (source, by) = record_key(input.open_item), input.source()
        return await carry_out(
            info,
            input,
            UnsettlePayload,
            lambda tx: unsettle(tx, item, source, by, input.day),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.REVERSED,
            current=await _both(info, input),
        )


async def _both(info: Info, input: SettlingInput) -> dict[str, str]:
    named = await as_it_is(info, open_item=input.open_item, payment=input.payment, credit_note=input.credit_note)
    return dict(named)
