"""Customers as the ERPs know them, and who pays for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.customer import CUSTOMER
from persistence.writing.customers import CustomerToSave, save_customers
from persistence.writing.payers import PayerChange, change_payer
from schema.context import Info
from schema.keys import CustomerKey
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.sent import STAYS, sent
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.scalars import CountryCode, CurrencyCode, Locale
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.customer import Customer

_CREDIT = "It decides on credit: it comes once, with a new customer of an initial load, and is changed elsewhere."

_FILE = "It comes once, with a new customer of an initial load, and is changed elsewhere."

_COLUMNS = {
    "customer_group": "customer_group_id",
    "credit_management_group": "credit_management_group_id",
    "account_status": "account_status_id",
    "status_reason": "status_reason_id",
    "payment_terms": "payment_terms_id",
    "cash_discount": "cash_discount_id",
    "risk_group": "risk_group_id",
}


@strawberry.input(description="A party as a customer of one company.")
class CustomerInput:
    """See `CustomerToSave`."""

    company: str = strawberry.field(description="Code of the company.")
    account: str = strawberry.field(description="Its number there: what is sent again under it is changed.")
    party: str = strawberry.field(description="Number of the party; it stays what it was first.")
    name: str = strawberry.field(description="Its name in the company's ledger.")
    currency: CurrencyCode = strawberry.field(description="The currency it is usually invoiced in.")
    payer: str | None = strawberry.field(
        default=None, description="Account of who pays for a new customer; later `changePayer` says so."
    )
    country: CountryCode | None = strawberry.field(default=strawberry.UNSET, description=f"Its country; {STAYS}.")
    locale: Locale | None = strawberry.field(
        default=strawberry.UNSET, description=f"The language it reads, first its company's; {STAYS}."
    )
    customer_group: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Code of its ordinary group; {STAYS}."
    )
    payment_terms: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Code of when it usually pays; {STAYS}."
    )
    cash_discount: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Code of what it usually takes off for paying early; {STAYS}."
    )
    risk_group: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Code of its class of risk, as imported; {STAYS}."
    )
    risk_score: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its score of risk, as imported; {STAYS}."
    )
    customer_since: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"When business with it began; {STAYS}."
    )
    in_business_since: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"When its own business began; {STAYS}."
    )
    intercompany: bool | None = strawberry.field(
        default=strawberry.UNSET, description=f"It is a company of our own group; {STAYS}."
    )
    credit_management_group: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Code of the group whose blocking rules it falls under. {_CREDIT}"
    )
    account_status: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Code of its credit standing. {_CREDIT}"
    )
    status_reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Code of why it was given that standing, a reason of the kind STATUS. {_FILE}",
    )
    excluded_from_credit_management: bool | None = strawberry.field(
        default=strawberry.UNSET, description=f"No rule and no limit holds its orders. {_CREDIT}"
    )
    unlimited_credit: bool | None = strawberry.field(
        default=strawberry.UNSET, description=f"It has no limit, also inside a group. {_CREDIT}"
    )
    mandatory_credit_limit: bool | None = strawberry.field(
        default=strawberry.UNSET, description=f"Without a limit it has no credit, also inside a group. {_CREDIT}"
    )

    excluded_until: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"The last day on which it is excluded. {_CREDIT}"
    )
    credit_rating: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its rating, as an agency or the credit office writes it. {_FILE}"
    )
    eligible_limit: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description=f"The highest limit it was judged good for. {_FILE}"
    )
    eligible_limit_date: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"When that was judged. {_FILE}"
    )
    last_review_date: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"When its credit was last reviewed. {_FILE}"
    )
    next_review_date: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"When its credit is due to be reviewed. {_FILE}"
    )
    with_agency: bool | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its debts are with a collection agency. {_FILE}"
    )
    title_held: bool | None = strawberry.field(
        default=strawberry.UNSET, description=f"Goods are delivered to it with retention of title. {_FILE}"
    )
    notes: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"What the credit office wrote about it. {_FILE}"
    )

    def wanted(self) -> CustomerToSave:
        """What is asked for."""
        named = {"company", "account", "party", "name", "currency", "payer"}
        given = {_COLUMNS.get(name, name): value for name, value in sent(self).items() if name not in named}
        return CustomerToSave(self.company, self.account, self.party, self.name, self.currency, given, self.payer)


@strawberry.input(description="Make or change customers.")
class UpsertCustomersInput:
    """All or nothing."""

    customers: list[CustomerInput] = strawberry.field(description="The customers, at most 250.")


@strawberry.input(
    description="Let somebody else pay for a customer from a day on. What is in the ledger stays with who paid before."
)
class ChangePayerInput:
    """One customer."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    customer: CustomerKey = strawberry.field(description="Who buys.")
    payer: CustomerKey = strawberry.field(description="Who pays: a customer of the same company, or itself again.")
    from_: date | None = strawberry.field(
        name="from", default=None, description="The first day, today or later; none: today."
    )
    move_orders: bool = strawberry.field(
        default=False,
        description="Its open orders go to the new payer, today, and are checked against that limit. Those that are"
        " partly invoiced or paid in advance stay, with a warning.",
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="Customers after they were saved.")
class UpsertCustomersPayload(Payload):
    """In the order of the input."""

    customers: list[Annotated[Customer, strawberry.lazy("schema.types.customer")]] | None = written(
        "customers", CUSTOMER, "As they now are, in the order of the input."
    )


@strawberry.type(description="A customer after somebody else was named to pay for it.")
class ChangePayerPayload(Payload):
    """Also when it was refused."""

    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = written(
        "customer", CUSTOMER, "Who buys, as it now is; its payer is today's."
    )


@strawberry.type
class CustomerMutations:
    """Customers and their payers."""

    @strawberry.mutation(
        description="Make or change customers. Sent again as they are, they stay untouched, their version too."
    )
    async def upsert_customers(self, info: Info, input: UpsertCustomersInput) -> UpsertCustomersPayload:
        rows = [row.wanted() for row in input.customers]
        loading = info.context.granted(Permission.INITIAL_LOAD).values()
        return await carry_out(
            info,
            input,
            UpsertCustomersPayload,
            lambda tx: save_customers(tx, rows, loading),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.CUSTOMER_SAVED,
        )

    @strawberry.mutation(
        description="Let somebody else pay for a customer from a day on: what is posted from then on is kept with it."
    )
    async def change_payer(self, info: Info, input: ChangePayerInput) -> ChangePayerPayload:
        wanted = PayerChange(
            customer=record_key(input.customer),
            payer=record_key(input.payer),
            day=input.from_,
            move_orders=input.move_orders,
            expected_version=input.expected_version,
        )
        return await carry_out(
            info,
            input,
            ChangePayerPayload,
            lambda tx: change_payer(tx, wanted),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.PAYER_CHANGED,
            current=await as_it_is(info, customer=input.customer),
        )
