"""Reading customers, the legal persons behind them, and the groups whose limit they share."""

from __future__ import annotations

from typing import Annotated

import strawberry

from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.party import PARTY
from schema.connections import CREDIT_GROUPS, CUSTOMERS, PARTIES
from schema.context import Info
from schema.fields import read_as
from schema.ids import key_of
from schema.keys import CustomerKey
from schema.planned_arguments import by_key, by_number
from schema.types.credit_group import CreditGroup
from schema.types.customer import Customer
from schema.types.party import Party

Number = Annotated[str, strawberry.argument(description="Its number in the group of companies.")]


@strawberry.type
class CustomerQueries:
    """The fields of `Query` about customers, parties and credit groups."""

    customers: CUSTOMERS.connection = CUSTOMERS.field("Customers.")  # type: ignore[name-defined]
    parties: PARTIES.connection = PARTIES.field(  # type: ignore[name-defined]
        "Legal persons: those with a customer you may see, and those without customers."
    )
    credit_groups: CREDIT_GROUPS.connection = CREDIT_GROUPS.field(  # type: ignore[name-defined]
        "Credit groups: those with a member you may see, now or ever, and those without members."
    )

    @strawberry.field(
        description="One customer; null if there is none that you may see.",
        metadata=read_as(by_key(CUSTOMER, "account")),
    )
    async def customer(
        self, info: Info, by: Annotated[CustomerKey, strawberry.argument(description="Which.")]
    ) -> Customer | None:
        context = info.context
        if by.number is not None and by.number is not strawberry.UNSET:
            key = {"company_id": context.company_id(by.number.company), "account": by.number.account}
            return Customer.maybe(await context.reader.where(CUSTOMER, key))
        return Customer.maybe(await context.load(CUSTOMER, key_of(str(by.id), CUSTOMER.prefix)))

    @strawberry.field(
        description="One credit group; null if there is none that you may see.",
        metadata=read_as(by_number(CREDIT_GROUP)),
    )
    async def credit_group(self, info: Info, number: Number) -> CreditGroup | None:
        return CreditGroup.maybe(await info.context.load(CREDIT_GROUP, number, by="number"))

    @strawberry.field(
        description="One legal person; null if there is none that you may see.", metadata=read_as(by_number(PARTY))
    )
    async def party(self, info: Info, number: Number) -> Party | None:
        return Party.maybe(await info.context.load(PARTY, number, by="number"))
