"""Credit groups: customers of any companies that share one credit limit."""

from __future__ import annotations

import asyncio
from datetime import date

import strawberry

from domain.exposure import CreditLimitType
from domain.limits import CreditPosition
from persistence.selection import WorkedOut
from persistence.shapes.aging import GROUP_AGING
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.shares import GROUP_SHARES
from schema import sums
from schema.arguments import AsOf, InCurrency
from schema.connections import CREDIT_GROUP_MEMBERSHIPS, CUSTOMERS
from schema.context import Info
from schema.fields import coded, labelled, read_as, shaped, stored
from schema.scalars import CurrencyCode, TimeZone
from schema.types.aging import Aging, Definition, chosen_definition
from schema.types.company import Company
from schema.types.node import CreditHolder
from schema.types.position import Exposure

coded(
    CreditLimitType,
    "What counts as used credit.",
    NONE="No limit is tested, unless one is mandatory.",
    BALANCE="Receivables, unapplied payments and special liabilities.",
    BALANCE_AND_DELIVERIES="These and what is delivered or being billed.",
    ALL="These and open orders.",
)


@strawberry.type(description="A company's part of what a credit group owes.")
class GroupShare:
    """`company` is null for all companies outside the grant together."""

    company: Company | None = strawberry.field(description="The company; null: all that you may not see, together.")
    exposure: Exposure = strawberry.field(description="What its members there owe.")


@shaped(CREDIT_GROUP, "Customers of any companies that share one credit limit.")
class CreditGroup(CreditHolder):
    """Rows of the credit group shape."""

    number: str = stored("Its number in the group of companies.")
    name: str = stored("Its name.")
    currency: CurrencyCode = stored("Of its limit.")
    time_zone: TimeZone = stored("Its limit and rates go by the day here.")
    credit_limit_type: CreditLimitType = stored("What counts as used credit of the group.")
    credit_limit_type_label: str = labelled("credit_limit_type", CreditLimitType)
    disputed_reduces_exposure: bool = stored("The disputed part of items is taken off used credit.")
    disputed_reduces_overdue: bool = stored("The disputed part of items is taken off what is overdue.")
    order_horizon_days: int | None = stored("Orders that ship later than in so many days do not count; null: all do.")
    max_rate_age_days: int = stored("How old an exchange rate may be.")
    active: bool = stored("A group that is closed keeps its history and has no members.")
    members: CUSTOMERS.connection = CUSTOMERS.field(  # type: ignore[name-defined]
        "Its members today that you may see.", {"member_of": "id"}
    )
    member_count: int = stored("How many members of today you may see.")
    memberships: CREDIT_GROUP_MEMBERSHIPS.connection = CREDIT_GROUP_MEMBERSHIPS.field(  # type: ignore[name-defined]
        "Who was, is or will be a member, and when, the latest first; of the customers that you may see.",
        {"credit_group_id": "id"},
    )
    candidates: CUSTOMERS.connection = CUSTOMERS.field(  # type: ignore[name-defined]
        "Who might join: customers of the same parties as the members that you may see, in no group yet.",
        {"candidate_of": "id"},
    )

    @strawberry.field(
        description="What it owes in each company; those you may not see are added up in one row.",
        metadata=read_as(WorkedOut(GROUP_SHARES, "by_company")),
    )
    async def by_company(self, info: Info, as_of: AsOf = None, currency: InCurrency = None) -> list[GroupShare]:
        context = info.context
        shares = await sums.group_shares(context, self.row["id"], as_of, currency)
        companies = await asyncio.gather(*(context.load(COMPANY, company) for company, _ in shares))
        return [
            GroupShare(company=Company.maybe(company), exposure=Exposure.of(exposure))
            for company, (_, exposure) in zip(companies, shares, strict=True)
        ]

    @strawberry.field(
        description="What all members owe by age, also those that you may not see.",
        metadata=read_as(WorkedOut(GROUP_AGING)),
    )
    async def aging(
        self, info: Info, definition: Definition = None, as_of: AsOf = None, currency: InCurrency = None
    ) -> Aging:
        columns = await chosen_definition(info.context, None, definition)
        return Aging.of(await sums.group_aging(info.context, self.row["id"], columns, as_of, currency))

    async def position(self, info: Info, as_of: date | None, currency: str | None) -> CreditPosition:
        """Its limit, exposure and room, over all members in all companies."""
        return await sums.group_position(info.context, self.row["id"], as_of, currency)
