"""What if: would this order pass?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from domain.amounts import amount_refusals
from domain.facts import Checkpoint
from domain.message import N_, Message
from domain.money import RateMissing
from domain.orders import SalesDocumentKind
from domain.refusal import ErrorCode, Refusal, Refused, rate_refusal
from persistence.checking import WhatIf, what_if
from persistence.facts import Moment
from persistence.writing.finding import NO_SUCH_CUSTOMER
from schema.context import Context, Info
from schema.keys import CustomerKey, SalesOrderKey
from schema.lookups import customer_by, sales_order_by
from schema.mutations.payload import UserError
from schema.rights import Permission
from schema.types.check import CreditCheck
from schema.types.money import MoneyInput

NO_ORDER = N_("There is no such sales order of this customer.")


@strawberry.input(description="An order that might come. Nothing of it is kept.")
class CheckCreditInput:
    """See `WhatIf`."""

    customer: CustomerKey = strawberry.field(description="Who buys; its payer's limit is compared.")
    amount: MoneyInput = strawberry.field(description="What it would come to, tax included.")
    checkpoint: Checkpoint | None = strawberry.field(
        default=Checkpoint.CONFIRMATION, description="The step it would take; confirmation unless said."
    )
    kind: SalesDocumentKind | None = strawberry.field(
        default=SalesDocumentKind.SALES_ORDER, description="What document it would be; an order unless said."
    )
    order: SalesOrderKey | None = strawberry.field(
        default=None, description="An order that is there already and would be changed; it is not counted twice."
    )
    payment_terms: str | None = strawberry.field(default=None, description="Code of its own payment terms.")
    cash_discount: str | None = strawberry.field(default=None, description="Code of its own cash discount.")
    ship_date: date | None = strawberry.field(default=None, description="When it would ship; none: at once.")


@strawberry.type(description="What a credit check would answer.")
class CheckCreditPayload:
    """The answer, or why there is none."""

    check: CreditCheck | None = strawberry.field(description="The answer; null when there is none.")
    errors: list[UserError] = strawberry.field(description="Why there is none.")


@strawberry.type
class CheckQueries:
    """The rules, asked without writing."""

    @strawberry.field(
        description="Check an order that might come, through the same rules as a submission. Writes nothing."
    )
    async def check_credit(
        self, info: Info, input: Annotated[CheckCreditInput, strawberry.argument(description="The order.")]
    ) -> CheckCreditPayload:
        info.context.need(Permission.CHECK_CREDIT)
        wanted, refusals = await _wanted(info.context, input)
        if wanted is None:
            return CheckCreditPayload(check=None, errors=[UserError(refusal=refusal) for refusal in refusals])
        return await _checked(info.context, wanted)


async def _wanted(context: Context, given: CheckCreditInput) -> tuple[WhatIf | None, list[Refusal]]:
    refusals = amount_refusals(given.amount.to_domain(), context.digits, ("amount",))
    customer = await customer_by(context, given.customer)
    if customer is None or not context.viewer.may(Permission.CHECK_CREDIT, customer["company_id"]):
        refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_SUCH_CUSTOMER), ("customer",)))
    order = None
    if given.order is not None:
        order = await sales_order_by(context, given.order)
        if order is None or (customer is not None and order["buyer_id"] != customer["id"]):
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_ORDER), ("order",)))
    if refusals or customer is None:
        return None, refusals
    known = order["id"] if order is not None else None
    step = given.checkpoint or Checkpoint.CONFIRMATION
    wanted = WhatIf(
        customer["id"],
        given.amount.to_domain(),
        step,
        known,
        given.ship_date,
        payment_terms=given.payment_terms,
        cash_discount=given.cash_discount,
        kind=given.kind or SalesDocumentKind.SALES_ORDER,
    )
    return wanted, []


async def _checked(context: Context, wanted: WhatIf) -> CheckCreditPayload:
    try:
        async with context.house.pool.acquire() as conn:
            checked = await what_if(conn, wanted, Moment(context.now))
    except RateMissing as missing:
        return CheckCreditPayload(check=None, errors=[UserError(refusal=rate_refusal(missing))])
    except Refused as refused:
        return CheckCreditPayload(check=None, errors=[UserError(refusal=refusal) for refusal in refused.refusals])
    return CheckCreditPayload(check=CreditCheck.maybe(checked), errors=[])
