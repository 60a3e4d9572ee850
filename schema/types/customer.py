"""Customers: a party as a customer of one company."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.limits import CreditPosition
from domain.message import N_, Message
from domain.metrics.dso import MOST_MONTHS, USUAL_MONTHS, DsoMethod
from domain.refusal import ErrorCode
from persistence.selection import WorkedOut
from persistence.shapes import named
from persistence.shapes.actor import ACTOR
from persistence.shapes.aging import CUSTOMER_AGING
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.dso import CUSTOMER_DSO
from persistence.shapes.party import PARTY
from persistence.shapes.party_limits import PARTY_LIMITS
from schema import sums
from schema.arguments import AsOf, InCurrency
from schema.connections import (
    COLLATERALS,
    CREDIT_GROUP_MEMBERSHIPS,
    CREDIT_HOLDS,
    OPEN_ITEMS,
    PARTY_LIMITS_LIST,
    SALES_ORDERS,
)
from schema.context import Info
from schema.errors import ClientMistake
from schema.fields import link, money, read_as, shaped, stored
from schema.scalars import CountryCode, CurrencyCode, Locale
from schema.types.aging import Aging, DaysSalesOutstanding, Definition, chosen_definition
from schema.types.money import Money
from schema.types.named import (
    AccountStatus,
    CashDiscount,
    CreditManagementGroup,
    CustomerGroup,
    PaymentTerms,
    Reason,
    RiskGroup,
)
from schema.types.node import CreditHolder

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.credit_group import CreditGroup
    from schema.types.party import Party
    from schema.types.party_limits import PartyLimits
    from schema.types.reference import Actor


@shaped(CUSTOMER, "A party as a customer of one company.")
class Customer(CreditHolder):
    """Rows of the customer shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company whose customer it is."
    )
    party: Annotated[Party, strawberry.lazy("schema.types.party")] = link(
        "party_id", PARTY, "The legal person, who may be a customer of several companies."
    )
    account: str = stored("Its number in the company.")
    name: str = stored("Its name in the company's ledger.")
    country: CountryCode | None = stored("Its country.")
    currency: CurrencyCode = stored("The currency it is usually invoiced in.")
    locale: Locale = stored("The language it reads.")
    payer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = link(
        "payer_id", CUSTOMER, "Who pays for it today and whose limit is used; itself unless somebody else was named."
    )
    customer_group: CustomerGroup | None = link("customer_group_id", named.CUSTOMER_GROUP, "Its ordinary group.")
    credit_management_group: CreditManagementGroup | None = link(
        "credit_management_group_id", named.CREDIT_MANAGEMENT_GROUP, "Which blocking rules it falls under."
    )
    credit_group: Annotated[CreditGroup, strawberry.lazy("schema.types.credit_group")] | None = link(
        "credit_group_id", CREDIT_GROUP, "The group whose limit it shares today.", seen=True
    )
    credit_group_memberships: CREDIT_GROUP_MEMBERSHIPS.connection = CREDIT_GROUP_MEMBERSHIPS.field(  # type: ignore[name-defined]
        "The groups whose limit it shared, shares or will share, and when, the latest first.", {"customer_id": "id"}
    )
    account_status: AccountStatus | None = link("account_status_id", named.ACCOUNT_STATUS, "Its credit standing.")
    status_reason: Reason | None = link(
        "status_reason_id", named.REASON, "Why it was given that standing: a reason of the kind STATUS."
    )
    payment_terms: PaymentTerms | None = link("payment_terms_id", named.PAYMENT_TERMS, "When it usually pays.")
    risk_score: int | None = stored("Its score of risk.")
    cash_discount: CashDiscount | None = link(
        "cash_discount_id", named.CASH_DISCOUNT, "What it usually takes off for paying early."
    )
    risk_group: RiskGroup | None = link("risk_group_id", named.RISK_GROUP, "Its class of risk.")
    credit_representative: Annotated[Actor, strawberry.lazy("schema.types.reference")] | None = link(
        "credit_representative_id", ACTOR, "Who looks after its credit: its holds and its reviews."
    )
    excluded_from_credit_management: bool = stored(
        "No rule and no limit holds its orders, to the end of `excludedUntil` where there is one."
    )
    excluded_until: date | None = stored("The last day on which it is excluded; null: until somebody ends it.")
    unlimited_credit: bool = stored("It has no limit, also inside a group.")
    mandatory_credit_limit: bool = stored("Without a limit it has no credit, also inside a group.")
    intercompany: bool = stored("A company of our own group; left out of the totals of its company unless asked for.")
    customer_since: date | None = stored("When business with it began.")
    in_business_since: date | None = stored("When its own business began.")
    credit_rating: str | None = stored("Its rating, as an agency or the credit office writes it.")
    eligible_limit: Money | None = money(
        "The highest limit it was judged good for. Information: nothing is compared with it.",
        "eligible_limit",
        "eligible_limit_currency",
    )
    eligible_limit_date: date | None = stored("When that was judged.")
    last_review_date: date | None = stored("When its credit was last reviewed.")
    next_review_date: date | None = stored("When its credit is due to be reviewed.")
    with_agency: bool = stored("Its debts are with a collection agency. Information.")
    title_held: bool = stored("Goods are delivered to it with retention of title. Information.")
    notes: str | None = stored("What the credit office wrote about it.")
    open_items: OPEN_ITEMS.connection = OPEN_ITEMS.field(  # type: ignore[name-defined]
        "The items of the ledger that it pays.", {"customer_id": "id"}
    )
    sales_orders: SALES_ORDERS.connection = SALES_ORDERS.field(  # type: ignore[name-defined]
        "The orders that it pays.", {"customer_id": "id"}
    )
    credit_holds: CREDIT_HOLDS.connection = CREDIT_HOLDS.field(  # type: ignore[name-defined]
        "Its orders that were held, the latest first.", {"customer_id": "id"}
    )
    collaterals: COLLATERALS.connection = COLLATERALS.field(  # type: ignore[name-defined]
        "What secures its debt.", {"customer_id": "id"}
    )

    party_limits: Annotated[PartyLimits, strawberry.lazy("schema.types.party_limits")] | None = link(
        "limits_id", PARTY_LIMITS, "Limits of its own beside its credit limit; those of its party stand there."
    )
    party_limits_history: PARTY_LIMITS_LIST.connection = PARTY_LIMITS_LIST.field(  # type: ignore[name-defined]
        "All that were ever saved, the latest first.", {"holder_id": "id"}
    )

    @strawberry.field(description="What it owes by age.", metadata=read_as(WorkedOut(CUSTOMER_AGING)))
    async def aging(
        self, info: Info, definition: Definition = None, as_of: AsOf = None, currency: InCurrency = None
    ) -> Aging:
        columns = await chosen_definition(info.context, self.row["company_id"], definition)
        return Aging.of(await sums.customer_aging(info.context, self.row["id"], columns, as_of, currency))

    @strawberry.field(
        description="How long it takes until its purchases are paid.", metadata=read_as(WorkedOut(CUSTOMER_DSO))
    )
    async def dso(
        self,
        info: Info,
        method: Annotated[
            DsoMethod | None, strawberry.argument(description="How it is worked out.")
        ] = DsoMethod.STANDARD,
        months: Annotated[int | None, strawberry.argument(description="How many months back sales count.")] = None,
        as_of: AsOf = None,
        currency: InCurrency = None,
    ) -> DaysSalesOutstanding:
        window = USUAL_MONTHS if months is None else months
        if not 1 <= window <= MOST_MONTHS:
            raise ClientMistake(
                ErrorCode.BAD_USER_INPUT,
                Message(
                    N_("Sales count 1 to {most} months back, not {months}."),
                    {"most": MOST_MONTHS, "months": window},
                ),
            )
        key, since = self.row["id"], self.row["customer_since"]
        return DaysSalesOutstanding.of(await sums.customer_dso(info.context, key, window, since, as_of, currency))

    async def position(self, info: Info, as_of: date | None, currency: str | None) -> CreditPosition:
        """Its limit, exposure and room."""
        return await sums.customer_position(info.context, self.row["id"], as_of, currency)
