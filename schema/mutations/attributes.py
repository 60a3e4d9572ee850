"""Credit attributes of customers: what people decide, judge and note about them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.actor import ACTOR
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.named import ACCOUNT_STATUS, CREDIT_MANAGEMENT_GROUP, REASON
from persistence.writing.attributes import AttributesToUpdate, update_attributes
from schema.context import Info
from schema.ids import key_of
from schema.keys import CustomerKey
from schema.mutations.carry_out import carry_out
from schema.mutations.credit_changes import MaybeAskedPayload
from schema.mutations.naming import customer_named
from schema.mutations.payload import written
from schema.mutations.record_keys import as_it_is
from schema.mutations.sent import sent
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.customer import Customer

_REFERENCES = {
    "account_status": ACCOUNT_STATUS,
    "status_reason": REASON,
    "credit_management_group": CREDIT_MANAGEMENT_GROUP,
    "credit_representative": ACTOR,
}


@strawberry.input(
    description="What is to be different about a customer's credit; what is left out stays as it is."
    " Account status, credit management group, exclusion, unlimited credit and mandatory limit decide on credit: they"
    " are changed only by who may change credit; others ask for it where the company approves changes of credit."
)
class UpdateCreditAttributesInput:
    """See `AttributesToUpdate`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    customer: CustomerKey = strawberry.field(description="The customer.")
    unlimited_credit: bool | None = strawberry.field(
        default=strawberry.UNSET, description="It has no limit, also inside a group."
    )
    mandatory_credit_limit: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Without a limit it has no credit, also inside a group."
    )
    excluded_from_credit_management: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="No rule and no limit holds its orders, to the end of `excludedUntil` where there is one.",
    )
    excluded_until: date | None = strawberry.field(
        default=strawberry.UNSET, description="The last day on which it is excluded; null: until somebody ends it."
    )
    account_status: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its credit standing."
    )
    status_reason: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Why it was given that standing: a reason of the kind STATUS."
    )
    credit_management_group: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which blocking rules it falls under."
    )
    credit_representative: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Who looks after its credit, an actor; its holds are theirs from now on. Null: nobody in"
        " particular.",
    )
    credit_rating: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its rating, as an agency or the credit office writes it."
    )
    eligible_limit: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The highest limit it was judged good for. Information: nothing is compared with it.",
    )
    eligible_limit_date: date | None = strawberry.field(
        default=strawberry.UNSET, description="When that was judged; left out with another limit: today at the company."
    )
    customer_since: date | None = strawberry.field(default=strawberry.UNSET, description="When business with it began.")
    in_business_since: date | None = strawberry.field(
        default=strawberry.UNSET, description="When its own business began."
    )
    last_review_date: date | None = strawberry.field(
        default=strawberry.UNSET, description="When its credit was last reviewed."
    )
    next_review_date: date | None = strawberry.field(
        default=strawberry.UNSET, description="When its credit is due to be reviewed."
    )
    with_agency: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Its debts are with a collection agency. Information."
    )
    title_held: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Goods are delivered to it with retention of title. Information."
    )
    notes: str | None = strawberry.field(default=strawberry.UNSET, description="What the credit office wrote about it.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> AttributesToUpdate:
        """As persistence takes it. Raises `ClientMistake` for an id of another type."""
        apart = {"customer", "expected_version", *_REFERENCES}
        given = sent(self)
        for name, shape in _REFERENCES.items():
            if name in given:
                given[f"{name}_id"] = None if given[name] is None else key_of(given[name], shape.prefix)
        values = {name: value for name, value in given.items() if name not in apart}
        return AttributesToUpdate(customer_named(self.customer), values, self.expected_version)


@strawberry.type(description="A customer after its credit attributes were changed.")
class UpdateCreditAttributesPayload(MaybeAskedPayload):
    """Also when it was refused."""

    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = written(
        "customer", CUSTOMER, "The customer as it now is."
    )


@strawberry.type
class AttributeMutations:
    """What people decide about a customer, beside its limit."""

    @strawberry.mutation(
        description="Change credit attributes of a customer. When one of them decides on credit, its orders on hold are"
        " checked again. Where the company approves changes of credit, one that widens it is asked for, as a whole, and"
        " the customer stays as it is: with the warning APPROVAL_REQUIRED."
    )
    async def update_credit_attributes(
        self, info: Info, input: UpdateCreditAttributesInput
    ) -> UpdateCreditAttributesPayload:
        wanted = input.wanted()
        deciding = frozenset(info.context.granted(Permission.CHANGE_CREDIT).values())
        return await carry_out(
            info,
            input,
            UpdateCreditAttributesPayload,
            lambda tx: update_attributes(tx, wanted, deciding),
            needs=Permission.REVIEW_CUSTOMERS,
            kind=AuditEventKind.CREDIT_ATTRIBUTES_CHANGED,
            current=await as_it_is(info, customer=input.customer),
        )
