"""What a company's customers owe and may owe, for the dashboard of all companies."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from persistence.company_exposure import CompanySums, OverLimit
from persistence.selection import Itself, WorkedOut
from persistence.shapes.aging import COMPANY_AGING
from persistence.shapes.company import COMPANY
from persistence.shapes.over_limit import OVER_LIMIT
from persistence.shapes.position import COMPANY_EXPOSURE
from schema import sums
from schema.context import Context, Info
from schema.fields import read_as
from schema.records import record_of
from schema.types.aging import Aging, Definition, chosen_definition
from schema.types.money import Money
from schema.types.position import Exposure

if TYPE_CHECKING:
    from schema.types.company import Company


@strawberry.type(description="What the customers of one company owe, and how far they are above their limits.")
class CompanyExposure:
    """Figures in one currency; companies of our own group are left out unless they were asked for."""

    company_id: strawberry.Private[UUID]
    as_of: strawberry.Private[date | None]
    currency: strawberry.Private[str]
    intercompany: strawberry.Private[bool]

    @strawberry.field(description="The company.", metadata=read_as(Itself()))
    async def company(self, info: Info) -> Annotated[Company, strawberry.lazy("schema.types.company")]:
        found: Company = await record_of(info.context, (COMPANY.table, self.company_id))
        return found

    @strawberry.field(description="How many customers it has.", metadata=read_as(WorkedOut(OVER_LIMIT, "customers")))
    async def customers(self, info: Info) -> int:
        return (await self._sums(info.context)).customers

    @strawberry.field(
        description="Everything its customers owe and have ordered.", metadata=read_as(WorkedOut(COMPANY_EXPOSURE))
    )
    async def exposure(self, info: Info) -> Exposure:
        return Exposure.of((await self._sums(info.context)).exposure(self.currency))

    @strawberry.field(description="What they owe by age.", metadata=read_as(WorkedOut(COMPANY_AGING)))
    async def aging(self, info: Info, definition: Definition = None) -> Aging:
        columns = await chosen_definition(info.context, self.company_id, definition)
        return Aging.of((await self._sums(info.context)).aging(columns, self.currency))

    @strawberry.field(
        description="The sum of the limits of its customers that have one; null where none has.",
        metadata=read_as(WorkedOut(OVER_LIMIT, "credit_limits")),
    )
    async def credit_limits(self, info: Info) -> Money | None:
        return Money.maybe((await self._sums(info.context)).credit_limits(self.currency))

    @strawberry.field(
        description="How many customers are above their own limit; one that was never set counts as 0.",
        metadata=read_as(WorkedOut(OVER_LIMIT, "over_limit_customers")),
    )
    async def over_limit_customers(self, info: Info) -> int:
        return (await self._over_limit(info.context)).customers

    @strawberry.field(
        description="By how much they are above their limits, added up.",
        metadata=read_as(WorkedOut(OVER_LIMIT, "over_limit_amount")),
    )
    async def over_limit_amount(self, info: Info) -> Money:
        above = (await self._over_limit(info.context)).amount
        return Money.of((await self._sums(info.context)).exchange.convert(above, self.currency))

    async def _sums(self, context: Context) -> CompanySums:
        return await sums.company_sums(
            context, self.company_id, self.as_of, self.currency, intercompany=self.intercompany
        )

    async def _over_limit(self, context: Context) -> OverLimit:
        return await sums.over_limits(context, self.company_id, self.as_of, intercompany=self.intercompany)
